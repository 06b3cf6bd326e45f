#include "agents/load_frequency/vehicle_power.hpp"

#include <algorithm>
#include <cmath>

#include "evsweep/party.hpp"

namespace evsweep {

namespace {

/// By group of the population: the index of its area, or -1. The run without vehicles has no groups.
std::vector<int> areas_of_groups(const std::map<std::string, AreaText>& areas, const Connectors& connectors) {
    std::vector<int> area_of(connectors.groups.size(), -1);
    if (area_of.empty()) return area_of;
    int index = 0;
    for (const auto& [area_name, area] : areas) {
        for (const std::string& group : area.groups) {
            const auto found = std::find(connectors.groups.begin(), connectors.groups.end(), group);
            if (found == connectors.groups.end())
                throw PartyError("areas." + area_name + ".groups: '" + group + "' is no group of the population; " +
                                 did_you_mean(group, connectors.groups));
            area_of[static_cast<std::size_t>(found - connectors.groups.begin())] = index;
        }
        ++index;
    }
    return area_of;
}

}  // namespace

VehiclePower::VehiclePower(const std::map<std::string, AreaText>& areas, const AreaNetwork& network, Duration step,
                           const Connectors& connectors, Exchange& exchange)
    : step_(step),
      group_area_(areas_of_groups(areas, connectors)),
      is_one_group_(connectors.groups.size() == 1 && !connectors.has_generators()),
      scheduled_(exchange.subscribe_if_there(signals::scheduled_power, Freshness::previous)),
      asked_(exchange.subscribe_if_there(signals::regulation_request, Freshness::previous)),
      relief_(network.areas.size()) {
    if (is_one_group_) {
        charging_ = exchange.subscribe(signals::charging_power, Freshness::previous);
        discharging_ = exchange.subscribe(signals::discharging_power, Freshness::previous);
    } else {
        group_power_ = exchange.subscribe(signals::group_power, Freshness::previous);
    }
    for (const auto& [name, area] : areas) {
        const double pu_per_kw = area.vehicles_stand_for / (1000.0 * network.areas[shares_.size()].base_mw);
        shares_.push_back({area.balance, area.vehicles_stand_for, pu_per_kw, area.schedule_delay});
        longest_delay_ = std::max(longest_delay_, area.schedule_delay);
    }
}

double VehiclePower::stands_for(std::size_t group) const {
    const int area = group_area_[group];
    return area < 0 ? 0.0 : shares_[static_cast<std::size_t>(area)].vehicles_stand_for;
}

void VehiclePower::take(const Turn& turn) {
    const auto kw = group_kw(turn);
    std::fill(relief_.begin(), relief_.end(), 0.0);
    take_drawn(kw);
    note_schedule(turn.now, turn[scheduled_]);
    take_departures(turn.now, kw);
    take_request(turn[asked_]);
}

std::span<const double> VehiclePower::group_kw(const Turn& turn) {
    if (!is_one_group_) return turn[group_power_];
    fleet_kw_ = turn.value(charging_).value() - turn.value(discharging_).value();
    return {&fleet_kw_, 1};
}

/// All that groups draw, less what they drew in the first step where that belongs to the balance.
void VehiclePower::take_drawn(std::span<const double> kw) {
    for (std::size_t g = 0; g < group_area_.size(); ++g) {
        const int area = group_area_[g];
        if (area >= 0 && shares_[static_cast<std::size_t>(area)].balance != Balance::schedule)
            relief_[static_cast<std::size_t>(area)] -= kw[g];
    }
    for (std::size_t i = 0; i < shares_.size(); ++i) relief_[i] *= shares_[i].pu_per_kw;
    if (balance_.empty()) balance_ = relief_;
    for (std::size_t i = 0; i < shares_.size(); ++i)
        if (shares_[i].balance == Balance::at_start) relief_[i] -= balance_[i];
}

/// A change that this turn sees for the first time was made when the last turn's instant had passed.
void VehiclePower::note_schedule(Instant now, std::span<const double> scheduled_kw) {
    if (scheduled_kw.empty()) return;
    const auto is_same = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
    if (schedules_.empty() || !std::equal(scheduled_kw.begin(), scheduled_kw.end(), schedules_.back().kw.begin(), is_same))
        schedules_.push_back({now - step_, {scheduled_kw.begin(), scheduled_kw.end()}});
    while (schedules_.size() > 1 && schedules_[1].from <= now - longest_delay_) schedules_.pop_front();
}

/// The latest one that was there at `t`; before there was any, the first.
const VehiclePower::Schedule& VehiclePower::schedule_at(Instant t) const {
    auto latest = schedules_.size() - 1;
    while (latest > 0 && schedules_[latest].from > t) --latest;
    return schedules_[latest];
}

/// What groups with a schedule draw less than it says; others draw what was foreseen.
void VehiclePower::take_departures(Instant now, std::span<const double> kw) {
    if (schedules_.empty()) return;
    for (std::size_t i = 0; i < shares_.size(); ++i) {
        if (shares_[i].balance != Balance::schedule) continue;
        const Schedule& schedule = schedule_at(now - shares_[i].schedule_delay);
        if (schedule.from > now - shares_[i].schedule_delay) continue;  // nobody has been told anything yet
        for (std::size_t g = 0; g < group_area_.size(); ++g)
            if (group_area_[g] == static_cast<int>(i) && !std::isnan(schedule.kw[g]))
                relief_[i] += (schedule.kw[g] - kw[g]) * shares_[i].pu_per_kw;
    }
}

void VehiclePower::take_request(std::span<const double> asked_kw) {
    if (asked_kw.empty()) return;
    request_.assign(shares_.size(), 0.0);
    for (std::size_t g = 0; g < group_area_.size(); ++g) {
        const int area = group_area_[g];
        if (area >= 0)
            request_[static_cast<std::size_t>(area)] += asked_kw[g] * shares_[static_cast<std::size_t>(area)].pu_per_kw;
    }
}

}  // namespace evsweep
