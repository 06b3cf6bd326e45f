/// The relays that move taps, switch capacitors and control injections: small state machines that know a reading and a clock, and
/// no load flow. (Those of injections are in injection_relay.hpp.)
///
/// A relay looks at readings, and plans an action for an instant; at that instant it acts. Between the two it may look again
/// as often as it likes: the plan follows what is seen, and is dropped when the voltage comes back by itself. How far a
/// regulator moves at a time is a matter of its pace:
///   settling   to find the taps of a snapshot: a share of what is missing, rounded down, at least one step and at most
///              `max_steps`. Seven tenths is the way of OpenDSS's static control mode, and finds the same taps.
///   real_time  what machines do: one step, and the next after `tap_delay` as long as it is called for
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "evsweep/feeder_description.hpp"
#include "evsweep/time.hpp"
#include "sim/network/relays/hold_voltages.hpp"
#include "sim/network/relays/injection_relay.hpp"

namespace evsweep {

struct Pace {
    double share = 0.0;  ///< of the missing steps that are moved at a time; 0: real time
    [[nodiscard]] static constexpr Pace settling(double share = 0.7) { return {share}; }
    [[nodiscard]] static constexpr Pace real_time() { return {}; }
};

/// What the relay of a regulator sees.
struct RegulatorReading {
    std::complex<double> voltage_v{};  ///< across the coil that is seen, or at the bus that is watched instead
    std::complex<double> current_a{};  ///< out of the winding into the feeder, in the conductor at the coil's begin
    double forward_kw = 0.0;           ///< of all coils of the winding, out into the feeder
    double local_v = 0.0;              ///< magnitude across the coil itself, for the limit
    double tap = 1.0;
};

/// A move of taps: how many steps (0: none), and where they are afterwards.
struct TapMove {
    int steps = 0;
    double tap = 1.0;
};

/// One tap up or down as a factor of the rated voltage; 0 where the range has no steps.
[[nodiscard]] double tap_step(const TapRange& range);
/// Steps above (or, negative, below) the middle of the range; the nearest whole number.
[[nodiscard]] int tap_position(const TapRange& range, double tap);

/// Keeps the voltage at a coil (or, by line-drop compensation, at a place further on) within a band by moving taps.
class RegulatorRelay {
   public:
    /// `seen`: the winding that is seen. `tapped`: whose taps move; a winding that is another is on the other side, where a
    /// higher tap lowers the voltage that is seen.
    RegulatorRelay(const RegulatorRow& row, const WindingRow& seen, const WindingRow& tapped);
    RegulatorRelay(const RegulatorRow& row, const WindingRow& winding) : RegulatorRelay(row, winding, winding) {}

    /// Takes a reading, plans, replans or drops the next action.
    void look(const RegulatorReading& seen, Instant now);
    /// The next planned action.
    [[nodiscard]] std::optional<Instant> due() const;
    /// Does what is due at `at`.
    [[nodiscard]] TapMove act(Instant at, Pace pace);
    /// Forgets what it has planned; keeps the direction of power that it has found.
    void drop_plans();

    /// Volts on the relay's base that the last reading was away from the set point, after compensation.
    [[nodiscard]] double deviation_v() const { return deviation_v_; }
    [[nodiscard]] bool is_outside_band() const { return outside_; }
    [[nodiscard]] bool looks_backward() const { return backward_; }

   private:
    void follow_power(double forward_kw, Instant now);
    void aim_at_neutral(Instant now);
    void aim(double boost_v, Instant now);
    [[nodiscard]] double seen_v(const RegulatorReading& seen) const;
    [[nodiscard]] const RelaySetting& wanted() const { return backward_ ? row_.reverse : row_.forward; }
    [[nodiscard]] Duration delay(double off_v) const;
    [[nodiscard]] bool has_room(double change) const;
    [[nodiscard]] TapMove move(int steps);

    RegulatorRow row_;
    TapRange taps_;
    double rated_v_;
    double step_;
    bool is_across_;  ///< the taps are on another winding than the one that is seen

