/// The lowest power under which all that is needed by stated departures can still be drawn.
#pragma once

#include <cstddef>
#include <vector>

namespace evsweep::heuristic {

/// What is known of the time ahead, in slots of equal length: the first begins now.
struct SlotNeeds {
    double slot_h = 0.25;
    std::vector<double> others_kw{};   ///< by slot: what others are expected to draw
    std::vector<double> needed_kwh{};  ///< by slot: what has to be drawn by its end, of vehicles that leave then
    std::vector<double> able_kw{};     ///< by slot: full power of vehicles that are still there
};

/// The lowest threshold for which the room below it, slot by slot and no more than vehicles can draw, covers what is needed by
/// the end of every slot; within `precision_kw` from above. Where no threshold does, the one at which all charge at full power.
[[nodiscard]] double lowest_threshold_kw(const SlotNeeds& needs, double precision_kw = 0.01);

}  // namespace evsweep::heuristic
