// Signals that the scenario gives: base load, prices, and what the run without vehicles found.
#include <algorithm>
#include <limits>

#include "sim/engine/provided_signal.hpp"

namespace evsweep {

namespace {

std::optional<Lack> prices_missing(const ReplicaSite& site) {
    if (site.scenario.prices) return std::nullopt;
    return Lack{"needs prices, and the scenario has none", "add a section `prices`"};
}

std::optional<Lack> day_ahead_missing(const ReplicaSite& site) {
    if (const auto lack = prices_missing(site)) return lack;
    if (site.scenario.prices->day_ahead) return std::nullopt;
    return Lack{"needs prices as expected the day before, and the scenario has none", "add `prices.day_ahead`"};
}

/// A row of the table of base load and prices: the whole of it, or the value of the present step.
template <std::span<const double> (BaseDemand::*row)() const>
SignalReader forecast_of(const World&) {
    return [](World& w) { return (w.site.base.*row)(); };
}
template <std::span<const double> (BaseDemand::*row)() const>
SignalReader present_of(const World&) {
    return reader_of_number([](World& w) { return Forecast{w.site.scenario.time.step, (w.site.base.*row)()}.at(w.now); });
}

/// The replica's own, as drawn.
SignalReader base_demand(const World&) {
    return reader_of_number([](World& w) {
        const auto k = static_cast<std::size_t>(w.now.time_since_epoch() / w.site.scenario.time.step);
        return w.base_load.demand_kw(w.site.feeder, std::min(k, w.site.base.steps() - 1));
    });
}

/// The present value of a row. Outputs, which look at control steps only, read the row itself.
template <std::span<const double> (BaseDemand::*row)() const, class S>
bool provide_row(const S& signal, LackOf lack = nullptr) {
    provide(signal, Origin::given, present_of<row>, lack);
    provided_signals().at(signal.name).by_step = [](const World& w) { return (w.site.base.*row)(); };
    return true;
}

SignalReader outside_band(const World&) {
    return reader_of_number([](World& w) {
        const auto& outside = w.base_outside;
        if (outside.empty()) return std::numeric_limits<double>::quiet_NaN();
        return static_cast<double>(outside[w.step]);
    });
}

const bool registered[] = {
    provide(signals::base_demand, Origin::given, base_demand),
    provide(signals::base_demand_forecast, Origin::given, forecast_of<&BaseDemand::demand_kw>),
    provide_row<&BaseDemand::price>(signals::price, prices_missing),
    provide(signals::price_forecast, Origin::given, forecast_of<&BaseDemand::price>, prices_missing),
    provide_row<&BaseDemand::sell_price>(signals::sell_price, prices_missing),
    provide(signals::sell_price_forecast, Origin::given, forecast_of<&BaseDemand::sell_price>, prices_missing),
    provide(signals::day_ahead_price, Origin::given, forecast_of<&BaseDemand::day_ahead_price>, day_ahead_missing),
    provide(signals::day_ahead_sell_price, Origin::given, forecast_of<&BaseDemand::day_ahead_sell_price>, day_ahead_missing),
    provide(signals::outside_band_without_vehicles, Origin::given, outside_band),
};

}  // namespace

}  // namespace evsweep
