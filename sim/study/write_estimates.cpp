#include "sim/study/write_estimates.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "sim/study/study_estimates.hpp"
#include "sim/study/write_outputs.hpp"

namespace evsweep {
namespace {

const std::vector<std::string> estimate_names{"mean", "low", "high", "deviation", "count"};

std::vector<double> numbers_of(const Estimate& estimate) {
    return {estimate.mean, estimate.low, estimate.high, estimate.deviation, static_cast<double>(estimate.count)};
}

bool has_mean(const VariableResult& result) {
    return result.variable.aggregation == Aggregation::per_replica && result.variable.display != Display::category;
}

/// Writes one variable over `statistic`, and before the first of a group the names of the statistics.
class StatisticGroups {
   public:
    StatisticGroups(ResultFile& file, std::string currency, std::vector<std::string> statistics)
        : file_(file), currency_(std::move(currency)), statistics_(std::move(statistics)) {}

    void write(const std::string& group, const Variable& variable, IntervalKind kind, const std::vector<double>& values,
               double gain = std::numeric_limits<double>::quiet_NaN()) {
        if (opened_.insert(group).second)
            file_.write({group, "statistic", {"statistic"}, {{"long_name", "statistic over the replicas"}}}, statistics_);
        Attributes notes = attributes_of(variable, currency_);
        notes.emplace_back("interval", name_of(kind));
        if (!std::isnan(gain)) notes.emplace_back("independent_replicas_per_replica", gain);
        file_.write({group, variable.name, {"statistic"}, notes}, values);
    }

   private:
    ResultFile& file_;
    std::string currency_;
    std::vector<std::string> statistics_;
    std::set<std::string> opened_;
};

void write_pair(StatisticGroups& groups, ResultFile& file, const StudyResult& result, const RunResult& a, const RunResult& b) {
    const StudyEstimates estimates(result);
    const std::string group = "/paired/" + link_name(a.label + "_minus_" + b.label);
    file.annotate(group, {{"minuend", a.label},
                          {"subtrahend", b.label},
                          {"confidence", result.confidence},
                          {"minuend_unsolved_steps", static_cast<std::int64_t>(a.unsolved_steps)},
                          {"subtrahend_unsolved_steps", static_cast<std::int64_t>(b.unsolved_steps)}});
    for (const auto& of_a : a.variables) {
        const VariableResult* of_b = find_numbers(b, of_a.output, of_a.variable.name);
        if (!has_mean(of_a) || !of_b || of_a.values.size() != of_b->values.size()) continue;
        const Estimate estimate = estimates.difference(of_a, *of_b);
        groups.write(group + "/" + link_name(of_a.output), of_a.variable, estimate.kind, numbers_of(estimate));
    }
}

}  // namespace

void write_summaries(ResultFile& file, const StudyResult& result) {
    std::vector<std::string> names = estimate_names;
    for (double level : result.quantile_levels) names.push_back("quantile_" + number_text(level));
    for (double level : result.quantile_levels)
        for (const char* end : {"_low", "_high"}) names.push_back("quantile_" + number_text(level) + end);
    StatisticGroups groups(file, result.currency, names);
    const StudyEstimates estimates(result);
    for (const auto& run : result.controllers) {
        for (const auto& variable : run.variables) {
            if (!has_mean(variable)) continue;
            const Estimate estimate = estimates.mean(variable);
            std::vector<double> numbers = numbers_of(estimate);
            for (double q : estimates.quantiles(variable)) numbers.push_back(q);
            for (const auto& [low, high] : estimates.quantile_intervals(variable)) numbers.insert(numbers.end(), {low, high});
            groups.write("/summary/" + link_name(run.label) + "/" + link_name(variable.output), variable.variable, estimate.kind,
                         numbers, estimates.gain(variable));
        }
    }
}

void write_paired_differences(ResultFile& file, const StudyResult& result) {
    StatisticGroups groups(file, result.currency, estimate_names);
    const auto& runs = result.controllers;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        for (std::size_t j = i + 1; j < runs.size(); ++j) {
            const bool later_is_reference = runs[j].label == result.reference;
            write_pair(groups, file, result, later_is_reference ? runs[i] : runs[j], later_is_reference ? runs[j] : runs[i]);
        }
    }
}

}  // namespace evsweep
