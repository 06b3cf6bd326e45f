#include "evsweep/schema.hpp"

#include <cmath>

#include "sim/base/units.hpp"

namespace evsweep {

namespace {

std::string joined(std::string_view path, const std::string& name) {
    return path.empty() ? name : std::string(path) + "." + name;
}

void* place_in(void* params, std::size_t offset) { return static_cast<char*>(params) + offset; }
const void* place_in(const void* params, std::size_t offset) { return static_cast<const char*>(params) + offset; }

/// "did you mean `60 %`?" where a plain number would be in range as a percentage; empty otherwise.
std::string percent_hint(const Node& node, const Range& range, double bad) {
    if (!node.is_scalar() || node.quoted) return {};
    const auto number = split_number(node.scalar);
    if (!number || !number->rest.empty() || !range.contains(bad / 100.0) || bad < 1.5) return {};
    return "; did you mean `" + node.scalar + " %`?";
}

}  // namespace

bool is_in_range(std::optional<double> bad, const Range& range, const std::string& unit, const Node& node, std::string_view path,
                 Reader& reader) {
    if (!bad) return true;
    const std::string after = unit.empty() || unit == "1" ? "" : " " + unit;
    reader.issues.error(node.at, std::string(path), number_text(*bad) + after + " is out of range",
                        "must be " + range.text() + after + (unit == "1" ? percent_hint(node, range, *bad) : ""));
    return false;
}

namespace {

/// The node of a field, or of one inside sections ("volt_var.v1"): the innermost that the text has; null where it has none.
const Node* innermost(const Node& node, const std::string& field) {
    if (const Node* whole = node.find(field)) return whole;
    const std::size_t dot = field.find('.');
    const Node* section = dot == std::string::npos ? nullptr : node.find(field.substr(0, dot));
    if (!section) return nullptr;
    const Node* inside = innermost(*section, field.substr(dot + 1));
    return inside ? inside : section;
}

}  // namespace

bool report(const Contradiction& wrong, const Node& node, std::string_view path, Reader& reader) {
    const Node* culprit = innermost(node, wrong.field);
    reader.issues.add({culprit ? culprit->at : node.at, joined(path, wrong.field), wrong.problem, wrong.hint, wrong.severity});
    return wrong.severity != Severity::error;
}

void report_unused(const std::vector<std::string>& fields, const std::string& where, const Node& node, std::string_view path,
                   Reader& reader) {
    for (const auto& field : fields)
        if (const Node* given = node.find(field))
            reader.issues.warning(given->at, joined(path, field), "has no effect here: it is used " + where, "leave it out");
}

void FieldList::add(FieldInfo info, const ValueRules& rules, std::size_t offset, const Range& range) {
    fields_.push_back({std::move(info), &rules, offset, range});
}

void FieldList::add_in_steps(std::string name, std::size_t offset) { in_steps_.push_back({std::move(name), offset}); }

std::vector<FieldInfo> FieldList::infos() const {
    std::vector<FieldInfo> infos;
    for (const auto& field : fields_) infos.push_back(field.info);
    return infos;
}

bool FieldList::report_unknown_keys(const Node& node, std::string_view path, Reader& reader,
                                    const std::vector<std::string>& reserved) const {
    std::vector<std::string> known = reserved;
    for (const auto& field : fields_) known.push_back(field.info.name);
    bool good = true;
    for (const auto& [key, value] : node.entries) {
        if (std::find(known.begin(), known.end(), key.scalar) != known.end()) continue;
        reader.issues.error(key.at, joined(path, key.scalar), "unknown key", did_you_mean(key.scalar, known));
        good = false;
    }
    return good;
}

bool FieldList::read(void* params, const Node& node, std::string_view path, Reader& reader,
                     const std::vector<std::string>& reserved) const {
    if (!node.is_map() && !node.is_null()) return report_expected(node, path, "a map of parameters", reader), false;
    bool good = report_unknown_keys(node, path, reader, reserved);
    for (const auto& field : fields_) {
        const std::string name = joined(path, field.info.name);
        if (const Node* value = node.find(field.info.name)) {
            good = field.rules->read(place_in(params, field.offset), *value, name, field.range, reader) && good;
        } else if (field.info.required) {
            reader.issues.error(node.at, name, "is missing", field.info.help);
            good = false;
        }
    }
    return good;
}

void FieldList::fit_to_steps(void* params, const Given& given) const {
    for (const auto& field : in_steps_) {
        if (given(field.name)) continue;
        auto& value = *static_cast<Duration*>(place_in(params, field.offset));
        value = given.whole_steps(value);
    }
}

std::vector<Setting> FieldList::settings(const void* params, std::string_view path) const {
    std::vector<Setting> list;
    for (const auto& field : fields_)
        list.push_back({joined(path, field.info.name), field.rules->text(place_in(params, field.offset))});
    return list;
}

}  // namespace evsweep
