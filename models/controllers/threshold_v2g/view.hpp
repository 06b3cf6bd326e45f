/// What the controller `threshold_v2g` sees: vehicles, and the signals that it watches.
#pragma once

#include <optional>

#include "controllers/threshold_v2g/params.hpp"
#include "evsweep/charging_need.hpp"

namespace evsweep {

/// Signals that are not watched are empty or 0.
struct ThresholdView : ChargingView {
    explicit ThresholdView(const ChargingView& view) : ChargingView(view) {}
    std::span<const double> voltage_pu{};
    double feeder_head_kw = 0.0;
    double price = 0.0;  ///< currency per kWh
};

/// Subscribes to the watched signals.
class ThresholdSignals {
   public:
    ThresholdSignals(const ThresholdParams& params, Exchange& exchange) : need_(exchange) {
        if (params.watches(ThresholdSignal::voltage)) voltage_ = exchange.subscribe(signals::voltage);
        if (params.watches(ThresholdSignal::feeder_head)) head_ = exchange.subscribe(signals::feeder_head);
        if (params.watches(ThresholdSignal::price)) price_ = exchange.subscribe(signals::price);
    }
    [[nodiscard]] ThresholdView at(const Turn& turn, const Connection& connection) const {
        ThresholdView seen(need_.at(turn, connection));
        if (voltage_) seen.voltage_pu = turn[*voltage_];
        if (head_) seen.feeder_head_kw = turn.value(*head_).value();
        if (price_) seen.price = turn.value(*price_).value();
        return seen;
    }
    [[nodiscard]] bool has_voltage() const { return voltage_.has_value(); }
    [[nodiscard]] bool has_head() const { return head_.has_value(); }
    [[nodiscard]] bool has_price() const { return price_.has_value(); }

   private:
    ChargingNeed need_;
    std::optional<Subscription<"pu", Extent::connector, Form::present>> voltage_{};
    std::optional<Subscription<"kW", Extent::feeder, Form::present>> head_{};
    std::optional<Subscription<"currency/kWh", Extent::feeder, Form::present>> price_{};
};

}  // namespace evsweep
