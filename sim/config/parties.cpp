#include "sim/config/parties.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "sim/config/plugin_groups.hpp"

namespace evsweep {

namespace {

/// A copy of a map without one of its keys.
Node without(const Node& node, std::string_view key) {
    Node rest = node;
    std::erase_if(rest.entries, [key](const Node::Entry& entry) { return entry.key.scalar == key; });
    return rest;
}

/// Reads the entries of one section.
class PartyReader {
   public:
    PartyReader(const GroupLabels& groups, const Reader& reader) : groups_(groups), issues_(reader.issues), reader_(reader) {}

    std::optional<PartyChoice> read_agent(const Node& key, const Node& value, const std::string& path) {
        auto agent = read_plugin<Agent>(value, path, reader_, key.scalar);
        if (!agent) return std::nullopt;
        agent->label = key.scalar;
        agent->at = key.at;
        PartyChoice choice{key.scalar, path, std::move(*agent)};
        choice.at = key.at;
        return choice;
    }

    std::optional<PartyChoice> read_controller(const Node& key, const Node& value, const std::string& path) {
        std::vector<std::string> own;
        Position own_at = key.at;
        const Node* const node = value.find("groups");
        if (node) {
            auto read = Value<std::vector<std::string>>::read(*node, path + ".groups", reader_);
            if (read) own = std::move(*read), own_at = node->at;
            if (read && own.empty()) issues_.error(node->at, path + ".groups", "names no group", "leave it out for all groups");
            check_groups(own, *node, path + ".groups");
        }
        auto controller = read_plugin<Controller>(node ? without(value, "groups") : value, path, reader_, key.scalar);
        if (!controller) return std::nullopt;
        controller->label = key.scalar;
        controller->at = key.at;
        PartyChoice choice{key.scalar, path, std::move(*controller), std::move(own)};
        choice.at = key.at;
        choice.groups_at = own_at;
        return choice;
    }

    std::optional<PartyChoice> read_party(const Node& key, const Node& value, const std::string& path) {
        const bool is_fit = check_label(key, path, issues_) && check_is_said(value, path, issues_);
        if (!is_fit) return std::nullopt;
        if (!value.find(std::string(Agent::kind))) return read_controller(key, value, path);
        const Node* const groups = value.find("groups");
        if (groups)
            issues_.error(groups->at, path + ".groups", "an agent decides no connection points",
                          "remove it, or take a controller");
        return read_agent(key, groups ? without(value, "groups") : value, path);
    }

    /// Every group has one controller, but for those that act alone, which may have none.
    void check_shares(const Alternative& alternative) {
        std::map<std::string, std::string> owner;
        for (const PartyChoice& party : alternative.parties) {
            if (!party.controller()) continue;
            for (const std::string& group : party.groups.empty() ? groups_.all : party.groups) {
                const auto [known, is_new] = owner.emplace(group, party.label);
                if (is_new || known->second == party.label) continue;
                issues_.error(party.groups_at, party.path + (party.groups.empty() ? "" : ".groups"),
                              fmt::format("group '{}' is decided by '{}' already", group, known->second),
                              "give each controller groups of its own with `groups: [...]`");
                if (party.groups.empty()) break;  // one line is enough where all are claimed
            }
        }
        for (const std::string& group : groups_.all)
            if (owner.count(group) == 0 && std::count(groups_.alone.begin(), groups_.alone.end(), group) == 0)
                issues_.error(alternative.at, "controllers." + alternative.label,
                              fmt::format("no controller decides group '{}'", group),
                              "name it in the `groups` of one of the parties");
    }

   private:
    void check_groups(const std::vector<std::string>& own, const Node& node, const std::string& path) {
        for (auto group = own.begin(); group != own.end(); ++group) {
            if (std::find(own.begin(), group, *group) != group)
                issues_.error(node.at, path, fmt::format("names group '{}' twice", *group), "name it once");
            else if (std::find(groups_.all.begin(), groups_.all.end(), *group) == groups_.all.end())
                issues_.error(node.at, path, fmt::format("there is no group '{}' in the population", *group),
                              did_you_mean(*group, groups_.all));
        }
    }

