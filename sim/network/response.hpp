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

/// A voltage response made ready for many evaluations. Takes squared voltages, which need no root where a load has constant
/// power or impedance.
class LoadLaw {
   public:
    explicit LoadLaw(const VoltageResponse& response) : response_(response) {
        if (response.linear) {
            lowest2_ = response.linear->min * response.linear->min;
            highest2_ = response.linear->max * response.linear->max;
        }
        lowest2_ = std::max(lowest2_, response.cut_off * response.cut_off);
        const auto curved = [](const PowerLaw& law) { return law.i != 0.0 || law.e != 0.0; };
        needs_root_ = curved(response.active) || curved(response.reactive);
    }

    /// `v2` is the square of the voltage in units of the rated voltage.
    [[nodiscard]] Drawn at(double v2) const {
        if (v2 < lowest2_ || v2 > highest2_) return outside(std::sqrt(v2));
        const PowerLaw& p = response_.active;
        const PowerLaw& q = response_.reactive;
        if (!needs_root_) return {p.z * v2 + p.p, q.z * v2 + q.p};
        const double v = std::sqrt(v2);
        return {value_of(p, v), value_of(q, v)};
    }

   private:
    [[nodiscard]] static double value_of(const PowerLaw& law, double v) {
        const double zip = (law.z * v + law.i) * v + law.p;
        return law.e == 0.0 ? zip : zip + law.e * std::pow(v, law.exponent);
    }

    /// Beyond the voltages where the law holds.
    [[nodiscard]] Drawn outside(double v) const {
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
    double lowest2_ = 0.0;
    double highest2_ = std::numeric_limits<double>::infinity();
    bool needs_root_ = false;
};

}  // namespace evsweep
