/// What every registered feeder format must hold: it knows its own files, survives damaged ones, and reads what it wrote.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cctype>
#include <cmath>
#include <exception>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "evsweep/feeder_format.hpp"
#include "evsweep/plugins.hpp"
#include "places.hpp"
#include "sim/network/feeder.hpp"
#include "sim/network/relays/device_control_load_flow.hpp"
#include "sim/network/sweep/load_flow.hpp"

using namespace evsweep;

namespace {

namespace fs = std::filesystem;

std::unique_ptr<FeederFormat> format_of(const std::string& name) {
    Issues issues;
    Reader reader{issues};
    const auto& plugin = plugins<FeederFormat>().at(name);
    const Node settings = plugin.least_settings.empty() ? Node::make_map({}) : parse_yaml(plugin.least_settings, name, issues);
    const auto configured = plugin.configure(settings, "feeder", reader);
    REQUIRE(configured);
    return configured->make({});
}

/// The whole files of one format in tests/contract/feeder_formats/NAME, in the order of their names.
std::vector<SourceText> files_of(const std::string& name) {
    const fs::path folder = test::source_dir() / "tests/contract/feeder_formats" / name;
    std::vector<SourceText> files;
    std::error_code absent;
    for (const auto& entry : fs::directory_iterator(folder, absent)) {
        std::ostringstream text;
        text << std::ifstream(entry.path()).rdbuf();
        files.push_back({entry.path().filename(), text.str()});
    }
    if (files.empty())
        FAIL("feeder format '" + name +
             "' has no files to read. Put at least one whole file, of few rows and without references " +
             "to other files, into the folder tests/contract/feeder_formats/" + name + ".");
    std::sort(files.begin(), files.end(), [](const SourceText& x, const SourceText& y) { return x.path < y.path; });
    return files;
}

struct Sample {
    std::string format;
    SourceText source;
};

std::vector<Sample> all_samples() {
    std::vector<Sample> samples;
    for (const auto& [name, plugin] : plugins<FeederFormat>())
        for (SourceText& source : files_of(name)) samples.push_back({name, std::move(source)});
    return samples;
}

FeederDescription read_whole(const FeederFormat& format, const SourceText& source) {
    Issues issues;
    auto description = format.read(source, issues);
    for (const Issue& issue : issues.list()) UNSCOPED_INFO(to_text(issue));
    REQUIRE(description);
    REQUIRE_FALSE(issues.has_errors());
    return std::move(*description);
}

/// Why a reading is not as promised; empty where it is. A reading never throws, returns a description or reports an error, and
/// says of each problem where in this file it is.
std::string fault_of_reading(const FeederFormat& format, const SourceText& source) {
    Issues issues;
    bool has_description = false;
    try {
        has_description = format.read(source, issues).has_value();
    } catch (const std::exception& error) {
        return std::string("throws: ") + error.what();
    }
    if (has_description == issues.has_errors()) return "gives both a description and an error, or neither";
    const auto lines = std::count(source.text.begin(), source.text.end(), '\n') + 2;
    for (const Issue& issue : issues.list()) {
        if (!issue.at.file || *issue.at.file != source.path.string()) return "an issue without its file: " + to_text(issue);
        if (issue.at.line < 0 || issue.at.line > lines || issue.at.column < 0) return "a place outside: " + to_text(issue);
        if (issue.problem.empty()) return "an issue without a text";
    }
    return {};
}

/// The same text cut off, with a line left out, or with one character replaced, at places spread over all of it.
std::vector<std::string> damaged(const std::string& text) {
    std::vector<std::string> texts;
    const std::size_t step = std::max<std::size_t>(1, text.size() / 150);
    for (std::size_t at = 0; at < text.size(); at += step) texts.push_back(text.substr(0, at));
    for (std::size_t at = 0; at != std::string::npos && at < text.size();) {
        const std::size_t end = text.find('\n', at);
        texts.push_back(text.substr(0, at) + (end == std::string::npos ? "" : text.substr(end + 1)));
        at = end == std::string::npos ? end : end + 1;
    }
    const std::string wrong("?({[]\"'=-\0\xff\t", 12);
    for (std::size_t at = 0; at < text.size(); at += step) {
        texts.push_back(text);
        texts.back()[at] = wrong[at / step % wrong.size()];
    }
    return texts;
}

/// Voltages (pu) that loads see, in rising order, and the powers of source (kW, kvar) and loss (kW): a load flow without names.
struct Solution {
    std::vector<double> voltages;
    std::vector<double> powers;
};

Solution solution_of(const FeederDescription& description) {
    Issues issues;
    const auto feeder = build_feeder(description, {}, issues);
    for (const Issue& issue : issues.list()) UNSCOPED_INFO(to_text(issue));
    REQUIRE(feeder);
    LoadFlow flow(*feeder, {.tolerance_pu = 1e-11});
    PortPower power(flow.ports());
    for (const LoadPoint& load : feeder->loads()) power.add(load, 1.0);
    REQUIRE(settle(flow, power).result.status == LoadFlowStatus::converged);
    Solution solution;
    solution.voltages.assign(flow.supply_pu().begin(), flow.supply_pu().end());
    std::sort(solution.voltages.begin(), solution.voltages.end());
    solution.powers = {flow.source_kw(), flow.source_kvar(), flow.loss_kw()};
    return solution;
}

/// How far the farthest of `some` is from the nearest of `others`.
double farthest_from(const std::vector<double>& some, const std::vector<double>& others) {
    double farthest = 0.0;
    for (const double value : some) {
        double nearest = HUGE_VAL;
        for (const double other : others) nearest = std::min(nearest, std::abs(value - other));
        farthest = std::max(farthest, nearest);
    }
    return farthest;
}

/// The largest difference of voltages in pu. One format may have three phases where another has one balanced conductor, so sets
/// of values are compared.
double voltage_difference(const Solution& x, const Solution& y) {
    return std::max(farthest_from(x.voltages, y.voltages), farthest_from(y.voltages, x.voltages));
}

/// The largest difference of powers, as a share of the apparent power of the source.
double power_difference(const Solution& x, const Solution& y) {
    double largest = 0.0;
    for (std::size_t i = 0; i < x.powers.size(); ++i) largest = std::max(largest, std::abs(x.powers[i] - y.powers[i]));
    return largest / std::hypot(y.powers[0], y.powers[1]);
}

}  // namespace

