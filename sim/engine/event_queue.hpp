/// The event scheduler: what happens next, ordered so that ties are decided on purpose.
#pragma once

#include <cstdint>
#include <vector>

#include "evsweep/time.hpp"

namespace evsweep {

/// What happens, in the order in which events that share an instant happen. A connector is freed before the next vehicle takes
/// it: a shared point goes to those who wait (`hand_over`) before anybody loses patience or comes anew. The physical world
/// settles, commands that arrive among it, and the feeder's own devices move in it before messages arrive and meters read it;
/// then parties act, and then it is recorded. A command that arrives at the instant at which a vehicle leaves or its battery is
/// full comes too late.
enum class Phase : std::uint8_t {
    unplug,
    hand_over,
    give_up,
    plug_in,
    threshold,
    base_load,
    availability,
    actuate,
    devices,
    deliver,
    measure,
    act,
    record,
    sample
};
inline constexpr std::size_t phases = static_cast<std::size_t>(Phase::sample) + 1;

/// One planned happening. `subject` indexes what it concerns: a session, a connector or a control step, by phase.
struct Event {
    Instant at{};
    Phase phase{};
    std::uint32_t subject = 0;
    std::uint32_t stamp = 0;  ///< of the plan it came from; an outdated plan is ignored

    /// By instant, then phase.
    [[nodiscard]] bool is_before(const Event& other) const { return at != other.at ? at < other.at : phase < other.phase; }
};

/// Events by (instant, phase); equal keys leave in the order they came in. What is known from the start is a list that is
/// sorted once; what comes up on the way is a second one, kept in order, for there are never more than a handful of it.
class EventQueue {
   public:
    /// Takes all that is known beforehand, in any order. Once, before anything else.
    void plan(std::vector<Event> events);
    void push(const Event& event);
    [[nodiscard]] bool empty() const { return next_ == planned_.size() && coming_.empty(); }
    [[nodiscard]] std::size_t size() const { return planned_.size() - next_ + coming_.size(); }
    /// The event that comes first. Not for an empty queue.
    [[nodiscard]] const Event& top() const { return is_planned_next() ? planned_[next_] : coming_.back(); }
    /// Takes the first event out. Not for an empty queue.
    Event pop();

   private:
    /// What was planned came in before all else.
    [[nodiscard]] bool is_planned_next() const {
        return next_ < planned_.size() && (coming_.empty() || !coming_.back().is_before(planned_[next_]));
    }

    std::vector<Event> planned_;
    std::size_t next_ = 0;       ///< of those planned; the ones before have left
    std::vector<Event> coming_;  ///< the next one last
    bool has_begun_ = false;
};

}  // namespace evsweep
