/// The `evms` rule on net demand: vehicles return power in the base peak and refill under a cap, by least laxity.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "controllers/evms/view.hpp"
#include "evsweep/ranking.hpp"

namespace evsweep {

/// Source: Vashisth et al., "Enhancement in Grid Performance Using Coordinated V2G Approach with Residential EV
/// Charging Demand" (preprint, 2025), in the reading that meets its published peak.
///
/// With P_D the base demand and `net` = P_D + own setpoints, each decision
///   1. decides whether it is the peak: on when P_D > P_set, off when P_D < P_set - release;
///   2. charges what can wait no longer (laxity <= override_laxity), whatever the cap says;
///   3. pauses charging, largest laxity first, while net > cap and that laxity > pause_laxity;
///   4. in the peak starts V2G, largest (soc - reserve) * C first, while net > P_set;
///   5. releases V2G, last started first, while that leaves net <= P_set - rating (peak over: <= P_set);
///   6. outside the peak and in the daily window starts charging, least laxity first, while net + rating <= cap.
class NetDemandRule {
   public:
    NetDemandRule(const EvmsParams& params, std::size_t connectors);

    void decide(const EvmsView& seen, Setpoints& setpoints);
    /// How many charging starts broke the cap, the peak or the window.
    [[nodiscard]] std::size_t overrides() const { return overrides_; }

   private:
    enum class State : std::uint8_t { away, resting, charging, returning };
    /// One decision: what is seen, what is set, and the demand that results so far (kW).
    struct Step {
        const EvmsView& seen;
        Setpoints& setpoints;
        double net_kw;
    };

    void take_note(Step& step);
    void leave_lists(ConnectorId c);
    void rest(Step& step, ConnectorId c);
    void start_charging(Step& step, ConnectorId c);
    void start_returning(Step& step, ConnectorId c, double power_kw);

    void charge_the_critical(Step& step);
    void override_with(Step& step, ConnectorId c);
    void pause_above_cap(Step& step);
    void return_in_peak(Step& step);
    void release_beyond_need(Step& step);
    void admit_below_cap(Step& step);

    [[nodiscard]] double net_demand_kw(const EvmsView& seen, const Setpoints& setpoints) const;
    [[nodiscard]] bool admits(const EvmsView& seen) const;
    [[nodiscard]] bool can_spare_a_period(const EvmsView& seen, ConnectorId c) const;
    [[nodiscard]] std::optional<ConnectorId> most_patient_charging(const EvmsView& seen) const;
    [[nodiscard]] std::optional<ConnectorId> next_to_return(const EvmsView& seen);

    EvmsParams params_;
    bool peak_ = false;
    std::vector<State> state_;            ///< by connector
    Ranking waiting_;                     ///< resting and below target, by earliest latest start (key: minus hours)
    Ranking ready_;                       ///< resting and above the reserve, by energy above it (key: kWh)
    std::vector<ConnectorId> charging_;   ///< in the order of starting
    std::vector<ConnectorId> returning_;  ///< in the order of starting
    std::size_t overrides_ = 0;
};

}  // namespace evsweep
