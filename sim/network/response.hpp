/// How much a load draws at the voltage it sees.
#pragma once

#include <cmath>

#include "evsweep/feeder_description.hpp"

namespace evsweep {

/// P and Q as factors of their values at rated voltage.
struct Drawn {
    double p = 0.0;
    double q = 0.0;
};

[[nodiscard]] inline double value_of(const PowerLaw& law, double v) {
    const double zip = (law.z * v + law.i) * v + law.p;
    return law.e == 0.0 ? zip : zip + law.e * std::pow(v, law.exponent);
}

/// `v` is the voltage in units of the rated voltage.
[[nodiscard]] inline Drawn drawn_at(const VoltageResponse& law, double v) {
    if (v < law.cut_off) return {};
    if (!law.linear || (v >= law.linear->min && v <= law.linear->max))
        return {value_of(law.active, v), value_of(law.reactive, v)};
    const auto [low, min, max] = *law.linear;
    if (v > max) {
        const double square = v * v / (max * max);
        return {value_of(law.active, max) * square, value_of(law.reactive, max) * square};
    }
    if (v <= low) return {v * v, v * v};
    // The current runs from that of the rated impedance at `low` to that of the law at `min`.
    const double along = (v - low) / (min - low);
    const auto current = [&](const PowerLaw& power) { return low + along * (value_of(power, min) / min - low); };
    return {v * current(law.active), v * current(law.reactive)};
}

}  // namespace evsweep
