#include "sim/engine/replica.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "evsweep/contracts.hpp"
#include "sim/engine/complaint.hpp"
#include "sim/engine/setpoint_check.hpp"

namespace evsweep {

namespace {

LoadFlowOptions options_of(const LoadFlowSettings& settings) {
    return {settings.tolerance.value(), settings.max_iterations, settings.collapse.value()};
}

bool has_ratings(const FeederSite& site) {
    return std::any_of(site.rating_a.begin(), site.rating_a.end(), [](double a) { return std::isfinite(a); });
}

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
    EVSWEEP_EXPECTS(false, "every threshold is told of as an event");
    return EventKind::full;
}

}  // namespace

/// What is done about each phase, in their order.
struct Replica::Handler {
    Phase phase{};
    void (Replica::*handle)(const Event&) = nullptr;
};
constexpr Replica::Handler Replica::handlers[] = {
    {Phase::unplug, &Replica::unplug},        {Phase::plug_in, &Replica::plug_in},
    {Phase::threshold, &Replica::cross},      {Phase::base_load, &Replica::change_base_load},
    {Phase::devices, &Replica::move_devices}, {Phase::measure, &Replica::measure},
    {Phase::decide, &Replica::decide},        {Phase::record, &Replica::record},
};

Replica::Replica(const ReplicaSite& site, ReplicaCompany& company, const Population& population, Controller& controller, Rng rng)
    : site_(site),
      company_(company),
      ports_(company.ports_of(population.connectors)),
      population_(population),
      controller_(controller),
      needs_(controller.needs()),
      cadence_(controller.cadence()),
      sees_network_(needs_.contains(Need::voltage) || needs_.contains(Need::feeder_head)),
      wants_currents_(has_ratings(site.feeder.site())),
      fleet_(population),
      charging_(ports_),
      load_flow_(ports_.network(), options_of(site.scenario.load_flow)),
      metering_(site.scenario.metering, ports_.metering_point(), population.connectors, site.scenario.time.step, rng),
      setpoints_(population.connectors.size()),
      point_voltage_(ports_.metering_points(), 1.0),
      devices_(site.scenario, load_flow_) {
    seen_.calendar = site.scenario.time.start;
    seen_.connectors = &population.connectors;
    seen_.level_sets = &population.level_sets;
    seen_.horizon = Instant(site.scenario.time.duration);
    if (needs_.contains(Need::foresight)) seen_.foreseen = &population;
    schedule_sessions();
    schedule_step(0);
}

void Replica::record_with(Recorder& recorder, bool wants_events) {
    recorders_.push_back(&recorder);
    if (wants_events) event_recorders_.push_back(&recorder);
}

void Replica::show_unbalance() {
    if (site_.feeder.is_balanced()) return;
    wants_unbalance_ = true;
    unbalance_.resize(site_.feeder.buses());
    neutral_a_.resize(site_.feeder.branches());
}

LoadFlow* Replica::run_to_load_flow() {
    if (finished_ || failure_) return nullptr;
    try {
        return next_load_flow();
    } catch (const Stopped&) {
        throw;
    } catch (...) {
        failure_ = complaint_of_exception(site_.scenario.time.start, now_);
    }
    return nullptr;
}

ReplicaOutcome Replica::outcome() {
    if (!failure_) failure_ = ledger_.complaint();
    return {std::move(unsolved_), ledger_, std::move(failure_)};
}

LoadFlow* Replica::next_load_flow() {
    const Instant horizon(site_.scenario.time.duration);
    while (pending_ || (pending_ = next_event())) {
        site_.stop.obey();
        if (pending_->at > horizon) break;
        now_ = pending_->at;
        // Of what the horizon itself brings, only stays and crossings end with it.
        if (now_ < horizon || pending_->phase == Phase::unplug || pending_->phase == Phase::threshold) {
            if (is_solution_missing()) return &load_flow_;
            handle(*pending_);
        }
        pending_.reset();
        looked_ = false;
    }
    now_ = horizon;
    finish();
    return nullptr;
}

/// Whether the event at hand looks at the network, and that has changed since it was last solved or asked.
bool Replica::is_solution_missing() {
    if (pending_->phase != Phase::measure && pending_->phase != Phase::record) return false;
    if (looked_) return false;  // and it has been solved meanwhile
    looked_ = true;
    advance_fleet();
    load_flow_.expect(pending_->phase == Phase::record ? LoadFlow::Questions::everything : LoadFlow::Questions::none);
    if (!stale_) return solved_ && !load_flow_.has_answers();
    assemble_power();
    if (!devices_.solve_themselves()) return true;
    solve_alone();
    return false;
}

