/// Forecasts that need no model, to compare others with: what was last, and what was at the same time of the day.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "solvers/kernel_forecast/kernel_forecast.hpp"

namespace evsweep {

/// Quantiles at which forecasts are compared.
inline constexpr std::array<double, 3> compared_shares{0.1, 0.5, 0.9};
using ComparedQuantiles = std::array<double, compared_shares.size()>;

/// The quantile of a sample, linear between its values in order.
[[nodiscard]] double sample_quantile(std::vector<double> sample, double share);

/// Of one series, from the same history as a KernelForecast.
class PlainForecasts {
   public:
    PlainForecasts(const SlotHistory& history, std::span<const double> values);

    /// What was last, with the quantiles of the changes from slot to slot in the history, no less than 0.
    [[nodiscard]] ComparedQuantiles persistence(double last) const;
    /// The quantiles of the history in this slot on days of this kind; those of all days where there are none of the kind.
    [[nodiscard]] const ComparedQuantiles& same_slot(std::size_t slot, bool is_day_off) const {
        return by_slot_[(is_day_off ? slots_ : 0) + slot];
    }

   private:
    std::size_t slots_;
    ComparedQuantiles change_{};
    std::vector<ComparedQuantiles> by_slot_;  ///< [kind][slot]
};

}  // namespace evsweep
