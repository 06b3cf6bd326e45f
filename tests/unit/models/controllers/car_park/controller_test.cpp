/// The controller of a car park at a desk: setpoints of vehicles and panels, its bill, calls of reserves, and what it says.
#include <catch2/catch.hpp>

#include "park_desk.hpp"

using namespace evsweep;
using namespace evsweep::test;

namespace {

/// One charger without panels; the vehicle has 8 kWh of 20, and stays for all hours.
ParkDesk one_car(std::vector<double> buy, std::vector<double> sell, double target) {
    ParkDesk desk;
    const ConnectorId point = desk.add_point(0);
    desk.add_stay(point, 0.0, static_cast<double>(buy.size()), 0.4, target);
    desk.buy = std::move(buy), desk.sell = std::move(sell);
    desk.sun.assign(desk.buy.size(), 0.0);
    return desk;
}

/// Of powers in kW.
auto near(const std::vector<double>& expected_kw) { return Catch::Matchers::Approx(expected_kw).margin(1e-9); }

std::string error_of(ParkDesk desk, const std::string& yaml) {
    try {
        desk.run(yaml);
    } catch (const std::exception& error) {
        return error.what();
    }
    return "none";
}

}  // namespace

TEST_CASE("a vehicle buys in the cheapest hour, returns in the dearest, and leaves with what it requires", "[car_park]") {
    // 4 kWh stored are 5 drawn at 1; with V2G 15 are drawn (5 at 2), and 8 of 20 kWh returned are 6.4 sold at 4.
    ParkDesk desk = one_car({2.0, 1.0, 4.0}, {2.0, 1.0, 4.0}, 0.6);
    desk.run("{strategy: optimal, inverter: 10 kW}");
    CHECK(desk.faults.empty());
    CHECK(desk.counter("cost") == Approx(5.0));
    CHECK(desk.p_kw[1][0] == Approx(5.0));
    ParkDesk v2g = one_car({2.0, 1.0, 4.0}, {2.0, 1.0, 4.0}, 0.6);
    v2g.run("{strategy: optimal, inverter: 10 kW, v2g: true, wear: 0.01 $/kWh}");
    CHECK(v2g.faults.empty());
    CHECK(v2g.p_kw[2][0] == Approx(-6.4));
    CHECK(v2g.counter("cost") == Approx(10.0 + 10.0 - 25.6 + 0.064));
    CHECK(v2g.counter("planned_cost") == Approx(v2g.counter("cost")));
    CHECK(v2g.soc.back()[0] == Approx(0.6));
    CHECK(v2g.remarks().empty());
}

TEST_CASE("panels give to the vehicle behind the same inverter first, and are turned away where exports cost", "[car_park]") {
    ParkDesk desk = one_car({1.0, 1.0, 1.0}, {0.5, 0.5, -1.0}, 0.6);
    desk.add_panels(0, 4.0);
    desk.sun = {0.0, 1.0, 1.0};
    desk.run("{strategy: optimal, inverter: 10 kW}");
    CHECK(desk.faults.empty());
    // 5 kWh of 8 go to the vehicle: 4 in the hour in which exports cost, of which nothing is left then, 1 in the hour before.
    CHECK_THAT(desk.p_kw[2], near({4.0, -4.0}));
    CHECK(desk.counter("cost") == Approx(-0.5 * 3.0));
    CHECK(desk.counter("curtailed_kwh") == Approx(0.0).margin(1e-9));
    ParkDesk full = one_car({1.0, 1.0, 1.0}, {0.5, 0.5, -1.0}, 0.4);
    full.add_panels(0, 4.0);
    full.sun = {0.0, 1.0, 1.0};
    full.run("{strategy: average, inverter: 10 kW}");  // which looks at no price
    CHECK(full.counter("cost") == Approx(-0.5 * 4.0 + 4.0));
    CHECK(full.counter("exported_kwh") == Approx(8.0));
}

