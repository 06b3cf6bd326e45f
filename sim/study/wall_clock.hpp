/// Instants of a study as people read them: by the clock on the wall, with the days that have gone by.
#pragma once

#include <string>

namespace evsweep {

/// "18:30" for 18.5 hours of the wall clock; whole days are left out.
[[nodiscard]] std::string time_of_day_text(double hours);

/// Where a study begins on the wall clock.
class WallClock {
   public:
    /// `calendar_start` as StudyResult has it; 00:00 where it cannot be read.
    explicit WallClock(const std::string& calendar_start);
    /// Hours since the start as time of day, with the whole days since the start: "18:30", "02:00+1d".
    [[nodiscard]] std::string text(double time_h) const;
    /// The time of day at the start, in hours.
    [[nodiscard]] double start_h() const { return static_cast<double>(start_minutes_) / 60.0; }

   private:
    long long start_minutes_ = 0;
};

}  // namespace evsweep
