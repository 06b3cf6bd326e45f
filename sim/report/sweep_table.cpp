#include "sim/report/sweep_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/base/text_table.hpp"
#include "sim/report/row_text.hpp"

namespace evsweep {

namespace {

constexpr std::size_t sweep_width = 100;
constexpr std::size_t most_points_at_length = 24;

/// "6 points of 50 replicas", with what was left out.
std::string points_text(const SweepResult& sweep) {
    int fewest = std::numeric_limits<int>::max(), most = 0;
    std::size_t run = 0;
    for (const SweepPoint& point : sweep.points) {
        if (!point.problem.empty()) continue;
        ++run;
        fewest = std::min(fewest, point.finished);
        most = std::max(most, point.finished);
    }
    const std::string replicas = fewest < most ? fmt::format("{} to {}", fewest, most) : std::to_string(most);
    if (run == sweep.points.size()) return fmt::format("{} points of {} replicas", run, replicas);
    return fmt::format("{} of {} points, of {} replicas", run, sweep.points.size(), replicas);
}

/// The table while it is made. RowText writes the cells; of the study behind them it needs the heading alone.
class SweepTable {
   public:
    explicit SweepTable(const SweepResult& sweep) : sweep_(sweep), estimates_(heading_) {
        heading_.confidence = sweep.confidence;
        heading_.calendar_start = sweep.calendar_start;
        heading_.clock_changes = sweep.clock_changes;
        heading_.currency = sweep.currency;
        for (const SweepPoint& point : sweep.points)
            if (heading_.replicas.size() < point.replicas.size()) heading_.replicas = point.replicas;
    }

    [[nodiscard]] std::string text() {
        std::string text = printable(sweep_.title) + "\n";
        text += fmt::format("{}, seed {}; each line is a point ({})\n", points_text(sweep_), sweep_.seed, axes_text());
        text += fmt::format("mean over the replicas ± half-width of its {:g} % interval; of events their share of the replicas\n",
                            100.0 * sweep_.confidence);
        if (sweep_.points.size() > most_points_at_length) return text + short_table() + legend_of(used_, heading_) + problems();
        for (const SweepColumn& column : sweep_.columns)
            if (is_number(column) && is_there(column)) text += block(column);
        for (const SweepColumn& column : sweep_.columns)
            if (column.variable.headline && column.variable.display == Display::event && is_likely(column)) text += block(column);
        return text + legend_of(used_, heading_) + never_text() + problems();
    }

   private:
    [[nodiscard]] std::string axes_text() const {
        std::string text;
        for (const SweepDimension& dimension : sweep_.dimensions) text += (text.empty() ? "" : ", ") + printable(dimension.name);
        return text;
    }

    static bool is_number(const SweepColumn& column) {
        const Display display = column.variable.display;
        return column.variable.headline && (display == Display::number || display == Display::clock);
    }

    static bool is_known(const SweepCell& cell) { return cell.mean.count > 0; }

    /// Zero in every replica of every point says nothing that a reader would miss.
    static bool is_there(const SweepColumn& column) {
        return std::any_of(column.cells.begin(), column.cells.end(), [](const SweepCell& cell) {
            return std::any_of(cell.values.begin(), cell.values.end(), [](double v) { return v != 0.0 && !std::isnan(v); });
        });
    }

    /// Events that happen anywhere; that nothing happens is said of all of them in one block, that of any violation.
    static bool is_likely(const SweepColumn& column) {
        return is_there(column) ||
               (column.variable.name == "any_violation" && std::any_of(column.cells.begin(), column.cells.end(), is_known));
    }

    /// Of many points a line each: how likely any limit is broken under each controller, and the lowest voltage.
    [[nodiscard]] std::string short_table() {
        TextTable table;
        table.rows.push_back({axes_text()});
        for (std::size_t point = 0; point < sweep_.points.size(); ++point)
            if (sweep_.points[point].problem.empty()) table.rows.push_back({values_of(point)});
        for (std::size_t c = 0; c < sweep_.controllers.size(); ++c)
            for (const SweepColumn& column : sweep_.columns)
                if (column.variable.name == "any_violation" || column.variable.name == "vmin_pu") put_short(column, c, table);
        return "\n%: replicas in which any limit is broken; pu: lowest voltage at any bus, mean over the replicas\n\n" +
               table.text(sweep_width) +
               "\nAll numbers of all points, with their intervals, are in the file: `evsweep export FILE --csv DIR`, or "
               "xarray.\n";
    }

