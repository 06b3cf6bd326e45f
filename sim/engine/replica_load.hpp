/// The base load of one replica: what the profiles say, times what was drawn for the replica.
#pragma once

#include <cstddef>

#include "evsweep/population.hpp"
#include "sim/engine/base_demand.hpp"

namespace evsweep {

/// Two references: copy it freely; what it refers to outlives it.
class ReplicaLoad {
   public:
    /// The load of the profiles.
    ReplicaLoad(const BaseDemand& profiles) : profiles_(&profiles) {}  // NOLINT(google-explicit-constructor): it is a load
    /// `step` is the control step. Without factors it is the load of the profiles.
    ReplicaLoad(const BaseDemand& profiles, const LoadFactors& factors, Duration step)
        : profiles_(&profiles), factors_(factors.vary() ? &factors : nullptr), step_(step) {}

    /// Whether it is not that of the profiles.
    [[nodiscard]] bool is_drawn() const { return factors_ != nullptr; }
    /// Whether any load differs from the step before; true for step 0.
    [[nodiscard]] bool changes_at(std::size_t step) const { return profiles_->changes_at(step) || factors_change_at(step); }
    /// Power of a load (Feeder::loads) during `step` over its nominal power.
    [[nodiscard]] double scale(std::size_t step, std::size_t load) const {
        return factors_ ? profiles_->scale(step, load) * factor(step, load) : profiles_->scale(step, load);
    }
    /// Likewise of its reactive power.
    [[nodiscard]] double q_scale(std::size_t step, std::size_t load) const {
        return factors_ ? profiles_->q_scale(step, load) * factor(step, load) : profiles_->q_scale(step, load);
    }
    /// Total nominal-voltage demand during `step`, kW. `feeder` is that of the profiles.
    [[nodiscard]] double demand_kw(const Feeder& feeder, std::size_t step) const;

   private:
    [[nodiscard]] Instant begin_of(std::size_t step) const { return Instant(step_ * static_cast<std::int64_t>(step)); }
    [[nodiscard]] double factor(std::size_t step, std::size_t load) const { return factors_->at(begin_of(step))[load]; }
    [[nodiscard]] bool factors_change_at(std::size_t step) const;

    const BaseDemand* profiles_;
    const LoadFactors* factors_ = nullptr;
    Duration step_{};
};

}  // namespace evsweep
