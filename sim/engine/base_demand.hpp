/// The feeder's demand without vehicles on the control grid: computed once per study, shared by all replicas.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "evsweep/forecast.hpp"
#include "evsweep/scenario.hpp"
#include "sim/network/feeder.hpp"

namespace evsweep {

/// The name of the profile that a load follows: its own, its class's, the one for the rest; empty where it is constant.
[[nodiscard]] std::string profile_of(const LoadPoint& load, const BaseLoad& base);

/// Base load and prices at every control step. Immutable.
class BaseDemand {
   public:
    /// A load whose profile neither the scenario nor the feeder file has is constant at its nominal power.
    BaseDemand(const Scenario& scenario, const Feeder& feeder);

    [[nodiscard]] std::size_t steps() const { return demand_kw_.size(); }
    /// Whether any load differs from the step before; true for step 0.
    [[nodiscard]] bool changes_at(std::size_t step) const { return changes_[step] != 0; }
    /// Power of a load (Feeder::loads) during `step` over its nominal power.
    [[nodiscard]] double scale(std::size_t step, std::size_t load) const {
        return scales_[step * profiles_ + profile_of_load_[load]];
    }
    /// Likewise of its reactive power.
    [[nodiscard]] double q_scale(std::size_t step, std::size_t load) const {
        return scales_[step * profiles_ + q_profile_of_load_[load]];
    }
    /// Total nominal-voltage demand by step, kW.
    [[nodiscard]] std::span<const double> demand_kw() const { return demand_kw_; }
    /// Buying price by step with the fee, currency per kWh; zeros without prices.
    [[nodiscard]] std::span<const double> price() const { return price_; }
    /// Selling price likewise.
    [[nodiscard]] std::span<const double> sell_price() const { return sell_price_; }
    /// Both as expected the day before; empty where nobody said.
    [[nodiscard]] std::span<const double> day_ahead_price() const { return day_ahead_price_; }
    [[nodiscard]] std::span<const double> day_ahead_sell_price() const { return day_ahead_sell_price_; }

   private:
    void add_prices(const Prices& prices, Instant t, const Calendar& calendar);

    std::size_t profiles_ = 0;
    std::vector<std::size_t> profile_of_load_, q_profile_of_load_;
    std::vector<double> scales_;  ///< [step][profile]
    std::vector<std::uint8_t> changes_;
    std::vector<double> demand_kw_;
    std::vector<double> price_, sell_price_, day_ahead_price_, day_ahead_sell_price_;
};

}  // namespace evsweep
