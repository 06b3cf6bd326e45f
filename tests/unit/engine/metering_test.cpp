#include "sim/engine/metering.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

using namespace evsweep;
using namespace std::chrono_literals;

namespace {

/// Three connectors, of which the first and the last are at one metering point.
const std::vector<std::uint32_t> points{0, 1, 0};

Connectors three_in(const std::vector<std::string>& groups) {
    Connectors connectors;
    for (const std::string& group : groups) {
        connectors.bus.push_back(BusId(1));
        connectors.form_group(group);
    }
    return connectors;
}
const Connectors three = three_in({"homes", "shops", "offices"});

const std::vector<ConnectorId> everybody{ConnectorId(0), ConnectorId(1), ConnectorId(2)};

}  // namespace

TEST_CASE("a meter without delay, noise or resolution shows the truth at its connector") {
    Metering metering({}, points, three, 60s, Rng(1, 0));
    const std::vector<double> v{0.95, 1.0};
    metering.read(0, v, 123.0, everybody);
    REQUIRE(metering.voltage_pu()[0] == 0.95);
    REQUIRE(metering.voltage_pu()[1] == 1.0);
    REQUIRE(metering.voltage_pu()[2] == 0.95);
    REQUIRE(metering.feeder_head_kw() == 123.0);
}

TEST_CASE("a delayed meter shows the reading of so many steps ago, and the first one before that") {
    MeteringSettings settings;
    settings.voltage.delay = 2min;
    settings.feeder_head.delay = 1min;
    Metering metering(settings, points, three, 60s, Rng(1, 0));
    for (std::size_t k = 0; k < 6; ++k) {
        const double x = static_cast<double>(k);
        const std::vector<double> v{0.9 + 0.01 * x, 1.0};
        metering.read(k, v, 100.0 * x, everybody);
        REQUIRE(metering.voltage_pu()[0] == Approx(0.9 + 0.01 * std::max(0.0, x - 2.0)));
        REQUIRE(metering.feeder_head_kw() == Approx(100.0 * std::max(0.0, x - 1.0)));
    }
}

TEST_CASE("a meter rounds to its resolution") {
    MeteringSettings settings;
    settings.voltage.resolution = 0.005;
    settings.feeder_head.resolution = 10.0;
    Metering metering(settings, points, three, 60s, Rng(1, 0));
    const std::vector<double> v{0.9524, 1.0};
    metering.read(0, v, 123.0, everybody);
    REQUIRE(metering.voltage_pu()[0] == Approx(0.950));
    REQUIRE(metering.feeder_head_kw() == Approx(120.0));
}

TEST_CASE("meter noise has the stated deviation, no bias, and is the same for the same seed") {
    MeteringSettings settings;
    settings.voltage.noise = 0.01;
    Metering metering(settings, points, three, 60s, Rng(5, 3));
    Metering again(settings, points, three, 60s, Rng(5, 3));
    const std::vector<double> v{1.0, 1.0};
    double sum = 0.0, squares = 0.0;
    constexpr int n = 20000;
    for (std::size_t k = 0; k < n; ++k) {
        metering.read(k, v, 0.0, everybody);
        again.read(k, v, 0.0, everybody);
        const double e = metering.voltage_pu()[0] - 1.0;
        REQUIRE(metering.voltage_pu()[0] == again.voltage_pu()[0]);
        REQUIRE(metering.voltage_pu()[0] != metering.voltage_pu()[2]);
        sum += e;
        squares += e * e;
    }
    REQUIRE(std::abs(sum / n) < 4.0 * 0.01 / std::sqrt(n));  // four standard errors
    REQUIRE(std::sqrt(squares / n) == Approx(0.01).epsilon(4.0 / std::sqrt(2.0 * n)));
}

TEST_CASE("a vehicle that plugs in between two readings is shown the latest reading at its connector") {
    MeteringSettings settings;
    settings.voltage.delay = 1min;
    Metering metering(settings, points, three, 60s, Rng(1, 0));
    const std::vector<ConnectorId> first{ConnectorId(0)}, newcomer{ConnectorId(2)};
    for (std::size_t k = 0; k < 3; ++k)
        metering.read(k, std::vector<double>(2, 0.90 + 0.01 * static_cast<double>(k)), 0.0, first);
    REQUIRE(metering.voltage_pu()[2] == 1.0);
    metering.show_voltages(newcomer);
    REQUIRE(metering.voltage_pu()[2] == Approx(0.91));  // one minute old
}

TEST_CASE("where the load flow has no solution a meter keeps its last reading, and that grows old like any other") {
    MeteringSettings settings;
    settings.voltage.delay = 2min;
    Metering metering(settings, points, three, 60s, Rng(1, 0));
    const std::vector<double> shown{0.90, 0.90, 0.90, 0.90, 0.90, 0.95};  // readings 0.90 . . 0.95 . .
    for (std::size_t k = 0; k < shown.size(); ++k) {
        if (k == 0)
            metering.read(k, std::vector<double>(2, 0.90), 500.0, everybody);
        else if (k == 3)
            metering.read(k, std::vector<double>(2, 0.95), 600.0, everybody);
        else
            metering.miss(k);
        metering.show_voltages(everybody);
        INFO("step " << k);
        REQUIRE(metering.voltage_pu()[0] == Approx(shown[k]));
        REQUIRE(metering.feeder_head_kw() == (k < 3 ? 500.0 : 600.0));
    }
}

TEST_CASE("before any reading meters show 1 pu and 0 kW") {
    MeteringSettings settings;
    settings.voltage.delay = 2min;
    Metering metering(settings, points, three, 60s, Rng(1, 0));
    for (std::size_t k = 0; k < 4; ++k) metering.miss(k);
    metering.show_voltages(everybody);
    REQUIRE(metering.voltage_pu()[0] == 1.0);
    REQUIRE(metering.feeder_head_kw() == 0.0);
}

TEST_CASE("a meter's noise goes with the group of its charging point and not with its row") {
    MeteringSettings settings;
    settings.voltage.noise = 0.01;
    const std::vector<double> v{1.0, 1.0};
    Metering metering(settings, points, three, 60s, Rng(5, 3));
    const Connectors other_order = three_in({"offices", "homes", "shops"});
    Metering moved(settings, points, other_order, 60s, Rng(5, 3));
    for (std::size_t k = 0; k < 20; ++k) {
        metering.read(k, v, 0.0, everybody);
        moved.read(k, v, 0.0, everybody);
        CHECK(moved.voltage_pu()[1] == metering.voltage_pu()[0]);
        CHECK(moved.voltage_pu()[2] == metering.voltage_pu()[1]);
        CHECK(moved.voltage_pu()[0] == metering.voltage_pu()[2]);
        CHECK(metering.voltage_pu()[0] != metering.voltage_pu()[1]);
    }
}