TEST_CASE("sun that exports would have to pay for is limited at the panels, each in proportion", "[car_park]") {
    ParkDesk desk;
    desk.add_point(0);
    desk.add_panels(0, 4.0);
    desk.add_panels(0, 2.0);
    desk.buy = {1.0, 1.0}, desk.sell = {0.5, -1.0}, desk.sun = {0.5, 0.5};
    desk.run("{strategy: optimal, inverter: 10 kW, export_cap: 1.5 kW}");
    CHECK(desk.faults.empty());
    CHECK_THAT(desk.p_kw[0], near({0.0, -1.0, -0.5}));
    CHECK_THAT(desk.p_kw[1], near({0.0, 0.0, 0.0}));
    CHECK(desk.counter("curtailed_kwh") == Approx(1.5 + 3.0));
    CHECK(desk.counter("cost") == Approx(-0.75));
}

TEST_CASE("a plan that expects other sun than there is turns none away, and its bill has the sun that shines", "[car_park]") {
    const auto sunny = [] {
        ParkDesk desk = one_car({2.0, 1.0}, {0.5, 0.5}, 0.6);
        desk.add_panels(0, 4.0);
        desk.sun = {1.0, 0.5};
        return desk;
    };
    // 5 kWh bought at 1 in the second hour, of which the sun gives 2.
    ParkDesk none = sunny();
    none.run("{strategy: optimal, sun: none, inverter: 10 kW}");
    CHECK(none.counter("planned_cost") == Approx(5.0));
    CHECK(none.counter("cost") == Approx(-0.5 * 4.0 + 3.0));
    // 2 kW are expected in either hour, and 1 kWh is bought; 2 more shine in the first and are sold.
    ParkDesk half = sunny();
    half.run("{strategy: optimal, sun: expected, expected_sun: 0.5, inverter: 10 kW}");
    CHECK(half.counter("planned_cost") == Approx(1.0));
    CHECK(half.counter("cost") == Approx(1.0 - 0.5 * 2.0).margin(1e-9));
    CHECK(half.counter("curtailed_kwh") == 0.0);
    // 3 kWh of the first hour's sun and 2 of the second's go to the vehicle, and none is bought.
    ParkDesk perfect = sunny();
    perfect.run("{strategy: optimal, inverter: 10 kW}");
    CHECK(perfect.counter("cost") == Approx(-0.5));
    for (const ParkDesk* desk : {&none, &half, &perfect}) CHECK(desk->faults.empty());
}

TEST_CASE("who came first has the charger, and each gets what it requires, at once or evenly", "[car_park]") {
    const auto two_cars = [] {
        ParkDesk desk;
        const ConnectorId first = desk.add_point(0), second = desk.add_point(0);
        desk.add_stay(first, 0.0, 4.0, 0.4, 0.8);   // 10 kWh drawn
        desk.add_stay(second, 0.0, 4.0, 0.5, 0.9);  // 10 kWh
        desk.buy = desk.sell = {1.0, 1.0, 1.0, 1.0};
        desk.sun.assign(4, 0.0);
        return desk;
    };
    ParkDesk at_once = two_cars();
    at_once.run("{strategy: immediate, inverter: 12 kW}");
    CHECK_THAT(at_once.p_kw[0], near({10.0, 2.0}));
    CHECK_THAT(at_once.p_kw[1], near({0.0, 8.0}));
    ParkDesk evenly = two_cars();
    evenly.run("{strategy: average, inverter: 12 kW}");
    for (std::size_t t = 0; t < 4; ++t) CHECK_THAT(evenly.p_kw[t], near({2.5, 2.5}));
    CHECK(evenly.counter("cost") == Approx(20.0));
}

