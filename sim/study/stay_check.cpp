#include "sim/study/stay_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace evsweep {

namespace {

constexpr double large_share = 0.01;

std::string joined(const std::vector<std::string>& parts) { return fmt::format("{}", fmt::join(parts, ", ")); }

std::string sum_text(const StaySum& sum) { return fmt::format("{} ({:.1f} kWh)", sum.count, sum.kwh); }

StaySum asked(const StayTally& tally) {
    StaySum sum = tally.dropped();
    return sum += tally.played;
}

bool loses_all(const StayTally& tally) { return tally.played.count == 0 && tally.dropped().count > 0; }

bool loses_many(const StayTally& tally) {
    const StaySum all = asked(tally);
    const StaySum lost = tally.dropped();
    return static_cast<double>(lost.count) > large_share * static_cast<double>(all.count) || lost.kwh > large_share * all.kwh;
}

/// What to do about the kind of loss that costs most stays.
std::string advice(const StayTally& tally) {
    const std::size_t most = std::max({tally.impossible.count, tally.occupied.count, tally.under_way.count, tally.no_room.count});
    if (most == tally.no_room.count) return "raise most_vehicles, or let them leave sooner: patience, service or stay";
    if (most == tally.impossible.count) return "let departure be after arrival, or set departure_day: next";
    if (most == tally.under_way.count)
        return "start earlier and set time.warm_up, or play them from the start with under_way: at_rating or evenly";
    return "let stays end before the next begins; where the behaviour has when_occupied: wait, the later one waits for its turn, "
           "and is lost only if it ends before that";
}

/// Whether the group loses all its stays in some more replicas, too.
bool always_loses_all(const LoadedStudy& study, std::size_t group) {
    constexpr int few = 5;
    for (int r = 1; r < std::min(few, study.scenario.study.replicas); ++r) {
        const Population fleet = study.draw(ReplicaId(static_cast<std::size_t>(r)));
        if (group >= fleet.stays.size() || !loses_all(fleet.stays[group])) return false;
    }
    return true;
}

}  // namespace

std::string left_out_text(const StayTally& tally) {
    const StaySum lost = tally.dropped();
    if (lost.count == 0) return {};
    std::vector<std::string> reasons;
    const auto add = [&reasons](const StaySum& sum, const char* why) {
        if (sum.count > 0) reasons.push_back(sum_text(sum) + " " + why);
    };
    add(tally.impossible, "end before they begin");
    add(tally.occupied, "find their charging point taken");
    add(tally.under_way, "had begun before the start");
    add(tally.no_room, "come when there are as many vehicles as the group has room for");
    const StaySum all = asked(tally);
    return fmt::format("{} of {} stays ({:.1f} of {:.1f} kWh) are left out: {}", lost.count, all.count, lost.kwh, all.kwh,
                       joined(reasons));
}

std::string changed_text(const StayTally& tally) {
    std::vector<std::string> changes;
    if (tally.waited.count > 0) changes.push_back(sum_text(tally.waited) + " wait until their charging point is free");
    if (tally.continued.count > 0) changes.push_back(sum_text(tally.continued) + " go on from before the start");
    return joined(changes);
}

void check_stays(const LoadedStudy& study, const Population& first, Issues& issues) {
    for (std::size_t g = 0; g < first.stays.size(); ++g) {
        const StayTally& tally = first.stays[g];
        const auto& groups = study.scenario.population;
        const auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& c) { return c.label == tally.group; });
        const Position at = group == groups.end() ? Position{} : group->at;
        const std::string path = "population." + tally.group;
        if (tally.vehicles == 0)
            issues.warning(at, path, "has no vehicles", "look at its penetration, number, counts or share");
        else if (asked(tally).count == 0)
            issues.warning(at, path, "none of its vehicles comes in the scenario's time", "look at its days and hours");
        else if (loses_all(tally) && always_loses_all(study, g))
            issues.error(at, path, "no stay can be played: " + left_out_text(tally), advice(tally));
        else if (loses_many(tally))
            issues.warning(at, path, "in replica 0 " + left_out_text(tally), advice(tally));
        if (static_cast<double>(tally.waited.count) > large_share * static_cast<double>(asked(tally).count))
            issues.warning(at, path, "in replica 0 " + changed_text(tally), "when_occupied: refuse leaves those that wait out");
    }
}

}  // namespace evsweep
