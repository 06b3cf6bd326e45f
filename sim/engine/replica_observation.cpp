// What a replica shows its controller: just the columns that this declared.
#include "evsweep/contracts.hpp"
#include "sim/engine/replica.hpp"

namespace evsweep {

void Replica::foretell(const Population& fleet) {
    EVSWEEP_EXPECTS(fleet.connectors.size() == population_.connectors.size(), "a forecast of stays knows the connectors");
    if (needs_.contains(Need::arrivals)) seen_.foretold = &fleet;
}

void Replica::show_columns() {
    seen_.now = now_;
    seen_.plugged_in = fleet_.plugged_in();
    seen_.arrived = arrived_;
    seen_.left = left_;
    seen_.halted = halted_;
    seen_.p_min_kw = fleet_.p_min_kw();
    seen_.p_max_kw = fleet_.p_max_kw();
    if (needs_.contains(Need::state_of_charge)) {
        seen_.soc = fleet_.soc();
        seen_.reserve_soc = fleet_.reserve_soc();
        seen_.capacity_kwh = fleet_.capacity_kwh();
        seen_.stored_per_drawn = fleet_.stored_per_drawn();
        seen_.drawn_per_returned = fleet_.drawn_per_returned();
        seen_.taper_knee = fleet_.taper_knee();
        seen_.taper_end = fleet_.taper_end();
    }
    if (needs_.contains(Need::session)) {
        seen_.target_soc = fleet_.target_soc();
        seen_.stated_departure = fleet_.stated_departure();
    }
    if (needs_.contains(Need::voltage)) {
        metering_.show_voltages(arrived_);
        seen_.voltage_pu = metering_.voltage_pu();
    }
    if (needs_.contains(Need::feeder_head)) seen_.feeder_head_kw = metering_.feeder_head_kw();
    const Duration step = site_.scenario.time.step;
    if (needs_.contains(Need::base_demand)) {
        seen_.base_forecast = {step, site_.base.demand_kw()};
        seen_.base_demand_kw = seen_.base_forecast.at(now_);
    }
    if (needs_.contains(Need::price)) {
        seen_.price_forecast = {step, site_.base.price()};
        seen_.sell_forecast = {step, site_.base.sell_price()};
        seen_.price = seen_.price_forecast.at(now_);
    }
    if (needs_.contains(Need::arrivals)) EVSWEEP_EXPECTS(seen_.foretold, "who plans for arrivals is told a forecast of them");
    if (needs_.contains(Need::linear_grid)) show_grid();
}

/// The grid with taps and capacitors as they stand now. Where they have not found their places yet, they do so before.
void Replica::show_grid() {
    if (devices_.have_to_settle()) {
        advance_fleet();
        solve_alone();
    }
    PlanningGrid& grid = company_.planning_grid(ports_);
    grid.stand_as(load_flow_.devices());
    seen_.grid = &grid;
}

}  // namespace evsweep
