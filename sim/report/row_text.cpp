#include "sim/report/row_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>

#include "sim/base/text_table.hpp"
#include "sim/study/write_outputs.hpp"

namespace evsweep {

const std::string no_number = "–";

namespace {

/// A number as people read it; no "-0.0".
std::string number(double value, int decimals) {
    if (std::isnan(value)) return no_number;
    std::string text = fmt::format("{:.{}f}", value, std::clamp(decimals, 0, 12));
    if (text.find_first_not_of("-0.") == std::string::npos && text.front() == '-') text.erase(0, 1);
    return text;
}

/// Whole minutes as "H:MM", with a sign where negative.
std::string minutes_text(long long minutes) {
    return fmt::format("{}{}:{:02}", minutes < 0 ? "-" : "", std::llabs(minutes) / 60, std::llabs(minutes) % 60);
}

/// The first value that is known; NaN without any.
double first_known(const NumberColumn& values) {
    double found = std::nan("");
    (void)values.any_of([&](double v) {
        found = v;
        return !std::isnan(v);
    });
    return found;
}

Estimate in_percent(Estimate share) {
    for (double Estimate::*number : {&Estimate::mean, &Estimate::deviation, &Estimate::low, &Estimate::high})
        share.*number *= 100.0;
    return share;
}

/// Ends that differ by so little are written as one half-width, the larger.
bool is_about_symmetric(const Estimate& estimate) {
    const double smaller = std::min(estimate.high - estimate.mean, estimate.mean - estimate.low);
    return estimate.half_width() <= 1.1 * smaller;
}

}  // namespace

RowText::RowText(const Variable& variable, const StudyResult& study, const StudyEstimates& estimates, SignsUsed& used)
    : variable_(variable), study_(study), estimates_(estimates), used_(used), clock_(study.calendar_start, study.clock_changes) {}

std::string RowText::label() const {
    const std::string name = printable(variable_.long_name.empty() ? variable_.name : variable_.long_name);
    if (variable_.display == Display::event) return name + " [%]";
    if (variable_.display == Display::clock) return name + " [h:min]";
    const std::string unit = unit_text(variable_, study_.currency);
    return unit.empty() || unit == "1" ? name : name + " [" + printable(unit) + "]";
}

std::string RowText::mean(const RunResult& run, const VariableResult& row) const {
    if (variable_.display == Display::category) return most_frequent(row.values.read());
    const Estimate estimate = estimates_.mean(row);
    if (variable_.display == Display::event) return share(estimate);
    if (estimate.count == 0) return no_number;
    const bool is_instant = variable_.display == Display::clock && estimate.kind == IntervalKind::none;
    std::string text = is_instant ? clock_.text(first_known(row.values)) : with_margin(estimate, row.values.size(), false);
    if (run.unsolved_steps == 0) return text;
    used_.solved_only = used_.solved_only || variable_.over_solved_steps;
    return text + (variable_.over_solved_steps ? "†" : "");
}

std::string RowText::difference(const RunResult& run_a, const VariableResult& a, const RunResult& run_b,
                                const VariableResult& b) const {
    const bool is_event = variable_.display == Display::event;
    const Estimate estimate = is_event ? in_percent(estimates_.difference(a, b)) : estimates_.difference(a, b);
    if (estimate.count == 0) return no_number + "  ";
    used_.share_differences = used_.share_differences || estimate.kind == IntervalKind::agresti_min;
    const std::string text = with_margin(estimate, a.values.size(), true);
    const bool all_solved = run_a.unsolved_steps == 0 && run_b.unsolved_steps == 0;
    if (all_solved) return text + (estimate.excludes_zero() ? " *" : "  ");
    used_.solved_only = used_.solved_only || variable_.over_solved_steps;
    return text + (variable_.over_solved_steps ? " †" : "  ");
}

std::string RowText::share(const Estimate& estimate) const {
    if (estimate.count == 0) {
        used_.not_judged = true;
        return "not judged";
    }
    if (estimate.kind == IntervalKind::none) return estimate.mean > 0.0 ? "yes" : "no";
    used_.shares = true;
    const Estimate percent = in_percent(estimate);
    const int digits = decimals(percent);
    return fmt::format("{} [{}, {}]", number(percent.mean, digits), number(percent.low, digits), number(percent.high, digits));
}

/// The variable's own decimals, or more where the half-width would show nothing but zeros; without a half-width up to three more
/// for the mean.
int RowText::decimals(const Estimate& estimate) const {
    double shown = 0.0;
    for (const double side : {estimate.high - estimate.mean, estimate.mean - estimate.low})
        if (std::isfinite(side)) shown = std::max(shown, side);
    const int most = shown > 0.0 ? 12 : variable_.decimals + 3;
    if (shown == 0.0) shown = std::abs(estimate.mean);
    int enough = variable_.decimals;
    double size = shown * std::pow(10.0, enough);
    for (; size > 0.0 && size < 0.95 && enough < most; ++enough) size *= 10.0;
    return size < 0.05 ? variable_.decimals : enough;
}

std::string RowText::size(double value, const Estimate& estimate) const {
    if (variable_.display != Display::clock) return number(value, decimals(estimate));
    const long long minutes = std::llround(value * 60.0);
    return minutes_text(value > 0.0 ? std::max(minutes, 1LL) : minutes);
}

std::string RowText::place(double value, const Estimate& estimate, bool is_difference) const {
    if (variable_.display != Display::clock) return number(value, decimals(estimate));
    return is_difference ? minutes_text(std::llround(value * 60.0)) : time_of_day_text(value);
}

std::string RowText::margin(const Estimate& estimate, bool is_difference) const {
    if (estimate.kind == IntervalKind::none) return {};
    if (estimate.kind == IntervalKind::alike) return bounds_of_alike(estimate, is_difference);
    if (is_about_symmetric(estimate)) return " ± " + size(estimate.half_width(), estimate);
    used_.ends = true;
    return fmt::format(" [{}, {}]", place(estimate.low, estimate, is_difference), place(estimate.high, estimate, is_difference));
}

std::string RowText::bounds_of_alike(const Estimate& estimate, bool is_difference) const {
    used_.alike = true;
    const std::string low = place(estimate.low, estimate, is_difference);
    const std::string high = place(estimate.high, estimate, is_difference);
    const std::string mean = place(estimate.mean, estimate, is_difference);
    const bool below = std::isfinite(estimate.low) && low != mean;
    const bool above = std::isfinite(estimate.high) && high != mean;
    if (below && above) return fmt::format(" [{}, {}]", low, high);
    if (below) return fmt::format(" (≥ {})", low);
    return above ? fmt::format(" (≤ {})", high) : " (alike)";
}

std::string RowText::with_margin(const Estimate& estimate, std::size_t replicas, bool is_difference) const {
    std::string text = "spread";
    if (estimate.kind == IntervalKind::scattered)
        used_.spread = true;
    else
        text = place(estimate.mean, estimate, is_difference) + margin(estimate, is_difference);
    if (estimate.count == replicas) return text;
    used_.fewer = true;
    return text + fmt::format(" (of {})", estimate.count);
}

std::string RowText::most_frequent(const std::vector<double>& values) const {
    std::map<double, int> counts;
    int total = 0;
    for (double value : values)
        if (!std::isnan(value)) ++counts[value], ++total;
    if (total == 0) return no_number;
    const auto most =
        std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    const auto code = static_cast<std::size_t>(std::max(0.0, most->first));
    const std::string name = code < variable_.meanings.size() ? printable(variable_.meanings[code]) : number(most->first, 0);
    return total == 1 ? name : fmt::format("{} ({:.0f} %)", name, 100.0 * most->second / total);
}

std::string legend_of(const SignsUsed& used, const StudyResult& study) {
    std::string text;
    if (used.ends) text += "[low, high]: the interval where it is not symmetric, because the replicas are skewed\n";
    if (used.alike)
        text += fmt::format(
            "(≤ x), (≥ x), [x, y], (alike) after a value that all replicas share: at {:g} % confidence up to\n"
            "  {:.2g} % of the days may differ from it (Clopper-Pearson); x and y are the mean if these had the\n"
            "  extreme that is possible, or that the study has anywhere; (alike): neither is known\n",
            100.0 * study.confidence, 100.0 * unseen_share(study.replicas.size(), study.confidence));
    if (used.shares)
        text += fmt::format(
            "violations: share of the replicas [low, high]; the interval holds the probability in at least\n"
            "  {:g} % of studies (Clopper-Pearson)\n",
            100.0 * study.confidence);
    if (used.share_differences)
        text += "differences of violations: in percentage points (interval of Agresti and Min for pairs)\n";
    if (used.not_judged) text += "not judged: the feeder has nothing of the kind, or nothing with a rating\n";
    if (used.spread) text += "spread: times of day that lie all around the clock; their mean says nothing\n";
    if (used.fewer) text += "(of n): over the n replicas that have a value\n";
    if (used.solved_only)
        text +=
            "†: over the steps with a load-flow solution only, so it may look too good; minutes beyond a limit\n"
            "  count the others; no difference is starred where either side has steps without a solution\n";
    return text.empty() ? text : "\n" + text;
}

}  // namespace evsweep
