/// Instants of a study in few words: the day of the week and the time of day.
#pragma once

#include <string>
#include <vector>

#include "sim/study/wall_clock.hpp"

namespace evsweep {

/// Longer studies need the date besides.
inline constexpr double days_without_date = 7.0;

/// "Mon 18:05", with the date "Mon 01-06 18:05" where the study is longer than a week.
class DayClock {
   public:
    /// As StudyResult has them.
    DayClock(const std::string& calendar_start, const std::vector<double>& clock_changes, bool with_date)
        : clock_(calendar_start, clock_changes), with_date_(with_date) {}
    /// Of hours since the start.
    [[nodiscard]] std::string text(double time_h) const;

   private:
    WallClock clock_;
    bool with_date_;
};

}  // namespace evsweep
