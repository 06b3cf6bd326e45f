/// How much a load draws at the voltage it sees.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "evsweep/feeder_description.hpp"

namespace evsweep {

/// P and Q as factors of their values at rated voltage.
struct Drawn {
    double p = 0.0;
    double q = 0.0;
};

/// The ordinary part of a voltage response: share = z v2 + i v + p, while lowest2 <= v2 <= highest2.
struct LoadCurve {
    double p_z = 0.0, p_i = 0.0, p_p = 1.0;
    double q_z = 0.0, q_i = 0.0, q_p = 1.0;
    double lowest2 = 0.0;
    double highest2 = std::numeric_limits<double>::infinity();
    bool has_root = false;
    bool is_constant = false;  ///< 1 at every voltage
};

/// A voltage response made ready for many evaluations. Takes squared voltages, which need no root where a load has constant
/// power or impedance.
class LoadLaw {
   public:
    explicit LoadLaw(const VoltageResponse& response) : response_(response) {
        const PowerLaw& p = response.active;
        const PowerLaw& q = response.reactive;
        curve_ = {.p_z = p.z, .p_i = p.i, .p_p = p.p, .q_z = q.z, .q_i = q.i, .q_p = q.p};
        if (response.linear) {
            curve_.lowest2 = response.linear->min * response.linear->min;
            curve_.highest2 = response.linear->max * response.linear->max;
        }
        curve_.lowest2 = std::max(curve_.lowest2, response.cut_off * response.cut_off);
        curve_.has_root = p.i != 0.0 || q.i != 0.0;
        curve_.is_constant = response == VoltageResponse{};
        if (p.e != 0.0 || q.e != 0.0) curve_.lowest2 = std::numeric_limits<double>::infinity();  // no part is ordinary
    }

    /// What most evaluations need; elsewhere `at`.
    [[nodiscard]] const LoadCurve& curve() const { return curve_; }

    /// `v2` is the square of the voltage in units of the rated voltage.
    [[nodiscard]] Drawn at(double v2) const { return at_voltage(std::sqrt(v2)); }

   private:
    [[nodiscard]] static double value_of(const PowerLaw& law, double v) {
        const double zip = (law.z * v + law.i) * v + law.p;
        return law.e == 0.0 ? zip : zip + law.e * std::pow(v, law.exponent);
    }

    [[nodiscard]] Drawn at_voltage(double v) const {
        if (v < response_.cut_off) return {};
        if (!response_.linear) return {value_of(response_.active, v), value_of(response_.reactive, v)};
        const double low = response_.linear->low;
        const double min = response_.linear->min;
        const double max = response_.linear->max;
        const bool at_rated_power = response_.linear->at_rated_power;
        const PowerLaw active = at_rated_power ? PowerLaw{} : response_.active;
        const PowerLaw reactive = at_rated_power ? PowerLaw{} : response_.reactive;
        if (v > max) {
            const double square = v * v / (max * max);
            return {value_of(active, max) * square, value_of(reactive, max) * square};
        }
        if (v >= min) return {value_of(response_.active, v), value_of(response_.reactive, v)};
        if (v <= low) return {v * v, v * v};
        // The current runs from that of the rated impedance at `low` to that of the law at `min`.
        const double along = (v - low) / (min - low);
        const auto current = [&](const PowerLaw& power) { return low + along * (value_of(power, min) / min - low); };
        return {v * current(active), v * current(reactive)};
    }

    VoltageResponse response_;
    LoadCurve curve_{};
};

}  // namespace evsweep
