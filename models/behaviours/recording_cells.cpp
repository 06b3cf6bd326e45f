#include "behaviours/recording_cells.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "behaviours/recording.hpp"

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

/// Whether a time ends in a zone: "Z", "+01:00", "-0700" and the like.
bool has_zone(std::string_view text) { return text.size() > 16 && text.find_first_of("Zz+-", 16) != std::string_view::npos; }

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

CellValue<std::chrono::local_time<Duration>> parse_time(std::string_view text) {
    if (has_zone(text)) return {std::nullopt, "write local times, without a zone: YYYY-MM-DD HH:MM[:SS[.mmm]]"};
    if (text.size() < 16 || (text[10] != ' ' && text[10] != 'T') || text[13] != ':')
        return {std::nullopt, std::string(time_form)};
    const auto date = parse_date(text.substr(0, 10));
    const auto hour = parse_digits(text.substr(11, 2));
    const auto minute = parse_digits(text.substr(14, 2));
    const auto second = parse_second(text.substr(16));
    if (!date || !hour || !minute || !second || *hour > 23 || *minute > 59) return {std::nullopt, std::string(time_form)};
    return {date->day + std::chrono::hours(*hour) + std::chrono::minutes(*minute) + *second};
}

CellValue<double> parse_energy(std::string_view text) {
    constexpr std::string_view unit = "kWh";
    if (text.size() > unit.size() && text.substr(text.size() - unit.size()) == unit)
        text = trimmed(text.substr(0, text.size() - unit.size()));
    double energy = 0.0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), energy);
    if (error == std::errc() && end == text.data() + text.size() && std::isfinite(energy) && energy >= 0.0) return {energy};
    const bool has_comma = text.find(',') != std::string_view::npos;
    return {std::nullopt, has_comma ? "write decimals with a point, e.g. 9.5" : "write a number of kWh, e.g. 9.5"};
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
