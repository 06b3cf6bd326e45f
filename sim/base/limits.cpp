#include <algorithm>
#include <cmath>

#include "evsweep/controller.hpp"

namespace evsweep {

namespace {

/// The largest step of the charger that is not above `size_kw`; 0 where there is none.
double step_down(const std::vector<double>& levels, double minimum_kw, double size_kw) {
    if (!levels.empty()) {
        const auto above = std::upper_bound(levels.begin(), levels.end(), size_kw + power_rounding_kw);
        size_kw = above == levels.begin() ? 0.0 : *(above - 1);
    }
    return size_kw + power_rounding_kw < minimum_kw ? 0.0 : size_kw;
}

}  // namespace

double highest_setpoint_kw(const Connectors& connectors, const std::vector<std::vector<double>>& level_sets, ConnectorId c,
                           double battery_limit_kw) {
    if (battery_limit_kw <= 0.0) return 0.0;
    const double wanted = std::max(battery_limit_kw, connectors.minimum_power[c.index()]);
    const auto& levels = level_sets[connectors.level_set[c.index()]];
    const auto not_below = std::lower_bound(levels.begin(), levels.end(), wanted - power_rounding_kw);
    if (not_below == levels.end()) return levels.empty() ? wanted : levels.back();
    return std::min(*not_below, connectors.charge_rating[c.index()]);
}

double Connection::admissible_level_kw(ConnectorId c, double wish_kw) const {
    const std::size_t i = c.index();
    const double highest = highest_setpoint_kw(*connectors, *level_sets, c, p_max_kw[i]);
    const double within = std::min(std::max(wish_kw, p_min_kw[i]), highest);
    const auto& levels = (*level_sets)[connectors->level_set[i]];
    const double size = step_down(levels, connectors->minimum_power[i], std::abs(within));
    return within < 0.0 ? -size : size;
}

bool is_step_of(const Connectors& connectors, const std::vector<std::vector<double>>& level_sets, ConnectorId c, double p_kw) {
    const std::size_t i = c.index();
    const double size = std::abs(p_kw);
    if (size <= power_rounding_kw) return true;
    if (size < connectors.minimum_power[i] - power_rounding_kw) return false;
    const auto& levels = level_sets[connectors.level_set[i]];
    const auto is_near = [size](double level) { return std::abs(level - size) <= power_rounding_kw; };
    return levels.empty() || std::any_of(levels.begin(), levels.end(), is_near);
}

}  // namespace evsweep
