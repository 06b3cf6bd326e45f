#include "sim/report/comparison.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "sim/base/text_table.hpp"
#include "sim/report/element_tables.hpp"
#include "sim/report/parts_text.hpp"
#include "sim/report/row_text.hpp"
#include "sim/report/stop_text.hpp"
#include "sim/report/warnings.hpp"
#include "sim/study/study_estimates.hpp"

namespace evsweep {
namespace {

constexpr std::size_t page_width = 100;

/// Zero in every replica of every run (or never known, with at least one zero): nothing a reader would miss.
bool is_zero_everywhere(const StudyResult& result, const VariableResult& row) {
    if (row.variable.display != Display::number) return false;
    bool any_zero = false;
    std::vector<const RunResult*> runs{&result.base};
    for (const auto& run : result.controllers) runs.push_back(&run);
    for (const RunResult* run : runs) {
        const VariableResult* found = find_numbers(*run, row.output, row.variable.name);
        if (!found) continue;
        const bool is_zero = found->values.all_of([&](double value) {
            if (value == 0.0) any_zero = true;
            return value == 0.0 || std::isnan(value);
        });
        if (!is_zero) return false;
    }
    return any_zero;
}

std::vector<const VariableResult*> headline_rows(const StudyResult& result) {
    std::vector<const VariableResult*> rows;
    if (result.controllers.empty()) return rows;
    for (const auto& row : result.controllers.front().variables) {
        const bool is_number = row.variable.aggregation == Aggregation::per_replica && row.variable.display != Display::event;
        if (is_number && row.variable.headline && !is_zero_everywhere(result, row)) rows.push_back(&row);
    }
    return rows;
}

/// Kinds of violations. Those that never happen are among them: how likely they are at most is an answer, too.
std::vector<const VariableResult*> event_rows(const StudyResult& result) {
    std::vector<const VariableResult*> rows;
    if (result.controllers.empty()) return rows;
    for (const auto& row : result.controllers.front().variables)
        if (row.variable.display == Display::event && row.variable.headline) rows.push_back(&row);
    return rows;
}

bool happens_anywhere(const StudyResult& result, const VariableResult& row) {
    return std::any_of(result.controllers.begin(), result.controllers.end(), [&](const RunResult& run) {
        const VariableResult* found = find_numbers(run, row.output, row.variable.name);
        return found && found->values.any_of([](double v) { return v > 0.0; });
    });
}

/// Whether anything but batteries feeds in: then its energy is a row.
bool has_generators(const StudyResult& result) {
    if (result.controllers.empty()) return false;
    const auto& rows = result.controllers.front().variables;
    return std::any_of(rows.begin(), rows.end(), [](const VariableResult& row) { return row.variable.name == "generated_kwh"; });
}

/// What the numbers of the first block are.
std::string heading(const StudyResult& result) {
    std::string text = printable(result.title) + "\n";
    text += fmt::format("{} of {} {}s{}, seed {}", result.replicas.size(), result.planned, result.sample_noun(),
                        result.parts > 1 ? " of one replica" : "", result.seed);
    if (result.interrupted) text += ", interrupted before the rest";
    text += "\n";
    if (result.stop) text += stop_text(*result.stop) + "\n";
    if (is_one_day(result))
        text += "one day, which all replicas repeat, so without intervals";
    else if (result.replicas.size() > 1)
        text +=
            fmt::format("mean over the {}s ± half-width of its {:g} % interval", result.sample_noun(), 100.0 * result.confidence);
    else
        text += result.replicas.empty() ? "no replica" : "one replica";
    text += has_generators(result) ? "; base: the feeder without vehicles and generators" : "; base: the feeder without vehicles";
    if (result.base_load_varies()) text += ", at the load of its profiles before anything random";
    return text + "\n\n";
}

/// How replicas were spread out, and what it has gained: for the rows of the table, under any controller.
std::string spread_text(const StudyResult& result, const std::vector<const VariableResult*>& rows,
                        const StudyEstimates& estimates) {
    if (result.draws.kind == DrawKind::independent || result.replicas.size() < 2) return {};
    std::string text = fmt::format("Draws: {} in batches of {} replicas; intervals are those of the means over batches.",
                                   Value<DrawKind>::text(result.draws.kind), result.draws.batch);
    std::vector<std::string> gains;
    for (const VariableResult* row : rows) {
        double least = HUGE_VAL;
        for (const auto& run : result.controllers)
            if (const VariableResult* found = find_numbers(run, row->output, row->variable.name))
                least = std::fmin(least, estimates.gain(*found));
        if (std::isfinite(least)) gains.push_back(fmt::format("{} {:.2g}", row->variable.name, least));
    }
    if (!gains.empty())
        text +=
            fmt::format(" Independent replicas that would say as much, for each that was run (the least of the controllers): {}.",
                        fmt::join(gains, ", "));
    std::string lines;
    for (const std::string& line : wrapped(text, page_width, "  ")) lines += line + "\n";
    return lines + "\n";
}

/// The two blocks of numbers and the legend of the signs that they use.
class Blocks {
   public:
    explicit Blocks(const StudyResult& result)
        : result_(result), rows_(headline_rows(result)), events_(event_rows(result)), estimates_(result) {}

