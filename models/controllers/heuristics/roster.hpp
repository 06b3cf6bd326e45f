/// The vehicles of a heuristic that want energy, in an order, and what each of them would draw.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "controllers/heuristics/limits.hpp"
#include "evsweep/charging_need.hpp"

namespace evsweep::heuristic {

/// Vehicles below their targets in ascending order of a key; ties: the lower connector number goes first.
class Roster {
   public:
    explicit Roster(const Controller::Context& context)
        : key_(context.connectors.size()), full_kw_(context.connectors.size()), is_in_(context.connectors.size(), 0) {
        members_.reserve(context.own.size());
    }

    /// Takes out who has left or is full, and calls `key_of(c)` for everybody who has come and wants energy.
    template <class KeyOf>
    void update(const Connection& seen, ChargingRoom& room, const KeyOf& key_of) {
        for (const ConnectorId c : seen.left) leave(c, room);
        for (const ConnectorId c : seen.halted) leave(c, room);
        for (const ConnectorId c : seen.arrived)
            if (seen.p_max_kw[c.index()] > 0.0) enter(seen, c, key_of(c));
    }
    void enter(const Connection& seen, ConnectorId c, double key) {
        full_kw_[c.index()] = full_power_kw(seen, c);
        if (!(full_kw_[c.index()] > 0.0) || is_in_[c.index()] != 0) return;
        key_[c.index()] = key;
        is_in_[c.index()] = 1;
        members_.insert(std::lower_bound(members_.begin(), members_.end(), c, before()), c);
        wanted_kw_ += full_kw_[c.index()];
        has_changed_ = true;
    }
    void leave(ConnectorId c, ChargingRoom& room) {
        room.forget(c);
        if (is_in_[c.index()] == 0) return;
        members_.erase(std::lower_bound(members_.begin(), members_.end(), c, before()));
        is_in_[c.index()] = 0;
        wanted_kw_ = members_.empty() ? 0.0 : wanted_kw_ - full_kw_[c.index()];
        has_changed_ = true;
    }
    /// Orders everybody anew by what `key_of(c)` says now.
    template <class KeyOf>
    void rank(const KeyOf& key_of) {
        for (const ConnectorId c : members_) key_[c.index()] = key_of(c);
        if (std::is_sorted(members_.begin(), members_.end(), before())) return;
        std::sort(members_.begin(), members_.end(), before());
        has_changed_ = true;
    }

    [[nodiscard]] const std::vector<ConnectorId>& members() const { return members_; }
    [[nodiscard]] bool contains(ConnectorId c) const { return is_in_[c.index()] != 0; }
    [[nodiscard]] double key(ConnectorId c) const { return key_[c.index()]; }
    /// Full power of the charger.
    [[nodiscard]] double full_kw(ConnectorId c) const { return full_kw_[c.index()]; }
    /// That of all together.
    [[nodiscard]] double wanted_kw() const { return wanted_kw_; }
    /// Whether anybody has come or gone, or the order has changed, since `settle`.
    [[nodiscard]] bool has_changed() const { return has_changed_; }
    void settle() { has_changed_ = false; }
    /// What members want has changed.
    void touch() { has_changed_ = true; }

   private:
    struct Before {
        const double* key;
        bool operator()(ConnectorId a, ConnectorId b) const {
            const double ka = key[a.index()], kb = key[b.index()];
            return ka != kb ? ka < kb : a < b;
        }
    };
    [[nodiscard]] Before before() const { return {key_.data()}; }

