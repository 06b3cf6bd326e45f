#include "controllers/heuristics/fair_shares.hpp"

#include <cmath>

namespace evsweep::heuristic {

namespace {

constexpr double rising = -1.0;  ///< instead of a level that is not known yet

}  // namespace

void FairShares::find_levels(const Roster& roster, const ChargingRoom& room) {
    if (room.has_one_row()) return find_level_of_one(room.left_in_row_kw(0));
    const auto& members = roster.members();
    level_kw_.assign(members.size(), rising);
    for (std::size_t r = 0; r < rows_.size(); ++r) rows_[r] = {.left_kw = room.left_in_row_kw(r)};
    for (const ConnectorId c : members)
        for (const std::uint32_t r : room.rows_of(c)) ++rows_[r].rising;
    for (std::size_t still = members.size(); still > 0;) {
        find_tightest(roster, room);
        for (std::size_t k = 0; k < members.size(); ++k) {
            if (level_kw_[k] != rising) continue;
            const auto rows = room.rows_of(members[k]);
            const double level_kw = lowest_level_kw(rows);
            const bool is_in_tightest =
                std::any_of(rows.begin(), rows.end(), [this](std::uint32_t r) { return rows_[r].is_tightest; });
            if (most_kw_[k] > level_kw && !is_in_tightest) continue;
            stop(k, std::min(most_kw_[k], level_kw), rows);
            --still;
        }
    }
}

/// A row is tightest where none of its rising members is held lower by another row: they stop at its level.
void FairShares::find_tightest(const Roster& roster, const ChargingRoom& room) {
    for (Row& row : rows_) {
        row.level_kw = row.rising > 0 ? std::max(0.0, row.left_kw) / row.rising : HUGE_VAL;
        row.is_tightest = true;
    }
    const auto& members = roster.members();
    for (std::size_t k = 0; k < members.size(); ++k) {
        if (level_kw_[k] != rising) continue;
        const auto rows = room.rows_of(members[k]);
        const double level_kw = std::min(most_kw_[k], lowest_level_kw(rows));
        for (const std::uint32_t r : rows)
            if (rows_[r].level_kw > level_kw) rows_[r].is_tightest = false;
    }
}

double FairShares::lowest_level_kw(std::span<const std::uint32_t> rows) const {
    double level_kw = HUGE_VAL;
    for (const std::uint32_t r : rows) level_kw = std::min(level_kw, rows_[r].level_kw);
    return level_kw;
}

void FairShares::stop(std::size_t k, double kw, std::span<const std::uint32_t> rows) {
    level_kw_[k] = kw;
    for (const std::uint32_t r : rows) {
        rows_[r].left_kw -= kw;
        --rows_[r].rising;
    }
}

/// The level rises from an equal part for all: whoever takes less than it leaves the difference to the others.
void FairShares::find_level_of_one(double room_kw) {
    const std::size_t n = most_kw_.size();
    double level_kw = room_kw / static_cast<double>(std::max<std::size_t>(1, n));
    for (std::size_t below = 0, before = n + 1; below != before;) {
        before = below;
        below = 0;
        double taken_kw = 0.0;
        for (const double most_kw : most_kw_)
            if (most_kw <= level_kw) ++below, taken_kw += most_kw;
        if (below == n) break;
        level_kw = std::max(level_kw, (room_kw - taken_kw) / static_cast<double>(n - below));
    }
    level_kw_.resize(n);
    for (std::size_t k = 0; k < n; ++k) level_kw_[k] = std::min(most_kw_[k], level_kw);
}

void FairShares::give_levels(const Connection& seen, const Roster& roster, ChargingRoom& room, const Setpoints& setpoints) {
    const auto& members = roster.members();
    given_kw_.resize(members.size());
    for (std::size_t k = 0; k < members.size(); ++k) {
        const ConnectorId c = members[k];
        const double max_kw = seen.p_max_kw[c.index()], allowed_kw = allowed_kw_[k], level_kw = level_kw_[k];
        if (level_kw >= most_kw_[k] - negligible_kw)  // as much as it takes
            given_kw_[k] = offer_kw(seen, c, allowed_kw, allowed_kw, allowed_kw, setpoints.p_kw(c));
        else if (level_kw < negligible_kw)
            given_kw_[k] = 0.0;
        else
            given_kw_[k] = kw_at(seen, c, rounded_down(level_kw), setpoints.p_kw(c));
        room.take(c, std::min(given_kw_[k], max_kw));
    }
}

/// What a charger has already it can have; others find their step.
double FairShares::kw_at(const Connection& seen, ConnectorId c, double level_kw, double current_kw) {
    return current_kw == level_kw ? level_kw : seen.admissible_kw(c, level_kw);
}

double FairShares::rounded_down(double level_kw) const {
    return step_kw_ == 0.0 ? level_kw : step_kw_ * std::floor(level_kw / step_kw_ + 1e-9);
}

void FairShares::give_rest(const Connection& seen, const Roster& roster, ChargingRoom& room) {
    const std::size_t n = roster.members().size();
    bool is_tie = false;
    for (bool any = true; any;) {
        any = false;
        bool is_over = false;
        for (std::size_t k = 0; k < n && !is_over; ++k) {
            if (given_kw_[k] >= most_kw_[k] - negligible_kw) continue;
            is_over = room.has_one_row() && room.left_in_row_kw(0) < negligible_kw;
            const bool is_given = !is_over && give_step(seen, roster, room, k);
            is_tie = is_tie || (any && !is_given);
            any = any || is_given;
        }
    }
    if (is_tie) ++ties_;
}

/// The next step that the charger has, at least `step_kw_` above, or what is left. False where there is none.
bool FairShares::give_step(const Connection& seen, const Roster& roster, ChargingRoom& room, std::size_t k) {
    const ConnectorId c = roster.members()[k];
    const std::size_t i = c.index();
    const double left_kw = room.left_kw(c, given_kw_[k]) - given_kw_[k], max_kw = seen.p_max_kw[i], before_kw = given_kw_[k];
    if (left_kw < negligible_kw) return false;
    double wish_kw = step_kw_ > 0.0 ? before_kw + step_kw_ : before_kw + left_kw;
    if (seen.connectors->level_set[i] != 0) {
        const auto& levels = (*seen.level_sets)[seen.connectors->level_set[i]];
        const auto above = std::upper_bound(levels.begin(), levels.end(), before_kw + power_rounding_kw);
        if (above == levels.end() || std::min(*above, max_kw) - before_kw > left_kw + power_rounding_kw) return false;
        wish_kw = *above;
    } else {
        wish_kw = std::max(std::min(wish_kw, before_kw + left_kw), seen.connectors->minimum_power[i]);
        if (std::min(wish_kw, max_kw) - before_kw > left_kw + power_rounding_kw) return false;
    }
    if (wish_kw > allowed_kw_[k] + power_rounding_kw) wish_kw = allowed_kw_[k];
    const double kw = seen.admissible_kw(c, wish_kw);
    if (kw <= before_kw + negligible_kw) return false;
    given_kw_[k] = kw;
    room.take(c, std::min(kw, max_kw), std::min(before_kw, max_kw));
    return true;
}

void FairShares::set(const Roster& roster, Setpoints& setpoints) const {
    const auto& members = roster.members();
    for (std::size_t k = 0; k < members.size(); ++k) {
        const double current_kw = setpoints.p_kw(members[k]), kw = without_rounding(given_kw_[k], current_kw);
        if (kw != current_kw) setpoints.set(members[k], Kilowatts(kw));
    }
}

}  // namespace evsweep::heuristic
