/// What is said to the user of an exception that ends a replica, or the making of a controller.
#pragma once

#include <string>

#include "evsweep/time.hpp"

namespace evsweep {

/// What the exception that is being handled says to the user: a wrong setpoint, a broken promise and a controller that cannot
/// decide in their own words. Only in a handler.
[[nodiscard]] std::string error_text_of_exception();

/// The same of a controller that was asked at `now`: "at HH:MM: ..." where it cannot decide, with the days since the start behind
/// the time from the second day on ("at 02:00+1d").
[[nodiscard]] std::string error_text_of_exception(const Calendar& calendar, Instant now);

}  // namespace evsweep
