// The language of OpenDSS scripts: statements, values, files, and what is refused.
#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <random>

#include "feeder_formats/opendss/script.hpp"
#include "feeder_formats/opendss/text.hpp"
#include "unit/models/feeder_formats/opendss/opendss_reading.hpp"

namespace {

using namespace evsweep;
using Texts = std::vector<std::string>;

double worked_out(const std::string& text) {
    const auto number = opendss::to_number(opendss::Value{text, true, {}});
    REQUIRE(number);
    return *number;
}

/// Length in km of the only line.
double length_of(const FeederDescription& d) {
    REQUIRE(d.branches.size() == 1);
    REQUIRE(d.branches.front().length);
    return d.branches.front().length->value();
}

}  // namespace

TEST_CASE("reverse Polish values are worked out as on a pocket calculator") {
    CHECK(worked_out("8 1000 /") == Approx(0.008));
    CHECK(worked_out("3 4 5 + *") == Approx(27.0));
    CHECK(worked_out("2 10 ^ sqrt") == Approx(32.0));
    CHECK(worked_out("30 sin") == Approx(0.5));
    CHECK(worked_out("1 1 atan2") == Approx(45.0));
    CHECK(worked_out("7 2 swap -") == Approx(-5.0));
    CHECK(worked_out("1 2 3 rollup - -") == Approx(2.0));  // 1 2 3 3
    CHECK(worked_out("100 log10 pi * pi /") == Approx(2.0));
    CHECK(worked_out("4 inv sqr exp ln") == Approx(0.0625));
    CHECK(worked_out("1.051 0.88 0.001 3 * - - 115 12.47 / sqr *") == Approx(0.174 * 115.0 * 115.0 / 12.47 / 12.47));
    CHECK_FALSE(opendss::to_number(opendss::Value{"5 +", true, {}}));
    CHECK_FALSE(opendss::to_number(opendss::Value{"1 0 /", true, {}}));
    CHECK_FALSE(opendss::to_number(opendss::Value{"1 2 plus", true, {}}));
    CHECK_FALSE(opendss::to_number(opendss::Value{"8 1000 /", false, {}}));
}

TEST_CASE("a decimal comma and a short-circuit strength below zero are refused, not read as something else") {
    CHECK(has(errors_of("New Line.a bus1=src bus2=b length=3,5 r1=1"), "f.dss:2:35: '3,' has a decimal comma"));
    CHECK(has(errors_of("Edit Vsource.source MVAsc3=-5"), "'-5' is no short-circuit strength; give a number above 0"));
    CHECK(has(errors_of("Edit Vsource.source Isc1=0"), "'0' is no short-circuit strength; give a number above 0"));
}

TEST_CASE("a line splits at blanks, commas and equals signs outside quotes") {
    Issues issues;
    const auto words = opendss::split_line("New Line.a, bus1 = 'x 1' kVs=(1 2,3) {4 5} ! bus2=y", {}, {}, issues);
    REQUIRE(words.size() == 5);
    CHECK(words[0].value.text == "New");
    CHECK(words[1].value.text == "Line.a");
    CHECK(words[2].name == "bus1");
    CHECK(words[2].value.text == "x 1");
    CHECK(words[3].name == "kvs");
    CHECK(opendss::to_numbers(words[3].value) == std::vector<double>{1, 2, 3});
    CHECK(words[4].value.quoted);
    CHECK(issues.list().empty());
    CHECK(opendss::split_line("a//b", {}, {}, issues).size() == 1);
    (void)opendss::split_line("kvs=(1 2", {}, {}, issues);
    CHECK(issues.list().size() == 1);
    CHECK_FALSE(issues.has_errors());
}

TEST_CASE("a matrix may be a lower triangle or whole") {
    const auto triangle = opendss::to_matrix({"1 | 2 3 | 4 5 6", true, {}}, 3);
    CHECK(triangle == std::vector<double>{1, 2, 4, 2, 3, 5, 4, 5, 6});
    CHECK(opendss::to_matrix({"1 2|2 3 |", true, {}}, 2) == std::vector<double>{1, 2, 2, 3});
    CHECK_FALSE(opendss::to_matrix({"1 | 2", true, {}}, 2));
    CHECK(opendss::to_matrix({"1 | 2 3 | 4 5 6", true, {}}, 2) == std::vector<double>{1, 2, 2, 3});
    CHECK(opendss::has_more_rows({"1 | 2 3 | 4 5 6", true, {}}, 2));
    CHECK_FALSE(opendss::has_more_rows({"1 | 2 3 |", true, {}}, 2));
}

TEST_CASE("names match patterns as in batch edits") {
    CHECK(opendss::matches(".*", "anything"));
    CHECK(opendss::matches("shape", "a_shape_1"));
    CHECK(opendss::matches("^s.*1$", "shape_1"));
    CHECK_FALSE(opendss::matches("^s.*2$", "shape_1"));
    CHECK(opendss::matches("^a[bc]+d?$", "abcb"));
    CHECK_FALSE(opendss::matches("^a[bc]+d?$", "ad"));
}

