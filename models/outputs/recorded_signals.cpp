#include "outputs/recorded_signals.hpp"

#include <algorithm>
#include <utility>

#include "evsweep/contracts.hpp"
#include "evsweep/issues.hpp"
#include "outputs/feeder_phases.hpp"

namespace evsweep {

namespace {

std::vector<std::string> names_of_present(const std::vector<RecordableSignal>& all) {
    std::vector<std::string> names;
    for (const RecordableSignal& signal : all)
        if (signal.info.form == Form::present) names.emplace_back(signal.info.name);
    return names;
}

const RecordableSignal* find_present(const std::vector<RecordableSignal>& all, std::string_view name) {
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& s) { return s.info.name == name && s.info.form == Form::present; });
    return found == all.end() ? nullptr : &*found;
}

/// Why a name cannot be recorded, and what may have been meant.
std::string problem_with(const std::string& name, const std::vector<RecordableSignal>& all) {
    constexpr std::string_view suffix = "_forecast";
    const bool is_listed = std::any_of(all.begin(), all.end(), [&](const auto& s) { return s.info.name == name; });
    const std::string present = name.ends_with(suffix) ? name.substr(0, name.size() - suffix.size()) : std::string();
    const bool has_present = find_present(all, present) != nullptr;
    if (is_listed || has_present)
        return shown(name) + " is a forecast, and only present values are recorded" + (has_present ? ": '" + present + "'" : "");
    return "unknown signal " + shown(name) + "; " + did_you_mean(name, names_of_present(all));
}

void expect_all_known(const std::vector<std::string>& names, const std::vector<RecordableSignal>& all) {
    std::string problems;
    for (const std::string& name : names)
        if (!find_present(all, name)) problems += (problems.empty() ? "" : "; ") + problem_with(name, all);
    if (!problems.empty()) throw ContractViolation(problems);
}

/// "voltage, at the connection point".
std::string text_of(const SignalInfo& info) {
    std::string text(info.name);
    std::replace(text.begin(), text.end(), '_', ' ');
    return info.meaning.empty() ? text : text + ", " + std::string(info.meaning);
}

Coordinate labelled(std::string name, std::string long_name, std::vector<std::string> labels) {
    return {.name = std::move(name), .long_name = std::move(long_name), .labels = std::move(labels)};
}

Coordinate axis_of(const RecordableSignal& signal, const Output::Context& context) {
    switch (signal.info.extent) {
        case Extent::feeder:
            return {};
        case Extent::bus:
            return labelled("bus", "bus, parent before child", context.feeder->bus);
        case Extent::branch:
            return labelled("branch", "branch", context.feeder->branch);
        case Extent::conductor:
            return conductor_axis(*context.feeder);
        case Extent::supply:
            return supply_axis(*context.feeder);
        case Extent::connector:
            return connector_axis(context.connectors);
        case Extent::group:
            return labelled("group", "group of the population", context.groups);
        case Extent::area:
            return labelled("area", "area", signal.members);
        case Extent::site:
            return labelled("site", "site", context.sites);
    }
    return {};
}

/// Areas are whatever their publisher lists: the dimension of a second list of areas is named after its signal.
void tell_areas_apart(RecordedSignal& signal, const std::vector<RecordedSignal>& before) {
    if (signal.extent != Extent::area) return;
    bool is_area_taken = false;
    for (const RecordedSignal& other : before) {
        if (other.extent != Extent::area) continue;
        is_area_taken = true;
        if (other.axis.labels == signal.axis.labels) return void(signal.axis.name = other.axis.name);
    }
    if (is_area_taken) signal.axis.name = signal.name + "_area";
}

RecordedSignal recorded(const RecordableSignal& signal, const Output::Context& context) {
    RecordedSignal found{.name = std::string(signal.info.name),
                         .meaning = text_of(signal.info),
                         .unit = std::string(signal.info.unit),
                         .extent = signal.info.extent,
                         .is_electrical = signal.is_electrical,
                         .slot = {},
                         .axis = axis_of(signal, context)};
    if (found.extent != Extent::feeder) found.size = std::max(found.axis.labels.size(), found.axis.values.size());
    return found;
}

}  // namespace

std::span<const double> RecordedSignal::row(const Snapshot& s) const {
    if (is_electrical && !s.solved) return {};
    const auto values = s.read(slot);
    EVSWEEP_EXPECTS(values.empty() || values.size() == size, "'" + name + "' has one value for each " + axis.name);
    return values;
}

std::vector<std::string> RecordedSignal::dims() const {
    if (axis.name.empty()) return {"time"};
    return {"time", axis.name};
}

std::vector<RecordedSignal> find_signals(const std::vector<std::string>& names, const Output::Context& context) {
    const std::vector<RecordableSignal>& all = context.exchange.signals();
    expect_all_known(names, all);
    std::vector<RecordedSignal> found;
    for (const std::string& name : names) {
        RecordedSignal signal = recorded(*find_present(all, name), context);
        if (signal.size == 0) continue;
        tell_areas_apart(signal, found);
        signal.slot = context.exchange.subscribe(std::string_view(signal.name));
        found.push_back(std::move(signal));
    }
    return found;
}

}  // namespace evsweep
