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

void EventQueue::push(Event event) {
    event.sequence = next_sequence_++;
    heap_.push_back(event);
    std::push_heap(heap_.begin(), heap_.end(), is_later);
}

Event EventQueue::pop() {
    EVSWEEP_EXPECTS(!heap_.empty(), "an event is taken from a queue that has one");
    std::pop_heap(heap_.begin(), heap_.end(), is_later);
    const Event event = heap_.back();
    heap_.pop_back();
    return event;
}

}  // namespace evsweep
