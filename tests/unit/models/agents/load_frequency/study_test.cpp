/// The published study of three areas with fuzzy charging, on the rig: agent and controller together, against the series and the
/// table that two independent prototypes agree on.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <sstream>

#include "evsweep/plugins.hpp"
#include "tests/places.hpp"
#include "tests/unit/models/agents/load_frequency/area_rig.hpp"

using namespace evsweep;
using namespace evsweep::test;

namespace {

std::filesystem::path data(const std::string& name) { return shared_dir() / "data/frequency_regulation" / name; }

bool is_absent() {
    if (std::filesystem::exists(data("s11_1_reference.csv"))) return false;
    WARN("skipped: the reference data of the frequency study are not here");
    return true;
}

std::string power_system(double fleet) {
    std::ostringstream text;
    text << "{agent: load_frequency, nominal: 60 Hz, step: 10 ms, areas: {";
    const char* const own[] = {"inertia: 8 s, governor: 0.20 s, turbine: 0.5 s", "inertia: 9 s, governor: 0.25 s, turbine: 0.5 s",
                               "inertia: 7 s, governor: 0.20 s, turbine: 0.6 s"};
    const double ratings_mw[] = {300.0, 240.0, 240.0};
    for (int i = 0; i < 3; ++i)
        text << (i ? ", " : "") << "area_" << i + 1 << ": {base: 2000 MW, damping: 1, droop: 0.06, " << own[i]
             << ", reheat: {time: 8 s, share: 0.35}, response: 50 ms, groups: [area_" << i + 1
             << "], vehicles_stand_for: " << ratings_mw[i] * fleet / 0.7 << "}";
    text << "}, ties: [{between: [area_1, area_2], coefficient: 0.20, damping: 10}, {between: [area_1, area_3], coefficient: "
            "0.25, damping: 10}, {between: [area_2, area_3], coefficient: 0.12, damping: 10}], secondary_control: {period: 2 s, "
            "proportional: 0.1, integral: 0.01 /s}, disturbances: {recorded: {every: 1 s, origin: first_mark, file: "
         << data("s11_1_disturbance.csv").string()
         << ", load_mw: {area_1: load_1_mw - 338 * pv_1, area_2: load_2_mw - 202.8 * pv_2, area_3: load_3_mw - 270.4 * pv_3}}}}";
    return text.str();
}

std::vector<RigVehicle> fleet() {
    std::vector<RigVehicle> vehicles;
    for (const char* group : {"area_1", "area_2", "area_3"})
        for (int k = 0; k < 100; ++k) vehicles.push_back({group, 0.10 + 0.80 * (k + 0.5) / 100.0});
    return vehicles;
}

AreaRig rig_of(const std::string& controller, double size, Duration delay = {}) {
    return {configured_of<Agent>(power_system(size)),
            configured_of<Controller>("{controller: fuzzy_frequency, " + controller + "}"), fleet(), std::chrono::minutes(10),
            delay};
}

AreaRig after_ten_minutes(const std::string& controller, double size = 1.5, Duration delay = {}) {
    AreaRig rig = rig_of(controller, size, delay);
    rig.run(std::chrono::minutes(10));
    return rig;
}

double largest(const AreaRig& rig, int area, const char* what) {
    return rig.counter("area_" + std::to_string(area) + "_largest_" + what);
}

double largest_of_all(const AreaRig& rig) {
    return std::max({largest(rig, 1, "deviation_hz"), largest(rig, 2, "deviation_hz"), largest(rig, 3, "deviation_hz")});
}

struct Row {
    const char* controller;
    double fleet;
    double hz[3];
    double tie_mw[3];
};

void require_row(const Row& row) {
    CAPTURE(row.controller, row.fleet);
    const AreaRig rig = after_ten_minutes(row.controller, row.fleet);
    for (int i = 0; i < 3; ++i) {
        REQUIRE(largest(rig, i + 1, "deviation_hz") == Approx(row.hz[i]).margin(2e-4));
        REQUIRE(largest(rig, i + 1, "tie_mw") == Approx(row.tie_mw[i]).margin(0.1));
    }
}

/// Mean gain of the vehicles of area 1 that began between two states of charge.
double mean_gain(const AreaRig& rig, double from, double below) {
    const auto begun = fleet();
    double sum = 0.0;
    int count = 0;
    for (std::size_t k = 0; k < 100; ++k)
        if (begun[k].soc >= from && begun[k].soc < below) sum += rig.vehicles()[k].soc - begun[k].soc, ++count;
    return sum / count;
}

/// The rows of the reference series, one per second, under its column names.
std::vector<std::map<std::string, double>> reference() {
    std::ifstream file(data("s11_1_reference.csv"));
    std::string line, cell;
    std::getline(file, line);
    std::vector<std::string> names;
    for (std::istringstream header(line); std::getline(header, cell, ',');) names.push_back(cell);
    std::vector<std::map<std::string, double>> rows;
    while (std::getline(file, line)) {
        std::istringstream cells(line);
        rows.emplace_back();
        for (const auto& name : names) std::getline(cells, cell, ','), rows.back()[name] = std::stod(cell);
    }
    return rows;
}

void require_series(const std::string& controller, const std::string& columns) {
    const auto rows = reference();
    REQUIRE(rows.size() == 600);
    AreaRig rig = rig_of(controller, 1.5);
    double worst_hz = 0.0, worst_mw = 0.0;
    rig.run(std::chrono::minutes(10), [&](Duration t) {
        if (t == Duration::zero() || t % std::chrono::seconds(1) != Duration::zero()) return;
        const auto& row = rows.at(static_cast<std::size_t>(t / std::chrono::seconds(1)) - 1);
        for (std::size_t i = 0; i < 3; ++i) {
            const std::string number = std::to_string(i + 1);
            worst_hz = std::max(worst_hz, std::abs(rig.of("frequency_deviation")[i] - row.at(columns + "_df" + number + "_hz")));
            worst_mw = std::max(worst_mw, std::abs(rig.of("tie_deviation")[i] - row.at(columns + "_tie" + number + "_mw")));
        }
    });
    CAPTURE(controller, worst_hz, worst_mw);
    REQUIRE(worst_hz < 2e-4);
    REQUIRE(worst_mw < 0.1);
}

constexpr const char* dumb = "respond: off";
constexpr const char* by_frequency = "respond: frequency";
constexpr const char* by_both = "respond: frequency_and_tie";

}  // namespace

