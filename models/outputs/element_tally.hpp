/// Extremes, and steps beyond limits, of every supply voltage and every rated conductor, gathered while a replica runs.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "evsweep/output.hpp"
#include "outputs/column_extremes.hpp"
#include "outputs/snapshot_values.hpp"

namespace evsweep::element {

/// What is counted as beyond a limit, by the same comparisons as the KPIs make of the worst element.
struct ElementLimits {
    VoltageBands bands;
    VoltageBand narrowest;  ///< no supply that is held to a band is outside its own while all are inside this one
    double voltage_tolerance_pu = 0.0;
    double highest_loading_pct = 100.0;       ///< with the tolerance
    std::vector<double> pct_per_ampere = {};  ///< by ConductorId; 0 where there is no rating
};

/// The band within all bands that supplies are held to.
[[nodiscard]] inline VoltageBand narrowest_of(const VoltageBands& bands, const FeederSite& feeder) {
    VoltageBand narrowest{-HUGE_VAL, HUGE_VAL};
    for (std::size_t i = 0; i < feeder.supply.size(); ++i) {
        if (!FeederSite::is_held_to_band(feeder.supply[i])) continue;
        narrowest.min_pu = std::max(narrowest.min_pu, bands.of(i).min_pu);
        narrowest.max_pu = std::min(narrowest.max_pu, bands.of(i).max_pu);
    }
    return narrowest;
}

/// Columns by FeederSite::supply. Every load flow passes through the extremes, so they are gathered without branches or indices;
/// the counts are looked at only where a voltage may be beyond a limit, so that they need not stay in the cache.
class VoltageColumns {
   public:
    /// `limits` outlives it.
    VoltageColumns(std::size_t supplies, const ElementLimits& limits)
        : limits_(limits),
          lowest_(supplies, HUGE_VAL),
          highest_(supplies, -HUGE_VAL),
          below_(supplies, 0.0),
          above_(supplies, 0.0) {}

    void see(std::span<const double> supply_pu) {
        VoltageRange all;
        loops_.keep_range(supply_pu.data(), lowest_.size(), lowest_.data(), highest_.data(), all.min_pu, all.max_pu);
        const double tolerance_pu = limits_.voltage_tolerance_pu;
        if (limits_.narrowest.min_pu - all.min_pu > tolerance_pu) count_below(supply_pu.data());
        if (all.max_pu - limits_.narrowest.max_pu > tolerance_pu) count_above(supply_pu.data());
    }
    [[nodiscard]] const std::vector<double>& lowest_pu() const { return lowest_; }
    [[nodiscard]] const std::vector<double>& highest_pu() const { return highest_; }
    [[nodiscard]] const std::vector<double>& steps_below() const { return below_; }
    [[nodiscard]] const std::vector<double>& steps_above() const { return above_; }

   private:
    void count_below(const double* pu) {
        count(below_, [tolerance_pu = limits_.voltage_tolerance_pu, pu](std::size_t i, const VoltageBand& band) {
            return band.min_pu - pu[i] > tolerance_pu;
        });
    }
    void count_above(const double* pu) {
        count(above_, [tolerance_pu = limits_.voltage_tolerance_pu, pu](std::size_t i, const VoltageBand& band) {
            return pu[i] - band.max_pu > tolerance_pu;
        });
    }
    /// One more step for each supply that is beyond the band that holds there.
    template <class IsBeyond>
    void count(std::vector<double>& steps, const IsBeyond& is_beyond) {
        const VoltageBands& bands = limits_.bands;
        double* const counted = steps.data();
        const std::size_t n = steps.size();
        if (const auto& common = bands.common()) {
            const VoltageBand band = *common;
            for (std::size_t i = 0; i < n; ++i) counted[i] += is_beyond(i, band) ? 1.0 : 0.0;
        } else {
            for (std::size_t i = 0; i < n; ++i) counted[i] += is_beyond(i, bands.of(i)) ? 1.0 : 0.0;
        }
    }

    const ElementLimits& limits_;
    const ColumnLoops& loops_ = column_loops();
    std::vector<double> lowest_, highest_, below_, above_;
};

/// Columns by ConductorId, likewise; of conductors without a rating the loading is 0 throughout, and nobody asks for it.
class LoadingColumns {
   public:
    /// `limits` outlives it.
    explicit LoadingColumns(const ElementLimits& limits)
        : limits_(limits), highest_(limits.pct_per_ampere.size(), 0.0), over_(limits.pct_per_ampere.size(), 0.0) {}

    void see(std::span<const double> current_a) {
        const double highest =
            loops_.keep_highest(current_a.data(), limits_.pct_per_ampere.data(), highest_.size(), highest_.data());
        if (highest > limits_.highest_loading_pct) count(current_a.data());
    }
    [[nodiscard]] double highest_pct(ConductorId c) const { return highest_[c.index()]; }
    [[nodiscard]] double steps_over(ConductorId c) const { return over_[c.index()]; }

   private:
    void count(const double* amperes) {
        const double limit = limits_.highest_loading_pct;
        const double* const pct = limits_.pct_per_ampere.data();
        double* const over = over_.data();
        for (std::size_t i = 0, n = over_.size(); i < n; ++i) over[i] += amperes[i] * pct[i] > limit ? 1.0 : 0.0;
    }

    const ElementLimits& limits_;
    const ColumnLoops& loops_ = column_loops();
    std::vector<double> highest_, over_;
};

}  // namespace evsweep::element
