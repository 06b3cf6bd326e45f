/// State of charge of every connector's vehicle, moved in closed form between events, with an exact energy account.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "evsweep/column.hpp"
#include "evsweep/compensated_sum.hpp"
#include "evsweep/output.hpp"
#include "evsweep/population.hpp"
#include "evsweep/taper.hpp"
#include "sim/fleet/earliest.hpp"
#include "sim/fleet/index_set.hpp"

namespace evsweep {

/// What a battery comes to: full or empty, its reserve, or the knee from which it charges more slowly.
enum class Threshold : std::uint8_t { full, empty, reserve, knee };

/// A battery reaches its next threshold under the setpoint in force.
struct Crossing {
    ConnectorId connector;
    Instant at{};  ///< first whole millisecond at or after the exact instant
    Threshold kind{};
};

/// With what a vehicle comes.
struct Arrival {
    double soc = 0.0;
    double charged_elsewhere_kwh = 0.0;  ///< that its trip took beyond its battery
};

/// Energies of the whole fleet since the start, all >= 0.
struct FleetEnergy {
    double charged_kwh = 0.0;     ///< grid side
    double discharged_kwh = 0.0;  ///< grid side
    double stored_kwh = 0.0;      ///< battery side
    double released_kwh = 0.0;    ///< battery side
};

/// What changes in the fleet of one replica; columns by ConnectorId. Power p > 0 draws from the grid:
///   ds/dt = p e_c / C (charging, e_c = stored_per_drawn)   or   p e_d / C (discharging, e_d = drawn_per_returned).
/// Only events at a connector (plug-in, setpoint, crossing, unplug) move it on: they book the way since the last one as battery
/// energy C ds and grid energy C ds / e. Everything in between follows from there in closed form when somebody looks,
/// and looking changes nothing of what comes later. Crossings must be crossed before time moves past them, or anybody looks.
class ChargingState {
   public:
    /// `population` and `margins` must outlive the state. `margins`: distances below the target, each of which every stay is
    /// watched for (SessionRecord::reached, in this order).
    explicit ChargingState(const Population& population, std::span<const Fraction> margins = {});

    /// From the next plug-in on, batteries at this connector are full at their highest state of charge, not at their targets.
    void charge_past_targets(ConnectorId c) { past_targets_[c.index()] = 1; }

    /// The session's vehicle is plugged in at its connector, with setpoint 0; if nothing is said, with the session's state of
    /// charge.
    void plug_in(SessionId id, Instant now) { plug_in(id, now, {population_->sessions[id.index()].initial_soc, 0.0}); }
    void plug_in(SessionId id, Instant now, const Arrival& arrival);
    /// How the stay of a vehicle has gone until now that has come and was not plugged in. `reached` holds until the next call.
    [[nodiscard]] SessionRecord not_plugged_in(SessionId id, Instant now, const Arrival& arrival, StayOutcome outcome);
    /// Books up to `now`, leaves the connector free with setpoint 0. `reached` of the record holds until the next call.
    SessionRecord unplug(ConnectorId c, Instant now);
    /// The same for a session that the horizon cuts.
    SessionRecord end_of_horizon(ConnectorId c, Instant now);
    /// The stay at an occupied connector as far as it has come, not complete, without changing anything.
    [[nodiscard]] SessionRecord so_far(ConnectorId c, Instant now) const;
    /// Books up to `now`, then puts the new setpoint in force; the caller has validated it against the limits.
    void set_power(ConnectorId c, double p_kw, double q_kvar, Instant now);

    /// What a generator at this connector, where nothing plugs in, feeds in (p_kw <= 0) and could feed in (p_min_kw) from now on;
    /// only for the columns, for its energy is not the fleet's.
    void feed_in(ConnectorId c, double p_kw, double q_kvar, double p_min_kw);

    /// When the first battery reaches a threshold; cheap to ask again.
    [[nodiscard]] std::optional<Instant> next_crossing_at() const {
        const double at_ms = crossings_.first_ms();
        if (at_ms == Earliest::never) return std::nullopt;
        return Instant(Duration(static_cast<std::int64_t>(at_ms)));
    }
    /// The first threshold that any battery reaches, the lowest connector's where several do at once. It is right until
    /// the next event.
    [[nodiscard]] std::optional<Crossing> next_crossing() const;
    /// That of one connector; none at zero power.
    [[nodiscard]] std::optional<Crossing> next_crossing(ConnectorId c) const;
    /// Lands exactly on the threshold and books the energy of the way there. Full, reserve and empty set the active
    /// setpoint to 0 (the reactive one stays); knee starts the taper.
    void cross(const Crossing& crossing);

