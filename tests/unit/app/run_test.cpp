#include <catch2/catch.hpp>

#include "command.hpp"
#include "evsweep/batch_load_flow.hpp"
#include "sim/record/result_reader.hpp"

using Catch::Matchers::Contains;
using evsweep::test::evsweep_in;
using evsweep::test::peak_tells_nothing;
using evsweep::test::StudyFolder;

namespace {

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

}  // namespace

TEST_CASE("a run prints the table to stdout, progress to stderr, and writes where it says") {
    const StudyFolder folder;
    const auto answer = evsweep_in(folder.path(), {"run", "study.yaml"});
    INFO(answer.err);
    REQUIRE(answer.status == 0);
    CHECK_THAT(answer.out, Contains("uncoordinated"));
    CHECK_THAT(answer.out, Contains("Results: results/study.h5"));
    CHECK_THAT(answer.err, Contains("4 of 4 replicas (100 %)"));
    CHECK(std::filesystem::exists(folder.path() / "results/study.h5"));
    CHECK(folder.files() == 3);  // the two inputs and the result: nothing half-written is left
}

TEST_CASE("a quiet run says nothing and still writes") {
    const StudyFolder folder;
    const auto answer = evsweep_in(folder.path(), {"run", "study.yaml", "--quiet", "--out", "mine.h5"});
    CHECK(answer.status == 0);
    CHECK(answer.out + answer.err == "");
    CHECK(std::filesystem::exists(folder.path() / "mine.h5"));
}

TEST_CASE("summary prints the table that the run printed") {
    const StudyFolder folder;
    const auto run = evsweep_in(folder.path(), {"run", "study.yaml", "--out", "r.h5"});
    const auto summary = evsweep_in(folder.path(), {"summary", "r.h5"});
    REQUIRE(run.status == 0);
    CHECK(summary.status == 0);
    CHECK(run.out == summary.out + "\nResults: r.h5\n");
}

TEST_CASE("the options --replicas, --seed and --set change the study, and the same seed gives the same table") {
    const StudyFolder folder;
    const auto table = [&folder](std::vector<std::string> more) {
        more.insert(more.begin(), {"run", "study.yaml", "--out", "r.h5", "--force"});
        return evsweep_in(folder.path(), more);
    };
    const auto five = table({});
    CHECK(table({"--seed", "5", "--threads", "2"}).out == five.out);
    CHECK(table({"--seed", "6"}).out != five.out);
    CHECK_THAT(table({"--replicas", "10"}).err, Contains("10 of 10 replicas"));
    CHECK(table({"--set", "population.homes.charge_rating=3 kW"}).out != five.out);
}

TEST_CASE("a scenario with several mistakes is refused with all of them, and nothing is written") {
    const StudyFolder folder;
    folder.write("bad.yaml", R"(title: Mistakes
study: {replicas: 0, sede: 1}
time: {start: 2025-01-06 12:00, duration: 24 kW}
feeder: {file: feder.yaml}
controllers:
  uncordinated: {}
)");
    for (const std::string command : {"check", "run"}) {
        const auto answer = evsweep_in(folder.path(), {command, "bad.yaml"});
        INFO(answer.err);
        CHECK(answer.status == 2);
        CHECK(answer.out.empty());
        CHECK_THAT(answer.err, Contains("bad.yaml:2:19: study.replicas: ") && Contains("bad.yaml:2:22: study.sede: unknown key"));
        CHECK_THAT(answer.err, Contains("bad.yaml:3:43: time.duration: ") && Contains("did you mean 'feeder.yaml'?"));
        CHECK_THAT(answer.err, Contains("unknown controller 'uncordinated'") && Contains("did you mean 'uncoordinated'?"));
        CHECK(count(answer.err, "\n") >= 5);
    }
    CHECK(folder.files() == 3);
    CHECK_FALSE(std::filesystem::exists(folder.path() / "results"));
}

