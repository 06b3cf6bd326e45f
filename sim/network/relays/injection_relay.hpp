/// The relays that move the power of a load or generator with the voltage: a third kind beside those of taps and capacitors.
///
/// A relay looks at a reading and plans an action; `act` changes what it wants; `wanted` returns the power that it gives of what
/// there is, and is a function of its state alone, so that active power may change (a profile, a cloud) between two actions.
/// Powers are those given to the network, at rated voltage: the negative of what the load's row draws.
#pragma once

#include <optional>
#include <span>
#include <variant>

#include "evsweep/feeder_description.hpp"
#include "evsweep/time.hpp"
#include "sim/network/relays/injection_reading.hpp"
#include "sim/network/relays/inverter_relay.hpp"

namespace evsweep {

/// Holds a voltage by reactive power. What it gives is found for all holding relays together, see `hold_voltages`.
class HoldRelay {
   public:
    HoldRelay(const InjectionControlRow& row, InjectionPower initial);

    void look(const InjectionReading& seen, Instant now);
    /// Takes a reading, and plans nothing.
    void see(const InjectionReading& seen);
    [[nodiscard]] std::optional<Instant> due() const { return act_at_; }
    void drop_plans() { act_at_.reset(); }
    [[nodiscard]] InjectionPower wanted(const InjectionPower& available) const { return {available.p_kw, q_kvar_}; }

    enum class State { free, at_minimum, at_maximum };
    [[nodiscard]] State state() const;
    [[nodiscard]] const HoldVoltage& law() const { return law_; }
    /// How far the last reading is from what the relay wants: the voltage from the set one, or, at a limit, by how much it calls
    /// for leaving it. 0 is content.
    [[nodiscard]] double residual_pu() const;
    /// The voltage last seen.
    [[nodiscard]] double seen_pu() const { return seen_pu_; }
    [[nodiscard]] double q_kvar() const { return q_kvar_; }
    /// Gives this from now on; between the limits.
    void give(double q_kvar) { q_kvar_ = q_kvar; }

   private:
    HoldVoltage law_;
    OfSeveral voltage_;
    Duration delay_;
    double q_kvar_;
    double seen_pu_ = 0.0;
    std::optional<Instant> act_at_;
};

using InjectionRelay = std::variant<HoldRelay, InverterRelay>;

/// The relay of a row; `initial` is what its load gives in the file.
[[nodiscard]] InjectionRelay make_injection_relay(const InjectionControlRow& row, InjectionPower initial);

}  // namespace evsweep
