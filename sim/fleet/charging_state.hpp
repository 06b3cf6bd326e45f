/// State of charge of every connector's vehicle, moved in closed form between events, with an exact energy account.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "evsweep/column.hpp"
#include "evsweep/output.hpp"
#include "evsweep/population.hpp"
#include "sim/fleet/taper.hpp"

namespace evsweep {

/// The instant at which a battery reaches its next threshold under the setpoint in force.
struct Crossing {
    Instant at{};      ///< first whole millisecond at or after the exact instant
    EventKind kind{};  ///< full, empty, reserve or knee
};

/// What changes in the fleet of one replica; columns by ConnectorId. Power p > 0 draws from the grid:
///   ds/dt = p e_c / C (charging, e_c = stored_per_drawn)   or   p e_d / C (discharging, e_d = drawn_per_returned).
/// Every movement of s is booked as battery energy C ds and grid energy C ds / e, so that
/// stored - released = C (final - initial) by construction. Crossings must be crossed before time moves past them.
class ChargingState {
   public:
    /// `population` must outlive the state.
    explicit ChargingState(const Population& population);

    /// The session's vehicle arrives at its connector with setpoint 0.
    void plug_in(SessionId id, Instant now);
    /// Books up to `now`, leaves the connector free with setpoint 0.
    SessionRecord unplug(ConnectorId c, Instant now);
    /// The same for a session that the horizon cuts.
    SessionRecord end_of_horizon(ConnectorId c, Instant now);

    /// Books up to `now`, then puts the new setpoint in force; the caller has validated it against the limits.
    void set_power(ConnectorId c, double p_kw, double q_kvar, Instant now);
    /// Books one connector's energy up to `now`.
    void advance(ConnectorId c, Instant now);
    /// Books the energy of all connectors with non-zero power up to `now`.
    void advance_active(Instant now);

    /// The next threshold under the present setpoint, counted from the last booking; none at zero power.
    [[nodiscard]] std::optional<Crossing> next_crossing(ConnectorId c) const;
    /// Lands exactly on the threshold and books the energy of the way there. Full, reserve and empty set the active
    /// setpoint to 0 (the reactive one stays); knee starts the taper.
    void cross(ConnectorId c, const Crossing& crossing);

    /// Before a connector's first session the state of charge with which that will begin (0 if there is none), after
    /// the last that with which it ended.
    [[nodiscard]] std::span<const double> soc() const { return soc_.raw(); }
    /// Power actually drawn at the last booking; below the setpoint in the taper.
    [[nodiscard]] std::span<const double> p_kw() const { return p_.raw(); }
    [[nodiscard]] std::span<const double> setpoint_kw() const { return setpoint_.raw(); }
    [[nodiscard]] std::span<const double> q_kvar() const { return q_.raw(); }
    /// Lowest admissible setpoint at the last booking, <= 0; 0 at or below the reserve.
    [[nodiscard]] std::span<const double> p_min_kw() const { return p_min_.raw(); }
    /// Highest admissible setpoint at the last booking, >= 0; 0 when full.
    [[nodiscard]] std::span<const double> p_max_kw() const { return p_max_.raw(); }
    [[nodiscard]] bool occupied(ConnectorId c) const { return stays_[c.index()].occupied; }
    /// Occupied connectors, ascending.
    [[nodiscard]] std::span<const ConnectorId> plugged_in() const { return plugged_in_; }

    /// Indices of the connectors with a non-zero active setpoint, in no special order.
    [[nodiscard]] std::span<const std::uint32_t> active() const { return active_; }
    /// Whether any actual power changes by itself, without an event.
    [[nodiscard]] bool is_tapering() const {
        return std::any_of(active_.begin(), active_.end(), [this](std::uint32_t i) { return stays_[i].tapering; });
    }