    double tap_ = 1.0;     ///< as last seen or moved
    double change_ = 0.0;  ///< wanted change of the tap factor, a whole number of steps
    double deviation_v_ = 0.0;
    bool outside_ = false;
    bool backward_ = false;  ///< power has flowed towards the source for long enough
    std::optional<Instant> tap_at_;
    std::optional<Instant> turn_at_;
};

/// What the relay of a capacitor sees.
struct CapacitorReading {
    double voltage_v = 0.0;            ///< of the watched conductor, or what the relay makes of several
    double current_a = 0.0;            ///< likewise
    std::complex<double> power_kva{};  ///< into the watched element, kW + j kvar
    TimeOfDay clock{};
    int steps_on = 0;
};

/// Switches a capacitor step by step.
class CapacitorRelay {
   public:
    /// `bank`: what is switched.
    CapacitorRelay(const CapacitorControlRow& row, const ShuntRow& bank);

    /// Settling goes the way of OpenDSS, in which a bank between its first and its last step keeps a plan that nothing calls for
    /// any longer, but for a plan of a voltage control.
    void look(const CapacitorReading& seen, Instant now, Pace pace = Pace::real_time());
    [[nodiscard]] std::optional<Instant> due() const { return switch_at_; }
    /// Steps to switch at `at`: +1, -1, or 0. In settling, only banks of one step have to discharge.
    [[nodiscard]] int act(Instant at, Pace pace = Pace::real_time());
    /// As last seen or switched.
    [[nodiscard]] int steps_on() const { return steps_on_; }
    void drop_plans();
    /// Forgets when the bank was last switched off.
    void count_as_discharged() { last_off_.reset(); }
    /// When its clock will next make it switch; only for the signal `time`.
    [[nodiscard]] std::optional<Instant> next_hour(const Calendar& calendar, Instant now) const;
    [[nodiscard]] bool is_calling() const { return wish_ != Wish::none; }

   private:
    enum class Wish : std::uint8_t { none, on, off };
    [[nodiscard]] Wish wish_of(const CapacitorReading& seen) const;
    [[nodiscard]] std::optional<Wish> override_of(const CapacitorReading& seen) const;
    [[nodiscard]] bool calls_for_on(const CapacitorReading& seen) const;
    [[nodiscard]] bool calls_for_off(const CapacitorReading& seen) const;
    [[nodiscard]] bool is_on_hour(TimeOfDay clock) const;
    [[nodiscard]] Duration delay(Instant now) const;

    CapacitorControlRow row_;
    int steps_;
    double kvar_;  ///< of all steps, positive
    int steps_on_ = 0;
    Wish wish_ = Wish::none;
    std::optional<Instant> switch_at_;
    std::optional<Instant> last_off_;
};

/// What all relays look at and move: a load flow, seen through a keyhole. Relays are numbered as in the file.
class ControlledNetwork {
   public:
    virtual ~ControlledNetwork() = default;
    /// Solves with the present taps and steps; false if there is no solution.
    virtual bool solve() = 0;
    [[nodiscard]] virtual RegulatorReading see_regulator(std::size_t regulator) const = 0;
    [[nodiscard]] virtual CapacitorReading see_capacitor(std::size_t control, Instant now) const = 0;
    virtual void set_tap(std::size_t regulator, double tap) = 0;
    virtual void set_steps(std::size_t control, int steps_on) = 0;
    [[nodiscard]] virtual InjectionReading see_injection(std::size_t control) const = 0;
    virtual void set_injection(std::size_t control, const InjectionPower& power) = 0;
    /// By how many pu the voltage of one control (which of those that it sees its row says) rises per kvar that another gives, at
    /// the present solution: row-major over `controls`. No numbers where that is not known.
    [[nodiscard]] virtual std::vector<double> voltage_slopes(std::span<const std::size_t> controls) const = 0;
};

/// One action of a relay.
struct DeviceMove {
    enum class What : std::uint8_t { tap, capacitor, injection };
    What what{};
    std::size_t relay = 0;  ///< among the regulators, the capacitor controls, or the injection controls
    int steps = 0;          ///< moved or switched, with sign; of an injection 0
    double state = 0.0;     ///< the tap, the steps that are on, or the kvar that are given to the network
};

/// All relays of one feeder in one replica.
class DeviceControl {
   public:
    void add(RegulatorRelay relay) { regulators_.push_back(std::move(relay)); }
    void add(CapacitorRelay relay) { capacitors_.push_back(std::move(relay)); }
    void add(InjectionRelay relay) { injections_.push_back(std::move(relay)); }