void Replica::take(const LoadFlowResult& result) {
    devices_.look_at(result, now_);
    look_at(result);
}

/// Takes what happens next: an event of the queue, or a battery's crossing, which is never outdated.
std::optional<Event> Replica::next_event() {
    const auto at = fleet_.next_crossing_at();
    if (at && (queue_.empty() || Event{*at, Phase::threshold}.is_before(queue_.top()))) return planned(*at, Phase::threshold);
    if (queue_.empty()) return std::nullopt;
    return queue_.pop();
}

void Replica::schedule_sessions() {
    std::vector<Event> events;
    events.reserve(2 * population_.sessions.size());
    for (std::size_t s = 0; s < population_.sessions.size(); ++s) {
        events.push_back(planned(population_.sessions[s].plug_in, Phase::plug_in, s));
        events.push_back(planned(population_.sessions[s].unplug, Phase::unplug, s));
    }
    queue_.plan(std::move(events));
}

/// Plans what every control step has: base load where it changes, measuring and deciding where asked for, recording.
void Replica::schedule_step(std::size_t step) {
    const Instant at(site_.scenario.time.step * static_cast<std::int64_t>(step));
    if (site_.base.changes_at(step)) queue_.push(planned(at, Phase::base_load, step));
    if (sees_network_) queue_.push(planned(at, Phase::measure, step));
    if (cadence_.period && at.time_since_epoch() % *cadence_.period == Duration::zero()) ask_for_decision(at);
    queue_.push(planned(at, Phase::record, step));
}

void Replica::handle(const Event& event) {
    if (RunProfile* profile = company_.watch.profile()) ++profile->events;
    constexpr bool is_complete = [] {
        for (std::size_t i = 0; i < phases; ++i)
            if (handlers[i].phase != static_cast<Phase>(i) || !handlers[i].handle) return false;
        return true;
    }();
    static_assert(is_complete, "every phase has its handler");
    (this->*handlers[static_cast<std::size_t>(event.phase)].handle)(event);
}

void Replica::change_base_load(const Event& event) {
    base_step_ = event.subject;
    base_is_new_ = stale_ = true;
    tell(EventKind::base_load, std::nullopt);
}

void Replica::unplug(const Event& event) {
    const ConnectorId c = population_.sessions[event.subject].connector;
    const SessionRecord record = fleet_.unplug(c, now_);
    setpoints_.set(c, 0.0, 0.0);
    setpoints_.settle();
    change_power(c);
    ledger_.book(record, population_.vehicles);
    std::erase(arrived_, c);
    std::erase(halted_, c);
    left_.push_back(c);
    for (Recorder* r : recorders_) r->session_ended(record);
    tell(EventKind::unplug, c);
    if (cadence_.on_unplug) ask_for_decision(now_);
}

void Replica::plug_in(const Event& event) {
    const ConnectorId c = population_.sessions[event.subject].connector;
    fleet_.plug_in(SessionId(event.subject), now_);
    arrived_.push_back(c);
    tell(EventKind::plug_in, c);
    if (cadence_.on_plug_in) ask_for_decision(now_);
}

void Replica::cross(const Event&) {
    const Crossing crossing = *fleet_.next_crossing();
    const ConnectorId c = crossing.connector;
    fleet_.cross(crossing);
    change_power(c);
    if (crossing.kind != Threshold::knee) {
        setpoints_.set(c, 0.0, fleet_.q_kvar()[c.index()]);
        setpoints_.settle();
        halted_.push_back(c);
    }
    tell(kind_of(crossing.kind), c);
}

/// One instant, one decision, however many ask for it.
void Replica::ask_for_decision(Instant at) { queue_.push_once(planned(at, Phase::decide)); }

/// Brings powers up to date; one that tapers has changed meanwhile.
void Replica::advance_fleet() {
    fleet_.refresh_power(now_);
    for (const std::uint32_t c : fleet_.tapering()) change_power(ConnectorId(c));
}

void Replica::change_power(ConnectorId c) {
    charging_.changed(c);
    stale_ = true;
}

void Replica::measure(const Event& event) {
    step_ = event.subject;
    if (!solved_) return metering_.miss(step_);
    if (needs_.contains(Need::voltage))
        for (std::size_t point = 0; point < point_voltage_.size(); ++point)
            point_voltage_[point] = ports_.voltage_pu(point, load_flow_);
    metering_.read(step_, point_voltage_, load_flow_.source_kw(), fleet_.plugged_in());
    tell(EventKind::measurement, std::nullopt);
}