    std::vector<ConnectorId> members_;
    std::vector<double> key_, full_kw_;  ///< by connector
    std::vector<std::uint8_t> is_in_;
    double wanted_kw_ = 0.0;
    bool has_changed_ = false;
};

/// The setpoint of a vehicle for which `left_kw` is there: full power, less where the limits say so, on the charger's steps. One
/// whose battery takes less than it is offered keeps its offer, since that falls by itself.
[[nodiscard]] inline double offer_kw(const Connection& seen, ConnectorId c, double full_kw, double left_kw, double cap_kw,
                                     double current_kw) {
    if (left_kw < negligible_kw) return 0.0;
    const double taken_kw = seen.p_max_kw[c.index()];
    if (left_kw >= taken_kw && current_kw >= taken_kw && current_kw <= std::min(full_kw, cap_kw)) return current_kw;
    return seen.admissible_kw(c, std::min(full_kw, left_kw));
}

/// The lowest setpoint of a charger that is not below `kw`; full power where there is none.
[[nodiscard]] inline double step_up_kw(const Connection& seen, ConnectorId c, double kw, double full_kw) {
    const std::size_t i = c.index();
    const double least_kw = std::max(kw, seen.connectors->minimum_power[i]);
    if (seen.connectors->level_set[i] == 0) return std::min(least_kw, full_kw);
    const auto& levels = (*seen.level_sets)[seen.connectors->level_set[i]];
    const auto enough = std::lower_bound(levels.begin(), levels.end(), least_kw - power_rounding_kw);
    return enough == levels.end() ? full_kw : std::min(*enough, full_kw);
}

/// A new setpoint, or the old one where sums of kW differ by rounding only.
[[nodiscard]] inline double without_rounding(double kw, double current_kw) {
    const bool is_same = kw > 0.0 && current_kw > 0.0 && std::abs(kw - current_kw) <= negligible_kw;
    return is_same ? current_kw : kw;
}

/// Gives a vehicle what its limits leave, up to full power; returns what it will draw.
inline double give(const Connection& seen, ConnectorId c, const Roster& roster, ChargingRoom& room, Setpoints& setpoints) {
    const double current_kw = setpoints.p_kw(c);
    const double kw =
        without_rounding(offer_kw(seen, c, roster.full_kw(c), room.left_kw(c), room.capped_kw(c), current_kw), current_kw);
    const double drawn_kw = std::min(kw, seen.p_max_kw[c.index()]);
    room.take(c, drawn_kw);
    if (kw != current_kw) setpoints.set(c, Kilowatts(kw));
    return drawn_kw;
}

/// What a turn has to do for the members of a roster, whatever the rule by which power is given out.
class Sharing {
   protected:
    enum class Task { nothing, give_all, share };

    /// Opens the room. Nothing is to be done where neither vehicles nor limits have changed since the last turn.
    Task open(const Turn& turn, bool is_due, const Connection& seen, Roster& roster, ChargingRoom& room,
              const Setpoints& setpoints) {
        const bool has_fallen = !everybody_ && room.recount(roster.members(), seen.p_max_kw, setpoints);
        room.open(turn, is_due);
        const bool stands = !roster.has_changed() && !has_fallen && !room.has_caps() && !had_caps_;
        had_caps_ = room.has_caps();
        roster.settle();
        const bool had_all = everybody_;
        everybody_ = fits_all(roster, room);
        if (everybody_) return had_all && stands ? Task::nothing : Task::give_all;
        if (had_all) {
            room.recount(roster.members(), seen.p_max_kw, setpoints);
            room.reopen(turn, is_due);
            return Task::share;
        }
        return stands && !room.has_changed() ? Task::nothing : Task::share;
    }
    /// Full power for everybody.
    static void give_all(const Connection& seen, const Roster& roster, ChargingRoom& room, Setpoints& setpoints) {
        for (const ConnectorId c : roster.members()) {
            const double full_kw = roster.full_kw(c), current_kw = setpoints.p_kw(c);
            const double kw = offer_kw(seen, c, full_kw, full_kw, full_kw, current_kw);
            room.take(c, std::min(kw, seen.p_max_kw[c.index()]));
            if (kw != current_kw) setpoints.set(c, Kilowatts(kw));
        }
    }

   private:
    /// Whether one limit for all has room for everybody's full power.
    [[nodiscard]] static bool fits_all(const Roster& roster, const ChargingRoom& room) {
        if (room.has_caps()) return false;
        if (room.rows() == 0) return true;
        return room.has_one_row() && roster.wanted_kw() <= room.room_kw(0) + power_rounding_kw;
    }

    bool everybody_ = true;  ///< has full power since the last turn
    bool had_caps_ = false;
};

}  // namespace evsweep::heuristic
