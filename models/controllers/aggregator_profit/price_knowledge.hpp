/// What an aggregator expects prices to be, by what it knows.
#pragma once

#include <optional>
#include <vector>

#include "controllers/aggregator_profit/params.hpp"
#include "evsweep/exchange.hpp"
#include "evsweep/signal.hpp"

namespace evsweep {

/// Prices by step of the plan, currency per kWh.
struct PlanPrices {
    std::vector<double> buy, sell;
};

/// The expected mean of a curve over the steps of a plan from `from` on, one value per control step in `curve`. Throws PartyError
/// where a number is not finite.
[[nodiscard]] std::vector<double> by_plan_step(const Forecast& curve, Instant from, Duration step, std::size_t steps);

/// Corrects what was expected by what the first step turns out to be: value[j] += decay^(j step in hours) (now - value[0]), the
/// forecast of a first-order autoregressive error.
void correct(std::vector<double>& value, double now_per_kwh, double decay_per_h, Duration step);

/// Subscribes to the curves that its knowledge is of, and gives them.
class PriceView {
   public:
    PriceView(const AggregatorProfitParams& params, Exchange& exchange);
    [[nodiscard]] PlanPrices at(const Turn& turn, std::size_t steps) const;

   private:
    using Curve = Subscription<"currency/kWh", Extent::feeder, Form::forecast>;
    using Now = Subscription<"currency/kWh", Extent::feeder, Form::present>;

    const AggregatorProfitParams& params_;
    std::optional<Curve> buy_{}, sell_{};
    std::optional<Now> buy_now_{}, sell_now_{};
};

}  // namespace evsweep
