/// The plug-in interface of charging controllers: declared observations in, active and reactive setpoints out.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "evsweep/behaviour.hpp"
#include "evsweep/forecast.hpp"
#include "evsweep/linear_grid.hpp"
#include "evsweep/population.hpp"
#include "evsweep/rng.hpp"
#include "evsweep/stop.hpp"

namespace evsweep {

/// What a controller may ask to see. It is stored with the results, so "this controller was local" is a fact.
enum class Need : unsigned {
    state_of_charge = 1U << 0U,
    session = 1U << 1U,      ///< target and stated departure
    voltage = 1U << 2U,      ///< metered at the connector
    feeder_head = 1U << 3U,  ///< metered power into the feeder
    base_demand = 1U << 4U,  ///< base load, now and forecast
    price = 1U << 5U,        ///< now and forecast
    linear_grid = 1U << 6U,  ///< a linear model of the feeder under the forecast base load
    arrivals = 1U << 7U,     ///< a forecast of the fleet's stays: another draw of the same behaviours
    foresight = 1U << 8U,    ///< perfect information on the fleet: all its stays as they will be
};
[[nodiscard]] constexpr std::string_view name_of(Need need) {
    switch (need) {
        case Need::state_of_charge:
            return "state_of_charge";
        case Need::session:
            return "session";
        case Need::voltage:
            return "voltage";
        case Need::feeder_head:
            return "feeder_head";
        case Need::base_demand:
            return "base_demand";
        case Need::price:
            return "price";
        case Need::linear_grid:
            return "linear_grid";
        case Need::arrivals:
            return "arrivals";
        case Need::foresight:
            return "foresight";
    }
    return {};
}
/// Every need there is, in the order in which results list them.
inline constexpr std::array all_needs{Need::state_of_charge, Need::session,     Need::voltage,
                                      Need::feeder_head,     Need::base_demand, Need::price,
                                      Need::linear_grid,     Need::arrivals,    Need::foresight};

/// A set of needs.
class Needs {
   public:
    constexpr Needs() = default;
    constexpr Needs(std::initializer_list<Need> list) {
        for (Need n : list) bits_ |= static_cast<unsigned>(n);
    }
    [[nodiscard]] constexpr bool contains(Need n) const { return (bits_ & static_cast<unsigned>(n)) != 0; }
    constexpr void insert(Need n) { bits_ |= static_cast<unsigned>(n); }

   private:
    unsigned bits_ = 0;
};

/// When a controller wants to be asked. A period is a whole number of control steps.
struct Cadence {
    std::optional<Duration> period{};
    bool on_plug_in = false;
    bool on_unplug = false;
};

/// What a controller sees at one decision. Columns are indexed by ConnectorId; those it did not declare are empty,
/// scalars it did not declare are NaN. Rows of connectors without a vehicle mean nothing.
struct Observation {
    Instant now{};
    Calendar calendar{};
    std::span<const ConnectorId> plugged_in{};  ///< occupied connectors, ascending
    std::span<const ConnectorId> arrived{};     ///< plugged in since this controller's last decision and still there
    std::span<const ConnectorId> left{};        ///< unplugged since this controller's last decision
    std::span<const ConnectorId> halted{};      ///< setpoint set to 0 by the battery (full, reserve, empty) since then

    std::span<const double> p_min_kw{};  ///< lowest admissible active setpoint now (<= 0; discharging is negative)
    std::span<const double> p_max_kw{};  ///< highest power the battery takes now (>= 0; 0 when full); see highest_setpoint_kw

    std::span<const double> soc{};  ///< Need::state_of_charge, with the six below
    std::span<const double> reserve_soc{};
    std::span<const double> capacity_kwh{};
    std::span<const double> stored_per_drawn{};    ///< kWh stored per kWh drawn from the grid
    std::span<const double> drawn_per_returned{};  ///< kWh taken from the battery per kWh returned to the grid
    std::span<const double> taper_knee{};          ///< state of charge above which it takes less than the charge rating
    std::span<const double> taper_end{};           ///< share of the rating that it takes at state of charge 1

    std::span<const double> target_soc{};  ///< Need::session, with the one below
    std::span<const Instant> stated_departure{};

    std::span<const double> voltage_pu{};  ///< Need::voltage: at the connector's bus, as metered
    double feeder_head_kw = std::numeric_limits<double>::quiet_NaN();
    double base_demand_kw = std::numeric_limits<double>::quiet_NaN();
    Forecast base_forecast{};  ///< kW
    double price = std::numeric_limits<double>::quiet_NaN();
    Forecast price_forecast{};  ///< currency per kWh
    Forecast sell_forecast{};   ///< currency per kWh returned; Need::price

    GridModel* grid = nullptr;             ///< Need::linear_grid
    const Population* foretold = nullptr;  ///< Need::arrivals: a fleet with the same connectors, not the true one
    const Population* foreseen = nullptr;  ///< Need::foresight: the true fleet, past and future
    Instant horizon{};                     ///< where the study ends

