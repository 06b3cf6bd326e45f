// What files of utilities have besides their network: empty values, growth, and what a snapshot needs of it or not.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>

#include "tests/unit/models/opendss_reading.hpp"

namespace {

using namespace evsweep;
using Texts = std::vector<std::string>;

/// What is read without an error, with its warnings.
OpenDssOutcome read_well(const std::string& statements, const Files& files = {}) {
    OpenDssOutcome outcome = read_opendss("New Circuit.test basekv=12.47 bus1=src\n" + statements, files);
    for (const std::string& error : outcome.errors) UNSCOPED_INFO(error);
    REQUIRE(outcome.feeder);
    return outcome;
}

}  // namespace

TEST_CASE("an empty value keeps the default and ends its line, and both are told") {
    const auto load = [](const std::string& properties) {
        const auto outcome = read_well("New Load.l bus1=src kw=20 kvar=7 " + properties);
        return std::pair(outcome.feeder->loads.front(), outcome.warnings);
    };
    CHECK(load("phases=").first.terminals.size() == 3);
    CHECK(load("phases=").second ==
          Texts{"f.dss:2:41: warning: load.phases without a value: has no effect here and is left out"});
    CHECK(load("phases= ! one day").second ==
          Texts{"f.dss:2:42: warning: load.phases without a value: has no effect here and is left out"});
    CHECK(load("kv=").first.rated.value() == Approx(12470.0 / std::sqrt(3.0)));
    CHECK(load("conn=\"\"").first.terminals.front().minus == std::nullopt);
    CHECK(load("model=").first.response.active == PowerLaw{});
    CHECK(load("bus1=").first.bus == "src");
    CHECK(load("daily=").first.profile.empty());
    CHECK(load("zipv=()").first.response.active == PowerLaw{});
    CHECK(load("status=\n~ kw=30").first.p.value() == Approx(30.0));
    const auto [cut, warnings] = load("pf=, kw=99");
    CHECK(cut.p.value() == Approx(20.0));
    CHECK(warnings == Texts{"f.dss:2:37: warning: load.pf without a value: has no effect here and is left out",
                            "f.dss:2:42: warning: values behind the empty load.pf: has no effect here and is left out"});
    CHECK(load("\nLoad.l.kw=").first.p.value() == Approx(20.0));
    CHECK(load("\nSet loadmult=\nSet loadmult=2").first.p.value() == Approx(40.0));
    CHECK(load("\nNew Line.e bus1=src bus2=b units=").first.p.value() == Approx(20.0));
    CHECK(load("\nNew Transformer.t buses=(src b) kvs=").first.p.value() == Approx(20.0));
}

TEST_CASE("loads grow to the year that is set, by their growth shape or by the usual rate") {
    const auto kw = [](const std::string& growth, const std::string& statements) {
        const auto outcome = read_well(
            "New GrowthShape.g npts=3 year=(2001 2003 2004) mult=(1.1 1.2 1)\n"
            "New Load.l bus1=src kw=100 kvar=50 " +
            growth + "\n" + statements);
        CHECK(outcome.feeder->loads.front().q.value() == Approx(outcome.feeder->loads.front().p.value() / 2.0));
        return outcome.feeder->loads.front().p.value();
    };
    CHECK(kw("growth=g", "") == Approx(100.0));
    CHECK(kw("growth=g", "Set year=0") == Approx(100.0));
    CHECK(kw("growth=g", "Set year=1999") == Approx(100.0));
    CHECK(kw("growth=g", "Set year=2001") == Approx(100.0));
    CHECK(kw("growth=g", "Set year=2002") == Approx(110.0));
    CHECK(kw("growth=g", "Set year=2003") == Approx(121.0));
    CHECK(kw("growth=g", "Set year=2004") == Approx(100.0 * 1.1 * 1.1 * 1.2));
    CHECK(kw("growth=g", "Set year=2030") == Approx(100.0 * 1.1 * 1.1 * 1.2));
    CHECK(kw("", "Set year=1") == Approx(100.0));
    CHECK(kw("", "Set year=3") == Approx(100.0 * 1.025 * 1.025));
    CHECK(kw("", "Set year=3 %growth=10") == Approx(121.0));
    CHECK(kw("growth=default", "Set year=4 %growth=10") == Approx(100.0 * std::pow(1.025, 3)));
    CHECK(kw("status=fixed", "Set loadmult=2 year=3") == Approx(100.0 * 1.025 * 1.025));
    CHECK(kw("", "Set loadmult=2 year=3") == Approx(200.0 * 1.025 * 1.025));
    CHECK(errors_of("New Load.l bus1=src growth=gone\nSet year=2") ==
          Texts{"f.dss:2:5: load.l: grows by growth shape 'gone', which the script does not define; define it with New "
                "GrowthShape"});
}