    [[nodiscard]] bool empty() const { return regulators_.empty() && capacitors_.empty() && injections_.empty(); }
    [[nodiscard]] const std::vector<RegulatorRelay>& regulators() const { return regulators_; }
    [[nodiscard]] const std::vector<CapacitorRelay>& capacitors() const { return capacitors_; }
    [[nodiscard]] const std::vector<InjectionRelay>& injections() const { return injections_; }

    /// What an injection gives of what is available.
    [[nodiscard]] InjectionPower wanted(std::size_t control, const InjectionPower& available) const;
    /// Injections give what their relays want of what is available now: at the start, and when that has changed.
    void put_injections(ControlledNetwork& network) const;

    /// Every relay takes a reading of the present solution.
    void look(const ControlledNetwork& network, Instant now, Pace pace = Pace::real_time());
    /// The next planned action of any relay.
    [[nodiscard]] std::optional<Instant> due() const;
    /// When the clock of any capacitor control will next make it switch.
    [[nodiscard]] std::optional<Instant> next_hour(const Calendar& calendar, Instant now) const;
    /// Injections that are due by `now` act, and nothing else; whether any of them moved.
    [[nodiscard]] bool act_injections_at_once(ControlledNetwork& network, Instant now);
    /// All relays that are due at `at` act: regulators, capacitors, then injections, in the order of the file. All have looked at
    /// one solution. Afterwards the network has to be solved; only relays that hold voltages have solved it in between.
    [[nodiscard]] std::vector<DeviceMove> act(ControlledNetwork& network, Instant at, Pace pace);
    void drop_plans();
    /// Banks may come back at once, whenever they were switched off.
    void count_as_discharged();
    /// Times that a snapshot has to be settled: inverters in OpenDSS's steps go on each time (see PartialSteps).
    [[nodiscard]] int solves() const;
    /// Load flows that relays which hold voltages have solved while acting.
    [[nodiscard]] int load_flows() const { return holding_.load_flows(); }

   private:
    void act_injections(ControlledNetwork& network, Instant at, Pace pace, std::vector<DeviceMove>& moves);

    std::vector<RegulatorRelay> regulators_;
    std::vector<CapacitorRelay> capacitors_;
    std::vector<InjectionRelay> injections_;
    HoldingGroup holding_;
};

/// `hunting`: relays still had plans after the last round. `unsolved`: a load flow had no solution.
enum class SettleStatus : std::uint8_t { settled, hunting, unsolved };

struct Settled {
    SettleStatus status = SettleStatus::settled;
    int rounds = 0;                       ///< looks of all relays, with the last that found them content
    int load_flows = 0;                   ///< one in each round, and those that holding voltages took
    int moves = 0;                        ///< actions of relays
    std::vector<std::size_t> regulators;  ///< that still had plans
    std::vector<std::size_t> capacitors;  ///< likewise
    std::vector<std::size_t> injections;  ///< likewise
};

struct SettleOptions {
    Instant now{};
    int max_rounds = 100;
    double share = 0.7;  ///< see Pace; 1: the whole way at once, to the step nearest to the set voltage
};

/// Settles a snapshot: in each round the network is solved, all relays look, and those whose action is nearest in time
/// act; the clock stands still, so delays decide about the order only. Where inverters say so, this is done several times. The
/// network is left with the last solution, and the relays without plans.
[[nodiscard]] Settled settle(DeviceControl& control, ControlledNetwork& network, const SettleOptions& options);

}  // namespace evsweep