TEST_CASE("statements continue, edit, abbreviate, go by position and assign") {
    const std::string code = "New LineCode.c nphases=3 r1=1 x1=1 r0=1 x0=1 c1=0 c0=0 units=km\n";
    CHECK(length_of(circuit_with(code + "New Line.a bus1=src bus2=b linecode=c\n~ length=2 units=km")) == Approx(2.0));
    CHECK(length_of(circuit_with(code + "new object=line.a src b c 3 un=km")) == Approx(3.0));
    CHECK(length_of(circuit_with(code + "NEW LINE.A Bus1=SRC Bus2=B LineC=C units=km\nEdit line.a leng=4")) == Approx(4.0));
    CHECK(length_of(circuit_with(code + "New Line.a src b c units=km\nLine.A.Length=5")) == Approx(5.0));
    CHECK(length_of(circuit_with(code + "var @l=6\nNew Line.a src b c length=@l units=km")) == Approx(6.0));
    CHECK(length_of(circuit_with(code + "New Line.a src b c units=km\nBatchEdit line..* length=(3.5 2 *)")) == Approx(7.0));
    CHECK(length_of(circuit_with(code + "New Line.a src b c units=km length=1\nselect line.a\nmore length=8")) == Approx(8.0));
}

TEST_CASE("comments are left out, on lines and in blocks") {
    const auto d = circuit_with(
        "! nothing\n// nothing\n/* New Line.x bus1=nowhere\nNew Line.y */\n  New Line.a bus1=src bus2=b // r1=?\n"
        "New Line.b bus1=b bus2=c! units=?\n");
    CHECK(d.branches.size() == 2);
}

TEST_CASE("files are found beside the file that names them") {
    const Files files{{"lines/l.dss", "Redirect ../codes.dss\nNew Line.a src b linecode=c\nRedirect more.dss"},
                      {"lines/more.dss", "New Line.b b c linecode=c"},
                      {"codes.dss", "New LineCode.c r1=1"},
                      {"xy.csv", "SRC, 1, 2\nb 3 4\nnowhere, 5, 6\n"}};
    const auto d = circuit_with("Redirect lines\\l.dss\nbuscoords xy.csv", files);
    CHECK(d.branches.size() == 2);
    CHECK(d.buses.at(1).id == "b");
    CHECK(d.buses.at(1).x == 3.0);
    CHECK(d.buses.at(1).y == 4.0);
    CHECK_FALSE(d.buses.at(2).x);
    CHECK(errors_of("Redirect nowhere.dss") ==
          Texts{"f.dss:2:10: file 'nowhere.dss' cannot be read; paths are relative to the file that names them"});
}

TEST_CASE("what is compiled leaves its folder as one where files are looked for") {
    const Files files{{"sub/master.dss", "New Line.a src b switch=y"}, {"sub/more.dss", "New Line.c b d switch=y"}};
    CHECK(circuit_with("Compile sub/master.dss\nRedirect more.dss", files).branches.size() == 2);
    CHECK(errors_of("Redirect sub/master.dss\nRedirect more.dss", files).size() == 1);
}

TEST_CASE("files that name one another in a circle are reported with the circle") {
    const Files files{{"a.dss", "Redirect b.dss"}, {"b.dss", "\nRedirect A/../a.dss"}};
    CHECK(errors_of("Redirect a.dss", files) ==
          Texts{"b.dss:2:10: redirect: files name one another in a circle: f.dss -> a.dss -> b.dss -> A/../a.dss; "
                "remove one of the redirections"});
}

TEST_CASE("every mistake is reported at its place, all at once") {
    const auto errors = errors_of(
        "New Line.a bus1=src bus2=b linecode=none\n"
        "New Lien.b bus1=src\n"
        "New Line.c bus1=src bus2=b lenght=2\n"
        "New Line.d bus1=src bus2=b length=two\n"
        "Nwe Line.e\n"
        "New Load.f bus1=b model=9 conn=star-shaped\n"
        "New Transformer.t windings=2 kvs=(12.47 0.4 0.4)\n"
        "New Line.a bus1=src bus2=c\n"
        "Load.g.kW=3\n"
        "New RegControl.r transformer=u\n");
    REQUIRE(errors.size() == 11);
    CHECK(errors[0] == "f.dss:2:37: line.a.linecode: unknown line code 'none'; define it with New LineCode before this line");
    CHECK(errors[1].rfind("f.dss:3:5: lien.b: unknown class 'lien'; did you mean 'line'?", 0) == 0);
    CHECK(errors[2] == "f.dss:4:35: line.c: unknown property 'lenght'; did you mean 'length'?");
    CHECK(errors[3] == "f.dss:5:35: line.d.length: 'two' is not a number");
    CHECK(errors[4].rfind("f.dss:6:1: Nwe: is not a command that is known", 0) == 0);
    CHECK(errors[5] == "f.dss:7:25: load.f.model: '9' is not a whole number from 1 to 8");
    CHECK(errors[6] == "f.dss:7:32: load.f.conn: 'star-shaped' is not a connection; write wye or delta");
    CHECK(errors[7] ==
          "f.dss:8:34: transformer.t.kvs: has 3 members, and there are 2 windings; "
          "set the number of windings first");
    CHECK(errors[8] == "f.dss:9:5: line.a: is defined again; first in line 2 of f.dss; rename one of them, or use Edit");
    CHECK(errors[9] == "f.dss:10:11: load.g: there is no such object before this line; write CLASS.NAME");
    CHECK(errors[10] == "f.dss:11:30: regcontrol.r.transformer: unknown transformer 'u'; define it before its control");
}

