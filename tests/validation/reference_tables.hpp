/// Tables of reference figures and feeders in the project's own format, for tests against published solutions.
#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "evsweep/feeder_format.hpp"
#include "evsweep/plugins.hpp"
#include "places.hpp"
#include "sim/network/feeder.hpp"
#include "sim/network/sweep/load_flow.hpp"

namespace evsweep::validation {

namespace fs = std::filesystem;

/// Reference data beside the repository; may be absent.
inline const fs::path shared_data = test::shared_dir() / "data";

inline std::string content(const fs::path& path) {
    std::ifstream file(path);
    REQUIRE(file.good());
    return {std::istreambuf_iterator<char>(file), {}};
}

/// A row of a CSV table by the names of its columns.
using Row = std::map<std::string, std::string>;

inline std::vector<std::string> cells_of(const std::string& line) {
    std::vector<std::string> cells;
    std::istringstream row(line);
    for (std::string cell; std::getline(row, cell, ',');) cells.push_back(cell);
    return cells;
}

/// Lines that begin with '#' are passed over; cells that are missing at the end are empty.
inline std::vector<Row> table(const fs::path& path) {
    std::istringstream lines(content(path));
    std::vector<std::string> names;
    std::vector<Row> rows;
    for (std::string line; std::getline(lines, line);) {
        if (line.empty() || line.front() == '#') continue;
        const auto cells = cells_of(line);
        if (names.empty()) {
            names = cells;
            continue;
        }
        Row& row = rows.emplace_back();
        for (std::size_t i = 0; i < names.size(); ++i) row[names[i]] = i < cells.size() ? cells[i] : "";
    }
    return rows;
}

inline double number(const Row& row, const std::string& name) { return std::stod(row.at(name)); }

/// A feeder of scenarios/feeders.
inline Feeder own_feeder(const std::string& name) {
    const fs::path path = test::source_dir() / "scenarios/feeders" / (name + ".yaml");
    Issues issues;
    Reader reader{issues};
    const auto format = plugins<FeederFormat>().at("evsweep").configure(Node::make_map({}), "", reader)->make({});
    const auto description = format->read({path, content(path)}, issues);
    auto feeder = description ? build_feeder(*description, {}, issues) : std::nullopt;
    for (const Issue& issue : issues.list()) UNSCOPED_INFO(to_text(issue));
    REQUIRE(feeder);
    return std::move(*feeder);
}

/// Every load at its nominal power times `factor(load)`.
template <class Factor>
PortPower power_of(const Feeder& feeder, const Factor& factor) {
    PortPower power(feeder.ports());
    for (const LoadPoint& load : feeder.loads()) {
        const double part = factor(load) / static_cast<double>(load.ports.size());
        for (const std::uint32_t port : load.ports) {
            power.p[port] += part * load.p_kw;
            power.q[port] += part * load.q_kvar;
        }
    }
    return power;
}
inline PortPower nominal_power(const Feeder& feeder) {
    return power_of(feeder, [](const LoadPoint&) { return 1.0; });
}

/// The index of a conductor named by bus and phase.
inline std::size_t conductor(const Feeder& feeder, const std::string& bus, const std::string& phase) {
    INFO(bus << "." << phase);
    const auto id = feeder.find_bus(bus);
    REQUIRE(id);
    for (const Conductor c : {Conductor::a, Conductor::b, Conductor::c})
        if (name_of(c) == phase) {
            const auto found = feeder.find_conductor(*id, c);
            REQUIRE(found);
            return found->index();
        }
    FAIL("no phase " << phase);
    return 0;
}

}  // namespace evsweep::validation
