#include "controllers/stochastic_subgradient/capacity_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "evsweep/text_cells.hpp"
#include "evsweep/text_file.hpp"

namespace evsweep {

namespace {

std::string_view bare_cell(std::string_view text) {
    constexpr std::string_view passed_over = " \t\r\"";
    const std::size_t first = text.find_first_not_of(passed_over);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(passed_over) - first + 1);
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
    Number value{};
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// Where a row stands.
struct SlotOfRow {
    int day = 0;
    int slot = 0;
};

/// The file, read line by line.
class CapacityFile {
   public:
    CapacityFile(const FilePath& file, std::string_view path, Issues& issues) : from_(file), path_(path), issues_(issues) {
        table_.file = std::make_shared<const std::string>(file.path.string());
    }

    std::shared_ptr<const CapacityTable> read() {
        const auto content = read_text(from_, path_, issues_);
        if (!content) return nullptr;
        std::string_view rest = *content;
        for (line_ = 1; !rest.empty() && !has_no_header_; ++line_) {
            const std::size_t end = rest.find('\n');
            const std::string_view line = rest.substr(0, end);
            rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
            if (bare_cell(line).empty() || line.front() == '#') continue;
            if (columns_ == 0)
                read_header(line);
            else
                read_row(line);
        }
        check_end();
        return good_ ? std::make_shared<const CapacityTable>(std::move(table_)) : nullptr;
    }

   private:
    void complain(int column, std::string problem, std::string hint) {
        issues_.error({table_.file, line_, column}, path_, std::move(problem), std::move(hint));
        good_ = false;
    }

    void read_header(std::string_view line) {
        separator_ = separator_of(line);
        const auto cells = split_cells(line, separator_);
        columns_ = cells.size();
        const auto is_named = [&](std::size_t i, std::string_view name) {
            return i < cells.size() && bare_cell(cells[i].text) == name;
        };
        if (!is_named(0, "day") || !is_named(1, "slot") || columns_ < 3) {
            has_no_header_ = true;
            return complain(1, "does not begin with a header 'day,slot' and the names of stations",
                            "write e.g. day,slot,701.ca.work,712.ca.homes");
        }
        for (std::size_t i = 2; i < cells.size(); ++i) {
            const std::string name(bare_cell(cells[i].text));
            const int column = static_cast<int>(cells[i].column);
            if (name.empty()) complain(column, "the name of a station is empty", "name every column");
            if (!name.empty() && table_.column_of(name)) complain(column, "station '" + name + "' is there twice", "leave one");
            table_.stations.push_back(name);
            table_.header_at.push_back({table_.file, line_, column});
        }
        table_.kvar.resize(table_.stations.size());
    }

    void read_row(std::string_view line) {
        const auto cells = split_cells(line, separator_);
        if (cells.size() != columns_)
            return complain(1, fmt::format("{} cells where the header has {}", cells.size(), columns_),
                            "give a number for every station");
        const auto day = number_of<int>(bare_cell(cells[0].text));
        const auto slot = number_of<int>(bare_cell(cells[1].text));
        if (!day || !slot || *slot < 0) return complain(1, "day and slot are no whole numbers", "count them from 0");
        check_order({*day, *slot});
        for (std::size_t i = 2; i < cells.size(); ++i)
            table_.kvar[i - 2].push_back(capacity_in(bare_cell(cells[i].text), static_cast<int>(cells[i].column), i - 2));
    }

    /// Slots follow one another; the first day tells how many a day has.
    void check_order(SlotOfRow now) {
        if (!last_) {
            table_.first_day = now.day;
            if (now.slot != 0) complain(1, fmt::format("begins with slot {}", now.slot), "begin with slot 0 of a day");
        } else if (table_.slots_per_day == 0 && now.day == last_->day + 1 && now.slot == 0) {
            table_.slots_per_day = static_cast<std::size_t>(last_->slot) + 1;
        } else {
            const bool ends_day = table_.slots_per_day != 0 && last_->slot + 1 == static_cast<int>(table_.slots_per_day);
            const SlotOfRow wanted = ends_day ? SlotOfRow{last_->day + 1, 0} : SlotOfRow{last_->day, last_->slot + 1};
            if (now.day != wanted.day || now.slot != wanted.slot)
                complain(
                    1,
                    fmt::format("day {} slot {} follows day {} slot {}: there is a gap, or rows are out of order", now.day,
                                now.slot, last_->day, last_->slot),
                    fmt::format("give a row for day {} slot {}; 0 where a station could give nothing", wanted.day, wanted.slot));
        }
        last_ = now;
    }

    double capacity_in(std::string_view text, int column, std::size_t station) {
        const auto value = number_of<double>(text);
        const std::string& name = table_.stations[station];
        if (text.empty())
            complain(column, "the capacity of station '" + name + "' is missing", "give kvar; 0 where it could give nothing");
        else if (!value || !std::isfinite(*value))
            complain(column, fmt::format("{} of station '{}' is not a number", shown(text), name), "give kvar");
        else if (*value < 0.0)
            complain(column, fmt::format("the capacity of station '{}' is negative: {:g} kvar", name, *value),
                     "give what it could draw or give at the most, 0 or more");
        return value.value_or(0.0);
    }

    void check_end() {
        if (has_no_header_) return;
        if (columns_ == 0 || !last_) return complain(0, "has no row under a header", "give one row for every slot");
        if (table_.slots_per_day == 0) table_.slots_per_day = static_cast<std::size_t>(last_->slot) + 1;
        if (good_ && table_.rows() % table_.slots_per_day != 0)
            complain(1, fmt::format("ends with slot {} of day {}, which has {}", last_->slot, last_->day, table_.slots_per_day),
                     "give whole days");
    }

    const FilePath& from_;
    std::string path_;
    Issues& issues_;
    CapacityTable table_;
    std::size_t columns_ = 0;  ///< of the header
    std::optional<SlotOfRow> last_;
    char separator_ = ',';
    int line_ = 0;
    bool has_no_header_ = false;
    bool good_ = true;
};

}  // namespace

std::optional<std::size_t> CapacityTable::column_of(std::string_view station) const {
    const auto found = std::find(stations.begin(), stations.end(), station);
    if (found == stations.end()) return std::nullopt;
    return static_cast<std::size_t>(found - stations.begin());
}

std::shared_ptr<const CapacityTable> read_capacity_table(const FilePath& file, std::string_view path, Issues& issues) {
    return CapacityFile(file, path, issues).read();
}

}  // namespace evsweep
