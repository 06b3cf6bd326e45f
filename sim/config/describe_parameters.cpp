#include "sim/config/describe_parameters.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "sim/base/text_table.hpp"

namespace evsweep {

namespace {

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

/// What follows the name of a field in the path of what it holds.
std::string entry_of(const FieldInfo& field) {
    return field.type == "section" ? "" : field.type.substr(0, 4) == "list" ? "[]" : ".NAME";
}

/// Calls `use(path, field)` for these fields and all that they hold.
template <class Use>
void for_each_field(const std::vector<FieldInfo>& fields, const std::string& path, Use&& use) {
    for (const FieldInfo& field : fields) {
        const std::string place = (path.empty() ? "" : path + ".") + field.name;
        use(place, field);
        for_each_field(field.parts, place + entry_of(field), use);
    }
}

/// One parameter with its tables, and everyone who has it like this.
struct Found {
    std::string key;  ///< what is alike: of a section its tables, else all that is said of it
    std::string text;
    std::vector<std::string> places;
};

}  // namespace

std::string fields_tables(const std::vector<FieldInfo>& fields, const std::string& path, int width) {
    const std::size_t indent = path.empty() ? 2 : 4;
    std::string text = fields_table(fields, indent, width);
    for (const auto& field : fields) {
        if (field.parts.empty()) continue;
        const std::string place = (path.empty() ? "" : path + ".") + field.name + entry_of(field);
        text += "\n  " + place + "\n" + fields_tables(field.parts, place, width);
    }
    for (const auto& field : fields) {
        if (field.choices.empty()) continue;
        std::vector<std::vector<std::string>> rows;
        for (const auto& [name, meaning] : field.choices) rows.push_back({name, meaning});
        text += "\n  " + (path.empty() ? "" : path + ".") + field.name + "\n" +
                text_table({}, std::move(rows), indent + 2, static_cast<std::size_t>(width));
    }
    return text;
}

std::optional<std::string> describe_parameter(const std::vector<ParameterOwner>& owners, const std::string& name, int width) {
    std::vector<Found> found;
    for (const ParameterOwner& owner : owners)
        for_each_field(owner.fields, "", [&](const std::string& path, const FieldInfo& field) {
            if (field.name != name && path != name) return;
            const std::string text = fields_tables({field}, "", width);
            const std::string key = field.parts.empty() ? text : fields_tables(field.parts, path, width);
            const auto alike = std::find_if(found.begin(), found.end(), [&](const Found& f) { return f.key == key; });
            Found& entry = alike == found.end() ? found.emplace_back(Found{key, text, {}}) : *alike;
            entry.places.push_back(path == field.name ? owner.name : owner.name + " (" + path + ")");
        });
    if (found.empty()) return std::nullopt;
    std::string text = name + " (parameter)\n";
    for (const Found& entry : found) {
        std::string places;
        for (const std::string& place : entry.places) places += (places.empty() ? "of " : ", ") + place;
        text += "\n";
        for (const std::string& line : wrapped(places, static_cast<std::size_t>(width) - 2)) text += "  " + line + "\n";
        text += entry.text;
    }
    return text;
}

std::vector<std::string> parameter_names(const std::vector<ParameterOwner>& owners) {
    std::set<std::string> names;
    for (const ParameterOwner& owner : owners)
        for_each_field(owner.fields, "", [&](const std::string&, const FieldInfo& field) { names.insert(field.name); });
    return {names.begin(), names.end()};
}

}  // namespace evsweep
