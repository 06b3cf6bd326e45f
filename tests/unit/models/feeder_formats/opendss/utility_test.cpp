// What files of utilities have besides their network: empty values, growth, and what a snapshot needs of it or not.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>

#include "unit/models/feeder_formats/opendss/opendss_reading.hpp"

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

TEST_CASE("an empty value keeps the default and ends its line, and both are reported") {
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

TEST_CASE("a shape that is not there or cannot be followed is reported once, and loads keep its name for the scenario to give") {
    const auto outcome = read_well(
        "New Load.a bus1=src yearly=nowhere\nNew Load.b bus1=src daily=nowhere\n"
        "New LoadShape.empty npts=3\nNew Load.c bus1=src duty=empty\nNew Load.d bus1=src yearly=none\n"
        "New LoadShape.short npts=3 mult=(1 2 3) qmult=(1 2)\nNew Load.e bus1=src daily=short\n"
        "New LoadShape.mixed hour=(2 1 3) mult=(1 2 3)\nNew Load.f bus1=src daily=mixed\n"
        "New PVSystem.p bus1=src kv=12.47 irradiance=0.5 daily=nowhere\n");
    CHECK(outcome.feeder->profiles.empty());
    const Texts expected{"nowhere", "nowhere", "empty", "", "short", "mixed", "nowhere"};
    for (std::size_t i = 0; i < expected.size(); ++i) CHECK(outcome.feeder->loads[i].profile == expected[i]);
    const std::string give = "give a profile of that name in base_load.profiles of scenarios";
    CHECK(outcome.warnings ==
          Texts{"f.dss:4:5: warning: load shape 'empty': has no values, which a snapshot does not need; " + give,
                "f.dss:9:5: warning: load shape 'mixed': has times that are not as many as its values, do not "
                "rise from 0, or share no raster of a million points, which a snapshot does not need; " +
                    give,
                "f.dss:2:5: warning: load shape 'nowhere': is not defined, which a snapshot does not need (3 "
                "times); define it with New LoadShape, or " +
                    give,
                "f.dss:7:5: warning: load shape 'short': has not as many values of reactive power as of power, "
                "which a snapshot does not need; " +
                    give});
}

TEST_CASE("a shape may be defined after those who follow it") {
    const auto outcome = read_well("New Load.a bus1=src yearly=late\nNew LoadShape.late npts=2 mult=(1 2)\n");
    CHECK(outcome.warnings.empty());
    CHECK(outcome.feeder->profiles.front().values == std::vector<double>{1.0, 2.0});
}

TEST_CASE("reactive power follows a series of its own where a shape has one") {
    const Files files{{"pq.csv", "1, 2\n3, 5\n"}};
    const auto outcome = read_well(
        "New LoadShape.own npts=2 mult=(0.5 1) qmult=(0.2 0.9)\nNew LoadShape.same npts=2 mult=(0.5 1) qmult=(0.5 1)\n"
        "New LoadShape.actual npts=2 pqcsvfile=pq.csv useactual=yes\nNew LoadShape.late npts=2 mult=(4 8) qmult=(3 0) "
        "useactual=y\n"
        "New Load.a bus1=src yearly=own\nNew Load.b bus1=src yearly=same\nNew Load.c bus1=src yearly=actual\n"
        "New Load.d bus1=src yearly=late\nNew Generator.g bus1=src daily=own\nNew PVSystem.p bus1=src kv=12.47 daily=own\n",
        files);
    const auto& profiles = outcome.feeder->profiles;
    REQUIRE(profiles.size() == 4);
    CHECK(profiles[0].values == std::vector<double>{0.5, 1.0});
    CHECK(profiles[0].q_values == std::vector<double>{0.2, 0.9});
    CHECK(profiles[1].q_values.empty());
    CHECK(outcome.feeder->loads[2].p.value() == 3.0);  // where the shape is largest
    CHECK(outcome.feeder->loads[2].q.value() == 5.0);
    CHECK(profiles[2].values == std::vector<double>{1.0 / 3.0, 1.0});
    CHECK(profiles[2].q_values == std::vector<double>{0.4, 1.0});
    CHECK(outcome.feeder->loads[4].profile == "own");
    CHECK(outcome.feeder->loads[5].profile == "own of active power");
    CHECK(profiles[3].q_values.empty());
    CHECK(outcome.warnings ==
          Texts{"f.dss:5:5: warning: load shape 'late': has reactive power where a load that follows it has none, "
                "which a snapshot does not need; give a profile of that name in base_load.profiles of scenarios"});
}

TEST_CASE("points at times of their own become a series on the raster that they share") {
    const Files files{{"t.csv", "0 10\n1.5 20\n3 10\n"}};
    const auto series = [&](const std::string& shape) {
        return read_well("New LoadShape.s " + shape + "\nNew Load.l bus1=src daily=s\n", files).feeder->profiles.front();
    };
    const auto linear = series("npts=4 interval=0 hour=(0 6 12 24) mult=(0.4 0.6 1 0.4)");
    CHECK(linear.every == std::chrono::hours(6));
    CHECK(linear.values == std::vector<double>{0.4, 0.6, 1.0, 0.7});
    CHECK(linear.linear);
    const auto held = series("npts=4 hour=(0 6 12 24) mult=(0.4 0.6 1 0.5) interpolation=edge qmult=(1 2 3 4)");
    CHECK(held.values == std::vector<double>{0.4, 0.6, 1.0, 1.0});
    CHECK(held.q_values == std::vector<double>{1.0, 2.0, 3.0, 3.0});
    CHECK_FALSE(held.linear);
    CHECK(series("npts=3 hour=(1 2 3) mult=(5 6 7)").values == std::vector<double>{7.0, 5.0, 6.0});  // the end is the beginning
    const auto from_file = series("npts=3 interval=0 csvfile=t.csv");
    CHECK(from_file.every == std::chrono::minutes(90));
    CHECK(from_file.values == std::vector<double>{10.0, 20.0});
    CHECK(series("npts=3 interval=0 hour=(0 1 2) interval=1 mult=(1 2 3)").values.size() == 3);  // the last word counts
    const auto outcome = read_well("New LoadShape.s npts=2 hour=(0 2) mult=(1 3)\nNew Load.l bus1=src daily=s\n");
    CHECK(outcome.warnings ==
          Texts{"f.dss:2:5: warning: load shape 's': ends at 3 and begins again at 1, and goes there in its last "
                "interval of 2 h"});
}

TEST_CASE("shapes of binary files are those of their numbers") {
    const float singles[] = {0.5F, 1.0F, 0.25F, 2.0F};
    const double doubles[] = {0.1, 0.2, 0.3};
    const Files files{{"s.sng", std::string(reinterpret_cast<const char*>(singles), sizeof singles)},
                      {"d.dbl", std::string(reinterpret_cast<const char*>(doubles), sizeof doubles)},
                      {"cut.dbl", "too short"}};
    const auto values = [&](const std::string& shape) {
        return read_well("New LoadShape.s " + shape + "\nNew Load.l bus1=src daily=s\n", files).feeder->profiles.front().values;
    };
    CHECK(values("npts=4 sngfile=s.sng") == std::vector<double>{0.5, 1.0, 0.25, 2.0});
    CHECK(values("npts=2 dblfile=d.dbl") == std::vector<double>{0.1, 0.2});
    CHECK(values("npts=3 mult=(dblfile=d.dbl)") == std::vector<double>{0.1, 0.2, 0.3});
    CHECK(values("npts=4 mult=[sngfile=s.sng]") == std::vector<double>{0.5, 1.0, 0.25, 2.0});
    CHECK(errors_of("New LoadShape.s dblfile=cut.dbl", files) ==
          Texts{"f.dss:2:25: loadshape.s.dblfile: file 'cut.dbl' holds other than numbers of 8 bytes"});
}

TEST_CASE("classes that are not supported are refused with how many, in three lines at most") {
    const std::string hint = "; remove or disable them, or model them otherwise";
    const std::string faults =
        "New Fault.f1 bus1=src\nNew Fault.f2 bus1=src\nNew Fault.f3\nNew Fault.f4\nNew Fault.off enabled=no\n";
    CHECK(errors_of(faults) ==
          Texts{"f.dss:2:5: fault: 4 of this class (f1, f2, f3, ...), which is not supported and would change the "
                "solution" +
                hint});
    CHECK(errors_of(faults + "New UPFC.u\nNew VCCS.v\n").size() == 3);
    const Texts many = errors_of(faults + "New UPFC.u\nNew VCCS.v\nNew IndMach012.m\nNew VCCS.w\n");
    REQUIRE(many.size() == 3);
    CHECK(many[1] == "f.dss:9:5: indmach012: 1 of this class (m), which is not supported and would change the solution" + hint);
    CHECK(many[2] ==
          "f.dss:7:5: other classes: upfc (1), vccs (2), which are not supported and would change the solution" + hint);
    CHECK(errors_of("New UPFC.u\nDisable UPFC.u\n").empty());
}

TEST_CASE("curves and growth shapes are cut to their number of points, and come from files of pairs") {
    const double pairs[] = {1.0, 1.5, 2.0, 2.0};
    const Files files{{"p.csv", "1 1.5\n2 2\n"}, {"p.dbl", std::string(reinterpret_cast<const char*>(pairs), sizeof pairs)}};
    const auto kw = [&](const std::string& shape) {
        const auto outcome =
            read_well("New GrowthShape.g " + shape + "\nNew Load.l bus1=src kw=100 growth=g\nSet year=3\n", files);
        CHECK(outcome.warnings.empty());
        return outcome.feeder->loads.front().p.value();
    };
    CHECK(kw("csvfile=p.csv") == Approx(300.0));
    CHECK(kw("dblfile=p.dbl") == Approx(300.0));
    CHECK(kw("npts=1 year=(1 2) mult=(1.5 2)") == Approx(225.0));
    const auto pv = read_well(
        "New XYCurve.heat npts=2 csvfile=p.csv\nNew PVSystem.p bus1=src kv=12.47 pmpp=10 temperature=1 "
        "p-tcurve=heat kva=100 %cutout=0 %pmpp=200\n",
        files);
    CHECK(pv.warnings.empty());
    CHECK(pv.feeder->loads.front().p.value() == Approx(-15.0));
}
