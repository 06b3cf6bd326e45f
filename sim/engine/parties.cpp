#include "sim/engine/parties.hpp"

#include <algorithm>

#include "evsweep/contracts.hpp"
#include "sim/engine/setpoint_check.hpp"

namespace evsweep {

namespace {

/// Of turns at one instant that only messages without delay have asked for.
constexpr int most_waves = 10'000;

constexpr std::uint32_t nobody = Slot::nowhere;

/// Stays at these connectors only; the vehicles keep their numbers.
Population stays_at(const Population& fleet, const std::vector<ConnectorId>& own) {
    Population part = fleet;
    std::erase_if(part.sessions, [&](const Session& s) { return !std::binary_search(own.begin(), own.end(), s.connector); });
    return part;
}

}  // namespace

Parties::Parties(PartySet& set, World& world, Rng rng)
    : set_(set),
      world_(world),
      board_(set, world, rng),
      mail_(set, world.site, world.population.connectors, rng),
      setpoints_(world.population.connectors.size()),
      owner_(world.population.connectors.size(), nobody),
      woken_(set.parties().size(), 0) {
    EVSWEEP_EXPECTS(set.problems().empty(), "parties that do not fit together do not run");
    for (const ConnectorId c : world.generators.members())  // they begin without a limit
        setpoints_.set(c, Kilowatts(-world.population.connectors.discharge_rating[c.index()]), {});
    setpoints_.accept();
    if (!world.site.scenario.actuation.empty() && world.population.connectors.size() > 0)
        actuation_ = std::make_unique<Actuation>(world, rng);
    for (const std::size_t index : set.order()) begin(*states_.emplace_back(std::make_unique<State>()), index);
    find_next_turn();
}

void Parties::begin(State& state, std::size_t index) {
    Party& party = set_.parties()[index];
    state.party = &party;
    state.index = index;
    if (party.cadence.period) state.next = Instant(party.cadence.offset);
    const Duration step = world_.site.scenario.time.step;
    const auto is_on_grid = [step](Duration d) { return d % step == Duration::zero(); };
    if (party.cadence.period && board_.reads_network(index))
        reads_between_steps_ = reads_between_steps_ || !is_on_grid(*party.cadence.period) || !is_on_grid(party.cadence.offset);
    state.access.owner = static_cast<std::uint32_t>(index);
    state.access.mailbox = party.declared.topics.empty() ? nullptr : mail_.mailbox(index);
    state.access.forecast_step = step;
    for (const std::string& use : party.declared.uses) {
        const ProvidedService& service = provided_services().at(use);
        state.services.push_back(service.find);
        state.shows_stays.push_back(service.shows_stays && party.controller && !party.owns_all ? 1 : 0);
    }
    state.access.objects.resize(state.services.size());
    state.own_stays.resize(state.services.size());
    state.seen.calendar = world_.site.scenario.time.start;
    state.seen.horizon = Instant(world_.site.scenario.time.duration);
    state.seen.connectors = &world_.population.connectors;
    state.seen.level_sets = &world_.population.level_sets;
    state.seen.generators = party.generators;
    for (const auto* own : {&party.own, &party.generators})
        for (ConnectorId c : *own) owner_[c.index()] = static_cast<std::uint32_t>(states_.size() - 1);
    if (party.controller && party.controller->charges_past_targets())
        for (ConnectorId c : party.own)
            if (!is_governed(c) || !actuation_->ignores(c)) world_.fleet.charge_past_targets(c);
}

std::optional<Instant> Parties::find_next_reading() const {
    std::optional<Instant> first;
    for (const auto& state : states_) {
        if (!state->next || !board_.reads_network(state->index) || state->next == measured_at_) continue;
        if (state->next->time_since_epoch() % world_.site.scenario.time.step == Duration::zero()) continue;
        if (!first || *state->next < *first) first = state->next;
    }
    return first;
}

void Parties::measure() {
    measured_at_ = world_.now;
    board_.measure(world_.network.is_solved());
}

void Parties::deliver() {
    std::fill(woken_.begin(), woken_.end(), std::uint8_t{0});
    mail_.deliver(world_.now, woken_);
    for (const auto& state : states_)
        if (woken_[state->index] != 0 && state->party->cadence.on_message) wake(*state);
}

Parties::State* Parties::owner_of(ConnectorId c) {
    const std::uint32_t owner = owner_[c.index()];
    return owner == nobody ? nullptr : states_[owner].get();
}

void Parties::wake(State& state) {
    state.is_woken = true;
    next_turn_ = world_.now;
}

void Parties::plugged_in(ConnectorId c) {
    if (is_governed(c)) actuation_->plugged_in(c);
    State* const state = owner_of(c);
    if (!state) return;
    state->arrived.push_back(c);
    if (!state->party->owns_all)
        state->plugged_in.insert(std::lower_bound(state->plugged_in.begin(), state->plugged_in.end(), c), c);
    if (state->party->cadence.on_plug_in) wake(*state);
}

void Parties::unplugged(ConnectorId c) {
    if (is_governed(c)) actuation_->unplugged(c);
    setpoints_.set(c, {}, {});
    setpoints_.accept();
    State* const state = owner_of(c);
    if (!state) return;
    std::erase(state->arrived, c);
    std::erase(state->halted, c);
    std::erase(state->plugged_in, c);
    state->left.push_back(c);
    if (state->party->cadence.on_unplug) wake(*state);
}

void Parties::halted(ConnectorId c) {
    const bool is_told_more = is_governed(c) && actuation_->is_under_way(c);  // what it was told last still holds
    if (!is_told_more) {
        setpoints_.set(c, {}, Kilovars(is_governed(c) ? setpoints_.q_kvar(c) : world_.fleet.q_kvar()[c.index()]));
        setpoints_.accept();
    }
    if (is_governed(c)) actuation_->halted(c, setpoints_.p_kw(c));
    State* const state = owner_of(c);
    const bool is_news =
        state && (state->halted.empty() || !is_governed(c) || std::count(state->halted.begin(), state->halted.end(), c) == 0);
    if (is_news) state->halted.push_back(c);
}

void Parties::actuate() {
    actuation_->act();
    hear_of_stopped();
}

/// A charger whose battery takes nothing of what it is told has halted, as far as its controller is concerned.
void Parties::hear_of_stopped() {
    for (const ConnectorId c : actuation_->take_stopped()) halted(c);
}

void Parties::act(const Decided& decided) {
    waves_ = acted_at_ == world_.now ? waves_ + 1 : 0;
    if (waves_ == 0) board_.hold_previous();
    if (waves_ > most_waves)
        throw PartyError("parties answer one another's messages at one instant without end; give their channel a delay");
    acted_at_ = world_.now;
    mail_.at(world_.now);
    for (const auto& state : states_)
        if (state->is_woken || state->next == world_.now) take_turn(*state, decided);
    find_next_turn();
}

void Parties::find_next_turn() {
    next_turn_.reset();
    for (const auto& state : states_) {
        if (state->is_woken) next_turn_ = world_.now;
        if (state->next && (!next_turn_ || *state->next < *next_turn_)) next_turn_ = state->next;
    }
}

void Parties::take_turn(State& state, const Decided& decided) {
    Party& party = *state.party;
    if (state.next == world_.now) *state.next += *party.cadence.period;
    state.is_woken = false;
    board_.show(state.index, state.arrived, state.access);
    if (!state.services.empty()) show_services(state);
    if (state.access.mailbox) mail_.open(state.index);
    Turn turn(world_.now, state.access);
    Stopwatch& watch = world_.shared.watch;
    const Activity before = watch.switch_to(Activity::control);
    if (party.agent)
        party.agent->act(turn);
    else
        decide(state, turn);
    const auto took = watch.lap();
    watch.switch_to(before);
    if (RunProfile* profile = watch.profile()) {
        ++profile->turns;
        if (party.controller) profile->count_decision(took);
    }
    if (!state.access.writes.empty()) board_.take(state.index, state.access);
    if (state.access.mailbox) mail_.clear(state.index);
    if (party.controller) decided();
}

void Parties::decide(State& state, Turn& turn) {
    Connection& seen = state.seen;
    seen.now = world_.now;
    seen.plugged_in = state.party->owns_all ? world_.fleet.plugged_in() : std::span<const ConnectorId>(state.plugged_in);
    seen.arrived = state.arrived;
    seen.left = state.left;
    seen.halted = state.halted;
    seen.p_min_kw = world_.fleet.p_min_kw();
    seen.p_max_kw = world_.fleet.p_max_kw();
    Setpoints setpoints(setpoints_);
    state.party->controller->decide(turn, seen, setpoints);
    apply_setpoints(state);
    state.arrived.clear();
    state.left.clear();
    state.halted.clear();
    if (!actuation_) return;
    actuation_->send_again(setpoints_, [&](ConnectorId c) { return owner_of(c) == &state; });
    hear_of_stopped();
}

void Parties::show_services(State& state) {
    for (std::size_t s = 0; s < state.services.size(); ++s) {
        void* object = state.services[s](world_);
        if (state.shows_stays[s] != 0) {
            auto& own = state.own_stays[s];
            if (!own) own = std::make_unique<Population>(stays_at(*static_cast<const Population*>(object), state.party->own));
            object = own.get();
        }
        state.access.objects[s] = object;
    }
}

void Parties::apply_setpoints(const State& state) {
    for (ConnectorId c : setpoints_.changed()) {
        if (owner_of(c) != &state) throw_foreign_setpoint(c, world_.now);
        check_setpoint(world_.population, world_.fleet, setpoints_, c, world_.now);
        if (is_governed(c)) {
            actuation_->send(c, setpoints_.p_kw(c), setpoints_.q_kvar(c));
            continue;
        }
        if (world_.population.connectors.is_generator(c))
            world_.generators.limit(c, setpoints_.p_kw(c), setpoints_.q_kvar(c), world_.now);
        else
            world_.fleet.set_power(c, setpoints_.p_kw(c), setpoints_.q_kvar(c), world_.now);
        world_.network.change_power(c);
    }
    setpoints_.accept();
}

}  // namespace evsweep
