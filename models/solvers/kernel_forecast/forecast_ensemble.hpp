/// The kernels of a forecast put together: those that were right lately count for more.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "solvers/kernel_forecast/kernel_forecast.hpp"

namespace evsweep {

/// A mixture of the six conditional distributions with weights in proportion to exp(-L), where L is the sum over the slots so far
/// of the kernel's pinball loss, mean over the quantiles .1, .3, .5, .7 and .9. Of one series in one replica.
class ForecastEnsemble {
   public:
    /// `model` outlives it.
    explicit ForecastEnsemble(const KernelForecast& model) : model_(&model) {}

    /// Forecasts a slot.
    void forecast(const SlotQuery& query);
    /// Takes down what came in the slot that was forecast last.
    void learn(double value);

    /// Of the slot that was forecast last; until the next forecast.
    [[nodiscard]] LevelDistribution distribution() const { return {model_->levels(), mixture_}; }
    [[nodiscard]] bool has_forecast() const { return !mixture_.empty(); }
    /// The share of each kernel; they add up to 1.
    [[nodiscard]] std::array<double, forecast_kernels> weights() const;

   private:
    [[nodiscard]] LevelDistribution of_kernel(std::size_t kernel) const;

    const KernelForecast* model_;
    std::array<double, forecast_kernels> past_loss_{};
    std::vector<double> conditional_;  ///< [kernel][level]
    std::vector<double> mixture_;      ///< by level
};

}  // namespace evsweep
