/// Bands, dwell, release and the must-charge rule of `threshold_v2g`; 40 kWh, 5 kW in, 10 kW out, no losses.
#include <catch2/catch.hpp>

#include "controllers/threshold_v2g/bands.hpp"
#include "unit/models/controllers/controller_desk.hpp"

using namespace evsweep;

namespace {

constexpr double minute = 1.0 / 60.0;
const std::string at_once = "dwell: 0 s, release_spread: 0 s";

std::string complaint_of(const std::string& yaml) {
    Issues issues;
    const auto configured = configure_controller("threshold_v2g", yaml, issues);
    CHECK_FALSE(configured);
    return issues.list().empty() ? std::string() : to_text(issues.list().front());
}

}  // namespace

TEST_CASE("a band whose low side means trouble discharges below, charges above and holds by hysteresis", "[threshold]") {
    const Band voltage{0.94, 0.96, 0.005, Band::Trouble::low};
    CHECK(voltage.opinion(0.94, Action::idle) == Action::discharge);
    CHECK(voltage.opinion(0.943, Action::idle) == Action::idle);
    CHECK(voltage.opinion(0.943, Action::discharge) == Action::discharge);
    CHECK(voltage.opinion(0.946, Action::discharge) == Action::idle);
    CHECK(voltage.opinion(0.96, Action::idle) == Action::charge);
    CHECK(voltage.opinion(0.956, Action::charge) == Action::charge);
    CHECK(voltage.opinion(0.954, Action::charge) == Action::idle);
}

TEST_CASE("a band whose high side means trouble does the opposite", "[threshold]") {
    const Band demand{3000.0, 3200.0, 50.0, Band::Trouble::high};
    CHECK(demand.opinion(3000.0, Action::idle) == Action::charge);
    CHECK(demand.opinion(3040.0, Action::charge) == Action::charge);
    CHECK(demand.opinion(3060.0, Action::charge) == Action::idle);
    CHECK(demand.opinion(3200.0, Action::idle) == Action::discharge);
    CHECK(demand.opinion(3160.0, Action::discharge) == Action::discharge);
    CHECK(demand.opinion(3140.0, Action::discharge) == Action::idle);
}

TEST_CASE("a meter that shows nothing leaves the opinion as it was", "[threshold]") {
    const Band voltage{0.94, 0.96, 0.005, Band::Trouble::low};
    const double nothing = std::numeric_limits<double>::quiet_NaN();
    CHECK(voltage.opinion(nothing, Action::discharge) == Action::discharge);
    CHECK(voltage.opinion(nothing, Action::idle) == Action::idle);
}

TEST_CASE("values inside the hold of an opinion leave it as it was, and some outside it do not", "[threshold]") {
    for (const double hysteresis : {0.0, 0.3, 2.5})  // the last is wider than the band
        for (const auto trouble : {Band::Trouble::low, Band::Trouble::high})
            for (const auto before : {Action::discharge, Action::idle, Action::charge}) {
                const Band band{10.0, 12.0, hysteresis, trouble};
                const Band::Hold hold = band.hold(before);
                int held = 0, changed = 0;
                for (double value = 5.0; value <= 17.0; value += 0.01) {
                    const bool stays = band.opinion(value, before) == before;
                    const bool is_inside = value > hold.above && value < hold.below;
                    CAPTURE(hysteresis, static_cast<int>(before), value);
                    if (is_inside) REQUIRE(stays);
                    held += is_inside ? 1 : 0;
                    changed += stays ? 0 : 1;
                }
                CHECK(held + changed >= 1198);  // but for the two edges
            }
}

TEST_CASE("each vehicle follows the voltage at its own connector", "[threshold]") {
    ControllerDesk desk;
    const auto weak = desk.park({.soc = 0.6});
    const auto between = desk.park({.soc = 0.6});
    const auto strong = desk.park({.soc = 0.6});
    desk.set_voltage(weak, 0.93);
    desk.set_voltage(between, 0.95);
    desk.set_voltage(strong, 0.97);
    desk.start("threshold_v2g", "{" + at_once + "}");
    desk.decide(6.0);
    CHECK(desk.p_kw(weak) == -10.0);
    CHECK(desk.p_kw(between) == 0.0);
    CHECK(desk.p_kw(strong) == 5.0);
}

