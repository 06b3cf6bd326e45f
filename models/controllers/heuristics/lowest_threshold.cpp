#include "controllers/heuristics/lowest_threshold.hpp"

#include <algorithm>

namespace evsweep::heuristic {

namespace {

/// Energy that may be drawn before a departure counts for it: the sums up to each slot have to suffice.
bool suffices(const SlotNeeds& needs, double threshold_kw) {
    double room_kwh = 0.0, needed_kwh = 0.0;
    for (std::size_t k = 0; k < needs.others_kw.size(); ++k) {
        const double room_kw = std::clamp(threshold_kw - needs.others_kw[k], 0.0, needs.able_kw[k]);
        room_kwh += room_kw * needs.slot_h;
        needed_kwh += needs.needed_kwh[k];
        if (room_kwh < needed_kwh - 1e-9) return false;
    }
    return true;
}

}  // namespace

double lowest_threshold_kw(const SlotNeeds& needs, double precision_kw) {
    if (needs.others_kw.empty()) return 0.0;
    double low = *std::min_element(needs.others_kw.begin(), needs.others_kw.end()), high = low;
    for (std::size_t k = 0; k < needs.others_kw.size(); ++k) high = std::max(high, needs.others_kw[k] + needs.able_kw[k]);
    if (suffices(needs, low)) return low;
    while (high - low > precision_kw) {
        const double middle = 0.5 * (low + high);
        (suffices(needs, middle) ? high : low) = middle;
    }
    return high;
}

}  // namespace evsweep::heuristic
