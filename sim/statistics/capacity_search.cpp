#include "sim/statistics/capacity_search.hpp"

#include <algorithm>
#include <cmath>

#include "evsweep/contracts.hpp"
#include "sim/statistics/shares.hpp"

namespace evsweep {

namespace {

/// Shares as they are written, so that 5 % of 100 replicas are five of them.
constexpr double share_rounding = 1e-12;

/// The largest k of 0 .. replicas - 1 for which `holds`, which holds up to some k; none where it never does.
template <class Holds>
std::optional<std::size_t> largest(std::size_t replicas, const Holds& holds) {
    if (!holds(0)) return std::nullopt;
    std::size_t low = 0, high = replicas;
    while (high - low > 1) {
        const std::size_t middle = low + (high - low) / 2;
        (holds(middle) ? low : high) = middle;
    }
    return low;
}

}  // namespace

CapacityRanks capacity_ranks(std::size_t replicas, double at_most, double confidence) {
    EVSWEEP_EXPECTS(replicas > 0 && at_most > 0.0 && at_most < 1.0, "a capacity is asked for a probability between 0 and 1");
    const double limit = at_most + share_rounding;
    CapacityRanks ranks;
    ranks.estimate = static_cast<std::size_t>(std::floor(static_cast<double>(replicas) * limit));
    ranks.low = largest(replicas, [&](std::size_t k) { return clopper_pearson(k, replicas, confidence).high <= limit; });
    ranks.high =
        largest(replicas, [&](std::size_t k) { return clopper_pearson(k, replicas, confidence).low <= limit; }).value_or(0);
    return ranks;
}

std::size_t replicas_for_low_end(double at_most, double confidence) {
    // No broken replica of n: the upper bound is 1 - ((1 - confidence) / 2)^(1/n).
    return static_cast<std::size_t>(std::ceil(std::log(0.5 * (1.0 - confidence)) / std::log1p(-at_most) - share_rounding));
}

BreachTable::BreachTable(std::size_t levels, std::size_t replicas)
    : levels_(levels), replicas_(replicas), highest_kept_(replicas, -1), lowest_broken_(replicas, levels) {}

void BreachTable::note(std::size_t level, std::size_t replica, bool is_broken) {
    EVSWEEP_EXPECTS(level < levels_ && replica < replicas_, "what is noted is a replica at a level of the search");
    auto& column = seen_[level];
    column.resize(replicas_, State::unknown);
    column[replica] = is_broken ? State::broken : State::kept;
    if (is_broken)
        lowest_broken_[replica] = std::min(lowest_broken_[replica], level);
    else
        highest_kept_[replica] = std::max(highest_kept_[replica], static_cast<std::ptrdiff_t>(level));
}

BreachTable::State BreachTable::implied_state(std::size_t level, std::size_t replica, State seen) const {
    if (seen != State::unknown) return seen;
    const bool broken_below = lowest_broken_[replica] < level;
    const bool kept_above = highest_kept_[replica] > static_cast<std::ptrdiff_t>(level);
    if (broken_below == kept_above) return State::unknown;
    return broken_below ? State::broken : State::kept;
}

BreachTable::Count BreachTable::seen(std::size_t level) const {
    Count count;
    const auto column = seen_.find(level);
    if (column == seen_.end()) return count;
    for (const State state : column->second) {
        if (state == State::broken) ++count.broken;
        if (state == State::kept) ++count.kept;
    }
    return count;
}

BreachTable::Count BreachTable::implied(std::size_t level) const {
    Count count;
    const auto column = seen_.find(level);
    for (std::size_t r = 0; r < replicas_; ++r) {
        const State state = implied_state(level, r, column == seen_.end() ? State::unknown : column->second[r]);
        if (state == State::broken) ++count.broken;
        if (state == State::kept) ++count.kept;
    }
    return count;
}

std::vector<std::size_t> BreachTable::not_seen(std::size_t level) const {
    std::vector<std::size_t> list;
    const auto column = seen_.find(level);
    for (std::size_t r = 0; r < replicas_; ++r)
        if (column == seen_.end() || column->second[r] == State::unknown) list.push_back(r);
    return list;
}

std::vector<std::size_t> BreachTable::not_implied(std::size_t level) const {
    std::vector<std::size_t> list;
    for (const std::size_t r : not_seen(level))
        if (implied_state(level, r, State::unknown) == State::unknown) list.push_back(r);
    return list;
}

std::size_t BreachTable::contradicting() const {
    std::size_t count = 0;
    for (std::size_t r = 0; r < replicas_; ++r)
        if (static_cast<std::ptrdiff_t>(lowest_broken_[r]) < highest_kept_[r]) ++count;
    return count;
}

std::vector<std::size_t> BreachTable::visited() const {
    std::vector<std::size_t> list;
    for (const auto& [level, column] : seen_) list.push_back(level);
    return list;
}

std::optional<bool> BreachTable::state(std::size_t level, std::size_t replica) const {
    const auto column = seen_.find(level);
    if (column == seen_.end() || column->second[replica] == State::unknown) return std::nullopt;
    return column->second[replica] == State::broken;
}

namespace {

/// Whether more than `most` of `replicas` are broken, as far as that is decided.
std::optional<bool> verdict_of(const BreachTable::Count& count, std::size_t replicas, std::size_t most) {
    if (count.broken > most) return true;
    if (replicas - count.kept <= most) return false;
    return std::nullopt;
}

}  // namespace

std::optional<bool> CrossingSearch::exceeds(const BreachTable& table, std::size_t level) const {
    return verdict_of(is_strict_ ? table.seen(level) : table.implied(level), table.replicas(), most_);
}

/// Takes in what is decided at levels between the ends.
void CrossingSearch::narrow(const BreachTable& table) {
    for (const std::size_t level : table.visited()) {
        const auto at = static_cast<std::ptrdiff_t>(level);
        if (at <= low_ || at >= high_) continue;
        const auto verdict = exceeds(table, level);
        if (!verdict) continue;
        (*verdict ? high_ : low_) = at;
        if (*verdict) break;
    }
}

/// Where to look next: at the top first, which costs little where it is broken and is the answer where it is not; then in the
/// middle. A strict search goes away from where it began in strides that double.
std::size_t CrossingSearch::probe(const BreachTable& table) const {
    const auto levels = static_cast<std::ptrdiff_t>(table.levels());
    if (stride_ > 0 && high_ == levels) return static_cast<std::size_t>(std::min(levels - 1, low_ + stride_));
    if (stride_ > 0 && low_ == -1) return static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, high_ - stride_));
    if (high_ == levels) return table.levels() - 1;
    return static_cast<std::size_t>(low_ + (high_ - low_) / 2);
}

