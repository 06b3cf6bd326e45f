#include "sim/study/hosting/hosting_search.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "sim/statistics/clock_statistics.hpp"
#include "sim/statistics/shares.hpp"

namespace evsweep {

namespace {

/// Levels, evenly spread from the lowest to the highest.
std::vector<std::size_t> levels_of_curve(std::size_t levels, std::size_t points) {
    std::set<std::size_t> chosen;
    for (std::size_t i = 0; i < points; ++i)
        chosen.insert(points == 1
                          ? levels - 1
                          : static_cast<std::size_t>(std::llround(static_cast<double>(i) * static_cast<double>(levels - 1) /
                                                                  static_cast<double>(points - 1))));
    return {chosen.begin(), chosen.end()};
}

}  // namespace

HostingSearch::HostingSearch(const HostingPlan& plan, const HostingLevels& levels, std::size_t replicas,
                             const CapacityRanks& ranks, CapacitySearch::Ends ends, std::vector<std::size_t> asked,
                             std::size_t curve)
    : plan_(plan),
      levels_(levels),
      replicas_(replicas),
      asked_(std::move(asked)),
      curve_(levels_of_curve(levels.count, curve)),
      not_judged_(asked_.size(), 0) {
    for (std::size_t k = 0; k < asked_.size(); ++k) searches_.emplace_back(levels.count, replicas, ranks, ends);
}

std::optional<CapacityRequest> HostingSearch::next() {
    if (failure_) return std::nullopt;
    found_ = 0;
    for (CapacitySearch& search : searches_) {
        if (auto request = search.next()) return request;
        ++found_;
    }
    return next_of_curve();
}

/// At the levels of the curve, replicas of which any limit is not known.
std::optional<CapacityRequest> HostingSearch::next_of_curve() const {
    for (const std::size_t level : curve_) {
        std::set<std::size_t> unknown;
        for (const CapacitySearch& search : searches_)
            for (const std::size_t r : search.table().not_implied(level)) unknown.insert(r);
        if (!unknown.empty()) return CapacityRequest{level, {unknown.begin(), unknown.end()}};
    }
    return std::nullopt;
}

void HostingSearch::take(std::size_t level, const std::vector<HostingOutcome>& outcomes) {
    for (const HostingOutcome& outcome : outcomes) {
        if (outcome.failure) {
            if (!failure_) failed_level_ = level, failure_ = outcome.failure;
            continue;
        }
        for (std::size_t k = 0; k < asked_.size(); ++k) {
            const LimitOutcome& of_limit = outcome.limits.at(asked_[k]);
            if (!of_limit.is_judged) ++not_judged_[k];
            searches_[k].note(level, outcome.replica, of_limit.is_broken);
        }
        outcomes_[{level, outcome.replica}] = outcome.limits;
    }
}

std::size_t HostingSearch::levels_run() const {
    std::set<std::size_t> levels;
    for (const auto& [key, limits] : outcomes_) levels.insert(key.first);
    return levels.size();
}

HostingShare HostingSearch::share_at(std::size_t k, std::size_t level) const {
    const auto count = searches_[k].table().seen(level);
    Estimate share = estimate_share(count.broken, count.broken + count.kept, plan_.confidence);
    return {level, count.broken, share};
}

/// What most of the replicas say that break limit k at `level`.
std::optional<HostingBinding> HostingSearch::binding(std::size_t k, std::size_t level, double start_h) const {
    const HostingLimit& limit = plan_.limits[asked_[k]];
    std::map<std::pair<std::string, std::string>, std::vector<double>> hours;  // by kind and element
    std::size_t broken = 0;
    for (std::size_t r = 0; r < replicas_; ++r) {
        const auto run = outcomes_.find({level, r});
        if (run == outcomes_.end() || !run->second[asked_[k]].is_broken) continue;
        ++broken;
        const LimitOutcome* told = &run->second[asked_[k]];
        const HostingLimit* kind = &limit;
        if (limit.is_joint && !std::isnan(told->where)) {
            const std::string& name = limit.names.at(static_cast<std::size_t>(told->where));
            for (std::size_t l = 0; l < plan_.limits.size(); ++l)
                if (plan_.limits[l].name == name) kind = &plan_.limits[l], told = &run->second[l];
        }
        const bool has_place = !kind->is_joint && kind->where && !std::isnan(told->where);
        const std::string element = has_place ? kind->names.at(static_cast<std::size_t>(told->where)) : std::string();
        hours[{kind->name, element}].push_back(told->worst_h + start_h);
    }
    if (hours.empty()) return std::nullopt;
    const auto fewer = [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); };
    const auto most = std::max_element(hours.begin(), hours.end(), fewer);
    HostingBinding found{most->first.first, most->first.second,
                         static_cast<double>(most->second.size()) / static_cast<double>(broken), broken};
    const std::vector<double> levels{0.05, 0.5, 0.95};
    const std::vector<double> quantiles = quantiles_of_day(most->second, levels);
    std::copy(quantiles.begin(), quantiles.end(), found.hours.begin());
    return found;
}

HostingCapacity HostingSearch::capacity(std::size_t k, double start_h) const {
    const CapacitySearch& search = searches_[k];
    const CapacitySearch::Found found = search.found();
    HostingCapacity capacity;
    capacity.estimate = found.estimate;
    capacity.low = found.low;
    capacity.high = found.high;
    capacity.has_moved = found.has_moved;
    capacity.contradicting = search.table().contradicting();
    capacity.not_judged = not_judged_[k];
    if (found.estimate >= 0) capacity.at = share_at(k, static_cast<std::size_t>(found.estimate));
    const auto above = static_cast<std::size_t>(found.estimate + 1);
    if (above < levels_.count) {
        capacity.above = share_at(k, above);
        capacity.binding = binding(k, above, start_h);
    }
    for (std::size_t level = 0; level < levels_.count; ++level) {
        const auto count = search.table().implied(level);
        capacity.broken.push_back(static_cast<std::int32_t>(count.broken));
        capacity.kept.push_back(static_cast<std::int32_t>(count.kept));
    }
    return capacity;
}

}  // namespace evsweep
