#include <algorithm>
#include <map>
#include <set>

#include "sim/base/text_file.hpp"
#include "sim/base/units.hpp"
#include "sim/config/flow_text.hpp"
#include "sim/config/sections.hpp"
#include "sim/config/sweep.hpp"
#include "sim/config/swept_files.hpp"

namespace evsweep {

namespace {

constexpr std::size_t most_points = 10'000;

using Strings = std::vector<std::string>;

bool is_name(const std::string& text) {
    const auto is_part = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    return !text.empty() && std::all_of(text.begin(), text.end(), is_part) && !(text.front() >= '0' && text.front() <= '9');
}

/// Whether two paths set the same value, or one a part of what the other sets.
bool overlap(const std::string& a, const std::string& b) {
    const std::string& shorter = a.size() < b.size() ? a : b;
    const std::string& longer = a.size() < b.size() ? b : a;
    return longer.compare(0, shorter.size(), shorter) == 0 && (longer.size() == shorter.size() || longer[shorter.size()] == '.');
}

std::string label_of_value(const Node& node) { return node.is_scalar() ? node.scalar : flow_text(node); }

/// The unit that all values are written in, or else one that all can be read in; their numbers in it.
void find_numbers(SweepAxis& axis, const std::vector<const Node*>& values) {
    std::vector<double> numbers;
    std::set<std::string> units;
    for (const Node* value : values) {
        const auto split = value->is_scalar() && !value->quoted ? split_number(value->scalar) : std::nullopt;
        const auto number = split ? to_double(*split) : std::nullopt;
        if (!number) return;
        numbers.push_back(*number);
        units.insert(split->rest);
    }
    if (units.size() == 1) {
        axis.numbers = std::move(numbers);
        axis.unit = units.begin()->empty() ? "1" : *units.begin();
        return;
    }
    for (const char* unit : {"kW", "kvar", "kVA", "kWh", "V", "A", "ohm", "S", "pu", "h", "1"}) {
        numbers.clear();
        for (const Node* value : values)
            if (const auto read = parse_quantity(value->scalar, unit); read.value) numbers.push_back(*read.value);
        if (numbers.size() != values.size()) continue;
        axis.numbers = std::move(numbers);
        axis.unit = unit;
        return;
    }
}

/// Reads the section; what is wrong with it is reported, all of it.
class SweepReader {
   public:
    explicit SweepReader(Issues& issues) : issues_(issues) {}

    std::optional<Sweep> read(const Node& section) {
        const std::size_t before = issues_.list().size();
        if (!section.is_map() || section.entries.empty()) {
            error(section.at, "sweep", "names nothing to sweep over",
                  "write e.g. `sweep: {population.homes.penetration: [0 %, 20 %]}`");
            return std::nullopt;
        }
        if (section.find("axes") || section.find("points"))
            read_long_form(section);
        else
            for (const auto& [key, value] : section.entries) read_short_axis(key, value);
        check_paths();
        if (issues_.list().size() == before) name_axes();
        if (issues_.list().size() == before) check_size(section.at);
        return issues_.list().size() == before ? std::optional(std::move(sweep_)) : std::nullopt;
    }

   private:
    void error(const Position& at, const std::string& path, const std::string& problem, const std::string& hint = {}) {
        issues_.error(at, path, problem, hint);
    }

    void check_keys(const Node& map, const std::string& path, const Strings& known) {
        for (const auto& [key, value] : map.entries)
            if (std::find(known.begin(), known.end(), key.scalar) == known.end())
                error(key.at, path + "." + key.scalar, "is not known here", did_you_mean(key.scalar, known));
    }

    void read_long_form(const Node& section) {
        check_keys(section, "sweep", {"axes", "points"});
        const Node* axes = section.find("axes");
        const Node* points = section.find("points");
        if (axes && points)
            return error(points->at, "sweep.points", "stand beside axes",
                         "keep one of them: points are listed, axes are combined");
        if (points) return read_points(*points);
        if (!axes->is_map() || axes->entries.empty())
            return error(axes->at, "sweep.axes", "is empty",
                         "write e.g. `penetration: {path: population.homes.penetration, values: [0 %, 20 %]}`");
        for (const auto& [key, value] : axes->entries) read_axis(key, value);
    }

