#include "sim/engine/replica.hpp"

#include <algorithm>
#include <cstdlib>

#include "evsweep/contracts.hpp"
#include "sim/engine/error_text.hpp"

namespace evsweep {

namespace {

Event planned(Instant at, Phase phase, std::size_t subject = 0, std::uint32_t stamp = 0) {
    return {at, phase, static_cast<std::uint32_t>(subject), stamp};
}

EventKind kind_of(Threshold threshold) {
    switch (threshold) {
        case Threshold::full:
            return EventKind::full;
        case Threshold::empty:
            return EventKind::empty;
        case Threshold::reserve:
            return EventKind::reserve;
        case Threshold::knee:
            return EventKind::knee;
    }
    EVSWEEP_EXPECTS(false, "every threshold is reported as an event");
    return EventKind::full;
}

}  // namespace

/// What is done about each phase, in their order.
struct Replica::Handler {
    Phase phase{};
    void (Replica::*handle)(const Event&) = nullptr;
};
constexpr Replica::Handler Replica::handlers[] = {
    {Phase::unplug, &Replica::unplug},
    {Phase::hand_over, &Replica::hand_over},
    {Phase::give_up, &Replica::give_up},
    {Phase::plug_in, &Replica::plug_in},
    {Phase::threshold, &Replica::cross},
    {Phase::base_load, &Replica::change_base_load},
    {Phase::availability, &Replica::change_availability},
    {Phase::actuate, &Replica::actuate},
    {Phase::devices, &Replica::move_devices},
    {Phase::deliver, &Replica::deliver},
    {Phase::measure, &Replica::measure},
    {Phase::act, &Replica::act},
    {Phase::record, &Replica::record},
    {Phase::sample, &Replica::sample},
};

Replica::Replica(const ReplicaSite& site, SharedSite& shared, const Population& population, PartySet& parties, Rng rng)
    : site_(site), world_(site, shared, population), parties_(parties, world_, rng), recording_(world_, parties_.board()) {
    world_.settle_devices = [this] {
        world_.advance_fleet();
        solve_alone();
    };
    schedule_sessions();
    schedule_step(0);
}

void Replica::expect_stays(const Population& fleet) {
    EVSWEEP_EXPECTS(fleet.connectors.size() == world_.population.connectors.size(), "a forecast of stays knows the connectors");
    world_.expected_stays = &fleet;
}

void Replica::know_base(std::span<const std::uint8_t> outside) {
    EVSWEEP_EXPECTS(outside.size() == site_.base.steps(), "the run without vehicles has all control steps");
    world_.base_outside = outside;
}

LoadFlow* Replica::run_to_load_flow() {
    if (finished_ || failure_) return nullptr;
    try {
        return next_load_flow();
    } catch (const Stopped&) {
        throw;
    } catch (...) {
        failure_ = error_text_of_exception(site_.scenario.time.start, world_.now);
    }
    return nullptr;
}

ReplicaOutcome Replica::outcome() {
    if (!failure_) failure_ = recording_.ledger().error_text();
    return {std::move(recording_.unsolved()), recording_.ledger(), parties_.message_counts(), parties_.actuation_numbers(),
            std::move(failure_)};
}

LoadFlow* Replica::next_load_flow() {
    const Instant horizon(site_.scenario.time.duration);
    while (pending_ || (pending_ = next_event())) {
        site_.stop.obey();
        if (pending_->at > horizon) break;
        world_.now = pending_->at;
        // Of what the horizon itself brings, only stays and crossings end with it.
        if (world_.now < horizon || pending_->phase == Phase::unplug || pending_->phase == Phase::threshold) {
            if (is_solution_missing()) return &world_.network.load_flow();
            handle(*pending_);
        } else if (pending_->phase >= Phase::actuate) {
            break;  // chargers and parties would ask for ever
        }
        pending_.reset();
        asked_ = false;
    }
    world_.now = horizon;
    finish();
    return nullptr;
}

/// Whether the event at hand looks at the network, and that has changed since it was last solved or asked.
bool Replica::is_solution_missing() {
    const bool measures = pending_->phase == Phase::measure && parties_.measures_network();
    if (!measures && pending_->phase != Phase::record) return false;
    if (asked_) return false;  // and it has been solved meanwhile
    asked_ = true;
    world_.advance_fleet();
    ElectricalState& network = world_.network;
    network.expect(pending_->phase == Phase::record ? LoadFlow::Questions::everything : LoadFlow::Questions::none);
    if (!network.is_stale()) return network.is_solved() && !network.load_flow().has_answers();
    if (network.solves_itself()) {
        solve_alone();
        return false;
    }
    network.assemble(world_.fleet);
    return true;
}

void Replica::take(const LoadFlowResult& result) {
    world_.network.take(result, world_.now);
    take_solution();
}

/// The first of what is to happen: an event of the queue, a battery's crossing (which is never outdated), a message that arrives,
/// or what parties and recorders have asked for.
std::optional<Event> Replica::next_event() {
    Event first{Instant::max(), Phase::sample};
    const auto consider = [&first](const std::optional<Instant>& at, Phase phase) {
        if (at && (*at < first.at || (*at == first.at && phase < first.phase))) first.at = *at, first.phase = phase;
    };
    consider(world_.fleet.next_crossing_at(), Phase::threshold);
    consider(parties_.next_actuation(), Phase::actuate);
    consider(parties_.next_message(), Phase::deliver);
    consider(parties_.next_reading(), Phase::measure);
    consider(parties_.next_turn(), Phase::act);
    consider(recording_.next_sample(), Phase::sample);
    if (!queue_.empty() && !first.is_before(queue_.top())) return queue_.pop();
    if (first.at == Instant::max()) return std::nullopt;
    return first;
}

void Replica::schedule_sessions() {
    const auto& sessions = world_.population.sessions;
    std::vector<Event> events;
    events.reserve(2 * sessions.size());
    for (std::size_t s = 0; s < sessions.size(); ++s) {
        events.push_back(planned(sessions[s].plug_in, Phase::plug_in, s));
        events.push_back(planned(sessions[s].unplug, Phase::unplug, s));
        if (sessions[s].patience && world_.queues.is_shared(sessions[s].connector))
            events.push_back(planned(sessions[s].plug_in + *sessions[s].patience, Phase::give_up, s));
    }
    for (const PointQueues::Look& look : world_.queues.looks()) events.push_back(planned(look.at, Phase::hand_over, look.queue));
    queue_.plan(std::move(events));
}

/// Plans what every control step has: base load and what generators could feed in where they change, measuring where anybody
/// reads a meter, recording.
void Replica::schedule_step(std::size_t step) {
    const Instant at(site_.scenario.time.step * static_cast<std::int64_t>(step));
    if (world_.base_load.changes_at(step)) queue_.push(planned(at, Phase::base_load, step));
    if (world_.generators.changes_at(step)) queue_.push(planned(at, Phase::availability, step));
    if (parties_.has_meters()) queue_.push(planned(at, Phase::measure, step));
    queue_.push(planned(at, Phase::record, step));
}

void Replica::handle(const Event& event) {
    if (RunProfile* profile = world_.shared.watch.profile()) ++profile->events;
    constexpr bool is_complete = [] {
        for (std::size_t i = 0; i < phases; ++i)
            if (handlers[i].phase != static_cast<Phase>(i) || !handlers[i].handle) return false;
        return true;
    }();
    static_assert(is_complete, "every phase has its handler");
    (this->*handlers[static_cast<std::size_t>(event.phase)].handle)(event);
}

void Replica::change_base_load(const Event& event) {
    world_.network.change_base_load(event.subject);
    recording_.note(EventKind::base_load);
}

void Replica::change_availability(const Event& event) {
    world_.generators.begin_step(event.subject, world_.now);
    for (const ConnectorId c : world_.generators.members()) world_.network.change_power(c);
    recording_.note(EventKind::availability);
}

/// The departure of a stay, or, where points are shared, what may be: a vehicle may have left before, or still wait.
void Replica::unplug(const Event& event) {
    const SessionId id(event.subject);
    const ConnectorId c = world_.population.sessions[event.subject].connector;
    if (!world_.queues.is_shared(c)) return end_stay(c, StayOutcome::served);
    switch (world_.queues.place(id)) {
        case PointQueues::Place::away:
        case PointQueues::Place::gone:
            return;
        case PointQueues::Place::waits:
            return leave_unserved(id);
        case PointQueues::Place::plugged_in:
            return end_stay(c, StayOutcome::served);
    }
}

/// Those who wait are looked at once all who leave at this instant have left.
void Replica::hand_over(const Event& event) { settle(event.subject); }

void Replica::give_up(const Event& event) {
    if (world_.queues.place(SessionId(event.subject)) == PointQueues::Place::waits) leave_unserved(SessionId(event.subject));
}

void Replica::plug_in(const Event& event) {
    const SessionId id(event.subject);
    const ConnectorId c = world_.population.sessions[event.subject].connector;
    if (!world_.queues.is_shared(c)) return begin_stay(id);
    world_.queues.come(id);
    settle(world_.queues.queue_of(id));
    if (world_.queues.place(id) == PointQueues::Place::waits)
        recording_.note(EventKind::wait, c, world_.trips.arrival(world_.population.sessions[event.subject]).soc);
}

void Replica::begin_stay(SessionId id) {
    const Session& session = world_.population.sessions[id.index()];
    world_.fleet.plug_in(id, world_.now, world_.trips.arrival(session));
    parties_.plugged_in(session.connector);
    recording_.note(EventKind::plug_in, session.connector);
    if (session.service && world_.queues.is_shared(session.connector))
        queue_.push(planned(world_.now + *session.service, Phase::unplug, id.index()));
}

void Replica::end_stay(ConnectorId c, StayOutcome outcome) {
    parties_.leaving(c);
    SessionRecord record = world_.fleet.unplug(c, world_.now);
    record.outcome = outcome;
    world_.trips.leave(record);
    parties_.unplugged(c);
    world_.network.change_power(c);
    recording_.end_session(record);
    recording_.note(outcome == StayOutcome::swapped ? EventKind::swap : EventKind::unplug, c);
    if (!world_.queues.is_shared(c)) return;
    world_.queues.leave(record.id);
    if (outcome == StayOutcome::served) queue_.push(planned(world_.now, Phase::hand_over, world_.queues.queue_of(record.id)));
}

void Replica::leave_unserved(SessionId id) {
    const Session& session = world_.population.sessions[id.index()];
    world_.queues.leave(id);
    const SessionRecord record =
        world_.fleet.not_plugged_in(id, world_.now, world_.trips.arrival(session), StayOutcome::unserved);
    world_.trips.leave(record);
    recording_.end_session(record);
    recording_.note(EventKind::give_up, session.connector, record.final_soc);
}

/// Hands free points to those who wait, and points of vehicles that have what they wanted where these leave them to others.
void Replica::settle(std::uint32_t queue) {
    if (world_.now >= Instant(site_.scenario.time.duration)) return;
    while (true) {
        while (const auto id = world_.queues.next(queue, world_.now)) begin_stay(*id);
        if (!world_.queues.swaps(queue) || !world_.queues.has_taker(queue, world_.now)) return;
        const auto done = swappable(queue);
        if (!done) return;
        end_stay(world_.population.sessions[done->index()].connector, StayOutcome::swapped);
    }
}

/// Of the vehicles that have reached their targets, the one that was plugged in first.
std::optional<SessionId> Replica::swappable(std::uint32_t queue) const {
    for (const SessionId id : world_.queues.plugged_in(queue)) {
        const std::size_t c = world_.population.sessions[id.index()].connector.index();
        if (world_.fleet.soc()[c] >= world_.fleet.target_soc()[c]) return id;
    }
    return std::nullopt;
}

void Replica::cross(const Event&) {
    const Crossing crossing = *world_.fleet.next_crossing();
    world_.fleet.cross(crossing);
    world_.network.change_power(crossing.connector);
    if (crossing.kind != Threshold::knee) parties_.halted(crossing.connector);
    recording_.note(kind_of(crossing.kind), crossing.connector);
    if (crossing.kind == Threshold::full && world_.queues.is_shared(crossing.connector))
        settle(world_.population.connectors.queue_of(crossing.connector));
}

void Replica::actuate(const Event&) { parties_.actuate(); }

void Replica::deliver(const Event&) { parties_.deliver(); }

void Replica::measure(const Event&) {
    world_.step = static_cast<std::size_t>(world_.now.time_since_epoch() / site_.scenario.time.step);
    parties_.measure();
    if (world_.network.is_solved()) recording_.note(EventKind::measurement);
    if (world_.now.time_since_epoch() % site_.scenario.time.step != Duration::zero()) recording_.hold_powers();
}

void Replica::act(const Event&) {
    parties_.act([this] { recording_.note(EventKind::decision); });
}

void Replica::record(const Event& event) {
    world_.step = event.subject;
    const Activity before = world_.shared.watch.switch_to(Activity::recording);
    recording_.take_step();
    world_.shared.watch.switch_to(before);
    if (world_.step + 1 < site_.base.steps()) schedule_step(world_.step + 1);
}

void Replica::sample(const Event&) {
    const Activity before = world_.shared.watch.switch_to(Activity::recording);
    recording_.take_sample();
    world_.shared.watch.switch_to(before);
}

/// Solves here and now, with whatever relays have to do.
void Replica::solve_alone() {
    if (!world_.network.is_stale()) return;
    world_.network.solve_alone(world_.fleet, world_.now);
    take_solution();
}

/// The network is solved as far as it can be.
void Replica::take_solution() {
    if (!world_.network.is_solved()) recording_.note(EventKind::unsolved);
    if (world_.network.devices().take_hunting()) recording_.note(EventKind::hunting);
    plan_devices();
}

/// Plans the next action of relays anew; an older plan for another instant is outdated.
void Replica::plan_devices() {
    const auto at = world_.network.devices().next(world_.now);
    if (at == devices_at_) return;
    devices_at_ = at;
    ++devices_stamp_;
    if (at) queue_.push(planned(*at, Phase::devices, 0, devices_stamp_));
}

/// Relays look at the network as it is at this instant before they act, and at what they have done to it.
void Replica::move_devices(const Event& event) {
    if (event.stamp != devices_stamp_) return;
    devices_at_.reset();
    world_.advance_fleet();
    solve_alone();
    for (const DeviceMove& move : world_.network.devices().act(world_.now)) {
        world_.network.change_devices();
        if (move.what == DeviceMove::What::injection) continue;  // these follow the voltage all day
        const bool is_tap = move.what == DeviceMove::What::tap;
        recording_.count(is_tap ? std::abs(move.steps) : 0, is_tap ? 0 : std::abs(move.steps));
        recording_.note(move);
    }
    if (world_.network.is_stale())
        solve_alone();
    else
        plan_devices();
    recording_.hold_powers();
}

void Replica::finish() {
    finished_ = true;
    recording_.close_step();
    const std::vector<ConnectorId> occupied(world_.fleet.plugged_in().begin(), world_.fleet.plugged_in().end());
    for (ConnectorId c : occupied) {
        parties_.leaving(c);
        recording_.end_session(world_.fleet.end_of_horizon(c, world_.now));
    }
    for (std::uint32_t queue = 0; queue < world_.queues.queues(); ++queue)
        for (const SessionId id : world_.queues.waiting(queue)) recording_.end_session(world_.still_waits(id));
}

}  // namespace evsweep
