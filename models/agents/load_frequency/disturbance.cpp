#include "agents/load_frequency/disturbance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "evsweep/party.hpp"

namespace evsweep {

namespace {

std::vector<std::string> names_of_areas(const AreaNetwork& network) {
    std::vector<std::string> names;
    for (const AreaModel& area : network.areas) names.push_back(area.name);
    return names;
}

template <class Map>
std::optional<Contradiction> wrong_keys(const Map& map, const std::string& field, const std::vector<std::string>& areas) {
    for (const auto& [name, value] : map)
        if (std::find(areas.begin(), areas.end(), name) == areas.end())
            return Contradiction{"disturbances", field + ": '" + name + "' is no area", did_you_mean(name, areas)};
    return std::nullopt;
}

/// Names of areas where something wanders that are none.
std::optional<Contradiction> wrong_wandering(const DrawnText& drawn, const std::vector<std::string>& areas) {
    std::map<std::string, std::vector<std::string>> named;
    if (drawn.load) named.emplace("load", drawn.load->areas);
    for (const auto& [name, text] : drawn.wandering) named.emplace("wandering." + name, text.areas);
    for (const auto& [field, list] : named)
        for (const std::string& area : list)
            if (std::find(areas.begin(), areas.end(), area) == areas.end())
                return Contradiction{"disturbances", "drawn." + field + ".areas: '" + area + "' is no area",
                                     did_you_mean(area, areas)};
    return std::nullopt;
}

}  // namespace

const Schema<CalibrationText>& CalibrationText::schema() {
    static const Schema<CalibrationText> schema =
        Schema<CalibrationText>("size of the photovoltaics in each replica, by what they would do without vehicles")
            .required("area", &CalibrationText::area, "whose frequency counts")
            .required("largest", &CalibrationText::largest, "largest deviation of its frequency", above(0.0));
    return schema;
}

const Schema<DisturbanceText>& DisturbanceText::schema() {
    static const Schema<DisturbanceText> schema =
        Schema<DisturbanceText>("what disturbs the areas; recorded and drawn disturbances add up")
            .optional("recorded", &DisturbanceText::recorded, "from a file, the same in every replica")
            .optional("drawn", &DisturbanceText::drawn, "drawn for each replica")
            .optional("calibrate", &DisturbanceText::calibrate,
                      "a factor on the capacities of drawn photovoltaics, found for each replica; none: 1")
            .relation([](const DisturbanceText& text) -> std::optional<Contradiction> {
                if (!text.calibrate || (text.drawn && text.drawn->clouds)) return std::nullopt;
                return Contradiction{"calibrate", "has no clouds to make larger", "name drawn.clouds, or leave it out"};
            });
    return schema;
}

std::optional<Contradiction> wrong_areas(const DisturbanceText& text, const std::vector<std::string>& areas) {
    if (text.recorded)
        if (auto wrong = wrong_keys(text.recorded->load_mw, "recorded.load_mw", areas)) return wrong;
    if (text.drawn)
        if (auto wrong = wrong_wandering(*text.drawn, areas)) return wrong;
    if (text.drawn && text.drawn->clouds)
        if (auto wrong = wrong_keys(text.drawn->clouds->over, "drawn.clouds.over", areas)) return wrong;
    if (text.calibrate && std::find(areas.begin(), areas.end(), text.calibrate->area) == areas.end())
        return Contradiction{"disturbances", "calibrate.area: '" + text.calibrate->area + "' is no area",
                             did_you_mean(text.calibrate->area, areas)};
    return std::nullopt;
}

Disturbance::Disturbance(const DisturbanceText& text, const AreaNetwork& network, Duration horizon, const Rng& rng) {
    const auto areas = names_of_areas(network);
    for (const AreaModel& area : network.areas) base_mw_.push_back(area.base_mw);
    if (text.recorded) {
        recorded_ = series_of(*text.recorded, areas);
        if (recorded_.length() < horizon)
            throw PartyError(fmt::format("{}: ends after {}, the scenario lasts {}; give a row for every mark to its end",
                                         text.recorded->file.path.string(), duration_text(recorded_.length()),
                                         duration_text(horizon)));
    }
    if (!text.drawn) return;
    if (text.drawn->load) load_ = draw_load(*text.drawn->load, areas, horizon, rng);
    if (!text.drawn->wandering.empty()) wandering_ = draw_wandering(text.drawn->wandering, areas, horizon, rng);
    if (text.drawn->clouds) clouds_ = draw_clouds(*text.drawn->clouds, areas, horizon, rng);
}

Disturbance::Places Disturbance::places_of(Instant t) const {
    return {recorded_.place_of(t), load_.place_of(t), wandering_.place_of(t), clouds_.place_of(t)};
}

double Disturbance::steady_pu(std::size_t area, const Places& places) const {
    const double mw = recorded_.at(area, places.recorded) + load_.at(area, places.load) + wandering_.at(area, places.wandering);
    return mw / base_mw_[area];
}

double Disturbance::cloud_pu(std::size_t area, const Places& places) const {
    return clouds_.at(area, places.clouds) / base_mw_[area];
}

void Disturbance::at(Instant t, std::span<double> load_pu) const {
    const Places places = places_of(t);
    for (std::size_t i = 0; i < load_pu.size(); ++i) load_pu[i] = steady_pu(i, places) + cloud_factor_ * cloud_pu(i, places);
}

/// Without vehicles and ramps the system is linear: df = a + f b, a the answer to all else and b that to the clouds as they were
/// drawn. The largest factor with |df| <= h throughout is the least of (h - a sign(b)) / |b| over time.
void Disturbance::calibrate(const CalibrationText& calibration, const AreaPlant& plant,
                            const std::optional<SecondarySettings>& secondary, const SystemClock& clock, Duration horizon) {
    const auto areas = names_of_areas(plant.network());
    const auto watched = static_cast<std::size_t>(std::find(areas.begin(), areas.end(), calibration.area) - areas.begin());
    std::vector<double> steady(areas.size()), clouds(areas.size());
    const std::vector<double> none(areas.size());
    const auto look = [&](Instant t) {
        const Places places = places_of(t);
        for (std::size_t i = 0; i < areas.size(); ++i) steady[i] = steady_pu(i, places), clouds[i] = cloud_pu(i, places);
    };
    look(Instant{});
    PowerSystem without(plant, secondary, clock, steady), alone(plant, secondary, clock, clouds);
    const double limit_hz = calibration.largest.value();
    double factor = std::numeric_limits<double>::infinity();
    for (Instant t = Instant{} + clock.step; t.time_since_epoch() <= horizon; t += clock.step) {
        look(t);
        without.advance(steady, none);
        alone.advance(clouds, none);
        const double a = without.plant().deviation_hz(watched), b = alone.plant().deviation_hz(watched);
        if (std::abs(b) > 0.0) factor = std::min(factor, (limit_hz - std::copysign(a, a * b)) / std::abs(b));
    }
    if (!(factor > 0.0 && std::isfinite(factor)))
        throw PartyError(
            fmt::format("disturbances.calibrate: no size of the photovoltaics lets '{}' deviate by {} Hz at most; "
                        "allow more, or draw a smaller load",
                        calibration.area, limit_hz));
    cloud_factor_ = factor;
}

}  // namespace evsweep
