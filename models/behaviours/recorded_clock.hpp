/// From what the cells of a recording say to times that can be played: whose clock it is, and what its changes do to it.
#pragma once

#include <memory>
#include <optional>

#include "behaviours/recording_layouts.hpp"
#include "evsweep/time_format.hpp"
#include "evsweep/time_zone.hpp"

namespace evsweep {

/// A time by the clock of the place, and by UTC where the zone is known.
struct RecordedTime {
    LocalTime clock{};
    std::optional<UtcTime> utc{};
    ClockReading::Kind kind = ClockReading::Kind::once;
};

/// The clock of the place of a recording. A time that it shows twice is the first of the two, unless that contradicts what comes
/// before; a time that it never shows is taken as if it had not been set forward yet.
class RecordedClock {
   public:
    /// Without a zone clocks are taken as they stand. `times`: of stamps that do not say it.
    RecordedClock(std::shared_ptr<const TimeZone> zone, StampClock times) : zone_(std::move(zone)), times_(times) {}

    /// Nothing where a stamp is by UTC and the zone is not known.
    [[nodiscard]] std::optional<RecordedTime> read(const ClockStamp& stamp) const;
    /// The same, of a time after `before`.
    [[nodiscard]] std::optional<RecordedTime> read_after(const ClockStamp& stamp, const RecordedTime& before) const;
    [[nodiscard]] RecordedTime later(const RecordedTime& time, Duration by) const;
    [[nodiscard]] const std::shared_ptr<const TimeZone>& zone() const { return zone_; }

   private:
    std::shared_ptr<const TimeZone> zone_;
    StampClock times_;
};

/// From one time to another, by UTC where both have it.
[[nodiscard]] inline Duration time_between(const RecordedTime& from, const RecordedTime& to) {
    return from.utc && to.utc ? *to.utc - *from.utc : to.clock - from.clock;
}

}  // namespace evsweep
