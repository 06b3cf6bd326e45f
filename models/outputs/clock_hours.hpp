/// Means over the hours of the clock, as utilities bill demand; kept apart because hours need not start with the study.
#pragma once

#include <algorithm>
#include <chrono>
#include <limits>

#include "evsweep/time.hpp"
#include "outputs/rounding.hpp"

namespace evsweep {

/// Gathers energies of successive intervals into clock hours and keeps the highest hourly mean. An hour that is not
/// covered as a whole (warm-up, horizon, unsolved steps) does not count.
class ClockHours {
   public:
    explicit ClockHours(const Calendar& calendar) : calendar_(calendar) {}

    /// Adds `kwh` drawn evenly over [begin, end); intervals come in order of time.
    void add(Instant begin, Instant end, double kwh) {
        const double whole_h = hours(end - begin);
        while (begin < end) {
            const LocalTime now = calendar_.local(begin);
            const Instant hour = begin - (now - std::chrono::floor<std::chrono::hours>(now));
            const Instant cut = std::min<Instant>(end, hour + std::chrono::hours(1));
            book(hour, cut - begin, kwh * (hours(cut - begin) / whole_h));
            begin = cut;
        }
    }

    /// Highest mean over a clock hour; NaN where none was covered.
    [[nodiscard]] double highest_kw() const { return highest_kw_; }
    /// Begin of that hour (the first of several alike, rounding apart), in hours since the start; NaN where none was covered.
    [[nodiscard]] double highest_from_h() const { return highest_from_h_; }

   private:
    void book(Instant hour, Duration covered, double kwh) {
        if (hour_ != hour) {
            hour_ = hour;
            covered_ = Duration::zero();
            kwh_ = 0.0;
        }
        covered_ += covered;
        kwh_ += kwh;
        if (covered_ != std::chrono::hours(1)) return;
        const bool is_later_peak = is_beyond_rounding(noted_kw_, kwh_);
        if (is_later_peak || kwh_ > highest_kw_) highest_kw_ = kwh_;
        if (!is_later_peak) return;
        noted_kw_ = kwh_;
        highest_from_h_ = hours(hour.time_since_epoch());
    }

    Calendar calendar_;
    Instant hour_ = Instant::min();  // that is being gathered begins there; nothing is in it at first
    Duration covered_{};
    double kwh_ = 0.0;
    double highest_kw_ = std::numeric_limits<double>::quiet_NaN();
    double highest_from_h_ = std::numeric_limits<double>::quiet_NaN();
    double noted_kw_ = std::numeric_limits<double>::quiet_NaN();  // the mean over the hour from there
};

}  // namespace evsweep