TEST_CASE("with several signals any one discharges, and charging needs them all", "[threshold]") {
    ControllerDesk desk;
    const auto car = desk.park({.soc = 0.6});
    desk.start("threshold_v2g",
               "{signals: [feeder_head, price], head_low: 1000 kW, head_high: 2000 kW, head_hysteresis: 0 kW, "
               "price_low: 0.1 $/kWh, price_high: 0.3 $/kWh, " +
                   at_once + "}");
    const auto steered = [&](double head_kw, double price, int k) {
        desk.feeder_head_kw = head_kw;
        desk.price = price;
        desk.decide(6.0 + k * minute);
        return desk.p_kw(car);
    };
    CHECK(steered(900.0, 0.05, 0) == 5.0);
    CHECK(steered(1500.0, 0.05, 1) == 0.0);
    CHECK(steered(900.0, 0.35, 2) == -10.0);
    CHECK(steered(2100.0, 0.05, 3) == -10.0);
    CHECK(steered(900.0, 0.2, 4) == 0.0);
}

TEST_CASE("an action is kept for the dwell time", "[threshold]") {
    ControllerDesk desk;
    const auto car = desk.park({.soc = 0.6});
    desk.start("threshold_v2g", "{dwell: 5 min, release_spread: 0 s}");
    desk.set_voltage(car, 0.97);
    desk.decide(6.0);
    REQUIRE(desk.p_kw(car) == 5.0);
    desk.set_voltage(car, 0.93);
    for (int k = 1; k < 5; ++k) {
        desk.decide(6.0 + k * minute);
        CHECK(desk.p_kw(car) == 5.0);
    }
    desk.decide(6.0 + 5 * minute);
    CHECK(desk.p_kw(car) == -10.0);
}

TEST_CASE("random release spreads a fleet that sees one signal over the whole spread", "[threshold]") {
    ControllerDesk desk;
    std::vector<ConnectorId> cars;
    for (int k = 0; k < 60; ++k) cars.push_back(desk.park({.soc = 0.6}));
    desk.start("threshold_v2g", "{release_spread: 15 min}");
    std::vector<int> charging;
    for (int k = 0; k <= 15; ++k) {
        desk.decide(6.0 + k * minute);
        charging.push_back(static_cast<int>(std::count_if(cars.begin(), cars.end(), [&](auto c) { return desk.p_kw(c) > 0.0; })));
    }
    CHECK(charging.back() == 60);
    // 60 uniform delays over 15 minutes: 20 are expected by minute 5, deviation 3.7; none of 15 minutes takes 15 of them
    CHECK(charging[5] >= 5);
    CHECK(charging[5] <= 35);
    for (std::size_t k = 1; k < charging.size(); ++k) CHECK(charging[k] - charging[k - 1] < 15);
}

TEST_CASE("a change that is taken back before a vehicle's turn never happens", "[threshold]") {
    ControllerDesk desk;
    std::vector<ConnectorId> cars;
    for (int k = 0; k < 40; ++k) cars.push_back(desk.park({.soc = 0.6}));
    desk.start("threshold_v2g", "{release_spread: 60 min}");
    desk.decide(6.0);
    for (auto c : cars) desk.set_voltage(c, 0.95);
    for (int k = 1; k <= 60; ++k) desk.decide(6.0 + k * minute);
    for (auto c : cars) CHECK(desk.p_kw(c) == 0.0);
}

