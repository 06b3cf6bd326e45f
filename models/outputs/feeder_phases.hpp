/// What outputs tell apart by phase: which conductors belong to which phase, and how the axes of such values are named.
#pragma once

#include <cstdint>
#include <optional>
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

/// The conductors whose voltage to earth is told, by phase. A neutral is not among them: it is meant to be near zero. Those of
/// the source are, but its voltage is given, so it is not held to limits.
class LiveConductors {
   public:
    explicit LiveConductors(const FeederSite& feeder)
        : whole_(is_balanced(feeder)), phase_at_(feeder.conductor.size(), no_phase) {
        using enum Conductor;
        for (const Conductor phase : {balanced, a, b, c, s1, s2}) {
            std::vector<std::uint32_t> places;
            for (std::uint32_t i = 0; i < feeder.conductor.size(); ++i)
                if (feeder.conductor[i] == phase) places.push_back(i);
            if (places.empty()) continue;
            const auto is_of_source = [&](std::uint32_t i) { return feeder.bus_of_conductor[i] == 0; };
            of_source_.push_back(static_cast<std::size_t>(std::count_if(places.begin(), places.end(), is_of_source)));
            for (const std::uint32_t i : places) phase_at_[i] = static_cast<std::uint8_t>(phase_.size());
            phase_.push_back(phase);
            places_.push_back(std::move(places));
        }
    }

    [[nodiscard]] std::size_t phases() const { return phase_.size(); }
    [[nodiscard]] std::string phase(std::size_t k) const { return std::string(name_of(phase_[k])); }
    /// Which phase a conductor belongs to; none for a neutral.
    [[nodiscard]] std::optional<std::size_t> phase_of(ConductorId c) const {
        const std::uint8_t k = phase_at_[c.index()];
        return k == no_phase ? std::nullopt : std::optional<std::size_t>(k);
    }
    [[nodiscard]] std::vector<std::string> names() const {
        std::vector<std::string> list;
        for (std::size_t k = 0; k < phases(); ++k) list.push_back(phase(k));
        return list;
    }

    /// Lowest and highest voltage of phase k that is held to limits: without the source. Only where the snapshot is solved.
    [[nodiscard]] VoltageRange range_held(const Snapshot& s, std::size_t k) const {
        if (whole_) return range_of(s.voltage_pu.subspan(of_source_[k]));
        VoltageRange range;
        for (std::size_t i = of_source_[k]; i < places_[k].size(); ++i) widen(range, s.voltage_pu[places_[k][i]]);
        return range;
    }
    /// That range with the source's voltage: lowest and highest voltage of phase k.
    [[nodiscard]] VoltageRange with_source(VoltageRange range, const Snapshot& s, std::size_t k) const {
        for (std::size_t i = 0; i < of_source_[k]; ++i) widen(range, s.voltage_pu[places_[k][i]]);
        return range;
    }
    [[nodiscard]] VoltageRange range(const Snapshot& s, std::size_t k) const { return with_source(range_held(s, k), s, k); }
    /// Of all phases.
    [[nodiscard]] VoltageRange range(const Snapshot& s) const {
        VoltageRange all;
        for (std::size_t k = 0; k < phases(); ++k) {
            all = enclosing(all, range(s, k));
        }
        return all;
    }
    /// The first conductor of phase k that has this voltage; there is one.
    [[nodiscard]] std::size_t place(const Snapshot& s, std::size_t k, double voltage_pu) const {
        return *std::find_if(places_[k].begin(), places_[k].end(), [&](auto i) { return s.voltage_pu[i] == voltage_pu; });
    }

   private:
    static void widen(VoltageRange& range, double voltage_pu) {
        range.min_pu = std::min(range.min_pu, voltage_pu);
        range.max_pu = std::max(range.max_pu, voltage_pu);
    }

    static constexpr std::uint8_t no_phase = 255;
    bool whole_;
    std::vector<std::uint8_t> phase_at_;
    std::vector<Conductor> phase_;
    std::vector<std::vector<std::uint32_t>> places_;  ///< by phase, the source's first
    std::vector<std::size_t> of_source_;              ///< by phase: how many of them are the source's
};

}  // namespace evsweep
