/// The plug-in interface of charging controllers: declared signals in, active and reactive setpoints out.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evsweep/behaviour.hpp"
#include "evsweep/cadence.hpp"
#include "evsweep/exchange.hpp"
#include "evsweep/party.hpp"
#include "evsweep/population.hpp"
#include "evsweep/rng.hpp"
#include "evsweep/service.hpp"
#include "evsweep/setpoints.hpp"
#include "evsweep/site.hpp"
#include "evsweep/stop.hpp"

namespace evsweep {

class Issues;

/// What every controller sees of its connection points, without declaring it. Columns are by ConnectorId; rows of connectors
/// without a vehicle, or of another controller, mean nothing.
struct Connection {
    Instant now{};
    Calendar calendar{};
    Instant horizon{};                          ///< where the replica ends
    std::span<const ConnectorId> plugged_in{};  ///< occupied connectors, ascending
    std::span<const ConnectorId> arrived{};     ///< plugged in since this controller's last turn and still there
    std::span<const ConnectorId> left{};        ///< unplugged since this controller's last turn
    std::span<const ConnectorId> halted{};      ///< setpoint set to 0 by the battery (full, reserve, empty) since then

    /// Generators of its groups, e.g. photovoltaics, ascending; never plugged in. They feed in what they can, `p_min_kw`, and no
    /// more than their setpoint says, which is between -discharge_rating (no limit; so they start) and 0.
    std::span<const ConnectorId> generators{};

    std::span<const double> p_min_kw{};  ///< lowest admissible active setpoint now (<= 0; discharging is negative)
    std::span<const double> p_max_kw{};  ///< highest power the battery takes now (>= 0; 0 when full); see highest_setpoint_kw

    const Connectors* connectors = nullptr;  ///< ratings; always there
    const std::vector<std::vector<double>>* level_sets = nullptr;

    /// The admissible setpoint nearest to `wish_kw` that does not exceed it in size: within the limits, on a
    /// discrete level where the charger has levels, and 0 where the smallest power would be undercut.
    [[nodiscard]] double admissible_kw(ConnectorId c, double wish_kw) const;

   private:
    [[nodiscard]] double admissible_level_kw(ConnectorId c, double wish_kw) const;
};

inline constexpr double power_rounding_kw = 1e-9;  ///< what sums of kW may be off by without meaning anything

/// As `Connection::admissible_kw` for a charger without levels, from its limits and its smallest power.
[[nodiscard]] inline double admissible_kw(double wish_kw, double p_min_kw, double p_max_kw, double minimum_kw) {
    const double highest = p_max_kw > 0.0 ? std::max(p_max_kw, minimum_kw) : 0.0;
    const double within = std::min(std::max(wish_kw, p_min_kw), highest);
    const double size = std::abs(within) + power_rounding_kw < minimum_kw ? 0.0 : std::abs(within);
    return within < 0.0 ? -size : size;
}

inline double Connection::admissible_kw(ConnectorId c, double wish_kw) const {
    const std::size_t i = c.index();
    if (connectors->level_set[i] != 0) return admissible_level_kw(c, wish_kw);
    return evsweep::admissible_kw(wish_kw, p_min_kw[i], p_max_kw[i], connectors->minimum_power[i]);
}

/// The highest setpoint of connector `c` while its battery takes `battery_limit_kw` at the most: that limit, or, where the
/// charger has steps, the lowest step that is not below it; the battery then draws less than the charger offers.
[[nodiscard]] double highest_setpoint_kw(const Connectors& connectors, const std::vector<std::vector<double>>& level_sets,
                                         ConnectorId c, double battery_limit_kw);

/// Whether `p_kw` is a power that connector `c` can be set to, apart from its momentary limits: zero, or at least the
/// minimum power and, for chargers with levels, on a level.
[[nodiscard]] bool is_step_of(const Connectors& connectors, const std::vector<std::vector<double>>& level_sets, ConnectorId c,
                              double p_kw);

/// Decides the setpoints of its connectors. One instance serves one replica and may remember.
class Controller {
   public:
    static constexpr std::string_view kind = "controller";

    struct Context {
        std::string label;                    ///< the user's name for this controller
        Exchange& exchange;                   ///< for declarations; while the constructor runs
        const Connectors& connectors;         ///< all of this replica; outlive the controller
        const std::vector<ConnectorId>& own;  ///< charging points that it decides, ascending; outlive the controller
        Duration step{};                      ///< the control grid
        Calendar calendar{};
        Accounting accounting = Accounting::physical;
        Rng rng{0, 0};       ///< for controllers that randomise, keyed by their own purposes
        StopRequest stop{};  ///< decisions that may take long obey it (StopRequest::obey)
        const std::vector<std::vector<double>>* level_sets = nullptr;  ///< by Connectors::level_set, as in every Connection
        Instant horizon{};                                             ///< where the replica ends; the start: not known
        Issues* issues = nullptr;  ///< while a scenario is checked: for warnings and errors with their place; else none
        const std::vector<ConnectorId>* generators = nullptr;  ///< that it decides, ascending; of plug-ins that steer generators
        const std::vector<Site>* sites = nullptr;  ///< of this replica, in the order of signals by site; outlive the controller
        const std::vector<std::string>* buses = nullptr;  ///< names, by BusId, as files of a party's own may speak of them
    };

    virtual ~Controller() = default;
    [[nodiscard]] virtual Cadence cadence() const = 0;
    /// Changes setpoints of its own occupied connectors. A setpoint outside [p_min_kw, p_max_kw], off the charger's steps,
    /// outside the inverter's P-Q circle or of another's connector is an error of the replica. Setpoints stay in force until
    /// changed.
    virtual void decide(Turn& turn, const Connection& seen, Setpoints& setpoints) = 0;
    /// Whether its vehicles take energy beyond their targets, as far as the battery goes, e.g. to return it later. Else a battery
    /// counts as full at its target, and stops charging there by itself. Asked once, before the first vehicle comes.
    [[nodiscard]] virtual bool charges_past_targets() const { return false; }
    /// What it has counted in this replica so far; the same names in every replica.
    [[nodiscard]] virtual std::vector<Counter> counters() const { return {}; }
    /// What is worth saying about this replica, in the order of time. Few: they are meant to be read.
    [[nodiscard]] virtual std::vector<Remark> remarks() const { return {}; }
};

}  // namespace evsweep