/// As many replicas as may decide the level, but no fewer than an ensemble has.
CapacityRequest CrossingSearch::request(const BreachTable& table, std::size_t level) const {
    constexpr std::size_t least = 8;
    const BreachTable::Count count = is_strict_ ? table.seen(level) : table.implied(level);
    CapacityRequest request{level, is_strict_ ? table.not_seen(level) : table.not_implied(level)};
    const std::size_t to_exceed = most_ + 1 - count.broken;
    const std::size_t to_keep = table.replicas() - most_ - count.kept;
    request.replicas.resize(std::min(request.replicas.size(), std::max(least, std::min(to_exceed, to_keep))));
    return request;
}

std::optional<CapacityRequest> CrossingSearch::next(const BreachTable& table, CrossingCheck check) {
    const auto levels = static_cast<std::ptrdiff_t>(table.levels());
    const auto is_right = [&](std::ptrdiff_t at, bool exceeding) {
        if (at < 0 || at == levels) return true;
        return verdict_of(table.seen(static_cast<std::size_t>(at)), table.replicas(), most_) == exceeding;
    };
    while (true) {
        narrow(table);
        if (high_ - low_ > 1) {
            const std::size_t level = probe(table);
            const auto verdict = exceeds(table, level);
            if (!verdict) return request(table, level);
            (*verdict ? high_ : low_) = static_cast<std::ptrdiff_t>(level);
            stride_ *= 2;
            continue;
        }
        if (check == CrossingCheck::none) return std::nullopt;
        if (auto request = missing(table, check)) return request;
        const bool low_is_good = is_right(low_, false);
        if (low_is_good && is_right(high_, true)) return std::nullopt;
        go_on_from(low_is_good, levels);
    }
}

/// What the check of the two levels still takes.
std::optional<CapacityRequest> CrossingSearch::missing(const BreachTable& table, CrossingCheck check) const {
    for (const std::ptrdiff_t at : {low_, high_}) {
        if (at < 0 || at >= static_cast<std::ptrdiff_t>(table.levels())) continue;
        const auto level = static_cast<std::size_t>(at);
        CapacityRequest request{level, table.not_seen(level)};
        if (request.replicas.empty()) continue;
        if (check == CrossingCheck::whole) return request;
        CrossingSearch strict(*this);
        strict.is_strict_ = true;
        if (!strict.exceeds(table, level)) return strict.request(table, level);
    }
    return std::nullopt;
}

/// The counts of the two levels are not as concluded: searches on, by what was run alone.
void CrossingSearch::go_on_from(bool low_is_good, std::ptrdiff_t levels) {
    is_strict_ = true;
    stride_ = 1;
    if (low_is_good) {
        low_ = high_;  // this one has no more either
        high_ = levels;
    } else {
        high_ = low_;
        low_ = -1;
    }
}

CapacitySearch::CapacitySearch(std::size_t levels, std::size_t replicas, const CapacityRanks& ranks, Ends ends)
    : table_(levels, replicas), estimate_(ranks.estimate, levels) {
    if (ends == Ends::none) return;
    if (ranks.low) low_.emplace(*ranks.low, levels);
    high_.emplace(ranks.high, levels);
}

std::optional<CapacityRequest> CapacitySearch::next() {
    if (auto request = estimate_.next(table_, CrossingCheck::whole)) return request;
    const CrossingCheck check = table_.contradicting() > 0 ? CrossingCheck::decided : CrossingCheck::none;
    if (low_)
        if (auto request = low_->next(table_, check)) return request;
    if (high_)
        if (auto request = high_->next(table_, check)) return request;
    return std::nullopt;
}

CapacitySearch::Found CapacitySearch::found() const {
    Found found;
    found.estimate = estimate_.level();
    if (low_) found.low = std::min(found.estimate, low_->level());
    found.high = high_ ? std::max(found.estimate, high_->level()) : found.estimate;
    found.has_moved = estimate_.has_moved();
    return found;
}

}  // namespace evsweep