    /// Momentary sums of actual power over the fleet, all >= 0 but the reactive one.
    [[nodiscard]] double charging_kw() const { return sums().charging_kw; }
    [[nodiscard]] double discharging_kw() const { return sums().discharging_kw; }
    [[nodiscard]] double ev_kvar() const { return sums().q_kvar; }
    /// Grid-side energy of the whole fleet booked so far, both >= 0.
    [[nodiscard]] double charged_kwh() const { return charged_kwh_; }
    [[nodiscard]] double discharged_kwh() const { return discharged_kwh_; }
    /// Battery-side energy of the whole fleet booked so far, both >= 0.
    [[nodiscard]] double stored_kwh() const { return stored_kwh_; }
    [[nodiscard]] double released_kwh() const { return released_kwh_; }

    /// Of the session now at the connector (or the last one there).
    [[nodiscard]] std::span<const double> target_soc() const { return target_.raw(); }
    [[nodiscard]] std::span<const double> reserve_soc() const { return reserve_.raw(); }
    [[nodiscard]] std::span<const double> capacity_kwh() const { return capacity_.raw(); }
    [[nodiscard]] std::span<const double> stored_per_drawn() const { return stored_per_drawn_.raw(); }
    [[nodiscard]] std::span<const double> drawn_per_returned() const { return drawn_per_returned_.raw(); }
    [[nodiscard]] std::span<const Instant> stated_departure() const { return stated_departure_; }

   private:
    /// One session at a connector: its bounds, its present motion and its account.
    struct Stay {
        SessionId id{};
        Instant booked{};  ///< energy is booked up to here
        bool occupied = false;
        bool tapering = false;
        double ceiling = 0.0;    ///< state of charge where charging ends
        double floor = 0.0;      ///< state of charge where discharging ends
        double threshold = 0.0;  ///< where the present motion ends
        EventKind kind{};        ///< and what that is
        double soc_rate = 0.0;   ///< ds/dt at the setpoint, 1/h
        double full_rate = 0.0;  ///< ds/dt at the charge rating, 1/h
        Taper taper{};
        double charged_kwh = 0.0;
        double discharged_kwh = 0.0;
        double stored_kwh = 0.0;
        double released_kwh = 0.0;
        std::uint32_t active_place = 0;  ///< where in `active_`, counted from 1; 0: not there
    };
    struct Sums {
        bool stale = false;
        double charging_kw = 0.0;
        double discharging_kw = 0.0;
        double q_kvar = 0.0;
    };

    void take_place(std::size_t i, const Session& session);
    SessionRecord finish(ConnectorId c, Instant now);
    void set_setpoint(std::size_t i, double p_kw);
    void set_motion(std::size_t i, double p_kw);
    void set_active(std::size_t i, bool active);
    void move(std::size_t i, Instant now);
    void book(std::size_t i, double new_soc);
    void refresh_limits(std::size_t i);
    [[nodiscard]] const Sums& sums() const;

    const Population* population_;
    Column<Fraction> soc_;
    Column<Kilowatts> p_;
    Column<Kilowatts> setpoint_;
    Column<Kilovars> q_;
    Column<Kilowatts> p_min_;
    Column<Kilowatts> p_max_;
    Column<Fraction> target_;
    Column<Fraction> reserve_;
    Column<KilowattHours> capacity_;
    Column<Fraction> stored_per_drawn_;
    Column<Fraction> drawn_per_returned_;
    std::vector<Instant> stated_departure_;
    std::vector<Stay> stays_;
    std::vector<ConnectorId> plugged_in_;
    std::vector<std::uint32_t> active_;  ///< connectors with a non-zero setpoint, in no special order
    std::size_t reactive_ = 0;           ///< number of connectors with a non-zero reactive setpoint
    double charged_kwh_ = 0.0;
    double discharged_kwh_ = 0.0;
    double stored_kwh_ = 0.0;
    double released_kwh_ = 0.0;
    mutable Sums sums_;  ///< summed afresh when first asked for after a change, so that nothing drifts
};

}  // namespace evsweep
