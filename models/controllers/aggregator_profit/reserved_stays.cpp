#include "controllers/aggregator_profit/reserved_stays.hpp"

#include <algorithm>
#include <map>

namespace evsweep {

namespace {

ProfitStay profit_stay_of(const Session& session, const Vehicles& vehicles, const ChargingView& seen,
                          const AggregatorProfitParams& params) {
    const std::size_t v = session.vehicle.index();
    ProfitStay stay;
    stay.energy_kwh = session.initial_soc * vehicles.capacity[v];
    stay.target_kwh = session.target_soc * vehicles.capacity[v];
    stay.lowest_kwh = std::max(vehicles.reserve_soc[v], vehicles.lowest_soc[v]) * vehicles.capacity[v];
    stay.highest_kwh = vehicles.highest_soc[v] * vehicles.capacity[v];
    stay.charge_kw = full_power_kw(seen, session.connector);
    stay.discharge_kw = params.returns() ? full_return_kw(seen, session.connector) : 0.0;
    stay.stored_per_drawn = vehicles.stored_per_drawn[v];
    stay.drawn_per_returned = vehicles.drawn_per_returned[v];
    return stay;
}

/// Puts a stay into the steps that it is there for all of.
void put_into_whole_steps(const Session& session, const StepWindow& window, ReservedStay& reserved) {
    const auto whole = [&window](Duration time) { return std::max<std::int64_t>(0, time / window.step); };
    const std::int64_t first = whole(session.plug_in - window.start + window.step - Duration(1));
    const std::int64_t end =
        std::min<std::int64_t>(whole(session.unplug - window.start), static_cast<std::int64_t>(window.steps));
    reserved.stay.first = static_cast<std::uint32_t>(std::min<std::int64_t>(first, static_cast<std::int64_t>(window.steps)));
    reserved.stay.end = static_cast<std::uint32_t>(std::max<std::int64_t>(end, reserved.stay.first));
    reserved.goes_on = session.unplug > window.end();
}

}  // namespace

std::vector<ReservedStay> reserved_stays(const ChargingView& seen, const Population& fleet, const std::vector<ConnectorId>& own,
                                         const StepWindow& window, const AggregatorProfitParams& params) {
    std::vector<ReservedStay> list;
    for (std::size_t s = 0; s < fleet.sessions.size(); ++s) {
        const Session& session = fleet.sessions[s];
        if (session.unplug <= window.start || session.plug_in >= window.end()) continue;
        if (!std::binary_search(own.begin(), own.end(), session.connector)) continue;
        ReservedStay reserved{session.connector, static_cast<std::uint32_t>(s),
                              static_cast<std::uint32_t>(session.vehicle.index()), false,
                              profit_stay_of(session, fleet.vehicles, seen, params)};
        put_into_whole_steps(session, window, reserved);
        if (reserved.stay.first == reserved.stay.end) continue;
        const std::size_t c = session.connector.index();
        if (session.plug_in <= window.start) reserved.stay.energy_kwh = seen.soc[c] * seen.capacity_kwh[c];
        list.push_back(reserved);
    }
    return list;
}

LinearBasis basis_from(const std::vector<ReservedStay>& earlier, const LinearBasis& known, const std::vector<ReservedStay>& now,
                       std::size_t steps_ago) {
    struct Place {
        std::size_t begin, first, end;  // in stay-steps; steps of the earlier plan
    };
    std::map<std::uint32_t, Place> places;
    std::size_t stay_steps = 0;
    for (const ReservedStay& stay : earlier) {
        places[stay.session] = {stay_steps, stay.stay.first, stay.stay.end};
        stay_steps += stay.stay.end - stay.stay.first;
    }
    LinearBasis basis;
    if (known.column.size() != 3 * stay_steps || known.row.size() < stay_steps) return basis;
    for (const ReservedStay& stay : now) {
        const auto found = places.find(stay.session);
        for (std::size_t t = stay.stay.first + steps_ago; t < stay.stay.end + steps_ago; ++t) {
            const bool is_known = found != places.end() && t >= found->second.first && t < found->second.end;
            const std::size_t at = is_known ? found->second.begin + t - found->second.first : 0;
            for (std::size_t k = 0; k < 3; ++k)
                basis.column.push_back(is_known ? known.column[3 * at + k] : BasisStatus::at_lowest);
            basis.row.push_back(is_known ? known.row[at] : BasisStatus::basic);
        }
    }
    return basis;  // rows of the group begin as Clp would have them
}

}  // namespace evsweep