TEST_CASE("three areas: the series of every second are those of the published study", "[load_frequency]") {
    if (is_absent()) return;
    require_series(dumb, "dumb");
    require_series(by_both, "fuzzy");
}

TEST_CASE("three areas: largest deviations of frequency and exchange are those of the published study", "[load_frequency]") {
    if (is_absent()) return;
    require_row({dumb, 1.5, {.2147, .2142, .2158}, {87.34, 39.50, 78.64}});
    require_row({by_frequency, 1.0, {.0715, .0715, .0722}, {84.98, 36.67, 76.08}});
    require_row({by_frequency, 1.5, {.0549, .0550, .0556}, {84.82, 36.69, 75.80}});
    require_row({by_frequency, 2.0, {.0449, .0449, .0455}, {84.63, 36.80, 75.63}});
    require_row({by_both, 1.5, {.0546, .0548, .0545}, {23.93, 11.65, 22.57}});
    require_row({"tie_gain: 2", 1.5, {.0545, .0547, .0545}, {14.26, 6.87, 13.44}});
    require_row({"tie_gain: 8", 1.5, {.0543, .0545, .0544}, {4.27, 1.99, 4.03}});
}

TEST_CASE("three areas: what a delay of the signal costs", "[load_frequency][slow]") {
    if (is_absent()) return;
    const std::pair<int, double> expected[] = {{100, .0550}, {200, .1917}, {300, .3364}, {500, .5314}};
    for (const auto& [delay_ms, hz] : expected) {
        CAPTURE(delay_ms);
        const AreaRig rig = after_ten_minutes(by_frequency, 1.5, Duration(delay_ms));
        REQUIRE(largest(rig, 1, "deviation_hz") == Approx(hz).epsilon(0.03).margin(2e-4));
    }
    const AreaRig slow = after_ten_minutes("respond: frequency, frequency_filter: 0.5 s", 1.5, Duration(200));
    REQUIRE(largest(slow, 1, "deviation_hz") == Approx(.479).epsilon(0.03));
    REQUIRE(largest(after_ten_minutes(by_both, 2.0, Duration(200)), 1, "deviation_hz") == Approx(.288).epsilon(0.03));
    REQUIRE(largest(after_ten_minutes(by_both, 2.0, Duration(100)), 1, "deviation_hz") == Approx(.170).epsilon(0.03));
}

TEST_CASE("three areas: a larger fleet tolerates less delay", "[load_frequency][slow]") {
    if (is_absent()) return;
    const std::pair<double, int> tolerated_ms[] = {{1.0, 220}, {1.5, 120}, {2.0, 80}};
    for (const auto& [size, delay_ms] : tolerated_ms) {
        CAPTURE(size, delay_ms);
        const double without = largest_of_all(after_ten_minutes(by_both, size));
        REQUIRE(largest_of_all(after_ten_minutes(by_both, size, Duration(delay_ms))) <= 1.01 * without);
        REQUIRE(largest_of_all(after_ten_minutes(by_both, size, Duration(delay_ms + 20))) > 1.01 * without);
    }
}

TEST_CASE("three areas: vehicles with little charge gain more, and the more so when they respond", "[load_frequency]") {
    if (is_absent()) return;
    const AreaRig off = after_ten_minutes(dumb), on = after_ten_minutes(by_both);
    REQUIRE(mean_gain(off, 0.0, 0.3) == Approx(.01741).margin(1e-5));
    REQUIRE(mean_gain(off, 0.7, 0.9) == Approx(.01402).margin(1e-5));
    REQUIRE(mean_gain(on, 0.0, 0.3) == Approx(.01630).margin(1e-5));
    REQUIRE(mean_gain(on, 0.7, 0.9) == Approx(.01187).margin(1e-5));
}
