#include "agents/optimal_power_flow/tally.hpp"

#include <algorithm>
#include <cmath>

namespace evsweep {

void GridTally::count(const GridDispatch& result, double period_h, bool has_prices) {
    if (!result.is_solved()) {
        (result.status == GridStatus::infeasible ? infeasible_ : not_converged_) += 1.0;
        if (result.shortage) missing_mwh_ += result.shortage->sum_mw * period_h;
        return;
    }
    clearings_ += 1.0;
    cost_ += result.cost_per_h * period_h;
    loss_mwh_ += result.loss_mw * period_h;
    lowest_voltage_ = std::fmin(lowest_voltage_, *std::min_element(result.voltage.begin(), result.voltage.end()));
    if (has_prices) highest_price_ = std::fmax(highest_price_, *std::max_element(result.price.begin(), result.price.end()));
}

void GridTally::count_margin(double factor) { least_margin_ = std::fmin(least_margin_, factor); }

std::vector<Counter> GridTally::counters() const {
    return {{"clearings", clearings_},
            {"infeasible", infeasible_},
            {"not_converged", not_converged_},
            {"without_demand", unknown_},
            {"generation_cost", clearings_ > 0.0 ? cost_ : not_counted},
            {"loss_mwh", clearings_ > 0.0 ? loss_mwh_ : not_counted},
            {"missing_mwh", missing_mwh_},
            {"highest_price_per_mwh", highest_price_},
            {"lowest_voltage_pu", lowest_voltage_},
            {"least_demand_margin", least_margin_}};
}

}  // namespace evsweep
