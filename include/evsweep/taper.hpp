/// The constant-current/constant-voltage limit of a charger in closed form: batteries follow it and controllers reckon with it.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

namespace evsweep {

/// Charging power limit over the state of charge s:
///   L(s) = R                              for s <= knee
///   L(s) = R (1 - k (s - knee))           above, with k = (1 - end) / (1 - knee), so that L(1) = end R.
/// On the falling part ds/dt = L(s) e / C (e kWh stored per kWh drawn, capacity C), hence
///   L(t) = L(0) exp(-lambda t) with lambda = k R e / C, and s follows from L.
struct Taper {
    double rating_kw = 0.0;
    double knee = 1.0;
    double slope = 0.0;  ///< k, per unit state of charge; 0: no taper

    static Taper of(double rating_kw, double knee, double end) {
        const bool falls = knee < 1.0 && end < 1.0;
        return {rating_kw, falls ? knee : 1.0, falls ? (1.0 - end) / (1.0 - knee) : 0.0};
    }

    [[nodiscard]] double limit_kw(double soc) const { return soc <= knee ? rating_kw : rating_kw * (1.0 - slope * (soc - knee)); }
    /// State of charge from which on the limit is below `p_kw`; infinite without a taper, above 1 for a small power.
    [[nodiscard]] double start_soc(double p_kw) const {
        return slope > 0.0 ? knee + (1.0 - p_kw / rating_kw) / slope : std::numeric_limits<double>::infinity();
    }
    /// State of charge after `h` hours on the falling part; `full_rate` = R e / C in 1/h.
    [[nodiscard]] double soc_after(double soc, double h, double full_rate) const {
        return soc - limit_kw(soc) / rating_kw * std::expm1(-slope * full_rate * h) / slope;
    }
    /// Hours on the falling part from one state of charge to a higher one; `full_rate` as above.
    [[nodiscard]] double hours_between(double from, double to, double full_rate) const {
        return std::log(limit_kw(from) / limit_kw(to)) / (slope * full_rate);
    }

    /// Hours of charging from one state of charge to a higher one at the setpoint `p_kw`, of which the battery takes what its
    /// limit allows; `rise` = e / C in 1/kWh. Infinite at 0 kW.
    [[nodiscard]] double charging_h(double p_kw, double from, double to, double rise) const {
        const double falls_from = start_soc(p_kw);
        const double steady_h = from < falls_from ? (std::min(to, falls_from) - from) / (p_kw * rise) : 0.0;
        return to > falls_from ? steady_h + hours_between(std::max(from, falls_from), to, rating_kw * rise) : steady_h;
    }
    /// State of charge after `h` hours of charging at the setpoint `p_kw`, symbols as above.
    [[nodiscard]] double soc_after_charging(double p_kw, double from, double h, double rise) const {
        const double falls_from = start_soc(p_kw);
        const double steady_h = from < falls_from ? (falls_from - from) / (p_kw * rise) : 0.0;
        if (h <= steady_h) return from + p_kw * rise * h;
        return soc_after(std::max(from, falls_from), h - steady_h, rating_kw * rise);
    }
};

}  // namespace evsweep
