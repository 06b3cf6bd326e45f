// OpenDSS files read as they are, solved with their controls, against what OpenDSS itself exported for them.
#include "opendss_feeders.hpp"

#include <algorithm>

namespace {

using namespace evsweep;
using namespace evsweep::test;
namespace fs = std::filesystem;

const fs::path data = test::shared_dir() / "data/opendss";

struct Case {
    const char* file;
    const char* exported;  ///< beginning of the names of the files with OpenDSS's answers
};

constexpr Case cases[] = {{"13Bus/IEEE13Nodeckt.dss", "13Bus/ieee13"},    {"37Bus/ieee37.dss", "37Bus/ieee37"},
                          {"123Bus/IEEE123Master.dss", "123Bus/ieee123"}, {"LVTestCase/Master.dss", "LVTestCase/eulv"},
                          {"8500-Node/Master.dss", "8500-Node/ieee8500"}, {"8500-Node/Master-unbal.dss", "8500-Node/ieee8500u"}};

bool is_absent(const Case& c) {
    if (fs::exists(data / c.file)) return false;
    WARN("skipped: " << (data / c.file) << " is not there");
    return true;
}

fs::path exported(const Case& c, const std::string& what) { return data / (std::string(c.exported) + "_" + what + ".csv"); }

/// The largest difference in per unit of OpenDSS's own base. Magnitudes are printed with six digits.
void compare_voltages(const Feeder& feeder, const LoadFlow& flow, const fs::path& reference) {
    std::size_t compared = 0;
    double worst = 0.0;
    double worst_angle = 0.0;
    std::string where;
    for (const auto& row : csv(reference)) {
        const double base = std::stod(row[1]) * 1000.0 / std::numbers::sqrt3;
        for (std::size_t i = 2; i + 3 < row.size(); i += 4) {
            const int node = std::stoi(row[i]);
            if (node == 0) continue;
            const auto conductor = conductor_at(feeder, row[0], node);
            INFO("bus " << row[0] << ", node " << node);
            REQUIRE(conductor);
            const auto v = flow.voltage(conductor->index()) * feeder.site().base_v[conductor->index()];
            const double difference = std::abs(std::abs(v) - std::stod(row[i + 1])) / base;
            const double turn = std::arg(v) * 180.0 / std::numbers::pi - std::stod(row[i + 2]);
            worst_angle = std::max(worst_angle, std::abs(std::remainder(turn, 360.0)));
            if (difference > worst) worst = difference, where = row[0] + "." + row[i];
            ++compared;
        }
    }
    INFO("worst at " << where);
    CHECK(compared == feeder.conductors());
    CHECK(worst < 2e-5);
    CHECK(worst_angle < 0.051);  // printed with one decimal
}

void compare_taps(const Feeder& feeder, const LoadFlow& flow, const fs::path& reference) {
    std::map<std::string, double> taps;
    for (const RegulatorRow& regulator : feeder.regulators())
        for (const FeederTransformer& t : feeder.transformers())
            if (t.id == regulator.transformer)
                taps[regulator.id] = flow.devices().tap[t.first_tap + regulator.tap_winding.value_or(regulator.winding)];
    const auto rows = csv(reference);
    CHECK(rows.size() == taps.size());
    for (const auto& row : rows) {
        INFO("regulator " << row[1]);
        CHECK(taps.at("regcontrol." + row[1]) == Approx(std::stod(row[2])).margin(1e-9));
    }
}

void check_settled(const Feeder& feeder, const Case& c) {
    const PortPower power = nominal(feeder);
    LoadFlow flow(feeder, {.tolerance_pu = 1e-10});
    const SettledLoadFlow settled = settle(flow, power);
    REQUIRE(settled.result.status == LoadFlowStatus::converged);
    CHECK(settled.devices.status == SettleStatus::settled);
    compare_voltages(feeder, flow, exported(c, "voltages"));
    compare_taps(feeder, flow, exported(c, "taps"));
    const auto summary = csv(exported(c, "summary")).front();
    const double kw = 1000.0 * std::stod(summary[16]);
    const double kvar = 1000.0 * std::stod(summary[17]);
    const double margin = 1e-5 * std::hypot(kw, kvar);  // six digits
    CHECK(flow.source_kw() == Approx(kw).margin(margin));
    CHECK(flow.source_kvar() == Approx(kvar).margin(margin));
    CHECK(flow.loss_kw() == Approx(1000.0 * std::stod(summary[18])).margin(margin));
}

}  // namespace