    /// `population.homes.penetration: [0 %, 20 %]`, or with `{glob: ...}`, or with labels before the values.
    void read_short_axis(const Node& key, const Node& value) {
        const std::string where = "sweep." + key.scalar;
        SweepAxis axis{"", {key.scalar}, {}, {}, "", false, key.at};
        const std::vector<std::pair<std::string, Position>> paths{{key.scalar, key.at}};
        if (value.is_map() && (value.find("glob") || value.find("files"))) {
            check_keys(value, where, {"glob", "files"});
            read_files(value, where, paths, axis);
        } else {
            read_values(value, where, paths, axis);
        }
        sweep_.axes.push_back(std::move(axis));
    }

    void read_axis(const Node& key, const Node& axis_node) {
        const std::string where = "sweep.axes." + key.scalar;
        if (!is_name(key.scalar)) error(key.at, where, "is no name of an axis", "use letters, digits and _, e.g. `penetration`");
        if (!axis_node.is_map())
            return error(axis_node.at, where, "is not an axis",
                         "write `{path: population.homes.penetration, values: [0 %, 20 %]}`");
        check_keys(axis_node, where, {"path", "values", "files", "glob"});
        const auto paths = read_paths(axis_node, where);
        SweepAxis axis{key.scalar, {}, {}, {}, "", false, key.at};
        for (const auto& [path, at] : paths) axis.paths.push_back(path);
        const Node* values = axis_node.find("values");
        const bool has_files = axis_node.find("files") || axis_node.find("glob");
        if (!values == !has_files)
            error(axis_node.at, where, values ? "has both values and files" : "has no values",
                  "give one of values, files and glob");
        else if (values)
            read_values(*values, where + ".values", paths, axis);
        else
            read_files(axis_node, where, paths, axis);
        sweep_.axes.push_back(std::move(axis));
    }

    using Paths = std::vector<std::pair<std::string, Position>>;

    Paths read_paths(const Node& axis, const std::string& where) {
        Paths paths;
        const Node* node = axis.find("path");
        if (!node || node->is_null()) {
            error(axis.at, where + ".path", "is missing", "name the value to sweep, e.g. `path: population.homes.penetration`");
            return paths;
        }
        std::vector<const Node*> nodes;
        if (node->is_sequence())
            for (const Node& item : node->items) nodes.push_back(&item);
        else
            nodes.push_back(node);
        if (nodes.empty()) error(node->at, where + ".path", "is empty", "name the value to sweep");
        for (const Node* each : nodes) {
            if (each->is_scalar())
                paths.emplace_back(each->scalar, each->at);
            else
                error(each->at, where + ".path", "is no path", "write e.g. `population.homes.penetration`");
        }
        return paths;
    }

    static std::vector<SweepSetting> settings_of(const Paths& paths, const Node& value) {
        std::vector<SweepSetting> settings;
        for (const auto& [path, at] : paths) settings.push_back({path, at, value});
        return settings;
    }

    void add_value(SweepAxis& axis, const std::string& where, std::string label, const Node& value, const Paths& paths) {
        const auto is_it = [&](const SweepValue& other) { return other.label == label; };
        if (std::any_of(axis.values.begin(), axis.values.end(), is_it))
            return error(value.at, where, shown(label) + " is there twice", "keep one of them");
        axis.values.push_back({std::move(label), value.at, settings_of(paths, value)});
    }

    void read_values(const Node& node, const std::string& where, const Paths& paths, SweepAxis& axis) {
        if (node.is_map() && !node.entries.empty()) {
            for (const auto& [key, value] : node.entries) add_value(axis, where, key.scalar, value, paths);
            return;
        }
        if (!node.is_sequence())
            return error(node.at, where, "is no list of values",
                         "write e.g. `[0 %, 20 %]`, or `{mild: 5 kW, strong: 10 kW}` with labels");
        if (node.items.empty()) return error(node.at, where, "is an empty list", "name at least one value");
        std::vector<const Node*> values;
        for (const Node& item : node.items) {
            values.push_back(&item);
            add_value(axis, where, label_of_value(item), item, paths);
        }
        if (axis.values.size() != values.size()) return;
        find_numbers(axis, values);
        std::set<double> different(axis.numbers.begin(), axis.numbers.end());
        if (different.size() < axis.numbers.size()) error(node.at, where, "has values that are the same", "keep one of them");
    }

