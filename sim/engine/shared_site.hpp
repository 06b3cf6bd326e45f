/// What the replicas of a study share: the site, which is the same for all threads, and what one thread works out once for its
/// own.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "evsweep/scenario.hpp"
#include "sim/engine/base_power.hpp"
#include "sim/engine/charging_ports.hpp"
#include "sim/engine/planning_grid.hpp"
#include "sim/engine/profile.hpp"
#include "sim/engine/sites.hpp"
#include "sim/network/unbalance.hpp"

namespace evsweep {

/// What all replicas of a study share; immutable, outlives them.
struct ReplicaSite {
    const Scenario& scenario;
    const Feeder& feeder;
    const BaseDemand& base;
    const ChargingNetwork& network;
    StopRequest stop{};  ///< once it is made, replicas are given up at their next event, by throwing Stopped
    const std::map<std::string, MeterSettings, std::less<>>& meters = no_meters();                       ///< by signal
    const std::map<std::string, std::shared_ptr<const Channel>, std::less<>>& channels = no_channels();  ///< by topic
    std::span<const RecordableSignal> signals{};   ///< that outputs may read; their slots are the positions in it
    std::span<const Fraction> levels{};            ///< that outputs watch stays for (Output::Context::watch)
    std::span<const std::uint8_t> base_outside{};  ///< by control step: whether the feeder without vehicles is outside its band;
                                                   ///< of the profiles' load: a replica may know better (World::base_outside)
    std::span<const SitePlan> sites{};             ///< with limits of their own
    Issues* issues = nullptr;                      ///< while a scenario is checked: what controllers say of it (Context::issues)

    [[nodiscard]] static const std::map<std::string, MeterSettings, std::less<>>& no_meters() {
        static const std::map<std::string, MeterSettings, std::less<>> none;
        return none;
    }
    [[nodiscard]] static const std::map<std::string, std::shared_ptr<const Channel>, std::less<>>& no_channels() {
        static const std::map<std::string, std::shared_ptr<const Channel>, std::less<>> none;
        return none;
    }
};

/// What the replicas of one thread share: the base load in the network, the linear grid of planning controllers, and the clock.
struct SharedSite {
    SharedSite(const ReplicaSite& of, Stopwatch& stopwatch)
        : site(of), base(of.base, *of.network.swept()), unbalance(of.feeder), watch(stopwatch) {}
    /// Where these connectors draw; those of replicas whose charging points stand alike are made once.
    [[nodiscard]] const ChargingPorts& ports_of(const Connectors& connectors) {
        for (const auto& known : ports)
            if (known->serve(connectors)) return *known;
        ports.push_back(std::make_unique<ChargingPorts>(site.network, connectors));
        return *ports.back();
    }
    /// The grid for the replica whose charging points are at `of_replica`; made when somebody first plans.
    [[nodiscard]] PlanningGrid& planning_grid(const ChargingPorts& of_replica) {
        if (!grid) grid = std::make_unique<PlanningGrid>(site.scenario, site.base, of_replica, site.stop);
        grid->serve(of_replica);
        return *grid;
    }
    const ReplicaSite& site;
    std::vector<std::unique_ptr<const ChargingPorts>> ports;
    BasePower base;
    UnbalanceReader unbalance;
    Stopwatch& watch;
    std::unique_ptr<PlanningGrid> grid;
};

}  // namespace evsweep
