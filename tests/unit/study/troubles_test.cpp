#include "sim/study/troubles.hpp"

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
    CHECK(troubles(unsolved_study(0, 0)).empty());
    CHECK_FALSE(dead_end(unsolved_study(0, 0)));
}

TEST_CASE("What the numbers are over is said, and which replicas say little") {
    CHECK(troubles(unsolved_study(3, 0)) ==
          "\nevms: the load flow had no solution at 3 of 20 control steps; its voltages, losses and feeder energies are over the "
          "other steps only\n");
    CHECK_THAT(troubles(unsolved_study(8, 1)),
               Contains("evms: 1 of 2 replicas had no load flow in most of their steps; their numbers say little\n"));
    CHECK_FALSE(dead_end(unsolved_study(19, 2)));
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
    profile = with_writing(profile, 1s);
    CHECK(profile.working_seconds() == 8.0);
    const std::string text = profile_table(profile, "avx2");
    CHECK_THAT(text, Contains("load flow      6.00  60.0 %"));
    CHECK_THAT(text, Contains("writing        1.00  10.0 %"));
    CHECK_THAT(text, Contains("replica-days      500.0   800.0"));
    CHECK_THAT(text, Contains("3.50 sweeps per load flow; peak memory "));
    CHECK_THAT(text, Contains(" MB; instruction set avx2\n"));
}
