#include "sim/study/wall_clock.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <utility>

#include "evsweep/time_zone.hpp"
#include "evsweep/values.hpp"

namespace evsweep {

std::vector<double> clock_changes_of(const Calendar& calendar, Duration horizon) {
    std::vector<double> changes;
    if (!calendar.zone()) return changes;
    const TimeZone& zone = *calendar.zone();
    const UtcTime begin = calendar.utc(Instant{});
    for (const ClockChange& change : zone.changes_between(begin, begin + horizon)) {
        changes.push_back(hours(change.at - begin));
        changes.push_back(hours(change.offset - zone.offset_at(begin)));
    }
    return changes;
}

WallClock::WallClock(const std::string& calendar_start, std::vector<double> changes) : changes_(std::move(changes)) {
    Issues ignored;
    Reader reader{ignored};
    start_ = Value<Calendar>::read(Node::make_scalar(calendar_start, {}), "", reader);
    int hour = 0;
    int minute = 0;
    if (calendar_start.size() < 16 || std::sscanf(calendar_start.c_str() + 11, "%2d:%2d", &hour, &minute) != 2) return;
    start_minutes_ = hour * 60LL + minute;
}

std::string time_of_day_text(double hours) {
    const long long minute = (std::llround(hours * 60.0) % 1440 + 1440) % 1440;
    return fmt::format("{:02}:{:02}", minute / 60, minute % 60);
}

double WallClock::shift_h(double time_h) const {
    double shift = 0.0;
    for (std::size_t k = 0; k + 1 < changes_.size() && changes_[k] <= time_h; k += 2) shift = changes_[k + 1];
    return shift;
}

std::optional<LocalTime> WallClock::local(double time_h) const {
    if (!start_) return std::nullopt;
    return start_->local(Instant(Duration(std::llround((time_h + shift_h(time_h)) * 3'600'000.0))));
}

std::string WallClock::text(double time_h) const {
    const long long days = std::llround(time_h * 60.0) / 1440;
    return time_of_day_text(time_h + shift_h(time_h) + start_h()) + (days > 0 ? fmt::format("+{}d", days) : "");
}

}  // namespace evsweep