TEST_CASE("a call up makes a vehicle draw less, and the rest is planned anew so that it leaves with what it requires",
          "[car_park]") {
    const std::string yaml =
        "{strategy: optimal, inverter: 10 kW, reserves: true, reserve_up: 0.5 $/kWh, reserve_down: 0 $/kWh, calls: follow}";
    // 5 kWh are drawn at 1 in the first hour, and 5 kW up are sold beside it; called, they are drawn later at 2.
    ParkDesk calm = one_car({1.0, 2.0, 2.0}, {1.0, 2.0, 2.0}, 0.6);
    calm.run(yaml);
    CHECK(calm.counter("called_steps") == 0.0);
    CHECK(calm.counter("plans") == 1.0);
    ParkDesk called = one_car({1.0, 2.0, 2.0}, {1.0, 2.0, 2.0}, 0.6);
    called.calls = {1.0, 0.0, 0.0};
    called.run(yaml);
    CHECK(called.faults.empty());
    CHECK(called.p_kw[0][0] < calm.p_kw[0][0] - 1.0);
    CHECK(called.counter("plans") == 2.0);
    CHECK(called.soc.back()[0] >= 0.6 - 1e-9);
    CHECK(called.counter("unserved_kwh") == 0.0);
    CHECK(called.counter("called_up_kwh") == Approx(calm.p_kw[0][0] - called.p_kw[0][0]));
    REQUIRE(called.remarks().size() == 1);
    CHECK_THAT(called.remarks()[0], Catch::StartsWith("reserves are called for the first time, ") && Catch::Contains(" kW up; "));
    // Who does not follow is not moved.
    ParkDesk deaf = one_car({1.0, 2.0, 2.0}, {1.0, 2.0, 2.0}, 0.6);
    deaf.calls = {1.0, 0.0, 0.0};
    deaf.run("{strategy: optimal, inverter: 10 kW, reserves: true, reserve_up: 0.5 $/kWh, reserve_down: 0 $/kWh}");
    CHECK(deaf.p_kw == calm.p_kw);
}

TEST_CASE("what a call in the last hour takes from a vehicle is told with its amount", "[car_park]") {
    ParkDesk desk = one_car({1.0}, {1.0}, 0.6);
    desk.calls = {1.0};
    desk.run("{strategy: optimal, inverter: 10 kW, reserves: true, reserve_up: 0.5 $/kWh, reserve_down: 0 $/kWh, calls: follow}");
    // 5 kWh are wanted and sold: nothing is drawn.
    CHECK(desk.p_kw[0][0] == Approx(0.0).margin(1e-9));
    CHECK(desk.counter("unserved_kwh") == Approx(4.0));
    CHECK(desk.counter("cost") == Approx(40.0 - 0.5 * 5.0));
    REQUIRE(desk.remarks().size() == 2);
    CHECK(desk.remarks()[1] ==
          "the vehicle at charging point 1 leaves charger 1 4.000 kWh short of the 12.000 kWh that it is to have");
}

TEST_CASE("where reserves are firm nobody leaves short, however often reserves up are called", "[car_park]") {
    const std::string yaml =
        "{strategy: optimal, inverter: 10 kW, v2g: true, reserves: true, reserve_up: 0.5 $/kWh, reserve_down: 0.1 $/kWh, calls: "
        "follow, "
        "firm: true}";
    ParkDesk last = one_car({1.0}, {1.0}, 0.6);
    last.calls = {1.0};
    last.run(yaml);
    CHECK(last.counter("unserved_kwh") == 0.0);
    CHECK(last.p_kw[0][0] == Approx(5.0));
    for (unsigned seed = 1; seed <= 30; ++seed) {
        CAPTURE(seed);
        std::uint32_t state = seed;
        const auto draw = [&state] { return (state = 1664525u * state + 1013904223u) / 4294967296.0; };
        std::vector<double> price, calls;
        for (int t = 0; t < 8; ++t) price.push_back(draw()), calls.push_back(draw() < 0.6 ? 1.0 : 0.0);
        ParkDesk desk = one_car(price, price, 0.9);
        desk.calls = calls;
        desk.run(yaml);
        CHECK(desk.faults.empty());
        CHECK(desk.counter("called_up_kwh") > 0.0);
        CHECK(desk.counter("unserved_kwh") == 0.0);
        CHECK(desk.soc.back()[0] >= 0.9 - 1e-7);
    }
}

