#include "behaviours/recorded_clock.hpp"

namespace evsweep {

std::optional<RecordedTime> RecordedClock::read(const ClockStamp& stamp) const {
    const auto offset = stamp.offset || times_ == StampClock::local ? stamp.offset : std::optional(Duration{});
    if (offset) {
        if (!zone_) return std::nullopt;
        const UtcTime utc(stamp.clock.time_since_epoch() - *offset);
        return RecordedTime{zone_->local(utc), utc};
    }
    if (!zone_) return RecordedTime{stamp.clock};
    const ClockReading reading = zone_->utc(stamp.clock);
    return RecordedTime{zone_->local(reading.first), reading.first, reading.kind};
}

std::optional<RecordedTime> RecordedClock::read_after(const ClockStamp& stamp, const RecordedTime& before) const {
    auto time = read(stamp);
    if (!time || time->kind != ClockReading::Kind::twice || !before.utc || *time->utc > *before.utc) return time;
    time->utc = zone_->utc(time->clock).last;
    return time;
}

RecordedTime RecordedClock::later(const RecordedTime& time, Duration by) const {
    if (!time.utc) return {time.clock + by};
    return {zone_->local(*time.utc + by), *time.utc + by};
}

}  // namespace evsweep
