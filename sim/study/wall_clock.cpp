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

std::string WallClock::text(double time_h) const {
    const long long since_start = std::llround(time_h * 60.0);
    const long long of_day = ((start_minutes_ + since_start) % 1440 + 1440) % 1440;
    const long long days = since_start / 1440;
    return fmt::format("{:02}:{:02}", of_day / 60, of_day % 60) + (days > 0 ? fmt::format("+{}d", days) : "");
}

}  // namespace evsweep
