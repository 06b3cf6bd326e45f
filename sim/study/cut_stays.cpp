#include "sim/study/cut_stays.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "evsweep/stationary.hpp"

namespace evsweep {

CutStays stays_cut_at(Instant horizon, const Population& fleet) {
    CutStays found;
    for (const Session& session : fleet.sessions) {
        if (session.plug_in >= horizon || never_leaves(session)) continue;
        const double wanted =
            std::max(0.0, session.target_soc - session.initial_soc) * fleet.vehicles.capacity.raw()[session.vehicle.index()];
        ++found.stays;
        found.wanted_kwh += wanted;
        const Instant leaves = session.service ? std::min(session.unplug, session.plug_in + *session.service) : session.unplug;
        if (leaves <= horizon) continue;
        ++found.cut;
        found.cut_wanted_kwh += wanted;
    }
    return found;
}

std::optional<std::string> cut_text(const CutStays& found) {
    if (found.cut == 0) return std::nullopt;
    const double energy = found.wanted_kwh > 0.0 ? 100.0 * found.cut_wanted_kwh / found.wanted_kwh : 0.0;
    return fmt::format(
        "the end of the study cuts {} of {} stays ({:.1f} %), with {:.1f} % of the energy that is wanted (replica 0); what they "
        "are still owed is reported as owed_kwh; let the study end at an hour at which few vehicles are plugged in",
        found.cut, found.stays, 100.0 * static_cast<double>(found.cut) / static_cast<double>(found.stays), energy);
}

std::optional<std::string> short_stays_text(Duration step, const Population& fleet) {
    const auto unseen = std::count_if(fleet.sessions.begin(), fleet.sessions.end(), [step](const Session& session) {
        const Duration before = session.plug_in.time_since_epoch() + step - Duration(1);
        return Instant(before / step * step) >= session.unplug;
    });
    if (unseen == 0) return std::nullopt;
    return fmt::format(
        "{} of {} stays begin and end between two control steps (replica 0): their energy is counted, but no load flow sees "
        "their "
        "power, so that peaks and voltages leave it out; take a shorter time.step",
        unseen, fleet.sessions.size());
}

}  // namespace evsweep
