/// The estimates of a study, one place for the table, the result file and the figures, so that all say the same interval.
#pragma once

#include <string>

#include "sim/statistics/quantile_intervals.hpp"
#include "sim/statistics/statistics.hpp"
#include "sim/study/study_result.hpp"

namespace evsweep {

/// The variable `output`/`name` of a run that has one number per replica; none where the run has no such variable.
[[nodiscard]] const VariableResult* find_numbers(const RunResult& run, const std::string& output, const std::string& name);

/// Whether every number of a run is the same in all replicas.
[[nodiscard]] bool has_equal_replicas(const RunResult& run);

/// Whether all replicas, two or more, are one and the same: the same fleet with the same stays, and the same numbers under every
/// controller. They are a sample of one day, about which no interval can be said.
[[nodiscard]] bool is_one_day(const StudyResult& study);

/// An interval of one sample, or of one day, is none.
[[nodiscard]] Estimate without_interval(Estimate estimate);
/// What no replica can be beyond, no mean can be.
void end_within(Estimate& estimate, const ValueRange& range);

/// Means and paired differences over the replicas. Times of day are taken on the circle, in hours of the wall clock. Rows whose
/// values are alike are bounded by what the variable can be, or else by the least and the most that it is anywhere in the study,
/// the feeder without vehicles included. Other intervals end where the variable does. The mean of an event is its share of the
/// replicas, with the intervals of sim/statistics/shares.hpp. Where replicas are spread out, numbers have the interval of the
/// mean over batches; times of day, events and elements have those of independent replicas, which are wider than need be.
class StudyEstimates {
   public:
    explicit StudyEstimates(const StudyResult& study);
    [[nodiscard]] Estimate mean(const VariableResult& row) const;
    /// Of a - b, the same variable under two controllers, replica by replica.
    [[nodiscard]] Estimate difference(const VariableResult& a, const VariableResult& b) const;
    /// Where replicas are spread out: how many times as many independent ones would make this mean as certain; else NaN.
    [[nodiscard]] double gain(const VariableResult& row) const;
    /// The quantiles of the replicas' values, one per StudyResult::quantile_levels.
    [[nodiscard]] std::vector<double> quantiles(const VariableResult& row) const;
    /// Of these; none, NaN at both ends, where all replicas are one day.
    [[nodiscard]] std::vector<QuantileInterval> quantile_intervals(const VariableResult& row) const;

   private:
    [[nodiscard]] std::vector<double> of_the_clock(std::vector<double> hours_since_start) const;
    [[nodiscard]] bool is_spread(std::size_t values) const;
    [[nodiscard]] Estimate mean_of(const std::vector<double>& values) const;
    [[nodiscard]] Estimate difference_of(const std::vector<double>& a, const std::vector<double>& b) const;
    [[nodiscard]] ValueRange plausible(const VariableResult& row) const;

    const StudyResult& study_;
    double start_h_;  ///< the wall clock's hour of the study's start
    bool one_day_;
};

}  // namespace evsweep
