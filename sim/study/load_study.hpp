/// From a scenario file to everything a study needs, or to the list of all that is wrong with it.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "evsweep/scenario.hpp"
#include "sim/engine/base_demand.hpp"
#include "sim/engine/charging_network.hpp"
#include "sim/engine/sites.hpp"
#include "sim/network/feeder.hpp"
#include "sim/study/stop_target.hpp"

namespace evsweep {

/// A scenario with its feeder and behaviours built. Immutable, shared by all threads.
struct LoadedStudy {
    Scenario scenario;
    std::shared_ptr<const Feeder> feeder;
    std::shared_ptr<const BaseDemand> base;
    std::vector<std::shared_ptr<const Behaviour>> behaviours;    ///< as Scenario::population
    std::shared_ptr<const ChargingNetwork> network;              ///< with the possible places of all charging points
    std::map<std::string, MeterSettings, std::less<>> meters{};  ///< by signal
    std::map<std::string, std::shared_ptr<const Channel>, std::less<>> channels{};  ///< by topic
    std::vector<SitePlan> sites{};                    ///< as Scenario::sites, or one per bus of these
    std::vector<std::string> overrides{};             ///< over the scenario file
    std::shared_ptr<const InputFiles> input_files{};  ///< all files that were asked for
    std::optional<StopTarget> stop{};                 ///< what decides the number of replicas; none: the scenario says it
    std::shared_ptr<const Demand> demand{};           ///< draws the base load of a replica; none: all have that of the profiles
    std::function<void(Population&)> amend{};  ///< changes what was drawn of a replica, e.g. leaves a vehicle out; may be empty

    /// The fleet of one replica and its base load, the same under every alternative. Draws are keyed by identity, so what `amend`
    /// leaves out moves nobody else.
    [[nodiscard]] Population draw(ReplicaId replica) const;
    /// What may be forecast of that fleet: another draw of the same behaviours, at the same connectors, and the base load of the
    /// profiles. A function of seed and replica, so the same under every alternative.
    [[nodiscard]] Population forecast_stays(ReplicaId replica, const Population& fleet) const;
};

/// Reads and checks a scenario and all it refers to. `overrides` are `path=value`. Nothing is returned if there was an error.
[[nodiscard]] std::optional<LoadedStudy> load_study(const std::filesystem::path& file, const std::vector<std::string>& overrides,
                                                    Issues& issues);

/// Reads a feeder file in the named format, or in the one that recognises it, and takes it as it is.
[[nodiscard]] std::optional<FeederDescription> read_feeder_description(const FeederChoice& choice, Issues& issues);
/// The same, checked and built; `line_rating` is what lines without a rating may carry.
[[nodiscard]] std::optional<Feeder> load_feeder(const FeederChoice& choice, Issues& issues,
                                                const std::optional<Amperes>& line_rating = std::nullopt);

}  // namespace evsweep
