#include "sim/study/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>

#include "sim/study/statistics.hpp"
#include "sim/study/text_table.hpp"
#include "sim/study/troubles.hpp"
#include "sim/study/wall_clock.hpp"
#include "sim/study/write_estimates.hpp"
#include "sim/study/write_outputs.hpp"

namespace evsweep {
namespace {

constexpr std::size_t page_width = 100;
const std::string nothing = "–";

/// A number as people read it; no "-0.0".
std::string number(double value, int decimals) {
    if (std::isnan(value)) return nothing;
    std::string text = fmt::format("{:.{}f}", value, std::clamp(decimals, 0, 12));
    if (text.find_first_not_of("-0.") == std::string::npos && text.front() == '-') text.erase(0, 1);
    return text;
}

/// Whole minutes as "H:MM", with a sign where negative.
std::string minutes_text(long long minutes) {
    return fmt::format("{}{}:{:02}", minutes < 0 ? "-" : "", std::llabs(minutes) / 60, std::llabs(minutes) % 60);
}

long long in_minutes(double time_h) { return std::llround(time_h * 60.0); }

/// How the values of one variable are told.
class Teller {
   public:
    Teller(const Variable& variable, const StudyResult& study)
        : variable_(variable), currency_(study.currency), confidence_(study.confidence), clock_(study.calendar_start) {}

    [[nodiscard]] std::string mean(const std::vector<double>& values) const {
        if (variable_.display == Display::category) return most_frequent(values);
        const Estimate estimate = estimate_mean(values, confidence_);
        if (std::isnan(estimate.mean)) return nothing;
        return variable_.display == Display::clock ? clock_.text(estimate.mean) + margin(estimate) : with_margin(estimate);
    }

    [[nodiscard]] std::string paired(const std::vector<double>& values, const std::vector<double>& reference) const {
        const Estimate estimate = estimate_paired_difference(values, reference, confidence_);
        if (std::isnan(estimate.mean)) return nothing + "  ";
        return with_margin(estimate) + (estimate.excludes_zero() ? " *" : "  ");
    }

    /// Name and unit, as the row's label.
    [[nodiscard]] std::string label() const {
        const std::string name = printable(variable_.long_name.empty() ? variable_.name : variable_.long_name);
        if (variable_.display == Display::clock) return name + " [h:min]";
        const std::string unit = unit_text(variable_, currency_);
        return unit.empty() || unit == "1" ? name : name + " [" + printable(unit) + "]";
    }

   private:
    /// The variable's own decimals, or up to three more where they would show nothing but zeros.
    [[nodiscard]] int decimals(const Estimate& estimate) const {
        int enough = variable_.decimals;
        double larger = std::fmax(std::abs(estimate.mean), estimate.half_width()) * std::pow(10.0, enough);
        for (; larger > 0.0 && larger < 0.95 && enough < variable_.decimals + 3; ++enough) larger *= 10.0;
        return enough;
    }

    [[nodiscard]] std::string difference(double value, const Estimate& estimate) const {
        return variable_.display == Display::clock ? minutes_text(in_minutes(value)) : number(value, decimals(estimate));
    }

    [[nodiscard]] std::string margin(const Estimate& estimate) const {
        return std::isnan(estimate.low) ? std::string() : " ± " + difference(estimate.half_width(), estimate);
    }

    [[nodiscard]] std::string with_margin(const Estimate& estimate) const {
        return difference(estimate.mean, estimate) + margin(estimate);
    }

    [[nodiscard]] std::string most_frequent(const std::vector<double>& values) const {
        std::map<double, int> counts;
        int total = 0;
        for (double value : values)
            if (!std::isnan(value)) ++counts[value], ++total;
        if (total == 0) return nothing;
        const auto most =
            std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
        const auto code = static_cast<std::size_t>(std::max(0.0, most->first));
        const std::string name = code < variable_.meanings.size() ? printable(variable_.meanings[code]) : number(most->first, 0);
        return total == 1 ? name : fmt::format("{} ({:.0f} %)", name, 100.0 * most->second / total);
    }

