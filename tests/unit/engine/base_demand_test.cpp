#include "sim/engine/base_demand.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/engine/small_world.hpp"

namespace {

using namespace evsweep;

/// The feeder of two buses whose load follows a profile of the feeder file.
Feeder with_profile(ProfileRow profile) {
    FeederDescription d;
    d.buses = {{.id = "source", .nominal = Volts(10000.0)}};
    d.sources = {{.bus = "source"}};
    d.profiles = {std::move(profile)};
    d.loads = {{.id = "houses", .bus = "source", .p = Kilowatts(100.0), .q = Kilovars(50.0), .profile = "own"}};
    Issues issues;
    auto feeder = build_feeder(d, {}, issues);
    for (const Issue& issue : issues.list()) UNSCOPED_INFO(to_text(issue));
    REQUIRE(feeder);
    return std::move(*feeder);
}

}  // namespace

TEST_CASE("reactive power follows a series of its own where the feeder file has one") {
    const Scenario hours = small_world::a_day(std::chrono::hours(1));
    const BaseDemand base(hours, with_profile({.id = "own", .values = {0.5, 1.0}, .q_values = {2.0, 0.25}}));
    CHECK(base.scale(0, 0) == 0.5);
    CHECK(base.q_scale(0, 0) == 2.0);
    CHECK(base.scale(1, 0) == 1.0);
    CHECK(base.q_scale(1, 0) == 0.25);
    CHECK(base.q_scale(2, 0) == 2.0);
    CHECK(base.demand_kw()[0] == 50.0);
}

TEST_CASE("a load changes where only its reactive power does") {
    const Scenario hours = small_world::a_day(std::chrono::hours(1));
    const BaseDemand base(hours, with_profile({.id = "own", .values = {1.0, 1.0, 1.0}, .q_values = {1.0, 1.0, 2.0}}));
    CHECK(base.changes_at(0));
    CHECK_FALSE(base.changes_at(1));
    CHECK(base.changes_at(2));
}

TEST_CASE("a profile of the feeder file may be linear between its values") {
    const Scenario quarters = small_world::a_day(std::chrono::minutes(15));
    const BaseDemand base(quarters, with_profile({.id = "own", .values = {0.0, 1.0}, .q_values = {}, .linear = true}));
    CHECK(base.scale(1, 0) == Approx(0.25));
    CHECK(base.q_scale(1, 0) == Approx(0.25));
    CHECK(base.scale(5, 0) == Approx(0.75));
}

TEST_CASE("the scenario's profile goes before that of the feeder file, for both powers") {
    Scenario hours = small_world::a_day(std::chrono::hours(1));
    hours.base_load.profiles["own"] = Profile{std::chrono::hours(1), false, {0.125}};
    const BaseDemand base(hours, with_profile({.id = "own", .values = {1.0}, .q_values = {2.0}}));
    CHECK(base.scale(0, 0) == 0.125);
    CHECK(base.q_scale(0, 0) == 0.125);
}
