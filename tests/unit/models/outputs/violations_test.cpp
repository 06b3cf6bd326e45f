#include <catch2/catch.hpp>
#include <cmath>

#include "unit/models/output_rig.hpp"

using namespace evsweep;
using namespace evsweep::rig;

namespace {

double of(const std::map<std::string, Values>& kpis, const std::string& kind) { return kpis.at(kind + "_violation").at(0); }

}  // namespace

TEST_CASE(
    "a replica has broken the limits that it has minutes beyond of, and those that a feeder has nothing for are not judged") {
    const Rig rig;
    const Made made = rig.make("kpis");
    const auto kpis = rig.played(made, worked_day(), {stay(0, minutes(0), minutes(60), 40.0)});
    CHECK(of(kpis, "any") == 1);
    CHECK(of(kpis, "network") == 1);
    CHECK(of(kpis, "low_voltage") == 1);
    CHECK(of(kpis, "high_voltage") == 0);
    CHECK(of(kpis, "line") == 1);
    CHECK(of(kpis, "unserved") == 0);
    CHECK(of(kpis, "unsolved") == 0);
    CHECK(std::isnan(of(kpis, "transformer")));
    CHECK(std::isnan(of(kpis, "unbalance")));
    CHECK(made.variable("low_voltage_violation").long_name == "voltage below 0.945 pu");
    CHECK(made.variable("low_voltage_violation").display == Display::event);
}

TEST_CASE("a replica within all limits has broken none, and one with a short vehicle only that of service") {
    const Rig rig;
    std::vector<Step> day{{100, 0, 0, 2, 0.98, 50, 0.1, 0, 0}};
    const Made made = rig.make("kpis");
    CHECK(of(rig.played(made, day), "any") == 0);
    const auto kpis = rig.played(made, day, {stay(0, minutes(0), minutes(60), 40.0, 0.2)});
    CHECK(of(kpis, "any") == 1);
    CHECK(of(kpis, "network") == 0);
    CHECK(of(kpis, "unserved") == 1);
}

TEST_CASE("lines and transformers are told apart, and unbalance is judged where there are three phases") {
    UnbalancedRig rig;
    rig.feeder.branch_kind[0] = BranchKind::transformer;  // phase a carries 120 % of it
    const auto kpis = rig.played(rig.make("kpis"), worked_hour());
    CHECK(of(kpis, "transformer") == 1);
    CHECK(std::isnan(of(kpis, "line")));  // the lateral has no rating
    CHECK(of(kpis, "unbalance") == 1);
    CHECK(of(kpis, "high_voltage") == 1);
    CHECK(of(rig.played(rig.make("kpis", "{unbalance_limit: 4 %}"), worked_hour()), "unbalance") == 0);
}

TEST_CASE("a step without a solution is a violation of its own and of every limit that minutes count it for") {
    const Rig rig;
    std::vector<Step> day{{100, 0, 0, 2, 0.98, 50, 0.1, 0, 0}};
    day[0].solved = false;
    const auto kpis = rig.played(rig.make("kpis"), day);
    for (const char* kind : {"any", "network", "low_voltage", "line", "unsolved"}) {
        CAPTURE(kind);
        CHECK(of(kpis, kind) == 1);
    }
    CHECK(of(kpis, "high_voltage") == 0);
}
