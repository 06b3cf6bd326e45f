// OpenDSS files read as they are, solved with their controls, against what OpenDSS itself exported for them.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <numbers>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "evsweep/feeder_format.hpp"
#include "evsweep/plugins.hpp"
#include "sim/network/device_control_load_flow.hpp"
#include "sim/network/feeder.hpp"

namespace {

using namespace evsweep;
namespace fs = std::filesystem;

const fs::path data = fs::path(EVSWEEP_SOURCE_DIR) / "../shared/data/opendss";

std::optional<std::string> content(const fs::path& path) {
    std::error_code ignored;
    if (!fs::is_regular_file(path, ignored)) return std::nullopt;
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
}

/// Cells of a CSV file without its heading, without quotes and blanks, in lower case.
std::vector<std::vector<std::string>> csv(const fs::path& path) {
    std::istringstream lines(content(path).value());
    std::vector<std::vector<std::string>> rows;
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
        std::vector<std::string> cells(1);
        for (const char c : line) {
            if (c == ',') cells.emplace_back();
            if (c != ',' && c != '"' && c != ' ' && c != '\r') cells.back() += static_cast<char>(std::tolower(c));
        }
        rows.push_back(cells);
    }
    return rows;
}

FeederDescription described(const fs::path& path) {
    Issues issues;
    Reader reader{issues};
    const auto format = plugins<FeederFormat>().at("opendss").configure(Node::make_map({}), "", reader)->make({content});
    const SourceText text{path, content(path).value()};
    REQUIRE(format->recognises(text));
    auto description = format->read(text, issues);
    for (const Issue& issue : issues.list()) UNSCOPED_INFO(to_text(issue));
    REQUIRE(description);
    return std::move(*description);
}

Feeder built(const FeederDescription& description) {
    Issues issues;
    auto feeder = build_feeder(description, {}, issues);
    for (const Issue& issue : issues.list()) UNSCOPED_INFO(to_text(issue));
    REQUIRE(feeder);
    return std::move(*feeder);
}

PortPower nominal(const Feeder& feeder) {
    PortPower power(feeder.ports());
    for (const LoadPoint& load : feeder.loads())
        for (const std::uint32_t port : load.ports) {
            power.p.raw()[port] += load.p_kw / static_cast<double>(load.ports.size());
            power.q.raw()[port] += load.q_kvar / static_cast<double>(load.ports.size());
        }
    return power;
}

/// The conductor that a node of a bus has become.
std::optional<ConductorId> conductor_at(const Feeder& feeder, const std::string& bus, int node) {
    const auto id = feeder.find_bus(bus);
    if (!id) return std::nullopt;
    constexpr Conductor phases[] = {Conductor::a, Conductor::b, Conductor::c, Conductor::n};
    if (node <= 2)
        if (const auto leg = feeder.find_conductor(*id, node == 1 ? Conductor::s1 : Conductor::s2)) return leg;
    return feeder.find_conductor(*id, phases[node - 1]);
}

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
        const Feeder feeder = built(described(data / c.file));
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
}
