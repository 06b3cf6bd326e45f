/// The forecasts of all stations in one replica, and how good they and simpler ones turned out to be.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "controllers/stochastic_subgradient/history.hpp"
#include "evsweep/party.hpp"
#include "evsweep/rng.hpp"
#include "solvers/kernel_forecast/forecast_ensemble.hpp"

namespace evsweep {

/// When a slot begins, by the clock.
struct SlotTime {
    std::size_t slot = 0;  ///< of its day
    double day_share = 0.0;
    bool is_day_off = false;
};

class StationForecasts {
   public:
    /// `columns`: of the history, by station.
    StationForecasts(std::shared_ptr<const FittedHistory> fitted, const std::vector<std::size_t>& columns);

    /// Forecasts the slot `next` from what stations could give in the two slots before it, by station.
    void forecast(const SlotTime& next, std::span<const double> last_kvar, std::span<const double> before_last_kvar);
    /// Takes down what came in the slot that was forecast last.
    void learn(std::span<const double> kvar);

    [[nodiscard]] bool has_forecast() const { return ensembles_.front().has_forecast(); }
    [[nodiscard]] LevelDistribution of(std::size_t station) const { return ensembles_[station].distribution(); }
    /// Draws for `iterations` iterations, [iteration][station]. Keys are `purposes`, one for each station, and `slot`.
    [[nodiscard]] std::vector<double> draws(std::size_t iterations, const Rng& rng, std::span<const Purpose> purposes,
                                            std::uint32_t slot) const;
    /// Mean pinball losses at .1, .5 and .9 by forecast, and the coverage of the deciles.
    [[nodiscard]] std::vector<Counter> counters() const;

   private:
    enum Judged : std::size_t { kernel, persistence, persistence_errors, same_slot, mean, judged };
    void judge(std::size_t station, double kvar);

    std::shared_ptr<const FittedHistory> fitted_;
    std::vector<const PlainForecasts*> plain_;  ///< by station
    std::vector<ForecastEnsemble> ensembles_;   ///< likewise
    SlotTime forecast_;
    std::vector<double> last_;
    std::array<double, judged> loss_{};
    std::array<double, 9> covered_{};
    std::uint64_t values_ = 0;
};

}  // namespace evsweep
