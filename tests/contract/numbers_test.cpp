/// Every numeric parameter of every section, plug-in and row refuses what is no number of a size that things have, at its place.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "evsweep/agent.hpp"
#include "evsweep/behaviour.hpp"
#include "evsweep/channel.hpp"
#include "evsweep/controller.hpp"
#include "evsweep/demand.hpp"
#include "evsweep/distribution.hpp"
#include "evsweep/feeder_format.hpp"
#include "evsweep/output.hpp"
#include "evsweep/plugins.hpp"
#include "models/feeder_formats/evsweep/rows.hpp"
#include "sim/config/scenario_reader.hpp"
#include "sim/config/sections.hpp"

using namespace evsweep;

namespace {

/// A parameter, with the text around it: `before` VALUE `after`.
struct Place {
    std::string name;
    std::string before;
    std::string after;
    std::string unit;
};

bool holds(const std::string& text, const char* word) { return text.find(word) != std::string::npos; }

/// How a wrong number of this field is written, without its value: its unit; nothing where it holds no number.
std::optional<std::string> unit_of(const FieldInfo& field) {
    if (!field.parts.empty()) return std::nullopt;
    if (holds(field.type, "duration")) return " h";
    if (holds(field.type, "clock")) return "";
    if (field.unit == "of the attribute") return " h";
    if (field.unit == "currency/kWh") return " $/kWh";
    if (field.unit == "1") return "";
    if (!field.unit.empty()) return " " + field.unit;
    const bool is_number = holds(field.type, "number") || holds(field.type, "share");
    return is_number ? std::optional(std::string()) : std::nullopt;
}

/// All numeric fields below `path`, each alone in its section.
void gather(const std::vector<FieldInfo>& fields, const Place& around, std::vector<Place>& places) {
    for (const FieldInfo& field : fields) {
        const bool is_list = field.type.substr(0, 4) == "list";
        const bool is_map = field.type.substr(0, 3) == "map";
        const std::string open = is_list ? "[" : is_map ? "{one: " : "";
        const std::string close = is_list ? "]" : is_map ? "}" : "";
        Place inner{around.name + "." + field.name, around.before + field.name + ": " + open, close + around.after, ""};
        if (!field.parts.empty()) {
            inner.before += "{";
            inner.after = "}" + inner.after;
            gather(field.parts, inner, places);
        } else if (const auto unit = unit_of(field)) {
            inner.unit = *unit;
            places.push_back(std::move(inner));
        }
    }
}

const std::vector<std::string> wrong_numbers{"nan", ".nan", "inf", "-inf", ".inf", "1e300", "-1e300", "1e999", "0x1p3"};

/// What is not refused at its place.
template <class Read>
std::vector<std::string> accepted(const std::vector<Place>& places, Read&& read) {
    std::vector<std::string> slipped;
    for (const Place& place : places) {
        for (const std::string& number : wrong_numbers) {
            const std::string start = place.before.substr(place.before.rfind('\n') + 1);
            const std::string text = place.before + number + place.unit + place.after + "\n";
            const Issues issues = read(text);
            const auto line = static_cast<int>(std::count(place.before.begin(), place.before.end(), '\n')) + 1;
            const bool is_reported = std::any_of(issues.list().begin(), issues.list().end(), [&](const Issue& issue) {
                const auto column = static_cast<int>(start.size()) + 1;
                const bool near = issue.at.column <= column && issue.at.column + 40 > column;
                return issue.severity == Severity::error && issue.at.line == line && near && issue.problem != "is missing";
            });
            if (!is_reported) slipped.push_back(place.name + ": " + number + place.unit);
        }
    }
    return slipped;
}

Issues read_scenario_issues(const std::string& text) {
    Issues issues;
    (void)read_scenario_text(text, std::filesystem::temp_directory_path() / "s.yaml", {}, issues);
    return issues;
}

template <class Interface>
std::vector<Place> places_of_plugins(const std::string& before, const std::string& after) {
    std::vector<Place> places;
    for (const auto& [name, plugin] : plugins<Interface>()) {
        const std::string choice = std::string(Interface::kind) + ": " + name + ", ";
        gather(plugin.fields(), {name, before + choice, after, ""}, places);
    }
    return places;
}

}  // namespace

TEST_CASE("no section of a scenario takes a number that is none, or is absurd") {
    std::vector<Place> places;
    for (const SectionInfo& section : scenario_sections())
        gather(section.fields, {section.name, section.name + ": {", "}", ""}, places);
    CHECK(places.size() > 20);
    CHECK(accepted(places, read_scenario_issues) == std::vector<std::string>{});
}

TEST_CASE("no plug-in takes a number that is none, or is absurd") {
    CHECK(accepted(places_of_plugins<Controller>("controllers: {it: {", "}}"), read_scenario_issues) ==
          std::vector<std::string>{});
    CHECK(accepted(places_of_plugins<Behaviour>("population: {it: {", "}}"), read_scenario_issues) == std::vector<std::string>{});
    CHECK(accepted(places_of_plugins<Output>("outputs: {it: {", "}}"), read_scenario_issues) == std::vector<std::string>{});
    CHECK(accepted(places_of_plugins<Agent>("agents: {it: {", "}}"), read_scenario_issues) == std::vector<std::string>{});
    CHECK(accepted(places_of_plugins<Channel>("channels: {it: {", "}}"), read_scenario_issues) == std::vector<std::string>{});
    CHECK(accepted(places_of_plugins<Demand>("base_load: {variation: {", "}}"), read_scenario_issues) ==
          std::vector<std::string>{});
    CHECK(accepted(places_of_plugins<Distribution>("population: {it: {behaviour: distribution, arrival: {", "}}}"),
                   read_scenario_issues) == std::vector<std::string>{});
}

TEST_CASE("no row of a feeder file takes a number that is none, or is absurd") {
    std::vector<Place> places;
    gather(feeder_file::FeederFile::schema().fields(), {"feeder", "{", "}", ""}, places);
    CHECK(places.size() > 80);
    const auto read = [](const std::string& text) {
        Issues issues;
        Reader reader{issues};
        const auto format = plugins<FeederFormat>().at("evsweep").configure(Node::make_map({}), "feeder", reader);
        (void)format->make({})->read(SourceText{"feeder.yaml", text}, issues);
        return issues;
    };
    CHECK(accepted(places, read) == std::vector<std::string>{});
}

TEST_CASE("no distribution draws what no thing has") {
    for (const std::string law :
         {"weibull, scale: 1 h, shape: 1e-90", "weibull, scale: 1 h, shape: 0.01", "gev, shape: 5, scale: 1 h, location: 17 h",
          "lognormal, median: 8 h, log_deviation: 10", "normal, mean: 18 h, deviation: 500000 h"}) {
        const Issues issues =
            read_scenario_issues("population: {it: {behaviour: distribution, arrival: {distribution: " + law + "}}}\n");
        const bool is_reported = std::any_of(issues.list().begin(), issues.list().end(), [](const Issue& issue) {
            return issue.path == "population.it.arrival" && issue.problem.rfind("draws reach ", 0) == 0 && issue.at.line == 1;
        });
        INFO(law);
        CHECK(is_reported);
    }
}
