#include "sim/config/layers.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "sim/base/text_file.hpp"
#include "sim/config/relations.hpp"

namespace evsweep {

namespace {

using Chain = std::vector<std::filesystem::path>;

/// Keys whose value decides what the other keys of their map mean.
constexpr std::array<const char*, 6> choosing_keys{"controller", "behaviour", "distribution", "output", "rule", "demand"};

bool is_removal(const Node& node) { return node.is_null() && node.scalar == "~"; }

bool chooses_another(const Node& base, const Node& overlay, const std::string& label) {
    return std::any_of(choosing_keys.begin(), choosing_keys.end(), [&](const char* key) {
        const Node* chosen = overlay.find(key);
        if (!chosen || !chosen->is_scalar()) return false;
        const Node* before = base.find(key);
        return chosen->scalar != (before ? before->scalar : label);
    });
}

Node::Entry* entry_of(Node& map, const std::string& key) {
    for (auto& entry : map.entries)
        if (entry.key.scalar == key) return &entry;
    return nullptr;
}

void remove_entry(Node& map, const std::string& key) {
    std::erase_if(map.entries, [&](const Node::Entry& entry) { return entry.key.scalar == key; });
}

std::string circle_text(const Chain& chain, const std::filesystem::path& again) {
    std::string text;
    for (auto it = std::find(chain.begin(), chain.end(), again); it != chain.end(); ++it)
        text += it->filename().string() + " -> ";
    return text + again.filename().string();
}

std::optional<Node> load(const std::string& text, const std::filesystem::path& file, Chain& chain, Issues& issues);

/// The file that `extends` names, with its own layers.
std::optional<Node> load_base(const Node& extends, Chain& chain, Issues& issues) {
    Reader reader{issues};
    if (!extends.is_scalar()) return report_expected(extends, "extends", "the name of one file", reader), std::nullopt;
    const auto file = resolved_file(extends.scalar, extends.at);
    if (!check_readable_file(file, issues, extends.at, "extends")) return std::nullopt;
    std::error_code error;
    const auto canonical = std::filesystem::weakly_canonical(file, error);
    if (std::find(chain.begin(), chain.end(), canonical) != chain.end()) {
        issues.error(extends.at, "extends", "the files extend one another: " + circle_text(chain, canonical),
                     "let one of them stand alone");
        return std::nullopt;
    }
    constexpr std::size_t longest_chain = 16;
    if (chain.size() >= longest_chain) {
        issues.error(extends.at, "extends", "more than 16 files extend one another", "join some of them");
        return std::nullopt;
    }
    const auto text = read_text_file(file, issues, extends.at, "extends");
    return text ? load(*text, file, chain, issues) : std::nullopt;
}

std::optional<Node> load(const std::string& text, const std::filesystem::path& file, Chain& chain, Issues& issues) {
    const std::size_t before = issues.list().size();
    Node root = parse_yaml(text, file, issues);
    if (root.is_null() && issues.list().size() > before) return std::nullopt;
    if (!root.is_map()) return report_no_scenario(root.at, issues), std::nullopt;
    const Node* extends = root.find("extends");
    if (!extends) return root;
    std::error_code error;
    chain.push_back(std::filesystem::weakly_canonical(file, error));
    const auto base = load_base(*extends, chain, issues);
    if (!base) return std::nullopt;
    remove_entry(root, "extends");
    return laid_over(*base, std::move(root), "");
}

void place_at_command_line(Node& node, const Position& at) {
    node.at = at;
    for (auto& item : node.items) place_at_command_line(item, at);
    for (auto& [key, value] : node.entries) {
        key.at = at;
        place_at_command_line(value, at);
    }
}

std::vector<std::string> split_path(std::string_view path) {
    std::vector<std::string> keys;
    for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
        keys.emplace_back(path.substr(0, dot));
        path.remove_prefix(dot + 1);
    }
    keys.emplace_back(path);
    return keys;
}

/// Whether `path` names something inside a labelled part (a controller, a group, an output) that does not exist;
/// reports it, since creating one part by a slip of the pen in another's name would only lead to riddles.
bool is_inside_unknown_label(const Node& root, const std::vector<std::string>& keys, const Position& at, Issues& issues) {
    constexpr std::array<std::string_view, 3> labelled{"population", "controllers", "outputs"};
    if (keys.size() < 3 || std::find(labelled.begin(), labelled.end(), keys[0]) == labelled.end()) return false;
    const Node* parts = root.find(keys[0]);
    if (parts && parts->find(keys[1])) return false;
    std::vector<std::string> known;
    if (parts)
        for (const auto& entry : parts->entries) known.push_back(entry.key.scalar);
    issues.error(at, keys[0] + "." + keys[1], "is not in the scenario", did_you_mean(keys[1], known));
    return true;
}

/// The map that holds the last of `keys`, made where it is absent; none (reported) where a value is in the way.
Node* parent_map(Node& root, const std::vector<std::string>& keys, const Position& at, Issues& issues) {
    Node* map = &root;
    std::string path;
    for (std::size_t i = 0; i + 1 < keys.size(); ++i) {
        path += (path.empty() ? "" : ".") + keys[i];
        Node::Entry* entry = entry_of(*map, keys[i]);
        if (!entry) {
            map->entries.push_back({Node::make_scalar(keys[i], at), Node::make_map(at)});
            entry = &map->entries.back();
        }
        if (entry->value.is_null()) entry->value = Node::make_map(at);
        if (!entry->value.is_map()) {
            issues.error(at, path, "is a value and has no parts", "set `" + path + "` itself");
            return nullptr;
        }
        map = &entry->value;
    }
    return map;
}

}  // namespace