    void read_files(const Node& node, const std::string& where, const Paths& paths, SweepAxis& axis) {
        axis.is_of_files = true;
        const Node* pattern = node.find("glob");
        const Node* files = node.find("files");
        if (pattern && files) return error(node.at, where, "has both files and a pattern", "keep one of them");
        if (pattern) return find_files(*pattern, where + ".glob", paths, axis);
        if (files->is_map() && !files->entries.empty()) {
            for (const auto& [key, file] : files->entries) add_value(axis, where + ".files", key.scalar, file, paths);
            return;
        }
        if (!files->is_sequence() || files->items.empty())
            return error(files->at, where + ".files", "is no list of files", "write e.g. `[north.yaml, south.yaml]`");
        for (const Node& file : files->items) add_value(axis, where + ".files", label_of_value(file), file, paths);
    }

    void find_files(const Node& pattern, const std::string& where, const Paths& paths, SweepAxis& axis) {
        if (!pattern.is_scalar()) return error(pattern.at, where, "is no pattern", "write e.g. `feeders/*.yaml`");
        const std::filesystem::path written(pattern.scalar);
        if (written.parent_path().string().find_first_of("*?") != std::string::npos)
            return error(pattern.at, where, "has a `*` or `?` in the name of a folder",
                         "use them in the last part, e.g. `feeders/*.yaml`");
        const auto found = files_matching(resolved_file(pattern.scalar, pattern.at));
        if (found.empty())
            return error(pattern.at, where, "no file is called " + shown(pattern.scalar),
                         "looked in '" + resolved_file(pattern.scalar, pattern.at).parent_path().string() + "'");
        for (const auto& file : found) {
            Node value = Node::make_scalar((written.parent_path() / file.filename()).string(), pattern.at);
            value.quoted = true;  // a name, even if it looks like a number
            add_value(axis, where, value.scalar, value, paths);
        }
    }

    void read_points(const Node& points) {
        if (!points.is_sequence() || points.items.empty())
            return error(points.at, "sweep.points", "is no list of points",
                         "write e.g. `- {label: mild, set: {limits.voltage_min: 0.95 pu}}`");
        SweepAxis axis{"point", {}, {}, {}, "", false, points.at};
        for (std::size_t k = 0; k < points.items.size(); ++k)
            read_point(points.items[k], "sweep.points[" + std::to_string(k) + "]", axis);
        sweep_.axes.push_back(std::move(axis));
    }

    void read_point(const Node& point, const std::string& where, SweepAxis& axis) {
        const Node* set = point.is_map() ? point.find("set") : nullptr;
        if (!set || !set->is_map())
            return error(
                point.at, where, "sets nothing",
                "write e.g. `{label: mild, set: {limits.voltage_min: 0.95 pu}}`; an empty `set: {}` is the scenario as it is");
        check_keys(point, where, {"label", "set"});
        SweepValue value{"", point.at, {}};
        std::string listed;
        for (const auto& [key, of_key] : set->entries) {
            value.settings.push_back({key.scalar, key.at, of_key});
            listed += (listed.empty() ? "" : ", ") + key.scalar + "=" + label_of_value(of_key);
        }
        const Node* label = point.find("label");
        value.label = label && label->is_scalar() ? label->scalar : listed.empty() ? "as it is" : listed;
        const auto is_it = [&](const SweepValue& other) { return other.label == value.label; };
        if (std::any_of(axis.values.begin(), axis.values.end(), is_it))
            return error(point.at, where, "is another point " + shown(value.label), "give each its own label");
        axis.values.push_back(std::move(value));
    }

