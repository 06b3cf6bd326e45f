#include <catch2/catch.hpp>

#include "command.hpp"

using Catch::Matchers::Contains;
using evsweep::test::evsweep_in;
using evsweep::test::ScratchFolder;

TEST_CASE("feeder tells what a file holds") {
    const auto answer = evsweep_in(EVSWEEP_SOURCE_DIR, {"feeder", "scenarios/feeders/ieee13.yaml"});
    INFO(answer.err);
    REQUIRE(answer.status == 0);
    CHECK(answer.err.empty());
    // Counted in the published tables: 15 buses with the one on line 632-671, 3466 kW and 2102 kvar, 700 kvar of capacitors.
    CHECK_THAT(answer.out, Contains("IEEE 13-node test feeder") && Contains("bus 650 at 1 pu"));
    CHECK_THAT(answer.out, Contains("15 with 38 conductors; 4.16 kV: 1 a 9 abc 1 ac 2 bc 1 c; 480 V: 1 abc"));
    CHECK_THAT(answer.out, Contains("1, 0 of them open") && Contains("1 wye/wye (500 kVA)") && Contains("700 kvar"));
    CHECK_THAT(answer.out, Contains("3466 kW and 2102 kvar in all") && Contains("left out         nothing"));
}

TEST_CASE("a converted feeder is converted to itself, by way of JSON too, and has the same load flow") {
    const ScratchFolder folder;
    const std::string ieee13 = EVSWEEP_SOURCE_DIR "/scenarios/feeders/ieee13.yaml";
    REQUIRE(evsweep_in(folder.path(), {"feeder", ieee13, "--to", "yaml", "-o", "one.yaml"}).status == 0);
    REQUIRE(evsweep_in(folder.path(), {"feeder", "one.yaml", "--to", "json", "--out", "two.json"}).status == 0);
    const auto three = evsweep_in(folder.path(), {"feeder", "two.json", "--to", "yaml"});
    CHECK(three.status == 0);
    CHECK(three.out == folder.read("one.yaml"));
    const auto first = evsweep_in(folder.path(), {"solve", ieee13});
    CHECK(first.status == 0);
    CHECK(first.out == evsweep_in(folder.path(), {"solve", "two.json"}).out);
}

TEST_CASE("what feeder cannot do is told before anything is written") {
    const ScratchFolder folder;
    folder.write("feeder.yaml", evsweep::test::small_feeder);
    CHECK_THAT(evsweep_in(folder.path(), {"feeder"}).err, Contains("feeder: no feeder is named"));
    const auto style = evsweep_in(folder.path(), {"feeder", "feeder.yaml", "--to", "xml"});
    CHECK(style.status == 2);
    CHECK_THAT(style.err, Contains("--to: 'xml' is not a style of feeder files; yaml and json are"));
    CHECK_THAT(evsweep_in(folder.path(), {"feeder", "feeder.yaml", "-o", "x.yaml"}).err, Contains("give --to yaml or --to json"));
    folder.write("bad.yaml", "buses:\n  - {id: 1, nominal: 4 kV, phases: abd}\n");
    const auto bad = evsweep_in(folder.path(), {"feeder", "bad.yaml", "--to", "yaml", "-o", "x.yaml"});
    CHECK(bad.status == 2);
    CHECK_THAT(bad.err, Contains("bad.yaml:2:36: buses[0].phases: 'abd' names no phases"));
    CHECK_FALSE(std::filesystem::exists(folder.path() / "x.yaml"));
}
