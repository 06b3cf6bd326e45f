#include "solvers/kernel_forecast/kernel_forecast.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <numeric>
#include <tuple>
#include <utility>

#include "evsweep/contracts.hpp"

namespace evsweep {

namespace {

constexpr double dimensions = static_cast<double>(forecast_features);
constexpr double nearest_rows = 20.0;

/// Silverman's rule for `rows` of as many features as there are.
double bandwidth(double deviation, std::size_t rows) {
    return (deviation + 1e-9) * std::pow(4.0 / (dimensions + 2.0), 1.0 / (dimensions + 4.0)) *
           std::pow(static_cast<double>(rows), -1.0 / (dimensions + 4.0));
}

double epanechnikov(double distance2, double h) { return std::max(0.0, 1.0 - distance2 / ((dimensions + 4.0) * h * h)); }

std::array<double, 3> features_of_time(double day_share, bool is_day_off) {
    const double angle = 2.0 * std::numbers::pi * day_share;
    return {std::cos(angle), std::sin(angle), is_day_off ? 1.0 : 0.0};
}

/// Of a row by its number in the history.
std::array<double, 3> features_of_time(const SlotHistory& history, std::size_t row) {
    const double slot = static_cast<double>(row % history.slots_per_day);
    return features_of_time(slot / static_cast<double>(history.slots_per_day),
                            history.is_day_off[row / history.slots_per_day] != 0);
}

}  // namespace

KernelForecast::KernelForecast(const SlotHistory& history, std::span<const double> values) {
    EVSWEEP_EXPECTS(values.size() == history.rows() && values.size() > 2, "there is a value for every slot");
    find_bandwidths(history, values);
    gather(history, values);
}

void KernelForecast::find_bandwidths(const SlotHistory& history, std::span<const double> values) {
    const std::size_t rows = values.size() - 2;  // the first two have nothing before them
    const auto count = static_cast<double>(rows);
    std::array<double, forecast_features> sum{}, squares{};
    const auto each_row = [&](auto use) {
        for (std::size_t k = 2; k < values.size(); ++k) {
            const auto time = features_of_time(history, k);
            use(std::array<double, forecast_features>{time[0], time[1], time[2], values[k - 1], values[k - 2]});
        }
    };
    each_row([&](const auto& x) {
        for (std::size_t f = 0; f < forecast_features; ++f) sum[f] += x[f];
    });
    each_row([&](const auto& x) {
        for (std::size_t f = 0; f < forecast_features; ++f) squares[f] += (x[f] - sum[f] / count) * (x[f] - sum[f] / count);
    });
    for (std::size_t f = 0; f < forecast_features; ++f) per_bandwidth_[f] = 1.0 / bandwidth(std::sqrt(squares[f] / count), rows);
}

KernelForecast::Time KernelForecast::time_of(double day_share, bool is_day_off) const {
    Time time = features_of_time(day_share, is_day_off);
    for (std::size_t f = 0; f < time.size(); ++f) time[f] *= per_bandwidth_[f];
    return time;
}

/// Rows by value, then time, then what was before; equal ones once.
void KernelForecast::gather(const SlotHistory& history, std::span<const double> values) {
    using Key = std::tuple<double, std::size_t, bool, double, double>;
    std::map<Key, double> counts;
    for (std::size_t k = 2; k < values.size(); ++k)
        counts[{values[k], k % history.slots_per_day, history.is_day_off[k / history.slots_per_day] != 0, values[k - 1],
                values[k - 2]}] += 1.0;
    std::map<std::pair<std::size_t, bool>, std::uint32_t> place_of_time;
    std::map<std::pair<double, double>, std::uint32_t> place_of_past;
    for (const auto& [key, count] : counts) {
        const auto& [value, slot, is_day_off, last, before_last] = key;
        if (levels_.empty() || value != levels_.back()) {
            levels_.push_back(value);
            first_row_.push_back(rows_.size());
        }
        const auto time = place_of_time.emplace(std::pair(slot, is_day_off), static_cast<std::uint32_t>(times_.size()));
        if (time.second)
            times_.push_back(time_of(static_cast<double>(slot) / static_cast<double>(history.slots_per_day), is_day_off));
        const auto past = place_of_past.emplace(std::pair(last, before_last), static_cast<std::uint32_t>(pasts_.size()));
        if (past.second) pasts_.push_back({last * per_bandwidth_[3], before_last * per_bandwidth_[4]});
        rows_.push_back({time.first->second, past.first->second, count});
    }
    first_row_.push_back(rows_.size());
}

template <class Part>
KernelForecast::Near KernelForecast::near(const std::vector<Part>& parts, const Part& at) {
    Near near;
    for (const Part& part : parts) {
        double distance2 = 0.0;
        for (std::size_t f = 0; f < part.size(); ++f) distance2 += (part[f] - at[f]) * (part[f] - at[f]);
        near.distance2.push_back(distance2);
        near.wide.push_back(std::exp(-0.125 * distance2));
    }
    return near;
}

void KernelForecast::condition(const SlotQuery& query, std::vector<double>& probability) const {
    const Near time = near(times_, time_of(query.day_share, query.is_day_off));
    const Near past = near(pasts_, Past{query.last * per_bandwidth_[3], query.before_last * per_bandwidth_[4]});
    probability.assign(forecast_kernels * levels_.size(), 0.0);
    for (std::size_t level = 0; level < levels_.size(); ++level) add_kernels(level, time, past, probability);
    for (std::size_t kernel = 0; kernel < forecast_kernels; ++kernel) {
        const std::span<double> own = std::span(probability).subspan(kernel * levels_.size(), levels_.size());
        double sum = std::accumulate(own.begin(), own.end(), 0.0);
        if (sum <= 1e-300) {
            weigh_nearest(time, past, own);
            sum = std::accumulate(own.begin(), own.end(), 0.0);
        }
        for (double& p : own) p /= sum;
    }
}

/// The widest Gauss kernel is the product of its parts, the others are its fourth and sixteenth power.
void KernelForecast::add_kernels(std::size_t level, const Near& time, const Near& past, std::span<double> probability) const {
    std::array<double, forecast_kernels> sum{};
    for (std::size_t r = first_row_[level]; r < first_row_[level + 1]; ++r) {
        const Row& row = rows_[r];
        const double distance2 = time.distance2[row.time] + past.distance2[row.past];
        const double wide = time.wide[row.time] * past.wide[row.past];
        const double middle = (wide * wide) * (wide * wide);
        const double narrow = (middle * middle) * (middle * middle);
        sum[0] += row.count * narrow;
        sum[1] += row.count * epanechnikov(distance2, 0.5);
        sum[2] += row.count * middle;
        sum[3] += row.count * epanechnikov(distance2, 1.0);
        sum[4] += row.count * wide;
        sum[5] += row.count * epanechnikov(distance2, 2.0);
    }
    for (std::size_t kernel = 0; kernel < forecast_kernels; ++kernel) probability[kernel * levels_.size() + level] = sum[kernel];
}

void KernelForecast::weigh_nearest(const Near& time, const Near& past, std::span<double> probability) const {
    std::vector<std::pair<double, std::size_t>> order;  // equally near ones by their place
    for (std::size_t r = 0; r < rows_.size(); ++r)
        order.emplace_back(time.distance2[rows_[r].time] + past.distance2[rows_[r].past], r);
    const auto enough = static_cast<std::ptrdiff_t>(std::min(order.size(), static_cast<std::size_t>(nearest_rows)));
    std::partial_sort(order.begin(), order.begin() + enough, order.end());
    std::fill(probability.begin(), probability.end(), 0.0);
    double left = nearest_rows;
    for (auto next = order.begin(); next != order.begin() + enough && left > 0.0; ++next) {
        const double counted = std::min(left, rows_[next->second].count);
        const auto behind = std::upper_bound(first_row_.begin(), first_row_.end(), next->second);
        probability[static_cast<std::size_t>(behind - first_row_.begin()) - 1] += counted;
        left -= counted;
    }
}

}  // namespace evsweep