    /// Brings `soc` up to `now`: work for every active connector.
    void refresh_soc(Instant now);
    /// Brings `p_kw`, `p_min_kw` and `p_max_kw` up to `now`: work for the few that change without an event.
    void refresh_power(Instant now);
    /// Brings `p_min_kw` and `p_max_kw` of one occupied connector up to `now`, for its charger.
    void refresh_limits(ConnectorId c, Instant now);

    /// As of the last `refresh_soc` or the last event at the connector. Before a connector's first session the state of
    /// charge with which that will begin (0 if there is none), after the last that with which it ended.
    [[nodiscard]] std::span<const double> soc() const { return soc_.raw(); }
    /// Power actually drawn, as of the last `refresh_power` or event; below the setpoint in the taper.
    [[nodiscard]] std::span<const double> p_kw() const { return p_.raw(); }
    [[nodiscard]] std::span<const double> setpoint_kw() const { return setpoint_.raw(); }
    [[nodiscard]] std::span<const double> q_kvar() const { return q_.raw(); }
    /// Lowest admissible setpoint as of the last `refresh_power` or event, <= 0; 0 at or below the reserve.
    [[nodiscard]] std::span<const double> p_min_kw() const { return p_min_.raw(); }
    /// Highest admissible setpoint likewise, >= 0; 0 when full.
    [[nodiscard]] std::span<const double> p_max_kw() const { return p_max_.raw(); }
    [[nodiscard]] bool occupied(ConnectorId c) const { return stays_[c.index()].occupied; }
    /// Occupied connectors, ascending.
    [[nodiscard]] std::span<const ConnectorId> plugged_in() const { return plugged_in_; }

    /// Indices of the connectors with a non-zero active or reactive setpoint, in no special order: all that the feeder feels.
    [[nodiscard]] std::span<const std::uint32_t> active() const { return active_.members(); }
    /// Indices of the connectors whose actual power changes by itself, without an event.
    [[nodiscard]] std::span<const std::uint32_t> tapering() const { return tapering_.members(); }

    /// Sums of actual power over the fleet, both >= 0; of tapering vehicles as of the last `refresh_power` or event.
    [[nodiscard]] double charging_kw() const;
    [[nodiscard]] double discharging_kw() const { return sums().discharging.grid_kw; }
    [[nodiscard]] double ev_kvar() const { return sums().q_kvar; }
    /// What the whole fleet has drawn, returned, stored and released until `now`, which may not lie before the last event.
    [[nodiscard]] FleetEnergy energy(Instant now) const;

    /// What the vehicle plugged in at each connector has drawn since it came, until `now`, grid side; 0 without one.
    void put_drawn_kwh(Instant now, std::span<double> by_connector) const;
    /// What it has returned, >= 0.
    void put_returned_kwh(Instant now, std::span<double> by_connector) const;
    /// What all vehicles at each connector have drawn less returned since the start, until `now`, grid side; and the reactive
    /// energy drawn likewise.
    void put_net_kwh(Instant now, std::span<double> by_connector) const;
    void put_net_kvarh(Instant now, std::span<double> by_connector) const;

    /// Of the session now at the connector (or the last one there).
    [[nodiscard]] std::span<const double> target_soc() const { return target_.raw(); }
    [[nodiscard]] std::span<const double> reserve_soc() const { return reserve_.raw(); }
    [[nodiscard]] std::span<const double> capacity_kwh() const { return capacity_.raw(); }
    [[nodiscard]] std::span<const double> stored_per_drawn() const { return stored_per_drawn_.raw(); }
    [[nodiscard]] std::span<const double> drawn_per_returned() const { return drawn_per_returned_.raw(); }
    [[nodiscard]] std::span<const double> taper_knee() const { return taper_knee_.raw(); }
    [[nodiscard]] std::span<const double> taper_end() const { return taper_end_.raw(); }
    /// In milliseconds after the scenario's start.
    [[nodiscard]] std::span<const double> stated_departure_ms() const { return stated_departure_ms_.raw(); }

   private:
    /// How a connector's battery has moved since the last event there; one cache line.
    struct alignas(64) Motion {
        double since_ms = 0.0;
        double soc = 0.0;         ///< at `since_ms`
        double soc_per_ms = 0.0;  ///< at the setpoint
        double threshold = 0.0;   ///< state of charge where the motion ends; where it stands still, `soc`
        double grid_kw = 0.0;     ///< constant part of the actual power: none while tapering
        double battery_kw = 0.0;  ///< the same behind the converter
        bool is_tapering = false;

