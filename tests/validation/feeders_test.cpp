// Load flow against published feeders: every folder in feeders/ holds the figures, their source and their tolerance.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <filesystem>
#include <fstream>
#include <map>
#include <numbers>
#include <sstream>
#include <string>
#include <vector>

#include "evsweep/feeder_format.hpp"
#include "evsweep/plugins.hpp"
#include "places.hpp"
#include "sim/network/feeder.hpp"
#include "sim/network/sweep/load_flow.hpp"

namespace {

using namespace evsweep;
namespace fs = std::filesystem;

std::string content(const fs::path& path) {
    std::ifstream file(path);
    REQUIRE(file.good());
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Rows of a CSV file by the first column, without its heading.
std::map<std::string, std::vector<std::string>> csv(const fs::path& path) {
    std::istringstream lines(content(path));
    std::map<std::string, std::vector<std::string>> rows;
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
        std::vector<std::string> cells;
        std::istringstream row(line);
        for (std::string cell; std::getline(row, cell, ',');) cells.push_back(cell);
        if (!cells.empty()) rows.emplace(cells.front(), cells);
    }
    return rows;
}

Feeder read_feeder(const fs::path& path, const std::string& format_name = "evsweep") {
    Issues issues;
    Reader reader{issues};
    const auto format = plugins<FeederFormat>().at(format_name).configure(Node::make_map({}), "", reader)->make({});
    const SourceText text{path, content(path)};
    REQUIRE(format->recognises(text));
    const auto description = format->read(text, issues);
    for (const Issue& issue : issues.list()) UNSCOPED_INFO(to_text(issue));
    REQUIRE(description);
    auto feeder = build_feeder(*description, {}, issues);
    for (const Issue& issue : issues.list()) UNSCOPED_INFO(to_text(issue));
    REQUIRE(feeder);
    return std::move(*feeder);
}

PortPower nominal_power(const Feeder& feeder) {
    PortPower power(feeder.ports());
    for (const LoadPoint& load : feeder.loads()) {
        for (const std::uint32_t port : load.ports) {
            power.p[port] += load.p_kw / static_cast<double>(load.ports.size());
            power.q[port] += load.q_kvar / static_cast<double>(load.ports.size());
        }
    }
    return power;
}

struct Solved {
    fs::path folder;
    std::map<std::string, std::vector<std::string>> expected = csv(folder / "expected.csv");
    Feeder feeder = read_feeder(test::source_dir() / expected.at("feeder")[1]);
    LoadFlow flow{feeder, {.tolerance_pu = 1e-10}};
    LoadFlowResult result = flow.solve(nominal_power(feeder));

    [[nodiscard]] double value(const std::string& name) const { return std::stod(expected.at(name)[1]); }
    [[nodiscard]] double tolerance(const std::string& name) const { return std::stod(expected.at(name)[2]); }
};

void check_voltages(const Solved& s) {
    const auto rows = csv(s.folder / "voltages.csv");
    REQUIRE(rows.size() == s.feeder.buses());
    double worst_magnitude = 0.0;
    double worst_angle = 0.0;
    for (const auto& [bus, row] : rows) {
        const auto id = s.feeder.find_bus(bus);
        REQUIRE(id);
        const std::complex<double> v = s.flow.voltage(id->index());
        worst_magnitude = std::max(worst_magnitude, std::abs(std::abs(v) - std::stod(row[1])));
        worst_angle = std::max(worst_angle, std::abs(std::arg(v) * 180.0 / std::numbers::pi - std::stod(row[2])));
    }
    CHECK(worst_magnitude <= s.tolerance("voltage"));
    CHECK(worst_angle <= s.tolerance("angle"));
}

void check_flows(const Solved& s) {
    const auto rows = csv(s.folder / "flows.csv");
    REQUIRE(rows.size() == s.feeder.branches());
    const auto flows = s.flow.branch_flows();
    double worst_power = 0.0;
    double worst_current = 0.0;
    for (std::size_t b = 0; b < flows.size(); ++b) {
        const auto& row = rows.at(s.feeder.site().branch[b]);
        worst_power =
            std::max({worst_power, std::abs(flows[b].p_from.value() - std::stod(row[1])),
                      std::abs(flows[b].q_from.value() - std::stod(row[2])), std::abs(flows[b].p_to.value() - std::stod(row[3])),
                      std::abs(flows[b].q_to.value() - std::stod(row[4]))});
        worst_current = std::max(worst_current, std::abs(flows[b].i_from.value() - std::stod(row[5])));
    }
    CHECK(worst_power <= s.tolerance("flow"));
    CHECK(worst_current <= s.tolerance("current"));
}

void check_summary(const Solved& s) {
    CHECK(std::abs(s.flow.loss_kw() - s.value("loss_p")) <= s.tolerance("loss_p"));
    CHECK(std::abs(s.flow.loss_kvar() - s.value("loss_q")) <= s.tolerance("loss_q"));
    const auto v = s.flow.voltage_pu();
    const auto lowest = std::min_element(v.begin(), v.end());
    CHECK(std::abs(*lowest - s.value("vmin")) <= s.tolerance("vmin"));
    CHECK(s.feeder.site().bus[static_cast<std::size_t>(lowest - v.begin())] == s.expected.at("vmin_bus")[1]);
}

TEST_CASE("published feeders: voltages, angles, flows and losses agree with the reference", "[feeders]") {
    const auto folder = GENERATE("ieee33", "case118zh", "case141", "cigre_mv");
    const Solved s{test::source_dir() / "tests/validation/feeders" / folder};
    INFO(folder);
    REQUIRE(s.result.status == LoadFlowStatus::converged);
    check_voltages(s);
    check_flows(s);
    check_summary(s);
}

}  // namespace

TEST_CASE("small MATPOWER cases of kinds that were once refused have the voltages of an independent Newton solution") {
    for (const char* kind : {"matpower_table_expressions"}) {
        const fs::path folder = test::shared_dir() / "cases/feeders" / kind;
        if (!fs::exists(folder)) {
            WARN("skipped: " << folder << " is not there");
            continue;
        }
        const Feeder feeder = read_feeder(folder / "case.m", "matpower");
        LoadFlow flow(feeder, {.tolerance_pu = 1e-11});
        REQUIRE(flow.solve(nominal_power(feeder)).status == LoadFlowStatus::converged);
        for (const auto& [bus, row] : csv(folder / "expected_voltages.csv")) {
            INFO(kind << ": bus " << bus);
            const auto id = feeder.find_bus(bus);
            REQUIRE(id);
            const std::complex<double> v = flow.voltage(id->index());
            CHECK(std::abs(v) == Approx(std::stod(row[1])).margin(1e-9));
            CHECK(std::arg(v) * 180.0 / std::numbers::pi == Approx(std::stod(row[2])).margin(1e-6));
        }
    }
}
