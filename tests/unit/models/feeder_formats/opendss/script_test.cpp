// Odd statements that OpenDSS carries out: open quotes and comments, variables, folders, duplicates, edits of nothing.
#include "unit/models/feeder_formats/opendss/opendss_reading.hpp"

namespace evsweep {
namespace {

using Texts = std::vector<std::string>;

const std::string line = "New Line.a bus1=src bus2=b switch=y\n";

double load_kw(const std::string& statements, const Files& files = {}) {
    const FeederDescription d = circuit_with(line + statements, files);
    REQUIRE_FALSE(d.loads.empty());
    double kw = 0.0;
    for (const LoadRow& row : d.loads) kw += row.p.value();
    return kw;
}

Texts warnings_of(const std::string& statements, const Files& files = {}) {
    return read_opendss("New Circuit.test basekv=12.47 bus1=src\n" + line + statements, files).warnings;
}

}  // namespace

TEST_CASE("a quote that is not closed ends with its line, and a warning says so") {
    CHECK(load_kw("New Load.l bus1=b kv=12.47 kw=\"70\r\n") == 70.0);
    CHECK(load_kw("New Load.l bus1=b kv=12.47 kw=(35 2 *  \n") == 70.0);
    CHECK(load_kw("New Load.l bus1=b kv=12.47 kw=70 daily='x ! pf=1\nNew Load.m bus1=b kv=12.47 kw=7") == 77.0);
    CHECK(has(warnings_of("New Load.l bus1=b kv=12.47 kw=\"70"),
              "f.dss:3:31: warning: a quote or bracket is not closed: it ends with its line, as in OpenDSS; close it"));
}

TEST_CASE("a comment that is not closed reaches to the end of its file, and a warning says so") {
    const Files files{{"g.dss", "New Load.l bus1=b kv=12.47 kw=1\n/* New Load.m bus1=b kv=12.47 kw=2\nNew Load.n bus1=b"}};
    CHECK(load_kw("Redirect g.dss\nNew Load.o bus1=b kv=12.47 kw=4", files) == 5.0);
    CHECK(has(warnings_of("Redirect g.dss", files), "g.dss:2:1: warning: a comment is not closed"));
}

TEST_CASE("variables stand where a word begins with their name, and keep their quotes") {
    CHECK(load_kw("var @p=30 @bus=b\nNew Load.l bus1=@bus.1.2.3 kv=12.47 kw=@p") == 30.0);
    CHECK(load_kw("var @p={15 2 *}\nNew Load.l bus1=b kv=12.47 kw=@p") == 30.0);
    CHECK(load_kw("var @p=15\nNew Load.l bus1=b kv=12.47 kw=(@p 2 *)") == 30.0);
    const auto d = circuit_with(
        "var @z={3 2 *}\nNew LineCode.c nphases=1 rmatrix=[@z] xmatrix=[1]\nNew Line.a src.1 b.1 linecode=c phases=1");
    CHECK(d.branches.front().series_ohm.front().real() == Approx(6.0));
    CHECK(load_kw("var @p=3\nNew Load.l@p bus1=b kv=12.47 kw=1\nEdit Load.l@p kw=2") == 2.0);
}

TEST_CASE("names may stand for several objects where duplicates are allowed") {
    const std::string twice = "New Load.l bus1=b kv=12.47 kw=5\nNew Load.l bus1=b kv=12.47 kw=7\n";
    CHECK(has(errors_of(line + twice), "load.l: is defined again"));
    CHECK(load_kw("Set AllowDuplicates=yes\n" + twice) == 12.0);
    CHECK(load_kw("Set AllowDup=yes\n" + twice + "~ kw=8\nEdit Load.l kw=6") == 14.0);
    CHECK(has(warnings_of("Set AllowDuplicates=yes\n" + twice),
              "f.dss:5:5: warning: load.l: is defined again; first in line 4 of f.dss; AllowDuplicates lets both of them be; "
              "here it is called l_2"));
}

TEST_CASE("an edit of an object that is not there is passed over, but nothing may continue it") {
    CHECK(load_kw("New Load.l bus1=b kv=12.47 kw=5\nEdit Load.x kw=7\nEdit Fault.f enabled=no") == 5.0);
    CHECK(has(
        warnings_of("Edit Load.x kw=7"),
        "f.dss:3:6: warning: load.x: there is no such object before this line, and the edit is passed over, as in OpenDSS; check "
        "its name"));
    CHECK(has(errors_of(line + "New Load.l bus1=b kv=12.47\nEdit Load.x kw=7\n~ kw=8"),
              "f.dss:5:1: more: continues an edit of an object that is not there"));
    CHECK(has(errors_of(line + "Load.x.kw=7"), "load.x: there is no such object before this line; write CLASS.NAME"));
    CHECK(has(errors_of(line + "Edit Lod.x kw=7"), "lod.x: there is no such object before this line"));
}

TEST_CASE("other folders are looked into for files") {
    const Files files{{"data/loads.dss", "New Load.l bus1=b kv=12.47 kw=9"}};
    for (const char* folder : {"Set datapath=data\n", "cd data\n", "Set datapath='data'\n"}) {
        INFO(folder);
        CHECK(load_kw(std::string(folder) + "Redirect loads.dss", files) == 9.0);
    }
    CHECK(load_kw("Set datapath=C:\\nowhere\nRedirect data\\loads.dss", files) == 9.0);
}

TEST_CASE("commands for several processors or for tables do not stop the reading of a circuit") {
    const std::string commands = "CalcIncMatrix\n_SolveDirect\nSolveAll\nWait\nSeqVoltages\nPhaseLosses\nClone 2\n";
    CHECK(load_kw(commands + "New Load.l bus1=b kv=12.47 kw=3") == 3.0);
    CHECK(has(errors_of("NewActor"), "newactor: changes the circuit in a way that is not supported"));
}

TEST_CASE("a regulator may see the coil with the highest or the lowest voltage") {
    const std::string regulator =
        "New Transformer.t windings=2 buses=(src b) kvs=(12.47 12.47) kvas=(500 500)\nNew RegControl.r transformer=t winding=2 ";
    CHECK(circuit_with(regulator + "ptphase=max").regulators.front().sees == SeenCoil::highest);
    CHECK(circuit_with(regulator + "ptphase=MIN").regulators.front().sees == SeenCoil::lowest);
    CHECK(circuit_with(regulator + "ptphase=2").regulators.front().sees == SeenCoil::given);
    CHECK(circuit_with(regulator + "ptphase=max bus=b.2").regulators.front().sees == SeenCoil::given);
}

TEST_CASE("a matrix of other rows than phases is read as far as it goes, as in OpenDSS, and a warning says so") {
    const std::string more = "New LineCode.c nphases=1 rmatrix=[2 | 7 3] xmatrix=[1]\n";
    const auto d = circuit_with(more + "New Line.a src.1 b.1 linecode=c phases=1");
    CHECK(d.branches.front().series_ohm.front() == std::complex<double>(2.0, 1.0));
    CHECK(has(warnings_of(more), "linecode.c.rmatrix: is not a matrix of 1 x 1 numbers: what it has too many is not read"));
    CHECK(has(errors_of("New LineCode.c nphases=1 rmatrix=[2 7]"), "is not a matrix of 1 x 1 numbers"));
}

TEST_CASE("phases of a load at a node that nothing feeds draw nothing, and a warning says so") {
    const std::string two = "New Line.two bus1=b.1.2 bus2=c.1.2 phases=2 switch=y\n";
    const auto d = circuit_with(line + two + "New Load.l bus1=c.1.2 kv=12.47 kw=90 kvar=30");
    REQUIRE(d.loads.size() == 1);
    CHECK(d.loads.front().p.value() == Approx(60.0));
    CHECK(d.loads.front().q.value() == Approx(20.0));
    CHECK(d.loads.front().terminals == std::vector<Terminals>{{Conductor::a, {}}, {Conductor::b, {}}});
    CHECK(has(warnings_of(two + "New Load.l bus1=c.1.2 kv=12.47 kw=90 kvar=30"),
              "f.dss:4:5: warning: loads: have phases at nodes that nothing feeds, where they draw nothing, as in OpenDSS"));
    CHECK(has(errors_of(line + two + "New Load.l phases=1 bus1=c.3 kv=7.2"), "load.l: nothing feeds node 3 of bus c"));
}

TEST_CASE("a bus whose voltage is near none of the bases counts its own, and a warning says so") {
    const std::string unit = "New Transformer.t windings=2 buses=(src low) kvs=(12.47 0.48)\nSet VoltageBases=[0.48]\n";
    const auto d = circuit_with(unit);
    CHECK(d.buses.front().nominal.value() == Approx(12470.0));
    CHECK(d.buses.back().nominal.value() == Approx(480.0));
    CHECK(has(read_opendss("New Circuit.test basekv=12.47 bus1=src\n" + unit).warnings,
              "set voltagebases: holds none near 12.47 kV, which counts itself; add it"));
}

}  // namespace evsweep

TEST_CASE("a file of coordinates that is not there is reported, and is no error") {
    const auto outcome = evsweep::read_opendss("New Circuit.c bus1=src\nNew Line.l bus1=src bus2=b\nBusCoords nowhere.csv");
    CHECK(outcome.errors.empty());
    CHECK(evsweep::has(outcome.warnings, "f.dss:3:11: warning: buscoords: file 'nowhere.csv' cannot be read"));
}
