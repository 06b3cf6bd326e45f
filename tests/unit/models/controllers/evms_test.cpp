/// The rule of `evms`, sentence by sentence, on cases worked by hand: 40 kWh, 5 kW in, 10 kW out, no losses.
#include <catch2/catch.hpp>

#include "unit/models/controllers/controller_desk.hpp"

using namespace evsweep;

namespace {

constexpr double evening = 6.0;  ///< 18:00, hours after noon
constexpr double night = 11.0;   ///< 23:00
constexpr double minute = 1.0 / 60.0;

}  // namespace

TEST_CASE("uncoordinated charging draws full power from plug-in and leaves the rest to the battery", "[controllers]") {
    ControllerDesk desk;
    const auto a = desk.park({.soc = 0.5});
    const auto full = desk.park({.soc = 0.9, .target = 0.9});
    desk.start("uncoordinated");
    desk.decide(evening);
    CHECK(desk.p_kw(a) == 5.0);
    CHECK(desk.p_kw(full) == 0.0);
}

TEST_CASE("in the peak V2G starts with the largest energy above the reserve, just until net demand is at the setpoint",
          "[evms]") {
    ControllerDesk desk;
    const auto small = desk.park({.soc = 0.5});   // 12 kWh above the reserve
    const auto large = desk.park({.soc = 0.9});   // 28 kWh
    const auto middle = desk.park({.soc = 0.7});  // 20 kWh
    desk.start("evms");
    desk.set_base(3200.0);
    desk.decide(evening);  // 3200 -> 3190 -> 3180, not above 3180 any more
    CHECK(desk.p_kw(large) == -10.0);
    CHECK(desk.p_kw(middle) == -10.0);
    CHECK(desk.p_kw(small) == 0.0);
}

TEST_CASE("V2G does not start within the margin above the reserve, nor without a bidirectional charger", "[evms]") {
    ControllerDesk desk;
    const auto low = desk.park({.soc = 0.21, .reserve = 0.2});
    const auto one_way = desk.park({.soc = 0.9, .return_kw = 0.0});
    const auto enough = desk.park({.soc = 0.215, .reserve = 0.2});
    desk.start("evms");
    desk.set_base(3500.0);
    desk.decide(evening);
    CHECK(desk.p_kw(low) == 0.0);
    CHECK(desk.p_kw(one_way) == 0.0);
    CHECK(desk.p_kw(enough) == -10.0);
}

TEST_CASE("V2G is released last-started first, while the peak leaves room for one more rating below the setpoint", "[evms]") {
    ControllerDesk desk;
    const auto first = desk.park({.soc = 0.9});
    const auto last = desk.park({.soc = 0.8});
    desk.start("evms");
    desk.set_base(3200.0);
    desk.decide(evening);
    desk.set_base(3181.0);  // net 3161: 3161 + 10 > 3180 - 10
    desk.decide(evening + minute);
    CHECK(desk.p_kw(last) == -10.0);
    desk.set_base(3180.0);  // net 3160: 3160 + 10 <= 3170 releases one; then 3170 + 10 > 3170
    desk.decide(evening + 2 * minute);
    CHECK(desk.p_kw(last) == 0.0);
    CHECK(desk.p_kw(first) == -10.0);
}

TEST_CASE("the peak ends only the release below the setpoint, and then all V2G that fits below the setpoint is released",
          "[evms]") {
    ControllerDesk desk;
    const auto car = desk.park({.soc = 0.9, .target = 0.95});
    desk.start("evms");
    desk.set_base(3181.0);
    desk.decide(night);
    CHECK(desk.p_kw(car) == -10.0);
    desk.set_base(3080.0);  // not below 3180 - 100: still the peak, so released (3070 + 10 <= 3170) but not charged
    desk.decide(night + minute);
    CHECK(desk.p_kw(car) == 0.0);
    desk.set_base(3079.0);
    desk.decide(night + 2 * minute);
    CHECK(desk.p_kw(car) == 5.0);
}

TEST_CASE("a base demand at the setpoint is no peak", "[evms]") {
    ControllerDesk desk;
    const auto car = desk.park({.soc = 0.9});
    desk.start("evms");
    desk.set_base(3180.0);
    desk.decide(evening);
    CHECK(desk.p_kw(car) == 0.0);
}

