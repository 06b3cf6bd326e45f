#include "agents/load_frequency/recorded.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <sstream>
#include <utility>

#include "evsweep/text_cells.hpp"
#include "evsweep/text_file.hpp"

namespace evsweep {

namespace {

bool is_name_letter(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Without the blanks and quotes around it.
std::string_view unquoted(std::string_view text) {
    constexpr std::string_view passed_over = " \t\r\"";
    const std::size_t first = text.find_first_not_of(passed_over);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(passed_over) - first + 1);
}

std::optional<double> cell_number(std::string_view text) {
    if (!text.empty() && text.front() == '+') text.remove_prefix(1);
    double value = 0.0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || fault != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
    return value;
}

/// "column" or "number * column".
std::optional<ColumnTerm> parse_term(std::string_view text, double sign) {
    ColumnTerm term{{}, sign};
    if (const std::size_t star = text.find('*'); star != std::string_view::npos) {
        const auto factor = cell_number(unquoted(text.substr(0, star)));
        if (!factor) return std::nullopt;
        term.factor *= *factor;
        text.remove_prefix(star + 1);
    }
    term.column = std::string(unquoted(text));
    const bool is_name = !term.column.empty() && std::all_of(term.column.begin(), term.column.end(), is_name_letter) &&
                         std::isdigit(static_cast<unsigned char>(term.column.front())) == 0;
    return is_name ? std::optional(std::move(term)) : std::nullopt;
}

/// A file that is read once, and the first thing that is wrong with it.
class RecordedFile {
   public:
    explicit RecordedFile(const RecordedText& text) : text_(text) {}

    /// Fills the values of all areas, or says what keeps it from that.
    std::optional<Contradiction> read() {
        std::istringstream file(read_text(text_.file).value_or(""));
        std::string line;
        while (next(file, line) && !has_header()) columns_ = names_in(line);
        if (!has_header()) return wrong("file", "has no header", "the first line names the columns");
        if (auto problem = choose_columns()) return problem;
        do {
            if (auto problem = read_row(line)) return problem;
        } while (next(file, line));
        if (rows_ < 2) return wrong("file", "has fewer than two rows", "give one row per mark, the last at the end of the study");
        if (text_.origin == Origin::first_mark) subtract_first();
        return std::nullopt;
    }

   private:
    struct Column {
        std::size_t index = 0;
        double factor = 1.0;
    };

    /// The next line that says something.
    bool next(std::istream& file, std::string& line) {
        while (std::getline(file, line)) {
            ++line_;
            if (!unquoted(line).empty() && line.front() != '#') return true;
        }
        line.clear();
        return false;
    }
    [[nodiscard]] bool has_header() const { return !columns_.empty(); }
    std::vector<std::string> names_in(std::string_view line) {
        separator_ = separator_of(line);
        std::vector<std::string> names;
        for (const TextCell& cell : split_cells(line, separator_)) names.emplace_back(unquoted(cell.text));
        return names;
    }
    [[nodiscard]] Contradiction wrong(std::string field, std::string problem, std::string hint, std::size_t column = 0) const {
        const std::string place = column == 0 ? fmt::format("{}: ", text_.file.path.string())
                                              : fmt::format("{}:{}:{}: ", text_.file.path.string(), line_, column);
        return {std::move(field), place + std::move(problem), std::move(hint)};
    }

    std::optional<Contradiction> choose_columns() {
        for (const auto& [area, sum] : text_.load_mw) {
            const auto terms = parse_terms(sum);
            if (!terms) return Contradiction{"load_mw", "'" + sum + "' is no sum of columns", "write e.g. `load_mw - 338 * pv`"};
            for (const ColumnTerm& term : *terms) {
                const auto found = std::find(columns_.begin(), columns_.end(), term.column);
                if (found == columns_.end())
                    return wrong("load_mw", "has no column '" + term.column + "'", did_you_mean(term.column, columns_));
                chosen_[area].push_back({static_cast<std::size_t>(found - columns_.begin()), term.factor});
            }
        }
        const auto clock = std::find(columns_.begin(), columns_.end(), "second");
        if (clock != columns_.end()) second_ = static_cast<std::size_t>(clock - columns_.begin());
        return std::nullopt;
    }

