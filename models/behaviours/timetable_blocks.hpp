/// Timetables of buses: blocks of trips with times, days and energy, read from a table.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "evsweep/by_day.hpp"
#include "evsweep/values.hpp"

namespace evsweep {

/// One bus away from its depot.
struct Block {
    std::size_t bus = 0;
    Duration leaves{};   ///< by the clock, since midnight of the day
    Duration returns{};  ///< likewise; may exceed 24 h
    double km = 0.0;     ///< where the table has a column of them
    double kwh = 0.0;    ///< likewise
    std::vector<Weekday> days{};
    int line = 0;  ///< of the table
};

struct Timetable {
    std::vector<std::string> buses{};  ///< in the order in which they come up in the table
    std::vector<Block> blocks{};
    bool has_km = false;
};

/// Reads a table with the columns `bus`, `leaves`, `returns`, one of `km` and `kwh`, and perhaps `days`. Whatever is wrong is
/// reported with its place.
[[nodiscard]] Timetable read_timetable(const FilePath& file, std::string_view path, Issues& issues);

}  // namespace evsweep