        /// State of charge at an instant before the end of the motion, unless it tapers.
        [[nodiscard]] double straight_soc(double now_ms) const {
            const double ahead = soc + soc_per_ms * (now_ms - since_ms);
            return soc_per_ms > 0.0 ? std::min(ahead, threshold) : std::max(ahead, threshold);
        }
    };
    /// One session at a connector: its bounds, what a change of its state of charge means, and its account.
    struct Stay {
        SessionId id{};
        Instant begin{};
        Arrival arrival{};
        bool occupied = false;
        Threshold floor_kind{};  ///< reserve or empty
        double ceiling = 0.0;    ///< state of charge where charging ends
        double floor = 0.0;      ///< state of charge where discharging ends
        double soc_per_kw_ms_drawn = 0.0;
        double soc_per_kw_ms_returned = 0.0;
        double drawn_kwh_per_soc = 0.0;
        double returned_kwh_per_soc = 0.0;
        double full_rate = 0.0;  ///< ds/dt at the charge rating, 1/h
        Taper taper{};
        double rise = 0.0;             ///< of the state of charge, all risings together
        double fall = 0.0;             ///< all fallings together, >= 0
        double kvar_ms = 0.0;          ///< reactive energy drawn up to the last event
        double next_level = HUGE_VAL;  ///< lowest watched state of charge that it has not come to yet
    };
    /// Constant powers in one direction, and their energies from each vehicle's last event to the fleet's.
    struct Flow {
        double grid_kw = 0.0;
        double battery_kw = 0.0;
        double grid_kw_ms = 0.0;
        double battery_kw_ms = 0.0;
        void add(double grid, double battery, double ms) {
            grid_kw += grid;
            battery_kw += battery;
            grid_kw_ms += grid * ms;
            battery_kw_ms += battery * ms;
        }
    };
    struct Sums {
        Flow charging{};
        Flow discharging{};  ///< all >= 0
        double q_kvar = 0.0;
    };

    void take_place(std::size_t i, const Session& session);
    [[nodiscard]] Session as_played(std::size_t i) const;
    [[nodiscard]] std::span<std::optional<Instant>> reached(std::size_t i);
    template <class When>
    void note_levels(std::size_t i, double soc, const When& when);
    SessionRecord finish(ConnectorId c, Instant now);
    void book(std::size_t i, Instant now);
    void land(std::size_t i, double soc, double now_ms);
    [[nodiscard]] double rising_ms(std::size_t i, double to_soc) const;
    void set_motion(std::size_t i, double p_kw);
    void head_for_threshold(std::size_t i, double p_kw);
    [[nodiscard]] double crossing_ms(std::size_t i) const;
    [[nodiscard]] bool is_varying(std::size_t i, double soc) const;
    [[nodiscard]] double soc_at(std::size_t i, double now_ms) const;
    void set_limits(std::size_t i, double soc);
    void expect_nothing_missed(Instant now) const;
    [[nodiscard]] const Sums& sums() const;

    const Population* population_;
    std::span<const Fraction> margins_;
    std::vector<std::optional<Instant>> reached_;  ///< by connector, then by margin: of the session now there, or the last one
    std::vector<std::optional<Instant>> reached_unplugged_;  ///< by margin: of the last stay that was not plugged in
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
    Column<Fraction> taper_knee_, taper_end_;
    Column<Quantity<"ms">> stated_departure_ms_;
    Column<KilowattHours> past_kwh_;  ///< by connector, of finished stays: drawn less returned
    Column<Quantity<"kvarh">> past_kvarh_;
    std::vector<Motion> motions_;
    std::vector<Stay> stays_;
    Earliest crossings_;
    std::vector<ConnectorId> plugged_in_;
    IndexSet active_;
    IndexSet tapering_;  ///< those whose power changes without an event
    IndexSet varying_;   ///< those whose limits may: all tapering ones, and others until they are past what changes them
    std::vector<std::uint8_t> past_targets_;  ///< by connector: whether charging goes on beyond the target
    double changed_ms_ = 0.0;                 ///< the last event of the fleet
    CompensatedSum charged_kwh_, discharged_kwh_, stored_kwh_, released_kwh_;  ///< up to each vehicle's last event
    mutable Sums sums_;  ///< at `changed_ms_`, summed afresh when first asked for after a change, so that nothing drifts
    mutable bool sums_are_stale_ = false;
};

}  // namespace evsweep
