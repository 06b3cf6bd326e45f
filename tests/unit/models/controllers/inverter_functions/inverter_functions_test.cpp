/// Inverter functions in time and at their limits, by closed forms.
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <string>

#include "unit/models/controllers/inverter_functions/inverter_desk.hpp"

using namespace evsweep;
using namespace evsweep::test;

namespace {
constexpr Duration second = std::chrono::seconds(1);
}

TEST_CASE("ninety per cent of a step are gone at the open loop response time", "[inverter_functions]") {
    const auto way_after = [](const std::string& settings, int seconds) {
        InverterDesk desk(settings, second);
        desk.available_kw = 60.0;
        desk.turn(1.0);
        desk.turns(seconds, 1.1);
        return desk.roof_q();
    };
    CHECK(way_after("{category: B, reactive_power: volt_var}", 5) == Approx(-0.44 * 0.9).epsilon(1e-12));
    CHECK(way_after("{category: A, reactive_power: volt_var}", 10) == Approx(-0.25 * 0.9).epsilon(1e-12));
    CHECK(way_after("{reactive_power: volt_var, volt_var: {response: 90 s}}", 90) == Approx(-0.44 * 0.9).epsilon(1e-12));
    for (const int k : {1, 3, 17})
        CHECK(way_after("{reactive_power: volt_var, volt_var: {response: 20 s}}", k) ==
              Approx(-0.44 * (1.0 - std::pow(10.0, -k / 20.0))).epsilon(1e-12));

    InverterDesk watts("{volt_watt: {}, charging_limit: {}}", second);
    watts.turn(1.0);
    watts.turns(10, 1.1);
    CHECK(watts.roof_p() == Approx(0.1).epsilon(1e-12));
    CHECK(watts.car_p() == Approx(-1.0));
    watts.turns(10, 0.9);
    CHECK(watts.roof_p() == Approx(0.1 + 0.9 * 0.9).epsilon(1e-12));
    CHECK(watts.car_p() == Approx(-0.1).epsilon(1e-12));

    InverterDesk follows("{reactive_power: watt_var}", second);
    follows.available_kw = 0.0;
    follows.turn(1.0);
    follows.available_kw = 89.0;
    follows.turns(10, 1.0);
    CHECK(follows.roof_q() == Approx(-0.44 * 0.78 * 0.9).epsilon(1e-12));
}

TEST_CASE("the length of turns does not change where a standing voltage leads", "[inverter_functions]") {
    const auto after_a_minute = [](Duration period, int turns) {
        InverterDesk desk("{reactive_power: volt_var, volt_var: {response: 60 s}}", period);
        desk.available_kw = 60.0;
        desk.turn(1.0);
        desk.turns(turns, 0.95);
        return desk.roof_q();
    };
    CHECK(after_a_minute(std::chrono::minutes(1), 1) == Approx(0.22 * 0.9).epsilon(1e-12));
    CHECK(after_a_minute(second, 60) == Approx(after_a_minute(std::chrono::minutes(1), 1)).epsilon(1e-12));
}

TEST_CASE("the reference voltage follows the filtered voltage within its bounds", "[inverter_functions]") {
    const std::string settings = "{reactive_power: volt_var, volt_var: {reference_time_constant: 300 s}}";
    InverterDesk desk(settings, std::chrono::seconds(10));
    desk.available_kw = 60.0;
    desk.turn(1.04);
    desk.turns(30, 1.04);
    const double v_ref = 1.0 + 0.04 * (1.0 - std::exp(-1.0));
    REQUIRE(1.04 < v_ref + 0.02);  // within the deadband that has moved
    CHECK(desk.roof_q() == Approx(0.0).margin(1e-9));
    desk.turns(600, 1.09);  // v_ref ends at 1.05
    CHECK(desk.roof_q() == Approx(-0.44 * (1.09 - 1.07) / 0.06).epsilon(1e-9));
    InverterDesk stays("{reactive_power: volt_var}");
    stays.available_kw = 60.0;
    stays.turns(100, 1.09);
    CHECK(stays.roof_q() == Approx(-0.44));
}

