#include "evsweep/contracts.hpp"
#include "evsweep/scenario.hpp"

namespace evsweep {

double Profile::at(Instant t, const Calendar& calendar) const {
    EVSWEEP_EXPECTS(!values.empty() && every.count() > 0, "a profile has values");
    const Duration since = t - calendar.midnight(calendar.day(Instant{})) - begin;
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
