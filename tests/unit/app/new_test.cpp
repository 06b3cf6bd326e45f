#include <catch2/catch.hpp>

#include "command.hpp"

using Catch::Matchers::Contains;
using namespace evsweep::test;

TEST_CASE("a new study with its feeder runs as it is written, without a warning") {
    const ScratchFolder folder;
    const auto written = evsweep_in(folder.path(), {"new", "study"});
    CHECK(written.status == 0);
    CHECK_THAT(written.out, Contains("wrote feeder.yaml\nwrote study.yaml\n"));
    const auto check = evsweep_in(folder.path(), {"check", "study.yaml"});
    CHECK(check.status == 0);
    CHECK(check.err.empty());
    const auto run = evsweep_in(folder.path(), {"run", "study.yaml", "--replicas", "3", "--quiet"});
    CHECK(run.status == 0);
    CHECK(run.err.empty());
    CHECK(evsweep_in(folder.path(), {"solve", "feeder.yaml"}).status == 0);
}

TEST_CASE("a new study names the feeder that it is given, as seen from its own place") {
    const ScratchFolder folder;
    std::filesystem::create_directories(folder.path() / "network");
    REQUIRE(evsweep_in(folder.path(), {"new", "feeder", "network/mine.yaml"}).status == 0);
    REQUIRE(evsweep_in(folder.path(), {"new", "study", "night/study.yaml", "--feeder", "network/mine.yaml"}).status == 0);
    CHECK(evsweep_in(folder.path(), {"check", "night/study.yaml"}).status == 0);
    const std::string absolute = (folder.path() / "day" / "study.yaml").string();
    REQUIRE(evsweep_in(folder.path(), {"new", "study", absolute, "--feeder", "network/mine.yaml"}).status == 0);
    CHECK(evsweep_in(folder.path(), {"check", absolute}).status == 0);
    REQUIRE(evsweep_in(folder.path() / "night", {"new", "study", "../above.yaml", "--feeder", "../network/mine.yaml"}).status ==
            0);
    CHECK(evsweep_in(folder.path(), {"check", "above.yaml"}).status == 0);
    CHECK(evsweep_in(folder.path(), {"new", "study", "b.yaml", "--feeder", "nowhere.yaml"}).err ==
          "evsweep: new: there is no feeder file 'nowhere.yaml'; leave out --feeder to get one to edit\n");
}

TEST_CASE("nothing is written over") {
    const ScratchFolder folder;
    REQUIRE(evsweep_in(folder.path(), {"new", "study"}).status == 0);
    const auto again = evsweep_in(folder.path(), {"new", "study"});
    CHECK(again.status == 2);
    CHECK(again.err == "evsweep: new: 'study.yaml' exists already, and stays; name another file\n");
    CHECK(evsweep_in(folder.path(), {"new", "study", "second.yaml"}).out.find("feeder.yaml\n") == std::string::npos);
}

TEST_CASE("a new controller is named in snake_case") {
    const ScratchFolder folder;
    CHECK(evsweep_in(folder.path(), {"new", "controller", "Night-Owl"}).err ==
          "evsweep: new: 'Night-Owl' cannot be the name of a controller; write it in snake_case, e.g. night_owl\n");
    CHECK_THAT(evsweep_in(folder.path(), {"new", "controller", "night_owl"}).out,
               Contains("wrote night_owl/night_owl.cpp\nwrote night_owl/CMakeLists.txt\n"));
    CHECK(evsweep_in(folder.path(), {"new"}).err ==
          "evsweep: new: it is not said what; write `evsweep new study`, `evsweep new feeder` or `evsweep new controller`\n");
    CHECK(evsweep_in(folder.path(), {"new", "bus"}).err == "evsweep: new: did not expect 'bus'; see `evsweep new --help`\n");
    CHECK(evsweep_in(folder.path(), {"new", "study", "--feedr", "a"}).status == 2);
    CHECK(evsweep_in(folder.path(), {"new", "feeder", "--feeder", "a"}).status == 2);
}

TEST_CASE("a feeder given for a scenario is said to be one, and the other way round") {
    const ScratchFolder folder;
    REQUIRE(evsweep_in(folder.path(), {"new", "study"}).status == 0);
    for (const char* command : {"run", "check"}) {
        const auto answer = evsweep_in(folder.path(), {command, "feeder.yaml"});
        CHECK(answer.status == 2);
        CHECK_THAT(answer.err, Contains("feeder.yaml: is a feeder (format evsweep), and no scenario; a scenario names it as"));
    }
    for (const char* command : {"solve", "feeder"}) {
        const auto answer = evsweep_in(folder.path(), {command, "study.yaml"});
        CHECK(answer.status == 2);
        CHECK_THAT(answer.err, Contains("it is a scenario; its feeder is feeder.yaml"));
    }
}

TEST_CASE("a transmission grid given for a scenario or a feeder is said to be one") {
    const ScratchFolder folder;
    (void)folder.write("grid.yaml", "name: a grid\nreference: a\nbuses: []\nbranches: []\ngenerators: []\n");
    for (const char* command : {"run", "check", "solve", "feeder"}) {
        const auto answer = evsweep_in(folder.path(), {command, "grid.yaml"});
        CHECK(answer.status == 2);
        CHECK_THAT(answer.err, Contains("grid.yaml: is a transmission grid, and no ") &&
                                   Contains("agent `optimal_power_flow` of a scenario names it as `grid: grid.yaml`"));
    }
}
