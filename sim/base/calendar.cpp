#include <algorithm>
#include <utility>

#include "evsweep/time_zone.hpp"

namespace evsweep {

Calendar::Calendar(LocalTime start, std::shared_ptr<const TimeZone> zone, std::vector<std::chrono::local_days> holidays)
    : start_(start), zone_(std::move(zone)) {
    if (zone_) utc_start_ = zone_->utc(start).first;
    std::sort(holidays.begin(), holidays.end());
    if (!holidays.empty()) holidays_ = std::make_shared<const std::vector<std::chrono::local_days>>(std::move(holidays));
}

LocalTime Calendar::zone_local(Instant t) const { return zone_->local(utc(t)); }

Instant Calendar::zone_instant(LocalTime at) const { return instant(zone_->utc(at).first); }

bool Calendar::is_holiday(std::chrono::local_days day) const {
    return holidays_ && std::binary_search(holidays_->begin(), holidays_->end(), day);
}

}  // namespace evsweep
