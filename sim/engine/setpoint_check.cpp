#include "sim/engine/setpoint_check.hpp"

#include <fmt/format.h>

#include <string>

#include "evsweep/contracts.hpp"

namespace evsweep {

namespace {

constexpr double slack = 1e-9;  // kW: rounding of a controller's own sums

/// Why a charging point cannot follow; empty where it can.
std::string fault_of_point(const Population& population, const ChargingState& fleet, ConnectorId c, double p_kw) {
    const std::size_t i = c.index();
    const double highest = highest_setpoint_kw(population.connectors, population.level_sets, c, fleet.p_max_kw()[i]);
    if (!fleet.occupied(c)) return "no vehicle is plugged in";
    if (!(p_kw >= fleet.p_min_kw()[i] - slack && p_kw <= highest + slack))
        return fmt::format("it can follow {:.6g} to {:.6g} kW now", fleet.p_min_kw()[i], highest);
    if (!is_step_of(population.connectors, population.level_sets, c, p_kw)) return "the charger has no such step";
    return {};
}

/// Of a generator, whose setpoint is a limit.
std::string fault_of_generator(const Population& population, ConnectorId c, double p_kw) {
    const double rating_kw = population.connectors.discharge_rating[c.index()];
    if (p_kw >= -rating_kw - slack && p_kw <= slack) return {};
    return fmt::format("a generator can be limited to {:.6g} to 0 kW", -rating_kw);
}

}  // namespace

void check_setpoint(const Population& population, const ChargingState& fleet, const SetpointTable& setpoints, ConnectorId c,
                    Instant now) {
    const double p = setpoints.p_kw(c);
    const double q = setpoints.q_kvar(c);
    const double s = population.connectors.apparent_rating[c.index()];
    std::string wrong =
        population.connectors.is_generator(c) ? fault_of_generator(population, c, p) : fault_of_point(population, fleet, c, p);
    if (wrong.empty() && !(p * p + q * q <= s * s * (1.0 + slack)))
        wrong = fmt::format("its apparent power is {:.6g} kVA at most", s);
    if (wrong.empty()) return;
    throw SetpointError(fmt::format("connector {} was set to {:.6g} kW and {:.6g} kvar at {:.4f} h: {}", c.index(), p, q,
                                    hours(now.time_since_epoch()), wrong));
}

void throw_foreign_setpoint(ConnectorId c, Instant now) {
    throw SetpointError(fmt::format("connector {} was set at {:.4f} h by a controller whose groups do not have it", c.index(),
                                    hours(now.time_since_epoch())));
}

}  // namespace evsweep