TEST_CASE("the OpenDSS files have the buses and nodes that OpenDSS counts") {
    for (const Case& c : cases) {
        if (is_absent(c)) continue;
        INFO(c.file);
        const FeederDescription d = described(data / c.file);
        const auto summary = csv(exported(c, "summary")).front();
        std::size_t nodes = 0;
        for (const BusRow& bus : d.buses) nodes += bus.conductors.size();
        CHECK(d.buses.size() == std::stoul(summary[6]));
        CHECK(nodes == std::stoul(summary[7]));
    }
}

TEST_CASE("settled OpenDSS feeders have OpenDSS's voltages and taps") {
    for (const Case& c : cases) {
        if (is_absent(c)) continue;
        INFO(c.file);
        check_settled(built(described(data / c.file)), c);
    }
}

TEST_CASE("OpenDSS feeders that are written as scripts again keep the voltages and taps that OpenDSS has") {
    for (const Case& c : cases) {
        if (is_absent(c)) continue;
        INFO(c.file);
        check_settled(built(rewritten(described(data / c.file))), c);
    }
}

namespace {

/// Of a case beside the repository; says so where there is none.
void compare_shared_case(const std::string& kind) {
    const fs::path folder = test::shared_dir() / "cases/feeders" / kind;
    if (!fs::exists(folder)) {
        WARN("skipped: " << folder << " is not there");
        return;
    }
    INFO(kind);
    compare_case(folder);
}

}  // namespace

TEST_CASE("small OpenDSS files of kinds that were once read wrongly or refused have the voltages of an independent engine") {
    constexpr const char* kinds[] = {"cable_cn",
                                     "controlmode_off",
                                     "empty_value",
                                     "fault_disabled",
                                     "giscoords_command",
                                     "invcontrol_voltvar",
                                     "linecode_kron",
                                     "linecode_other_phases",
                                     "loadshape_default_again",
                                     "loadshape_hours",
                                     "loadshape_qmult",
                                     "onephase_code_without_cmatrix",
                                     "pvsystem_new_properties",
                                     "redirect_no_extension",
                                     "set_year_growth",
                                     "shape_unknown",
                                     "storage_idle",
                                     "switch_then_matrix_linecode",
                                     "wait_command",
                                     "xfkva_zero",
                                     "yes_with_nbsp"};
    for (const char* kind : kinds) compare_shared_case(kind);
}

TEST_CASE("small OpenDSS files of connections that were once refused have the voltages of an independent engine") {
    for (const char* kind : {"load_vmin_zero", "three_bus_transformer", "line_to_node0", "three_single_phase_sources",
                             "delta_secondary_wye_load", "phases_from_two_buses"})
        compare_shared_case(kind);
}

