/// Time: integer milliseconds since the scenario's start, so that equality of instants is exact.
#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>
#include <memory>
#include <vector>

namespace evsweep {

using Duration = std::chrono::duration<std::int64_t, std::milli>;

/// The clock of a scenario; its epoch is the scenario's start.
struct ScenarioClock {
    using rep = Duration::rep;
    using period = Duration::period;
    using duration = Duration;
    using time_point = std::chrono::time_point<ScenarioClock>;
    static constexpr bool is_steady = true;
};

using Instant = ScenarioClock::time_point;

/// A duration as a number of hours; the only conversion that energy sums need.
[[nodiscard]] constexpr double hours(Duration d) { return static_cast<double>(d.count()) / 3'600'000.0; }

/// The nearest whole millisecond to a number of hours.
[[nodiscard]] inline Duration from_hours(double h) { return Duration(std::llround(h * 3'600'000.0)); }

/// Local wall-clock time of day, as a duration since midnight.
struct TimeOfDay {
    Duration since_midnight{};
    friend constexpr auto operator<=>(const TimeOfDay&, const TimeOfDay&) = default;
};

inline constexpr Duration one_day = std::chrono::hours(24);

/// What a clock on a wall shows, and the same instant by UTC.
using LocalTime = std::chrono::local_time<Duration>;
using UtcTime = std::chrono::sys_time<Duration>;

class TimeZone;

/// Where the scenario's start lies in local wall-clock time; maps instants to days and hours. Clocks are never set, unless a
/// zone says when; days have 23 or 25 hours then, and instants count the time that has passed.
class Calendar {
   public:
    Calendar() = default;
    /// `start` in milliseconds since 1970-01-01 00:00 local wall-clock time; none of the days is a holiday.
    explicit Calendar(LocalTime start) : start_(start) {}
    /// Clocks of `zone` (may be none), and the days that are holidays, in order.
    Calendar(LocalTime start, std::shared_ptr<const TimeZone> zone, std::vector<std::chrono::local_days> holidays);

    [[nodiscard]] LocalTime start() const { return start_; }
    [[nodiscard]] LocalTime local(Instant t) const { return zone_ ? zone_local(t) : start_ + t.time_since_epoch(); }
    [[nodiscard]] std::chrono::local_days day(Instant t) const { return std::chrono::floor<std::chrono::days>(local(t)); }
    [[nodiscard]] TimeOfDay time_of_day(Instant t) const {
        const LocalTime now = local(t);
        return {now - std::chrono::floor<std::chrono::days>(now)};
    }
    [[nodiscard]] std::chrono::weekday weekday(Instant t) const { return std::chrono::weekday(day(t)); }
    /// When clocks show `at`: the first time of two; where clocks are set forward over it, when it would have been. Negative
    /// before the start.
    [[nodiscard]] Instant instant(LocalTime at) const { return zone_ ? zone_instant(at) : Instant(at - start_); }
    /// The instant that opens `day`, by local clocks.
    [[nodiscard]] Instant midnight(std::chrono::local_days day) const { return instant(day); }

    /// None where clocks are never set.
    [[nodiscard]] const std::shared_ptr<const TimeZone>& zone() const { return zone_; }
    /// Of a calendar with a zone.
    [[nodiscard]] Instant instant(UtcTime at) const { return Instant(at - utc_start_); }
    [[nodiscard]] UtcTime utc(Instant t) const { return utc_start_ + t.time_since_epoch(); }
    [[nodiscard]] bool has_holidays() const { return holidays_ != nullptr; }
    [[nodiscard]] bool is_holiday(std::chrono::local_days day) const;

   private:
    [[nodiscard]] LocalTime zone_local(Instant t) const;
    [[nodiscard]] Instant zone_instant(LocalTime at) const;

    LocalTime start_{};
    UtcTime utc_start_{};
    std::shared_ptr<const TimeZone> zone_;
    std::shared_ptr<const std::vector<std::chrono::local_days>> holidays_;
};

}  // namespace evsweep
