/// What a vehicle is scheduled to draw so that its owner finds the expected state of charge, and how far it may depart from that.
#pragma once

#include <algorithm>

#include "controllers/area_regulation/water_filling.hpp"

namespace evsweep {

/// One vehicle at the beginning of a cycle. Energies and powers at the grid side.
struct OwnerView {
    double soc = 0.0;
    double target_soc = 0.0;
    double capacity_kwh = 0.0;
    double stored_per_drawn = 1.0;  ///< charging efficiency
    double left_h = 0.0;            ///< until the stated departure
    double p_min_kw = 0.0;          ///< <= 0: what the battery and the charger can do now
    double p_max_kw = 0.0;
    double charge_rating_kw = 0.0;

    /// Energy until the target; negative above it.
    [[nodiscard]] double need_kwh() const { return (target_soc - soc) * capacity_kwh / stored_per_drawn; }
};

struct ScheduleRule {
    double cycle_h = 4.0 / 3600.0;
    double last_cycles = 6.0;       ///< who needs more than full power until so many cycles before departure charges at once
    double charge_below = 0.995;    ///< state of charge from which regulation lets nobody charge
    double discharge_above = 0.15;  ///< state of charge up to which regulation lets nobody discharge
};

/// Even power until the departure, for at least one cycle.
[[nodiscard]] inline double even_kw(const OwnerView& v, const ScheduleRule& rule) {
    return v.need_kwh() / std::max(v.left_h, rule.cycle_h);
}

/// Whether only full power from now on is sure to meet the target.
[[nodiscard]] inline bool must_charge(const OwnerView& v, const ScheduleRule& rule) {
    return v.need_kwh() > v.charge_rating_kw * (v.left_h - rule.last_cycles * rule.cycle_h);
}

/// What the vehicle can depart from `scheduled_kw`, which is within its limits.
[[nodiscard]] inline RegulationShare share_of(const OwnerView& v, double scheduled_kw, const ScheduleRule& rule) {
    RegulationShare share;
    share.soc_per_kw = v.stored_per_drawn * rule.cycle_h / v.capacity_kwh;
    share.gap = v.target_soc - v.soc - share.soc_per_kw * scheduled_kw;
    share.lo_kw = std::min(0.0, scheduled_kw - v.p_max_kw);
    share.hi_kw = std::max(0.0, scheduled_kw - v.p_min_kw);
    if (v.soc >= rule.charge_below) share.lo_kw = std::min(0.0, std::max(share.lo_kw, scheduled_kw));
    if (v.soc <= rule.discharge_above) share.hi_kw = std::max(0.0, std::min(share.hi_kw, scheduled_kw));
    return share;
}

}  // namespace evsweep
