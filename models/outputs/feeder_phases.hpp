/// What outputs distinguish by phase: which voltages and conductors belong together, and how the axes of such values are named.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "evsweep/output.hpp"
#include "outputs/snapshot_values.hpp"

namespace evsweep {

[[nodiscard]] inline bool is_balanced(const FeederSite& feeder) {
    return feeder.conductor.empty() || feeder.conductor.front() == Conductor::balanced;
}

/// The dimension of values by conductor: the buses of a balanced feeder, else "bus.a".
[[nodiscard]] inline Coordinate conductor_axis(const FeederSite& feeder) {
    if (is_balanced(feeder)) return {.name = "bus", .long_name = "bus, parent before child", .labels = feeder.bus};
    Coordinate axis{.name = "conductor", .long_name = "conductor of a bus, parent before child"};
    for (std::size_t c = 0; c < feeder.conductor.size(); ++c) axis.labels.push_back(feeder.conductor_name(ConductorId(c)));
    return axis;
}

/// The branch that feeds a conductor, with the phase where there are several.
[[nodiscard]] inline std::string fed_by(const FeederSite& feeder, ConductorId c) {
    const std::string& branch = feeder.branch[feeder.bus_of_conductor[c.index()] - 1];
    return is_balanced(feeder) ? branch : branch + "." + std::string(name_of(feeder.conductor[c.index()]));
}

/// The dimension of voltages that loads see; the conductors where these are all to earth.
[[nodiscard]] inline Coordinate supply_axis(const FeederSite& feeder) {
    if (feeder.supplies_are_conductors()) return conductor_axis(feeder);
    Coordinate axis{.name = "supply", .long_name = "what loads see: conductor to neutral or earth, or phase to phase"};
    for (const SupplyVoltage& seen : feeder.supply) axis.labels.push_back(feeder.supply_name(seen));
    return axis;
}

/// The dimension of values by connector: their numbers.
[[nodiscard]] inline Coordinate connector_axis(std::size_t connectors) {
    Coordinate axis{.name = "connector", .unit = "1", .long_name = "number of the connector"};
    for (std::size_t c = 0; c < connectors; ++c) axis.values.push_back(static_cast<double>(c));
    return axis;
}

/// Phases and legs of a split phase, neutrals apart, that a feeder has.
class LivePhases {
   public:
    explicit LivePhases(const FeederSite& feeder) : phase_at_(feeder.conductor.size()) {
        using enum Conductor;
        for (const Conductor wire : {balanced, a, b, c, s1, s2}) {
            bool is_known = false;
            for (std::size_t i = 0; i < feeder.conductor.size(); ++i) {
                if (feeder.conductor[i] != wire) continue;
                phase_at_[i] = names_.size();
                is_known = true;
            }
            if (is_known) names_.emplace_back(name_of(wire));
        }
    }
    [[nodiscard]] std::size_t size() const { return names_.size(); }
    [[nodiscard]] const std::string& name(std::size_t k) const { return names_[k]; }
    /// Which phase a conductor belongs to; none for a neutral.
    [[nodiscard]] std::optional<std::size_t> phase_of(ConductorId c) const { return phase_at_[c.index()]; }

   private:
    std::vector<std::string> names_;
    std::vector<std::optional<std::size_t>> phase_at_;  ///< by conductor
};

/// The voltages that loads see (FeederSite::supply), grouped by the wires they are between: "a", "a-n", "a-b". Those of the
/// source are recorded, but its voltage is given, so they are not held to limits.
class SupplyGroups {
   public:
    explicit SupplyGroups(const FeederSite& feeder) : whole_(is_balanced(feeder)), group_at_(feeder.supply.size()) {
        for (const std::string& name : feeder.supply_kinds()) groups_.push_back({name, {}, 0});
        for (std::uint32_t i = 0; i < feeder.supply.size(); ++i) {
            const std::string wires = feeder.wires_of(feeder.supply[i]);
            const auto group = std::find_if(groups_.begin(), groups_.end(), [&](const Group& g) { return g.name == wires; });
            group->places.push_back(i);  // the source's come first
            if (!FeederSite::is_held_to_band(feeder.supply[i])) ++group->of_source;
            group_at_[i] = static_cast<std::size_t>(group - groups_.begin());
        }
    }

    [[nodiscard]] std::size_t size() const { return groups_.size(); }
    /// "a" (to earth), "a-n", "a-b".
    [[nodiscard]] const std::string& name(std::size_t k) const { return groups_[k].name; }
    [[nodiscard]] std::vector<std::string> names() const {
        std::vector<std::string> list;
        for (const Group& group : groups_) list.push_back(group.name);
        return list;
    }
    /// Which group a supply belongs to.
    [[nodiscard]] std::size_t group_of(std::size_t supply) const { return group_at_[supply]; }

    /// Lowest and highest voltage of group k that is held to limits: without the source. `supply_pu`: signals::supply_voltage,
    /// where there is a solution.
    [[nodiscard]] VoltageRange range_held(std::span<const double> supply_pu, std::size_t k) const {
        const Group& group = groups_[k];
        if (whole_) return range_of(supply_pu.subspan(group.of_source));
        VoltageRange range;
        for (std::size_t i = group.of_source; i < group.places.size(); ++i) widen(range, supply_pu[group.places[i]]);
        return range;
    }
    /// Calls `use` with every supply of group k that is held to limits.
    template <class Use>
    void for_each_held(std::size_t k, const Use& use) const {
        const Group& group = groups_[k];
        for (std::size_t i = group.of_source; i < group.places.size(); ++i) use(std::size_t{group.places[i]});
    }
    /// That range with the source's voltage: lowest and highest voltage of group k.
    [[nodiscard]] VoltageRange with_source(VoltageRange range, std::span<const double> supply_pu, std::size_t k) const {
        for (std::size_t i = 0; i < groups_[k].of_source; ++i) widen(range, supply_pu[groups_[k].places[i]]);
        return range;
    }
    [[nodiscard]] VoltageRange range(std::span<const double> supply_pu, std::size_t k) const {
        return with_source(range_held(supply_pu, k), supply_pu, k);
    }
    /// Of all groups.
    [[nodiscard]] VoltageRange range(std::span<const double> supply_pu) const {
        VoltageRange all;
        for (std::size_t k = 0; k < size(); ++k) all = enclosing(all, range(supply_pu, k));
        return all;
    }
    /// The first supply of group k that has this voltage; there is one.
    [[nodiscard]] std::size_t place(std::span<const double> supply_pu, std::size_t k, double voltage_pu) const {
        const auto& places = groups_[k].places;
        return *std::find_if(places.begin(), places.end(), [&](auto i) { return supply_pu[i] == voltage_pu; });
    }

   private:
    struct Group {
        std::string name;
        std::vector<std::uint32_t> places;  ///< the source's first
        std::size_t of_source = 0;          ///< how many of them are the source's
    };
    static void widen(VoltageRange& range, double voltage_pu) {
        range.min_pu = std::min(range.min_pu, voltage_pu);
        range.max_pu = std::max(range.max_pu, voltage_pu);
    }

    bool whole_;
    std::vector<Group> groups_;
    std::vector<std::size_t> group_at_;  ///< by supply
};

}  // namespace evsweep
