#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "command.hpp"
#include "csv_rows.hpp"
#include "places.hpp"

using Catch::Matchers::Contains;
using evsweep::test::evsweep_in;
using evsweep::test::ScratchFolder;
using evsweep::test::table;

TEST_CASE("feeder reports what a file holds") {
    const auto answer = evsweep_in(evsweep::test::source_dir(), {"feeder", "scenarios/feeders/ieee13.yaml"});
    INFO(answer.err);
    REQUIRE(answer.status == 0);
    CHECK(answer.err.empty());
    // Counted in the published tables: 15 buses with the one on line 632-671, 3466 kW and 2102 kvar, 700 kvar of capacitors.
    CHECK_THAT(answer.out, Contains("IEEE 13-node test feeder") && Contains("bus 650 at 1 pu"));
    CHECK_THAT(answer.out, Contains("15 with 38 conductors; 4.16 kV: 1 a 9 abc 1 ac 2 bc 1 c; 480 V: 1 abc"));
    CHECK_THAT(answer.out, Contains("1, 0 of them open") && Contains("1 wye/wye (500 kVA)") && Contains("700 kvar"));
    CHECK_THAT(answer.out, Contains("3466 kW and 2102 kvar in all") && Contains("left out         nothing"));
    CHECK_THAT(answer.out, Contains("read             ieee13.yaml, in the format evsweep"));
}

TEST_CASE("feeder reports what an OpenDSS circuit leaves to defaults, what was left out, and what no limit judges") {
    const ScratchFolder folder;
    folder.write("codes.dss", "New LineCode.c nphases=3 r1=0.3 x1=0.4 units=km\n");
    folder.write("master.dss", R"(Clear
New Circuit.small basekv=12.47
Redirect codes.dss
New Line.one bus1=sourcebus bus2=b linecode=c length=2
New Line.two bus1=b bus2=c length=0.1
New Transformer.t windings=2 buses=[c d] conns=[delta delta] kvs=[12.47 0.48]
New Load.l bus1=d kW=10 conn=delta
New Load.k bus1=b kv=12.47 model=2 kvar=3 enabled=yes
New Load.off bus1=b enabled=no
New Monitor.m element=line.one
)");
    const auto answer = evsweep_in(folder.path(), {"feeder", "master.dss"});
    INFO(answer.out << answer.err);
    REQUIRE(answer.status == 0);
    CHECK_THAT(answer.out, Contains("read             master.dss and 1 file that it names, in the format opendss"));
    CHECK_THAT(answer.out, Contains("assumed          vsource without mvasc3: 2000 MVA, and 2100 MVA of one phase (1 of 1)\n"));
    CHECK_THAT(answer.out, Contains("                 line without linecode: 0.058 + j0.1206 ohm per unit of length (1 of 2)\n"));
    CHECK_THAT(answer.out,
               Contains(" transformer without kvas: 1000 kVA (1 of 1)") && Contains(" transformer without xhl: 7 % (1 of 1)"));
    CHECK_THAT(answer.out, Contains(" load without kv: 12.47 kV (1 of 2)") && Contains(" load without pf: 0.88 (1 of 2)"));
    CHECK_THAT(answer.out, Contains(" line without units: length in the unit of its line code (1 of 2)"));
    CHECK_THAT(answer.out, Contains(" load without vminpu and vmaxpu: an impedance below 0.95 pu and above 1.05 pu (1 of 1)"));
    CHECK_THAT(answer.out, Contains("left out         monitor (1)\n"));
    CHECK_THAT(answer.out, Contains("not judged       loading of 2 of 2 lines: no rating\n"));
    CHECK_THAT(answer.out, Contains(" voltage to earth, number of buses: 1; judged is that between phases"));
}

TEST_CASE("feeder reports how the tables of a MATPOWER case were taken") {
    const ScratchFolder folder;
    folder.write("case.m", R"(function mpc = three
mpc.version = '2';
mpc.baseMVA = 10;
mpc.bus = [
1 3 0 0 0 0 1 1 0 12.66 1 1.1 0.9;
2 1 0.1 0.06 0 0 1 1 0 12.66 1 1.1 0.9;
];
mpc.gen = [1 0 0 10 -10 1 100 1 10 0; 2 0.05 0.01 0 0 1 100 1 1 0; 2 1 0 0 0 1 100 0 1 0];
mpc.branch = [1 2 0.005 0.003 0 5 0 0 0 0 1 -360 360];
)");
    const auto answer = evsweep_in(folder.path(), {"feeder", "case.m"});
    INFO(answer.out << answer.err);
    REQUIRE(answer.status == 0);
    CHECK_THAT(answer.out, Contains("assumed          generators that inject Pg and Qg as they stand in the table: 1\n"));
    CHECK_THAT(answer.out, Contains(" branches that may carry rateA at nominal voltage, as a current: 1\n"));
    CHECK_THAT(answer.out, Contains("left out         generators out of service: 1\n") && Contains(" Vmin and Vmax of buses"));
    CHECK_THAT(answer.out, Contains("not judged       nothing"));
}

