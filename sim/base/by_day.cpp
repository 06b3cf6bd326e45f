#include "evsweep/by_day.hpp"

#include <algorithm>

namespace evsweep {

std::vector<Weekday> days_named(const std::string& key) {
    if (key == "weekday") return {Weekday::mon, Weekday::tue, Weekday::wed, Weekday::thu, Weekday::fri};
    if (key == "weekend") return {Weekday::sat, Weekday::sun};
    for (const auto& [name, kind] : names_of(Weekday{}))
        if (name == key) return {kind};
    return {};
}

bool is_by_day(const Node& node) {
    return node.is_map() && std::any_of(node.entries.begin(), node.entries.end(),
                                        [](const Node::Entry& entry) { return !days_named(entry.key.scalar).empty(); });
}

std::optional<DayNodes> nodes_by_day(const Node& node, std::string_view path, Reader& reader) {
    DayNodes nodes;
    bool good = true;
    for (const bool single : {false, true}) {  // a single day goes before those that stand for several
        for (const auto& [key, value] : node.entries) {
            const auto days = days_named(key.scalar);
            if (days.empty() && !single) {
                reader.issues.error(key.at, std::string(path) + "." + key.scalar, "is no kind of day",
                                    "weekday, weekend, holiday, or mon, tue, wed, thu, fri, sat, sun");
                good = false;
            }
            if ((days.size() == 1) != single) continue;
            for (const Weekday day : days) nodes.of[static_cast<std::size_t>(day)] = &value;
            nodes.names_holiday = nodes.names_holiday || key.scalar == "holiday";
        }
    }
    if (!nodes.names_holiday) nodes.of.back() = nodes.of[static_cast<std::size_t>(Weekday::sun)];
    for (const auto& [name, kind] : names_of(Weekday{})) {
        if (nodes.of[static_cast<std::size_t>(kind)] || !good) continue;
        reader.issues.error(node.at, std::string(path), "says nothing of " + name, "add it, or `weekday`, or `weekend`");
        good = false;
    }
    return good ? std::optional(nodes) : std::nullopt;
}

}  // namespace evsweep
