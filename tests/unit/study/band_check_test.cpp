#include "sim/study/band_check.hpp"

#include <catch2/catch.hpp>

#include "unit/models/sites.hpp"

using namespace evsweep;

namespace {

FeederSite two_levels() {
    FeederSite site = make_site({{.name = "source"}, {.name = "station"}, {.name = "home"}, {.name = "shop"}}, 400);
    site.nominal_v = {20000, 20000, 400, 400};
    return site;
}

}  // namespace

TEST_CASE("check tells how many buses each voltage band holds at") {
    Limits limits;
    CHECK(bands_text(limits, two_levels()).empty());
    limits.bands["medium"] = {Volts(1000), PerUnit(0.95), PerUnit(1.05), {}};
    CHECK(bands_text(limits, two_levels()) ==
          "voltages are held to 0.9 to 1.1 pu at 2 others, 0.95 to 1.05 pu at 1 buses (medium)");
}

TEST_CASE("a voltage band that holds at no bus is warned of, with the nominal voltages that there are") {
    Limits limits;
    limits.bands["medium"] = {Volts(1000), PerUnit(0.95), std::nullopt, {}};
    limits.bands["high"] = {Volts(33000), PerUnit(0.95), std::nullopt, {}};
    Issues issues;
    check_bands(limits, two_levels(), issues);
    REQUIRE(issues.list().size() == 1);
    CHECK(issues.list()[0].severity == Severity::warning);
    CHECK(issues.list()[0].path == "limits.bands.high");
    CHECK(issues.list()[0].problem == "holds at no bus; buses have 0.4 kV, 20 kV");
}
