/// Drawn disturbances: their laws, their keys, their size; and what fuzzy charging gains against draws of the project's own.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "agents/load_frequency/disturbance.hpp"
#include "evsweep/plugins.hpp"
#include "tests/unit/models/agents/load_frequency/area_rig.hpp"
#include "tests/unit/models/agents/load_frequency/two_and_three_areas.hpp"

using namespace evsweep;
using namespace evsweep::test;

namespace {

const std::vector<std::string> area_names{"area_1", "area_2", "area_3"};

const std::string drawn_text =
    "drawn: {load: {deviation: 6 MW, memory: 60 s, fade_in: 60 s}, clouds: {count: 6, clear_sky: 0.85, "
    "start: {distribution: uniform, min: 40 s, max: 540 s}, depth: {distribution: uniform, min: 0.3, max: 0.6}, "
    "local_depth: {distribution: uniform, min: 0.8, max: 1.2}, fall: {distribution: uniform, min: 8 s, max: 20 s}, "
    "stay: {distribution: uniform, min: 15 s, max: 50 s}, rise: {distribution: uniform, min: 8 s, max: 20 s}, "
    "local_pace: {distribution: uniform, min: 0.5, max: 1.5}, over: {area_1: {capacity: 250 MW}, "
    "area_2: {capacity: 150 MW, reached_after: 12 s}, area_3: {capacity: 200 MW, reached_after: 25 s}}}}";

std::string power_system() {
    return "{agent: load_frequency, nominal: 60 Hz, areas: {"
           "area_1: {base: 2000 MW, inertia: 8 s, droop: 0.06, governor: 0.2 s, turbine: 0.5 s, reheat: {}, response: 50 ms, "
           "groups: [area_1], vehicles_stand_for: 642.857142857}, "
           "area_2: {base: 2000 MW, inertia: 9 s, droop: 0.06, governor: 0.25 s, turbine: 0.5 s, reheat: {}, response: 50 ms, "
           "groups: [area_2], vehicles_stand_for: 514.285714286}, "
           "area_3: {base: 2000 MW, inertia: 7 s, droop: 0.06, governor: 0.2 s, turbine: 0.6 s, reheat: {}, response: 50 ms, "
           "groups: [area_3], vehicles_stand_for: 514.285714286}}, "
           "ties: [{between: [area_1, area_2], coefficient: 0.20, damping: 10}, {between: [area_1, area_3], coefficient: 0.25, "
           "damping: 10}, {between: [area_2, area_3], coefficient: 0.12, damping: 10}], "
           "secondary_control: {period: 2 s, proportional: 0.1, integral: 0.01 /s}, disturbances: {" +
           drawn_text + ", calibrate: {area: area_1, largest: 0.2147 Hz}}}";
}

DisturbanceText read_disturbances() {
    Issues issues;
    Reader reader{issues};
    auto text = DisturbanceText::schema().read(parse_yaml("{" + drawn_text + "}", "rig.yaml", issues), "rig", reader);
    REQUIRE(text);
    return *text;
}

std::vector<RigVehicle> fleet() {
    std::vector<RigVehicle> vehicles;
    for (const std::string& group : area_names)
        for (int k = 0; k < 100; ++k) vehicles.push_back({group, 0.10 + 0.80 * (k + 0.5) / 100.0});
    return vehicles;
}

AreaRig run_draw(const std::string& respond, std::uint32_t replica) {
    constexpr Duration horizon = std::chrono::minutes(10);
    AreaRig rig(configured_of<Agent>(power_system()),
                configured_of<Controller>("{controller: fuzzy_frequency, respond: " + respond + "}"), fleet(), horizon, {},
                Rng(1, replica));
    rig.run(horizon);
    return rig;
}

double reduction(const AreaRig& before, const AreaRig& after, int area, const std::string& what) {
    const std::string name = area_names[static_cast<std::size_t>(area)] + "_largest_" + what;
    return 1.0 - after.counter(name) / before.counter(name);
}

}  // namespace

TEST_CASE("a wandering load has the deviation and the memory that were asked for", "[load_frequency]") {
    const WanderText text{Kilowatts(6000.0), std::chrono::seconds(60), {}};
    const auto series = draw_load(text, area_names, std::chrono::hours(60), Rng(7, 0));
    for (const auto& values : series.values_mw) {
        const double count = static_cast<double>(values.size());
        const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
        double square = 0.0, lagged = 0.0;
        for (std::size_t k = 60; k < values.size(); ++k)
            square += (values[k] - mean) * (values[k] - mean), lagged += (values[k] - mean) * (values[k - 60] - mean);
        // 216,000 s hold about 1800 independent stretches of 2 x 60 s: four standard errors of the deviation are 0.4 MW.
        REQUIRE(std::abs(mean) < 4.0 * 6.0 / std::sqrt(1800.0));
        REQUIRE(std::sqrt(square / count) == Approx(6.0).margin(0.4));
        REQUIRE(lagged / square == Approx(std::exp(-1.0)).margin(0.1));
    }
    REQUIRE(series.values_mw[0] != series.values_mw[1]);
}

TEST_CASE("a load that fades in begins at nothing", "[load_frequency]") {
    const WanderText text{Kilowatts(6000.0), std::chrono::seconds(60), std::chrono::seconds(60)};
    const WanderText at_once{Kilowatts(6000.0), std::chrono::seconds(60), {}};
    const auto faded = draw_load(text, area_names, std::chrono::minutes(10), Rng(7, 0)).values_mw[1];
    const auto whole = draw_load(at_once, area_names, std::chrono::minutes(10), Rng(7, 0)).values_mw[1];
    REQUIRE(faded[0] == 0.0);
    REQUIRE(faded[30] == Approx(whole[30] / 2));
    REQUIRE(faded[200] == whole[200]);
}

