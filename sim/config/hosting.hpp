/// The section `hosting` of a scenario: which of its values is raised, how far, and which limits must hold how surely.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "evsweep/schema.hpp"

namespace evsweep {

/// A text, or a list of texts.
struct OneOrMore {
    std::vector<std::string> list;
};
template <>
struct Value<OneOrMore> {
    static std::optional<OneOrMore> read(const Node& node, std::string_view path, Reader& reader);
    static std::string type() { return "text or list of text"; }
    static std::string unit() { return {}; }
    static std::string text(const OneOrMore& values);
    static std::optional<double> out_of(const Range&, const OneOrMore&) { return std::nullopt; }
};

/// The capacity of each of several buses, with all that is varied at this bus alone.
struct HostingPlaces {
    OneOrMore buses;  ///< names, or `each`
    OneOrMore vary;   ///< empty: as HostingSettings, and so the following
    std::string from, to, step;
    std::string limit = "any";
    std::optional<int> replicas{};
    static const Schema<HostingPlaces>& schema();
};

struct HostingSettings {
    OneOrMore vary;  ///< dotted paths of the scenario, which all take the same value
    std::string from = "0", to, step = "1";
    Fraction at_most{0.05};
    std::vector<std::string> limits;       ///< empty: all that are judged
    std::optional<Fraction> confidence{};  ///< none: StudySettings::confidence
    std::optional<int> replicas{};         ///< none: StudySettings::replicas
    int curve = 8;
    std::optional<HostingPlaces> places{};
    static const Schema<HostingSettings>& schema();
};

/// The values that are tried: from, from + step, ... as they are written into the scenario.
struct HostingLevels {
    std::vector<std::string> paths;
    double from = 0.0, step = 1.0;
    std::size_t count = 0;
    std::string unit;  ///< as the scenario writes it: "", "kW", "%"

    [[nodiscard]] double value(std::size_t level) const;
    /// With its unit: "12", "7.4 kW".
    [[nodiscard]] std::string text(std::size_t level) const;
    /// `path=value` for every path.
    [[nodiscard]] std::vector<std::string> overrides(std::size_t level) const;
};

/// The section with what follows from it, and where it stands.
struct HostingRequest {
    HostingSettings settings;
    HostingLevels levels;
    std::optional<HostingLevels> place_levels{};  ///< where there are `places`
    /// By group of the population: how its charging points are wired, as keys and values of its placement.
    std::map<std::string, std::string> wiring{};
    Position at{}, from_at{}, to_at{}, step_at{}, limits_at{}, places_at{};
};

/// Reads and checks the section of a document; reports every problem of it. Nothing where there is none, or a problem.
[[nodiscard]] std::optional<HostingRequest> read_hosting_section(const Node& root, Issues& issues);

/// The section of a scenario file with what it extends and `overrides`, which have been read without an error. Reports only that
/// there is no such section.
[[nodiscard]] std::optional<HostingRequest> read_hosting(const std::filesystem::path& file,
                                                         const std::vector<std::string>& overrides, Issues& issues);

/// The group of the population that a path leads into; empty where it leads elsewhere.
[[nodiscard]] std::string group_of_path(const std::string& path);

}  // namespace evsweep
