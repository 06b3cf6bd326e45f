/// The `evms` equations read word by word, kept to reproduce the published energy; not a controller to recommend.
#pragma once

#include <cstdint>
#include <vector>

#include "controllers/evms/view.hpp"
#include "evsweep/ranking.hpp"

namespace evsweep {

/// Source: Vashisth et al. (preprint, 2025), eqs. (16)-(18): every vehicle returns power from plug-in down to the reserve,
/// whatever the demand; from `legs_from` on it charges one leg of (target - state of charge at plug-in), earliest
/// latest start first, once the whole leg fits under the cap with the base forecast and the legs admitted before.
/// What was returned is never refilled.
///
/// A leg is n whole periods at full power and one more at the power that completes its energy, so that it ends on the
/// decision grid; that last power is left out where the charger has no such step. A battery that tapers on the way draws
/// less than its leg's power, and its leg has as many periods as its energy then takes.
class LiteralRule {
   public:
    LiteralRule(const EvmsParams& params, std::size_t connectors);

    void decide(const EvmsView& seen, Setpoints& setpoints);
    /// How many legs were started at their latest start though they did not fit.
    [[nodiscard]] std::size_t overrides() const { return overrides_; }

   private:
    enum class State : std::uint8_t { away, returning, waiting, charging, done };
    struct Leg {
        double energy_kwh = 0.0;  ///< at the grid side
        double full_kw = 0.0;
        double last_kw = 0.0;           ///< setpoint of the period that completes the energy; 0: none
        std::int64_t first_period = 0;  ///< once admitted
        std::int64_t full_periods = 0;
        [[nodiscard]] std::int64_t end() const { return first_period + full_periods + (last_kw > 0.0 ? 1 : 0); }
        [[nodiscard]] double power_kw(std::int64_t period) const;
    };

    void arrive(const EvmsView& seen, Setpoints& setpoints, ConnectorId c);
    void wait(const EvmsView& seen, ConnectorId c);
    void leave(const EvmsView& seen, ConnectorId c);
    void follow_legs(const EvmsView& seen, Setpoints& setpoints);
    void admit(const EvmsView& seen, Setpoints& setpoints);
    void start(ConnectorId c, const Leg& leg);
    [[nodiscard]] Leg planned_from(const EvmsView& seen, ConnectorId c) const;
    [[nodiscard]] Leg tapering(const EvmsView& seen, ConnectorId c, Leg leg) const;
    [[nodiscard]] bool fits(const EvmsView& seen, const Leg& leg) const;
    void book(const Leg& leg, std::int64_t from, double sign);

    EvmsParams params_;
    std::vector<State> state_;           ///< by connector
    std::vector<Leg> leg_;               ///< by connector
    Ranking waiting_;                    ///< by earliest latest start (key: minus hours)
    std::vector<ConnectorId> charging_;  ///< in the order of starting
    std::vector<double> booked_kw_;      ///< admitted legs by period, from the scenario's start
    std::size_t overrides_ = 0;
};

}  // namespace evsweep
