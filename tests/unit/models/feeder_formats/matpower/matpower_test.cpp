#include <catch2/catch.hpp>

#include <cmath>
#include <fstream>

#include "evsweep/feeder_format.hpp"
#include "evsweep/plugins.hpp"
#include "places.hpp"
#include "sim/network/feeder.hpp"
#include "sim/network/sweep/load_flow.hpp"

namespace {

using namespace evsweep;

struct Outcome {
    std::optional<FeederDescription> feeder;
    std::vector<std::string> issues;
};

Outcome read(const std::string& format, const std::string& file, const std::string& text) {
    Issues issues;
    Reader reader{issues};
    const auto reads = plugins<FeederFormat>().at(format).configure(Node::make_map({}), "", reader)->make({});
    REQUIRE(reads->recognises({file, text}));
    Outcome outcome;
    outcome.feeder = reads->read({file, text}, issues);
    for (const Issue& issue : issues.list()) outcome.issues.push_back(to_text(issue));
    return outcome;
}

Outcome read(const std::string& text) { return read("matpower", "c.m", text); }

using Texts = std::vector<std::string>;

/// A case of three buses; `statements` follow its tables.
std::string three_buses(const std::string& statements = "") {
    return "function mpc = three\n"
           "%THREE  a case of three buses\n"
           "mpc.version = '2';\n"
           "mpc.baseMVA = 10;\n"
           "mpc.bus = [ %% id type Pd Qd Gs Bs area Vm Va kV zone max min\n"
           "\t1\t3\t0\t0\t0\t0\t1\t1\t-5\t20\t1\t1\t1;\n"
           "\t2\t1\t100\t60\t0\t0\t1\t1\t0\t20\t1\t1.1\t0.9;\n"
           "\t3\t1\t90\t-40\t0.1\t0.2\t1\t1\t0\t20\t1\t1.1\t0.9\n"
           "];\n"
           "mpc.gen = [\n\t1\t0\t0\tInf\t-Inf\t1.02\t100\t1\t10\t0;\n\t3\t2\t0.5\t1\t-1\t1\t100\t1\t10\t0;\n];\n"
           "mpc.branch = [\n"
           "    1, 2, 0.01, 0.02, 0.004, 5, 0, 0, 0, 0, 1, -360, 360\n"
           "    2\t3\t+1e-2 2.0E-2 0 0 0 0 .98 30 1 -360 360 % a transformer\n"
           "%   3 1 1 1 0 0 0 0 0 0 1 -360 360\n"
           "    1 3 0.05 0.05 0 0 0 0 0 0 ...\n"
           "      0 -360 360;\n"
           "];\n"
           "mpc.gencost = [2 0 0 3 0 20 0];\n" +
           statements;
}

const std::string columns =
    "[PQ, PV, REF, NONE, BUS_I, BUS_TYPE, PD, QD, GS, BS, BUS_AREA, VM, ...\n"
    "    VA, BASE_KV, ZONE, VMAX, VMIN, LAM_P, LAM_Q, MU_VMAX, MU_VMIN] = idx_bus;\n"
    "[F_BUS, T_BUS, BR_R, BR_X, BR_B, RATE_A, RATE_B, RATE_C, ...\n"
    "    TAP, SHIFT, BR_STATUS, PF, QF, PT, QT, MU_SF, MU_ST, ...\n"
    "    ANGMIN, ANGMAX, MU_ANGMIN, MU_ANGMAX] = idx_brch;\n";

TEST_CASE("a case in per unit becomes rows with units", "[formats]") {
    const Outcome outcome = read(three_buses());
    CHECK(outcome.issues == Texts{});
    REQUIRE(outcome.feeder);
    const FeederDescription& f = *outcome.feeder;
    CHECK(f.name == "three");
    REQUIRE(f.buses.size() == 3);
    CHECK(f.buses[2].nominal == Volts(20000.0));
    CHECK(f.buses[2].at.line == 8);
    REQUIRE(f.loads.size() == 3);
    CHECK(f.loads[1].p == Kilowatts(90e3));
    CHECK(f.loads[1].q == Kilovars(-40e3));
    CHECK(f.loads[2].p == Kilowatts(-2000.0));  // a generator that is not at the source
    REQUIRE(f.shunts.size() == 1);
    CHECK(f.shunts[0].p.value() == Approx(100.0));
    CHECK(f.shunts[0].q.value() == Approx(-200.0));  // Bs is injected
    REQUIRE(f.branches.size() == 3);
    CHECK(f.branches[0].series_ohm[0].real() == Approx(0.4));  // 0.01 * (20 kV)^2 / 10 MVA
    CHECK(f.branches[0].shunt_s[0].imag() == Approx(1e-4));
    CHECK(f.branches[0].rating->value() == Approx(144.33757).epsilon(1e-7));  // 5 MVA / (sqrt 3 * 20 kV)
    CHECK(f.branches[0].kind == BranchKind::line);
    CHECK(f.branches[1].kind == BranchKind::transformer);
    CHECK(f.branches[1].tap == 0.98);
    CHECK(f.branches[1].shift == Degrees(30.0));
    CHECK(f.branches[1].series_ohm[0].imag() == Approx(0.8));
    CHECK_FALSE(f.branches[2].closed);
    REQUIRE(f.sources.size() == 1);
    CHECK(f.sources[0].voltage == PerUnit(1.02));
    CHECK(f.sources[0].angle == Degrees(-5.0));
}

TEST_CASE("the conversions of distribution cases are worked out: ohm to p.u. and kW to MW", "[formats]") {
    const Outcome outcome =
        read(three_buses(columns + "Vbase = mpc.bus(1, BASE_KV) * 1e3;      %% in Volts\n"
                                   "Sbase = mpc.baseMVA * 1e6;              %% in VA\n"
                                   "mpc.branch(:, [BR_R BR_X]) = mpc.branch(:, [BR_R BR_X]) / (Vbase^2 / Sbase);\n"
                                   "mpc.bus(:, [PD, QD]) = mpc.bus(:, [PD, QD]) / 1e3;\n"));
    CHECK(outcome.issues == Texts{});
    REQUIRE(outcome.feeder);
    CHECK(outcome.feeder->branches[1].series_ohm[0].real() == Approx(0.01).epsilon(1e-14));
    CHECK(outcome.feeder->branches[1].series_ohm[0].imag() == Approx(0.02).epsilon(1e-14));
    CHECK(outcome.feeder->loads[0].p.value() == Approx(100.0).epsilon(1e-14));
    CHECK(outcome.feeder->loads[0].q.value() == Approx(60.0).epsilon(1e-14));
}

TEST_CASE("a table of kVA with a power factor becomes active and reactive power", "[formats]") {
    const auto times = GENERATE("*", ".*");
    const Outcome outcome = read(three_buses(columns + "mpc.bus(:, [PD, QD]) = mpc.bus(:, [PD, QD]) / 1e3;\npf = 0.85;\n" +
                                             "mpc.bus(:, QD) = mpc.bus(:, PD) " + times + " sin(acos(pf));\n" +
                                             "mpc.bus(:, PD) = mpc.bus(:, PD) * pf;\n"));
    REQUIRE(outcome.feeder);
    CHECK(outcome.feeder->loads[0].p.value() == Approx(85.0).epsilon(1e-14));
    CHECK(outcome.feeder->loads[0].q.value() == Approx(52.678268764).epsilon(1e-10));  // 100 kVA * sqrt(1 - 0.85^2)
}

TEST_CASE("expressions follow the usual precedence", "[formats]") {
    const auto [text, value] = GENERATE(table<std::string, double>({{"2 + 3 * 4", 14},
                                                                    {"-2^2", -4},
                                                                    {"2^3^2", 64},
                                                                    {"2^-1", 0.5},
                                                                    {"8 / 4 / 2", 1},
                                                                    {"(1 + 2) .* 3", 9},
                                                                    {"sqrt(16) - - 1", 5},
                                                                    {"1.5e1./3", 5},
                                                                    {"mpc.baseMVA / 5", 2},
                                                                    {"mpc.bus(2, 3) + mpc.bus(3, 3)", 190},
                                                                    {"cos(pi)", -1}}));
    const Outcome outcome = read(three_buses("x = " + text + ";\nmpc.bus(2, 3) = x;"));
    INFO(text);
    CHECK(outcome.issues == Texts{});
    REQUIRE(outcome.feeder);
    CHECK(outcome.feeder->loads[0].p.value() == Approx(1000.0 * value));
}

TEST_CASE("statements that case files do not consist of are refused with their line, all at once", "[formats]") {
    const Outcome outcome =
        read(three_buses("system('rm -rf /');\n"
                         "x = PD + 1;\n"
                         "if true, mpc.baseMVA = 1; end\n"
                         "mpc.bus(:, 3) = mpc.bus(:, 3) * mpc.bus(:, 4);\n"
                         "mpc.bus(:, 99) = 0;\n"
                         "mpc.dcline = [1 2 3];\n"
                         "y = 2 *;\n"
                         "mpc.bus(:, [3 4]) = mpc.bus(:, 3);\n"));
    CHECK_FALSE(outcome.feeder);
    const std::string only =
        "this statement is not one that case files consist of; work it out and write the numbers; no code is executed";
    CHECK(outcome.issues ==
          Texts{"c.m:22:1: " + only, "c.m:23:5: unknown name 'PD'; columns are named by `[PQ, PV, ...] = idx_bus` and the like",
                "c.m:24:1: " + only, "c.m:24:27: " + only, "c.m:25:31: '*' of two tables is not element by element; write .*",
                "c.m:26:12: not one of the 13 columns",
                "c.m:27:5: field 'dcline' is not known to a feeder; known are bus, branch, gen and gencost",
                "c.m:28:8: expected a number, a name or a parenthesis, found ';'",
                "c.m:29:5: 3 x 1 numbers do not fit into 3 x 2"});
}

TEST_CASE("elements of tables are expressions, split by blanks as in MATLAB", "[formats]") {
    const auto [text, power] = GENERATE(table<std::string, double>({{"20/sqrt(3)", 20.0 / std::sqrt(3.0)},
                                                                    {"1/4", 0.25},
                                                                    {"-30/3", -10},
                                                                    {"( 1 - 3 )*2", -4},
                                                                    {"2 * -3 - 1", -7},
                                                                    {"8- 1", 7},
                                                                    {"cos( 0 ) +2^3", 9},
                                                                    {"mpc.baseMVA/4 - mpc.baseMVA", -7.5}}));
    const Outcome outcome = read("function mpc = t\nmpc.baseMVA = 10;\nmpc.bus = [\n1 3 0 0 0 0 1 1 0 20\n2 1 " + text +
                                 (text == "cos( 0 ) +2^3" ? "" : " +0") +
                                 " 0 0 1 1 0 60/3; ];\nmpc.gen = [1 0 0 0 0 1 1 1];\nmpc.branch = [1 2 .1 .1 0 0 0 0 0 0 1];\n");
    INFO(text);
    CHECK(outcome.issues == Texts{});
    REQUIRE(outcome.feeder);
    CHECK(outcome.feeder->buses[1].nominal.value() == Approx(20000.0));
    const bool is_split = text == "cos( 0 ) +2^3";  // two elements: 1 and 8
    CHECK(outcome.feeder->loads[0].p.value() == Approx(1000.0 * (is_split ? 1.0 : power)));
    CHECK(outcome.feeder->loads[0].q.value() == Approx(is_split ? 8000.0 : 0.0));
}

TEST_CASE("tables with ragged rows or what is no number are refused at the row", "[formats]") {
    const std::string base = "mpc.baseMVA = 1;\n";
    CHECK(read(base + "mpc.bus = [1 2\n 3 4 5];\n").issues.front() == "c.m:3:2: this row has 3 numbers and those above have 2");
    CHECK(read(base + "mpc.bus = [1 -2\n 1 - 2];\n").issues.front() == "c.m:3:2: this row has 1 numbers and those above have 2");
    CHECK(read(base + "mpc.bus = [1 2*];\n").issues.front() == "c.m:2:16: expected a number, a name or a parenthesis, found ']'");
    CHECK(read(base + "mpc.bus = [1 2];\nmpc.gen = [mpc.bus(:, 1:2) 3];\n").issues.front() ==
          "c.m:3:12: a table as an element of a table; each element is one number");
    CHECK(read(base + "mpc.bus = [1 sqrt (4)];\n").issues.front() ==
          "c.m:2:14: unknown name 'sqrt'; columns are named by `[PQ, PV, ...] = idx_bus` and the like");
}

TEST_CASE("reference buses at one voltage are one source, and others are refused", "[formats]") {
    const std::string head = "mpc.baseMVA = 1;\nmpc.branch = [1 2 .1 .1 0 0 0 0 0 0 1; 3 4 .1 .1 0 0 0 0 0 0 1];\nmpc.bus = [";
    const std::string load = "2 1 1 0 0 0 1 1 0 20; 4 1 1 0 0 0 1 1 0 20];\n";
    const Outcome one = read(head + "1 3 0 0 0 0 1 1 5 20; 3 3 0 0 0 0 1 1 5 20; " + load +
                             "mpc.gen = [1 0 0 0 0 1.02 1 1; 3 0 0 0 0 1.02 1 1; 3 0 0 0 0 1.02 1 1];");
    CHECK(one.issues == Texts{});
    REQUIRE(one.feeder);
    REQUIRE(one.feeder->sources.size() == 1);
    Issues issues;
    const auto feeder = build_feeder(*one.feeder, {}, issues);
    REQUIRE(feeder);
    LoadFlow flow(*feeder);
    PortPower power(feeder->ports());
    REQUIRE(flow.solve(power).status == LoadFlowStatus::converged);
    for (std::size_t c = 0; c < feeder->conductors(); ++c) CHECK(std::abs(flow.voltage(c)) == Approx(1.02));
    const std::string hint = "; a feeder has one source: make the bus type 1, or agree Vg, Va and baseKV";
    CHECK(
        read(head + "1 3 0 0 0 0 1 1 5 20; 3 3 0 0 0 0 1 1 5 20; " + load + "mpc.gen = [1 0 0 0 0 1.02 1 1; 3 0 0 0 0 1.03 1 1];")
            .issues == Texts{"c.m:4:32: bus 3: is a reference at another voltage, angle or baseKV than bus 1" + hint});
}

TEST_CASE("cases that a radial sweep cannot hold are refused by name", "[formats]") {
    const std::string head = "mpc.baseMVA = 1;\nmpc.branch = [1 2 .1 .1 0 0 0 0 0 0 1];\n";
    const std::string bus = "mpc.bus = [1 3 0 0 0 0 1 1 0 20; 2 2 0 0 0 0 1 1 0 20];\n";
    CHECK(read(head + bus + "mpc.gen = [1 0 0 0 0 1 1 1; 2 0 0 0 0 1 1 1];").issues ==
          Texts{"c.m:4:29: warning: bus 2: is to be held (type 2) by generators that can only give one reactive power; widen "
                "Qmin and Qmax, or make it type 1"});
    const std::string plain = "mpc.bus = [1 3 0 0 0 0 1 1 0 20; 2 1 0 0 0 0 1 1 0 20];\n";
    CHECK(read(head + plain + "mpc.gen = [1 0 0 0 0 1 1 0];").issues ==
          Texts{"c.m:3:12: bus 1: a reference bus without a generator in service; its voltage is that of its generator"});
    CHECK(read(head).issues == Texts{"c.m: bus: is missing; a case has the tables bus, gen and branch",
                                     "c.m: gen: is missing; a case has the tables bus, gen and branch"});
    CHECK(read("function [baseMVA, bus] = old\nbaseMVA = 1;").issues.front() ==
          "c.m:1:18: expected one result, found ','; save the case in version 2 of the case format");
}

TEST_CASE("damaged texts end in issues, not in a crash, a hang or a half result", "[formats]") {
    const std::string good = three_buses(columns + "mpc.bus(:, [PD, QD]) = mpc.bus(:, [PD, QD]) / 1e3;\n");
    REQUIRE(read(good).feeder);
    for (std::size_t cut = good.find("baseMVA") + 8; cut < good.find("mpc.branch"); cut += 7) {
        const Outcome outcome = read(good.substr(0, cut));
        CHECK_FALSE(outcome.feeder);
        CHECK_FALSE(outcome.issues.empty());
    }
    CHECK_FALSE(read("baseMVA" + std::string(100'000, '(')).feeder);
    CHECK_FALSE(read("mpc.baseMVA = " + std::string(100'000, '(')).feeder);
    CHECK_FALSE(read("mpc.baseMVA = 1e999;").feeder);
    CHECK_FALSE(read("mpc.baseMVA = 1\n%{\nnever closed").feeder);
}

/// The 33-bus feeder of the scenarios written as a distribution case: ohm and kW, converted at the end.
std::string as_case(const FeederDescription& f, bool semicolons) {
    const std::string end = semicolons ? ";\n" : "\n";
    std::string bus, branch;
    for (const BusRow& row : f.buses) {
        double p = 0, q = 0;
        for (const LoadRow& load : f.loads)
            if (load.bus == row.id) p += load.p.value(), q += load.q.value();
        bus += "\t" + row.id + "\t" + (row.id == f.sources[0].bus ? "3" : "1") + "\t" + number_text(p) + "\t" + number_text(q) +
               "\t0\t0\t1\t1\t0\t" + number_text(row.nominal.value() / 1000.0) + "\t1\t1.1\t0.9" + end;
    }
    for (const BranchRow& row : f.branches)
        branch += "\t" + row.from + "\t" + row.to + "\t" + number_text(row.series_ohm[0].real()) + "\t" +
                  number_text(row.series_ohm[0].imag()) + "\t0\t0\t0\t0\t0\t0\t" + (row.closed ? "1" : "0") + "\t-360\t360" + end;
    return "function mpc = c\nmpc.version = '2';\nmpc.baseMVA = 10;\nmpc.bus = [ %% kW\n" + bus + "];\nmpc.gen = [\n\t" +
           f.sources[0].bus + "\t0\t0\t10\t-10\t1\t100\t1\t10\t0;\n];\nmpc.branch = [\n" + branch + "];\n" + columns +
           "Vbase = mpc.bus(1, BASE_KV) * 1e3;\nSbase = mpc.baseMVA * 1e6;\n"
           "mpc.branch(:, [BR_R BR_X]) = mpc.branch(:, [BR_R BR_X]) / (Vbase^2 / Sbase);\n"
           "mpc.bus(:, [PD, QD]) = mpc.bus(:, [PD, QD]) / 1e3;\n";
}

TEST_CASE("the 33-bus feeder as a distribution case has the published loss and lowest voltage", "[formats]") {
    const std::string path = (test::source_dir() / "scenarios/ieee33/feeder.yaml").string();
    std::ifstream file(path);
    const Outcome yaml = read("evsweep", path, {std::istreambuf_iterator<char>(file), {}});
    REQUIRE(yaml.feeder);
    const Outcome outcome = read(as_case(*yaml.feeder, GENERATE(true, false)));
    CHECK(outcome.issues == Texts{});
    REQUIRE(outcome.feeder);
    Issues issues;
    const auto feeder = build_feeder(*outcome.feeder, {}, issues);
    REQUIRE(feeder);
    PortPower power(feeder->ports());
    for (const LoadPoint& load : feeder->loads()) {
        power.p[load.ports.front()] += load.p_kw;
        power.q[load.ports.front()] += load.q_kvar;
    }
    LoadFlow flow(*feeder);
    REQUIRE(flow.solve(power).status == LoadFlowStatus::converged);
    CHECK(flow.loss_kw() == Approx(202.68).margin(0.005));
    CHECK(flow.voltage_pu()[feeder->find_bus("18")->index()] == Approx(0.9131).margin(0.00005));
}

}  // namespace