namespace {

/// The IEEE four-node feeder: two lines of wires in the air with a transformer between them, and a balanced load.
FeederDescription four_nodes(const std::string& transformer) {
    const std::string script =
        "New Circuit.fournode basekv=12.47 bus1=n1 mvasc3=2e8 mvasc1=2e8\nSet EarthModel=carson\n"
        "New WireData.phase runits=mi rac=0.306 gmrunits=ft gmrac=0.0244 radunits=in diam=0.721\n"
        "New WireData.neutral runits=mi rac=0.592 gmrunits=ft gmrac=0.00814 radunits=in diam=0.563\n"
        "New LineGeometry.w4 nconds=4 nphases=3 reduce=y cond=1 wire=phase units=ft x=-4 h=28 cond=2 wire=phase x=-1.5 h=28\n"
        "~ cond=3 wire=phase x=3 h=28 cond=4 wire=neutral x=0 h=24\n"
        "New LineGeometry.w3 nconds=3 nphases=3 cond=1 wire=phase units=ft x=-4 h=28 cond=2 wire=phase x=-1.5 h=28\n"
        "~ cond=3 wire=phase x=3 h=28\n" +
        transformer +
        "New Line.l2 bus1=n3 bus2=n4 geometry=w4 length=2500 units=ft\n"
        "New Load.l bus1=n4 kv=4.16 kw=5400 pf=0.9 vminpu=0.75\n";
    Issues issues;
    Reader reader{issues};
    const auto format = plugins<FeederFormat>().at("opendss").configure(Node::make_map({}), "", reader)->make({});
    auto description = format->read({"four.dss", script}, issues);
    for (const Issue& issue : issues.list()) UNSCOPED_INFO(to_text(issue));
    REQUIRE(description);
    return std::move(*description);
}

constexpr const char* wye_wye =
    "New Line.l1 bus1=n1 bus2=n2 geometry=w4 length=2000 units=ft\n"
    "New Transformer.t buses=(n2 n3) conns=(wye wye) kvs=(12.47 4.16) kvas=(6000 6000) xhl=6 %rs=(0.5 0.5)\n";
constexpr const char* delta_wye =
    "New Line.l1 bus1=n1 bus2=n2 geometry=w3 length=2000 units=ft\n"
    "New Transformer.t buses=(n2 n3) conns=(delta wye) kvs=(12.47 4.16) kvas=(6000 6000) xhl=6 %rs=(0.5 0.5)\n";

/// Published magnitudes (V to earth) and angles of a bus.
void check_phases(const Feeder& feeder, const LoadFlow& flow, const std::string& bus,
                  const std::vector<std::pair<double, double>>& published) {
    for (int node = 1; node <= 3; ++node) {
        const auto conductor = conductor_at(feeder, bus, node);
        INFO(bus << "." << node);
        REQUIRE(conductor);
        const auto v = flow.voltage(conductor->index()) * feeder.site().base_v[conductor->index()];
        CHECK(std::abs(v) == Approx(published[node - 1].first).margin(1.0));  // printed in volts
        const double turn = std::arg(v) * 180.0 / std::numbers::pi - published[node - 1].second;
        CHECK(std::abs(std::remainder(turn, 360.0)) < 0.06);  // printed with one decimal
    }
}

}  // namespace

TEST_CASE("lines given by their wires have the published impedances of the four-node feeder") {
    const FeederDescription d = four_nodes(delta_wye);
    using Complex = std::complex<double>;
    const std::vector<Complex> four_wires = {{0.4576, 1.0780}, {0.1559, 0.5017}, {0.1535, 0.3849},
                                             {0.1559, 0.5017}, {0.4666, 1.0482}, {0.1580, 0.4236},
                                             {0.1535, 0.3849}, {0.1580, 0.4236}, {0.4615, 1.0651}};
    const std::vector<Complex> three_wires = {{0.4013, 1.4133}, {0.0953, 0.8515}, {0.0953, 0.7266},
                                              {0.0953, 0.8515}, {0.4013, 1.4133}, {0.0953, 0.7802},
                                              {0.0953, 0.7266}, {0.0953, 0.7802}, {0.4013, 1.4133}};
    for (const BranchRow& line : d.branches)
        for (std::size_t i = 0; i < 9; ++i) {
            const Complex per_mile = line.series_ohm[i] * 1.609344 / line.length->value();
            const Complex published = line.id == "line.l1" ? three_wires[i] : four_wires[i];
            INFO(line.id << " " << i << " " << per_mile << " " << published);
            CHECK(std::abs(per_mile - published) < 3e-4);  // printed with four decimals, from rounded constants
        }
}

TEST_CASE("the four-node feeder has its published voltages behind wye-wye and delta-wye transformers") {
    const Feeder wye = built(four_nodes(wye_wye));
    LoadFlow flow(wye);
    REQUIRE(flow.solve(nominal(wye)).status == LoadFlowStatus::converged);
    check_phases(wye, flow, "n2", {{7107.0, -0.3}, {7140.0, -120.3}, {7121.0, 119.6}});
    check_phases(wye, flow, "n3", {{2247.6, -3.7}, {2269.0, -123.5}, {2256.0, 116.4}});
    check_phases(wye, flow, "n4", {{1918.0, -9.1}, {2061.0, -128.3}, {1981.0, 110.9}});
    const Feeder delta = built(four_nodes(delta_wye));
    LoadFlow lagging(delta);
    REQUIRE(lagging.solve(nominal(delta)).status == LoadFlowStatus::converged);
    check_phases(delta, lagging, "n3", {{2249.0, -33.7}, {2263.0, -153.4}, {2259.0, 86.4}});
    check_phases(delta, lagging, "n4", {{1920.0, -39.1}, {2054.0, -158.3}, {1986.0, 80.9}});
}
