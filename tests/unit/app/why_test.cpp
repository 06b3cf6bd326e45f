// evsweep why: violations are listed and explained, and what cannot be is said in plain words.
#include <algorithm>
#include <catch2/catch.hpp>

#include "command.hpp"
#include "sim/record/result_reader.hpp"

using Catch::Matchers::Contains;
using evsweep::ResultReader;
using namespace evsweep::test;
namespace fs = std::filesystem;

namespace {

/// A street of two buses that four cars are too much for, but not under the second controller.
void write_street(const ScratchFolder& folder, const std::string& voltage_min = "0.97 pu") {
    folder.write("feeder.yaml",
                 "name: street\nsource: {bus: s}\nbuses: [{id: s, nominal: 400 V}, {id: e, nominal: 400 V}]\n"
                 "lines: [{id: l, from: s, to: e, r: 0.1 ohm, x: 0.05 ohm}]\nloads: [{id: d, bus: e, p: 20 kW, q: 6 kvar}]\n");
    folder.write("study.yaml",
                 "title: a street\nstudy: {replicas: 3, seed: 3}\ntime: {start: 2025-01-06 12:00, duration: 24 h, step: 10 min}\n"
                 "feeder: {file: feeder.yaml}\nlimits: {voltage_min: " +
                     voltage_min +
                     "}\npopulation:\n  cars:\n    behaviour: distribution\n    vehicles: 4\n"
                     "    placement: {rule: round_robin, buses: [e]}\n"
                     "    arrival: {distribution: uniform, min: 17 h, max: 19 h}\n    departure: 7 h\n    initial_soc: 0.3\n"
                     "    target_soc: 0.9\n    capacity: 50 kWh\n    charge_rating: 11 kW\n"
                     "controllers: {uncoordinated: {}, fuzzy: {}}\n");
}

/// Sentences break where they please.
std::string one_line(std::string text) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

Answer ask(const ScratchFolder& folder, std::vector<std::string> words) {
    words.insert(words.begin(), "why");
    return evsweep_in(folder.path(), words);
}

}  // namespace

TEST_CASE("why lists the violations of a result and explains one, with its cost and a file") {
    const ScratchFolder folder;
    write_street(folder);
    REQUIRE(evsweep_in(folder.path(), {"run", "study.yaml", "--quiet", "--out", "r.h5"}).status == 0);
    fs::remove(folder.path() / "feeder.yaml");  // the result holds its inputs
    const Answer list = ask(folder, {"r.h5"});
    INFO(list.out << list.err);
    CHECK(list.status == 0);
    CHECK(list.err.empty());
    CHECK_THAT(list.out, Contains("low voltage") && Contains("bus e") && Contains("uncoordinated") &&
                             Contains("`evsweep why r.h5 --violation 0` explains the first"));
    const Answer why = ask(folder, {"r.h5", "--violation", "0", "--out", "w.h5", "--threads", "1"});
    INFO(why.out << why.err);
    CHECK(why.status == 0);
    CHECK_THAT(why.err, Contains("why: this takes ") && Contains(" runs of one replica, about ") && Contains("with 1 thread"));
    CHECK_THAT(one_line(why.out), Contains("numbers that are recorded of the replica are the same to the last bit") &&
                                      Contains("all together (5)") && Contains("all vehicles (4)") && Contains("under fuzzy: ") &&
                                      Contains("Without any vehicle it would be") && Contains("would be enough at that instant"));
    const ResultReader file(folder.path() / "w.h5");
    CHECK(file.text_attribute("/why", "limit_kind") == "low_voltage");
    CHECK(file.numbers("/why/share").size() == 5);
    CHECK(file.numbers("/why/hour/value").size() == 9);  // four steps of 10 min are longer than half an hour
    CHECK(file.dims("/why/hour/part_kw") == std::vector<std::string>{"part", "time"});
    CHECK_THAT(ask(folder, {"r.h5", "--violation", "0", "--out", "w.h5"}).err, Contains("holds the result of an earlier run"));
    CHECK(ask(folder, {"r.h5", "--violation", "0", "--out", "w.h5", "--force", "--quick"}).status == 0);
    const Answer summary = evsweep_in(folder.path(), {"summary", "w.h5"});
    CHECK(summary.status == 2);
    CHECK_THAT(summary.err, Contains("w.h5: explains one violation and holds no study"));
    CHECK(ask(folder, {"w.h5"}).status == 2);
}