void Replica::decide(const Event&) {
    EVSWEEP_EXPECTS(decided_at_ != now_, "a controller decides once per instant");
    decided_at_ = now_;
    if (needs_.contains(Need::state_of_charge)) {
        advance_fleet();
        fleet_.refresh_soc(now_);
    }
    show_columns();
    const Activity before = company_.watch.switch_to(Activity::control);
    controller_.decide(seen_, setpoints_);
    apply_setpoints();
    const auto took = company_.watch.lap();
    company_.watch.switch_to(before);
    if (RunProfile* profile = company_.watch.profile()) profile->count_decision(took);
    arrived_.clear();
    left_.clear();
    halted_.clear();
    tell(EventKind::decision, std::nullopt);
}

void Replica::apply_setpoints() {
    for (ConnectorId c : setpoints_.changed()) {
        check_setpoint(population_, fleet_, setpoints_, c, now_);
        fleet_.set_power(c, setpoints_.p_kw(c), setpoints_.q_kvar(c), now_);
        change_power(c);
    }
    setpoints_.settle();
}

/// Base load and chargers, as the load flow draws them from now on.
void Replica::assemble_power() {
    const bool is_new = base_is_new_ || devices_.has_injections();
    const PortPower& base = devices_.with_injections(company_.base.at(base_step_), site_.base, base_step_);
    charging_.put(fleet_, base, is_new ? ChargingPower::Base::is_new : ChargingPower::Base::known, load_flow_.power());
    base_is_new_ = false;
}

/// Solves here and now, with whatever relays have to do.
void Replica::solve_alone() {
    if (!stale_) return;
    assemble_power();
    const Activity before = company_.watch.switch_to(Activity::load_flow);
    const LoadFlowResult result = devices_.solve(now_);
    company_.watch.switch_to(before);
    look_at(result);
}

/// The network is solved as far as it can be.
void Replica::look_at(const LoadFlowResult& result) {
    last_result_ = result;
    solved_ = result.status == LoadFlowStatus::converged;
    stale_ = false;
    if (RunProfile* profile = company_.watch.profile()) {
        ++profile->load_flows;
        profile->sweeps += static_cast<std::uint64_t>(result.iterations);
    }
    if (!solved_) tell(EventKind::unsolved, std::nullopt);
    if (devices_.take_hunting()) tell(EventKind::hunting, std::nullopt);
    plan_devices();
}

/// From here on the energies of the step follow the new load flow. (On the control grid a new step opens with it.)
void Replica::hold_powers() {
    if (!solved_) return books_.hold(now_, std::nullopt);
    const double ev_kw = fleet_.charging_kw() - fleet_.discharging_kw();
    books_.hold(now_, StepBooks::Held{load_flow_.source_kw(), load_flow_.drawn_kw() - ev_kw, load_flow_.loss_kw(), ev_kw});
}

/// Plans the next action of relays anew; an older plan for another instant is outdated.
void Replica::plan_devices() {
    const auto at = devices_.next(now_);
    if (at == devices_at_) return;
    devices_at_ = at;
    ++devices_stamp_;
    if (at) queue_.push(planned(*at, Phase::devices, 0, devices_stamp_));
}

/// Relays look at the network as it is at this instant before they act, and at what they have done to it.
void Replica::move_devices(const Event& event) {
    if (event.stamp != devices_stamp_) return;
    devices_at_.reset();
    advance_fleet();
    solve_alone();
    for (const DeviceMove& move : devices_.act(now_)) {
        stale_ = true;
        if (move.what == DeviceMove::What::injection) continue;  // these follow the voltage all day
        const bool is_tap = move.what == DeviceMove::What::tap;
        books_.count(now_, is_tap ? std::abs(move.steps) : 0, is_tap ? 0 : std::abs(move.steps));
        tell(move);
    }
    if (stale_)
        solve_alone();
    else
        plan_devices();
    hold_powers();
}

void Replica::finish() {
    finished_ = true;
    book_step(now_);
    const std::vector<ConnectorId> occupied(fleet_.plugged_in().begin(), fleet_.plugged_in().end());
    for (ConnectorId c : occupied) {
        const SessionRecord record = fleet_.end_of_horizon(c, now_);
        ledger_.book(record, population_.vehicles);
        for (Recorder* r : recorders_) r->session_ended(record);
    }
}

}  // namespace evsweep