Node laid_over(const Node& base, Node overlay, const std::string& label) {
    if (!base.is_map() || !overlay.is_map() || chooses_another(base, overlay, label)) return overlay;
    Node merged = base;
    merged.at = overlay.at;
    for (auto& [key, value] : overlay.entries) {
        Node::Entry* inherited = entry_of(merged, key.scalar);
        if (!inherited) {
            merged.entries.push_back({std::move(key), std::move(value)});
        } else if (is_removal(value)) {
            remove_entry(merged, key.scalar);
        } else {
            inherited->value = laid_over(inherited->value, std::move(value), key.scalar);
            inherited->key = std::move(key);
        }
    }
    return merged;
}

std::optional<Node> load_layers(const std::string& text, const std::filesystem::path& file, Issues& issues) {
    Chain chain;
    return load(text, file, chain, issues);
}

void apply_override(Node& root, const std::string& assignment, Issues& issues) {
    const Position at{std::make_shared<const std::string>("--set"), 0, 0};
    const std::size_t equals = assignment.find('=');
    if (equals == std::string::npos || equals == 0)
        return issues.error(at, "", "'" + assignment + "' is not an assignment", "write e.g. `study.replicas=50`");
    const std::string path = assignment.substr(0, equals);
    const std::string text = assignment.substr(equals + 1);
    const auto keys = split_path(path);
    if (std::find(keys.begin(), keys.end(), "") != keys.end())
        return issues.error(at, path, "has an empty part", "write e.g. `study.replicas=50`");
    if (text.find_first_not_of(" \t") == std::string::npos)
        return issues.error(at, path, "has no value", "write e.g. `study.replicas=50`");
    Issues faults;
    Node value = parse_yaml(text, "--set", faults);
    for (const auto& fault : faults.list()) issues.error(at, path, fault.problem, fault.hint);
    if (faults.has_errors()) return;
    place_at_command_line(value, at);
    set_value(root, path, std::move(value), at, issues);
}

void set_value(Node& root, const std::string& path, Node value, const Position& at, Issues& issues) {
    const auto keys = split_path(path);
    if (is_inside_unknown_label(root, keys, at, issues)) return;
    Node* map = parent_map(root, keys, at, issues);
    if (!map) return;
    if (is_removal(value)) return remove_entry(*map, keys.back());
    if (Node::Entry* entry = entry_of(*map, keys.back()))
        entry->value = std::move(value);
    else
        map->entries.push_back({Node::make_scalar(keys.back(), at), std::move(value)});
}

}  // namespace evsweep
