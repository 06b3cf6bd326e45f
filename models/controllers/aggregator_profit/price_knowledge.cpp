#include "controllers/aggregator_profit/price_knowledge.hpp"

#include <cmath>

#include "evsweep/forecast.hpp"
#include "evsweep/party.hpp"

namespace evsweep {

std::vector<double> by_plan_step(const Forecast& curve, Instant from, Duration step, std::size_t steps) {
    const auto parts = step / curve.step;
    std::vector<double> values;
    for (std::size_t k = 0; k < steps; ++k) {
        double sum = 0.0;
        for (std::int64_t part = 0; part < parts; ++part)
            sum += curve.at(from + step * static_cast<std::int64_t>(k) + curve.step * part);
        values.push_back(parts == 1 ? sum : sum / static_cast<double>(parts));
        if (!std::isfinite(values.back()))
            throw PartyError("the price forecast has no numbers; look at `prices` of the scenario");
    }
    return values;
}

void correct(std::vector<double>& value, double now_per_kwh, double decay_per_h, Duration step) {
    if (value.empty()) return;
    const double difference = now_per_kwh - value.front();
    double left = 1.0;
    for (double& expected : value) {
        expected += left * difference;
        left *= std::pow(decay_per_h, hours(step));
    }
    value.front() = now_per_kwh;
}

PriceView::PriceView(const AggregatorProfitParams& params, Exchange& exchange) : params_(params) {
    if (params.knowledge == PriceKnowledge::perfect) {
        buy_ = exchange.subscribe(signals::price_forecast);
        sell_ = exchange.subscribe(signals::sell_price_forecast);
        return;
    }
    buy_ = exchange.subscribe(signals::day_ahead_price);
    sell_ = exchange.subscribe(signals::day_ahead_sell_price);
    if (params.knowledge == PriceKnowledge::day_ahead) return;
    buy_now_ = exchange.subscribe(signals::price);
    sell_now_ = exchange.subscribe(signals::sell_price);
}

PlanPrices PriceView::at(const Turn& turn, std::size_t steps) const {
    PlanPrices prices{by_plan_step(turn[*buy_], turn.now, params_.step, steps),
                      by_plan_step(turn[*sell_], turn.now, params_.step, steps)};
    if (!buy_now_) return prices;
    correct(prices.buy, turn.value(*buy_now_).value(), params_.error_decay.value(), params_.step);
    correct(prices.sell, turn.value(*sell_now_).value(), params_.error_decay.value(), params_.step);
    return prices;
}

}  // namespace evsweep
