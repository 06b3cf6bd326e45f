/// What a load draws at its voltage, in volts and amperes and word by word as the description says it: for references that share
/// nothing with the program.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <utility>

#include "evsweep/feeder_description.hpp"

namespace evsweep::testing {

/// One pair of terminals of a load; nodes below 0 are the earth.
struct ReferenceLoad {
    const LoadRow* row;
    int plus, minus;
    double rated_volts;

    [[nodiscard]] std::complex<double> rated_siemens() const {
        return std::complex<double>(row->p.value(), -row->q.value()) * share() / (rated_volts * rated_volts);
    }

    [[nodiscard]] std::complex<double> amperes(std::complex<double> u) const {
        const double v = std::abs(u) / rated_volts;
        if (v == 0.0) return 0.0;
        const auto [p, q] = factors(v);
        return std::conj(std::complex<double>(row->p.value() * p, row->q.value() * q) * share() / u);
    }

   private:
    [[nodiscard]] double share() const { return 1000.0 / static_cast<double>(row->terminals.size()); }

    static double law(const PowerLaw& l, double v) { return l.z * v * v + l.i * v + l.p + l.e * std::pow(v, l.exponent); }

    [[nodiscard]] std::pair<double, double> factors(double v) const {
        const VoltageResponse& r = row->response;
        if (v < r.cut_off) return {0.0, 0.0};
        const bool q_is_impedance =
            r.linear && r.linear->q_at_rated_voltage && (v < std::max(r.linear->min, r.linear->low) || v >= r.linear->max);
        return {factor(r.active, v), q_is_impedance ? v * v : factor(r.reactive, v)};
    }

    [[nodiscard]] double factor(const PowerLaw& l, double v) const {
        if (!row->response.linear) return law(l, v);
        const LinearOutside& limits = *row->response.linear;
        const auto at_limit = [&](double limit) { return limits.at_rated_power ? 1.0 : law(l, limit); };
        if (v < limits.low) return v * v;
        if (v < limits.min) {
            const double way = (v - limits.low) / (limits.min - limits.low);
            return v * (limits.low + way * (at_limit(limits.min) / limits.min - limits.low));
        }
        if (v < limits.max) return law(l, v);
        const double limit = limits.max > 0.0 ? limits.max : 1.0;
        return at_limit(limit) * v * v / (limit * limit);
    }
};

/// Rated voltage across terminals: what the row says, else what is nominal there.
inline double rated_across(const BusRow& bus, const Terminals& t, double rated) {
    if (rated > 0.0) return rated;
    const auto is_phase = [](const std::optional<Conductor>& c) { return c && *c != Conductor::n; };
    const bool is_split = (t.plus && *t.plus >= Conductor::s1) || (t.minus && *t.minus >= Conductor::s1);
    if (t.plus == Conductor::balanced) return bus.nominal.value();
    if (is_phase(t.plus) && is_phase(t.minus)) return bus.nominal.value();
    return bus.nominal.value() / (is_split ? 2.0 : std::sqrt(3.0));
}

}  // namespace evsweep::testing