    [[nodiscard]] std::string text() {
        if (result_.replicas.empty()) return {};
        std::string blocks;
        if (!rows_.empty()) blocks += means(rows_) + spread_text(result_, rows_, estimates_);
        if (!events_.empty()) blocks += violations_title() + means(events_);
        blocks += element_tables(result_, estimates_, page_width, used_);
        for (Row row : events_)
            if (happens_anywhere(result_, *row)) rows_.push_back(row);
        if (!rows_.empty()) blocks += differences();
        return blocks + in_words_of(result_, legend_of(used_, result_));
    }

   private:
    using Row = const VariableResult*;

    [[nodiscard]] RowText row_text(Row row) { return {row->variable, result_, estimates_, used_}; }

    [[nodiscard]] std::string mean(Row row, const RunResult& run) {
        const VariableResult* found = find_numbers(run, row->output, row->variable.name);
        return found ? row_text(row).mean(run, *found) : no_number;
    }

    [[nodiscard]] std::string means(const std::vector<Row>& rows) {
        TextTable table;
        table.repeated = 2;
        table.rows.push_back({"", "base"});
        for (const auto& run : result_.controllers) table.rows.front().push_back(printable(run.label));
        for (Row row : rows) {
            std::vector<std::string> cells{row_text(row).label(), mean(row, result_.base)};
            for (const auto& run : result_.controllers) cells.push_back(mean(row, run));
            table.rows.push_back(std::move(cells));
        }
        return table.text(page_width);
    }

    [[nodiscard]] std::string difference(Row row, const RunResult& run, const RunResult& reference, const VariableResult& b) {
        const VariableResult* a = find_numbers(run, row->output, row->variable.name);
        if (!a || a->values.size() != b.values.size()) return no_number + "  ";
        return row_text(row).difference(run, *a, reference, b);
    }

    [[nodiscard]] std::string differences() {
        const auto& runs = result_.controllers;
        const auto reference =
            std::find_if(runs.begin(), runs.end(), [&](const auto& run) { return run.label == result_.reference; });
        if (reference == runs.end() || runs.size() < 2) return {};
        TextTable table;
        table.rows.emplace_back(1);
        for (const auto& run : runs)
            if (&run != &*reference) table.rows.front().push_back(printable(run.label) + "  ");
        for (Row row : rows_) {
            const VariableResult* of_reference = find_numbers(*reference, row->output, row->variable.name);
            if (row->variable.display == Display::category || !of_reference) continue;
            std::vector<std::string> cells{row_text(row).label()};
            for (const auto& run : runs)
                if (&run != &*reference) cells.push_back(difference(row, run, *reference, *of_reference));
            table.rows.push_back(std::move(cells));
        }
        return differences_title() + table.text(page_width);
    }

    [[nodiscard]] std::string violations_title() const {
        if (is_one_day(result_) || result_.replicas.size() < 2) return "\nViolations of limits\n\n";
        return fmt::format("\nViolations of limits: share of the {}s, with its {:g} % interval\n\n", result_.sample_noun(),
                           100.0 * result_.confidence);
    }

    [[nodiscard]] std::string differences_title() const {
        const std::string reference = printable(result_.reference);
        if (is_one_day(result_)) return fmt::format("\nDifference to {} on this one day\n\n", reference);
        return fmt::format("\nPaired difference to {0}, {1} by {1}: mean ± {2:g} % interval; *: excludes zero\n\n", reference,
                           result_.sample_noun(), 100.0 * result_.confidence);
    }

    const StudyResult& result_;
    std::vector<Row> rows_, events_;
    StudyEstimates estimates_;
    SignsUsed used_;
};

}  // namespace

std::string comparison_table(const StudyResult& result) { return heading(result) + Blocks(result).text() + warnings(result); }

}  // namespace evsweep
