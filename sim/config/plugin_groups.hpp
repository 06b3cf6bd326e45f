/// Labelled plug-ins of a scenario (`population`, `controllers`, `outputs`): label -> plug-in with its parameters.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "evsweep/plugins.hpp"

namespace evsweep {

/// Whether `label` can name a part of a scenario (letters, digits, '_' and '-': it names groups in result files);
/// reports it otherwise.
[[nodiscard]] bool check_label(const Node& key, const std::string& path, Issues& issues);

/// Whether the entry says something: an explicit `~` that removes nothing is reported.
[[nodiscard]] bool check_is_said(const Node& value, const std::string& path, Issues& issues);

/// Reads every entry of the map `group`; entries with problems are left out. Defaults fit the reader's control step.
template <class I>
[[nodiscard]] std::vector<Configured<I>> read_group(const Node& group, const std::string& path, Reader reader) {
    std::vector<Configured<I>> list;
    Issues& issues = reader.issues;
    for (const auto& [key, value] : group.entries) {
        const std::string place = path + "." + key.scalar;
        const bool is_fit = check_label(key, place, issues) && check_is_said(value, place, issues);
        if (!is_fit) continue;
        auto configured = read_plugin<I>(value, place, reader, key.scalar);
        if (!configured) continue;
        configured->label = key.scalar;
        configured->at = key.at;
        list.push_back(std::move(*configured));
    }
    return list;
}

/// The resolved settings of one plug-in, at paths that begin with `place`.
template <class I>
void log_plugin(const Configured<I>& configured, const std::string& place, std::vector<Setting>& resolved) {
    resolved.push_back({place + std::string(I::kind), configured.type});
    for (const auto& setting : configured.settings) resolved.push_back({place + setting.path, setting.value});
}

/// The resolved settings of a group, with full paths.
template <class I>
void log_group(const std::vector<Configured<I>>& group, const std::string& path, std::vector<Setting>& resolved) {
    for (const auto& configured : group) log_plugin(configured, path + "." + configured.label + ".", resolved);
}

}  // namespace evsweep
