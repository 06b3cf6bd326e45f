/// Extremes, and steps beyond limits, of every supply voltage and every rated conductor, gathered while a replica runs.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <experimental/simd>
#include <span>
#include <vector>

#include "evsweep/output.hpp"
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

/// Neighbours in a column. They are spelled out because a compiler may not reorder the comparisons of doubles by itself, and
/// would otherwise go one by one through a loop that looks for the extremes of a column and of its elements.
using Pack = std::experimental::native_simd<double>;

[[nodiscard]] inline Pack pack_at(const double* from) { return Pack(from, std::experimental::element_aligned); }
inline void keep_lower(double* lowest, const Pack& now) {
    min(now, pack_at(lowest)).copy_to(lowest, std::experimental::element_aligned);
}
inline void keep_higher(double* highest, const Pack& now) {
    max(now, pack_at(highest)).copy_to(highest, std::experimental::element_aligned);
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
        const VoltageRange all = widen(supply_pu.data());
        const double tolerance_pu = limits_.voltage_tolerance_pu;
        const bool may_be_below = limits_.narrowest.min_pu - all.min_pu > tolerance_pu;
        const bool may_be_above = all.max_pu - limits_.narrowest.max_pu > tolerance_pu;
        if (!may_be_below && !may_be_above) return;
        const VoltageBands& bands = limits_.bands;
        if (const auto& common = bands.common())
            count(supply_pu.data(), [band = *common](std::size_t) { return band; });
        else
            count(supply_pu.data(), [&bands](std::size_t i) { return bands.of(i); });
    }
    [[nodiscard]] const std::vector<double>& lowest_pu() const { return lowest_; }
    [[nodiscard]] const std::vector<double>& highest_pu() const { return highest_; }
    [[nodiscard]] const std::vector<double>& steps_below() const { return below_; }
    [[nodiscard]] const std::vector<double>& steps_above() const { return above_; }

   private:
    /// The extremes of every supply; returns the range of all of them now.
    VoltageRange widen(const double* pu) {
        constexpr std::size_t width = Pack::size();
        double* const lowest = lowest_.data();
        double* const highest = highest_.data();
        Pack least(HUGE_VAL), most(-HUGE_VAL);
        std::size_t i = 0;
        const std::size_t n = lowest_.size();
        for (; i + 2 * width <= n; i += 2 * width) {
            const Pack a = pack_at(pu + i), b = pack_at(pu + i + width);
            keep_lower(lowest + i, a);
            keep_lower(lowest + i + width, b);
            keep_higher(highest + i, a);
            keep_higher(highest + i + width, b);
            least = min(min(a, b), least);
            most = max(max(a, b), most);
        }
        VoltageRange all{hmin(least), hmax(most)};
        for (; i < n; ++i) {
            lowest[i] = std::min(lowest[i], pu[i]);
            highest[i] = std::max(highest[i], pu[i]);
            all = enclosing(all, {pu[i], pu[i]});
        }
        return all;
    }

    template <class BandOf>
    void count(const double* pu, const BandOf& band_of) {
        const double tolerance_pu = limits_.voltage_tolerance_pu;
        double* const below = below_.data();
        double* const above = above_.data();
        for (std::size_t i = 0, n = below_.size(); i < n; ++i) {
            const VoltageBand band = band_of(i);
            below[i] += band.min_pu - pu[i] > tolerance_pu ? 1.0 : 0.0;
            above[i] += pu[i] - band.max_pu > tolerance_pu ? 1.0 : 0.0;
        }
    }

    const ElementLimits& limits_;
    std::vector<double> lowest_, highest_, below_, above_;
};

/// Columns by ConductorId, likewise; of conductors without a rating the loading is 0 throughout, and nobody asks for it.
class LoadingColumns {
   public:
    /// `limits` outlives it.
    explicit LoadingColumns(const ElementLimits& limits)
        : limits_(limits), highest_(limits.pct_per_ampere.size(), 0.0), over_(limits.pct_per_ampere.size(), 0.0) {}

    void see(std::span<const double> current_a) {
        if (raise(current_a.data()) > limits_.highest_loading_pct) count(current_a.data());
    }
    [[nodiscard]] double highest_pct(ConductorId c) const { return highest_[c.index()]; }
    [[nodiscard]] double steps_over(ConductorId c) const { return over_[c.index()]; }

   private:
    /// The highest loading of every conductor; returns that of all of them now.
    double raise(const double* amperes) {
        constexpr std::size_t width = Pack::size();
        const double* const pct = limits_.pct_per_ampere.data();
        double* const highest = highest_.data();
        Pack most(0.0);
        std::size_t i = 0;
        const std::size_t n = highest_.size();
        for (; i + 2 * width <= n; i += 2 * width) {
            const Pack a = pack_at(amperes + i) * pack_at(pct + i);
            const Pack b = pack_at(amperes + i + width) * pack_at(pct + i + width);
            keep_higher(highest + i, a);
            keep_higher(highest + i + width, b);
            most = max(max(a, b), most);
        }
        double all = hmax(most);
        for (; i < n; ++i) {
            highest[i] = std::max(highest[i], amperes[i] * pct[i]);
            all = std::max(all, amperes[i] * pct[i]);
        }
        return all;
    }
    void count(const double* amperes) {
        const double limit = limits_.highest_loading_pct;
        const double* const pct = limits_.pct_per_ampere.data();
        double* const over = over_.data();
        for (std::size_t i = 0, n = over_.size(); i < n; ++i) over[i] += amperes[i] * pct[i] > limit ? 1.0 : 0.0;
    }

    const ElementLimits& limits_;
    std::vector<double> highest_, over_;
};

}  // namespace evsweep::element
