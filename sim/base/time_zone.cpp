#include "evsweep/time_zone.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "sim/base/tz_database.hpp"

namespace evsweep {

TimeZone::TimeZone(std::string name, Duration before, std::vector<ClockChange> changes)
    : name_(std::move(name)), before_(before), changes_(std::move(changes)) {}

Duration TimeZone::offset_at(UtcTime t) const {
    const auto next = std::upper_bound(changes_.begin(), changes_.end(), t,
                                       [](UtcTime at, const ClockChange& change) { return at < change.at; });
    return next == changes_.begin() ? before_ : std::prev(next)->offset;
}

/// The offsets that hold a day before and a day after bracket what may hold at the time itself: changes are further apart.
ClockReading TimeZone::utc(LocalTime clock) const {
    const UtcTime as_utc(clock.time_since_epoch());
    const UtcTime first = as_utc - offset_at(as_utc - one_day);
    const UtcTime last = as_utc - offset_at(as_utc + one_day);
    const bool first_shows = local(first) == clock;
    const bool last_shows = local(last) == clock;
    if (first_shows && last_shows && first != last)
        return {ClockReading::Kind::twice, std::min(first, last), std::max(first, last)};
    if (first_shows) return {ClockReading::Kind::once, first, first};
    if (last_shows) return {ClockReading::Kind::once, last, last};
    return {ClockReading::Kind::never, first, first};
}

std::vector<ClockChange> TimeZone::changes_between(UtcTime from, UtcTime to) const {
    std::vector<ClockChange> found;
    std::copy_if(changes_.begin(), changes_.end(), std::back_inserter(found),
                 [&](const ClockChange& change) { return change.at > from && change.at < to; });
    return found;
}

}  // namespace evsweep
