/// Reading OpenDSS scripts in tests: a circuit around a few statements, and files that exist in memory only.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <complex>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "evsweep/feeder_format.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {

struct OpenDssOutcome {
    std::optional<FeederDescription> feeder;
    std::vector<std::string> errors;
    std::vector<std::string> warnings;
};

using Files = std::map<std::string, std::string>;

inline OpenDssOutcome read_opendss(const std::string& text, const Files& files = {}) {
    Issues issues;
    Reader reader{issues};
    const auto read_file = [&files](const std::filesystem::path& path) -> std::optional<std::string> {
        const auto found = files.find(path.lexically_normal().string());
        return found == files.end() ? std::nullopt : std::optional(found->second);
    };
    const auto format = plugins<FeederFormat>().at("opendss").configure(Node::make_map({}), "", reader)->make({read_file});
    OpenDssOutcome outcome;
    outcome.feeder = format->read({"f.dss", text}, issues);
    for (const Issue& issue : issues.list())
        (issue.severity == Severity::error ? outcome.errors : outcome.warnings).push_back(to_text(issue));
    return outcome;
}

/// Statements behind a source of 12.47 kV at bus `src`; what they describe must be without errors.
inline FeederDescription circuit_with(const std::string& statements, const Files& files = {}) {
    const auto outcome = read_opendss("New Circuit.test basekv=12.47 bus1=src\n" + statements, files);
    for (const std::string& error : outcome.errors) UNSCOPED_INFO(error);
    REQUIRE(outcome.feeder);
    return *outcome.feeder;
}

/// The errors of such statements.
inline std::vector<std::string> errors_of(const std::string& statements, const Files& files = {}) {
    return read_opendss("New Circuit.test basekv=12.47 bus1=src\n" + statements, files).errors;
}

/// What a circuit of one line says of it.
inline BranchRow only_line(const std::string& statements) {
    const FeederDescription d = circuit_with(statements);
    REQUIRE(d.branches.size() == 1);
    return d.branches.front();
}

inline void check_near(std::complex<double> value, std::complex<double> expected, double relative = 1e-9) {
    INFO(value << " and " << expected);
    CHECK(std::abs(value - expected) <= relative * std::abs(expected));
}

/// Whether one of the texts holds these words.
inline bool has(const std::vector<std::string>& texts, const std::string& part) {
    return std::any_of(texts.begin(), texts.end(), [&](const std::string& text) { return text.find(part) != std::string::npos; });
}

}  // namespace evsweep
