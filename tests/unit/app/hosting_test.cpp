// `evsweep hosting` as a user runs it: its table, its file, and what it refuses.
#include <catch2/catch.hpp>
#include <csignal>
#include <string>

#include "unit/app/command.hpp"

using namespace evsweep::test;
using Catch::Matchers::Contains;

namespace {

/// The handful of vehicles, to be raised until the line of 100 A (1.7 MVA) is broken.
const std::string question = "{vary: population.homes.vehicles, to: 400, step: 10, at_most: 20 %, replicas: 20}";

struct Asked {
    StudyFolder folder;
    explicit Asked(const std::string& text = question) { folder.write("study.yaml", small_study + "hosting: " + text + "\n"); }
    Answer operator()(std::vector<std::string> more = {}) const {
        std::vector<std::string> words{"hosting", "study.yaml", "--out", "hosting.h5"};
        words.insert(words.end(), more.begin(), more.end());
        return evsweep_in(folder.path(), words);
    }
};

}  // namespace

TEST_CASE("hosting prints capacities with what binds, and summary prints them again from the file") {
    const Asked asked;
    const Answer answer = asked();
    CHECK(answer.status == 0);
    CHECK_THAT(answer.out, Contains("Hosting capacity: the largest population.homes.vehicles from 0 to 400 by 10") &&
                               Contains("most 20 % of the days") && Contains("uncoordinated") && Contains("line at ab") &&
                               Contains("replicas were run; all at every value would be 820") && Contains("Results: hosting.h5"));
    const Answer again = evsweep_in(asked.folder.path(), {"summary", "hosting.h5"});
    CHECK(again.status == 0);
    CHECK(again.out + "\nResults: hosting.h5\n" == answer.out);
    const Answer tables = evsweep_in(asked.folder.path(), {"export", "hosting.h5", "--csv", "tables"});
    CHECK(tables.status == 0);
    CHECK_THAT(tables.out, Contains("hosting_by_controller_limit.csv"));
    CHECK(asked({"--quiet"}).status == 2);  // the result of an earlier run is there
    const Answer forced = asked({"--quiet", "--force"});
    CHECK(forced.status == 0);
    CHECK(forced.out.empty());
    const Answer rerun = evsweep_in(asked.folder.path(), {"hosting", "hosting.h5", "--out", "again.h5"});
    CHECK(rerun.status == 0);
    CHECK(rerun.out.substr(0, rerun.out.find("Results")) == answer.out.substr(0, answer.out.find("Results")));
}

TEST_CASE("the section is checked, described, and no matter to a run") {
    const Asked asked;
    const Answer check = evsweep_in(asked.folder.path(), {"check", "study.yaml"});
    CHECK(check.status == 0);
    CHECK_THAT(check.out, Contains("hosting: population.homes.vehicles from 0 to 400 in 41 values"));
    CHECK(evsweep_in(asked.folder.path(), {"run", "study.yaml", "--out", "run.h5", "--quiet"}).status == 0);
    CHECK_THAT(answer_to({"describe", "hosting"}).out,
               Contains("hosting (section)") && Contains("at_most") && Contains("places"));
}

TEST_CASE("hosting refuses what it cannot answer, and says where") {
    const Asked wrong("{vary: population.homes.vehicles, too: 400, at_most: 2}");
    const Answer answer = wrong();
    CHECK(answer.status == 2);
    CHECK_THAT(answer.err, Contains("hosting.too: unknown") && Contains("hosting.to: is missing") && Contains("hosting.at_most"));
    CHECK(wrong.folder.entries() == 2);
    const Asked limits("{vary: population.homes.vehicles, to: 4, limits: [transformer]}");
    CHECK_THAT(limits().err,
               Contains("there is no limit 'transformer', or nothing of this feeder that it could be held against"));
    CHECK_THAT(answer_to({"hosting"}).err, Contains("hosting: no scenario is named"));
    const Asked none;
    CHECK_THAT(none({"--set", "hosting=~"}).err, Contains("hosting: is missing; say what is varied"));
    CHECK_THAT(none({"--replicas", "few"}).err, Contains("hosting.replicas"));
}

TEST_CASE("an interrupted search says so and leaves nothing") {
    const Asked asked("{vary: population.homes.vehicles, to: 3000, at_most: 20 %, replicas: 4000}");
    const ScratchFolder streams;
    const Program program(streams, asked.folder.path(), {"hosting", "study.yaml", "--out", "hosting.h5"});
    REQUIRE(comes_true([&] { return program.cpu_seconds() > 0.5 && program.watches_signals(); }));
    program.send(SIGINT);
    const Answer answer = program.wait();
    CHECK(answer.status == 130);
    CHECK_THAT(answer.err, Contains("interrupted after"));
    CHECK(asked.folder.entries() == 2);
}