TEST_CASE("parts of a wandering load add up, each with draws of its own, in its areas only", "[load_frequency]") {
    const WanderText slow{Kilowatts(25e3), std::chrono::seconds(300), {}, {"area_1"}};
    const WanderText fast{Kilowatts(12e3), std::chrono::seconds(40), {}, {}};
    const Rng rng(7, 0);
    const auto both = draw_wandering({{"slow", slow}, {"fast", fast}}, area_names, std::chrono::hours(60), rng);
    const auto first = draw_wandering({{"slow", slow}}, area_names, std::chrono::hours(60), rng);
    const auto second = draw_wandering({{"fast", fast}}, area_names, std::chrono::hours(60), rng);
    REQUIRE(first.values_mw[1] == std::vector<double>(first.values_mw[0].size(), 0.0));
    double square = 0.0;
    for (std::size_t k = 0; k < both.values_mw[0].size(); ++k) {
        REQUIRE(both.values_mw[0][k] == Approx(first.values_mw[0][k] + second.values_mw[0][k]).margin(1e-9));
        square += both.values_mw[0][k] * both.values_mw[0][k];
    }
    REQUIRE(both.values_mw[1] == second.values_mw[1]);
    // 60 h hold about 360 independent stretches of 2 x 300 s: four standard errors of the deviation are 15 %.
    REQUIRE(std::sqrt(square / static_cast<double>(both.values_mw[0].size())) == Approx(std::hypot(25.0, 12.0)).epsilon(0.15));
}

TEST_CASE("clouds take what they cover, and come to the areas one after the other", "[load_frequency]") {
    CloudsText clouds = *read_disturbances().drawn->clouds;
    clouds.count = 1;
    const Rng rng(3, 5);
    const auto series = draw_clouds(clouds, area_names, std::chrono::minutes(15), rng);
    std::vector<double> begun_s;
    for (std::size_t i = 0; i < 3; ++i) {
        const auto& missing = series.values_mw[i];
        const double capacity_mw = clouds.over.at(area_names[i]).capacity.value() / 1000.0;
        const double deepest = *std::max_element(missing.begin(), missing.end()) / (0.85 * capacity_mw);
        REQUIRE(deepest >= 0.3 * 0.8);
        REQUIRE(deepest <= 0.6 * 1.2);
        REQUIRE(missing.front() == 0.0);
        REQUIRE(missing.back() == 0.0);
        begun_s.push_back(static_cast<double>(std::find_if(missing.begin(), missing.end(), [](double mw) { return mw > 0.0; }) -
                                              missing.begin()));
    }
    // 12 s and 25 s after the first area, times 0.5 to 1.5, in whole seconds.
    REQUIRE(begun_s[1] - begun_s[0] == Approx(12.0).margin(7.0));
    REQUIRE(begun_s[2] - begun_s[0] == Approx(25.0).margin(13.5));
}

TEST_CASE("disturbances are the same in every alternative and differ between replicas", "[load_frequency]") {
    const auto text = read_disturbances();
    const AreaNetwork network = [] {
        AreaNetwork three = three_areas();
        for (std::size_t i = 0; i < 3; ++i) three.areas[i].name = area_names[i];
        return three;
    }();
    constexpr Duration horizon = std::chrono::minutes(10);
    const Disturbance first(text, network, horizon, Rng(1, 0)), again(text, network, horizon, Rng(1, 0)),
        other(text, network, horizon, Rng(1, 1));
    std::vector<double> a(3), b(3), c(3);
    for (const int s : {120, 300, 599}) {
        const Instant t{std::chrono::seconds(s)};
        first.at(t, a), again.at(t, b), other.at(t, c);
        REQUIRE(a == b);
        REQUIRE(a != c);
    }
}

TEST_CASE("photovoltaics are made as large as the deviation without vehicles asks for", "[load_frequency]") {
    for (std::uint32_t replica = 0; replica < 3; ++replica)
        REQUIRE(run_draw("off", replica).counter("area_1_largest_deviation_hz") == Approx(0.2147).epsilon(1e-9));
}

TEST_CASE("five draws: fuzzy charging takes 71 +- 8 % off the frequency, and the exchange only where it is seen",
          "[load_frequency][slow]") {
    double mean_reduction = 0.0, tie_by_frequency[3]{};
    for (std::uint32_t replica = 0; replica < 5; ++replica) {
        const AreaRig off = run_draw("off", replica), frequency = run_draw("frequency", replica),
                      both = run_draw("frequency_and_tie", replica);
        mean_reduction += reduction(off, both, 0, "deviation_hz") / 5.0;
        CAPTURE(replica);
        REQUIRE(reduction(off, both, 0, "deviation_hz") == Approx(0.71).margin(0.08));
        for (int i = 0; i < 3; ++i) {
            REQUIRE(reduction(off, both, i, "tie_mw") >= 0.60);
            tie_by_frequency[i] += reduction(off, frequency, i, "tie_mw") / 5.0;
        }
    }
    REQUIRE(mean_reduction == Approx(0.71).margin(0.08));
    for (double gain : tie_by_frequency) REQUIRE(gain < 0.20);
}
