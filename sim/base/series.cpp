#include "evsweep/contracts.hpp"
#include "evsweep/scenario.hpp"

namespace evsweep {

double Profile::at(Instant t, const Calendar& calendar) const {
    const auto first_day = calendar.day(Instant{});
    return after(clock == SeriesClock::shown ? calendar.local(t) - first_day : t - calendar.midnight(first_day));
}

double Profile::after(Duration midnight_of_first_day) const {
    EVSWEEP_EXPECTS(!values.empty() && every.count() > 0, "a profile has values");
    const Duration since = midnight_of_first_day - begin;
    const auto n = static_cast<std::int64_t>(values.size());
    const auto step = every.count();
    const auto cycle = n * step;
    const auto into = ((since.count() % cycle) + cycle) % cycle;
    const auto k = static_cast<std::size_t>(into / step);
    if (!linear) return values[k];
    const double share = static_cast<double>(into % step) / static_cast<double>(step);
    return values[k] + share * (values[(k + 1) % values.size()] - values[k]);
}

}  // namespace evsweep