    const Variable& variable_;
    std::string currency_;
    double confidence_;
    WallClock clock_;
};

/// Zero in every replica of every run (or never known, with at least one zero): nothing a reader would miss.
bool is_zero_everywhere(const StudyResult& result, const VariableResult& row) {
    if (row.variable.display != Display::number) return false;
    bool any_zero = false;
    std::vector<const RunResult*> runs{&result.base};
    for (const auto& run : result.controllers) runs.push_back(&run);
    for (const RunResult* run : runs) {
        const VariableResult* found = find_numbers(*run, row.output, row.variable.name);
        if (!found) continue;
        for (double value : found->values) {
            if (value == 0.0) any_zero = true;
            if (value != 0.0 && !std::isnan(value)) return false;
        }
    }
    return any_zero;
}

std::vector<const VariableResult*> headline_rows(const StudyResult& result) {
    std::vector<const VariableResult*> rows;
    if (result.controllers.empty()) return rows;
    for (const auto& row : result.controllers.front().variables)
        if (row.variable.aggregation == Aggregation::per_replica && row.variable.headline && !is_zero_everywhere(result, row))
            rows.push_back(&row);
    return rows;
}

std::string heading(const StudyResult& result) {
    std::string text = printable(result.title) + "\n";
    text += fmt::format("{} of {} replicas, seed {}", result.replicas.size(), result.planned, result.seed);
    if (result.interrupted) text += ", interrupted before the rest";
    const std::string margin =
        result.replicas.size() > 1 ? fmt::format(" ± half-width of its {:g} % interval", 100.0 * result.confidence) : "";
    return text + "\nmean over the replicas" + margin + "; base: the feeder without vehicles\n\n";
}

std::string means_block(const StudyResult& result, const std::vector<const VariableResult*>& rows) {
    TextTable table;
    table.repeated = 2;
    table.rows.push_back({"", "base"});
    for (const auto& run : result.controllers) table.rows.front().push_back(printable(run.label));
    for (const VariableResult* row : rows) {
        const Teller teller(row->variable, result);
        const VariableResult* base = find_numbers(result.base, row->output, row->variable.name);
        const bool base_means_something = base && !row->variable.gain_over_reference;
        std::vector<std::string> cells{teller.label(), base_means_something ? teller.mean(base->values) : nothing};
        for (const auto& run : result.controllers) {
            const VariableResult* found = find_numbers(run, row->output, row->variable.name);
            cells.push_back(found ? teller.mean(found->values) : nothing);
        }
        table.rows.push_back(std::move(cells));
    }
    return table.text(page_width);
}

std::string differences_block(const StudyResult& result, const std::vector<const VariableResult*>& rows) {
    const auto& runs = result.controllers;
    const auto reference = std::find_if(runs.begin(), runs.end(), [&](const auto& run) { return run.label == result.reference; });
    if (reference == runs.end() || runs.size() < 2 || result.replicas.empty()) return {};
    TextTable table;
    table.rows.emplace_back(1);
    for (const auto& run : runs)
        if (&run != &*reference) table.rows.front().push_back(printable(run.label) + "  ");
    for (const VariableResult* row : rows) {
        const VariableResult* of_reference = find_numbers(*reference, row->output, row->variable.name);
        if (row->variable.display == Display::category || row->variable.gain_over_reference || !of_reference) continue;
        const Teller teller(row->variable, result);
        std::vector<std::string> cells{teller.label()};
        for (const auto& run : runs) {
            if (&run == &*reference) continue;
            const VariableResult* found = find_numbers(run, row->output, row->variable.name);
            const bool comparable = found && found->values.size() == of_reference->values.size();
            cells.push_back(comparable ? teller.paired(found->values, of_reference->values) : nothing + "  ");
        }
        table.rows.push_back(std::move(cells));
    }
    const std::string title =
        fmt::format("\nPaired difference to {}, replica by replica: mean ± {:g} % interval; *: excludes zero\n\n",
                    printable(result.reference), 100.0 * result.confidence);
    return title + table.text(page_width);
}

}  // namespace

std::string comparison_table(const StudyResult& result) {
    const auto rows = headline_rows(result);
    std::string text = heading(result);
    if (!result.replicas.empty() && !rows.empty()) text += means_block(result, rows) + differences_block(result, rows);
    return text + troubles(result);
}

}  // namespace evsweep
