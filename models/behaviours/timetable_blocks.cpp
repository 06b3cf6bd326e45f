#include "behaviours/timetable_blocks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "behaviours/recording_cells.hpp"
#include "behaviours/recording_table.hpp"

namespace evsweep {

namespace {

enum BlockColumn : std::size_t { bus_column, leaves_column, returns_column, km_column, kwh_column, days_column };
const std::vector<std::string> block_columns{"bus", "leaves", "returns", "km", "kwh", "days"};

/// "5:10", and "25:10" for ten past one of the next day.
std::optional<Duration> clock_of(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto h = parse_digits(text.substr(0, colon)), min = parse_digits(text.substr(colon + 1));
    if (!h || !min || text.size() != colon + 3 || *h > 72 || *min > 59) return std::nullopt;
    return std::chrono::hours(*h) + std::chrono::minutes(*min);
}

/// Days of the week that a cell names; empty: all of them. Holidays are Sundays unless they are named.
std::vector<Weekday> days_of(const std::string& text) {
    if (!text.empty() && text != "daily") return days_named(text);
    return {Weekday::mon, Weekday::tue, Weekday::wed, Weekday::thu, Weekday::fri, Weekday::sat, Weekday::sun};
}

class TimetableReader {
   public:
    TimetableReader(const RecordTable& table, std::string_view path, Issues& issues)
        : table_(table), path_(path), issues_(issues) {}

    [[nodiscard]] Timetable read() {
        if (!check_columns()) return timetable_;
        for (const RecordRow& row : table_.rows) {
            if (!row.problem.empty())
                error(row.line, 1, row.problem, "give one cell for each column");
            else
                add(row);
        }
        check_overlaps();
        if (timetable_.blocks.empty() && !issues_.has_errors()) error(table_.header_line, 1, "has no blocks", "add one a line");
        return timetable_;
    }

   private:
    void error(int line, int column, std::string problem, std::string hint) {
        issues_.error({table_.file, line, column}, path_, std::move(problem), std::move(hint));
    }

    bool check_columns() {
        std::string missing;
        for (const std::size_t k : {bus_column, leaves_column, returns_column})
            if (table_.count_of(block_columns[k]) == 0) missing += (missing.empty() ? "" : ", ") + block_columns[k];
        if (!missing.empty())
            error(table_.header_line, 1, "has no column " + missing, "expected: bus, leaves, returns, km or kwh");
        timetable_.has_km = table_.count_of("km") > 0;
        const bool has_energy = timetable_.has_km != (table_.count_of("kwh") > 0);
        if (!has_energy)
            error(table_.header_line, 1, "says not, or in two columns, what trips take",
                  "give one of the columns km and kwh; the latter is battery energy");
        return missing.empty() && has_energy;
    }

    void add(const RecordRow& row) {
        const auto cell = [&row](BlockColumn k) -> const RecordCell& { return row.cells[k]; };
        const std::size_t before = wrong_;
        const auto leaves = clock(cell(leaves_column)), returns = clock(cell(returns_column));
        const auto& energy = cell(timetable_.has_km ? km_column : kwh_column);
        const auto amount = parse_amount(energy.text, {}).value;
        if (!amount) wrong(energy, "is no number from 0 on", "write e.g. 182.5");
        const auto days = days_of(cell(days_column).text);
        if (days.empty()) wrong(cell(days_column), "is no kind of day", "daily, weekday, weekend, holiday, or mon to sun");
        if (cell(bus_column).text.empty()) wrong(cell(bus_column), "names no bus", "give it a name or a number");
        if (leaves && returns && *returns <= *leaves)
            wrong(cell(returns_column), "is not after it leaves", "add 24 h for the next day: 25:10 is ten past one");
        if (wrong_ > before) return;
        const double number = *amount;
        timetable_.blocks.push_back({bus(cell(bus_column).text), *leaves, *returns, timetable_.has_km ? number : 0.0,
                                     timetable_.has_km ? 0.0 : number, days, row.line});
    }

    std::optional<Duration> clock(const RecordCell& cell) {
        const auto time = clock_of(cell.text);
        if (!time) wrong(cell, "is no time by the clock", "write e.g. 5:10, or 25:10 for ten past one of the next day");
        return time;
    }
    void wrong(const RecordCell& cell, const std::string& problem, std::string hint) {
        ++wrong_;
        error(cell.line, cell.column, "'" + cell.text + "' " + problem, std::move(hint));
    }

    std::size_t bus(const std::string& name) {
        auto& buses = timetable_.buses;
        const auto known = std::find(buses.begin(), buses.end(), name);
        if (known != buses.end()) return static_cast<std::size_t>(known - buses.begin());
        buses.push_back(name);
        return buses.size() - 1;
    }

    /// A bus makes one block at a time, also across midnight of any two days.
    void check_overlaps() {
        const auto& blocks = timetable_.blocks;
        for (std::size_t i = 0; i < blocks.size(); ++i)
            for (std::size_t j = 0; j < blocks.size(); ++j) {
                if (i == j || blocks[i].bus != blocks[j].bus) continue;
                if (overlap(blocks[i], blocks[j]) && (i < j || !overlap(blocks[j], blocks[i])))
                    error(blocks[j].line, 1,
                          fmt::format("bus '{}' leaves before it is back from the block of line {}",
                                      timetable_.buses[blocks[i].bus], blocks[i].line),
                          "give one of them to another bus");
            }
    }
    /// Whether the second block begins during the first, of the same day or of one of the days before.
    static bool overlap(const Block& first, const Block& second) {
        for (int later = 0; later <= 3; ++later)
            for (const Weekday day : first.days) {
                if (day == Weekday::holiday) continue;  // which stand for any other day
                const auto then = static_cast<Weekday>((static_cast<int>(day) + later) % 7);
                if (std::find(second.days.begin(), second.days.end(), then) == second.days.end()) continue;
                const Duration leaves = second.leaves + one_day * later;
                if (leaves >= first.leaves && leaves < first.returns) return true;
            }
        return false;
    }

    const RecordTable& table_;
    std::string path_;
    Issues& issues_;
    Timetable timetable_;
    std::size_t wrong_ = 0;
};

}  // namespace

Timetable read_timetable(const FilePath& file, std::string_view path, Issues& issues) {
    const auto table = read_record_table(file, block_columns, path, issues);
    return table ? TimetableReader(*table, path, issues).read() : Timetable{};
}

}  // namespace evsweep