namespace {

/// Three cars at two chargers with panels, prices, sun and calls at random.
ParkDesk random_park(unsigned seed, double size) {
    ParkDesk desk;
    const ConnectorId a = desk.add_point(0), b = desk.add_point(0), c = desk.add_point(1);
    desk.add_panels(0, 5.0), desk.add_panels(1, 5.0);
    desk.add_stay(a, 0.0, 8.0, 0.3, 0.8), desk.add_stay(b, 2.0, 10.0, 0.4, 0.6), desk.add_stay(c, 1.0, 12.0, 0.9, 0.5);
    std::uint32_t state = seed;
    const auto draw = [&state] { return (state = 1664525u * state + 1013904223u) / 4294967296.0; };
    for (int t = 0; t < 12; ++t) {
        const double price = draw() - 0.2;
        desk.buy.push_back(price + 0.05), desk.sell.push_back(price), desk.sun.push_back(draw());
        const double call = draw();
        desk.calls.push_back(call < 0.3 ? size : call < 0.6 ? -size : 0.0);
    }
    return desk;
}

void require_within_bounds(const ParkDesk& desk) {
    CHECK(desk.faults.empty());
    CHECK(desk.counter("over_inverter_kw") == 0.0);
    CHECK(desk.counter("unfollowed_kwh") <= 1e-6);
    CHECK(desk.counter("called_steps") > 0.0);
    for (const std::vector<double>& now : desk.soc)
        for (std::size_t i = 0; i < 3; ++i) {
            if (now[i] == 0.0) continue;  // nobody has come yet
            CHECK(now[i] >= ParkDesk::lowest_soc - 1e-9);
            CHECK(now[i] <= 1.0 + 1e-9);
        }
}

const std::string reserving =
    "strategy: optimal, inverter: 8 kW, v2g: true, reserves: true, reserve_up: 0.1 $/kWh, reserve_down: 0.1 $/kWh, calls: "
    "follow, "
    "wear: 0.02 $/kWh";

}  // namespace

TEST_CASE("called at random, batteries stay within their bounds, and what they cannot deliver is told", "[car_park]") {
    double undelivered = 0.0;
    for (const double size : {0.5, 1.0})
        for (unsigned seed = 1; seed <= 20; ++seed) {
            CAPTURE(size, seed);
            ParkDesk desk = random_park(seed, size);
            desk.run("{" + reserving + "}");
            require_within_bounds(desk);
            undelivered += desk.counter("undelivered_kwh");
            const auto remarks = desk.remarks();
            const bool is_told = std::any_of(remarks.begin(), remarks.end(), [](const std::string& text) {
                return text.find("a call is not delivered in full, here for the first time, and ") == 0;
            });
            CHECK(is_told == (desk.counter("undelivered_kwh") > 0.0));
        }
    CHECK(undelivered > 1.0);  // the headroom of the source is too small for a vehicle that returns energy
}

TEST_CASE("firm reserves are delivered in full, and a plan with them costs no less", "[car_park]") {
    for (const double size : {0.5, 1.0})
        for (unsigned seed = 1; seed <= 20; ++seed) {
            CAPTURE(size, seed);
            ParkDesk desk = random_park(seed, size), source = random_park(seed, size);
            desk.run("{firm: true, " + reserving + "}");
            require_within_bounds(desk);
            CHECK(desk.counter("undelivered_kwh") == 0.0);
            source.run("{" + reserving + "}");
            CHECK(desk.counter("planned_cost") >= source.counter("planned_cost") - 1e-9);
        }
}

