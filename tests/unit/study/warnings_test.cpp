#include "sim/report/warnings.hpp"

#include <catch2/catch.hpp>

#include "sim/study/study_profile.hpp"
#include "tests/unit/study/synthetic_study.hpp"

using namespace evsweep;
using Catch::Matchers::Contains;

namespace {

/// Two replicas of ten steps under one controller, some without a solution.
StudyResult unsolved_study(std::size_t steps, std::size_t mostly_unsolved) {
    StudyResult study;
    study.planned = 2;
    study.control_steps = 10;
    study.replicas = {ReplicaId(0), ReplicaId(1)};
    study.controllers.resize(1);
    study.controllers[0].label = "evms";
    study.controllers[0].unsolved_steps = steps;
    study.controllers[0].mostly_unsolved_replicas = mostly_unsolved;
    return study;
}

}  // namespace

TEST_CASE("Where all went well nothing is said") {
    CHECK(warnings(unsolved_study(0, 0)).empty());
    CHECK_FALSE(dead_end(unsolved_study(0, 0)));
}

TEST_CASE("What the numbers are over is said, and which replicas say little") {
    CHECK(warnings(unsolved_study(3, 0)) ==
          "\nevms: the load flow had no solution at 3 of 20 control steps; these count as outside the voltage band and as "
          "overloaded, while extremes, losses and feeder energies are over the other steps only\n");
    CHECK_THAT(warnings(unsolved_study(8, 1)),
               Contains("evms: 1 of 2 replicas had no load flow in most of their steps; their numbers say little\n"));
    CHECK_FALSE(dead_end(unsolved_study(19, 2)));
    StudyResult base = unsolved_study(0, 0);
    base.base.label = "base";
    base.base.unsolved_steps = 4;
    CHECK_THAT(warnings(base), Contains("base: the load flow had no solution at 4 of 10 control steps"));
}

TEST_CASE("A controller without any load flow is a dead end, and it matters whether the vehicles are to blame") {
    StudyResult study = unsolved_study(20, 2);
    CHECK(
        dead_end(study) ==
        "under evms no load flow had a solution, in any step of any replica; the feeder without vehicles has some: ask for fewer "
        "vehicles or less power for each");
    study.base.unsolved_steps = 10;
    CHECK_THAT(*dead_end(study), Contains("nor has the feeder without vehicles"));
    study.replicas.clear();
    CHECK_FALSE(dead_end(study));
}

TEST_CASE("Remarks are told briefly: how many, in how many replicas, and the first of each of a few kinds") {
    StudyResult study = unsolved_study(0, 0);
    study.calendar_start = "2025-01-06 12:00";
    RunResult& run = study.controllers[0];
    run.remarks = {{ReplicaId(0), Instant(from_hours(6.5)), "voltage at bus 11 is 0.0021 pu too low"},
                   {ReplicaId(0), Instant(from_hours(6.75)), "voltage at bus 9 is 0.001 pu too low"},
                   {ReplicaId(1), Instant(from_hours(26)), "voltage at bus 11 is 2e-3 pu too low"},
                   {ReplicaId(1), Instant(from_hours(7)), "voltage at bus 11 is 0.002 pu too low"}};
    run.remark_count = 4;
    run.remarked_replicas = 2;
    CHECK(warnings(study) ==
          "\nevms: 4 remarks in 2 of 2 replicas\n"
          "  in 2 replicas, first in replica 0 at 18:30: voltage at bus 11 is 0.0021 pu too low\n"
          "  in 1 replica, first in replica 1 at 14:00+1d: voltage at bus 11 is 2e-3 pu too low\n");
    for (const char* kind : {"a", "b", "c"}) run.remarks.push_back({ReplicaId(1), Instant{}, kind});
    run.remark_count = 7;
    CHECK_THAT(warnings(study), Contains("at 12:00: a\n  and 2 more kinds in the result file\n"));
    CHECK_FALSE(dead_end(study));
    run.remarks.resize(1);
    run.remark_count = run.remarked_replicas = 1;
    study.replicas.resize(1);
    CHECK_THAT(warnings(study), Contains("\nevms: 1 remark in 1 of 1 replica\n"));
}

TEST_CASE("A profile tells each activity's share, and rates of a core and in all") {
    using namespace std::chrono_literals;
    StudyProfile profile;
    profile.total.spent[static_cast<std::size_t>(Activity::load_flow)] = 6s;
    profile.total.spent[static_cast<std::size_t>(Activity::control)] = 2s;
    profile.total.spent[static_cast<std::size_t>(Activity::waiting)] = 1s;
    profile.total.replica_days = 4000.0;
    profile.total.load_flows = 1000;
    profile.total.sweeps = 3500;
    profile.wall_seconds = 5.0;
    profile.controllers = {"evms", "smart"};
    profile.total.controllers = {{20ms, 2ms, 100}, {3s, 1s, 4}};
    profile = with_writing(profile, 1s);
    CHECK(profile.working_seconds() == 8.0);
    const std::string text = profile_table(profile, "avx2");
    CHECK_THAT(text, Contains("load flow      6.00  60.0 %"));
    CHECK_THAT(text, Contains("writing        1.00  10.0 %"));
    CHECK_THAT(text, Contains("replica-days      500.0   800.0"));
    CHECK_THAT(text, Contains("decisions  number  mean [ms]  longest [ms]  in all [s]\n"));
    CHECK_THAT(text, Contains("evms          100      0.200         2.000        0.02\n"
                              "smart           4    750.000      1000.000        3.00\n"));
    CHECK_THAT(text, Contains("3.50 sweeps per load flow; peak memory "));
    CHECK_THAT(text, Contains(" MB; instruction set avx2\n"));
}
