#include "sim/study/study_estimates.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/statistics/clock_statistics.hpp"
#include "sim/statistics/shares.hpp"
#include "sim/study/spread_estimates.hpp"
#include "sim/study/wall_clock.hpp"

namespace evsweep {

namespace {

bool has_mean(const Variable& variable) {
    return variable.aggregation == Aggregation::per_replica && variable.display != Display::category;
}

bool are_identical(const NumberColumn& values) {
    if (values.empty()) return true;
    const double first = values.at(0);
    return values.all_of([first](double v) { return v == first || (std::isnan(v) && std::isnan(first)); });
}

void widen(ValueRange& range, const NumberColumn& values) {
    for (const double v : values.read()) {
        if (std::isnan(v)) continue;
        range.lowest = std::min(range.lowest, v);
        range.highest = std::max(range.highest, v);
    }
}

/// Whether values vary at all, rounding apart.
bool has_extent(const ValueRange& range) {
    return range.highest - range.lowest > alike_within * std::max(std::abs(range.lowest), std::abs(range.highest));
}

}  // namespace

Estimate without_interval(Estimate estimate) {
    estimate.kind = IntervalKind::none;
    estimate.low = estimate.high = std::numeric_limits<double>::quiet_NaN();
    return estimate;
}

void end_within(Estimate& estimate, const ValueRange& range) {
    if (estimate.low < range.lowest) estimate.low = range.lowest;
    if (estimate.high > range.highest) estimate.high = range.highest;
}

const VariableResult* find_numbers(const RunResult& run, const std::string& output, const std::string& name) {
    for (const auto& result : run.variables)
        if (result.output == output && result.variable.name == name && result.variable.aggregation == Aggregation::per_replica)
            return &result;
    return nullptr;
}

bool has_equal_replicas(const RunResult& run) {
    return std::all_of(run.variables.begin(), run.variables.end(),
                       [](const VariableResult& row) { return !has_mean(row.variable) || are_identical(row.values); });
}

bool is_one_day(const StudyResult& study) {
    if (!study.same_fleets || study.replicas.size() < 2) return false;
    return std::all_of(study.controllers.begin(), study.controllers.end(), has_equal_replicas);
}

StudyEstimates::StudyEstimates(const StudyResult& study)
    : study_(study), start_h_(WallClock(study.calendar_start).start_h()), one_day_(is_one_day(study)) {}

Estimate StudyEstimates::mean(const VariableResult& row) const {
    if (row.variable.display == Display::event) {
        const Estimate share = estimate_share(row.values.read(), study_.confidence);
        return one_day_ ? without_interval(share) : share;
    }
    const bool clock = row.variable.display == Display::clock;
    Estimate estimate =
        clock ? estimate_time_of_day(of_the_clock(row.values.read()), study_.confidence) : mean_of(row.values.read());
    if (one_day_) return without_interval(estimate);
    if (clock) return estimate;
    if (estimate.kind == IntervalKind::alike) bound_alike(estimate, plausible(row), study_.confidence);
    end_within(estimate, {row.variable.lowest, row.variable.highest});
    return estimate;
}

Estimate StudyEstimates::difference(const VariableResult& a, const VariableResult& b) const {
    if (a.variable.display == Display::event) {
        const Estimate share = estimate_share_difference(a.values.read(), b.values.read(), study_.confidence);
        return one_day_ ? without_interval(share) : share;
    }
    const bool clock = a.variable.display == Display::clock;
    Estimate estimate = clock ? estimate_time_difference(a.values.read(), b.values.read(), study_.confidence)
                              : difference_of(a.values.read(), b.values.read());
    if (one_day_) return without_interval(estimate);
    if (clock || estimate.kind != IntervalKind::alike) return estimate;
    const ValueRange range = plausible(a);
    bound_alike(estimate, {range.lowest - range.highest, range.highest - range.lowest}, study_.confidence);
    return estimate;
}

std::vector<double> StudyEstimates::quantiles(const VariableResult& row) const {
    if (row.variable.display == Display::clock) return quantiles_of_day(of_the_clock(row.values.read()), study_.quantile_levels);
    std::vector<double> values = row.values.read();
    return evsweep::quantiles(values, study_.quantile_levels);
}

double StudyEstimates::gain(const VariableResult& row) const {
    const bool is_number = row.variable.aggregation == Aggregation::per_replica && row.variable.display == Display::number;
    if (!is_spread(row.values.size()) || !is_number) return std::numeric_limits<double>::quiet_NaN();
    return spread_gain(row.values.read(), study_.replicas, study_.draws);
}

/// Whether so many numbers are those of replicas that are spread out; those of the feeder without vehicles are not.
bool StudyEstimates::is_spread(std::size_t values) const {
    return study_.draws.kind != DrawKind::independent && values == study_.replicas.size() && values > 1;
}

Estimate StudyEstimates::mean_of(const std::vector<double>& values) const {
    if (!is_spread(values.size())) return estimate_mean(values, study_.confidence);
    return estimate_spread_mean(values, study_.replicas, study_.draws, study_.confidence);
}

Estimate StudyEstimates::difference_of(const std::vector<double>& a, const std::vector<double>& b) const {
    Estimate estimate = estimate_paired_difference(a, b, study_.confidence);
    if (!is_spread(a.size()) || estimate.kind == IntervalKind::alike) return estimate;
    std::vector<double> differences(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) differences[i] = a[i] - b[i];
    const double rounding = estimate.rounding;
    estimate = estimate_spread_mean(differences, study_.replicas, study_.draws, study_.confidence);
    estimate.rounding = rounding;
    return estimate;
}

std::vector<QuantileInterval> StudyEstimates::quantile_intervals(const VariableResult& row) const {
    if (one_day_) return std::vector<QuantileInterval>(study_.quantile_levels.size());
    if (row.variable.display == Display::clock)
        return quantile_intervals_of_day(of_the_clock(row.values.read()), study_.quantile_levels, study_.confidence);
    std::vector<double> values = row.values.read();
    return evsweep::quantile_intervals(values, study_.quantile_levels, study_.confidence);
}

std::vector<double> StudyEstimates::of_the_clock(std::vector<double> hours_since_start) const {
    for (double& h : hours_since_start) h += start_h_;
    return hours_since_start;
}

/// What the variable can be, or where it says nothing, what it is anywhere in the study. Without any variation there is nothing
/// to go by, and the range stays infinite.
ValueRange StudyEstimates::plausible(const VariableResult& row) const {
    const Variable& variable = row.variable;
    ValueRange seen{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
    if (const auto* base = find_numbers(study_.base, row.output, variable.name)) widen(seen, base->values);
    for (const auto& run : study_.controllers)
        if (const auto* found = find_numbers(run, row.output, variable.name)) widen(seen, found->values);
    const ValueRange unknown;
    const ValueRange usable = has_extent(seen) ? seen : unknown;
    return {std::isfinite(variable.lowest) ? variable.lowest : usable.lowest,
            std::isfinite(variable.highest) ? variable.highest : usable.highest};
}

}  // namespace evsweep
