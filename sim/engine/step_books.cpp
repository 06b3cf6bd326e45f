#include "sim/engine/step_books.hpp"

#include "evsweep/contracts.hpp"

namespace evsweep {

void StepBooks::open(Instant now, const Prices& prices, const std::optional<Held>& powers, const SiteEnergy& energy) {
    begin_ = Begin{now, prices, energy};
    since_ = now;
    energy_kwh_ = {};
    solved_ = true;
    held_ = powers;
}

void StepBooks::accrue(Instant now) {
    const double dt = hours(now - since_);
    since_ = now;
    if (dt == 0.0) return;
    if (!held_) {
        solved_ = false;
        return;
    }
    energy_kwh_.source_kw += held_->source_kw * dt;
    energy_kwh_.load_kw += held_->load_kw * dt;
    energy_kwh_.loss_kw += held_->loss_kw * dt;
    energy_kwh_.ev_kw += held_->ev_kw * dt;
    energy_kwh_.generated_kw += held_->generated_kw * dt;
}

void StepBooks::hold(Instant now, const std::optional<Held>& powers) {
    if (!begin_) return;
    accrue(now);
    held_ = powers;
}

void StepBooks::count(Instant now, int tap_steps, int switchings) { moves_.push_back({now, tap_steps, switchings}); }

Interval StepBooks::close(Instant end, const SiteEnergy& energy) {
    EVSWEEP_EXPECTS(begin_, "a step is closed that was opened");
    accrue(end);
    Interval interval;
    interval.begin = begin_->at;
    interval.end = end;
    interval.solved = solved_;
    const FleetEnergy& fleet = energy.fleet;
    const FleetEnergy& fleet_before = begin_->energy.fleet;
    interval.charged_kwh = fleet.charged_kwh - fleet_before.charged_kwh;
    interval.discharged_kwh = fleet.discharged_kwh - fleet_before.discharged_kwh;
    interval.stored_kwh = fleet.stored_kwh - fleet_before.stored_kwh;
    interval.released_kwh = fleet.released_kwh - fleet_before.released_kwh;
    interval.generated_kwh = energy.generators.generated_kwh - begin_->energy.generators.generated_kwh;
    interval.curtailed_kwh = energy.generators.curtailed_kwh - begin_->energy.generators.curtailed_kwh;
    interval.load_kwh = energy_kwh_.load_kw;
    interval.loss_kwh = energy_kwh_.loss_kw;
    const double ev_beyond = interval.charged_kwh - interval.discharged_kwh - energy_kwh_.ev_kw;
    const double generated_beyond = interval.generated_kwh - energy_kwh_.generated_kw;
    interval.source_kwh = energy_kwh_.source_kw + ev_beyond - generated_beyond;
    interval.price = begin_->prices.buy;
    interval.sell_price = begin_->prices.sell;
    for (const Moves& moves : moves_) {
        if (moves.at >= end) continue;
        interval.tap_steps += moves.tap_steps;
        interval.switchings += moves.switchings;
    }
    std::erase_if(moves_, [end](const Moves& moves) { return moves.at < end; });
    begin_.reset();
    return interval;
}

}  // namespace evsweep
