/// The times that stand beside rows of limits: how they are read, and whether they are those of the scenario.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evsweep/issues.hpp"
#include "evsweep/time_format.hpp"

namespace evsweep {

/// The time of one row, as the file has it.
struct RowTime {
    ClockStamp stamp;
    std::string text;
    Position at;
};

/// Reads a time by `format`, or, where that is empty, as "YYYY-MM-DD HH:MM[:SS]", with a blank or a T between.
[[nodiscard]] std::optional<ClockStamp> parse_row_time(std::string_view text, const std::string& format);

/// The first row that is not where it should be: row k at k times `every` after the start of `calendar`. None where all are.
[[nodiscard]] std::optional<Issue> misplaced_row(const std::vector<RowTime>& rows, const Calendar& calendar, Duration every,
                                                 const std::string& path);

}  // namespace evsweep
