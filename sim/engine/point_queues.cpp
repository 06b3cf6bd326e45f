#include "sim/engine/point_queues.hpp"

#include <algorithm>

#include "evsweep/contracts.hpp"

namespace evsweep {

namespace {

/// The end of a stay that is booked.
Instant booked_end(const Session& stay) { return stay.stated_end(*stay.booked); }

}  // namespace

PointQueues::PointQueues(const Population& population) : population_(&population) {
    by_group_.assign(population.connectors.groups.size(), 0.0);
    if (!population.has_queues()) return;
    const auto& sessions = population.sessions;
    lines_.resize(population.queues.size());
    places_.assign(sessions.size(), Place::away);
    plugged_at_.assign(sessions.size(), Instant{});
    for (std::size_t s = 0; s < sessions.size(); ++s) {
        const std::uint32_t queue = population.connectors.queue_of(sessions[s].connector);
        if (population.queues[queue].rule == QueueRule::reservation && sessions[s].booked)
            lines_[queue].bookings.push_back(SessionId(s));
    }
    for (Line& line : lines_)
        std::stable_sort(line.bookings.begin(), line.bookings.end(),
                         [this](SessionId a, SessionId b) { return *session(a).booked < *session(b).booked; });
}

std::uint32_t PointQueues::queue_of(SessionId id) const { return population_->connectors.queue_of(session(id).connector); }

void PointQueues::come(SessionId id) {
    EVSWEEP_EXPECTS(place(id) == Place::away, "a vehicle comes once");
    places_[id.index()] = Place::waits;
    lines_[queue_of(id)].waiting.push_back(id);
    const auto& group = population_->connectors.group;
    if (!group.empty()) by_group_[group[session(id).connector.index()]] += 1.0;
}

std::optional<SessionId> PointQueues::next(std::uint32_t queue, Instant now) {
    const auto id = pick(queue, now, 0);
    if (!id) return std::nullopt;
    leave(*id);
    places_[id->index()] = Place::plugged_in;
    plugged_at_[id->index()] = now;
    lines_[queue].plugged_in.push_back(*id);
    return id;
}

void PointQueues::leave(SessionId id) {
    Line& line = lines_[queue_of(id)];
    if (place(id) == Place::waits) {
        std::erase(line.waiting, id);
        std::erase(line.bookings, id);
        const auto& group = population_->connectors.group;
        if (!group.empty()) by_group_[group[session(id).connector.index()]] -= 1.0;
    } else {
        EVSWEEP_EXPECTS(place(id) == Place::plugged_in, "who leaves a point has one");
        std::erase(line.plugged_in, id);
    }
    places_[id.index()] = Place::gone;
}

/// Whoever gets a point now, were there `extra` more of them.
std::optional<SessionId> PointQueues::pick(std::uint32_t queue, Instant now, std::uint32_t extra) const {
    const Line& line = lines_[queue];
    const std::size_t points = population_->queues[queue].points + extra;
    if (line.waiting.empty() || line.plugged_in.size() >= points) return std::nullopt;
    if (population_->queues[queue].rule == QueueRule::first_come) return line.waiting.front();
    if (const auto booked = pick_booked(queue, now)) return booked;
    const auto kept = static_cast<std::size_t>(
        std::count_if(line.bookings.begin(), line.bookings.end(), [&](SessionId id) { return is_kept(id, queue, now); }));
    if (line.plugged_in.size() + kept >= points) return std::nullopt;
    const auto first = std::find_if(line.waiting.begin(), line.waiting.end(), [&](SessionId id) { return fits(id, queue, now); });
    return first == line.waiting.end() ? std::nullopt : std::optional(*first);
}

/// Of those who wait, the one whose booking has begun first.
std::optional<SessionId> PointQueues::pick_booked(std::uint32_t queue, Instant now) const {
    for (const SessionId id : lines_[queue].bookings) {
        if (*session(id).booked > now) break;
        if (place(id) == Place::waits && is_on_time(session(id), queue)) return id;
    }
    return std::nullopt;
}

/// When its booking lapses if the vehicle has not come by then.
Instant PointQueues::lapses(const Session& stay, std::uint32_t queue) const {
    const auto& kept_for = population_->queues[queue].kept_for;
    return kept_for ? std::min(*stay.booked + *kept_for, booked_end(stay)) : booked_end(stay);
}

/// Whether it has come, or will come, before its booking lapses.
bool PointQueues::is_on_time(const Session& stay, std::uint32_t queue) const { return stay.plug_in <= lapses(stay, queue); }

/// Whether a point is kept at an instant for a vehicle that has not come yet.
bool PointQueues::is_kept(SessionId id, std::uint32_t queue, Instant at) const {
    const Session& stay = session(id);
    return place(id) == Place::away && *stay.booked <= at && at < lapses(stay, queue);
}

/// Whether it leaves, by its own word, so early or so few have booked that all who have find a point.
bool PointQueues::fits(SessionId id, std::uint32_t queue, Instant now) const {
    const Instant end = session(id).stated_end(now);
    for (const SessionId other : lines_[queue].bookings) {
        const Instant begins = *session(other).booked;
        if (begins >= end) break;
        if (begins <= now || other == id) continue;
        if (taken_at(queue, begins, now, id) + 1 > population_->queues[queue].points) return false;
    }
    return true;
}

/// Points that are taken or kept at a coming instant, as far as is known now, by others than `without`.
std::size_t PointQueues::taken_at(std::uint32_t queue, Instant at, Instant now, SessionId without) const {
    const Line& line = lines_[queue];
    std::size_t taken = 0;
    for (const SessionId id : line.plugged_in)
        if (session(id).stated_end(plugged_at_[id.index()]) > at) ++taken;
    for (const SessionId id : line.bookings) {
        const Session& stay = session(id);
        if (*stay.booked > at) break;
        const bool is_open = *stay.booked > now || is_kept(id, queue, now);
        if (id != without && is_open && booked_end(stay) > at) ++taken;
    }
    return taken;
}

std::vector<PointQueues::Look> PointQueues::looks() const {
    std::vector<Look> looks;
    for (std::uint32_t queue = 0; queue < lines_.size(); ++queue)
        for (const SessionId id : lines_[queue].bookings) {
            looks.push_back({std::max(*session(id).booked, Instant{}), queue});
            looks.push_back({std::max(lapses(session(id), queue), Instant{}), queue});
        }
    return looks;
}

}  // namespace evsweep
