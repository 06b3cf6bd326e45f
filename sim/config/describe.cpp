#include "sim/config/describe.hpp"

#include <algorithm>
#include <functional>
#include <vector>

#include "evsweep/agent.hpp"
#include "evsweep/channel.hpp"
#include "evsweep/distribution.hpp"
#include "sim/base/text_table.hpp"
#include "sim/config/sections.hpp"

namespace evsweep {

namespace {

/// One describable thing.
struct Entry {
    std::string name;
    std::string summary;
    std::function<std::vector<FieldInfo>()> fields;
};

/// The plug-ins of one interface.
struct Group {
    std::string heading;  ///< also the name under which the group is described
    std::string kind;
    std::vector<Entry> entries;
};

template <class I>
Group group_of(std::string heading) {
    Group group{std::move(heading), std::string(I::kind), {}};
    for (const auto& [name, entry] : plugins<I>()) group.entries.push_back({name, entry.summary, entry.fields});
    return group;
}

std::vector<Group> all_groups() {
    return {group_of<Controller>("controllers"),
            group_of<Agent>("agents"),
            group_of<Channel>("channels"),
            group_of<Behaviour>("behaviours"),
            group_of<Distribution>("distributions"),
            group_of<FeederFormat>("formats"),
            group_of<Output>("outputs")};
}

std::string type_text(const FieldInfo& field) {
    if (field.unit.empty()) return field.type;
    if (field.unit == "1") return field.type == "share" ? "share (number or %)" : field.type;
    return field.type + " (" + field.unit + ")";
}

std::string default_text(const FieldInfo& field) {
    if (field.required) return "required";
    return field.default_text == "\"\"" || field.default_text == "[]" || field.default_text == "{}" ? "none" : field.default_text;
}

std::string fields_table(const std::vector<FieldInfo>& fields, std::size_t indent, int width) {
    std::vector<std::vector<std::string>> rows;
    for (const auto& field : fields) rows.push_back({field.name, type_text(field), field.range, default_text(field), field.help});
    return text_table({"parameter", "type", "range", "default", "meaning"}, std::move(rows), indent,
                      static_cast<std::size_t>(width));
}

/// A table, and below it one for every field that holds sections, headed by its path.
std::string fields_tables(const std::vector<FieldInfo>& fields, const std::string& path, int width) {
    const std::size_t indent = path.empty() ? 2 : 4;
    std::string text = fields_table(fields, indent, width);
    for (const auto& field : fields) {
        if (field.parts.empty()) continue;
        const std::string entry = field.type == "section" ? "" : field.type.substr(0, 4) == "list" ? "[]" : ".NAME";
        const std::string place = (path.empty() ? "" : path + ".") + field.name + entry;
        text += "\n  " + place + "\n" + fields_tables(field.parts, place, width);
    }
    return text;
}

std::string paragraph(const std::string& text, std::size_t indent, int width) {
    std::string result;
    for (const auto& line : wrapped(text, static_cast<std::size_t>(width) - indent))
        result += std::string(indent, ' ') + line + "\n";
    return result;
}

std::string describe_entry(const Entry& entry, const std::string& kind, int width) {
    std::string text = entry.name + " (" + kind + ")\n" + paragraph(entry.summary, 2, width) + "\n";
    const std::string table = fields_tables(entry.fields(), "", width);
    return text + (table.empty() ? "  It has no parameters.\n" : table);
}

std::string list_of(const Group& group, std::size_t indent, int width) {
    std::vector<std::vector<std::string>> rows;
    for (const auto& entry : group.entries) rows.push_back({entry.name, entry.summary});
    return text_table({}, std::move(rows), indent, static_cast<std::size_t>(width));
}

std::string describe_section(const SectionInfo& section, int width) {
    const std::string text = section.name + " (section)\n" + paragraph(section.summary, 2, width);
    return section.fields.empty() ? text : text + "\n" + fields_tables(section.fields, "", width);
}

void append(std::optional<std::string>& text, const std::string& more) { text = text ? *text + "\n" + more : more; }

}  // namespace

std::string describe_all(int width) {
    std::vector<std::vector<std::string>> rows;
    for (const auto& section : scenario_sections()) rows.push_back({section.name, section.summary});
    std::string text = "sections of a scenario\n" + text_table({}, std::move(rows), 2, static_cast<std::size_t>(width));
    for (const auto& group : all_groups()) text += "\n" + group.heading + "\n" + list_of(group, 2, width);
    return text;
}

std::optional<std::string> describe(const std::string& name, int width) {
    std::optional<std::string> text;
    for (const auto& section : scenario_sections())
        if (section.name == name) append(text, describe_section(section, width));
    for (const auto& group : all_groups()) {
        if (group.heading == name || group.kind == name) append(text, group.heading + "\n" + list_of(group, 2, width));
        for (const auto& entry : group.entries)
            if (entry.name == name) append(text, describe_entry(entry, group.kind, width));
    }
    return text;
}

std::string describe_hint(const std::string& name) {
    std::vector<std::string> known;
    for (const auto& section : scenario_sections()) known.push_back(section.name);
    for (const auto& group : all_groups()) {
        known.push_back(group.heading);
        for (const auto& entry : group.entries) known.push_back(entry.name);
    }
    const std::string nearest = nearest_name(name, known);
    return nearest.empty() ? "run `evsweep describe` for the list" : "did you mean '" + nearest + "'?";
}

}  // namespace evsweep
