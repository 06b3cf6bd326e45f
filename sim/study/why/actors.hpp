/// Who draws power at an instant: vehicles, batteries, generators, and the loads of each bus.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/study/why/replay.hpp"

namespace evsweep {

enum class ActorKind : std::uint8_t { vehicle, battery, generator, base_load };
/// "vehicle", "battery", "generator", "base load".
[[nodiscard]] std::string_view name_of(ActorKind kind);

/// Power at one place of a network (DrawingPlaces).
struct PlacePower {
    std::uint32_t place = 0;
    double p_kw = 0.0, q_kvar = 0.0;
    friend auto operator<=>(const PlacePower&, const PlacePower&) = default;
};

struct Actor {
    ActorKind kind = ActorKind::base_load;
    std::uint32_t number = 0;                ///< vehicle (also of a battery), connector of a generator, bus of a base load
    std::optional<ConnectorId> connector{};  ///< none for a base load
    BusId bus;
    std::vector<PlacePower> draws{};  ///< nothing where it stands idle
    double p_kw = 0.0, q_kvar = 0.0;  ///< in all; negative: fed in

    /// "vehicle 12", "loads at bus 18".
    [[nodiscard]] std::string text(const FeederSite& feeder) const;
    /// "a", "a-b-c", "balanced": the wires that it draws from.
    [[nodiscard]] std::string wires(const SweptNetwork& network) const;
};

/// All that draw or feed in at a moment, and vehicles that are plugged in without. Connectors in their order, then buses in
/// theirs.
[[nodiscard]] std::vector<Actor> actors_of(const LoadedStudy& study, const Population& population, const Moment& moment);

/// The vehicle (or battery) at a connector; none where nothing is plugged in.
[[nodiscard]] std::optional<VehicleId> occupant_at(const Population& population, ConnectorId c, Instant at);

/// What takes an actor out of a replica: all stays of a vehicle or battery, all that a generator could feed in, or the loads at a
/// bus, for the whole time. What was drawn for others stays as it is.
[[nodiscard]] std::function<void(Population&)> without(const LoadedStudy& study, const Actor& actor);
/// Takes all vehicles out, but not what never leaves.
void leave_out_vehicles(Population& population);

}  // namespace evsweep