TEST_CASE("ordered release starts the least laxity first, so many per decision", "[threshold]") {
    ControllerDesk desk;
    std::vector<ConnectorId> cars;
    for (int k = 0; k < 5; ++k) cars.push_back(desk.park({.soc = 0.6, .departure_h = 20.0 - k}));
    desk.start("threshold_v2g", "{dwell: 0 s, release: ordered, release_count: 2}");
    desk.decide(6.0);
    CHECK(desk.p_kw(cars[4]) == 5.0);
    CHECK(desk.p_kw(cars[3]) == 5.0);
    CHECK(desk.p_kw(cars[2]) == 0.0);
    for (auto c : cars) desk.set_voltage(c, 0.93);
    desk.decide(6.0 + minute);  // towards discharging those with most time go first
    CHECK(desk.p_kw(cars[0]) == -10.0);
    CHECK(desk.p_kw(cars[1]) == -10.0);
    CHECK(desk.p_kw(cars[4]) == 5.0);
}

TEST_CASE("discharging ends above the controller's own reserve", "[threshold]") {
    ControllerDesk desk;
    const auto car = desk.park({.soc = 0.5, .reserve = 0.1});
    desk.set_voltage(car, 0.93);
    desk.start("threshold_v2g", "{reserve_soc: 0.4, " + at_once + "}");
    for (int k = 0; k < 120; ++k) {
        desk.decide(6.0 + k * minute);
        desk.follow(1.0);
        CHECK(desk.soc(car) >= 0.4);
    }
    CHECK(desk.soc(car) < 0.41);
    CHECK(desk.p_kw(car) == 0.0);
}

TEST_CASE("no period of discharging begins that would end below the controller's own reserve", "[threshold]") {
    ControllerDesk desk;
    // A quarter of an hour at 10 kW takes 0.0625 of 40 kWh.
    const auto below = desk.park({.soc = 0.46, .reserve = 0.1});
    const auto above = desk.park({.soc = 0.4626, .reserve = 0.1});
    desk.set_voltage(below, 0.93);
    desk.set_voltage(above, 0.93);
    desk.start("threshold_v2g", "{reserve_soc: 0.4, period: 15 min, " + at_once + "}");
    for (int k = 0; k < 4; ++k) {
        desk.decide(6.0 + 0.25 * k);
        if (k == 0) CHECK(desk.p_kw(below) == 0.0);
        if (k == 0) CHECK(desk.p_kw(above) == -10.0);
        desk.follow(15.0);
        CHECK(desk.soc(below) == 0.46);
        CHECK(desk.soc(above) >= 0.4);
    }
}

TEST_CASE("a vehicle charges at full power from the moment when its target is at stake, whatever the signals say",
          "[threshold]") {
    ControllerDesk desk;
    // 12 kWh take 2.4 h; with a margin of 5 min and a period of 1 min charging must start by 20 - 2.4 - 0.1 h
    const auto car = desk.park({.soc = 0.6, .target = 0.9, .departure_h = 20.0, .return_kw = 0.0});
    desk.set_voltage(car, 0.93);
    desk.start("threshold_v2g");
    desk.decide(17.45);
    CHECK(desk.p_kw(car) == 0.0);
    desk.decide(17.5);
    CHECK(desk.p_kw(car) == 5.0);
    for (int k = 0; k < 150; ++k) {
        desk.follow(1.0);
        desk.decide(17.5 + (k + 1) * minute);
    }
    CHECK(desk.soc(car) == 0.9);
}

TEST_CASE("contradictory thresholds are told with the field to look at", "[threshold]") {
    CHECK(complaint_of("{signals: [price], price_low: 0.1 $/kWh}").find("price_high: is missing") != std::string::npos);
    CHECK(complaint_of("{head_high: 3000 kW}").find("head_high: is given, but nothing watches it; add feeder_head to signals") !=
          std::string::npos);
    CHECK(complaint_of("{voltage_low: 0.97 pu}").find("voltage_low: is not below voltage_high") != std::string::npos);
    CHECK(complaint_of("{signals: [voltage, voltage]}").find("names a signal twice") != std::string::npos);
    CHECK(complaint_of("{signals: []}").find("signals: is empty") != std::string::npos);
}