    /// What is wrong with a path, whatever the scenario says.
    void check_path(const std::string& path, const Position& at) {
        Strings sections;
        for (const auto& section : scenario_sections())
            if (section.name != "sweep" && section.name != "extends") sections.push_back(section.name);
        const std::string first = path.substr(0, path.find('.'));
        if (path.empty() || path.front() == '.' || path.back() == '.' || path.find("..") != std::string::npos)
            error(at, "sweep", shown(path) + " is no path", "write e.g. `population.homes.penetration`");
        else if (std::find(sections.begin(), sections.end(), first) == sections.end())
            error(at, "sweep", shown(path) + " names nothing: there is no section " + shown(first),
                  did_you_mean(first, sections));
        else if (overlap(path, "study.reference") || overlap(path, "study.confidence"))
            error(at, "sweep", shown(path) + " cannot be swept",
                  "all points are compared in one way: set study.reference and study.confidence for all");
    }

    /// Each value is set by one axis, and once by a point.
    void check_paths() {
        std::vector<std::pair<std::string, std::size_t>> seen;
        for (std::size_t a = 0; a < sweep_.axes.size(); ++a) {
            const SweepAxis& axis = sweep_.axes[a];
            std::set<std::string> checked;
            for (const SweepValue& value : axis.values)
                for (const SweepSetting& setting : value.settings)
                    if (checked.insert(setting.path).second) check_path(setting.path, setting.path_at);
            if (axis.values.empty())
                for (const std::string& path : axis.paths)
                    if (checked.insert(path).second) check_path(path, axis.at);
            for (const std::string& path : axis.paths) {
                for (const auto& [other, of_axis] : seen)
                    if (overlap(path, other))
                        error(axis.at, "sweep",
                              shown(path) + (of_axis == a ? " is named twice by one axis" : " is set by two axes"),
                              "keep one of them");
                seen.emplace_back(path, a);
            }
        }
        for (const SweepAxis& axis : sweep_.axes)
            if (axis.paths.empty()) check_points(axis);
    }

    void check_points(const SweepAxis& axis) {
        for (const SweepValue& point : axis.values)
            for (std::size_t i = 0; i < point.settings.size(); ++i)
                for (std::size_t j = 0; j < i; ++j)
                    if (overlap(point.settings[i].path, point.settings[j].path))
                        error(point.settings[i].path_at, "sweep.points",
                              shown(point.settings[i].path) + " is set twice by one point", "keep one of them");
    }

    /// Axes without a name are called after what they set: its last part, or, where that is not enough, all of it.
    void name_axes() {
        const Strings reserved{"controller", "replica", "quantile"};
        for (SweepAxis& axis : sweep_.axes) {
            if (std::find(reserved.begin(), reserved.end(), axis.name) != reserved.end())
                error(axis.at, "sweep.axes." + axis.name, "is a name that results use themselves", "name it otherwise");
            if (!axis.name.empty()) continue;
            const std::string& path = axis.paths.front();
            std::string last = path == "feeder.file" ? "feeder" : path.substr(path.rfind('.') + 1);
            const auto ends_alike = [&](const SweepAxis& other) {
                return &other != &axis &&
                       (other.name == last || (!other.paths.empty() && other.paths.front().ends_with("." + last)));
            };
            const bool is_taken = std::find(reserved.begin(), reserved.end(), last) != reserved.end();
            axis.name = is_taken || std::any_of(sweep_.axes.begin(), sweep_.axes.end(), ends_alike) ? path : last;
            for (char& c : axis.name)
                if (!is_name(std::string("a") + c)) c = '_';
            if (!is_name(axis.name)) axis.name = "_" + axis.name;
        }
    }

    void check_size(const Position& at) {
        double points = 1.0;
        for (const SweepAxis& axis : sweep_.axes) points *= static_cast<double>(axis.values.size());
        if (points > static_cast<double>(most_points))
            error(at, "sweep", "makes more than " + std::to_string(most_points) + " points",
                  "take fewer values, or sweep parts of it one after another");
    }

    Issues& issues_;
    Sweep sweep_;
};

}  // namespace

std::optional<Sweep> read_sweep_section(const Node& section, Issues& issues) { return SweepReader(issues).read(section); }

}  // namespace evsweep