TEST_CASE("ends without buses and phases that do not agree are reported") {
    CHECK(errors_of("New Line.a bus1=src") == Texts{"f.dss:2:5: line.a: end 2 has no bus; name its buses"});
    CHECK(has(errors_of("New Transformer.t phases=3"), "transformer.t: end 1 has no bus"));
    CHECK(has(errors_of("New LineCode.c nphases=2 rmatrix=(1 | 0 1)\nNew Line.a bus1=src bus2=b linecode=c phases=3"),
              "line.a.phases: differs from the 2 phases of its impedance matrix"));
    CHECK(has(read_opendss("New Circuit.test basekv=12.47 bus1=src\nNew Line.a phases=1 bus1=src.1.2 bus2=b.1.2").warnings,
              "names 2 nodes at bus src, and has 1 conductors there: the others are not used, as in OpenDSS"));
    CHECK(has(errors_of("New Line.a phases=2 bus1=src.1.1 bus2=b.1.2"), "has two conductors at node 1 of bus src"));
    CHECK(has(errors_of("New Line.a bus1=src.1.2.7 bus2=b"), "has a node 7"));
    CHECK(has(errors_of("New LineCode.c nphases=2 rmatrix=(1 | 2 3 4)"), "is not a matrix of 2 x 2 numbers"));
}

TEST_CASE("what would change the solution is refused by name") {
    for (const char* statement :
         {"New Fault.f bus1=src", "New GenDispatcher.g", "New UPFC.u", "New Isource.i bus1=src", "New VCCS.v",
          "New Vsource.second bus1=b", "Set LoadModel=admittance", "MakePosSeq", "New Generator.g bus1=src model=6",
          "New Capacitor.c bus1=src cmatrix=(1)", "Set frequency=50"}) {
        INFO(statement);
        CHECK_FALSE(errors_of(statement).empty());
    }
}

TEST_CASE("what has no effect is reported once per kind with its number") {
    const auto outcome = read_opendss(
        "New Circuit.c bus1=src\nNew Monitor.m1 element=vsource.source terminal=1\n~ mode=1\nNew Monitor.m2\n"
        "New Line.a bus1=src bus2=b faultrate=1\nPlot circuit\nSet mode=daily number=24\nSolve\nShow voltages\nExport "
        "voltages\n");
    CHECK(outcome.errors.empty());
    CHECK(outcome.warnings == Texts{"f.dss:10:1: warning: command export: has no effect here and is left out",
                                    "f.dss:6:1: warning: command plot: has no effect here and is left out",
                                    "f.dss:9:1: warning: command show: has no effect here and is left out",
                                    "f.dss:5:38: warning: line.faultrate: has no effect here and is left out",
                                    "f.dss:2:5: warning: monitor: has no effect here and is left out (2 times)",
                                    "f.dss:8:1: warning: solve in mode daily: is not followed: this is the snapshot of the "
                                    "circuit, with taps, banks and stored energy as the script sets them; let scenarios run "
                                    "series"});
}

TEST_CASE("garbage is refused in little time and few words") {
    std::string text = "New Circuit.c\n";
    std::mt19937 draw(7);
    while (text.size() < 10'000'000) text += static_cast<char>(draw() % 256);
    const auto begin = std::chrono::steady_clock::now();
    const auto outcome = read_opendss(text);
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
    CHECK_FALSE(outcome.feeder);
    CHECK(outcome.errors.size() < 110);
    CHECK(has(outcome.errors, "the rest is not shown"));
}

TEST_CASE("a script without a circuit or cut short is refused") {
    CHECK(read_opendss("").errors == Texts{"f.dss: circuit: the script makes no circuit; begin with New Circuit.NAME"});
    CHECK(has(errors_of("New LineCode.c rmatrix=(1 | 2"), "is not a matrix of 3 x 3 numbers"));
    CHECK(has(read_opendss("New Circuit.a\nNew Circuit.b").errors, "there is a circuit already"));
    CHECK(read_opendss("New Circuit.a\nClear\nNew Circuit.b").feeder->name == "b");
}

TEST_CASE("a script is recognised by its ending or its first statements") {
    Issues issues;
    Reader reader{issues};
    const auto format = plugins<FeederFormat>().at("opendss").configure(Node::make_map({}), "", reader)->make({});
    CHECK(format->recognises({"f.DSS", ""}));
    CHECK(format->recognises({"f.txt", "! a feeder\n\nClear\nSet DefaultBaseFrequency=60\n new object=circuit.a"}));
    CHECK_FALSE(format->recognises({"f.txt", "Clear\nbuses: []"}));
    CHECK_FALSE(format->recognises({"f.m", "function mpc = case"}));
}
