/// Time: integer milliseconds since the scenario's start, so that equality of instants is exact.
#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>

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

/// Where the scenario's start lies in local wall-clock time (no daylight saving); maps instants to days and hours.
class Calendar {
   public:
    Calendar() = default;
    /// `start` in milliseconds since 1970-01-01 00:00 local wall-clock time.
    constexpr explicit Calendar(std::chrono::local_time<Duration> start) : start_(start) {}

    [[nodiscard]] constexpr std::chrono::local_time<Duration> start() const { return start_; }
    [[nodiscard]] constexpr std::chrono::local_time<Duration> local(Instant t) const { return start_ + t.time_since_epoch(); }
    [[nodiscard]] constexpr std::chrono::local_days day(Instant t) const {
        return std::chrono::floor<std::chrono::days>(local(t));
    }
    [[nodiscard]] constexpr TimeOfDay time_of_day(Instant t) const { return {local(t) - day(t)}; }
    [[nodiscard]] constexpr std::chrono::weekday weekday(Instant t) const { return std::chrono::weekday(day(t)); }
    /// The instant of local midnight that opens `day`; negative where it lies before the start.
    [[nodiscard]] constexpr Instant midnight(std::chrono::local_days day) const { return Instant(day - start_); }

   private:
    std::chrono::local_time<Duration> start_{};
};

}  // namespace evsweep
