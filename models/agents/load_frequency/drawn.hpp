/// Disturbances of the areas that are drawn for each replica: loads that wander, and clouds that pass over photovoltaics.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agents/load_frequency/area_series.hpp"
#include "evsweep/rng.hpp"
#include "evsweep/variate_choice.hpp"

namespace evsweep {

/// A load that wanders about its forecast (Ornstein-Uhlenbeck process), from nothing at the start.
struct WanderText {
    Kilowatts deviation{};
    Duration memory{};
    Duration fade_in{};
    std::vector<std::string> areas{};  ///< each has a draw of its own; empty: all areas
    static const Schema<WanderText>& schema();
};

/// Photovoltaics of one area.
struct PhotovoltaicText {
    Kilowatts capacity{};
    Duration reached_after{};  ///< by a cloud, after its start
    static const Schema<PhotovoltaicText>& schema();
};

/// Clouds that pass over all areas, one after the other.
struct CloudsText {
    int count = 6;
    Fraction clear_sky{0.85};
    Random<"h"> start{};        ///< of each cloud, after the start of the scenario
    Random<"1"> depth{};        ///< of each cloud: share of the power that it takes
    Random<"1"> local_depth{};  ///< of each cloud and area: factor on the depth
    Random<"h"> fall{};         ///< of each cloud: time until it covers an area
    Random<"h"> stay{};
    Random<"h"> rise{};
    Random<"1"> local_pace{};  ///< of each cloud and area: factor on `reached_after`
    std::map<std::string, PhotovoltaicText> over{};
    static const Schema<CloudsText>& schema();
};

/// The section `drawn`.
struct DrawnText {
    std::optional<WanderText> load{};
    std::map<std::string, WanderText> wandering{};  ///< more of them, by name; all add up
    std::optional<CloudsText> clouds{};
    static const Schema<DrawnText>& schema();
};

/// Load deviations of one replica, one mark per second.
[[nodiscard]] AreaSeries draw_load(const WanderText& load, const std::vector<std::string>& areas, Duration horizon,
                                   const Rng& rng);
/// The sum of all that wanders besides, likewise.
[[nodiscard]] AreaSeries draw_wandering(const std::map<std::string, WanderText>& wandering, const std::vector<std::string>& areas,
                                        Duration horizon, const Rng& rng);
/// Power that clouds take from the photovoltaics of one replica, one mark per second; positive where generation is missing.
[[nodiscard]] AreaSeries draw_clouds(const CloudsText& clouds, const std::vector<std::string>& areas, Duration horizon,
                                     const Rng& rng);

}  // namespace evsweep
