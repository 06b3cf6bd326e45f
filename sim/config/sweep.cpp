#include "sim/config/sweep.hpp"

#include <algorithm>

#include "sim/base/text_file.hpp"
#include "sim/base/units.hpp"
#include "sim/config/flow_text.hpp"
#include "sim/config/layers.hpp"

namespace evsweep {

namespace {

bool chooses_point(const std::string& assignment) {
    return assignment.compare(0, point_assignment.size(), point_assignment) == 0;
}

void remove_section(Node& root, const std::string& name) {
    std::erase_if(root.entries, [&](const Node::Entry& entry) { return entry.key.scalar == name; });
}

/// The place of a point that is named by its number or, where points are listed, by its label.
std::optional<std::size_t> point_named(const Sweep& sweep, const std::string& name) {
    const auto number = parse_number(name);
    if (number && *number >= 0.0 && *number < static_cast<double>(sweep.points())) {
        const auto point = static_cast<std::size_t>(*number);
        if (static_cast<double>(point) == *number) return point;
    }
    for (std::size_t point = 0; point < sweep.points(); ++point)
        if (sweep.label_of(point) == name || (sweep.axes.size() == 1 && sweep.axes.front().values[point].label == name))
            return point;
    return std::nullopt;
}

/// Sets what the point `name` of the section `sweep` sets, and takes the section away.
void apply_point(Node& root, const std::string& name, Issues& issues) {
    const Position at{std::make_shared<const std::string>("--set"), 0, 0};
    const Node* found = root.find("sweep");
    if (!found) return issues.error(at, "sweep.point", "the scenario has no sweep", "leave it out");
    const Node section = *found;
    remove_section(root, "sweep");
    const auto sweep = read_sweep_section(section, issues);
    if (!sweep) return;
    const auto point = point_named(*sweep, name);
    if (!point)
        return issues.error(at, "sweep.point", "there is no point " + shown(name),
                            "points are 0 to " + std::to_string(sweep->points() - 1));
    const auto places = sweep->places_of(*point);
    for (std::size_t a = 0; a < places.size(); ++a)
        for (const SweepSetting& setting : sweep->axes[a].values[places[a]].settings)
            set_value(root, setting.path, setting.value, setting.path_at, issues);
}

/// Reports what both the command line and the sweep set.
void check_overrides(const Sweep& sweep, const std::vector<std::string>& overrides, Issues& issues) {
    const Position at{std::make_shared<const std::string>("--set"), 0, 0};
    const auto begins_with = [](const std::string& path, const std::string& start) {
        return path == start || path.compare(0, start.size() + 1, start + ".") == 0;
    };
    for (const std::string& assignment : overrides) {
        const std::string path = assignment.substr(0, assignment.find('='));
        if (begins_with(path, "sweep")) continue;
        const auto is_set = [&](const SweepSetting& setting) {
            return begins_with(path, setting.path) || begins_with(setting.path, path);
        };
        for (const SweepAxis& axis : sweep.axes) {
            const bool is_swept = std::any_of(axis.values.begin(), axis.values.end(), [&](const SweepValue& value) {
                return std::any_of(value.settings.begin(), value.settings.end(), is_set);
            });
            if (is_swept)
                issues.error(at, path, "is what the sweep sets (axis " + axis.name + ")",
                             "leave it out, or run one point with `--set sweep.point=0` before it");
        }
    }
}

Node text_node(const std::string& text) {
    Node node = Node::make_scalar(text, {});
    node.quoted = true;
    return node;
}

Node sequence_of(std::vector<Node> items) {
    Node node;
    node.kind = Node::Kind::sequence;
    node.items = std::move(items);
    return node;
}

Node::Entry entry_of(const std::string& key, Node value) { return {text_node(key), std::move(value)}; }

/// An axis as the long form has it, its files by name.
Node long_form(const SweepAxis& axis) {
    Node paths = sequence_of({}), values = sequence_of({}), labelled = Node::make_map({}), node = Node::make_map({});
    for (const std::string& path : axis.paths) paths.items.push_back(text_node(path));
    for (const SweepValue& value : axis.values) {
        Node set = value.settings.front().value;
        if (axis.is_of_files && set.is_scalar()) set = text_node(resolved_file(set.scalar, set.at).string());
        labelled.entries.push_back(entry_of(value.label, set));
        values.items.push_back(std::move(set));
    }
    node.entries.push_back(entry_of("path", std::move(paths)));
    const bool is_list = !axis.is_of_files && !axis.numbers.empty();
    node.entries.push_back(entry_of(axis.is_of_files ? "files" : "values", is_list ? std::move(values) : std::move(labelled)));
    return node;
}

}  // namespace

std::size_t Sweep::points() const {
    std::size_t count = 1;
    for (const SweepAxis& axis : axes) count *= axis.values.size();
    return count;
}

std::vector<std::size_t> Sweep::places_of(std::size_t point) const {
    std::vector<std::size_t> places(axes.size());
    for (std::size_t a = axes.size(); a-- > 0;) {
        places[a] = point % axes[a].values.size();
        point /= axes[a].values.size();
    }
    return places;
}

std::string Sweep::label_of(std::size_t point) const {
    const auto places = places_of(point);
    std::string text;
    for (std::size_t a = 0; a < axes.size(); ++a)
        text += (a == 0 ? "" : ", ") + axes[a].name + " " + axes[a].values[places[a]].label;
    return text;
}

bool Sweep::is_of_files() const {
    return std::any_of(axes.begin(), axes.end(), [](const SweepAxis& axis) { return axis.is_of_files; });
}

std::optional<Sweep> read_sweep(const std::filesystem::path& file, const std::vector<std::string>& overrides, Issues& issues) {
    if (std::any_of(overrides.begin(), overrides.end(), chooses_point)) return std::nullopt;
    Issues told_with_the_scenario(issues.shared_files());
    const auto text = read_text_file(file, told_with_the_scenario, {}, "");
    auto root = text ? load_layers(*text, file, told_with_the_scenario) : std::nullopt;
    if (!root) return std::nullopt;
    for (const std::string& assignment : overrides) apply_override(*root, assignment, told_with_the_scenario);
    const Node* section = root->find("sweep");
    if (!section) return std::nullopt;
    auto sweep = read_sweep_section(*section, issues);
    if (sweep) check_overrides(*sweep, overrides, issues);
    return issues.has_errors() ? std::nullopt : std::move(sweep);
}

std::string files_fixed(const Sweep& sweep) {
    if (!sweep.is_of_files()) return {};
    Node axes = Node::make_map({});
    for (const SweepAxis& axis : sweep.axes) axes.entries.push_back(entry_of(axis.name, long_form(axis)));
    return "sweep={axes: " + flow_text(axes) + "}";
}

std::optional<Position> apply_overrides(Node& root, const std::vector<std::string>& overrides, Issues& issues) {
    for (const std::string& assignment : overrides) {
        if (chooses_point(assignment))
            apply_point(root, trimmed(std::string_view(assignment).substr(point_assignment.size())), issues);
        else
            apply_override(root, assignment, issues);
    }
    const Node* left = root.find("sweep");
    if (!left) return std::nullopt;
    const Position at = left->at;
    remove_section(root, "sweep");
    return at;
}

std::string sweep_summary() {
    return "Values over which the study is run, e.g. `sweep: {population.homes.penetration: [0 %, 20 %, 40 %]}`: every "
           "combination of all axes is a point, and all points meet the same random days. `evsweep run` runs them all and "
           "writes one file with the axes as dimensions; `--set sweep.point=3` runs one of them, counted from 0. The same in the "
           "long form: `axes: {penetration: {path: population.homes.penetration, values: [0 %, 20 %, 40 %]}}`, where `path` may "
           "be a list of paths and `values` a map of labels. Files: `feeder.file: {glob: feeders/*.yaml}`, of which those that "
           "fail are told and the others go on. Points one by one: `points: [{label: mild, set: {limits.voltage_min: 0.95 "
           "pu}}]`.";
}

}  // namespace evsweep