TEST_CASE("why explains a replica of a scenario, which is run first") {
    const ScratchFolder folder;
    write_street(folder);
    const Answer list = ask(folder, {"study.yaml", "--replica", "1"});
    INFO(list.out << list.err);
    CHECK(list.status == 0);
    CHECK_THAT(list.out, Contains("`evsweep why study.yaml --replica 1 --violation 0` explains the first"));
    const Answer why = ask(folder, {"study.yaml", "--replica", "1", "--violation", "0", "--quick"});
    INFO(why.err);
    CHECK(why.status == 0);
    CHECK_THAT(why.out, Contains("replica 1 of seed 3 under uncoordinated") && !Contains("last bit"));
}

TEST_CASE("why says in plain words what it cannot explain") {
    const ScratchFolder folder;
    write_street(folder);
    CHECK_THAT(ask(folder, {}).err, Contains("why: no result file is named; try `evsweep why results/study.h5`"));
    CHECK_THAT(ask(folder, {"study.yaml"}).err,
               Contains("evsweep: why: a scenario has no violations yet; say with --replica N which replica to look at"));
    CHECK_THAT(ask(folder, {"study.yaml", "--replica", "3"}).err, Contains("--replica: there is no replica 3; they are 0 to 2"));
    CHECK_THAT(ask(folder, {"study.yaml", "--replica", "0", "--controller", "fuzy"}).err,
               Contains("--controller: there is no 'fuzy'; did you mean 'fuzzy'?"));
    CHECK_THAT(ask(folder, {"none.h5"}).err, Contains("none.h5: no such file; name the result of a run, or a scenario"));
    CHECK_THAT(ask(folder, {"study.yaml", "--replica", "0", "--violation", "x"}).err,
               Contains("--violation: 'x' is no whole number from 0 to"));
    CHECK_THAT(ask(folder, {"study.yaml", "--replica", "0", "--out", "w.h5"}).err,
               Contains("--out: there is nothing to keep without --violation"));
    REQUIRE(evsweep_in(folder.path(), {"run", "study.yaml", "--quiet", "--out", "r.h5"}).status == 0);
    const Answer beyond = ask(folder, {"r.h5", "--violation", "99"});
    CHECK(beyond.status == 2);
    CHECK_THAT(beyond.err, Contains("--violation: there is no violation 99; they are 0 to "));
    REQUIRE(evsweep_in(folder.path(),
                       {"run", "study.yaml", "--quiet", "--out", "series.h5", "--set", "outputs={series: {every: 1 h}}"})
                .status == 0);
    CHECK_THAT(ask(folder, {"series.h5"}).err,
               Contains("the study recorded no numbers per replica from which violations follow"));
    CHECK(ask(folder, {"series.h5", "--replica", "0"}).status == 0);
}

TEST_CASE("a study without violations is told as such, with success") {
    const ScratchFolder folder;
    write_street(folder, "0.5 pu");
    REQUIRE(evsweep_in(folder.path(), {"run", "study.yaml", "--quiet", "--out", "r.h5"}).status == 0);
    const Answer none = ask(folder, {"r.h5"});
    CHECK(none.status == 0);
    CHECK(none.out == "No limit was broken in 3 replicas, under any controller.\n");
    CHECK(ask(folder, {"r.h5", "--violation", "0"}).status == 0);
}

TEST_CASE("a feeder that cannot carry its load has no value to explain") {
    const ScratchFolder folder;
    write_street(folder);
    REQUIRE(
        evsweep_in(folder.path(), {"run", "study.yaml", "--quiet", "--out", "r.h5", "--set", "base_load.scale=3000 %"}).status !=
        2);
    const Answer list = ask(folder, {"r.h5"});
    INFO(list.out << list.err);
    CHECK(list.status == 0);
    CHECK_THAT(list.out, Contains("no solution"));
    CHECK_THAT(list.err, Contains("have no load-flow solution in more than half of their steps"));
    const Answer why = ask(folder, {"r.h5", "--violation", "0"});
    CHECK(why.status == 1);
    CHECK_THAT(why.err, Contains("has no value that could be shared out"));
}