TEST_CASE("a vehicle that stopped at its reserve is refilled to its target at night", "[evms]") {
    ControllerDesk desk;
    const auto car = desk.park({.soc = 0.9, .target = 0.9});
    desk.start("evms");
    desk.set_base(3300.0);
    desk.decide(evening);
    CHECK(desk.p_kw(car) == -10.0);
    desk.halt(car, 0.2);
    desk.decide(evening + minute);
    CHECK(desk.p_kw(car) == 0.0);
    desk.set_base(2000.0);
    desk.decide(night);
    CHECK(desk.p_kw(car) == 5.0);
}

TEST_CASE("charging is started from 22:00 on and until noon, not before", "[evms]") {
    ControllerDesk desk;
    const auto car = desk.park({.soc = 0.5});
    desk.start("evms");
    desk.set_base(2000.0);
    desk.decide(10.0 - minute);
    CHECK(desk.p_kw(car) == 0.0);
    desk.decide(10.0);
    CHECK(desk.p_kw(car) == 5.0);
}

TEST_CASE("charging is admitted under the cap by least laxity", "[evms]") {
    ControllerDesk desk;
    // Latest starts: 20 - 16/5 = 16.8 h; 18 - 8/5 = 16.4 h; 19 - 4/5 = 18.2 h
    const auto second = desk.park({.soc = 0.5, .target = 0.9, .departure_h = 20.0});
    const auto first = desk.park({.soc = 0.5, .target = 0.7, .departure_h = 18.0});
    const auto third = desk.park({.soc = 0.5, .target = 0.6, .departure_h = 19.0});
    desk.start("evms", "{peak_setpoint: 4000 kW}");  // keeps the peak out of the way
    desk.set_base(3230.0);                           // 3235, 3240, and 3245 is above the cap
    desk.decide(night);
    CHECK(desk.p_kw(first) == 5.0);
    CHECK(desk.p_kw(second) == 5.0);
    CHECK(desk.p_kw(third) == 0.0);
}

TEST_CASE("above the cap the largest laxity is paused first, and nothing with 15 minutes or less", "[evms]") {
    ControllerDesk desk;
    const auto patient = desk.park({.soc = 0.5, .departure_h = 20.0});                // laxity 20 - 11 - 3.2 h
    const auto pressed = desk.park({.soc = 0.5, .departure_h = night + 3.2 + 0.25});  // 15 min
    desk.start("evms", "{peak_setpoint: 4000 kW}");                                   // keeps the peak out of the way
    desk.set_base(2000.0);
    desk.decide(night);
    REQUIRE(desk.p_kw(patient) == 5.0);
    REQUIRE(desk.p_kw(pressed) == 5.0);
    desk.set_base(3235.0);
    desk.decide(night);  // 3245 > 3240: one goes, 3240 is not above
    CHECK(desk.p_kw(patient) == 0.0);
    CHECK(desk.p_kw(pressed) == 5.0);
    desk.set_base(3239.0);
    desk.decide(night);
    CHECK(desk.p_kw(pressed) == 5.0);
    CHECK(desk.counter("overrides") == 0.0);
}

TEST_CASE("two minutes of laxity charge whatever the cap, the peak and the hour say, and are counted", "[evms]") {
    ControllerDesk desk;
    const auto pressed = desk.park({.soc = 0.5, .target = 0.6, .departure_h = evening + 0.8 + 2.0 * minute});
    const auto not_yet = desk.park({.soc = 0.5, .target = 0.6, .departure_h = evening + 0.8 + 2.1 * minute});
    desk.start("evms", "{soc_margin: 0.5}");  // keeps V2G out of the way
    desk.set_base(3300.0);
    desk.decide(evening);
    CHECK(desk.p_kw(pressed) == 5.0);
    CHECK(desk.p_kw(not_yet) == 0.0);
    CHECK(desk.counter("overrides") == 1.0);
}

TEST_CASE("a critical vehicle that fits under the cap at night is no override", "[evms]") {
    ControllerDesk desk;
    const auto pressed = desk.park({.soc = 0.5, .target = 0.6, .departure_h = night + 0.8});
    desk.start("evms");
    desk.set_base(2000.0);
    desk.decide(night);
    CHECK(desk.p_kw(pressed) == 5.0);
    CHECK(desk.counter("overrides") == 0.0);
}

