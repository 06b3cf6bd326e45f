#include <catch2/catch.hpp>

#include "evsweep/contracts.hpp"
#include "unit/models/output_rig.hpp"

using namespace evsweep;
using namespace evsweep::rig;

TEST_CASE("an event is a KPI beyond a value", "[kpis][events]") {
    const Rig rig;
    const auto made =
        rig.make("kpis",
                 "{events: {high: {kpi: peak_kw, above: 289}, higher: {kpi: peak_kw, above: 290}, low_voltage: {kpi: "
                 "vmin_pu, below: 0.945}, lower_voltage: {kpi: vmin_pu, below: 0.94}}}");
    auto values = rig.played(made, worked_day());  // a peak of 290 kW, and 0.94 pu at the least
    CHECK(values.at("high") == Values{1.0});
    CHECK(values.at("higher") == Values{0.0});
    CHECK(values.at("low_voltage") == Values{1.0});
    CHECK(values.at("lower_voltage") == Values{0.0});
    const auto& variables = made.declared.variables();
    const auto event = std::find_if(variables.begin(), variables.end(), [](const Variable& v) { return v.name == "high"; });
    REQUIRE(event != variables.end());
    CHECK(event->display == Display::event);
    CHECK(event->headline);
    CHECK(event->long_name == "peak_kw above 289 kW");
    CHECK(event->over_solved_steps);
}

TEST_CASE("an event of a KPI that is not known in a replica is not known", "[kpis][events]") {
    const Rig rig;
    auto day = worked_day();
    for (Step& step : day) step.solved = false;
    const auto made = rig.make("kpis", "{events: {high: {kpi: peak_kw, above: 100}}}");
    CHECK(std::isnan(rig.played(made, day).at("high").front()));
}

TEST_CASE("events that cannot be are refused", "[kpis][events]") {
    const Rig rig;
    const auto refused = [&](const std::string& event) {
        CHECK_THROWS_WITH(rig.make("kpis", "{events: {mine: " + event + "}}"), Catch::Contains("mine"));
    };
    refused("{kpi: peak_kw}");
    refused("{kpi: peak_kw, above: 1, below: 2}");
    refused("{kpi: vmin_bus, above: 1}");
    CHECK_THROWS_WITH(rig.make("kpis", "{events: {mine: {kpi: peak_kv, above: 1}}}"),
                      Catch::Contains("there is no KPI 'peak_kv'; did you mean 'peak_kw'?"));
    CHECK_THROWS_WITH(rig.make("kpis", "{events: {peak_kw: {kpi: vmin_pu, below: 1}}}"),
                      Catch::Contains("event 'peak_kw' has the name of a KPI"));
}