TEST_CASE("check reads all files and reports which are good") {
    const StudyFolder folder;
    const auto answer = evsweep_in(folder.path(), {"check", "nowhere.yaml", "study.yaml"});
    CHECK(answer.status == 2);
    CHECK_THAT(answer.err, Contains("nowhere.yaml"));
    CHECK_THAT(answer.out,
               Contains("study.yaml: good: 3 buses, 6 vehicles, 4 replicas of uncoordinated\n"
                        "  homes: 6 charging points in turn over the 2 buses listed; places are the same in every replica\n") &&
                   Contains("study.yaml: memory: about "));
    CHECK(evsweep_in(folder.path(), {"check", "study.yaml"}).status == 0);
    CHECK(folder.files() == 2);
}

TEST_CASE("a place that cannot be written is refused before the run") {
    const StudyFolder folder;
    const auto answer = evsweep_in(folder.path(), {"run", "study.yaml", "--out", "study.yaml/r.h5"});
    CHECK(answer.status == 2);
    CHECK(answer.err == "evsweep: --out: the folder 'study.yaml' cannot be made; name another folder or file\n");
}

TEST_CASE("a profile is printed below the table and stored with the result, and changes neither") {
    const StudyFolder folder;
    const auto plain = evsweep_in(folder.path(), {"run", "study.yaml", "--out", "r.h5"});
    const auto profiled = evsweep_in(folder.path(), {"run", "study.yaml", "--out", "p.h5", "--profile"});
    REQUIRE(plain.status == 0);
    REQUIRE(profiled.status == 0);
    const std::string table = evsweep_in(folder.path(), {"summary", "r.h5"}).out;
    CHECK(evsweep_in(folder.path(), {"summary", "p.h5"}).out == table);
    CHECK(profiled.out.find(table) == 0);
    CHECK_THAT(plain.out, !Contains("Where the time went"));
    for (const char* word : {"Where the time went", "sampling", "load flow", "recording", "writing", "replica-days", "of a core",
                             "sweeps per load flow; peak memory"})
        CHECK_THAT(profiled.out, Contains(word));
    const evsweep::ResultReader without(folder.path() / "r.h5");
    const evsweep::ResultReader with(folder.path() / "p.h5");
    CHECK_FALSE(without.has("/profile"));
    CHECK(with.texts("/profile/activity").size() == with.numbers("/profile/seconds").size());
    CHECK(with.numbers("/profile/replica_days_per_second").at(0) > 0.0);
    CHECK(with.numbers("/profile/replica_days_per_core_second").at(0) > 0.0);
    CHECK(with.text_attribute("/profile/peak_memory_mb", "units") == "MB");
    CHECK(evsweep_in(folder.path(), {"run", "study.yaml", "--quiet", "--profile"}).out.empty());
}

TEST_CASE("a run uses the instruction set that it is given, the widest by default, and stores which") {
    const StudyFolder folder;
    const auto used = [&folder](std::vector<std::string> more) {
        more.insert(more.begin(), {"run", "study.yaml", "--out", "r.h5", "--force", "--profile"});
        const auto answer = evsweep_in(folder.path(), more);
        REQUIRE(answer.status == 0);
        const std::string stored = evsweep::ResultReader(folder.path() / "r.h5").text_attribute("/", "instruction_set");
        CHECK_THAT(answer.out, Contains("; instruction set " + stored + "\n"));
        return stored;
    };
    const auto sets = evsweep::available_instruction_sets();
    CHECK(used({}) == sets.back());
    for (const std::string& set : sets) CHECK(used({"--instruction-set", set}) == set);
}

TEST_CASE("an instruction set that there is not is refused with the study's other problems, and nothing is written") {
    const StudyFolder folder;
    const auto answer =
        evsweep_in(folder.path(), {"run", "study.yaml", "--instruction-set", "avx3", "--set", "study.replicas=0"});
    CHECK(answer.status == 2);
    CHECK(answer.out.empty());
    CHECK_THAT(answer.err, Contains("--instruction-set: unknown choice 'avx3'") && Contains("study.replicas: 0 is out of range"));
    CHECK(folder.files() == 2);
}