    const Connectors* connectors = nullptr;  ///< ratings; always there
    const std::vector<std::vector<double>>* level_sets = nullptr;

    /// The admissible setpoint nearest to `wish_kw` that does not exceed it in size: within the limits, on a
    /// discrete level where the charger has levels, and 0 where the smallest power would be undercut.
    [[nodiscard]] double admissible_kw(ConnectorId c, double wish_kw) const;

   private:
    [[nodiscard]] double admissible_level_kw(ConnectorId c, double wish_kw) const;
};

inline constexpr double power_rounding_kw = 1e-9;  ///< what sums of kW may be off by without meaning anything

/// As `Observation::admissible_kw` for a charger without levels, from its limits and its smallest power.
[[nodiscard]] inline double admissible_kw(double wish_kw, double p_min_kw, double p_max_kw, double minimum_kw) {
    const double highest = p_max_kw > 0.0 ? std::max(p_max_kw, minimum_kw) : 0.0;
    const double within = std::min(std::max(wish_kw, p_min_kw), highest);
    const double size = std::abs(within) + power_rounding_kw < minimum_kw ? 0.0 : std::abs(within);
    return within < 0.0 ? -size : size;
}

inline double Observation::admissible_kw(ConnectorId c, double wish_kw) const {
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

/// The setpoints of all connectors: those in force, and the changes a decision makes.
class Setpoints {
   public:
    explicit Setpoints(std::size_t connectors) : p_(connectors), q_(connectors), marked_(connectors, 0) {
        changed_.reserve(connectors);
    }

    [[nodiscard]] double p_kw(ConnectorId c) const { return p_[c.index()]; }
    [[nodiscard]] double q_kvar(ConnectorId c) const { return q_[c.index()]; }
    /// Positive draws from the grid.
    void set(ConnectorId c, double p_kw, double q_kvar = 0.0) {
        const std::size_t i = c.index();
        if (p_[i] == p_kw && q_[i] == q_kvar) return;
        p_[i] = p_kw;
        q_[i] = q_kvar;
        if (!marked_[i]) {
            marked_[i] = 1;
            changed_.push_back(c);
        }
    }
    /// Connectors changed since `settle`, in the order of their first change.
    [[nodiscard]] std::span<const ConnectorId> changed() const { return changed_; }
    void settle() {
        for (ConnectorId c : changed_) marked_[c.index()] = 0;
        changed_.clear();
    }
    [[nodiscard]] std::span<const double> p_kw() const { return p_.raw(); }
    [[nodiscard]] std::span<const double> q_kvar() const { return q_.raw(); }

   private:
    Column<Kilowatts> p_;
    Column<Kilovars> q_;
    std::vector<std::uint8_t> marked_;
    std::vector<ConnectorId> changed_;
};

/// A number that a controller keeps about its own decisions, e.g. how often it had to break its own rule.
struct Counter {
    std::string name;  ///< in snake_case, as a result variable
    double value = 0.0;
};

/// Something a controller has to tell about one instant, e.g. a limit that it could not keep.
struct Remark {
    Instant at{};
    std::string text;  ///< as a person reads it, without the instant
};

/// Thrown by a controller that cannot decide, e.g. on a forecast without numbers: what is wrong and what to do. It ends the
/// replica, which is told as failed.
class ControllerError : public std::runtime_error {
   public:
    using std::runtime_error::runtime_error;
};

/// Decides the setpoints of its connectors. One instance serves one replica and may remember.
class Controller {
   public:
    static constexpr std::string_view kind = "controller";

    struct Context {
        std::string label;                       ///< the user's name for this controller
        const Connectors* connectors = nullptr;  ///< of this replica; outlives the controller
        Duration step{};                         ///< the control grid
        Calendar calendar{};
        Accounting accounting = Accounting::physical;
        Rng rng{0, 0};       ///< for controllers that randomise, keyed by their own purposes
        StopRequest stop{};  ///< decisions that may take long look at it (StopRequest::obey)
    };

    virtual ~Controller() = default;
    [[nodiscard]] virtual Needs needs() const = 0;
    [[nodiscard]] virtual Cadence cadence() const = 0;
    /// Changes setpoints of occupied connectors. A setpoint outside [p_min_kw, p_max_kw], off the charger's steps or
    /// outside the inverter's P-Q circle is an error of the replica. Setpoints stay in force until changed.
    virtual void decide(const Observation& seen, Setpoints& setpoints) = 0;
    /// What it has counted in this replica so far; the same names in every replica.
    [[nodiscard]] virtual std::vector<Counter> counters() const { return {}; }
    /// What it has to tell about this replica, in the order of time. Few: they are meant to be read.
    [[nodiscard]] virtual std::vector<Remark> remarks() const { return {}; }
};

}  // namespace evsweep