TEST_CASE("feeder refuses to sum up what cannot be solved, and converts it all the same") {
    const ScratchFolder folder;
    folder.write("island.yaml", R"(source: {bus: a, voltage: 1.0 pu}
buses: [{id: a, nominal: 10 kV}, {id: b, nominal: 10 kV}]
loads: [{bus: b, p: 100 kW}]
)");
    const auto answer = evsweep_in(folder.path(), {"feeder", "island.yaml"});
    CHECK(answer.status == 2);
    CHECK(answer.out.empty());
    CHECK_THAT(answer.err, Contains("island.yaml:2:"));
    CHECK(evsweep_in(folder.path(), {"feeder", "island.yaml", "--to", "json"}).status == 0);
}

TEST_CASE("a converted feeder is converted to itself, by way of JSON too, and has the same load flow") {
    const ScratchFolder folder;
    const std::string ieee13 = (evsweep::test::source_dir() / "scenarios/feeders/ieee13.yaml").string();
    REQUIRE(evsweep_in(folder.path(), {"feeder", ieee13, "--to", "yaml", "-o", "one.yaml"}).status == 0);
    REQUIRE(evsweep_in(folder.path(), {"feeder", "one.yaml", "--to", "json", "--out", "two.json"}).status == 0);
    const auto three = evsweep_in(folder.path(), {"feeder", "two.json", "--to", "yaml"});
    CHECK(three.status == 0);
    CHECK(three.out == folder.read("one.yaml"));
    const auto first = evsweep_in(folder.path(), {"solve", ieee13});
    CHECK(first.status == 0);
    CHECK(first.out == evsweep_in(folder.path(), {"solve", "two.json"}).out);
}

TEST_CASE("a feeder that is written for OpenDSS has the same load flow") {
    const ScratchFolder folder;
    for (const std::string feeder : {"feeders/cigre_mv", "feeders/european_lv", "feeders/ieee13", "feeders/ieee37",
                                     "feeders/ieee123", "feeders/case118zh", "ieee33/feeder"}) {
        INFO(feeder);
        const std::string file = (evsweep::test::source_dir() / "scenarios/").string() + feeder + ".yaml";
        const auto written = evsweep_in(folder.path(), {"feeder", file, "--to", "dss", "--out", "script.dss"});
        INFO(written.err);
        REQUIRE(written.status == 0);
        for (const auto& [source, tables] : {std::pair(file, "before"), std::pair(std::string("script.dss"), "after")})
            REQUIRE(evsweep_in(folder.path(), {"solve", source, "--csv", tables, "--tolerance", "1e-11"}).status == 0);
        std::map<std::pair<std::string, std::string>, double> after;
        for (const auto& row : table(folder.read("after/bus_voltages.csv")))
            after[{row.at("bus"), row.at("phase")}] = std::stod(row.at("voltage_pu"));
        double worst = 0.0;
        for (const auto& row : table(folder.read("before/bus_voltages.csv"))) {
            std::string bus = row.at("bus");
            std::transform(bus.begin(), bus.end(), bus.begin(), [](unsigned char c) { return c == '~' ? '_' : std::tolower(c); });
            const std::string phase = row.at("phase") == "1" ? "a" : row.at("phase");
            REQUIRE(after.count({bus, phase}) == 1);
            worst = std::max(worst, std::abs(after.at({bus, phase}) - std::stod(row.at("voltage_pu"))));
        }
        CHECK(worst < 5e-7);  // OpenDSS knows no branch without impedance
    }
}