    void put_short(const SweepColumn& column, std::size_t controller, TextTable& table) {
        const bool is_event = column.variable.display == Display::event;
        const RowText row(column.variable, heading_, estimates_, used_);
        table.rows.front().push_back(printable(sweep_.controllers[controller]) + (is_event ? " %" : " pu"));
        std::size_t line = 1;
        for (std::size_t point = 0; point < sweep_.points.size(); ++point) {
            if (!sweep_.points[point].problem.empty()) continue;
            const double mean = sweep_.cell(column, point, controller).mean.mean;
            const std::string number = std::isnan(mean) ? no_number : fmt::format("{:.{}f}", mean, column.variable.decimals);
            table.rows[line++].push_back(is_event ? cell_text(column, row, point, controller) : number);
        }
    }

    [[nodiscard]] std::string block(const SweepColumn& column) {
        const RowText row(column.variable, heading_, estimates_, used_);
        TextTable table;
        table.rows.emplace_back();
        table.rows.front().push_back(axes_text());
        for (const std::string& label : sweep_.controllers) table.rows.front().push_back(printable(label));
        for (std::size_t point = 0; point < sweep_.points.size(); ++point) {
            if (!sweep_.points[point].problem.empty()) continue;
            std::vector<std::string> cells{values_of(point)};
            for (std::size_t c = 0; c < sweep_.controllers.size(); ++c) cells.push_back(cell_text(column, row, point, c));
            table.rows.push_back(std::move(cells));
        }
        return "\n" + row.label() + "\n\n" + table.text(sweep_width);
    }

    [[nodiscard]] std::string values_of(std::size_t point) const {
        const auto places = sweep_.places_of(point);
        std::string text;
        for (std::size_t d = 0; d < places.size(); ++d)
            text += (d == 0 ? "" : ", ") + printable(sweep_.dimensions[d].labels[places[d]]);
        return text;
    }

    [[nodiscard]] std::string cell_text(const SweepColumn& column, const RowText& row, std::size_t point,
                                        std::size_t controller) {
        const Estimate& mean = sweep_.cell(column, point, controller).mean;
        if (column.variable.display == Display::event) return row.share(mean);
        if (mean.count == 0) return no_number;
        const bool is_solved = !(sweep_.points[point].unsolved_steps[controller] > 0.0);
        if (is_solved || !column.variable.over_solved_steps) return row.with_interval(mean);
        used_.solved_only = true;
        return row.with_interval(mean) + "†";
    }

    /// Limits that nobody broke anywhere.
    [[nodiscard]] std::string never_text() const {
        std::string names;
        for (const SweepColumn& column : sweep_.columns)
            if (column.variable.headline && column.variable.display == Display::event && !is_there(column) &&
                column.variable.name != "any_violation" && std::any_of(column.cells.begin(), column.cells.end(), is_known))
                names += (names.empty() ? "" : ", ") + printable(column.variable.long_name);
        if (names.empty()) return {};
        std::string text = "\n";
        for (const std::string& line : wrapped("In no replica of any point: " + names + ".", sweep_width, "  "))
            text += line + "\n";
        return text;
    }

    /// What went wrong, and where.
    [[nodiscard]] std::string problems() const {
        std::vector<std::string> lines;
        for (std::size_t point = 0; point < sweep_.points.size(); ++point) {
            const SweepPoint& state = sweep_.points[point];
            const std::string where = fmt::format("point {} ({})", point, printable(sweep_.label_of(point)));
            if (!state.problem.empty()) lines.push_back(where + " was not run: " + printable(state.problem));
            if (!state.failures.empty())
                lines.push_back(fmt::format("{}: {} of {} replicas failed, the first, {}, because {}", where,
                                            state.failures.size(), state.planned, state.failures.front().replica.index(),
                                            printable(state.failures.front().what)));
            for (std::size_t c = 0; c < sweep_.controllers.size(); ++c)
                if (state.unsolved_steps[c] > 0.0)
                    lines.push_back(fmt::format("{}: {:.0f} steps without a load-flow solution under {}", where,
                                                state.unsolved_steps[c], printable(sweep_.controllers[c])));
        }
        std::string text;
        for (const std::string& line : lines)
            for (const std::string& part : wrapped(line, sweep_width, "  ")) text += part + "\n";
        return text.empty() ? text : "\n" + text;
    }

    const SweepResult& sweep_;
    StudyResult heading_;
    StudyEstimates estimates_;
    SignsUsed used_;
};

}  // namespace

std::string sweep_table(const SweepResult& sweep) { return SweepTable(sweep).text(); }

}  // namespace evsweep