    std::optional<Contradiction> read_row(std::string_view line) {
        const auto cells = split_cells(line, separator_);
        if (cells.size() != columns_.size())
            return wrong("file", fmt::format("{} cells where the header has {}", cells.size(), columns_.size()),
                         "give a number for every column", 1);
        numbers_.clear();
        for (const TextCell& cell : cells) {
            const auto number = cell_number(unquoted(cell.text));
            if (!number)
                return wrong("file", "'" + std::string(unquoted(cell.text)) + "' is not a number", "give a number", cell.column);
            numbers_.push_back(*number);
        }
        const double expected_s = static_cast<double>(rows_) * static_cast<double>(text_.every.count()) / 1000.0;
        if (second_ && std::abs(numbers_[*second_] - expected_s) > 1e-6)
            return wrong("file", fmt::format("second {:g} where {:g} comes next", numbers_[*second_], expected_s),
                         "give every mark from 0 on, in the distance of `every`", cells[*second_].column);
        for (const auto& [area, columns] : chosen_) {
            double sum = 0.0;
            for (const Column& column : columns) sum += column.factor * numbers_[column.index];
            (*text_.values)[area].push_back(sum);
        }
        ++rows_;
        return std::nullopt;
    }

    void subtract_first() {
        for (auto& [area, values] : *text_.values) {
            const double first = values.front();
            for (double& value : values) value -= first;
        }
    }

    const RecordedText& text_;
    std::vector<std::string> columns_{};
    std::map<std::string, std::vector<Column>> chosen_{};
    std::optional<std::size_t> second_{};
    std::vector<double> numbers_{};
    char separator_ = ',';
    std::size_t line_ = 0;
    std::size_t rows_ = 0;
};

std::optional<Contradiction> read_values(const RecordedText& text) {
    text.values->clear();
    if (text.load_mw.empty()) return Contradiction{"load_mw", "names no area", "write e.g. {north: load_north_mw}"};
    return RecordedFile(text).read();
}

}  // namespace

std::optional<std::vector<ColumnTerm>> parse_terms(std::string_view text) {
    std::vector<ColumnTerm> terms;
    text = unquoted(text);
    double sign = 1.0;
    while (true) {
        if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
            sign = text.front() == '-' ? -1.0 : 1.0;
            text.remove_prefix(1);
        } else if (!terms.empty()) {
            return std::nullopt;
        }
        const std::size_t end = std::min(text.find_first_of("+-"), text.size());
        auto term = parse_term(text.substr(0, end), sign);
        if (!term) return std::nullopt;
        terms.push_back(std::move(*term));
        text.remove_prefix(end);
        if (text.empty()) return terms;
    }
}

std::vector<std::pair<std::string, Between>> names_of(Between) { return {{"linear", Between::linear}, {"hold", Between::hold}}; }
std::vector<std::pair<std::string, Origin>> names_of(Origin) {
    return {{"zero", Origin::zero}, {"first_mark", Origin::first_mark}};
}

const Schema<RecordedText>& RecordedText::schema() {
    static const Schema<RecordedText> schema =
        Schema<RecordedText>("disturbances from a file")
            .required("file", &RecordedText::file,
                      "CSV file with a header; a column `second`, if there is one, is held against `every`")
            .required("every", &RecordedText::every, "time between rows; the first is the start of the scenario", above(0.0))
            .optional("interpolation", &RecordedText::interpolation, "what holds between rows")
            .optional("origin", &RecordedText::origin, "what counts as no disturbance: 0, or the sum in the first row")
            .required("load_mw", &RecordedText::load_mw,
                      "by area: more load, or less generation, as a sum of columns with factors, e.g. load_mw - 338 * pv")
            .relation(read_values);
    return schema;
}

AreaSeries series_of(const RecordedText& recorded, const std::vector<std::string>& areas) {
    AreaSeries series{recorded.every, recorded.interpolation == Between::linear, {}};
    const std::size_t marks = recorded.values->begin()->second.size();
    for (const std::string& area : areas) {
        const auto found = recorded.values->find(area);
        series.values_mw.push_back(found != recorded.values->end() ? found->second : std::vector<double>(marks, 0.0));
    }
    return series;
}

}  // namespace evsweep
