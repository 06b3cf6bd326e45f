// Loads whose power is found from measured currents (OpenDSS's AllocateLoads).
#include <catch2/catch.hpp>
#include <map>
#include <regex>

#include "command.hpp"
#include "csv_rows.hpp"

using Catch::Matchers::Contains;
using namespace evsweep::test;

namespace {

const std::string circuit = R"(new circuit.small basekv=12.47 pu=1.02 mvasc3=300 mvasc1=280
new linecode.oh nphases=3 r1=0.3 x1=0.4 r0=0.6 x0=1.3 c1=8 c0=4 units=km
new line.feed bus1=sourcebus bus2=mv phases=3 linecode=oh length=3 units=km
new line.side bus1=mv bus2=end phases=3 linecode=oh length=2 units=km
new transformer.t phases=3 windings=2 buses=(mv lv) conns=(delta wye) kvs=(12.47 0.48) kvas=(500 500) xhl=5 %loadloss=1
new energymeter.m element=line.feed terminal=1 peakcurrent=(20 24 22)
new sensor.s element=line.side terminal=1
sensor.s.currents=(6 7 9)
new load.three bus1=lv phases=3 kv=0.48 xfkva=300 pf=0.9
new load.one bus1=mv.2 phases=1 kv=7.2 xfkva=100 pf=0.95 allocationfactor=0.4
new load.billed bus1=mv.1 phases=1 kv=7.2 kwh=30000 kwhdays=30 cfactor=3 pf=0.92
new load.fixed bus1=mv.3 phases=1 kv=7.2 kw=40 pf=0.9
new load.far_a bus1=end.1 phases=1 kv=7.2 xfkva=50 pf=0.9
new load.far_b bus1=end.2 phases=1 kv=7.2 xfkva=60 pf=0.9
new load.far_c bus1=end.3 phases=1 kv=7.2 xfkva=90 pf=0.9
set voltagebases=[12.47 0.48]
calcvoltagebases
allocateloads
)";

std::string with(const std::string& what, const std::string& instead) {
    return std::regex_replace(circuit, std::regex(what), instead, std::regex_constants::format_first_only);
}

Answer solve(const ScratchFolder& folder, const std::string& script, std::vector<std::string> more = {}) {
    folder.write("case.dss", script);
    std::vector<std::string> words{"solve", "case.dss", "--tolerance", "1e-11"};
    words.insert(words.end(), more.begin(), more.end());
    return evsweep_in(folder.path(), words);
}

}  // namespace

TEST_CASE("allocated loads have the voltages that OpenDSS finds with them") {
    // Of its engine (C-API 0.14) at a tolerance of 1e-11, each load touched once afterwards so that its admittance is that of its
    // new power.
    const std::map<std::string, double> volts{
        {"mv,a", 7304.962963},  {"mv,b", 7308.493797}, {"mv,c", 7306.676519}, {"end,a", 7301.305929}, {"end,b", 7301.310854},
        {"end,c", 7297.972955}, {"lv,a", 278.630368},  {"lv,b", 278.636962},  {"lv,c", 278.610628},
    };
    const ScratchFolder folder;
    const auto answer = solve(folder, circuit, {"--csv", "tables"});
    INFO(answer.err);
    REQUIRE(answer.status == 0);
    std::size_t seen = 0;
    for (const auto& row : table(folder.read("tables/bus_voltages.csv"))) {
        const auto expected = volts.find(row.at("bus") + "," + row.at("phase"));
        if (expected == volts.end()) continue;
        ++seen;
        CHECK(std::stod(row.at("voltage_v")) == Approx(expected->second).epsilon(1e-8));
    }
    CHECK(seen == volts.size());
}

TEST_CASE("what has become of allocated loads is reported, and a meter that still differs is a warning") {
    const ScratchFolder folder;
    folder.write("case.dss", circuit);
    const auto answer = evsweep_in(folder.path(), {"feeder", "case.dss"});
    CHECK(answer.status == 0);
    CHECK_THAT(answer.out, Contains("loads behind sensor.s: 144.8 kW instead of 88 kW, from the 6, 7, 9 A at line.side"));
    CHECK_THAT(answer.err, Contains("case.dss:6:") && Contains("energymeter.m: is to see 20, 24, 22 A, and sees ") &&
                               Contains("only loads given by xfkVA or kWh are scaled"));
    // Loads that all follow one balanced meter: it sees what was measured.
    const auto even = solve(folder, R"(new circuit.small basekv=12.47
new line.feed bus1=sourcebus bus2=mv phases=3 length=1 units=km
new energymeter.m element=line.feed peakcurrent=(20 20 20)
new load.m bus1=mv phases=3 kv=12.47 xfkva=300 pf=0.9
allocateloads
)");
    CHECK(even.status == 0);
    CHECK_THAT(even.err, !Contains("is to see"));
}

TEST_CASE("loads that cannot be allocated are reported with the reason") {
    const ScratchFolder folder;
    const auto refused = [&](const std::string& script) {
        const auto answer = solve(folder, script);
        CHECK(answer.status == 2);
        return answer.err;
    };
    CHECK_THAT(refused(with("peakcurrent=\\(20 24 22\\)", "peakcurrent=(20 24)")),
               Contains("energymeter.m: has 2 currents for 3 phases"));
    CHECK_THAT(refused(with("element=line.feed", "element=line.none")), Contains("measures 'line.none', which has no end 1"));
    CHECK_THAT(refused(with("element=line.feed terminal=1", "element=line.feed terminal=2")),
               Contains("measures 'line.feed' at its end away from the source"));
    CHECK_THAT(refused(with("sensor.s.currents=\\(6 7 9\\)", "")), Contains("sensor.s: has no currents"));
    CHECK_THAT(refused(circuit + "set loadmult=0.5\n"), Contains("multiplies loads that were allocated before"));
    CHECK_THAT(refused(with("xfkva=300", "xfkva=300000")), Contains("has no solution"));
    const auto without = solve(folder, with("new energymeter[^\n]*\nnew sensor[^\n]*\nsensor[^\n]*\n", ""));
    CHECK(without.status == 0);
    CHECK_THAT(without.err, Contains("allocateloads: there is no energymeter in service, and the loads stay as they are"));
    CHECK_THAT(solve(folder, with("peakcurrent=\\(20 24 22\\)", "")).err,
               Contains("has no peakcurrent, and loads are allocated by 400 A"));
    CHECK_THAT(solve(folder, "set loadmult=0.5\n" + circuit).err, !Contains("loadmult"));  // before there is a circuit
}
