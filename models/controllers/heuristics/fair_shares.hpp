/// Power shared evenly: all rise to one level, each no further than it takes and its limits allow (max-min fairness).
#pragma once

#include <cstdint>
#include <vector>

#include "controllers/heuristics/roster.hpp"

namespace evsweep::heuristic {

/// Level by water-filling over any limits that hold together: whoever is in the tightest one stops rising when it is used up, the
/// others go on. Levels are rounded down to whole steps; what that leaves goes in the order of the roster, one step each.
class FairShares : Sharing {
   public:
    /// `step_kw`: 0: exact levels.
    FairShares(double step_kw, std::size_t rows) : step_kw_(step_kw), rows_(rows) {}

    /// A turn: opens the room and gives out what it leaves. `most_kw(c)`: the most that a vehicle is to have.
    template <class Most>
    void share(const Turn& turn, bool is_due, const Connection& seen, Roster& roster, ChargingRoom& room, Setpoints& setpoints,
               const Most& most_kw) {
        switch (open(turn, is_due, seen, roster, room, setpoints)) {
            case Task::nothing:
                return;
            case Task::give_all:
                if (most_kw.is_full) return give_all(seen, roster, room, setpoints);
                [[fallthrough]];
            case Task::share:
                break;
        }
        allowed_kw_.clear();
        most_kw_.clear();
        for (const ConnectorId c : roster.members()) {
            allowed_kw_.push_back(std::min(most_kw(c), room.capped_kw(c)));
            most_kw_.push_back(std::min(allowed_kw_.back(), seen.p_max_kw[c.index()]));
        }
        room.begin_sharing();
        find_levels(roster, room);
        give_levels(seen, roster, room, setpoints);
        give_rest(seen, roster, room);
        set(roster, setpoints);
    }
    /// Turns in which the order of the roster, and nothing else, gave some a step more than others.
    [[nodiscard]] std::size_t ties() const { return ties_; }

   private:
    struct Row {
        double left_kw = 0.0;
        std::uint32_t rising = 0;
        double level_kw = 0.0;  ///< at which it is used up
        bool is_tightest = false;
    };
    void find_levels(const Roster& roster, const ChargingRoom& room);
    void find_level_of_one(double room_kw);
    [[nodiscard]] double lowest_level_kw(std::span<const std::uint32_t> rows) const;
    void find_tightest(const Roster& roster, const ChargingRoom& room);
    void stop(std::size_t k, double kw, std::span<const std::uint32_t> rows);
    void give_levels(const Connection& seen, const Roster& roster, ChargingRoom& room, const Setpoints& setpoints);
    void give_rest(const Connection& seen, const Roster& roster, ChargingRoom& room);
    bool give_step(const Connection& seen, const Roster& roster, ChargingRoom& room, std::size_t k);
    [[nodiscard]] double rounded_down(double level_kw) const;
    [[nodiscard]] static double kw_at(const Connection& seen, ConnectorId c, double level_kw, double current_kw);
    void set(const Roster& roster, Setpoints& setpoints) const;

    double step_kw_;
    std::vector<Row> rows_;
    /// By place in the roster: the most that it may have, and of that the battery takes; the level; the setpoint.
    std::vector<double> allowed_kw_, most_kw_, level_kw_, given_kw_;
    std::size_t ties_ = 0;
};

/// Everybody may have full power.
struct FullPower {
    static constexpr bool is_full = true;
    const Roster& roster;
    double operator()(ConnectorId c) const { return roster.full_kw(c); }
};

}  // namespace evsweep::heuristic
