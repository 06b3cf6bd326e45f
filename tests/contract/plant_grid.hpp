/// The reference plant as linear rows: each charger is a place of its own, and its voltage falls with its own power and the base
/// load.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "evsweep/linear_grid.hpp"

namespace evsweep::contract {

/// Voltage at a charger that draws `p_kw`, before disturbances.
[[nodiscard]] inline double plant_voltage_pu(double base_kw, double p_kw) {
    return 0.97 - 0.025 * ((base_kw - 3000.0) / 300.0 + p_kw / 20.0);
}

/// No losses; one transformer that carries base load and chargers, with a rating that they do not reach together.
class PlantGrid final : public GridModel {
   public:
    /// `base_kw` by minute; outlives it.
    PlantGrid(std::size_t chargers, const std::vector<double>& base_kw) : base_kw_(base_kw), place_(chargers) {
        std::iota(place_.begin(), place_.end(), 0U);
        for (std::size_t c = 0; c < chargers; ++c) voltages_.push_back({"voltage at charger " + std::to_string(c), 0.9, 1.1});
        loadings_.push_back({.name = "power of the transformer", .highest = 1.0});
    }
    [[nodiscard]] std::size_t places() const override { return place_.size(); }
    [[nodiscard]] std::span<const std::uint32_t> place_of_connector() const override { return place_; }
    [[nodiscard]] std::span<const GridElement> voltages() const override { return voltages_; }
    [[nodiscard]] std::span<const GridElement> loadings() const override { return loadings_; }
    [[nodiscard]] bool linearise(Instant at, std::span<const double> p_kw, std::span<const double> q_kvar,
                                 LinearGrid& grid) override {
        const std::size_t n = places();
        const double base_kw = base_at(at);
        grid.places = n;
        grid.p_kw.assign(p_kw.begin(), p_kw.end());
        grid.q_kvar.assign(q_kvar.begin(), q_kvar.end());
        grid.voltage = rows(n, n);
        for (std::size_t c = 0; c < n; ++c) {
            grid.voltage.value[c] = plant_voltage_pu(base_kw, p_kw[c]);
            grid.voltage.per_kw[c * n + c] = -0.025 / 20.0;
        }
        grid.charger_voltage = grid.voltage;
        const double p = std::accumulate(p_kw.begin(), p_kw.end(), base_kw);
        const double q = std::accumulate(q_kvar.begin(), q_kvar.end(), 0.0);
        fill_source(p, q, grid);
        fill_transformer(p, q, grid);
        grid.loss = rows(1, n);
        grid.loss_curvature.assign(4 * n * n, 0.0);
        return true;
    }

    [[nodiscard]] bool linearise_nominal(LinearRows& charger_voltage) override {
        const std::size_t n = places();
        charger_voltage = rows(n, n);
        charger_voltage.value.assign(n, 1.0);
        for (std::size_t c = 0; c < n; ++c) {
            charger_voltage.per_kw[c * n + c] = -0.025 / 20.0;
            charger_voltage.per_kvar[c * n + c] = -0.0125 / 20.0;  // as on a line; the plant itself has no reactive power
        }
        return true;
    }
    [[nodiscard]] std::vector<std::uint32_t> hops() const override {
        const std::size_t n = places();
        std::vector<std::uint32_t> steps(n * n);
        for (std::size_t a = 0; a < n; ++a)
            for (std::size_t b = 0; b < n; ++b) steps[a * n + b] = static_cast<std::uint32_t>(a > b ? a - b : b - a);
        return steps;
    }

   private:
    static constexpr double rating_kva = 4000.0;

    static LinearRows rows(std::size_t count, std::size_t n) {
        return {std::vector<double>(count), std::vector<double>(count * n), std::vector<double>(count * n)};
    }
    [[nodiscard]] double base_at(Instant at) const {
        const auto minute = std::chrono::floor<std::chrono::minutes>(at.time_since_epoch()).count();
        return base_kw_[static_cast<std::size_t>(std::clamp<std::int64_t>(minute, 0, std::ssize(base_kw_) - 1))];
    }
    void fill_source(double p, double q, LinearGrid& grid) const {
        const std::size_t n = places();
        grid.source = rows(2, n);
        grid.source.value = {p, q};
        std::fill_n(grid.source.per_kw.begin(), n, 1.0);
        std::fill_n(grid.source.per_kvar.begin() + static_cast<std::ptrdiff_t>(n), n, 1.0);
    }
    void fill_transformer(double p, double q, LinearGrid& grid) const {
        const double s = std::hypot(p, q);
        grid.along = rows(1, places());
        grid.across = grid.along;
        grid.along.value = {s / rating_kva};
        grid.along.per_kw.assign(places(), p / s / rating_kva);
        grid.along.per_kvar.assign(places(), q / s / rating_kva);
        grid.across.per_kw.assign(places(), -q / s / rating_kva);
        grid.across.per_kvar.assign(places(), p / s / rating_kva);
    }

    const std::vector<double>& base_kw_;
    std::vector<std::uint32_t> place_;
    std::vector<GridElement> voltages_, loadings_;
};

}  // namespace evsweep::contract
