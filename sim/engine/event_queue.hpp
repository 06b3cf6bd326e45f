/// The event scheduler: what happens next, ordered so that ties are decided on purpose.
#pragma once

#include <cstdint>
#include <vector>

#include "evsweep/output.hpp"
#include "evsweep/time.hpp"

namespace evsweep {

/// The order of events that share an instant. A connector is freed before the next vehicle takes it; the physical
/// world settles before it is measured, the feeder's own devices move in it, and it is measured before anybody decides.
enum class Phase : std::uint8_t { unplug, plug_in, threshold, base_load, devices, measure, decide, record };

/// One planned happening. `subject` indexes what it concerns: a session or a connector, by phase.
struct Event {
    Instant at{};
    Phase phase{};
    EventKind kind{};
    std::uint32_t subject = 0;
    std::uint32_t stamp = 0;     ///< of the prediction it came from; an outdated prediction is ignored
    std::uint64_t sequence = 0;  ///< order of scheduling, set by the queue
};

/// Events by (instant, phase, sequence): equal keys leave in the order they came in. What is known from the start stands in
/// a list that is sorted once; only what comes up on the way goes through a binary heap, which stays small.
class EventQueue {
   public:
    /// Takes all that is known beforehand, in any order. Once, before anything else.
    void plan(std::vector<Event> events);
    void push(Event event);
    [[nodiscard]] bool empty() const { return next_ == planned_.size() && heap_.empty(); }
    [[nodiscard]] std::size_t size() const { return planned_.size() - next_ + heap_.size(); }
    /// The event that comes first. Not for an empty queue.
    [[nodiscard]] const Event& top() const { return is_planned_next() ? planned_[next_] : heap_.front(); }
    /// Takes the first event out. Not for an empty queue.
    Event pop();

   private:
    [[nodiscard]] bool is_planned_next() const;

    std::vector<Event> planned_;
    std::size_t next_ = 0;  ///< of those planned; the ones before have left
    std::vector<Event> heap_;
    std::uint64_t next_sequence_ = 0;
};

}  // namespace evsweep
