/// Power given out in an order: each vehicle gets all that it takes and its limits leave, before the next one gets any.
#pragma once

#include <cstddef>

#include "controllers/heuristics/roster.hpp"

namespace evsweep::heuristic {

/// The rule of sorted algorithms: who is first in the roster is served first.
class InOrder : Sharing {
   public:
    /// A turn: opens the room and gives out what it leaves. Setpoints change only where the answer does.
    void share(const Turn& turn, bool is_due, const Connection& seen, Roster& roster, ChargingRoom& room, Setpoints& setpoints);
    /// Turns in which the first vehicle that got less than it takes had the same key as one treated otherwise.
    [[nodiscard]] std::size_t ties() const { return ties_; }

   private:
    void pass(const Connection& seen, const Roster& roster, ChargingRoom& room, Setpoints& setpoints);
    void note_tie(const Roster& roster, std::size_t place);

    std::size_t ties_ = 0;
};

}  // namespace evsweep::heuristic
