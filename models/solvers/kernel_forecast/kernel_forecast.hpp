/// Forecasts of a series by slots of the day from its own history: the past slots that were most like the present one.
///
/// A row of the history is a slot k with the value c_k that came and five features: cosine and sine of the time of day, whether
/// it is a day off, c_{k-1} and c_{k-2}. With the bandwidth of each feature
///   b = (sd + 1e-9) (4 / (d + 2))^(1 / (d + 4)) n^(-1 / (d + 4)),   d = 5, n rows
/// (Silverman's rule) a row at distance D^2 = sum ((x - x_row) / b)^2 weighs
///   Gauss         exp(-D^2 / (2 h^2))
///   Epanechnikov  max(0, 1 - D^2 / ((d + 4) h^2)),                  h = 1/2, 1, 2.
/// Six conditional distributions over the values of the history follow. Where all rows weigh nothing, the 20 nearest count alike.
/// Source: Valizadeh Haghi, Qu, "A kernel-based predictive model of EV capacity for distributed voltage control and demand
/// response" (2018), as completed in scenarios/voltage_support_37/README.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "solvers/kernel_forecast/level_distribution.hpp"

namespace evsweep {

/// Gauss and Epanechnikov with h = 1/2, then both with h = 1, then both with h = 2.
inline constexpr std::size_t forecast_kernels = 6;
inline constexpr std::size_t forecast_features = 5;

/// The slots of a history, from midnight of its first day on, without gaps.
struct SlotHistory {
    std::size_t slots_per_day = 96;
    std::vector<std::uint8_t> is_day_off;  ///< by day
    [[nodiscard]] std::size_t rows() const { return slots_per_day * is_day_off.size(); }
};

/// What is known when a slot is forecast.
struct SlotQuery {
    double day_share = 0.0;  ///< when the slot begins, of the day
    bool is_day_off = false;
    double last = 0.0, before_last = 0.0;  ///< values of the two slots before
};

/// The forecast of one series. Fitted once, then only read, by any number of threads.
class KernelForecast {
   public:
    /// `values` by row of `history`; at least three.
    KernelForecast(const SlotHistory& history, std::span<const double> values);

    /// The different values of the history, ascending.
    [[nodiscard]] std::span<const double> levels() const { return levels_; }
    /// The probability of every level by every kernel, [kernel][level].
    void condition(const SlotQuery& query, std::vector<double>& probability) const;

   private:
    /// Rows that are alike count as one with a weight.
    struct Row {
        std::uint32_t time = 0;  ///< of the day, and its kind: index into `times_`
        std::uint32_t past = 0;  ///< the two values before: index into `pasts_`
        double count = 0.0;
    };
    /// A part of the features, over their bandwidths.
    using Time = std::array<double, 3>;
    using Past = std::array<double, 2>;
    /// D^2 by one part, and exp(-D^2 / 8), the Gauss kernel with h = 2.
    struct Near {
        std::vector<double> distance2, wide;
    };
    template <class Part>
    [[nodiscard]] static Near near(const std::vector<Part>& parts, const Part& at);

    [[nodiscard]] Time time_of(double day_share, bool is_day_off) const;
    void find_bandwidths(const SlotHistory& history, std::span<const double> values);
    void gather(const SlotHistory& history, std::span<const double> values);
    void add_kernels(std::size_t level, const Near& time, const Near& past, std::span<double> probability) const;
    void weigh_nearest(const Near& time, const Near& past, std::span<double> probability) const;

    std::vector<double> levels_;
    std::vector<std::size_t> first_row_;  ///< of each level, and the number of rows behind the last
    std::vector<Row> rows_;               ///< by ascending value
    std::array<double, forecast_features> per_bandwidth_{};
    std::vector<Time> times_;
    std::vector<Past> pasts_;
};

}  // namespace evsweep
