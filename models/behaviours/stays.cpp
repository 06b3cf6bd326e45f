#include "behaviours/stays.hpp"

#include <algorithm>
#include <tuple>

namespace evsweep {

std::vector<std::pair<std::string, WhenOccupied>> names_of(WhenOccupied) {
    return {{"wait", WhenOccupied::wait}, {"refuse", WhenOccupied::refuse}};
}

std::vector<std::pair<std::string, UnderWay>> names_of(UnderWay) {
    return {{"leave_out", UnderWay::leave_out}, {"at_rating", UnderWay::at_rating}, {"evenly", UnderWay::evenly}};
}

Stays::Stays(Population& population, std::string group, StayRules rules, Duration horizon, std::size_t room)
    : population_(population),
      rules_(rules),
      end_(horizon),
      first_connector_(population.connectors.size()),
      first_vehicle_(population.vehicles.size()),
      first_session_(population.sessions.size()) {
    tally_.group = std::move(group);
    asked_.reserve(room);
}

void Stays::finish() {
    tally_.vehicles = population_.vehicles.size() - first_vehicle_;
    occupied_until_.assign(tally_.vehicles, Instant::min());
    population_.sessions.reserve(first_session_ + asked_.size());
    std::stable_sort(asked_.begin(), asked_.end(),
                     [](const Asked& a, const Asked& b) { return a.stay.plug_in < b.stay.plug_in; });
    for (const Asked& asked : asked_) play(asked);
    sort_sessions();
    population_.stays.push_back(std::move(tally_));
}

void Stays::play(const Asked& asked) {
    Stay stay = asked.stay;
    const std::size_t i = asked.connector;
    const double kwh = asked_kwh(i, stay);
    if (stay.plug_in >= end_ || std::max(stay.plug_in, stay.unplug) < Instant{}) return;  // of another time
    if (stay.unplug <= stay.plug_in) return tally_.impossible.add(kwh);
    if (stay.plug_in < Instant{} && !enter(asked, stay)) return;
    Instant& occupied_until = occupied_until_[i];
    if (stay.plug_in < occupied_until) {
        if (rules_.when_occupied == WhenOccupied::refuse || occupied_until >= std::min(stay.unplug, end_))
            return tally_.occupied.add(kwh);
        tally_.waited.add(kwh);
        stay.plug_in = occupied_until;
        stay.stated_departure = std::max(stay.stated_departure, stay.plug_in);
    }
    occupied_until = stay.unplug;
    tally_.played.add(asked_kwh(i, stay));
    population_.sessions.push_back({ConnectorId(first_connector_ + i), VehicleId(first_vehicle_ + i), stay.plug_in, stay.unplug,
                                    stay.stated_departure, stay.initial_soc, stay.target_soc, stay.service, stay.patience,
                                    stay.booked, stay.trip_kwh});
}

/// Lets a stay that had begun before the start begin there, if it is known how; returns whether it does.
bool Stays::enter(const Asked& asked, Stay& stay) {
    if (stay.unplug <= Instant{}) return false;
    if (stay.service) {
        *stay.service += stay.plug_in - Instant{};
        if (*stay.service <= Duration::zero()) return false;
    }
    const auto soc = soc_at_start(asked);
    if (!soc) return tally_.under_way.add(asked_kwh(asked.connector, stay)), false;
    stay.plug_in = Instant{};
    stay.stated_departure = std::max(stay.stated_departure, Instant{});
    stay.initial_soc = *soc;
    tally_.continued.add(asked_kwh(asked.connector, stay));
    return true;
}

/// State of charge at the start of a stay that has begun before it; nothing where it is not known.
std::optional<double> Stays::soc_at_start(const Asked& asked) const {
    const Stay& stay = asked.stay;
    const double rate = population_.connectors.charge_rating[first_connector_ + asked.connector] * soc_per_kwh(asked.connector);
    const double before_h = hours(Instant{} - stay.plug_in);
    const double after_h = hours(stay.unplug - Instant{});
    const double wanted = std::max(0.0, stay.target_soc - stay.initial_soc);
    const double at_most = stay.initial_soc + std::min(wanted, rate * before_h);
    if (rules_.under_way == UnderWay::at_rating) return at_most;
    if (rules_.under_way == UnderWay::evenly) return stay.initial_soc + wanted * before_h / (before_h + after_h);
    // What was delivered in the end has a rest between nothing and what the rating gives in the time that is left.
    constexpr double certain = 0.001;  // of the battery
    const double at_least = stay.initial_soc + std::max(0.0, wanted - rate * after_h);
    return stay.is_metered && at_most - at_least <= certain ? std::optional(at_most) : std::nullopt;
}

double Stays::soc_per_kwh(std::size_t i) const {
    const Vehicles& v = population_.vehicles;
    return v.stored_per_drawn[first_vehicle_ + i] / v.capacity[first_vehicle_ + i];
}

double Stays::asked_kwh(std::size_t i, const Stay& stay) const {
    return std::max(0.0, stay.target_soc - stay.initial_soc) / soc_per_kwh(i);
}

void Stays::sort_sessions() {
    const auto earlier = [](const Session& a, const Session& b) {
        return std::tie(a.plug_in, a.connector) < std::tie(b.plug_in, b.connector);
    };
    auto& sessions = population_.sessions;
    const auto middle = sessions.begin() + static_cast<std::ptrdiff_t>(first_session_);
    std::sort(middle, sessions.end(), earlier);
    std::inplace_merge(sessions.begin(), middle, sessions.end(), earlier);
}

}  // namespace evsweep
