#include "solvers/kernel_forecast/plain_forecasts.hpp"

#include <algorithm>
#include <cmath>

#include "evsweep/contracts.hpp"

namespace evsweep {

double sample_quantile(std::vector<double> sample, double share) {
    EVSWEEP_EXPECTS(!sample.empty(), "a sample has values");
    std::sort(sample.begin(), sample.end());
    const double place = share * static_cast<double>(sample.size() - 1);
    const auto below = static_cast<std::size_t>(std::floor(place));
    const std::size_t above = std::min(below + 1, sample.size() - 1);
    return sample[below] + (place - static_cast<double>(below)) * (sample[above] - sample[below]);
}

PlainForecasts::PlainForecasts(const SlotHistory& history, std::span<const double> values)
    : slots_(history.slots_per_day), by_slot_(2 * history.slots_per_day) {
    std::vector<double> change;
    for (std::size_t k = 1; k < values.size(); ++k) change.push_back(values[k] - values[k - 1]);
    for (std::size_t i = 0; i < compared_shares.size(); ++i) change_[i] = sample_quantile(change, compared_shares[i]);
    for (std::size_t slot = 0; slot < slots_; ++slot)
        for (const bool is_day_off : {false, true}) {
            std::vector<double> alike, all;
            for (std::size_t day = 0; day < history.is_day_off.size(); ++day) {
                all.push_back(values[day * slots_ + slot]);
                if ((history.is_day_off[day] != 0) == is_day_off) alike.push_back(all.back());
            }
            for (std::size_t i = 0; i < compared_shares.size(); ++i)
                by_slot_[(is_day_off ? slots_ : 0) + slot][i] = sample_quantile(alike.empty() ? all : alike, compared_shares[i]);
        }
}

ComparedQuantiles PlainForecasts::persistence(double last) const {
    ComparedQuantiles quantiles{};
    for (std::size_t i = 0; i < quantiles.size(); ++i) quantiles[i] = std::max(0.0, last + change_[i]);
    return quantiles;
}

}  // namespace evsweep
