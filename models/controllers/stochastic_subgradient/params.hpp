/// Parameters of the controller `stochastic_subgradient`.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controllers/stochastic_subgradient/history.hpp"
#include "evsweep/schema.hpp"
#include "evsweep/time.hpp"

namespace evsweep {

/// What a station knows of what it will be able to give in the slot that it plans for.
enum class CapacityKnowledge { draws, point, persistence, rated, oracle };
[[nodiscard]] inline std::vector<std::pair<std::string, CapacityKnowledge>> names_of(CapacityKnowledge) {
    return {{"draws", CapacityKnowledge::draws},
            {"point", CapacityKnowledge::point},
            {"persistence", CapacityKnowledge::persistence},
            {"rated", CapacityKnowledge::rated},
            {"oracle", CapacityKnowledge::oracle}};
}
[[nodiscard]] std::vector<std::pair<std::string, std::string>> meanings_of(CapacityKnowledge);

/// Whether the stations' capacities, requests and forecasts are published as signals.
enum class StationSignals { none, stations };
[[nodiscard]] inline std::vector<std::pair<std::string, StationSignals>> names_of(StationSignals) {
    return {{"none", StationSignals::none}, {"stations", StationSignals::stations}};
}

struct StochasticSubgradientParams {
    CapacityKnowledge knowledge = CapacityKnowledge::draws;
    Duration period = std::chrono::minutes(15);
    std::optional<History> history{};
    std::optional<GivenCapacities> given{};
    int iterations = 200;
    double first_step = 2.0;
    StationSignals publish = StationSignals::none;

    [[nodiscard]] bool forecasts() const {
        return knowledge == CapacityKnowledge::draws || knowledge == CapacityKnowledge::point;
    }
    static const Schema<StochasticSubgradientParams>& schema();
};

}  // namespace evsweep
