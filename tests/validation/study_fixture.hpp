/// Runs a shipped scenario and finds its numbers by name.
#pragma once

#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "places.hpp"
#include "sim/statistics/statistics.hpp"
#include "sim/study/load_study.hpp"
#include "sim/study/study.hpp"

namespace evsweep::validation {

inline std::filesystem::path scenario(const std::string& name) { return test::source_dir() / "scenarios" / name; }

inline LoadedStudy load(const std::filesystem::path& file, const std::vector<std::string>& overrides = {}) {
    Issues issues;
    auto study = load_study(file, overrides, issues);
    for (const auto& issue : issues.list()) UNSCOPED_INFO(to_text(issue));
    REQUIRE(study);
    return std::move(*study);
}

inline const VariableResult& find(const RunResult& run, const std::string& output, const std::string& name) {
    for (const auto& v : run.variables)
        if (v.output == output && v.variable.name == name) return v;
    FAIL("no variable " << output << "/" << name << " under " << run.label);
    throw 0;
}

inline const RunResult& controller(const StudyResult& result, const std::string& label) {
    for (const auto& c : result.controllers)
        if (c.label == label) return c;
    FAIL("no controller " << label);
    throw 0;
}

inline std::vector<double> values(const RunResult& run, const std::string& kpi) { return find(run, "kpis", kpi).values.read(); }

inline double mean_of(const RunResult& run, const std::string& kpi) { return estimate_mean(values(run, kpi), 0.95).mean; }

/// The share of replicas whose value lies within `margin` of `centre`.
inline double share_within(const std::vector<double>& values, double centre, double margin) {
    std::size_t inside = 0;
    for (double v : values) inside += std::abs(v - centre) <= margin;
    return static_cast<double>(inside) / static_cast<double>(values.size());
}

/// The rows of a table of numbers, by column name.
inline std::vector<std::map<std::string, double>> read_csv(const std::filesystem::path& file) {
    std::ifstream in(file);
    const auto cells = [](const std::string& line) {
        std::vector<std::string> list;
        std::istringstream text(line);
        for (std::string cell; std::getline(text, cell, ',');) list.push_back(cell);
        return list;
    };
    std::string line;
    std::getline(in, line);
    const auto names = cells(line);
    std::vector<std::map<std::string, double>> rows;
    while (std::getline(in, line)) {
        rows.emplace_back();
        const auto row = cells(line);
        for (std::size_t i = 0; i < names.size(); ++i) rows.back()[names[i]] = std::stod(row.at(i));
    }
    return rows;
}

}  // namespace evsweep::validation
