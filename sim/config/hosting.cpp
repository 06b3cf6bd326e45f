#include "sim/config/hosting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "sim/base/text_file.hpp"
#include "sim/base/units.hpp"
#include "sim/config/layers.hpp"
#include "sim/config/relations.hpp"

namespace evsweep {

namespace {

constexpr std::size_t most_levels = 100'000;
constexpr Range inside_unit{.min = 0.0, .max = 1.0, .open_min = true, .open_max = true};
/// Sections whose values are no property of what is studied.
constexpr std::array<std::string_view, 6> not_varied{"study", "outputs", "hosting", "sweep", "title", "extends"};

/// Texts of a range with where they stand.
struct RangeText {
    const OneOrMore& vary;
    const std::string &from, &to, &step;
    std::string section;  ///< path of the section
    Position vary_at, from_at, to_at, step_at;
};

/// A number with the rest of its text, which is its unit.
std::optional<std::pair<double, std::string>> number_with_unit(const std::string& text, const std::string& path,
                                                               const Position& at, Issues& issues) {
    const auto split = split_number(text);
    const auto value = split ? to_double(*split) : std::nullopt;
    if (value) return std::pair{*value, split->rest};
    issues.error(at, path, text.empty() ? "is missing" : "expected a number, found " + shown(text),
                 "write it as the scenario would, e.g. `200`, `7.4 kW` or `80 %`");
    return std::nullopt;
}

void check_paths(const RangeText& text, Issues& issues) {
    const std::string place = text.section + ".vary";
    if (text.vary.list.empty()) issues.error(text.vary_at, place, "is empty", "name a value, e.g. `population.homes.vehicles`");
    for (const std::string& path : text.vary.list) {
        const std::string first = path.substr(0, path.find('.'));
        if (std::find(not_varied.begin(), not_varied.end(), first) != not_varied.end())
            issues.error(text.vary_at, place, "'" + path + "' is nothing that could be hosted",
                         "vary a value of the population or of a controller, e.g. `population.homes.vehicles`");
        else if (path.find('.') == std::string::npos || path.find('=') != std::string::npos)
            issues.error(text.vary_at, place, "'" + path + "' is no path of one value",
                         "write section and key with dots between them, e.g. `population.homes.vehicles`");
    }
}

/// The values of a range; none (reported) where it has none.
std::optional<HostingLevels> levels_of(const RangeText& text, Issues& issues) {
    const std::size_t before = issues.list().size();
    check_paths(text, issues);
    const auto from = number_with_unit(text.from, text.section + ".from", text.from_at, issues);
    const auto to = number_with_unit(text.to, text.section + ".to", text.to_at, issues);
    const auto step = number_with_unit(text.step, text.section + ".step", text.step_at, issues);
    if (step && !(step->first > 0.0)) issues.error(text.step_at, text.section + ".step", "is not above zero", "write e.g. `1`");
    if (!from || !to || !step || issues.list().size() > before) return std::nullopt;
    const auto has_unit_of_end = [&](const std::pair<double, std::string>& number) {
        return number.second == to->second || (number.first == 0.0 && number.second.empty());
    };
    if (!has_unit_of_end(*from) || !has_unit_of_end(*step)) {
        issues.error(text.to_at, text.section + ".to", "from, to and step have different units",
                     fmt::format("write all three in '{}'", to->second.empty() ? from->second : to->second));
        return std::nullopt;
    }
    if (!(to->first > from->first)) {
        issues.error(text.to_at, text.section + ".to", "is not above `from`", "write e.g. `from: 0`, `to: 200`");
        return std::nullopt;
    }
    const double steps = (to->first - from->first) / step->first;
    if (std::abs(steps - std::round(steps)) > 1e-6) {
        issues.error(text.step_at, text.section + ".step", "does not divide the way from `from` to `to`",
                     fmt::format("end at {:.12g} or {:.12g}", from->first + std::floor(steps) * step->first,
                                 from->first + std::ceil(steps) * step->first));
        return std::nullopt;
    }
    if (steps + 1.0 > static_cast<double>(most_levels)) {
        issues.error(text.step_at, text.section + ".step", fmt::format("makes more than {} values", most_levels),
                     "take a longer step");
        return std::nullopt;
    }
    return HostingLevels{text.vary.list, from->first, step->first, static_cast<std::size_t>(std::llround(steps)) + 1, to->second};
}

/// How charging points of a group are wired, to be kept where they are put elsewhere.
std::string wiring_of(const Node& group) {
    const Node* placement = group.find("placement");
    if (!placement || !placement->is_map()) return {};
    std::string text;
    bool has_phase = false;
    for (const char* key : {"connection", "phase"}) {
        const Node* value = placement->find(key);
        if (!value || !value->is_scalar()) continue;
        text += std::string(", ") + key + ": " + value->scalar;
        has_phase = has_phase || std::string_view(key) == "phase";
    }
    const Node* rule = placement->find("rule");
    if (!has_phase && rule && rule->scalar == "loads" && placement->find("connection")) text += ", phase: load";
    return text;
}

std::map<std::string, std::string> wiring_of_groups(const Node& root) {
    std::map<std::string, std::string> wiring;
    const Node* population = root.find("population");
    if (population && population->is_map())
        for (const auto& [key, group] : population->entries) wiring[key.scalar] = wiring_of(group);
    return wiring;
}

/// Places of one bus each move whole groups: what they vary has to be of a group whose number is free.
void check_moved_groups(const HostingLevels& levels, const Position& at, Issues& issues) {
    for (const std::string& path : levels.paths)
        if (group_of_path(path).empty())
            issues.error(at, "hosting.places", "'" + path + "' is of no group of the population that could stand at one bus",
                         "vary e.g. `population.homes.vehicles`, here or as `places.vary`");
}

std::optional<HostingLevels> place_levels_of(const Node& root, const HostingSettings& settings, Issues& issues) {
    const HostingPlaces& places = *settings.places;
    const auto at = [&](std::string_view key) { return place_of(root, {"hosting", "places", key}); };
    const bool has_own = !places.vary.list.empty();
    const auto or_of_all = [](const std::string& own, const std::string& of_all) { return own.empty() ? of_all : own; };
    const std::string from = has_own ? or_of_all(places.from, "0") : or_of_all(places.from, settings.from);
    const std::string to = has_own ? places.to : or_of_all(places.to, settings.to);
    const std::string step = has_own ? or_of_all(places.step, "1") : or_of_all(places.step, settings.step);
    auto levels = levels_of(
        {has_own ? places.vary : settings.vary, from, to, step, "hosting.places", at("vary"), at("from"), at("to"), at("step")},
        issues);
    if (levels) check_moved_groups(*levels, at("vary"), issues);
    return levels;
}

}  // namespace

std::optional<OneOrMore> Value<OneOrMore>::read(const Node& node, std::string_view path, Reader& reader) {
    if (node.is_scalar()) return OneOrMore{{node.scalar}};
    auto list = Value<std::vector<std::string>>::read(node, path, reader);
    return list ? std::optional(OneOrMore{std::move(*list)}) : std::nullopt;
}

std::string Value<OneOrMore>::text(const OneOrMore& values) {
    if (values.list.empty()) return {};
    return values.list.size() == 1 ? values.list.front() : Value<std::vector<std::string>>::text(values.list);
}

const Schema<HostingPlaces>& HostingPlaces::schema() {
    static const auto schema =
        Schema<HostingPlaces>("the capacity of single buses, all that is varied at one of them at a time")
            .required("buses", &HostingPlaces::buses, "names of buses, or `each`: every bus that has a load")
            .optional("vary", &HostingPlaces::vary, "what is varied there; empty: as in `hosting`")
            .optional("from", &HostingPlaces::from, "empty: as in `hosting`; with `vary` of its own 0")
            .optional("to", &HostingPlaces::to, "empty: as in `hosting`")
            .optional("step", &HostingPlaces::step, "empty: as in `hosting`; with `vary` of its own 1")
            .optional("limit", &HostingPlaces::limit, "the limit that has to hold")
            .optional("replicas", &HostingPlaces::replicas, "random days for each bus; none: those of `hosting`",
                      between(1, 1'000'000));
    return schema;
}

const Schema<HostingSettings>& HostingSettings::schema() {
    static const auto schema =
        Schema<HostingSettings>("What `evsweep hosting` asks: the largest value at which limits are broken on few enough days.")
            .required("vary", &HostingSettings::vary,
                      "path of the value that is raised, e.g. `population.homes.vehicles`, or a list of paths that all take it")
            .optional("from", &HostingSettings::from, "lowest value, with its unit")
            .required("to", &HostingSettings::to, "highest value, with its unit")
            .optional("step", &HostingSettings::step, "distance of the values that are tried, with its unit")
            .optional("at_most", &HostingSettings::at_most, "share of the days on which the limit may be broken", inside_unit)
            .optional(
                "limits", &HostingSettings::limits,
                "limits to find it for: any, network, voltage, loading, low_voltage, high_voltage, unbalance, line, "
                "transformer, unsolved, unserved, site, or an event of an output of the scenario; empty: all that are judged")
            .optional("confidence", &HostingSettings::confidence, "of the interval; none: study.confidence", inside_unit)
            .optional("replicas", &HostingSettings::replicas, "random days, the same at every value; none: study.replicas",
                      between(2, 1'000'000))
            .optional("curve", &HostingSettings::curve,
                      "values, evenly spread, at which it is found for every day what is broken, for the curve of probabilities",
                      between(0, 1000))
            .optional("places", &HostingSettings::places,
                      "besides, the capacity of single buses, e.g. `{buses: each, to: 100}`; none: not asked for");
    return schema;
}

double HostingLevels::value(std::size_t level) const {
    return std::stod(fmt::format("{:.12g}", from + static_cast<double>(level) * step));
}

std::string HostingLevels::text(std::size_t level) const {
    return fmt::format("{:.12g}{}{}", value(level), unit.empty() ? "" : " ", unit);
}

std::vector<std::string> HostingLevels::overrides(std::size_t level) const {
    std::vector<std::string> list;
    for (const std::string& path : paths) list.push_back(path + "=" + text(level));
    return list;
}

std::string group_of_path(const std::string& path) {
    constexpr std::string_view section = "population.";
    if (!path.starts_with(section)) return {};
    const std::size_t end = path.find('.', section.size());
    return end == std::string::npos ? std::string() : path.substr(section.size(), end - section.size());
}

std::optional<HostingRequest> read_hosting_section(const Node& root, Issues& issues) {
    const Node* node = root.find("hosting");
    if (!node || node->is_null()) return std::nullopt;
    Reader reader{issues};
    auto settings = HostingSettings::schema().read(*node, "hosting", reader);
    if (!settings) return std::nullopt;
    const auto at = [&root](std::string_view key) { return place_of(root, {"hosting", key}); };
    HostingRequest request;
    request.settings = std::move(*settings);
    const HostingSettings& asked = request.settings;
    auto levels = levels_of(
        {asked.vary, asked.from, asked.to, asked.step, "hosting", at("vary"), at("from"), at("to"), at("step")}, issues);
    if (asked.places && levels) {
        request.place_levels = place_levels_of(root, asked, issues);
        if (!request.place_levels) return std::nullopt;
    }
    if (!levels) return std::nullopt;
    request.levels = std::move(*levels);
    request.wiring = wiring_of_groups(root);
    request.at = node->at;
    request.from_at = at("from");
    request.to_at = at("to");
    request.step_at = at("step");
    request.limits_at = at("limits");
    request.places_at = at("places");
    return request;
}

std::optional<HostingRequest> read_hosting(const std::filesystem::path& file, const std::vector<std::string>& overrides,
                                           Issues& issues) {
    Issues told_already(issues.shared_files());
    const auto text = read_text_file(file, told_already, {}, "");
    auto root = text ? load_layers(*text, file, told_already) : std::nullopt;
    if (!root) return std::nullopt;
    for (const auto& assignment : overrides) apply_override(*root, assignment, told_already);
    const Node* section = root->find("hosting");
    if (!section || section->is_null()) {
        issues.error(root->at, "hosting", "is missing",
                     "say what is varied, e.g. `hosting: {vary: population.homes.vehicles, to: 200}`");
        return std::nullopt;
    }
    return read_hosting_section(*root, told_already);
}

}  // namespace evsweep