TEST_CASE("no priority leaves the circle, and each keeps what it should", "[inverter_functions]") {
    std::mt19937 random(7);
    const auto between = [&random](double low, double high) {
        return low + (high - low) * (static_cast<double>(random()) / 4294967296.0);
    };
    for (const std::string priority : {"reactive", "active"})
        for (const std::string function : {"volt_var", "watt_var", "constant_power_factor, power_factor: 0.85",
                                           "constant_reactive_power, reactive_share: -0.3"}) {
            InverterDesk desk("{reactive_power: " + function + ", priority: " + priority + "}");
            for (int k = 0; k < 300; ++k) {
                desk.available_kw = between(0.0, 100.0);
                desk.wanted_kw = between(0.0, 100.0);
                desk.turn(between(0.85, 1.15));
                CAPTURE(function, priority, k);
                REQUIRE(desk.roof_setpoint_kva() <= 100.0 * (1.0 + 1e-9));
                REQUIRE(desk.car_setpoint_kva() <= 100.0 * (1.0 + 1e-9));
                if (priority == "active") {
                    REQUIRE(desk.roof_p() == Approx(desk.available_kw / 100.0));
                    REQUIRE(desk.car_p() == Approx(-desk.wanted_kw / 100.0).margin(1e-12));
                }
            }
        }
    InverterDesk reactive("{reactive_power: volt_var}");
    reactive.turns(4, 1.08);
    CHECK(reactive.roof_q() == Approx(-0.44));
    CHECK(reactive.roof_p() == Approx(std::sqrt(1.0 - 0.44 * 0.44)));
    CHECK(reactive.car_p() == Approx(-std::sqrt(1.0 - 0.44 * 0.44)));
    CHECK(reactive.counter("curtailed_for_reactive_kwh") ==
          Approx(3.0 / 60.0 * 100.0 * (1.0 - std::sqrt(1.0 - 0.44 * 0.44))).epsilon(1e-9));
    CHECK(reactive.counter("withheld_for_reactive_kwh") == Approx(reactive.counter("curtailed_for_reactive_kwh")));
    InverterDesk active("{reactive_power: volt_var, priority: active}");
    active.turns(4, 1.08);
    CHECK(active.roof_q() == Approx(0.0).margin(1e-9));
    CHECK(active.roof_p() == Approx(1.0));
    InverterDesk factor("{power_factor: 0.95}");
    factor.turns(2, 1.0);
    CHECK(factor.roof_p() == Approx(0.95));
    CHECK(factor.roof_q() == Approx(-std::sqrt(1.0 - 0.95 * 0.95)));
    CHECK(factor.car_p() == Approx(-0.95));
    CHECK(factor.car_q() == Approx(-std::sqrt(1.0 - 0.95 * 0.95)));
}

TEST_CASE("little active power has little reactive power, unless the nameplate says otherwise", "[inverter_functions]") {
    const auto q_at = [](double p, const std::string& more) {
        InverterDesk desk("{reactive_power: volt_var" + more + "}");
        desk.available_kw = 100.0 * p;
        desk.wanted_kw = 100.0 * p;
        desk.turns(4, 0.9);
        CHECK(desk.roof_q() == Approx(desk.car_q()).margin(1e-12));
        return desk.roof_q();
    };
    CHECK(q_at(0.2, "") == Approx(0.44));
    CHECK(q_at(0.1, "") == Approx(0.22));
    CHECK(q_at(0.05, "") == Approx(0.11));
    CHECK(q_at(0.049, "") == 0.0);
    CHECK(q_at(0.0, "") == 0.0);
    CHECK(q_at(0.0, ", all_reactive_from: 0, no_reactive_below: 0") == Approx(0.44));
}

TEST_CASE("an inverter disconnects after the clearing time and returns along the ramp", "[inverter_functions]") {
    const auto turns_until_out = [](const std::string& category, double pu) {
        InverterDesk desk("{trip: {category: " + category + "}}", second);
        desk.turn(1.0);
        for (int k = 0; k < 60; ++k) {
            desk.turn(pu);
            if (desk.roof_p() == 0.0) return k;
        }
        return -1;
    };
    CHECK(turns_until_out("III", 1.12) == 13);
    CHECK(turns_until_out("II", 1.12) == 2);
    CHECK(turns_until_out("I", 1.12) == 2);
    CHECK(turns_until_out("III", 0.87) == 21);
    CHECK(turns_until_out("II", 0.69) == 10);
    CHECK(turns_until_out("I", 0.69) == 2);
    CHECK(turns_until_out("II", 0.87) == -1);
    CHECK(turns_until_out("III", 1.25) == 1);  // 0.16 s, rounded up to a turn
    CHECK(turns_until_out("III", 0.45) == 2);

    InverterDesk desk("{trip: {category: III}}", second);
    desk.turn(1.0);
    desk.turns(14, 1.12);
    REQUIRE(desk.roof_p() == 0.0);
    CHECK(desk.car_p() == 0.0);
    desk.turns(1000, 1.06);  // above the 1.05 pu of the return to service
    CHECK(desk.roof_p() == 0.0);
    desk.turns(300, 1.04);
    CHECK(desk.roof_p() == 0.0);
    desk.turn(1.04);  // 300 s after the first good turn
    desk.turns(150, 1.04);
    CHECK(desk.roof_p() == Approx(0.5));
    CHECK(desk.car_p() == Approx(-0.5));
    desk.turns(150, 1.04);
    CHECK(desk.roof_p() == Approx(1.0));
    CHECK(desk.counter("trips") == 2.0);
    const double ramp_kwh = 100.0 * 150.5 / 3600.0, out_kwh = 100.0 * 1301.0 / 3600.0;
    CHECK(desk.counter("curtailed_by_trips_kwh") == Approx(ramp_kwh + out_kwh).epsilon(1e-9));
    CHECK(desk.counter("tripped_hours") == Approx(2.0 * 1301.0 / 3600.0).epsilon(1e-9));
    // A short dip of a turn resets the clock.
    InverterDesk dips("{trip: {category: III}}", second);
    for (int k = 0; k < 20; ++k) {
        dips.turns(12, 1.12);
        dips.turn(1.0);
    }
    CHECK(dips.counter("trips") == 0.0);
}