TEST_CASE("a feeder format recognises its own files and nobody else's", "[formats]") {
    for (const Sample& sample : all_samples())
        for (const auto& [name, plugin] : plugins<FeederFormat>()) {
            INFO(name << " and " << sample.source.path);
            CHECK(format_of(name)->recognises(sample.source) == (name == sample.format));
        }
}

TEST_CASE("a feeder format recognises no text that is not a feeder", "[formats]") {
    for (const auto& [name, plugin] : plugins<FeederFormat>()) {
        INFO(name);
        const auto format = format_of(name);
        for (const std::string text : {"", "\n\n", "two words\n", "{}", "time: {start: 2025-01-06}\n", "a,b\n1,2\n"})
            CHECK_FALSE(format->recognises({"feeder.txt", text}));
    }
}

TEST_CASE("whole files are read without an error, and a second time alike", "[formats]") {
    for (const Sample& sample : all_samples()) {
        INFO(sample.source.path);
        const auto format = format_of(sample.format);
        const FeederDescription first = read_whole(*format, sample.source), second = read_whole(*format, sample.source);
        CHECK(fault_of_reading(*format, sample.source).empty());
        CHECK(first.buses.size() == second.buses.size());
        const Solution x = solution_of(first), y = solution_of(second);
        CHECK(x.voltages == y.voltages);
        CHECK(x.powers == y.powers);
    }
}

TEST_CASE("a damaged file gives issues with places, never an exception", "[formats]") {
    for (const Sample& sample : all_samples()) {
        INFO(sample.source.path);
        const auto format = format_of(sample.format);
        std::map<std::string, std::string> faults;  // by what is wrong, with an example
        for (const std::string& text : damaged(sample.source.text)) {
            const std::string fault = fault_of_reading(*format, {sample.source.path, text});
            if (!fault.empty()) faults.emplace(fault, text);
        }
        for (const auto& [fault, text] : faults) UNSCOPED_INFO(fault << "\n" << text);
        CHECK(faults.empty());
    }
}

TEST_CASE("a number that is none is an error at its line", "[formats]") {
    for (const Sample& sample : all_samples()) {
        const std::string& text = sample.source.text;
        const auto format = format_of(sample.format);
        std::size_t refused = 0;
        for (std::size_t at = 1; at < text.size(); ++at) {
            const bool begins =
                std::isdigit(static_cast<unsigned char>(text[at])) && (text[at - 1] == ' ' || text[at - 1] == '=');
            if (!begins) continue;
            INFO(sample.source.path << " at " << at);
            Issues issues;
            (void)format->read({sample.source.path, text.substr(0, at) + "1e" + text.substr(at)}, issues);
            if (!issues.has_errors()) continue;  // a name, a comment, or a number still
            ++refused;
            CHECK(std::any_of(issues.list().begin(), issues.list().end(), [](const Issue& issue) {
                return issue.severity == Severity::error && issue.at.line > 0 && issue.at.column > 0;
            }));
        }
        INFO(sample.source.path);
        CHECK(refused > 0);
    }
}

TEST_CASE("text that is nothing at all is refused by every format", "[formats]") {
    for (const Sample& sample : all_samples()) {
        const auto format = format_of(sample.format);
        for (const std::string& text : {std::string(), std::string("\n"), std::string("no such thing"), std::string(3, '\0')}) {
            INFO(sample.format << " and '" << text << "'");
            Issues issues;
            CHECK_FALSE(format->read({sample.source.path, text}, issues));
            CHECK(issues.has_errors());
            CHECK(fault_of_reading(*format, {sample.source.path, text}).empty());
        }
    }
}

TEST_CASE("what a format writes it recognises and reads, with the same load flow", "[formats]") {
    // OpenDSS knows no branch without impedance, so 1e-7 ohm or 1e-6 % stand for it.
    constexpr double tolerance = 5e-7;
    for (const auto& [name, plugin] : plugins<FeederFormat>()) {
        const auto format = format_of(name);
        for (const std::string_view style : format->styles()) {
            std::size_t written = 0;
            for (const Sample& sample : all_samples()) {
                INFO(name << " writes " << sample.source.path << " as " << style);
                const FeederDescription before = read_whole(*format_of(sample.format), sample.source);
                Issues issues;
                const auto text = format->write(before, style, issues);
                CHECK(text.has_value() != issues.has_errors());
                if (!text) continue;  // refused with a reason
                ++written;
                const SourceText file{"written." + std::string(style), *text};
                CHECK(format->recognises(file));
                const FeederDescription after = read_whole(*format, file);
                const Solution x = solution_of(after), y = solution_of(before);
                CHECK(voltage_difference(x, y) <= tolerance);
                CHECK(power_difference(x, y) <= tolerance);
            }
            INFO(name << " as " << style);
            CHECK(written > 0);
        }
    }
}

TEST_CASE("a format without styles writes nothing", "[formats]") {
    for (const Sample& sample : all_samples()) {
        const auto format = format_of(sample.format);
        if (!format->styles().empty()) continue;
        INFO(sample.format);
        Issues issues;
        CHECK_FALSE(format->write(read_whole(*format, sample.source), "", issues));
    }
}
