/// What several outputs read from a snapshot, so that a word such as "demand" means the same in all of them.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "evsweep/output.hpp"
#include "evsweep/stationary.hpp"

namespace evsweep {

/// What `unsolved` of a mark is, 0 or 1 in a replica: the other values of the mark are over the replicas in which it is 0.
inline constexpr const char* unsolved_meaning = "share of the replicas without a load-flow solution at the mark";

inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// The right to read a signal of the simulator, by its constant: SubscriptionTo<signals::power>.
template <const auto& signal>
using SubscriptionTo = decltype(std::declval<OutputExchange&>().subscribe(signal));

/// Base load and vehicles, without losses. Only where the snapshot is solved.
[[nodiscard]] inline double demand_kw(double load_kw, double charging_kw, double discharging_kw) {
    return load_kw + charging_kw - discharging_kw;
}

struct VoltageRange {
    double min_pu = std::numeric_limits<double>::infinity();
    double max_pu = -std::numeric_limits<double>::infinity();
};

[[nodiscard]] inline VoltageRange enclosing(const VoltageRange& a, const VoltageRange& b) {
    return {std::min(a.min_pu, b.min_pu), std::max(a.max_pu, b.max_pu)};
}

/// Lowest and highest of `voltage_pu`. Eight running extremes instead of one, because a compiler may not reorder the
/// comparisons of doubles by itself and would otherwise walk through thousands of buses one by one.
[[nodiscard]] inline VoltageRange range_of(std::span<const double> voltage_pu) {
    constexpr std::size_t lanes = 8;
    std::array<double, lanes> low{};
    std::array<double, lanes> high{};
    low.fill(VoltageRange{}.min_pu);
    high.fill(VoltageRange{}.max_pu);
    const std::size_t whole = voltage_pu.size() - voltage_pu.size() % lanes;
    for (std::size_t i = 0; i < whole; i += lanes) {
        for (std::size_t j = 0; j < lanes; ++j) {
            const double v = voltage_pu[i + j];
            low[j] = v < low[j] ? v : low[j];
            high[j] = v > high[j] ? v : high[j];
        }
    }
    for (std::size_t i = whole; i < voltage_pu.size(); ++i) {
        low[0] = std::min(low[0], voltage_pu[i]);
        high[0] = std::max(high[0], voltage_pu[i]);
    }
    return {*std::min_element(low.begin(), low.end()), *std::max_element(high.begin(), high.end())};
}

/// The conductors whose loading is known, with one over the rating of the branch that feeds them there.
class RatedConductors {
   public:
    explicit RatedConductors(const FeederSite& feeder) {
        for (std::size_t c = 0; c < feeder.rating_a.size(); ++c)
            if (std::isfinite(feeder.rating_a[c])) add(feeder, c);
    }
    [[nodiscard]] std::size_t size() const { return rated_.size(); }
    [[nodiscard]] bool empty() const { return rated_.empty(); }
    /// The k-th rated conductor.
    [[nodiscard]] ConductorId conductor(std::size_t k) const { return ConductorId(rated_[k].first); }
    /// Whether it is rated by the transformer (or regulator) that feeds its bus.
    [[nodiscard]] bool is_transformer(std::size_t k) const { return is_transformer_[k] != 0; }
    [[nodiscard]] bool has_lines() const { return std::count(is_transformer_.begin(), is_transformer_.end(), 0) > 0; }
    [[nodiscard]] bool has_transformers() const { return std::count(is_transformer_.begin(), is_transformer_.end(), 1) > 0; }
    /// Its loading in percent of its rating, of signals::conductor_current.
    [[nodiscard]] double loading_pct(std::span<const double> current_a, std::size_t k) const {
        return current_a[rated_[k].first] * rated_[k].second;
    }
    /// What it carries beyond its rating at this loading, at nominal voltage.
    [[nodiscard]] double excess_kva(double loading_pct, std::size_t k) const {
        return std::max(0.0, loading_pct - 100.0) * kva_per_pct_[k];
    }

   private:
    void add(const FeederSite& feeder, std::size_t c) {
        const double phases = feeder.conductor[c] == Conductor::balanced ? std::sqrt(3.0) : 1.0;
        rated_.emplace_back(c, 100.0 / feeder.rating_a[c]);
        is_transformer_.push_back(feeder.is_behind_transformer(ConductorId(c)) ? 1 : 0);
        kva_per_pct_.push_back(phases * feeder.base_v[c] * feeder.rating_a[c] / 100.0 / 1000.0);
    }

    std::vector<std::pair<std::size_t, double>> rated_;
    std::vector<std::uint8_t> is_transformer_;
    std::vector<double> kva_per_pct_;
};

/// The mean state of charge of all connectors that have a vehicle's session, whether the vehicle is there or not: so it moves by
/// charging and discharging and not by who has come or gone. What never leaves is no vehicle.
class FleetSoc {
   public:
    explicit FleetSoc(const Population& population) {
        std::vector<bool> used(population.connectors.size(), false);
        for (const Session& session : population.sessions)
            if (!never_leaves(session)) used[session.connector.index()] = true;
        for (std::size_t c = 0; c < used.size(); ++c)
            if (used[c]) connectors_.push_back(c);
    }
    /// Of signals::state_of_charge; NaN where there is no session at all.
    [[nodiscard]] double mean(std::span<const double> soc) const {
        if (connectors_.empty()) return not_a_number;
        double sum = 0.0;
        for (const std::size_t c : connectors_) sum += soc[c];
        return sum / static_cast<double>(connectors_.size());
    }

   private:
    std::vector<std::size_t> connectors_;
};

}  // namespace evsweep
