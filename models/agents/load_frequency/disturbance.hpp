/// What disturbs the areas in one replica: recorded and drawn series, and how large the clouds are made.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agents/load_frequency/drawn.hpp"
#include "agents/load_frequency/power_system.hpp"
#include "agents/load_frequency/recorded.hpp"

namespace evsweep {

/// Makes the photovoltaics so large that the frequency of one area, without vehicles, deviates by `largest` at most and at least
/// once by as much. What others then gain against it can be compared between draws.
struct CalibrationText {
    std::string area{};
    Quantity<"Hz"> largest{};
    static const Schema<CalibrationText>& schema();
};

/// The section `disturbances`.
struct DisturbanceText {
    std::optional<RecordedText> recorded{};
    std::optional<DrawnText> drawn{};
    std::optional<CalibrationText> calibrate{};
    static const Schema<DisturbanceText>& schema();
};

/// Names of areas that the sections speak of but that there are not, if any.
[[nodiscard]] std::optional<Contradiction> wrong_areas(const DisturbanceText& text, const std::vector<std::string>& areas);

/// The disturbance of every area in one replica, in pu of its base.
class Disturbance {
   public:
    /// Throws PartyError where a recording ends before `horizon`.
    Disturbance(const DisturbanceText& text, const AreaNetwork& network, Duration horizon, const Rng& rng);

    /// Scales the clouds as `calibration` asks, with no vehicle in the areas; `plant` is in balance, `secondary` has no ramp.
    /// Throws PartyError where no factor does it.
    void calibrate(const CalibrationText& calibration, const AreaPlant& plant, const std::optional<SecondarySettings>& secondary,
                   const SystemClock& clock, Duration horizon);

    void at(Instant t, std::span<double> load_pu) const;
    /// The factor on photovoltaics; 1 where nothing is calibrated.
    [[nodiscard]] double cloud_factor() const { return cloud_factor_; }

   private:
    /// Where an instant lies in each series.
    struct Places {
        AreaSeries::Place recorded{}, load{}, wandering{}, clouds{};
    };
    [[nodiscard]] Places places_of(Instant t) const;
    [[nodiscard]] double steady_pu(std::size_t area, const Places& places) const;
    [[nodiscard]] double cloud_pu(std::size_t area, const Places& places) const;

    AreaSeries recorded_, load_, wandering_, clouds_;
    std::vector<double> base_mw_;
    double cloud_factor_ = 1.0;
};

}  // namespace evsweep
