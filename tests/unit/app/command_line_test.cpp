#include <catch2/catch.hpp>

#include "command.hpp"

using Catch::Matchers::Contains;
using evsweep::test::answer_to;

TEST_CASE("every command's help shows examples of that command") {
    for (const std::string command : {"run", "check", "describe", "solve", "summary"}) {
        const auto answer = answer_to({command, "--help"});
        INFO(command);
        CHECK(answer.status == 0);
        CHECK_THAT(answer.out, Contains("Examples:\n  evsweep " + command));
        CHECK(answer.err.empty());
    }
}

TEST_CASE("the overall help lists the commands with an example") {
    const auto answer = answer_to({"--help"});
    CHECK(answer.status == 0);
    for (const std::string command : {"run", "check", "describe", "solve", "summary"})
        CHECK_THAT(answer.out, Contains("\n  " + command + " "));
    CHECK_THAT(answer.out, Contains("  evsweep run scenarios/ieee33/evms_study.yaml"));
}

TEST_CASE("the version is the project's") {
    const auto answer = answer_to({"--version"});
    CHECK(answer.status == 0);
    CHECK(answer.out.rfind("evsweep 0.", 0) == 0);
}

TEST_CASE("without a command the help goes to stderr and the status is 2") {
    const auto answer = answer_to(std::vector<std::string>{});
    CHECK(answer.status == 2);
    CHECK(answer.out.empty());
    CHECK_THAT(answer.err, Contains("Commands:"));
}

TEST_CASE("a mistake on the command line is reported in one sentence with a hint, and the status is 2") {
    struct Mistake {
        std::vector<std::string> words;
        std::string answer;
    };
    const std::vector<Mistake> mistakes{
        {{"ruun"}, "evsweep: there is no command 'ruun'; did you mean 'run'?\n"},
        {{"--quiet"}, "evsweep: there is no flag '--quiet'; see `evsweep --help`\n"},
        {{"run", "a.yaml", "--replics", "3"}, "evsweep: run: there is no flag '--replics'; did you mean '--replicas'?\n"},
        {{"run", "a.yaml", "b.yaml"}, "evsweep: run: did not expect 'b.yaml'; see `evsweep run --help`\n"},
        {{"run", "a.yaml", "--out"}, "evsweep: '--out' needs a value; see `evsweep --help`\n"},
        {{"run", "a.yaml", "--seed", "1", "--seed", "2"},
         "evsweep: '--seed' was given more than once or with a value it does not take; give it once\n"},
        {{"run", "a.yaml", "--out", ""}, "evsweep: '--out' needs a value that is not empty; see `evsweep --help`\n"},
        {{"run"}, "evsweep: run: no scenario is named; try `evsweep run study.yaml`\n"},
        {{"check"}, "evsweep: check: no scenario is named; try `evsweep check study.yaml`\n"},
        {{"solve"}, "evsweep: solve: no feeder is named; try `evsweep solve feeder.yaml`\n"},
        {{"summary"}, "evsweep: summary: no result file is named; try `evsweep summary results/study.h5`\n"},
        {{"describe", "uncoordinatd"},
         "evsweep: there is nothing called 'uncoordinatd' to describe; did you mean 'uncoordinated'?\n"},
    };
    for (const auto& mistake : mistakes) {
        const auto answer = answer_to(mistake.words);
        CHECK(answer.status == 2);
        CHECK(answer.out.empty());
        CHECK(answer.err == mistake.answer);
    }
}

TEST_CASE("describe lists every kind of plug-in and the scenario's sections") {
    const auto answer = answer_to({"describe"});
    CHECK(answer.status == 0);
    for (const std::string name : {"uncoordinated", "evms", "threshold_v2g", "fuzzy", "distribution", "sessions",
                                   "truncated_normal", "gev", "matpower", "kpis", "series", "study", "base_load"})
        CHECK_THAT(answer.out, Contains(name));
}

TEST_CASE("describe knows a section that is called like a command") {
    const auto answer = answer_to({"describe", "hosting"});
    CHECK(answer.status == 0);
    CHECK_THAT(answer.out, Contains("hosting (section)") && Contains("at_most"));
}

TEST_CASE("describe lists a plug-in's parameters with unit and default") {
    const auto answer = answer_to({"describe", "truncated_normal"});
    CHECK(answer.status == 0);
    for (const std::string name : {"mean", "deviation", "min", "max"}) CHECK_THAT(answer.out, Contains(name));
    CHECK_THAT(answer_to({"describe", "study"}).out, Contains("replicas"));
}
