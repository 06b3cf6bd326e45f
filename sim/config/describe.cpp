#include "sim/config/describe.hpp"

#include <algorithm>
#include <functional>
#include <vector>

#include "evsweep/agent.hpp"
#include "evsweep/channel.hpp"
#include "evsweep/demand.hpp"
#include "evsweep/distribution.hpp"
#include "sim/base/text_table.hpp"
#include "sim/base/units.hpp"
#include "sim/config/describe_parameters.hpp"
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
    std::string section;  ///< of a scenario, in which they are chosen
    std::vector<Entry> entries;
};

template <class I>
Group group_of(std::string heading, const std::string& section) {
    Group group{std::move(heading), std::string(I::kind), section, {}};
    for (const auto& [name, entry] : plugins<I>()) group.entries.push_back({name, entry.summary, entry.fields});
    return group;
}

std::vector<Group> all_groups() {
    return {group_of<Controller>("controllers", "controllers"),
            group_of<Agent>("agents", "agents"),
            group_of<Channel>("channels", "channels"),
            group_of<Behaviour>("behaviours", "population"),
            group_of<Demand>("demands", "base_load"),
            group_of<Distribution>("distributions", ""),
            group_of<FeederFormat>("formats", ""),
            group_of<Output>("outputs", "outputs")};
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

/// What numbers with units may be written in.
std::string describe_units(int width) {
    std::vector<std::vector<std::string>> rows;
    for (const auto& [noun, units] : unit_texts()) rows.push_back({noun, units});
    const std::string text = "units\n" + paragraph(
                                             "A number with a unit is written as one value, e.g. `7.4 kW`; without its unit it "
                                             "is refused. Results are in the unit named first.",
                                             2, width);
    return text + "\n" + text_table({}, std::move(rows), 2, static_cast<std::size_t>(width));
}

std::vector<ParameterOwner> all_owners() {
    std::vector<ParameterOwner> owners;
    for (const auto& section : scenario_sections()) owners.push_back({"section " + section.name, section.fields});
    for (const auto& group : all_groups())
        for (const auto& entry : group.entries) owners.push_back({group.kind + " " + entry.name, entry.fields()});
    return owners;
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
    if (name == "units") return describe_units(width);
    for (const auto& group : all_groups()) {
        if (group.heading == name || group.kind == name || group.section == name)
            append(text, group.heading + "\n" + list_of(group, 2, width));
        for (const auto& entry : group.entries)
            if (entry.name == name) append(text, describe_entry(entry, group.kind, width));
    }
    return text ? text : describe_parameter(all_owners(), name, width);
}

std::string describe_hint(const std::string& name) {
    std::vector<std::string> known;
    for (const auto& section : scenario_sections()) known.push_back(section.name);
    for (const auto& group : all_groups()) {
        known.push_back(group.heading);
        for (const auto& entry : group.entries) known.push_back(entry.name);
    }
    for (const auto& parameter : parameter_names(all_owners())) known.push_back(parameter);
    const std::string nearest = nearest_name(name, known);
    return nearest.empty() ? "run `evsweep describe` for the list" : "did you mean '" + nearest + "'?";
}

}  // namespace evsweep
