#include "solvers/kernel_forecast/forecast_ensemble.hpp"

#include <algorithm>
#include <cmath>

namespace evsweep {

namespace {

constexpr std::array<double, 5> judged_shares{0.1, 0.3, 0.5, 0.7, 0.9};

}  // namespace

LevelDistribution ForecastEnsemble::of_kernel(std::size_t kernel) const {
    const std::size_t levels = model_->levels().size();
    return {model_->levels(), std::span(conditional_).subspan(kernel * levels, levels)};
}

std::array<double, forecast_kernels> ForecastEnsemble::weights() const {
    const double least = *std::min_element(past_loss_.begin(), past_loss_.end());
    std::array<double, forecast_kernels> weight{};
    double sum = 0.0;
    for (std::size_t kernel = 0; kernel < forecast_kernels; ++kernel)
        sum += weight[kernel] = std::exp(-(past_loss_[kernel] - least));
    for (double& w : weight) w /= sum;
    return weight;
}

void ForecastEnsemble::forecast(const SlotQuery& query) {
    model_->condition(query, conditional_);
    const auto weight = weights();
    mixture_.assign(model_->levels().size(), 0.0);
    for (std::size_t kernel = 0; kernel < forecast_kernels; ++kernel) {
        const LevelDistribution own = of_kernel(kernel);
        for (std::size_t k = 0; k < mixture_.size(); ++k) mixture_[k] += weight[kernel] * own.probability[k];
    }
}

void ForecastEnsemble::learn(double value) {
    for (std::size_t kernel = 0; kernel < forecast_kernels; ++kernel)
        for (const double share : judged_shares)
            past_loss_[kernel] += pinball_loss(share, of_kernel(kernel).quantile(share), value) / judged_shares.size();
}

}  // namespace evsweep
