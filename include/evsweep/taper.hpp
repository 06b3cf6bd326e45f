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

    /// `knee_soc`: the state of charge where the limit begins to fall; `end_share`: the limit at a full battery over the rating.
    static Taper of(double rating_kw, double knee_soc, double end_share) {
        const bool falls = knee_soc < 1.0 && end_share < 1.0;
        return {rating_kw, falls ? knee_soc : 1.0, falls ? (1.0 - end_share) / (1.0 - knee_soc) : 0.0};
    }

    [[nodiscard]] double limit_kw(double soc) const { return soc <= knee ? rating_kw : rating_kw * (1.0 - slope * (soc - knee)); }
    /// State of charge from which on the limit is below `p_kw`; infinite without a taper, above 1 for a small power.
    [[nodiscard]] double start_soc(double p_kw) const {
        return slope > 0.0 ? knee + (1.0 - p_kw / rating_kw) / slope : std::numeric_limits<double>::infinity();
    }
    /// State of charge after `h` hours on the falling part; `full_rate_per_h` = R e / C in 1/h.
    [[nodiscard]] double soc_after(double soc, double h, double full_rate_per_h) const {
        return soc - limit_kw(soc) / rating_kw * std::expm1(-slope * full_rate_per_h * h) / slope;
    }
    /// Hours on the falling part from one state of charge to a higher one; `full_rate_per_h` as above.
    [[nodiscard]] double hours_between(double from_soc, double to_soc, double full_rate_per_h) const {
        return std::log(limit_kw(from_soc) / limit_kw(to_soc)) / (slope * full_rate_per_h);
    }

    /// Hours of charging from one state of charge to a higher one at the setpoint `p_kw`, of which the battery takes what its
    /// limit allows; `rise_per_kwh` = e / C in 1/kWh. Infinite at 0 kW.
    [[nodiscard]] double charging_h(double p_kw, double from_soc, double to_soc, double rise_per_kwh) const {
        const double falls_from = start_soc(p_kw);
        const double steady_h = from_soc < falls_from ? (std::min(to_soc, falls_from) - from_soc) / (p_kw * rise_per_kwh) : 0.0;
        return to_soc > falls_from ? steady_h + hours_between(std::max(from_soc, falls_from), to_soc, rating_kw * rise_per_kwh)
                                   : steady_h;
    }
    /// State of charge after `h` hours of charging at the setpoint `p_kw`, symbols as above.
    [[nodiscard]] double soc_after_charging(double p_kw, double from_soc, double h, double rise_per_kwh) const {
        const double falls_from = start_soc(p_kw);
        const double steady_h = from_soc < falls_from ? (falls_from - from_soc) / (p_kw * rise_per_kwh) : 0.0;
        if (h <= steady_h) return from_soc + p_kw * rise_per_kwh * h;
        return soc_after(std::max(from_soc, falls_from), h - steady_h, rating_kw * rise_per_kwh);
    }
};

}  // namespace evsweep
