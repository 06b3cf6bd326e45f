/// The physical side of one replica: fleet and network at the present instant, as providers of signals see it.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "sim/engine/electrical_state.hpp"
#include "sim/engine/point_queues.hpp"
#include "sim/engine/trips.hpp"
#include "sim/fleet/charging_state.hpp"
#include "sim/fleet/generator_state.hpp"

namespace evsweep {

/// All that changes by the laws of nature. Parties change it only through setpoints.
struct World {
    World(const ReplicaSite& of, SharedSite& with, const Population& people)
        : site(of),
          shared(with),
          population(people),
          ports(with.ports_of(people.connectors)),
          fleet(people, of.levels),
          queues(people),
          trips(people),
          generators(people, fleet),
          base_load(of.base, people.load_factors, of.scenario.time.step),
          network(of, with, ports, base_load),
          base_outside(of.base_outside) {}

    World(const World&) = delete;

    /// Energies of fleet and generators since the start.
    [[nodiscard]] SiteEnergy energy() const { return {fleet.energy(now), generators.energy(now)}; }
    /// What energies are booked with from now on; nothing where the network has no solution.
    [[nodiscard]] std::optional<StepBooks::Held> powers() const {
        return network.powers(fleet.charging_kw() - fleet.discharging_kw(), generators.generated_kw());
    }
    /// Brings powers up to date; one that tapers has changed meanwhile.
    void advance_fleet() {
        fleet.refresh_power(now);
        for (const std::uint32_t c : fleet.tapering()) network.change_power(ConnectorId(c));
    }

    /// The stay of a vehicle that waits, as far as it has come.
    [[nodiscard]] SessionRecord still_waits(SessionId id) {
        return fleet.not_plugged_in(id, now, trips.arrival(population.sessions[id.index()]), StayOutcome::waiting);
    }

    const ReplicaSite& site;
    SharedSite& shared;
    const Population& population;
    const ChargingPorts& ports;
    ChargingState fleet;
    PointQueues queues;
    Trips trips;
    GeneratorState generators;
    const ReplicaLoad base_load;
    ElectricalState network;
    Instant now{};
    std::size_t step = 0;                        ///< of the control grid: the step that contains `now`
    std::span<const std::uint8_t> base_outside;  ///< as ReplicaSite::base_outside, of this replica where its load is its own
    const Population* expected_stays = nullptr;  ///< a forecast of the fleet's stays, where somebody plans with it
    std::function<void()> settle_devices;        ///< lets the devices find their places first, where they have not yet
};

}  // namespace evsweep
