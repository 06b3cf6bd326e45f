#include "controllers/heuristics/in_order.hpp"

#include <algorithm>

namespace evsweep::heuristic {

void InOrder::share(const Turn& turn, bool is_due, const Connection& seen, Roster& roster, ChargingRoom& room,
                    Setpoints& setpoints) {
    switch (open(turn, is_due, seen, roster, room, setpoints)) {
        case Task::nothing:
            return;
        case Task::give_all:
            return give_all(seen, roster, room, setpoints);
        case Task::share:
            return pass(seen, roster, room, setpoints);
    }
}

void InOrder::pass(const Connection& seen, const Roster& roster, ChargingRoom& room, Setpoints& setpoints) {
    const auto& members = roster.members();
    std::size_t on = room.drawing();  // who still draws power that may have to be taken back
    room.begin_sharing();
    bool is_short = false;
    for (std::size_t k = 0; k < members.size(); ++k) {
        const ConnectorId c = members[k];
        if (on == 0 && room.has_one_row() && room.left_in_row_kw(0) < negligible_kw) {
            if (!is_short) note_tie(roster, k);
            break;
        }
        if (on > 0 && std::min(setpoints.p_kw(c), seen.p_max_kw[c.index()]) > 0.0) --on;
        const double drawn_kw = give(seen, c, roster, room, setpoints);
        const double taken_kw = std::min({roster.full_kw(c), seen.p_max_kw[c.index()], room.capped_kw(c)});
        if (!is_short && drawn_kw < taken_kw - negligible_kw) {
            is_short = true;
            note_tie(roster, k);
        }
    }
}

void InOrder::note_tie(const Roster& roster, std::size_t place) {
    const auto& members = roster.members();
    const double key = roster.key(members[place]);
    const bool before = place > 0 && roster.key(members[place - 1]) == key;
    const bool after = place + 1 < members.size() && roster.key(members[place + 1]) == key;
    if (before || after) ++ties_;
}

}  // namespace evsweep::heuristic