TEST_CASE("memory does not grow with the number of replicas") {
    if (peak_tells_nothing) {
        WARN("skipped: the address sanitizer keeps what was freed, so its peak means nothing");
        return;
    }
    const StudyFolder folder;
    const auto peak_mb = [&folder](const char* replicas) {
        const auto answer = evsweep_in(folder.path(), {"run", "study.yaml", "--replicas", replicas, "--threads", "2", "--profile",
                                                       "--set", "time.step=15 min", "--out", "r.h5", "--force"});
        REQUIRE(answer.status == 0);
        return evsweep::ResultReader(folder.path() / "r.h5").numbers("/profile/peak_memory_mb").at(0);
    };
    // The series of 4,000 more replicas are 42 MB; their KPIs 2 MB. Allocators may differ by some.
    CHECK(peak_mb("5000") < peak_mb("1000") + 12.0);
}

TEST_CASE("steps without a solution are reported with what the numbers are over, and the run is done") {
    const StudyFolder folder;
    std::string feeder = evsweep::test::small_feeder;
    feeder.replace(feeder.find("r: 1 ohm, x: 1 ohm"), 18, "r: 8 ohm, x: 8 ohm");
    folder.write("feeder.yaml", feeder);
    const auto answer = evsweep_in(folder.path(), {"run", "study.yaml", "--set", "population.homes.charge_rating=700 kW", "--set",
                                                   "population.homes.capacity=4000 kWh"});
    INFO(answer.out + answer.err);
    CHECK(answer.status == 0);
    CHECK_THAT(answer.out, Contains("uncoordinated: the load flow had no solution at") &&
                               Contains("of 384 control steps; these count as outside") &&
                               Contains("are over the other steps only; the first: replica 0"));
    CHECK_THAT(answer.out, !Contains("in most of their steps"));
    CHECK_THAT(answer.out, Contains("time without a load-flow solution") && Contains("†\n") && !Contains(" *\n"));
    CHECK(evsweep_in(folder.path(), {"summary", "results/study.h5"}).out + "\nResults: results/study.h5\n" == answer.out);
}

TEST_CASE("replicas that repeat one day are reported before and after the run, and have no intervals") {
    const StudyFolder folder;
    const std::vector<std::string> constant{"--set", "population.homes.arrival=18 h", "--set", "population.homes.departure=7 h"};
    std::vector<std::string> run{"run", "study.yaml"}, check{"check", "study.yaml"};
    run.insert(run.end(), constant.begin(), constant.end());
    check.insert(check.end(), constant.begin(), constant.end());
    const std::string warning = "population: nothing about the vehicles is random, so all 4 replicas are the same day";
    const auto checked = evsweep_in(folder.path(), check);
    CHECK(checked.status == 0);
    CHECK_THAT(checked.err, Contains(warning));
    const auto answer = evsweep_in(folder.path(), run);
    INFO(answer.out);
    CHECK(answer.status == 0);
    CHECK_THAT(answer.err, Contains(warning));
    CHECK_THAT(answer.out, Contains("one day, which all replicas repeat") && !Contains(" ± ") && !Contains("*\n") &&
                               Contains("All 4 replicas are one and the same day"));
    CHECK(evsweep_in(folder.path(), {"summary", "results/study.h5"}).out + "\nResults: results/study.h5\n" == answer.out);
    CHECK_THAT(evsweep_in(folder.path(), {"check", "study.yaml"}).err, !Contains("same day"));
}

TEST_CASE("a study in which no load flow has a solution has failed, and says what to look at") {
    const StudyFolder folder;
    std::string feeder = evsweep::test::small_feeder;
    feeder.replace(feeder.find("r: 1 ohm, x: 1 ohm"), 18, "r: 80 ohm, x: 80 ohm");
    folder.write("feeder.yaml", feeder);
    const auto answer = evsweep_in(folder.path(), {"run", "study.yaml"});
    CHECK(answer.status == 1);
    CHECK_THAT(answer.out,
               Contains("uncoordinated: the load flow had no solution at 384 of 384 control steps") &&
                   Contains("uncoordinated: 4 of 4 replicas had no load flow in most of their steps; their numbers say little"));
    CHECK_THAT(answer.err,
               Contains("evsweep: under uncoordinated no load flow had a solution, in any step of any replica; nor has the "
                        "feeder without vehicles: look at its loads, lines and voltages with `evsweep solve`\n"));
    CHECK(std::filesystem::exists(folder.path() / "results/study.h5"));
}
