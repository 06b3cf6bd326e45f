#include "sim/engine/event_queue.hpp"

#include <algorithm>
#include <tuple>

#include "evsweep/contracts.hpp"

namespace evsweep {

namespace {

/// std::push_heap keeps the largest in front, so "later" is the order that puts the earliest there.
bool is_later(const Event& a, const Event& b) {
    return std::tie(a.at, a.phase, a.sequence) > std::tie(b.at, b.phase, b.sequence);
}

}  // namespace

void EventQueue::plan(std::vector<Event> events) {
    EVSWEEP_EXPECTS(next_sequence_ == 0, "what is known beforehand is planned before anything else");
    for (Event& event : events) event.sequence = next_sequence_++;
    std::sort(events.begin(), events.end(), [](const Event& a, const Event& b) { return is_later(b, a); });
    planned_ = std::move(events);
}

void EventQueue::push(Event event) {
    event.sequence = next_sequence_++;
    heap_.push_back(event);
    std::push_heap(heap_.begin(), heap_.end(), is_later);
}

bool EventQueue::is_planned_next() const {
    if (next_ == planned_.size()) return false;
    return heap_.empty() || is_later(heap_.front(), planned_[next_]);
}

Event EventQueue::pop() {
    EVSWEEP_EXPECTS(!empty(), "an event is taken from a queue that has one");
    if (is_planned_next()) return planned_[next_++];
    std::pop_heap(heap_.begin(), heap_.end(), is_later);
    const Event event = heap_.back();
    heap_.pop_back();
    return event;
}

}  // namespace evsweep
