/// A grid whose voltages, current, power and loss are written down in closed form, for tests of controllers that plan on one.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "evsweep/linear_grid.hpp"

namespace evsweep {

/// One feeder head, and places one behind the other. With P and Q the sums of what chargers draw, and base load P_b, Q_b:
///   voltage at place i:  v_i = v_b - sum_j min(i, j) (r p_j + x q_j) - bend (P_b + P)^2   (min counts places from 1)
///   current: |(P_b + P) - j (Q_b + Q)| / rating,  loss: rho ((P_b + P)^2 + (Q_b + Q)^2),  source: all of it.
class FakeGrid final : public GridModel {
   public:
    struct Data {
        std::size_t places = 2;
        double r = 1e-4, x = 5e-5, bend = 0.0, rho = 1e-5;
        double rating_kva = 1e6;
        double lowest = 0.9, highest = 1.1;
        Duration step = std::chrono::minutes(15);
    };

    FakeGrid(Data data, std::vector<std::uint32_t> place_of_connector)
        : data_(data), place_(std::move(place_of_connector)), loadings_{{"current in line 0-1", 0.0, 1.0}} {
        for (std::size_t i = 0; i < data.places; ++i)
            voltages_.push_back({"voltage at bus " + std::to_string(i + 1), data.lowest, data.highest});
    }

    std::vector<double> base_kw, base_kvar, base_pu;               ///< by step; the last holds on; none: 0 and 1 pu
    double collapse_kw = std::numeric_limits<double>::infinity();  ///< no solution beyond this power of base load and chargers
    int linearised = 0;

    [[nodiscard]] std::size_t places() const override { return data_.places; }
    [[nodiscard]] std::span<const std::uint32_t> place_of_connector() const override { return place_; }
    [[nodiscard]] std::span<const GridElement> voltages() const override { return voltages_; }
    [[nodiscard]] std::span<const GridElement> loadings() const override { return loadings_; }

