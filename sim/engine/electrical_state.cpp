#include "sim/engine/electrical_state.hpp"

namespace evsweep {

namespace {

LoadFlowOptions options_of(const LoadFlowSettings& settings) {
    return {settings.tolerance.value(), settings.max_iterations, settings.collapse.value()};
}

}  // namespace

ElectricalState::ElectricalState(const ReplicaSite& site, SharedSite& shared, const ChargingPorts& ports, const ReplicaLoad& load)
    : shared_(shared),
      load_(load),
      charging_(ports),
      load_flow_(ports.network(), options_of(site.scenario.load_flow)),
      devices_(site.scenario, load_flow_) {
    if (load_.is_drawn()) own_base_.emplace(load_, *site.network.swept());
}

void ElectricalState::change_base_load(std::size_t step) {
    base_step_ = step;
    base_is_new_ = stale_ = true;
}

void ElectricalState::assemble(const ChargingState& fleet) {
    const bool is_new = base_is_new_ || devices_.has_injections();
    BasePower& of_step = own_base_ ? *own_base_ : shared_.base;
    const PortPower& base = devices_.with_injections(of_step.at(base_step_), load_, base_step_);
    charging_.put(fleet, base, is_new ? ChargingPower::Base::is_new : ChargingPower::Base::known, load_flow_.power());
    base_is_new_ = false;
}

void ElectricalState::solve_alone(const ChargingState& fleet, Instant now) {
    assemble(fleet);
    const Activity before = shared_.watch.switch_to(Activity::load_flow);
    const LoadFlowResult result = devices_.solve(now);
    shared_.watch.switch_to(before);
    note(result);
}

void ElectricalState::take(const LoadFlowResult& result, Instant now) {
    devices_.look_at(result, now);
    note(result);
}

void ElectricalState::note(const LoadFlowResult& result) {
    result_ = result;
    solved_ = result.status == LoadFlowStatus::converged;
    stale_ = false;
    totals_.reset();
    RunProfile* const profile = shared_.watch.profile();
    if (!profile) return;
    ++profile->load_flows;
    profile->sweeps += static_cast<std::uint64_t>(result.iterations);
}

std::optional<StepBooks::Held> ElectricalState::powers(double ev_kw, double generated_kw) const {
    if (!solved_) return std::nullopt;
    const Totals& total = totals();
    const double load_kw = total.drawn_kw - ev_kw + generated_kw;
    return StepBooks::Held{load_flow_.source_kw(), load_kw, total.loss_kw, ev_kw, generated_kw};
}

const ElectricalState::Totals& ElectricalState::totals() const {
    if (!totals_) totals_ = Totals{load_flow_.drawn_kw(), load_flow_.loss_kw()};
    return *totals_;
}

}  // namespace evsweep