TEST_CASE("where no plan is found vehicles charge evenly, which is said", "[car_park]") {
    // An export price above the import price pays for power in circles, so that choices bind, and none may be looked into.
    ParkDesk desk = one_car({1.0, 1.0}, {2.0, 2.0}, 0.6);
    desk.run("{strategy: optimal, inverter: 10 kW, most_nodes: 0}");
    CHECK(desk.counter("failed_plans") == 1.0);
    CHECK(desk.counter("planned_cost") != desk.counter("planned_cost"));  // there is none
    REQUIRE(desk.remarks().size() == 1);
    CHECK(desk.remarks()[0] ==
          "no plan was found (failed, 0 choices looked into), and vehicles charge evenly until the next one; raise `most_nodes`");
    CHECK(desk.p_kw[0][0] == Approx(2.5));
    CHECK(desk.soc.back()[0] >= 0.6 - 1e-9);
}

TEST_CASE("what a cap leaves unserved is told by vehicle, also of whom no whole hour is left", "[car_park]") {
    ParkDesk desk = one_car({1.0, 1.0}, {1.0, 1.0}, 0.8);
    desk.run("{strategy: optimal, inverter: 10 kW, import_cap: 2 kW, unserved: 7 $/kWh}");
    CHECK(desk.counter("unserved_kwh") == Approx(8.0 - 3.2));
    CHECK(desk.counter("cost") == Approx(4.0 + 7.0 * 4.8));
    CHECK(desk.counter("short_vehicles") == 1.0);
    REQUIRE(desk.remarks().size() == 1);
    CHECK(desk.remarks()[0] ==
          "the vehicle at charging point 1 leaves charger 1 4.800 kWh short of the 16.000 kWh that it is to have");
    ParkDesk late;
    late.add_stay(late.add_point(0), 0.2, 0.8, 0.4, 0.6);
    late.buy = late.sell = {1.0, 1.0}, late.sun = {0.0, 0.0};
    late.run("{strategy: optimal, inverter: 10 kW}");
    REQUIRE(late.remarks().size() == 1);
    CHECK(late.remarks()[0] ==
          "the vehicle at charging point 1, which is there for no whole step, leaves charger 1 4.000 kWh short of the 12.000 kWh "
          "that "
          "it is to have");
}

TEST_CASE("an import beyond the cap is told with its worst instant", "[car_park]") {
    ParkDesk desk = one_car({1.0, 1.0}, {1.0, 1.0}, 0.9);
    desk.run("{strategy: immediate, inverter: 10 kW, import_cap: 4 kW}");
    CHECK(desk.counter("over_import_kw") == Approx(6.0));
    REQUIRE(desk.remarks().size() == 1);
    CHECK(desk.remarks()[0] == "the import of the car park exceeds 4 kW once, here most, by 6.000 kW");
}

TEST_CASE("chargers that are not alike, and vehicles that a plan cannot have, are refused with all that is wrong", "[car_park]") {
    const std::string least = "{strategy: optimal, inverter: 10 kW}";
    ParkDesk desk = one_car({1.0}, {1.0}, 0.6);
    desk.add_panels(0, 5.0), desk.add_panels(1, 4.0);
    desk.add_point(6);
    CHECK(error_of(desk, least) ==
          "charging point 4 stands at a bus without panels, and 2 chargers have some; charger 2 has panels of 4 kW, another of 5 "
          "kW; "
          "give every charger (a bus) the same panels");
    ParkDesk empty = one_car({1.0}, {1.0}, 0.6);
    empty.add_stay(empty.add_point(0), 0.0, 1.0, 0.05, 0.6);
    CHECK(error_of(empty, least) ==
          "vehicle 1 comes with a state of charge of 0.05, below its lowest of 0.1; raise it, or lower `lowest_soc`");
    ParkDesk other = one_car({1.0}, {1.0}, 0.6);
    other.add_stay(other.add_point(0), 0.0, 1.0, 0.5, 0.6);
    other.vehicles().stored_per_drawn[1] = 0.9;
    CHECK(error_of(other, least) ==
          "vehicle 1 has an efficiency of 0.9 when it charges and 0.8 when it returns, another 0.8; a car park plans with one "
          "for all, "
          "either way");
}
