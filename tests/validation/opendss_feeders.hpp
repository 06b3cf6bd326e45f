/// OpenDSS files in tests: read, written and read again, solved, and compared with voltages by bus and node.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <complex>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <numbers>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "evsweep/feeder_format.hpp"
#include "evsweep/plugins.hpp"
#include "places.hpp"
#include "sim/network/feeder.hpp"
#include "sim/network/relays/device_control_load_flow.hpp"

namespace evsweep::test {

namespace fs = std::filesystem;

inline std::optional<std::string> content(const fs::path& path) {
    std::error_code ignored;
    if (!fs::is_regular_file(path, ignored)) return std::nullopt;
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
}

/// Cells of a CSV file without its heading, without quotes and blanks, in lower case.
inline std::vector<std::vector<std::string>> csv(const fs::path& path) {
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

inline std::unique_ptr<FeederFormat> opendss_format(Issues& issues) {
    Reader reader{issues};
    return plugins<FeederFormat>().at("opendss").configure(Node::make_map({}), "", reader)->make({content});
}

inline FeederDescription described(const SourceText& text) {
    Issues issues;
    const auto format = opendss_format(issues);
    REQUIRE(format->recognises(text));
    auto description = format->read(text, issues);
    for (const Issue& issue : issues.list()) UNSCOPED_INFO(to_text(issue));
    REQUIRE(description);
    return std::move(*description);
}

inline FeederDescription described(const fs::path& path) { return described(SourceText{path, content(path).value()}); }

inline std::string script_of(const FeederDescription& description) {
    Issues issues;
    const auto script = opendss_format(issues)->write(description, "dss", issues);
    for (const Issue& issue : issues.list()) UNSCOPED_INFO(to_text(issue));
    REQUIRE(script);
    const auto is_harmless = [](const Issue& issue) {  // changed names, and profiles that are not in the file
        return issue.severity == Severity::warning && (issue.path == "names" || issue.path.rfind("load ", 0) == 0);
    };
    CHECK(std::all_of(issues.list().begin(), issues.list().end(), is_harmless));
    return *script;
}

/// What becomes of a description that is written as an OpenDSS script and read again.
inline FeederDescription rewritten(const FeederDescription& description) {
    return described(SourceText{"rewritten.dss", script_of(description)});
}

inline Feeder built(const FeederDescription& description) {
    Issues issues;
    auto feeder = build_feeder(description, {}, issues);
    for (const Issue& issue : issues.list()) UNSCOPED_INFO(to_text(issue));
    REQUIRE(feeder);
    return std::move(*feeder);
}

inline PortPower nominal(const Feeder& feeder) {
    PortPower power(feeder.ports());
    for (const LoadPoint& load : feeder.loads())
        for (const std::uint32_t port : load.ports) {
            power.p.raw()[port] += load.p_kw / static_cast<double>(load.ports.size());
            power.q.raw()[port] += load.q_kvar / static_cast<double>(load.ports.size());
        }
    return power;
}

/// The conductor that a node of a bus has become.
inline std::optional<ConductorId> conductor_at(const Feeder& feeder, const std::string& bus, int node) {
    const auto id = feeder.find_bus(bus);
    if (!id) return std::nullopt;
    constexpr Conductor phases[] = {Conductor::a, Conductor::b, Conductor::c, Conductor::n};
    if (node <= 2)
        if (const auto leg = feeder.find_conductor(*id, node == 1 ? Conductor::s1 : Conductor::s2)) return leg;
    return feeder.find_conductor(*id, phases[node - 1]);
}

/// Compares the settled load flow of a small file with the voltages of an independent engine.
inline void compare_case(const FeederDescription& description, const fs::path& folder) {
    const Feeder feeder = built(description);
    const bool has_floating_nodes = folder.filename() == "linecode_other_phases";
    LoadFlow flow(feeder, {.tolerance_pu = 1e-10});
    REQUIRE(settle(flow, nominal(feeder)).result.status == LoadFlowStatus::converged);
    for (const auto& row : csv(folder / "expected_voltages.csv")) {
        INFO("bus " << row[0] << ", node " << row[1]);
        const auto conductor = conductor_at(feeder, row[0], std::stoi(row[1]));
        const bool is_fed = row[1] == "1" || !has_floating_nodes || (row[0] != "s" && row[0] != "c");
        if (!is_fed && !conductor) continue;  // floats, and is reported without a voltage
        REQUIRE(conductor);
        const auto expected = std::polar(std::stod(row[2]), std::stod(row[3]) * std::numbers::pi / 180.0);
        CHECK(std::abs(flow.voltage(conductor->index()) - expected / feeder.site().base_v[conductor->index()]) < 1e-6);
    }
}

/// The same as it is read, and as it is read after it has been written as a script again.
inline void compare_case(const fs::path& folder) {
    const FeederDescription description = described(folder / "case.dss");
    compare_case(description, folder);
    compare_case(rewritten(description), folder);
}

}  // namespace evsweep::test
