/// Times as tables write them: a format in the letters of strftime says what stands where.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "evsweep/time.hpp"

namespace evsweep {

/// What a text says: a date and a time of day, and by how much that clock is ahead of UTC where the text says so, too.
struct ClockStamp {
    LocalTime clock{};
    std::optional<Duration> offset{};
    friend bool operator==(const ClockStamp&, const ClockStamp&) = default;
};

/// The letters: %Y %y year, %m month, %b month's name, %d day, %a day of the week (passed over), %H %I hour, %p AM or PM, %M
/// minute, %S second with any fraction, %z offset or Z, %Z an abbreviation such as GMT or PDT, %s seconds since 1970 by UTC. A
/// blank stands for blanks, `[...]` for what may be absent, any other letter for itself. Numbers need no leading zeros, but years
/// do. Nothing where the whole text does not follow the format.
[[nodiscard]] std::optional<ClockStamp> parse_stamp(std::string_view text, std::string_view format);

/// What is wrong with a format; empty where it is good, and gives a date and a time of day, or a date alone.
[[nodiscard]] std::string format_fault(std::string_view format);

/// "Z", "+01:00", "-0700" or "+01" at the end of a text that has a time of day before it: its place, or the text's end.
[[nodiscard]] std::size_t find_offset(std::string_view text);
[[nodiscard]] std::optional<Duration> parse_offset(std::string_view text);

}  // namespace evsweep
