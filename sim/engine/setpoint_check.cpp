#include "sim/engine/setpoint_check.hpp"

#include <fmt/format.h>

#include <string>

#include "evsweep/contracts.hpp"

namespace evsweep {

void check_setpoint(const Population& population, const ChargingState& fleet, const SetpointTable& setpoints, ConnectorId c,
                    Instant now) {
    const std::size_t i = c.index();
    const double p = setpoints.p_kw(c);
    const double q = setpoints.q_kvar(c);
    const double s = population.connectors.apparent_rating[i];
    const double highest = highest_setpoint_kw(population.connectors, population.level_sets, c, fleet.p_max_kw()[i]);
    constexpr double slack = 1e-9;  // kW: rounding of a controller's own sums
    std::string wrong;
    if (!fleet.occupied(c))
        wrong = "no vehicle is plugged in";
    else if (!(p >= fleet.p_min_kw()[i] - slack && p <= highest + slack))
        wrong = fmt::format("it can follow {:.6g} to {:.6g} kW now", fleet.p_min_kw()[i], highest);
    else if (!is_step_of(population.connectors, population.level_sets, c, p))
        wrong = "the charger has no such step";
    else if (!(p * p + q * q <= s * s * (1.0 + slack)))
        wrong = fmt::format("its apparent power is {:.6g} kVA at most", s);
    if (wrong.empty()) return;
    throw SetpointError(fmt::format("connector {} was set to {:.6g} kW and {:.6g} kvar at {:.4f} h: {}", i, p, q,
                                    hours(now.time_since_epoch()), wrong));
}

void throw_foreign_setpoint(ConnectorId c, Instant now) {
    throw SetpointError(fmt::format("connector {} was set at {:.4f} h by a controller whose groups do not have it", c.index(),
                                    hours(now.time_since_epoch())));
}

}  // namespace evsweep
