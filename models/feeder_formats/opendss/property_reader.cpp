#include "feeder_formats/opendss/property_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "feeder_formats/opendss/store.hpp"

namespace evsweep::opendss {
namespace {

static_assert(std::endian::native == std::endian::little, "binary files are read as they are");

/// A value short enough for a message, in printable letters.
std::string shown(const std::string& text) {
    constexpr std::size_t longest = 40;
    std::string result = text.substr(0, longest);
    for (char& c : result)
        if (static_cast<unsigned char>(c) < 0x20U || static_cast<unsigned char>(c) >= 0x7FU) c = '?';
    return text.size() > longest ? result + "..." : result;
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        lines.push_back(text.substr(0, end));
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    }
    return lines;
}

}  // namespace

void PropertyReader::error(const Position& at, const std::string& path, const std::string& problem, const std::string& hint) {
    if (is_full()) return;
    issues_.error(at, shown(path), problem, hint);
    if (++errors_ == most_errors)
        issues_.error(at, "", fmt::format("has {} errors up to here; the rest is not shown", most_errors), "mend these first");
}

void PropertyReader::warning(const Position& at, const std::string& path, const std::string& problem, const std::string& hint) {
    if (!is_full()) issues_.warning(at, shown(path), problem, hint);
}

std::optional<double> PropertyReader::number(const Value& value) {
    const auto number = to_number(value);
    if (!number)
        refuse(value, fmt::format("'{}' is not a number", shown(value.text)),
               value.quoted ? "reverse Polish arithmetic has its operators last: (8 1000 /)" : "");
    return number;
}

std::optional<int> PropertyReader::integer(const Value& value, int lowest, int highest) {
    const auto number = to_number(value);
    if (number && *number >= lowest && *number <= highest && *number == static_cast<int>(*number))
        return static_cast<int>(*number);
    refuse(value, fmt::format("'{}' is not a whole number from {} to {}", shown(value.text), lowest, highest));
    return std::nullopt;
}

std::optional<bool> PropertyReader::boolean(const Value& value) {
    const auto truth = to_boolean(value.text);
    if (!truth) refuse(value, fmt::format("'{}' is neither yes nor no", shown(value.text)));
    return truth;
}

std::optional<std::vector<double>> PropertyReader::numbers(const Value& value) {
    const std::string start = lower(value.text.substr(0, 7));
    if (start.rfind("file", 0) == 0 || start == "sngfile" || start == "dblfile") {
        Value file;
        std::size_t column = 1;
        bool header = false;
        for (const Parameter& p : split_line(value.text, value.at, {}, issues_)) {
            if (p.name == "sngfile") return binary(p.value, sizeof(float));
            if (p.name == "dblfile") return binary(p.value, sizeof(double));
            if (p.name == "file") file = p.value;
            const auto means = [&](std::string_view word) { return !p.name.empty() && word.substr(0, p.name.size()) == p.name; };
            if (means("column")) column = static_cast<std::size_t>(integer(p.value, 1, 1000).value_or(1));
            if (means("header")) header = boolean(p.value).value_or(false);
        }
        if (!file.text.empty()) return this->column(file, column, header);
    }
    auto numbers = to_numbers(value);
    if (!numbers) refuse(value, fmt::format("'{}' is not a list of numbers", shown(value.text)));
    return numbers;
}

std::optional<std::vector<double>> PropertyReader::matrix(const Value& value, std::size_t order) {
    auto matrix = to_matrix(value, order);
    if (!matrix)
        refuse(value, fmt::format("'{}' is not a matrix of {} x {} numbers", shown(value.text), order, order),
               "separate rows by |; the lower triangle is enough; set the number of phases first");
    else if (has_more_rows(value, order))
        warning(value.at, path_,
                fmt::format("is not a matrix of {} x {} numbers: what it has too many is not read, as in OpenDSS", order, order),
                "agree the number of phases with the matrix");
    return matrix;
}

std::optional<BusRef> PropertyReader::bus(const Value& value) {
    auto bus = to_bus(value);
    if (!bus) refuse(value, fmt::format("'{}' is not a bus", shown(value.text)), "write NAME or NAME.1.2.3");
    return bus;
}

std::optional<std::complex<double>> PropertyReader::complex(const Value& value) {
    const auto parts = to_numbers(value);
    if (parts && parts->size() == 2) return std::complex<double>((*parts)[0], (*parts)[1]);
    refuse(value, fmt::format("'{}' is not a complex number", shown(value.text)), "write [R, X]");
    return std::nullopt;
}