    bool linearise_nominal(LinearRows& charger_voltage) override {
        const std::size_t n = data_.places;
        charger_voltage = {std::vector<double>(n, 1.0), std::vector<double>(n * n), std::vector<double>(n * n)};
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j) {
                const auto common = static_cast<double>(std::min(i, j) + 1);
                charger_voltage.per_kw[i * n + j] = -data_.r * common;
                charger_voltage.per_kvar[i * n + j] = -data_.x * common;
            }
        return true;
    }
    [[nodiscard]] std::vector<std::uint32_t> hops() const override {
        const std::size_t n = data_.places;
        std::vector<std::uint32_t> steps(n * n);
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j) steps[i * n + j] = static_cast<std::uint32_t>(i > j ? i - j : j - i);
        return steps;
    }

    bool linearise(Instant at, std::span<const double> p_kw, std::span<const double> q_kvar, LinearGrid& grid) override {
        ++linearised;
        const Sums sums = sums_at(at, p_kw, q_kvar);
        if (sums.p > collapse_kw) return false;
        const std::size_t n = data_.places;
        grid.places = n;
        grid.p_kw.assign(p_kw.begin(), p_kw.end());
        grid.q_kvar.assign(q_kvar.begin(), q_kvar.end());
        resize(grid);
        const double size = std::hypot(sums.p, sums.q);
        grid.along.value[0] = size / data_.rating_kva;
        grid.across.value[0] = 0.0;
        const double loss = data_.rho * size * size;
        grid.loss.value[0] = loss;
        grid.source.value = {sums.p + loss, sums.q};
        for (std::size_t j = 0; j < n; ++j) set_column(grid, j, sums, size);
        for (std::size_t i = 0; i < n; ++i) grid.voltage.value[i] = voltage_pu(i, at, p_kw, q_kvar);
        return true;
    }

    [[nodiscard]] double voltage_pu(std::size_t place, Instant at, std::span<const double> p_kw,
                                    std::span<const double> q_kvar) const {
        const Sums sums = sums_at(at, p_kw, q_kvar);
        double v = value(base_pu, at, 1.0) - data_.bend * sums.p * sums.p;
        for (std::size_t j = 0; j < data_.places; ++j)
            v -= static_cast<double>(std::min(place, j) + 1) * (data_.r * p_kw[j] + data_.x * q_kvar[j]);
        return v;
    }
    [[nodiscard]] double loading(Instant at, std::span<const double> p_kw, std::span<const double> q_kvar) const {
        const Sums sums = sums_at(at, p_kw, q_kvar);
        return std::hypot(sums.p, sums.q) / data_.rating_kva;
    }
    [[nodiscard]] double head_kw(Instant at, std::span<const double> p_kw, std::span<const double> q_kvar) const {
        const Sums sums = sums_at(at, p_kw, q_kvar);
        return sums.p + loss_kw(at, p_kw, q_kvar);
    }
    [[nodiscard]] double loss_kw(Instant at, std::span<const double> p_kw, std::span<const double> q_kvar) const {
        const Sums sums = sums_at(at, p_kw, q_kvar);
        return data_.rho * (sums.p * sums.p + sums.q * sums.q);
    }

   private:
    struct Sums {
        double p = 0.0;
        double q = 0.0;
    };

    [[nodiscard]] double value(const std::vector<double>& column, Instant at, double otherwise) const {
        if (column.empty()) return otherwise;
        const auto k = static_cast<std::size_t>(at.time_since_epoch() / data_.step);
        return column[std::min(k, column.size() - 1)];
    }
    [[nodiscard]] Sums sums_at(Instant at, std::span<const double> p_kw, std::span<const double> q_kvar) const {
        Sums sums{value(base_kw, at, 0.0), value(base_kvar, at, 0.0)};
        for (std::size_t j = 0; j < data_.places; ++j) sums.p += p_kw[j], sums.q += q_kvar[j];
        return sums;
    }
    void resize(LinearGrid& grid) const {
        const std::size_t n = data_.places;
        const auto size_rows = [n](LinearRows& rows, std::size_t count) {
            rows.value.assign(count, 0.0);
            rows.per_kw.assign(count * n, 0.0);
            rows.per_kvar.assign(count * n, 0.0);
        };
        size_rows(grid.voltage, n), size_rows(grid.along, 1), size_rows(grid.across, 1);
        size_rows(grid.source, 2), size_rows(grid.loss, 1);
        grid.loss_curvature.assign(4 * n * n, 0.0);
    }
    void set_column(LinearGrid& grid, std::size_t j, const Sums& sums, double size) const {
        const std::size_t n = data_.places;
        for (std::size_t i = 0; i < n; ++i) {
            const auto shared = static_cast<double>(std::min(i, j) + 1);
            grid.voltage.per_kw[i * n + j] = -shared * data_.r - 2.0 * data_.bend * sums.p;
            grid.voltage.per_kvar[i * n + j] = -shared * data_.x;
        }
        const double cosine = size > 0.0 ? sums.p / size : 1.0, sine = size > 0.0 ? sums.q / size : 0.0;
        grid.along.per_kw[j] = cosine / data_.rating_kva;
        grid.along.per_kvar[j] = sine / data_.rating_kva;
        grid.across.per_kw[j] = -sine / data_.rating_kva;
        grid.across.per_kvar[j] = cosine / data_.rating_kva;
        grid.loss.per_kw[j] = 2.0 * data_.rho * sums.p;
        grid.loss.per_kvar[j] = 2.0 * data_.rho * sums.q;
        grid.source.per_kw[j] = 1.0 + grid.loss.per_kw[j];
        grid.source.per_kvar[n + j] = 1.0;
        for (std::size_t k = 0; k < n; ++k) {
            grid.loss_curvature[j * 2 * n + k] = 2.0 * data_.rho;
            grid.loss_curvature[(n + j) * 2 * n + n + k] = 2.0 * data_.rho;
        }
    }

    Data data_;
    std::vector<std::uint32_t> place_;
    std::vector<GridElement> voltages_, loadings_;
};

}  // namespace evsweep
