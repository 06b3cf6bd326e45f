/// Generators of one replica, e.g. photovoltaics: what each could feed in, what it does, and an exact energy account.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "evsweep/population.hpp"
#include "sim/fleet/charging_state.hpp"

namespace evsweep {

/// Energies of all generators since the start, both >= 0.
struct GeneratorEnergy {
    double generated_kwh = 0.0;
    double curtailed_kwh = 0.0;  ///< that could have been fed in besides
};

/// A generator feeds in what its series says is available, and no more than its limit: p = max(limit, -available), with p and the
/// limit <= 0. Between events powers are constant, so that energies are exact. Columns by ConnectorId are those of the charging
/// state, which shows powers of all connection points.
class GeneratorState {
   public:
    /// Both outlive it. Nothing is available before the first control step begins, and no generator is limited.
    GeneratorState(const Population& population, ChargingState& points);

    /// Connectors that are generators, ascending.
    [[nodiscard]] std::span<const ConnectorId> members() const { return members_; }
    /// Whether what is available differs from the control step before; true for step 0 where there are generators.
    [[nodiscard]] bool changes_at(std::size_t step) const;
    /// From `now` on what the series say of this control step is available.
    void begin_step(std::size_t step, Instant now);
    /// From `now` on a generator feeds in `limit_kw` (<= 0) at the most, and draws `q_kvar`; the caller has validated both.
    void limit(ConnectorId c, double limit_kw, double q_kvar, Instant now);

    [[nodiscard]] double generated_kw() const { return powers().generated_kw; }
    [[nodiscard]] double curtailed_kw() const { return powers().curtailed_kw; }
    /// By ConnectorId; 0 at charging points.
    [[nodiscard]] std::span<const double> available_kw() const { return available_kw_; }
    /// Until `now`, which may not lie before the last event.
    [[nodiscard]] GeneratorEnergy energy(Instant now) const;
    /// Adds what each generator has drawn since the start (feeding in is negative), and the reactive energy that it has drawn.
    void add_net_kwh(Instant now, std::span<double> by_connector) const;
    void add_net_kvarh(Instant now, std::span<double> by_connector) const;

   private:
    /// Energies of one generator up to its last event.
    struct Account {
        Instant since{};
        double kwh = 0.0;  ///< drawn, <= 0
        double kvarh = 0.0;
    };
    struct Powers {
        double generated_kw = 0.0;
        double curtailed_kw = 0.0;
    };
    void accrue(Instant now);
    void show(std::size_t member, double q_kvar, Instant now);
    [[nodiscard]] double available_at(std::size_t member, std::size_t step) const;
    [[nodiscard]] const Powers& powers() const;

    const Population& population_;
    ChargingState& points_;
    std::vector<ConnectorId> members_;
    std::vector<double> limit_kw_;      ///< by member
    std::vector<double> available_kw_;  ///< by ConnectorId
    std::vector<Account> accounts_;     ///< by member
    Instant since_{};                   ///< the last event of any
    CompensatedSum generated_kwh_, curtailed_kwh_;
    mutable Powers powers_;  ///< summed afresh when first asked for after a change, so that nothing drifts
    mutable bool powers_are_stale_ = false;
};

}  // namespace evsweep