std::optional<bool> PropertyReader::is_delta(const Value& value) {
    const std::string word = lower(value.text);
    if (word == "ll" || word == std::string("delta").substr(0, word.size())) return true;
    if (word == "ln" || word == "y" || word == "star" || word == std::string("wye").substr(0, word.size())) return false;
    refuse(value, fmt::format("'{}' is not a connection", shown(value.text)), "write wye or delta");
    return std::nullopt;
}

std::optional<std::vector<double>> PropertyReader::column(const Value& file, std::size_t column, bool header) {
    const auto text = read_file ? read_file(file.text, file.at) : std::nullopt;
    if (!text) return std::nullopt;
    std::vector<double> numbers;
    int line = 0;
    for (const std::string_view row : lines_of(*text)) {
        ++line;
        const auto members = split_list({std::string(row), false, file.at});
        if (members.empty() || (header && line == 1)) continue;
        const auto number = members.size() < column ? std::nullopt : to_number(members[column - 1]);
        if (!number) {
            refuse(file, fmt::format("line {} of file '{}' has no number in column {}", line, shown(file.text), column));
            return std::nullopt;
        }
        numbers.push_back(*number);
    }
    return numbers;
}

std::optional<std::vector<double>> PropertyReader::binary(const Value& file, std::size_t bytes) {
    const auto content = read_file ? read_file(file.text, file.at) : std::nullopt;
    if (!content) return std::nullopt;
    std::vector<double> numbers(content->size() / bytes);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        float single = 0.0F;
        if (bytes == sizeof single) {
            std::memcpy(&single, content->data() + i * bytes, bytes);
            numbers[i] = single;
        } else {
            std::memcpy(&numbers[i], content->data() + i * bytes, bytes);
        }
    }
    const bool is_finite = std::all_of(numbers.begin(), numbers.end(), [](double number) { return std::isfinite(number); });
    if (is_finite && numbers.size() * bytes == content->size()) return numbers;
    refuse(file, fmt::format("file '{}' holds other than numbers of {} bytes", shown(file.text), bytes));
    return std::nullopt;
}

void PropertyReader::note(const std::string& what, const Position& at, const std::string& problem, const std::string& hint) {
    Note& note = notes_[{what, problem}];
    if (note.times++ == 0) note = {at, problem, hint, 1};
}

void PropertyReader::report_notes() {
    for (const auto& [kind, note] : notes_)
        warning(note.first, kind.first, note.problem + (note.times == 1 ? "" : fmt::format(" ({} times)", note.times)),
                note.hint);
}

std::vector<std::string> PropertyReader::left_out() const {
    std::vector<std::string> kinds;
    for (const auto& [kind, note] : notes_)
        if (kind.second == no_effect) kinds.push_back(fmt::format("{} ({})", kind.first, note.times));
    return kinds;
}

std::vector<const Object*> ForeignObjects::enabled_ones() const {
    std::vector<const Object*> found;
    for (const Object& object : objects_)
        if (object.enabled) found.push_back(&object);
    return found;
}

void refuse(const std::map<std::string, ForeignObjects>& foreign, PropertyReader& reader) {
    constexpr std::size_t most_lines = 3, most_names = 3;
    const char* hint = "remove or disable them, or model them otherwise";
    std::vector<std::pair<std::string, std::vector<const Object*>>> classes;
    for (const auto& [name, objects] : foreign)
        if (auto enabled = objects.enabled_ones(); !enabled.empty()) classes.emplace_back(name, std::move(enabled));
    const std::size_t alone = classes.size() <= most_lines ? classes.size() : most_lines - 1;
    std::vector<std::string> others;
    for (std::size_t i = 0; i < classes.size(); ++i) {
        const auto& [name, objects] = classes[i];
        if (i >= alone) {
            others.push_back(fmt::format("{} ({})", name, objects.size()));
            continue;
        }
        std::vector<std::string> names;
        for (std::size_t k = 0; k < std::min(objects.size(), most_names); ++k) names.push_back(shown(objects[k]->name));
        reader.error(objects.front()->at, name,
                     fmt::format("{} of this class ({}{}), which is not supported and would change the solution", objects.size(),
                                 fmt::join(names, ", "), objects.size() > most_names ? ", ..." : ""),
                     hint);
    }
    if (!others.empty())
        reader.error(classes[alone].second.front()->at, "other classes",
                     fmt::format("{}, which are not supported and would change the solution", fmt::join(others, ", ")), hint);
}

}  // namespace evsweep::opendss
