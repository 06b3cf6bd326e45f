#include "agents/optimal_power_flow/tally.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace evsweep {

void GridTally::count(const GridDispatch& result, double period_h, bool has_prices) {
    if (!result.is_solved()) {
        (result.status == GridStatus::infeasible ? infeasible_ : not_converged_) += 1.0;
        if (result.shortage) missing_mwh_ += result.shortage->sum_mw * period_h;
        knows_missing_ = knows_missing_ && result.shortage.has_value();
        return;
    }
    clearings_ += 1.0;
    cost_ += result.cost_per_h * period_h;
    loss_mwh_ += result.loss_mw * period_h;
    lowest_voltage_ = std::fmin(lowest_voltage_, *std::min_element(result.voltage.begin(), result.voltage.end()));
    if (has_prices) highest_price_ = std::fmax(highest_price_, *std::max_element(result.price.begin(), result.price.end()));
}

void GridTally::count_margin(double factor) { least_margin_ = std::fmin(least_margin_, factor); }

std::string GridTally::text() const {
    return fmt::format(
        "{:.0f} of {:.0f} periods have no solution ({:.0f} infeasible, {:.0f} not converged, {:.0f} without a known demand)",
        without_solution(), clearings_ + without_solution(), infeasible_, not_converged_, unknown_);
}

std::vector<Counter> GridTally::counters() const {
    const bool is_whole = clearings_ > 0.0 && without_solution() == 0.0;
    const auto whole = [is_whole](double value) { return is_whole ? value : not_counted; };
    return {{"clearings", clearings_},
            {"infeasible", infeasible_},
            {"not_converged", not_converged_},
            {"without_demand", unknown_},
            {"generation_cost", whole(cost_)},
            {"loss_mwh", whole(loss_mwh_)},
            {"missing_mwh", knows_missing_ ? missing_mwh_ : not_counted},
            {"highest_price_per_mwh", whole(highest_price_)},
            {"lowest_voltage_pu", whole(lowest_voltage_)},
            {"least_demand_margin", whole(least_margin_)}};
}

}  // namespace evsweep