TEST_CASE("profiles that are written for OpenDSS are read again as they were") {
    const ScratchFolder folder;
    folder.write("p.yaml", R"(source: {bus: a, voltage: 1.0 pu}
buses: [{id: a, nominal: 10 kV}]
loads:
  - {id: L1, bus: a, p: 100 kW, q: 20 kvar, profile: steps}
  - {id: L2, bus: a, p: 100 kW, q: 20 kvar, profile: slopes}
profiles:
  - {id: steps, every: 15 min, values: [0.2, 0.4, 0.9], q_values: [0.1, 0.3, 0.2]}
  - {id: slopes, every: 6 h, values: [0.2, 0.4, 0.9, 0.3], linear: true}
)");
    REQUIRE(evsweep_in(folder.path(), {"feeder", "p.yaml", "--to", "dss", "--out", "p.dss"}).status == 0);
    const auto again = evsweep_in(folder.path(), {"feeder", "p.dss", "--to", "yaml"});
    INFO(again.err);
    CHECK_THAT(again.out, Contains("{id: steps, every: 15 min, values: [0.2, 0.4, 0.9], q_values: [0.1, 0.3, 0.2]}"));
    CHECK_THAT(again.out, Contains("{id: slopes, every: 6 h, values: [0.2, 0.4, 0.9, 0.3], linear: true}"));
}

TEST_CASE("coordinates go to OpenDSS and back; classes and changed names are reported, and no name ends a comment") {
    const ScratchFolder folder;
    folder.write("p.yaml", R"(name: "first line\nNew Load.x bus1=b kW=1e6"
source: {bus: a, voltage: 1.0 pu}
buses: [{id: a, nominal: 10 kV, x: 1.5, y: -2}, {id: "b c", nominal: 10 kV, class: homes}]
lines: [{id: L, from: a, to: "b c", r: 1 ohm, x: 1 ohm}]
loads: [{bus: "b c", p: 100 kW}]
)");
    const auto written = evsweep_in(folder.path(), {"feeder", "p.yaml", "--to", "dss", "--out", "p.dss"});
    INFO(written.err);
    REQUIRE(written.status == 0);
    CHECK_THAT(written.err, Contains("p.yaml:3:49: warning: buses: 1 have a class, which OpenDSS does not know"));
    CHECK_THAT(written.err,
               Contains("names: 2 have characters that OpenDSS does not take") && Contains("'b c' is written as 'b_c'"));
    CHECK_THAT(folder.read("p.dss"), Contains("\n! New Load.x bus1=b kW=1e6\n"));
    const auto again = evsweep_in(folder.path(), {"feeder", "p.dss", "--to", "yaml"});
    INFO(again.err);
    CHECK(again.err.empty());
    CHECK_THAT(again.out, Contains("{id: a, nominal: 10000 V, x: 1.5, y: -2}"));
}

TEST_CASE("what OpenDSS has no object for is not written, with its place") {
    const ScratchFolder folder;
    folder.write("shift.yaml", R"(source: {bus: a, voltage: 1.0 pu}
buses: [{id: a, nominal: 10 kV}, {id: b, nominal: 400 V}]
transformers: [{id: T, from: a, to: b, r: 0.001 ohm, x: 0.01 ohm, power: 400 kVA, shift: 50 deg}]
loads: [{id: L, bus: b, p: 100 kW, profile: homes}]
)");
    const auto answer = evsweep_in(folder.path(), {"feeder", "shift.yaml", "--to", "dss", "--out", "x.dss"});
    CHECK(answer.status == 1);
    CHECK_THAT(answer.err, Contains("shift.yaml:3:16: branch T: shifts by 50 degrees; transformers of OpenDSS shift by 0 or 30"));
    CHECK_THAT(answer.err, Contains("warning: load L: follows profile 'homes', which the feeder file does not hold"));
    CHECK_FALSE(std::filesystem::exists(folder.path() / "x.dss"));
}

