/// Areas joined by ties: eigenvalues and step responses that two independent prototypes have found, and balances.
#include "agents/load_frequency/plant.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <complex>

#include "agents/load_frequency/secondary_control.hpp"
#include "tests/unit/models/agents/load_frequency/two_and_three_areas.hpp"
#include "tests/unit/models/runge_kutta.hpp"

using namespace evsweep;
using namespace evsweep::test;

namespace {

using Eigenvalues = std::vector<std::complex<double>>;

Eigenvalues eigenvalues(const LinearSystem& system) {
    using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const auto size = static_cast<Eigen::Index>(system.states);
    const Eigen::VectorXcd found = Eigen::Map<const RowMajor>(system.a.data(), size, size).eval().eigenvalues();
    return {found.data(), found.data() + found.size()};
}

/// Every expected eigenvalue, and its conjugate, is there.
void require_spectrum(const Eigenvalues& found, const Eigenvalues& expected, double margin) {
    std::size_t count = 0;
    for (const auto& value : expected) {
        CAPTURE(value);
        const auto near = [&](std::complex<double> wanted) {
            return std::any_of(found.begin(), found.end(), [&](auto z) { return std::abs(z - wanted) <= margin; });
        };
        REQUIRE(near(value));
        REQUIRE(near(std::conj(value)));
        count += value.imag() == 0.0 ? 1 : 2;
    }
    REQUIRE(found.size() == count);
}

struct Nadir {
    double hz = 0.0;
    double at_s = 0.0;
};

/// The lowest frequency of each area within `seconds` of a step of load in the first, at 10 ms.
std::vector<Nadir> nadirs(AreaPlant& plant, double load_pu, double seconds) {
    std::vector<AreaInput> inputs(plant.areas());
    inputs[0].load = load_pu;
    std::vector<Nadir> lowest(plant.areas());
    for (int k = 1; k <= std::lround(seconds / 0.01); ++k) {
        plant.advance(inputs, inputs);
        for (std::size_t i = 0; i < plant.areas(); ++i)
            if (plant.deviation_hz(i) < lowest[i].hz) lowest[i] = {plant.deviation_hz(i), 0.01 * k};
    }
    return lowest;
}

}  // namespace

TEST_CASE("two areas have the eigenvalues of the published study", "[load_frequency]") {
    const AreaPlant plant(two_areas(), 0.01);
    require_spectrum(eigenvalues(plant.system()),
                     {{-.0337, 3.6305}, -.1239, {-.4030, .3354}, -1.1694, -1.8584, -3.3333, -5.1752, -5.2496}, 1e-4);
}

TEST_CASE("three areas have the eigenvalues of the published study", "[load_frequency]") {
    const AreaPlant plant(three_areas(), 0.01);
    require_spectrum(eigenvalues(plant.system()),
                     {0.0,
                      -.12390,
                      -.12427,
                      -.46340,
                      {-.63341, .78800},
                      -1.64605,
                      {-1.79478, 4.30246},
                      -1.83623,
                      {-1.95804, 5.48907},
                      -4.40392,
                      -5.26867,
                      -5.36110},
                     1e-5);
}

TEST_CASE("two areas: 50 MW more load swing both to the nadirs of the published study", "[load_frequency]") {
    AreaPlant plant(two_areas(), 0.01);
    const auto lowest = nadirs(plant, 0.05, 600.0);
    REQUIRE(1000 * lowest[0].hz == Approx(-219.063).margin(1e-3));
    REQUIRE(lowest[0].at_s == Approx(3.86));
    REQUIRE(1000 * lowest[1].hz == Approx(-226.599).margin(1e-3));
    REQUIRE(lowest[1].at_s == Approx(3.03));
    for (std::size_t i = 0; i < 2; ++i) REQUIRE(1000 * plant.deviation_hz(i) == Approx(-92.593).margin(1e-3));
}

TEST_CASE("three areas: 100 MW more load swing all to the nadirs of the published study", "[load_frequency]") {
    AreaPlant plant(three_areas(), 0.01);
    const auto lowest = nadirs(plant, 0.05, 600.0);
    const Nadir expected[] = {{-.146579, 2.19}, {-.147429, 2.16}, {-.147235, 2.06}};
    for (std::size_t i = 0; i < 3; ++i) {
        REQUIRE(lowest[i].hz == Approx(expected[i].hz).margin(1e-6));
        REQUIRE(lowest[i].at_s == Approx(expected[i].at_s));
        REQUIRE(plant.deviation_hz(i) == Approx(-.0566038).margin(1e-7));
    }
}

