#include "sim/study/wall_clock.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>

namespace evsweep {

WallClock::WallClock(const std::string& calendar_start) {
    int hour = 0;
    int minute = 0;
    if (calendar_start.size() < 16 || std::sscanf(calendar_start.c_str() + 11, "%2d:%2d", &hour, &minute) != 2) return;
    start_minutes_ = hour * 60LL + minute;
}

std::string time_of_day_text(double hours) {
    const long long minute = (std::llround(hours * 60.0) % 1440 + 1440) % 1440;
    return fmt::format("{:02}:{:02}", minute / 60, minute % 60);
}

std::string WallClock::text(double time_h) const {
    const long long days = std::llround(time_h * 60.0) / 1440;
    return time_of_day_text(time_h + start_h()) + (days > 0 ? fmt::format("+{}d", days) : "");
}

}  // namespace evsweep
