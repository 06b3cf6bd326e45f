/// The stays of vehicles that came and were never plugged in.
#include "sim/fleet/charging_state.hpp"

namespace evsweep {

SessionRecord ChargingState::not_plugged_in(SessionId id, Instant now, const Arrival& arrival, StayOutcome outcome) {
    Session session = population_->sessions[id.index()];
    session.initial_soc = arrival.soc;
    reached_unplugged_.assign(margins_.size(), std::nullopt);
    for (std::size_t k = 0; k < margins_.size(); ++k)
        if (arrival.soc >= session.target_soc - margins_[k].value()) reached_unplugged_[k] = session.plug_in;
    return {.id = id,
            .session = session,
            .end = now,
            .final_soc = arrival.soc,
            .capacity_kwh = population_->vehicles.capacity[session.vehicle.index()],
            .complete = outcome != StayOutcome::waiting,
            .begin = now,
            .outcome = outcome,
            .charged_elsewhere_kwh = arrival.charged_elsewhere_kwh,
            .reached = reached_unplugged_};
}

}  // namespace evsweep
