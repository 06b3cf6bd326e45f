#include "sim/report/day_clock.hpp"

#include <cmath>

#include "evsweep/values.hpp"

namespace evsweep {

std::string DayClock::text(double time_h) const {
    constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    const Calendar at(clock_.local(static_cast<double>(std::llround(time_h * 60.0)) / 60.0).value_or(LocalTime{}));
    const std::string date_time = Value<Calendar>::text(at);
    const std::string day = days[at.weekday(Instant{}).c_encoding()];
    return with_date_ ? day + " " + date_time.substr(5, 11) : day + " " + date_time.substr(11, 5);
}

}  // namespace evsweep
