/// Instants of a study as people read them: by the clock on the wall, with the days that have gone by.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "evsweep/time.hpp"

namespace evsweep {

/// "18:30" for 18.5 hours of the wall clock; whole days are left out.
[[nodiscard]] std::string time_of_day_text(double hours);

/// When a study's clocks are set, as result files keep it: pairs of hours since the start and hours by which clocks differ from
/// the start's from then on. Empty where they never are.
[[nodiscard]] std::vector<double> clock_changes_of(const Calendar& calendar, Duration horizon);

/// Where a study begins on the wall clock.
class WallClock {
   public:
    /// `calendar_start` and `changes` as StudyResult has them; 00:00 where the start cannot be read.
    explicit WallClock(const std::string& calendar_start, std::vector<double> changes = {});
    /// Hours since the start as time of day, with the whole days since the start: "18:30", "02:00+1d".
    [[nodiscard]] std::string text(double time_h) const;
    /// The time of day at the start, in hours.
    [[nodiscard]] double start_h() const { return static_cast<double>(start_minutes_) / 60.0; }
    /// What clocks show, to the millisecond; none where the start cannot be read.
    [[nodiscard]] std::optional<LocalTime> local(double time_h) const;

   private:
    [[nodiscard]] double shift_h(double time_h) const;

    std::optional<Calendar> start_;
    long long start_minutes_ = 0;
    std::vector<double> changes_;
};

}  // namespace evsweep
