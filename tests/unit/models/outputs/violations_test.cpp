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

namespace {

/// Events of output `violations` and of `kpis`, played the same day.
void check_that_both_agree(const std::map<std::string, Values>& told, const std::map<std::string, Values>& kpis) {
    for (const char* kind :
         {"any", "network", "low_voltage", "high_voltage", "unbalance", "line", "transformer", "unsolved", "unserved"}) {
        CAPTURE(kind);
        const std::string name = std::string(kind) + "_violation";
        if (std::isnan(kpis.at(name).at(0)))
            CHECK(told.count(name) == 0);  // what is not judged is not declared
        else
            CHECK(told.at(name).at(0) == kpis.at(name).at(0));
    }
}

}  // namespace

TEST_CASE("output violations says of each limit what kpis say, and where and when it was worst") {
    const Rig rig;
    const Made made = rig.make("violations");
    const auto stays = {stay(0, minutes(0), minutes(60), 40.0, 0.2)};
    const auto told = rig.played(made, worked_day(), stays);
    check_that_both_agree(told, rig.played(rig.make("kpis"), worked_day(), stays));
    const auto element = [&](const std::string& kind) {
        return made.variable(kind + "_element").meanings.at(static_cast<std::size_t>(told.at(kind + "_element").at(0)));
    };
    CHECK(element("line") == rig.feeder.branch.at(0));
    CHECK(element("low_voltage") == rig.feeder.bus.at(1));
    CHECK(told.at("line_first_h").at(0) == Approx(0.5));  // 101 A of 100 A at 30 min
    CHECK(told.at("line_worst_h").at(0) == Approx(0.5));
    CHECK(told.at("low_voltage_first_h").at(0) == Approx(0.5));  // 0.94 pu at 30 and at 90 min
    CHECK(told.at("unserved_first_h").at(0) == Approx(1.0));
    const auto& kinds = made.variable("any_kind").meanings;
    CHECK(kinds.at(static_cast<std::size_t>(told.at("any_kind").at(0))) == "low_voltage");
    CHECK(std::isnan(told.at("high_voltage_element").at(0)));
}

TEST_CASE("output violations agrees with kpis where phases differ and where a step has no solution") {
    UnbalancedRig unbalanced;
    unbalanced.feeder.branch_kind[0] = BranchKind::transformer;
    check_that_both_agree(unbalanced.played(unbalanced.make("violations"), worked_hour()),
                          unbalanced.played(unbalanced.make("kpis"), worked_hour()));
    const Rig rig;
    auto day = worked_day();
    day[0].solved = false;
    const auto told = rig.played(rig.make("violations"), day);
    check_that_both_agree(told, rig.played(rig.make("kpis"), day));
    CHECK(told.at("unsolved_first_h").at(0) == 0.0);
    CHECK(std::isnan(told.at("unsolved_element").at(0)));
}