TEST_CASE("a loop that swings from turn to turn is counted and remarked", "[inverter_functions]") {
    const auto swing = [](InverterDesk& desk) {
        desk.available_kw = 60.0;
        double pu = 1.06;
        for (int k = 0; k < 60; ++k) {
            desk.turn(pu);
            pu = 1.06 + 0.2 * desk.roof_q();  // gain 0.2 pu per S beside a slope of 7.3: 1.47
        }
    };
    InverterDesk swings("{reactive_power: volt_var}"), settles("{reactive_power: volt_var, largest_move: 50 %}");
    swing(swings), swing(settles);
    CHECK(swings.counter("alternations") > 50.0);
    REQUIRE(swings.remarks().size() == 1);
    CHECK_THAT(swings.remarks().front().text, Catch::Contains("goes up and down from turn to turn"));
    CHECK(settles.remarks().empty());
    CHECK(settles.roof_q() == Approx(-0.44 * 0.04 / (0.06 + 0.2 * 0.44)).epsilon(1e-6));  // where both lines meet
}

TEST_CASE("only what needs the voltage reads it", "[inverter_functions]") {
    for (const std::string settings : {"{}", "{power_factor: 0.9}", "{reactive_power: watt_var}",
                                       "{reactive_power: constant_reactive_power, reactive_share: 0.2}"}) {
        CAPTURE(settings);
        CHECK(InverterDesk(settings).exchange.read_signals().empty());
    }
    for (const std::string settings :
         {"{reactive_power: volt_var}", "{volt_watt: {}}", "{charging_limit: {}}", "{trip: {category: I}}"}) {
        CAPTURE(settings);
        CHECK(InverterDesk(settings).exchange.read_signals() == std::vector<std::string>{"voltage"});
    }
}

TEST_CASE("settings outside the standard's ranges are refused at their place", "[inverter_functions]") {
    const auto says = [](const std::string& settings, const std::string& text) {
        CAPTURE(settings);
        CHECK_THAT(issues_of_inverter(settings), Catch::Contains(text));
    };
    says("category: A\nreactive_power: volt_var\nvolt_var:\n  v2: 0.98 pu\n",
         "controller.yaml:4:7: controllers.it.volt_var.v2: is 0.98 pu, outside the 1 to 1 pu of category A in Table 8");
    says("{reactive_power: volt_var, volt_var: {v1: 0.97 pu}}",
         "is 0.97 pu, outside the 0.82 to 0.96 pu of category B in Table 8");
    says("{reactive_power: volt_var, volt_var: {v4: 1.03 pu}}", "volt_var.v4: is 1.03 pu, outside the 1.04 to 1.18 pu");
    says("{reactive_power: volt_var, volt_var: {q1: 0.5}}", "volt_var.q1: is 0.5, outside the 0 to 0.44 of the capability");
    says("{reactive_power: volt_var, volt_var: {response: 0.5 s}}", "out of range");
    says("{reactive_power: volt_var, volt_var: {v_ref: 1.06 pu}}", "out of range");
    says("{reactive_power: volt_var, volt_var: {reference_time_constant: 100 s}}", "out of range");
    says("{category: A, reactive_power: constant_reactive_power, reactive_share: -0.3}",
         "reactive_share: is -0.3, outside the -0.25");
    says("{absorption_capability: 0.3}", "absorption_capability: is 0.3, outside the 0.44 to 1 of category B in Table 7");
    says("{reactive_power: watt_var, watt_var: {p1: 0.45}}", "p1: is less than 0.1 below p2");
    says("{reactive_power: watt_var, watt_var: {drawn_p3: 0.55}}", "drawn_p3: is less than 0.1 above drawn_p2");
    says("{volt_watt: {v1: 1.09 pu, v2: 1.095 pu}}", "v2: is less than 0.01 pu above v1");
    says("{charging_limit: {v1: 0.9 pu, v2: 0.9 pu}}", "v2: is less than 0.01 pu below v1");
    says("{trip: {category: II, uv1_time: 30 s}}", "uv1_time: is 30 s, outside the 2 to 21 s");
    says("{trip: {}}", "category");
    says("{power_factor: 1, excitation: injecting}", "excitation: has no effect here");
    says("{reactive_power: watt_var, volt_var: {v1: 0.9 pu}}", "volt_var: has no effect here");
    says("{no_reactive_below: 4 %, all_reactive_from: 2 %}", "no_reactive_below: is above all_reactive_from");
    CHECK(issues_of_inverter(
              "{category: A, absorption_capability: 0.44, reactive_power: constant_reactive_power, reactive_share: -0.4}")
              .empty());
}
