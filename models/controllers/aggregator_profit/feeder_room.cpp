#include "controllers/aggregator_profit/feeder_room.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "evsweep/party.hpp"

namespace evsweep {

namespace {

/// Power drawn at each place in one step of a plan, kW.
std::vector<double> vehicle_power_at(const GridModel& grid, const std::vector<ReservedStay>& stays, const ProfitPlan& plan,
                                     std::size_t step) {
    std::vector<double> power(grid.places(), 0.0);
    for (std::size_t s = 0; s < stays.size(); ++s) {
        const ProfitStay& stay = stays[s].stay;
        if (step < stay.first || step >= stay.end) continue;
        const std::size_t k = step - stay.first;
        power[grid.place_of_connector()[stays[s].connector.index()]] += plan.charge_kw[s][k] - plan.discharge_kw[s][k];
    }
    return power;
}

/// A cap or floor that is missed by less is kept.
constexpr double head_tolerance_kw = 1e-6;

}  // namespace

BaseRange base_range(const Forecast& base_demand, const StepWindow& window) {
    BaseRange range;
    for (std::size_t k = 0; k < window.steps; ++k) {
        double high = base_demand.at(window.begin_of(k)), low = high;
        for (Duration part{}; part < window.step; part += base_demand.step) {
            high = std::max(high, base_demand.at(window.begin_of(k) + part));
            low = std::min(low, base_demand.at(window.begin_of(k) + part));
        }
        if (!std::isfinite(high) || !std::isfinite(low))
            throw PartyError("the forecast of the base load has no numbers; look at `base_load` of the scenario");
        range.high_kw.push_back(high), range.low_kw.push_back(low);
    }
    return range;
}

HeadCheck take_losses(GridModel& grid, const Forecast& base_demand, const StepWindow& window,
                      const std::vector<ReservedStay>& stays, const ProfitPlan& plan, Allowance allowance,
                      ProfitProblem& problem) {
    HeadCheck check;
    LinearGrid here;
    const std::vector<double> net = net_kw(problem, plan), q_kvar(grid.places(), 0.0);
    for (std::size_t k = 0; k < window.steps; ++k) {
        const std::vector<double> p_kw = vehicle_power_at(grid, stays, plan, k);
        double highest_kw = -std::numeric_limits<double>::infinity(), lowest_kw = -highest_kw;
        for (Duration part{}; part < window.step; part += base_demand.step) {
            const Instant at = window.begin_of(k) + part;
            if (part > Duration::zero() && base_demand.at(at) == base_demand.at(at - base_demand.step)) continue;
            if (!grid.linearise(at, p_kw, q_kvar, here))
                throw PartyError("the load flow at the plan has no solution; set a lower cap");
            highest_kw = std::max(highest_kw, here.source.value[0]);
            lowest_kw = std::min(lowest_kw, here.source.value[0]);
        }
        const double over = highest_kw - problem.cap_kw, under = problem.floor_kw - lowest_kw;
        const bool is_at_cap = net[k] + problem.base_high_kw[k] >= problem.cap_kw - head_tolerance_kw;
        if (over > head_tolerance_kw) check.over_kw = std::max(check.over_kw, over);
        if (under > head_tolerance_kw) check.under_kw = std::max(check.under_kw, under);
        if (is_at_cap) check.unused_kw = std::max(check.unused_kw, -over);
        // By a little more than is found, since the next plan's losses may be a little larger.
        if (allowance == Allowance::as_found || over > head_tolerance_kw)
            problem.base_high_kw[k] = highest_kw - net[k] + 0.5 * head_tolerance_kw;
        if (under > head_tolerance_kw)
            problem.base_low_kw[k] = std::min(problem.base_low_kw[k], lowest_kw - net[k] - 0.5 * head_tolerance_kw);
    }
    return check;
}

}  // namespace evsweep
