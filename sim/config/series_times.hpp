/// The times that stand beside a series in a CSV file: found, checked against the declared step, and used to place the series.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evsweep/time_zone.hpp"

namespace evsweep {

/// How a series with dates lies in the scenario.
enum class Alignment {
    dates,      ///< its values hold at their dates
    weekday,    ///< its first day of the scenario's first day of the week is the scenario's first
    first_day,  ///< its first day is the scenario's first
};
[[nodiscard]] inline std::vector<std::pair<std::string, Alignment>> names_of(Alignment) {
    return {{"dates", Alignment::dates}, {"weekday", Alignment::weekday}, {"first_day", Alignment::first_day}};
}

/// Says which column holds the times: one of this name, none at all ("none"), or the one that looks like it ("auto").
inline const std::string automatic = "auto";

/// When the first value of a series holds.
struct SeriesStart {
    std::optional<std::chrono::local_days> day;  ///< none where the file gives clock times or counts only
    Duration time_of_day{};
    std::optional<UtcTime> utc{};           ///< where the times follow a clock whose zone is known
    std::vector<std::size_t> shown_rows{};  ///< then, if it is set between rows: the row of each time that clocks show
    std::string column{};                   ///< of the times; empty where there is none
};

/// Where the times of a file stand, and what they are asked about.
struct SeriesTimesRequest {
    FilePath file;
    std::string time_column;          ///< as `automatic` says
    std::vector<std::string> values;  ///< columns that hold values, and no times
    Duration every{};
    std::optional<LocalTime> from{};  ///< the time that matters, where it is known
    std::optional<LocalTime> to{};
    std::string time_format{};                   ///< of the times; empty: as ISO 8601 has it, or clock times, or counts
    std::shared_ptr<const TimeZone> zone{};      ///< whose clock the times are by; none: not known
    bool zone_is_said = false;                   ///< of this file, and not only of the scenario
    std::shared_ptr<const TimeZone> scenario{};  ///< whose clock the scenario's is; with `zone`
};

/// The name of the column of times in the header; empty where there is none.
[[nodiscard]] std::string find_time_column(const SeriesTimesRequest& request, std::string_view path, Issues& issues);

/// Reads the column of times, if there is one. Times that are not `every` apart, and cells that are no times, are errors at
/// their place; nothing is returned then. Where local clocks change for summer, the start is such that values have their own
/// times at the beginning of the time that matters; a change within it is a warning.
[[nodiscard]] std::optional<SeriesStart> read_series_times(const SeriesTimesRequest& request, std::string_view path,
                                                           Issues& issues);

}  // namespace evsweep
