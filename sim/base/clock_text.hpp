/// Durations, clock times and dates as people write them, and back.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "evsweep/time.hpp"

namespace evsweep {

/// "HH:MM" or "HH:MM:SS", up to 99:59:59 (hours past 24 are of the next days).
[[nodiscard]] std::optional<Duration> parse_clock(std::string_view text);
/// The shortest of "HH:MM" and "HH:MM:SS" (with ".mmm" where there are milliseconds).
[[nodiscard]] std::string clock_text(Duration since_midnight);
/// "YYYY-MM-DD", alone or followed by a blank or 'T' and a clock time before 24:00.
[[nodiscard]] std::optional<Calendar> parse_calendar(std::string_view text);
[[nodiscard]] std::string calendar_text(const Calendar& calendar);

/// Either a duration or what is wrong with the text.
struct DurationText {
    std::optional<Duration> value;
    std::string problem;
    std::string hint;
};
/// "15 min", "250 ms", "1 h 30 min": parts of d, h, min, s, ms; not negative, whole milliseconds, at most 36,525 d.
[[nodiscard]] DurationText parse_duration(std::string_view text);

}  // namespace evsweep