TEST_CASE("a feeder with numbers that are none, or absurd, is not converted, as it is not solved") {
    const std::string good = R"(function mpc = two
mpc.version = '2';
mpc.baseMVA = 10;
mpc.bus = [
1 3 0 0 0 0 1 1 0 12.66 1 1.1 0.9;
2 1 0.1 0.06 0 0 1 1 0 12.66 1 1.1 0.9;
];
mpc.gen = [1 0 0 10 -10 1 100 1 10 0];
mpc.branch = [
1 2 0.005 0.003 0 5 0 0 0 0 1 -360 360;
];
)";
    const std::vector<std::pair<std::string, std::string>> damages{
        {"2 1 0.1 0.06", "2 1 1e306 0.06"},  // kW: infinite
        {"2 1 0.1 0.06", "2 1 0.1 -1e300"},
        {"2 1 0.1 0.06", "2 1 Inf-Inf 0.06"},
        {"2 1 0.1 0.06", "2 1 0.1 1/0"},
        {"0 0 0 0 1 1 0 12.66", "0 0 0 0 1 1 0 0"},
        {"2 1 0.1 0.06 0 0 1 1 0 12.66", "2 1 0.1 0.06 0 0 1 1 0 1e306"},
        {"0.005 0.003", "1e300 0.003"},
        {"0 5 0 0", "1e300 5 0 0"},
        {"0 5 0 0", "0 1e306 0 0"},
        {"10 -10 1 100", "10 -10 1e300 100"},
        {"0.06 0 0 1 1", "0.06 0 1e306 1 1"},
    };
    const ScratchFolder folder;
    folder.write("case.m", good);
    REQUIRE(evsweep_in(folder.path(), {"feeder", "case.m", "--to", "yaml", "-o", "good.yaml"}).status == 0);
    REQUIRE(evsweep_in(folder.path(), {"solve", "good.yaml"}).status == 0);
    for (const auto& [from, to] : damages) {
        std::string text = good;
        const auto at = text.find(from);
        REQUIRE(at != std::string::npos);
        folder.write("case.m", text.replace(at, from.size(), to));
        INFO(to);
        const auto converted = evsweep_in(folder.path(), {"feeder", "case.m", "--to", "yaml", "-o", "bad.yaml"});
        CHECK(converted.status == 2);
        CHECK_THAT(converted.err, Contains("case.m:"));
        CHECK(converted.out.empty());
        CHECK_FALSE(std::filesystem::exists(folder.path() / "bad.yaml"));
        CHECK(evsweep_in(folder.path(), {"solve", "case.m"}).status == 2);
    }
}

TEST_CASE("no command shows the lines of a file that is none of the user's") {
    const ScratchFolder folder;
    const std::string secret = "hunter2$6$saltsaltsalt$" + std::string(90, 'h');
    folder.write("shadow", "root:" + secret + ":19000:0:99999:7:::\nbin:*" + secret + ":1:\n\x1b[31m" + secret + "\n");
    folder.write("feeder.yaml", evsweep::test::small_feeder);
    const auto study = [&](const std::string& name, const std::string& more) {
        folder.write(name, evsweep::test::small_study + more);
        return name;
    };
    const std::string csv = study("csv.yaml", "base_load: {profiles: {p: {every: 1 h, file: shadow, column: a}}}\n");
    const std::string columns = study("columns.yaml", "base_load: {columns: {file: shadow, every: 1 h}}\n");
    const std::string rules = study("rules.yaml", "  fuzzy: {rules: shadow}\n");
    folder.write("script.dss", "Clear\nNew Circuit.c basekv=1\nRedirect shadow\nSolve\n");
    const std::vector<std::vector<std::string>> calls{
        {"check", "shadow"}, {"run", "shadow"},  {"solve", "shadow"}, {"feeder", "shadow"},     {"summary", "shadow"},
        {"check", csv},      {"check", columns}, {"check", rules},    {"feeder", "script.dss"}, {"solve", "script.dss"}};
    for (const auto& call : calls) {
        const auto answer = evsweep_in(folder.path(), call);
        INFO(call[0] << " " << call[1] << ": " << answer.err);
        CHECK(answer.status == 2);
        CHECK(answer.err.find(std::string(80, 'h')) == std::string::npos);
        CHECK(answer.err.find("bin:") == std::string::npos);
        CHECK(answer.err.find('\x1b') == std::string::npos);
    }
}

TEST_CASE("what feeder cannot do is reported before anything is written") {
    const ScratchFolder folder;
    folder.write("feeder.yaml", evsweep::test::small_feeder);
    CHECK_THAT(evsweep_in(folder.path(), {"feeder"}).err, Contains("feeder: no feeder is named"));
    const auto style = evsweep_in(folder.path(), {"feeder", "feeder.yaml", "--to", "xml"});
    CHECK(style.status == 2);
    CHECK_THAT(style.err, Contains("--to: 'xml' is not a style of feeder files; dss, json and yaml are"));
    CHECK_THAT(evsweep_in(folder.path(), {"feeder", "feeder.yaml", "-o", "x.yaml"}).err,
               Contains("give --to with dss, json and yaml"));
    folder.write("bad.yaml", "buses:\n  - {id: 1, nominal: 4 kV, phases: abd}\n");
    const auto bad = evsweep_in(folder.path(), {"feeder", "bad.yaml", "--to", "yaml", "-o", "x.yaml"});
    CHECK(bad.status == 2);
    CHECK_THAT(bad.err, Contains("bad.yaml:2:36: buses[0].phases: 'abd' names no phases"));
    CHECK_FALSE(std::filesystem::exists(folder.path() / "x.yaml"));
}