    const GroupLabels& groups_;
    Issues& issues_;
    Reader reader_;
};

/// `label: {parties: {...}}`.
Alternative read_parties(PartyReader& reader, const Node& key, const Node& value, const std::string& path, Issues& issues) {
    Alternative alternative{key.scalar, {}, {}, {}, key.at};
    for (const auto& entry : value.entries)
        if (entry.key.scalar != "parties")
            issues.error(entry.key.at, path + "." + entry.key.scalar, "stands beside `parties`",
                         "parameters belong to one of the parties");
    const Node& parties = *value.find("parties");
    if (!parties.is_map() || parties.entries.empty()) {
        issues.error(parties.at, path + ".parties", "expected a map of parties",
                     "write e.g. `parties: {homes: {controller: evms, groups: [homes]}}`");
        return alternative;
    }
    std::vector<std::string> types;
    for (const auto& [name, party] : parties.entries) {
        auto choice = reader.read_party(name, party, path + ".parties." + name.scalar);
        if (!choice) continue;
        types.push_back(choice->type());
        const std::string place = "parties." + choice->label + ".";
        const std::string kind(choice->controller() ? Controller::kind : Agent::kind);
        alternative.settings.push_back({place + kind, choice->type()});
        if (!choice->groups.empty())
            alternative.settings.push_back({place + "groups", Value<std::vector<std::string>>::text(choice->groups)});
        for (const Setting& setting : choice->settings()) alternative.settings.push_back({place + setting.path, setting.value});
        alternative.parties.push_back(std::move(*choice));
    }
    alternative.type = fmt::format("{}", fmt::join(types, " + "));
    return alternative;
}

}  // namespace

std::vector<Alternative> read_alternatives(const Node& section, const GroupLabels& groups, const Reader& plugin_reader) {
    std::vector<Alternative> list;
    Issues& issues = plugin_reader.issues;
    PartyReader reader(groups, plugin_reader);
    for (const auto& [key, value] : section.entries) {
        const std::string path = "controllers." + key.scalar;
        if (value.is_map() && value.find("parties")) {
            if (!check_label(key, path, issues)) continue;
            list.push_back(read_parties(reader, key, value, path, issues));
            const std::size_t given = value.find("parties")->entries.size();
            if (given > 0 && list.back().parties.size() == given) reader.check_shares(list.back());
            continue;
        }
        const bool is_fit = check_label(key, path, issues) && check_is_said(value, path, issues);
        if (!is_fit) continue;
        auto choice = reader.read_controller(key, value, path);
        if (!choice) continue;
        Alternative alternative{key.scalar, choice->type(), choice->settings(), {}, key.at};
        if (!choice->groups.empty())
            alternative.settings.push_back({"groups", Value<std::vector<std::string>>::text(choice->groups)});
        alternative.parties.push_back(std::move(*choice));
        reader.check_shares(alternative);
        list.push_back(std::move(alternative));
    }
    return list;
}

std::vector<PartyChoice> read_agents(const Node& section, const Reader& plugin_reader) {
    std::vector<PartyChoice> list;
    Issues& issues = plugin_reader.issues;
    const GroupLabels no_groups;
    PartyReader reader(no_groups, plugin_reader);
    for (const auto& [key, value] : section.entries) {
        const std::string path = "agents." + key.scalar;
        const bool is_fit = check_label(key, path, issues) && check_is_said(value, path, issues);
        if (!is_fit) continue;
        if (auto choice = reader.read_agent(key, value, path)) list.push_back(std::move(*choice));
    }
    return list;
}

void log_settings(const std::vector<Alternative>& alternatives, std::vector<Setting>& resolved) {
    for (const Alternative& alternative : alternatives) {
        const std::string place = "controllers." + alternative.label + ".";
        const bool is_short = alternative.settings.empty() || alternative.settings.front().path.rfind("parties.", 0) != 0;
        if (is_short) resolved.push_back({place + std::string(Controller::kind), alternative.type});
        for (const Setting& setting : alternative.settings) resolved.push_back({place + setting.path, setting.value});
    }
}

void log_settings(const std::vector<PartyChoice>& agents, std::vector<Setting>& resolved) {
    for (const PartyChoice& agent : agents) {
        const std::string place = agent.path + ".";
        resolved.push_back({place + std::string(Agent::kind), agent.type()});
        for (const Setting& setting : agent.settings()) resolved.push_back({place + setting.path, setting.value});
    }
}

}  // namespace evsweep
