#include "sim/base/clock_text.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <utility>

#include "evsweep/values.hpp"
#include "sim/base/units.hpp"

namespace evsweep {

namespace {

constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> duration_units{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"min", 60'000}, {"s", 1000}, {"ms", 1}}};
constexpr double longest_ms = 36'525.0 * 86'400'000.0;
constexpr std::string_view duration_example = "write e.g. `15 min` (units d, h, min, s, ms)";

/// Exactly `count` digits at `from`; nothing otherwise.
std::optional<int> digits(std::string_view text, std::size_t from, std::size_t count) {
    if (from + count > text.size()) return std::nullopt;
    int value = 0;
    for (char c : text.substr(from, count)) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
    }
    return value;
}

std::optional<std::int64_t> unit_ms(std::string_view unit) {
    for (const auto& [name, ms] : duration_units)
        if (name == unit) return ms;
    return std::nullopt;
}

DurationText no_duration(std::string problem, std::string_view hint) {
    return {std::nullopt, std::move(problem), std::string(hint)};
}

}  // namespace

std::optional<Duration> parse_clock(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon != 1 && colon != 2) return std::nullopt;
    const bool has_seconds = text.size() == colon + 6;
    if (!has_seconds && text.size() != colon + 3) return std::nullopt;
    const auto h = digits(text, 0, colon);
    const auto min = digits(text, colon + 1, 2);
    const auto s = has_seconds && text[colon + 3] == ':' ? digits(text, colon + 4, 2) : std::optional(0);
    if (has_seconds && text[colon + 3] != ':') return std::nullopt;
    if (!h || !min || !s || *min > 59 || *s > 59) return std::nullopt;
    return std::chrono::hours(*h) + std::chrono::minutes(*min) + std::chrono::seconds(*s);
}

std::string clock_text(Duration since_midnight) {
    const auto ms = since_midnight.count();
    std::string text = fmt::format("{:02}:{:02}", ms / 3'600'000, ms / 60'000 % 60);
    if (ms % 60'000 != 0) text += fmt::format(":{:02}", ms / 1000 % 60);
    if (ms % 1000 != 0) text += fmt::format(".{:03}", ms % 1000);
    return text;
}

std::optional<Calendar> parse_calendar(std::string_view text) {
    const auto y = digits(text, 0, 4);
    const auto m = digits(text, 5, 2);
    const auto d = digits(text, 8, 2);
    if (!y || !m || !d || text[4] != '-' || text[7] != '-') return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*y), std::chrono::month(static_cast<unsigned>(*m)),
                                           std::chrono::day(static_cast<unsigned>(*d))};
    if (!date.ok()) return std::nullopt;
    Duration clock{};
    if (text.size() > 10) {
        const auto read = parse_clock(text.substr(11));
        if ((text[10] != ' ' && text[10] != 'T') || !read || *read >= one_day) return std::nullopt;
        clock = *read;
    }
    return Calendar(std::chrono::local_days(date) + clock);
}

std::string calendar_text(const Calendar& calendar) {
    const auto day = calendar.day(Instant{});
    const std::chrono::year_month_day date(day);
    return fmt::format("{:04}-{:02}-{:02} {}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()), clock_text(calendar.time_of_day(Instant{}).since_midnight));
}

DurationText parse_duration(std::string_view raw) {
    const std::string text = trimmed(raw);
    std::string rest = text;
    double total_ms = 0.0;
    do {
        const auto number = split_number(rest);
        if (!number) return no_duration("'" + text + "' is not a duration", duration_example);
        if (number->mantissa[0] == '-') return no_duration("'" + text + "' is negative", "a duration is 0 or more");
        if (number->rest.empty()) return no_duration("needs a unit", "write e.g. `" + text + " min` (units d, h, min, s, ms)");
        const std::size_t end = number->rest.find_first_of(" 0123456789");
        const std::string unit = number->rest.substr(0, end);
        const auto ms = unit_ms(unit);
        if (!ms) return no_duration("'" + unit + "' is not a unit of time", duration_example);
        const auto value = to_double(*number);
        total_ms += value ? *value * static_cast<double>(*ms) : longest_ms * 2.0;
        rest = end == std::string::npos ? std::string() : trimmed(std::string_view(number->rest).substr(end));
    } while (!rest.empty());
    if (total_ms > longest_ms) return no_duration("'" + text + "' is too long", "at most 36525 d");
    if (std::abs(total_ms - std::round(total_ms)) > 1e-6)
        return no_duration("'" + text + "' is not a whole number of milliseconds", {});
    return {Duration(std::llround(total_ms)), {}, {}};
}

std::string duration_text(Duration value) {
    const auto ms = value.count();
    if (ms == 0) return "0 s";
    if (ms % 3'600'000 == 0) return fmt::format("{} h", ms / 3'600'000);
    if (ms % 60'000 == 0) return fmt::format("{} min", ms / 60'000);
    if (ms % 1000 == 0) return fmt::format("{} s", ms / 1000);
    return fmt::format("{} ms", ms);
}

}  // namespace evsweep