TEST_CASE("an exact step agrees with Runge-Kutta to 1e-7 Hz over a minute", "[load_frequency]") {
    AreaPlant plant(three_areas(0.05), 0.01);
    const LinearSystem& system = plant.system();
    std::vector<double> x(system.states), from(system.inputs), to(system.inputs);
    std::vector<AreaInput> before(3), after(3);
    for (int k = 1; k <= 6000; ++k) {
        before = after;
        after[1] = {0.03 * std::sin(0.001 * k), 0.01 * std::cos(0.002 * k), 0.02};
        plant.advance(before, after);
        from = to;
        to[3] = after[1].load, to[4] = after[1].relief, to[5] = after[1].setpoint;
        x = runge_kutta(system, x, from, to, 0.01, 1);
    }
    const std::size_t states_per_area = (system.states - 3) / 3;
    for (std::size_t i = 0; i < 3; ++i) REQUIRE(plant.deviation_hz(i) == Approx(60.0 * x[i * states_per_area]).margin(1e-7));
}

TEST_CASE("what areas export adds up to nothing, whatever their bases", "[load_frequency]") {
    AreaNetwork network = three_areas();
    network.areas[0].base_mw = 500.0;
    AreaPlant plant(network, 0.01);
    nadirs(plant, 0.2, 3.0);
    REQUIRE(std::abs(plant.export_mw(0)) > 1.0);
    REQUIRE(plant.export_mw(0) + plant.export_mw(1) + plant.export_mw(2) == Approx(0.0).margin(1e-9));
}

TEST_CASE("an area without a reheater settles at its droop", "[load_frequency]") {
    AreaNetwork network;
    network.areas.push_back({"alone", 100.0, 10.0, 1.0, 0.05, 0.2, 0.5, std::nullopt, 0.0});
    AreaPlant plant(network, 0.01);
    nadirs(plant, 0.1, 200.0);
    REQUIRE(plant.deviation_hz(0) == Approx(-50.0 * 0.1 / 21.0).epsilon(1e-9));
    REQUIRE(plant.control_error_pu(0) == Approx(-0.1).epsilon(1e-9));
}

TEST_CASE("relief behind a lag has the closed form of a first-order lag", "[load_frequency]") {
    AreaPlant plant(three_areas(0.05), 0.01);
    std::vector<AreaInput> inputs(3);
    inputs[2].relief = 0.1;
    for (int k = 0; k < 7; ++k) plant.advance(inputs, inputs);
    REQUIRE(plant.relief_pu(2) == Approx(0.1 * (1.0 - std::exp(-0.07 / 0.05))).epsilon(1e-12));
    REQUIRE(plant.relief_pu(0) == 0.0);
}

TEST_CASE("secondary control brings the frequency and the exchange back", "[load_frequency]") {
    AreaPlant plant(three_areas(), 0.01);
    std::vector<SecondaryControl> controls(3, SecondaryControl({2.0, 0.1, 0.01, {}, 0.05}));
    std::vector<AreaInput> inputs(3);
    inputs[0].load = 0.05;
    for (int k = 0; k < 200'000; ++k) {
        if (k % 200 == 0)
            for (std::size_t i = 0; i < 3; ++i) inputs[i].setpoint = controls[i].act(-plant.control_error_pu(i));
        plant.advance(inputs, inputs);
    }
    for (std::size_t i = 0; i < 3; ++i) {
        REQUIRE(plant.deviation_hz(i) == Approx(0.0).margin(1e-6));
        REQUIRE(plant.export_mw(i) == Approx(0.0).margin(1e-3));
    }
    REQUIRE(inputs[0].setpoint == Approx(0.05).margin(1e-6));
}

TEST_CASE("a limited ramp is kept, and the integral stays near the set-point meanwhile", "[load_frequency]") {
    SecondaryControl control({4.0, 0.2, 0.01, 0.02 / 60.0, 0.05});
    const double reach = 0.02 / 60.0 * 4.0;
    for (int k = 1; k <= 100; ++k) REQUIRE(control.act(0.5) == Approx(reach * k));
    // From here the wish is 0.2 * -0.1 + I with I at most 0.05 above the set-point: down at once, at the ramp.
    const double top = control.setpoint_pu();
    int cycles = 0;
    while (control.act(-0.5) > top - 0.01) ++cycles;
    REQUIRE(cycles <= 8);
}

TEST_CASE("the area that has lost its frequency is named", "[load_frequency]") {
    AreaPlant plant(three_areas(), 0.01);
    REQUIRE_FALSE(plant.lost(5.0));
    std::vector<AreaInput> inputs(3);
    inputs[1].load = 4.0;
    for (int k = 0; k < 100 && !plant.lost(5.0); ++k) plant.advance(inputs, inputs);
    REQUIRE(plant.lost(5.0));
    REQUIRE(plant.lost(5.0)->area == 1);
    inputs[2].load = std::nan("");
    plant.advance(inputs, inputs);
    REQUIRE(plant.lost(5.0));
}