TEST_CASE("V2G is given up before it costs the target", "[evms]") {
    ControllerDesk desk;
    // One minute at 10 kW costs 1 + 2 minutes of laxity; so at 5 minutes or less V2G must not go on.
    const auto car = desk.park({.soc = 0.5, .target = 0.6, .departure_h = evening + 0.8 + 5.5 * minute});
    desk.start("evms");
    desk.set_base(3300.0);
    desk.decide(evening);
    CHECK(desk.p_kw(car) == -10.0);
    desk.follow(1.0);
    desk.decide(evening + minute);
    CHECK(desk.p_kw(car) == 5.0);
    CHECK(desk.counter("overrides") == 1.0);
}

TEST_CASE("a vehicle that has left is not controlled any more", "[evms]") {
    ControllerDesk desk;
    const auto gone = desk.park({.soc = 0.9});
    const auto stays = desk.park({.soc = 0.5});
    desk.start("evms");
    desk.set_base(3190.0);
    desk.decide(evening);
    REQUIRE(desk.p_kw(gone) == -10.0);
    desk.unplug(gone);
    desk.decide(evening + minute);
    CHECK(desk.p_kw(gone) == 0.0);
    CHECK(desk.p_kw(stays) == -10.0);
}

TEST_CASE("the literal reading discharges from plug-in and then charges exactly what was missing at plug-in", "[evms]") {
    ControllerDesk desk;
    const auto car = desk.park({.soc = 0.45, .target = 0.8123, .departure_h = 20.0, .charge_kw = 5.4, .return_kw = 7.5});
    desk.start("evms", "{reading: literal}");
    desk.set_base(2000.0);
    for (double hour = 8.0; hour < 19.99; hour += minute) {
        desk.decide(hour);
        if (hour < 8.5) CHECK(desk.p_kw(car) == -7.5);
        if (hour > 9.5 && hour < 11.99) CHECK(desk.p_kw(car) == 0.0);
        if (hour > 11.995 && hour < 13.0) CHECK(desk.p_kw(car) == 5.4);
        desk.follow(1.0);
    }
    CHECK(desk.soc(car) == Approx(0.2 + (0.8123 - 0.45)).epsilon(1e-12));  // what was returned is never refilled
    CHECK(desk.counter("overrides") == 0.0);
}

TEST_CASE("the literal reading admits a leg only when all of it fits under the cap with the legs before", "[evms]") {
    ControllerDesk desk;
    // Both legs take 2 h. The base leaves room for one 5 kW leg from 24:00 to 26:00, for two from 26:00 on.
    const auto first = desk.park({.soc = 0.2, .target = 0.45, .departure_h = 19.0});
    const auto second = desk.park({.soc = 0.2, .target = 0.45, .departure_h = 20.0});
    desk.start("evms", "{reading: literal}");
    desk.set_base(3235.0);
    std::fill(desk.base_kw.begin() + 14 * 60, desk.base_kw.end(), 3230.0);
    double second_start = 0.0;
    for (int k = 11 * 60; k < 19 * 60; ++k) {
        desk.decide(k * minute);
        if (k == 12 * 60 - 1) CHECK(desk.p_kw(first) == 0.0);
        if (k == 12 * 60) CHECK(desk.p_kw(first) == 5.0);
        if (second_start == 0.0 && desk.p_kw(second) > 0.0) second_start = k * minute;
        desk.follow(1.0);
    }
    CHECK(second_start == Approx(14.0));
    CHECK(desk.soc(first) == Approx(0.45));
    CHECK(desk.soc(second) == Approx(0.45));
}

TEST_CASE("evms refuses laxities that its own period would outrun", "[evms]") {
    Issues issues;
    CHECK_FALSE(configure_controller("evms", "{period: 5 min, override_laxity: 2 min}", issues));
    REQUIRE(issues.list().size() == 1);
    CHECK(to_text(issues.list().front()).find("controllers.it.override_laxity: is shorter than the period") != std::string::npos);
}

TEST_CASE("the laxities of evms are by default at least a period", "[evms]") {
    const auto setting = [](const std::string& yaml, const std::string& name) {
        Issues issues;
        const auto read = configure_controller("evms", yaml, issues);
        REQUIRE(read);
        for (const Setting& s : read->settings)
            if (s.path == name) return s.value;
        return std::string();
    };
    CHECK(setting("{}", "override_laxity") == "2 min");
    CHECK(setting("{period: 5 min}", "override_laxity") == "5 min");
    CHECK(setting("{period: 5 min}", "pause_laxity") == "15 min");
    CHECK(setting("{period: 30 min}", "pause_laxity") == "30 min");
    CHECK(setting("{period: 5 min, override_laxity: 20 min}", "pause_laxity") == "20 min");
}
