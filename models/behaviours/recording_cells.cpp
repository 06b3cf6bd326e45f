#include "behaviours/recording_cells.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <span>
#include <utility>

#include "evsweep/date.hpp"

namespace evsweep {

namespace {

constexpr std::string_view time_form = "write YYYY-MM-DD HH:MM[:SS[.mmm]]";

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blank = " \t\r";
    const auto first = text.find_first_not_of(blank);
    return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(blank) - first + 1);
}

/// "", ":SS", ":SS.m", ":SS.mm" or ":SS.mmm".
std::optional<Duration> parse_second(std::string_view text) {
    if (text.empty()) return Duration(0);
    if (text.size() < 3 || text.size() == 4 || text.size() > 7 || text[0] != ':') return std::nullopt;
    const auto whole = parse_digits(text.substr(1, 2));
    if (!whole || *whole > 59) return std::nullopt;
    if (text.size() == 3) return std::chrono::seconds(*whole);
    std::string thousandths(text.substr(4));
    thousandths.resize(3, '0');
    const auto rest = text[3] == '.' ? parse_digits(thousandths) : std::nullopt;
    return rest ? std::optional(std::chrono::seconds(*whole) + Duration(*rest)) : std::nullopt;
}

/// Without formats of its own, a table has its times as ISO 8601 does.
std::optional<ClockStamp> parse_iso_time(std::string_view text) {
    const std::size_t end = find_offset(text);
    std::optional<Duration> offset;
    if (end < text.size()) {
        offset = parse_offset(text.substr(end));
        if (!offset) return std::nullopt;
        text = trimmed(text.substr(0, end));
    }
    if (text.size() < 16 || (text[10] != ' ' && text[10] != 'T') || text[13] != ':') return std::nullopt;
    const auto date = parse_date(text.substr(0, 10));
    const auto hour = parse_digits(text.substr(11, 2));
    const auto minute = parse_digits(text.substr(14, 2));
    const auto second = parse_second(text.substr(16));
    if (!date || !hour || !minute || !second || *hour > 23 || *minute > 59) return std::nullopt;
    return ClockStamp{date->day + std::chrono::hours(*hour) + std::chrono::minutes(*minute) + *second, offset};
}

struct KnownUnit {
    std::string_view name;
    double factor;
};

std::optional<NumberForm> form_of(std::span<const KnownUnit> units, std::string_view unit, DecimalMark decimal) {
    for (const KnownUnit& known : units)
        if (known.name == unit) return NumberForm{known.factor, std::string(unit), decimal};
    return std::nullopt;
}

RecordingCell stripped(std::string_view line, const TextCell& cell) {
    std::string_view text = trimmed(cell.text);
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = trimmed(text.substr(1, text.size() - 2));
    return {text, static_cast<int>(text.empty() ? cell.column - 1 : static_cast<std::size_t>(text.data() - line.data())) + 1};
}

}  // namespace

std::vector<RecordingCell> recording_cells(std::string_view line, char separator) {
    std::vector<RecordingCell> cells;
    for (const TextCell& cell : split_cells(line, separator)) cells.push_back(stripped(line, cell));
    return cells;
}

std::optional<int> parse_digits(std::string_view text) {
    int number = 0;
    if (text.empty() || !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() ? std::optional(number) : std::nullopt;
}

CellValue<ClockStamp> parse_time(std::string_view text, const std::vector<std::string>& formats) {
    if (formats.empty()) {
        const auto stamp = parse_iso_time(text);
        return {stamp, stamp ? std::string() : std::string(time_form)};
    }
    for (const std::string& format : formats)
        if (const auto stamp = parse_stamp(text, format)) return {stamp};
    return {std::nullopt, "its format is " + formats.front()};
}

std::optional<NumberForm> energy_form(const std::string& unit, RowKind rows, DecimalMark decimal) {
    static constexpr std::array<KnownUnit, 3> energies{{{"kWh", 1.0}, {"Wh", 1e-3}, {"MWh", 1e3}}};
    static constexpr std::array<KnownUnit, 3> powers{{{"kW", 1.0}, {"W", 1e-3}, {"MW", 1e3}}};
    if (rows == RowKind::step) return form_of(powers, unit.empty() ? "kW" : std::string_view(unit), decimal);
    return form_of(energies, unit.empty() ? "kWh" : std::string_view(unit), decimal);
}

std::optional<NumberForm> duration_form(const std::string& unit, DecimalMark decimal) {
    static constexpr std::array<KnownUnit, 6> units{
        {{"ms", 1.0}, {"s", 1e3}, {"min", 6e4}, {"h", 3.6e6}, {"hours", 3.6e6}, {"d", 8.64e7}}};
    std::string_view name = unit;
    double count = 1.0;
    if (!name.empty() && name[0] >= '0' && name[0] <= '9') {
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), count);
        name = trimmed(name.substr(static_cast<std::size_t>(end - name.data())));
        if (error != std::errc() || !(count > 0.0)) return std::nullopt;
    }
    auto form = form_of(units, name, decimal);
    if (form) form->factor *= count;
    return form;
}

CellValue<double> parse_amount(std::string_view text, const NumberForm& form) {
    const std::string example = form.decimal == DecimalMark::comma ? "9,5" : "9.5";
    const bool has_comma = text.find(',') != std::string_view::npos;
    const bool has_point = text.find('.') != std::string_view::npos;
    if (has_comma && form.decimal == DecimalMark::point)
        return {std::nullopt, "write decimals with a point, e.g. 9.5, or say `decimal: comma`"};
    if (has_point && form.decimal == DecimalMark::comma)
        return {std::nullopt, "its decimals are written with commas, e.g. 9,5; if they are not, say `decimal: point`"};
    if (text.size() > form.unit.size() && text.substr(text.size() - form.unit.size()) == form.unit)
        text = trimmed(text.substr(0, text.size() - form.unit.size()));
    std::string plain(text);
    std::replace(plain.begin(), plain.end(), ',', '.');
    double number = 0.0;
    const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), number);
    number *= form.factor;
    if (error == std::errc() && end == plain.data() + plain.size() && std::isfinite(number) && number >= 0.0) return {number};
    return {std::nullopt, "write a number of " + form.unit + ", e.g. " + example};
}

CellValue<Duration> parse_span(std::string_view text) {
    const std::string form = "write hours:minutes:seconds, or say the `unit` of its numbers";
    std::vector<int> parts;
    for (std::string_view rest = text;;) {
        const std::size_t colon = rest.find(':');
        const auto part = parse_digits(rest.substr(0, colon));
        if (!part || (!parts.empty() && *part > 59)) return {std::nullopt, form};
        parts.push_back(*part);
        if (colon == std::string_view::npos) break;
        rest.remove_prefix(colon + 1);
    }
    if (parts.size() < 2 || parts.size() > 3) return {std::nullopt, form};
    if (parts.size() == 2) parts.insert(parts.begin(), 0);
    return {std::chrono::hours(parts[0]) + std::chrono::minutes(parts[1]) + std::chrono::seconds(parts[2])};
}

CellValue<bool> parse_truth(std::string_view text) {
    constexpr std::array<std::string_view, 6> yes{"1", "1.0", "true", "t", "yes", "y"};
    constexpr std::array<std::string_view, 6> no{"0", "0.0", "false", "f", "no", "n"};
    std::string lower(text);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (std::find(yes.begin(), yes.end(), lower) != yes.end()) return {true};
    if (std::find(no.begin(), no.end(), lower) != no.end()) return {false};
    return {std::nullopt, "write 1 or 0, or true or false"};
}

}  // namespace evsweep
