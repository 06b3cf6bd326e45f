/// The given hours of the study of two areas without vehicles: exact steps against Runge-Kutta of order four.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <numbers>
#include <sstream>
#include <string>
#include <vector>

#include "agents/load_frequency/power_system.hpp"
#include "places.hpp"
#include "tests/unit/models/agents/load_frequency/two_and_three_areas.hpp"
#include "tests/unit/models/runge_kutta.hpp"

using namespace evsweep;
using namespace evsweep::test;

namespace {

/// Load of both areas by second, pu.
std::vector<std::vector<double>> shipped_disturbance() {
    std::ifstream file(source_dir() / "scenarios/frequency_two_areas/disturbance.csv");
    std::vector<std::vector<double>> rows;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line[0] == '#' || line[0] == 'a') continue;
        std::istringstream cells(line);
        std::string a, b;
        std::getline(cells, a, ',');
        std::getline(cells, b);
        rows.push_back({std::stod(a) / 1000.0, std::stod(b) / 1000.0});
    }
    return rows;
}

}  // namespace

TEST_CASE("an hour of two areas under secondary control agrees with Runge-Kutta to 1e-4 mHz", "[load_frequency]") {
    const auto rows = shipped_disturbance();
    REQUIRE(rows.size() == 10801);
    const SecondarySettings secondary{4.0, 0.2, 0.01, 0.02 / 60.0, 0.05};
    const AreaNetwork network = two_areas();
    PowerSystem system(AreaPlant(network, 0.01), secondary, {}, rows[0]);
    const LinearSystem linear = AreaPlant(network, 0.01).system();  // 5 states of a, 4 of b, the angle
    std::vector<double> x(linear.states), from(linear.inputs), to(linear.inputs);
    std::vector<SecondaryControl> controls(2, SecondaryControl(secondary));
    const double bias = 1.0 / 0.08 + 1.0, tie = 2.0 * std::numbers::pi * 50.0 * 0.2;
    const std::vector<double> none(2, 0.0);
    std::vector<double> load(2);
    double worst_hz = 0.0;
    for (int k = 1; k <= 360'000; ++k) {
        const auto mark = static_cast<std::size_t>(k / 100);
        const double share = 0.01 * (k % 100);
        for (std::size_t i = 0; i < 2; ++i) load[i] = rows[mark][i] + share * (rows[mark + 1][i] - rows[mark][i]);
        system.advance(load, none);
        if ((k - 1) % 400 == 0) {
            to[2] = controls[0].act(-(tie * x[9] + bias * x[0]));
            to[5] = controls[1].act(-(-tie * x[9] + bias * x[5]));
        }
        from = to;
        to[0] = load[0], to[3] = load[1];
        x = runge_kutta(linear, x, from, to, 0.01, 1);
        worst_hz = std::max({worst_hz, std::abs(system.plant().deviation_hz(0) - 50.0 * x[0]),
                             std::abs(system.plant().deviation_hz(1) - 50.0 * x[5])});
    }
    REQUIRE(worst_hz < 1e-7);
    REQUIRE(worst_hz > 0.0);  // two ways of their own
}
