#include "controllers/stochastic_subgradient/station_forecasts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace evsweep {

namespace {

/// The levels of a distribution with the probability of no more than each.
std::vector<double> summed_up(const LevelDistribution& distribution) {
    std::vector<double> at_most;
    double sum = 0.0;
    for (const double p : distribution.probability) at_most.push_back(sum += p);
    at_most.back() = 1.0;
    return at_most;
}

}  // namespace

StationForecasts::StationForecasts(std::shared_ptr<const FittedHistory> fitted, const std::vector<std::size_t>& columns)
    : fitted_(std::move(fitted)) {
    for (const std::size_t column : columns) {
        plain_.push_back(&fitted_->plain[column]);
        ensembles_.emplace_back(fitted_->kernels[column]);
    }
}

void StationForecasts::forecast(const SlotTime& next, std::span<const double> last_kvar,
                                std::span<const double> before_last_kvar) {
    forecast_ = next;
    last_.assign(last_kvar.begin(), last_kvar.end());
    for (std::size_t j = 0; j < ensembles_.size(); ++j)
        ensembles_[j].forecast({next.day_share, next.is_day_off, last_kvar[j], before_last_kvar[j]});
}

void StationForecasts::learn(std::span<const double> kvar) {
    for (std::size_t j = 0; j < ensembles_.size(); ++j) {
        judge(j, kvar[j]);
        ensembles_[j].learn(kvar[j]);
    }
}

void StationForecasts::judge(std::size_t station, double kvar) {
    const LevelDistribution known = of(station);
    const double expected = known.mean();
    const ComparedQuantiles with_errors = plain_[station]->persistence(last_[station]);
    const ComparedQuantiles& alike = plain_[station]->same_slot(forecast_.slot, forecast_.is_day_off);
    for (std::size_t i = 0; i < compared_shares.size(); ++i) {
        const double share = compared_shares[i];
        loss_[kernel] += pinball_loss(share, known.quantile(share), kvar);
        loss_[persistence] += pinball_loss(share, last_[station], kvar);
        loss_[persistence_errors] += pinball_loss(share, with_errors[i], kvar);
        loss_[same_slot] += pinball_loss(share, alike[i], kvar);
        loss_[mean] += pinball_loss(share, expected, kvar);
    }
    for (std::size_t k = 0; k < covered_.size(); ++k) covered_[k] += known.coverage(0.1 * static_cast<double>(k + 1), kvar);
    ++values_;
}

std::vector<double> StationForecasts::draws(std::size_t iterations, const Rng& rng, std::span<const Purpose> purposes,
                                            std::uint32_t slot) const {
    const std::size_t stations = ensembles_.size();
    std::vector<double> drawn(iterations * stations), uniform(iterations);
    for (std::size_t j = 0; j < stations; ++j) {
        const LevelDistribution known = of(j);
        const std::vector<double> at_most = summed_up(known);
        rng.uniforms(purposes[j], 0, slot, uniform);
        for (std::size_t i = 0; i < iterations; ++i) {
            const auto level = std::lower_bound(at_most.begin(), at_most.end(), uniform[i]) - at_most.begin();
            drawn[i * stations + j] = known.levels[static_cast<std::size_t>(level)];
        }
    }
    return drawn;
}

std::vector<Counter> StationForecasts::counters() const {
    constexpr std::array<const char*, judged> names{"kernel", "persistence", "persistence_errors", "same_slot", "mean"};
    const double count = values_ > 0 ? static_cast<double>(values_) : std::nan("");
    std::vector<Counter> list;
    for (std::size_t f = 0; f < judged; ++f)
        list.push_back(
            {fmt::format("pinball_{}_kvar", names[f]), loss_[f] / count / static_cast<double>(compared_shares.size())});
    for (std::size_t k = 0; k < covered_.size(); ++k)
        list.push_back({fmt::format("coverage_{}", 10 * (k + 1)), covered_[k] / count});
    return list;
}

}  // namespace evsweep
