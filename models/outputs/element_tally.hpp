/// Extremes, and steps beyond limits, of every supply voltage and every rated conductor, gathered while a replica runs.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "evsweep/output.hpp"
#include "outputs/snapshot_values.hpp"

namespace evsweep::element {

/// What is counted as beyond a limit, by the same comparisons as the KPIs make of the worst element.
struct ElementLimits {
    VoltageBands bands;
    double voltage_tolerance_pu = 0.0;
    double highest_loading_pct = 100.0;  ///< with the tolerance
};

/// Columns by FeederSite::supply. Every load flow passes through them, so the loop has neither branches nor indices and compilers
/// make vector code of it; steps are counted in doubles, for vectors of one width.
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
        const VoltageBands& bands = limits_.bands;
        if (const auto& common = bands.common())
            see_within(supply_pu, [band = *common](std::size_t) { return band; });
        else
            see_within(supply_pu, [&bands](std::size_t i) { return bands.of(i); });
    }
    [[nodiscard]] const std::vector<double>& lowest_pu() const { return lowest_; }
    [[nodiscard]] const std::vector<double>& highest_pu() const { return highest_; }
    [[nodiscard]] const std::vector<double>& steps_below() const { return below_; }
    [[nodiscard]] const std::vector<double>& steps_above() const { return above_; }

   private:
    template <class BandOf>
    void see_within(std::span<const double> supply_pu, const BandOf& band_of) {
        const double tolerance_pu = limits_.voltage_tolerance_pu;
        const double* const pu = supply_pu.data();
        double* const lowest = lowest_.data();
        double* const highest = highest_.data();
        double* const below = below_.data();
        double* const above = above_.data();
        for (std::size_t i = 0, n = lowest_.size(); i < n; ++i) {
            const double v = pu[i];
            const VoltageBand band = band_of(i);
            lowest[i] = v < lowest[i] ? v : lowest[i];
            highest[i] = v > highest[i] ? v : highest[i];
            below[i] += band.min_pu - v > tolerance_pu ? 1.0 : 0.0;
            above[i] += v - band.max_pu > tolerance_pu ? 1.0 : 0.0;
        }
    }

    const ElementLimits& limits_;
    std::vector<double> lowest_, highest_, below_, above_;
};

/// Columns by ConductorId; of conductors without a rating the loading is 0 throughout, and nobody asks for it.
class LoadingColumns {
   public:
    LoadingColumns(std::span<const double> rating_a, double limit_pct)
        : limit_pct_(limit_pct), highest_(rating_a.size(), 0.0), over_(rating_a.size(), 0.0) {
        for (const double rating : rating_a) pct_per_ampere_.push_back(100.0 / rating);
    }
    void see(std::span<const double> current_a) {
        const double limit = limit_pct_;
        const double* const amperes = current_a.data();
        const double* const pct = pct_per_ampere_.data();
        double* const highest = highest_.data();
        double* const over = over_.data();
        for (std::size_t i = 0, n = highest_.size(); i < n; ++i) {
            const double loading = amperes[i] * pct[i];
            highest[i] = loading > highest[i] ? loading : highest[i];
            over[i] += loading > limit ? 1.0 : 0.0;
        }
    }
    [[nodiscard]] double highest_pct(ConductorId c) const { return highest_[c.index()]; }
    [[nodiscard]] double steps_over(ConductorId c) const { return over_[c.index()]; }

   private:
    double limit_pct_;
    std::vector<double> pct_per_ampere_, highest_, over_;
};

}  // namespace evsweep::element
