/// What stands between the decisions of controllers and what chargers do: delays, gradual responses, chargers that follow nobody,
/// and interrupted ways.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "evsweep/controller.hpp"
#include "evsweep/draw_keys.hpp"
#include "evsweep/rng.hpp"
#include "evsweep/scenario.hpp"
#include "sim/engine/actuation_numbers.hpp"
#include "sim/engine/staircase.hpp"
#include "sim/engine/world.hpp"
#include "sim/fleet/earliest.hpp"

namespace evsweep {

/// The chargers of one replica whose groups section `actuation` names. A changed setpoint is a command; it arrives `delay` later,
/// or never where an outage then holds, or the vehicle that it was meant for has left. A charger limits a command to what its
/// battery takes at that instant, and goes there with its time constant. A command that was lost is not delivered late: what its
/// controller wants at its next turn after the outage is sent instead. Everything random is keyed by group and number.
class Actuation {
   public:
    /// The world outlives it.
    Actuation(World& world, Rng rng);

    /// Whether commands reach this connection point through here; all others follow at once.
    [[nodiscard]] bool governs(ConnectorId c) const { return chargers_[c.index()].settings != nowhere; }
    /// Whether it follows nobody and draws all it can.
    [[nodiscard]] bool ignores(ConnectorId c) const { return chargers_[c.index()].ignores; }
    /// Whether a command to the vehicle now there is still to arrive.
    [[nodiscard]] bool is_under_way(ConnectorId c) const { return chargers_[c.index()].under_way > 0; }

    /// When a command arrives, a charger goes on, or an outage begins or ends.
    [[nodiscard]] std::optional<Instant> next() const;
    /// All that happens at this instant: outages, then arrivals in the order in which they were sent, then chargers on their way.
    void act();
    /// Vehicles whose latest command the charger has answered with 0, since the last question; for their controllers.
    [[nodiscard]] std::vector<ConnectorId> take_stopped() { return std::exchange(stopped_, {}); }

    /// A command of a controller, within the limits that it has seen.
    void send(ConnectorId c, double p_kw, double q_kvar);
    /// Sends what stands in the table of setpoints to chargers of this owner that have missed a command in an outage now over.
    template <class IsOwn>
    void send_again(const SetpointTable& setpoints, const IsOwn& is_own) {
        if (waiting_.empty()) return;
        for (const ConnectorId c : std::vector<ConnectorId>(waiting_)) {
            if (!is_own(c)) continue;
            ++numbers_.repeated;
            send(c, setpoints.p_kw(c), setpoints.q_kvar(c));
        }
    }

    // What happens at a connector; `leaving` before its vehicle has left, `unplugged` after.
    void plugged_in(ConnectorId c);
    void leaving(ConnectorId c);
    void unplugged(ConnectorId c);
    /// The battery has set the active power to 0; `told_kw`: what its controller's setpoint is from now on.
    void halted(ConnectorId c, double told_kw);

    /// Until now.
    [[nodiscard]] ActuationNumbers numbers() const;

   private:
    static constexpr std::uint32_t nowhere = static_cast<std::uint32_t>(-1);

    /// The settings of some groups, and the commands to their chargers that are under way, the next one first.
    struct Way {
        ActuationSettings settings;
        Staircase staircase;
        struct Command {
            Instant at{};
            ConnectorId connector{};
            std::uint32_t stay = 0;
            double p_kw = 0.0, q_kvar = 0.0;
        };
        std::deque<Command> commands{};
    };
    struct Power {
        double p_kw = 0.0, q_kvar = 0.0;
    };
    struct Charger {
        std::uint32_t settings = nowhere;  ///< of `ways_`
        bool ignores = false;
        bool is_cut = false;          ///< an outage holds
        bool has_missed = false;      ///< a command was lost, or the fall-back power took its place
        std::uint32_t stay = 0;       ///< how many vehicles have left
        std::uint32_t under_way = 0;  ///< commands to the present one
        std::uint32_t outage = 0;     ///< how many times have been drawn
        Instant cut_since{};
        Power from{}, to{};  ///< the way that it is on
        Instant set_out{};
        std::size_t step = 0;    ///< of its staircase; all of them: it is there
        Instant booked_until{};  ///< energies against commands, while a vehicle is there
        double told_kw = 0.0, offered_kw = 0.0, drawn_kwh = 0.0;
    };

    void draw_chargers(Rng rng);
    [[nodiscard]] Way& way_of(const Charger& charger) { return ways_[charger.settings]; }
    [[nodiscard]] bool is_generator(ConnectorId c) const { return world_.population.connectors.is_generator(c); }
    [[nodiscard]] bool has_somebody(ConnectorId c) const { return is_generator(c) || world_.fleet.occupied(c); }
    void draw_outage(ConnectorId c);
    void toggle(ConnectorId c);
    void fall_back(ConnectorId c);
    void arrive(ConnectorId c, double p_kw, double q_kvar);
    [[nodiscard]] double within_limits(ConnectorId c, double p_kw);
    void approach(ConnectorId c, Power to);
    void play(ConnectorId c);
    void offer(ConnectorId c, Power power);
    void rest(ConnectorId c);
    void book(ConnectorId c);
    void wait_for_owner(ConnectorId c, bool waits);

    World& world_;
    Rng rng_;
    std::vector<Way> ways_;
    std::vector<Charger> chargers_;  ///< by ConnectorId
    std::vector<DrawKey> outage_keys_;
    Connection limits_;                 ///< what chargers themselves know
    Earliest toggles_;                  ///< by ConnectorId: when the next outage begins, or the present one ends
    Earliest steps_;                    ///< by ConnectorId: when the charger goes on
    std::vector<ConnectorId> waiting_;  ///< for their controllers, after an outage
    std::vector<ConnectorId> stopped_;
    ActuationNumbers numbers_;
    double outage_ms_ = 0.0;
    std::size_t governed_ = 0, ignoring_ = 0;
};

}  // namespace evsweep
