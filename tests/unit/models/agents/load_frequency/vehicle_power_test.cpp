/// What vehicles do for their areas: powers at the start, schedules and requests, in pu of the areas' bases.
#include "agents/load_frequency/vehicle_power.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agents/load_frequency/power_system.hpp"
#include "tests/hand_exchange.hpp"
#include "tests/unit/models/agents/load_frequency/two_and_three_areas.hpp"

using namespace evsweep;
using namespace evsweep::test;

namespace {

/// Two areas of 1000 MW; `groups` of the population in the first, each vehicle for 20, and one more in the second.
struct VehicleDesk {
    explicit VehicleDesk(Balance balance, bool is_one_group = false, Duration schedule_delay = {}) {
        network = two_areas();
        areas["a"].groups = is_one_group ? std::vector<std::string>{"cars"} : std::vector<std::string>{"cars", "vans"};
        areas["a"].vehicles_stand_for = 20.0;
        areas["a"].balance = balance;
        areas["a"].schedule_delay = schedule_delay;
        areas["b"].groups = is_one_group ? std::vector<std::string>{} : std::vector<std::string>{"far"};
        areas["b"].balance = balance;
        connectors.groups = is_one_group ? std::vector<std::string>{"cars"} : std::vector<std::string>{"cars", "vans", "far"};
        exchange.count(Extent::group, connectors.groups.size());
        exchange.show(signals::scheduled_power, std::span<const double>{});
        exchange.show(signals::regulation_request, std::span<const double>{});
        vehicles.emplace(areas, network, std::chrono::milliseconds(10), connectors, exchange);
    }
    void take(Duration t = {}) { vehicles->take(exchange.turn(Instant(t))); }

    std::map<std::string, AreaText> areas{};
    AreaNetwork network{};
    Connectors connectors{};
    HandExchange exchange{};
    std::optional<VehiclePower> vehicles{};
};

constexpr double not_known = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("departures from the start relieve an area, times the vehicles that one stands for", "[load_frequency]") {
    VehicleDesk desk(Balance::at_start);
    std::vector<double> kw{100.0, 50.0, 7.0};
    desk.exchange.show(signals::group_power, kw);
    desk.take();
    REQUIRE(desk.vehicles->relief_pu()[0] == 0.0);
    kw = {70.0, 60.0, 9.0};
    desk.take();
    REQUIRE(desk.vehicles->relief_pu()[0] == Approx(20.0 * 20.0 / 1e6));
    REQUIRE(desk.vehicles->relief_pu()[1] == Approx(-2.0 / 1e6));
    REQUIRE(desk.vehicles->request_pu().empty());
    REQUIRE(desk.vehicles->stands_for(1) == 20.0);
}

TEST_CASE("departures from a schedule relieve an area, and where nobody says a schedule all was foreseen", "[load_frequency]") {
    VehicleDesk desk(Balance::schedule);
    const std::vector<double> kw{100.0, 50.0, 7.0};
    desk.exchange.show(signals::group_power, kw);
    desk.take();
    REQUIRE(desk.vehicles->relief_pu()[0] == 0.0);
    const std::vector<double> scheduled{130.0, not_known, 5.0};
    desk.exchange.show(signals::scheduled_power, scheduled);
    desk.take();
    REQUIRE(desk.vehicles->relief_pu()[0] == Approx(30.0 * 20.0 / 1e6));
    REQUIRE(desk.vehicles->relief_pu()[1] == Approx(-2.0 / 1e6));
}

TEST_CASE("a schedule counts when commands have come to the chargers", "[load_frequency]") {
    using std::chrono::milliseconds;
    VehicleDesk desk(Balance::schedule, true, milliseconds(30));
    std::vector<double> scheduled{30.0};
    desk.exchange.show(signals::charging_power, 0.0);
    desk.exchange.show(signals::discharging_power, 0.0);
    desk.exchange.show(signals::scheduled_power, scheduled);  // told at 0, read at 10 ms
    for (const int ms : {10, 20}) {
        desk.take(milliseconds(ms));
        REQUIRE(desk.vehicles->relief_pu()[0] == 0.0);
    }
    scheduled[0] = 50.0;  // told at 20 ms
    desk.take(milliseconds(30));
    REQUIRE(desk.vehicles->relief_pu()[0] == Approx(30.0 * 20.0 / 1e6));
    desk.take(milliseconds(40));
    REQUIRE(desk.vehicles->relief_pu()[0] == Approx(30.0 * 20.0 / 1e6));
    desk.take(milliseconds(50));
    REQUIRE(desk.vehicles->relief_pu()[0] == Approx(50.0 * 20.0 / 1e6));
}

TEST_CASE("a population of one group is read by the sums of the fleet", "[load_frequency]") {
    VehicleDesk desk(Balance::schedule, true);
    REQUIRE_FALSE(desk.exchange.reads("group_power"));
    desk.exchange.show(signals::charging_power, 90.0);
    desk.exchange.show(signals::discharging_power, 40.0);
    const std::vector<double> scheduled{30.0};
    desk.exchange.show(signals::scheduled_power, scheduled);
    desk.take();
    REQUIRE(desk.vehicles->relief_pu()[0] == Approx(-20.0 * 20.0 / 1e6));
}

TEST_CASE("secondary control makes up for what vehicles have been asked", "[load_frequency]") {
    VehicleDesk desk(Balance::schedule);
    const std::vector<double> kw(3, 0.0), asked{30.0, 20.0, 0.0};
    desk.exchange.show(signals::group_power, kw);
    desk.exchange.show(signals::regulation_request, asked);
    desk.take();
    REQUIRE(desk.vehicles->request_pu()[0] == Approx(50.0 * 20.0 / 1e6));
    REQUIRE(desk.vehicles->request_pu()[1] == 0.0);

    // A request alone, without any deviation: e = U moves the set-point by Kp U + Ki U cycle, which raises the frequency.
    const SecondarySettings secondary{4.0, 0.2, 0.01, std::nullopt, 0.05};
    const std::vector<double> none(2, 0.0), request{0.01, 0.0};
    PowerSystem system(AreaPlant(two_areas(), 0.01), secondary, {}, none);
    PowerSystem other(AreaPlant(two_areas(), 0.01), secondary, {}, none);
    std::vector<AreaInput> inputs(2);
    inputs[0].setpoint = 0.2 * 0.01 + 0.01 * 0.01 * 4.0;
    AreaPlant plant(two_areas(), 0.01);
    for (int k = 0; k < 100; ++k) {
        system.advance(none, none, request);
        other.advance(none, none);
        plant.advance(inputs, inputs);
    }
    REQUIRE(system.plant().deviation_hz(0) == plant.deviation_hz(0));
    REQUIRE(plant.deviation_hz(0) > 0.0);
    REQUIRE(other.plant().deviation_hz(0) == 0.0);
}
