/// What a scenario says of a grid and its clearing; the agent `optimal_power_flow` is made from it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "evsweep/schema.hpp"
#include "transmission/dispatch.hpp"
#include "transmission/grid_file.hpp"

namespace evsweep {

/// Where something stands in the grid, and how many of it there are.
struct GridPlaceText {
    std::string bus{};
    double scale = 1.0;
    static const Schema<GridPlaceText>& schema();
};

struct GridPowerText {
    Kilowatts p{};
    Kilovars q{};
    static const Schema<GridPowerText>& schema();
};

/// A factor over time: each value holds for `every`, the first from the start of the scenario.
struct DemandFactorText {
    Duration every{};
    std::vector<double> values{};
    static const Schema<DemandFactorText>& schema();
    /// The mean over [begin, end), which the values cover.
    [[nodiscard]] double mean(Duration begin, Duration end) const;
    [[nodiscard]] Duration covers() const { return every * static_cast<Duration::rep>(values.size()); }
};

/// Which period a turn clears: the one that ends then, from metered energy; or the one that begins, with powers as they are.
enum class ClearedPeriod : std::uint8_t { past, coming };
[[nodiscard]] std::vector<std::pair<std::string, ClearedPeriod>> names_of(ClearedPeriod);

struct OptimalPowerFlowParams {
    GridFile grid{};
    Duration period = std::chrono::hours(1);
    ClearedPeriod clears = ClearedPeriod::past;
    GridObjective objective = GridObjective::cost;
    std::map<std::string, GridPlaceText> groups{};
    std::optional<GridPlaceText> feeder{};
    std::optional<DemandFactorText> demand_factor{};
    std::map<std::string, GridPowerText> more_demand{};
    std::map<std::string, GridPowerText> dispatch{};
    std::map<std::string, KilovoltAmperes> ratings{};
    bool margin = false;
    bool published_flows = false;

    static const Schema<OptimalPowerFlowParams>& schema();
    /// The grid of the file with the ratings and set-points that are given beside it.
    [[nodiscard]] GridCase studied_grid() const;
};

}  // namespace evsweep
