#include "sim/engine/event_queue.hpp"

#include <algorithm>

#include "evsweep/contracts.hpp"

namespace evsweep {

void EventQueue::plan(std::vector<Event> events) {
    EVSWEEP_EXPECTS(!has_begun_, "what is known beforehand is planned before anything else");
    has_begun_ = true;
    planned_ = std::move(events);
    std::stable_sort(planned_.begin(), planned_.end(), [](const Event& a, const Event& b) { return a.is_before(b); });
}

void EventQueue::push(const Event& event) {
    has_begun_ = true;
    const auto is_not_later = [&event](const Event& other) { return !event.is_before(other); };
    coming_.insert(std::find_if(coming_.begin(), coming_.end(), is_not_later), event);
}

Event EventQueue::pop() {
    EVSWEEP_EXPECTS(!empty(), "an event is taken from a queue that has one");
    if (is_planned_next()) return planned_[next_++];
    const Event event = coming_.back();
    coming_.pop_back();
    return event;
}

}  // namespace evsweep
