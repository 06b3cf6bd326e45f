#include "sim/config/actuation.hpp"

#include <algorithm>

namespace evsweep {

namespace {

/// Whether chargers with these settings do at once what they are told.
bool changes_nothing(const ActuationSettings& settings) {
    return settings.delay == Duration::zero() && settings.response == Duration::zero() && settings.ignoring == Fraction(0.0) &&
           !settings.outages;
}

/// Whether the key names what it may; reports it otherwise.
bool check_actuation_key(const Node& key, const std::string& path, const std::vector<std::string>& groups, Issues& issues) {
    const bool is_group = std::find(groups.begin(), groups.end(), key.scalar) != groups.end();
    if (key.scalar != key_of_other_groups && is_group) return true;
    if (key.scalar == key_of_other_groups && !is_group) return true;
    if (is_group) {
        issues.error(key.at, path,
                     "means all groups that have no entry of their own, and a group of the population has this name",
                     "give that group another name");
        return false;
    }
    std::vector<std::string> known = groups;
    known.emplace_back(key_of_other_groups);
    issues.error(key.at, path, "the population has no group of this name", did_you_mean(key.scalar, known));
    return false;
}

/// Whether every group has an entry of its own, so that none is left for `all`.
bool are_all_named(const Node& section, const std::vector<std::string>& groups) {
    return std::all_of(groups.begin(), groups.end(), [&section](const std::string& group) { return section.find(group); });
}

}  // namespace

const Schema<OutageSettings>& OutageSettings::schema() {
    static const auto schema =
        Schema<OutageSettings>("interruptions of the way from controllers to a charger")
            .required("every", &OutageSettings::every, "mean time from the end of one to the next; exponential", above(0))
            .required("lasting", &OutageSettings::lasting, "mean length; exponential", above(0));
    return schema;
}

const Schema<ActuationSettings>& actuation_schema() {
    static const auto schema =
        Schema<ActuationSettings>("What stands between the decisions of controllers and what chargers do.")
            .optional("delay", &ActuationSettings::delay, "from a decision until its command reaches the charger", at_least(0))
            .optional("response", &ActuationSettings::response,
                      "time constant with which a charger approaches what it is told; 0 is at once", at_least(0))
            .optional(
                "ignoring", &ActuationSettings::ignoring,
                "share of the chargers that follow nobody: full power from plug-in to target (photovoltaics: no curtailment)",
                between(0, 1))
            .optional(
                "outages", &ActuationSettings::outages,
                "when no command reaches a charger, e.g. `{every: 12 h, lasting: 30 min}`, drawn for each by itself; lost "
                "commands are not delivered later, but what the controller wants at its next turn after the outage is; none: "
                "what is sent arrives")
            .optional(
                "fallback", &ActuationSettings::fallback,
                "power drawn during an outage and until the next command, as far as charger and battery allow; none: as last "
                "told",
                at_least(0))
            .used_if([](const ActuationSettings& s) { return s.outages.has_value(); }, "with outages", {"fallback"})
            .used_if([](const ActuationSettings& s) { return s.ignoring < Fraction(1.0); },
                     "where some chargers listen (ignoring < 1)", {"delay", "outages", "fallback"});
    return schema;
}

std::vector<ActuationSettings> read_actuation(const Node& section, const std::vector<std::string>& groups, Issues& issues,
                                              std::vector<Setting>& resolved) {
    std::vector<ActuationSettings> list;
    Reader reader{issues};
    if (!section.is_map())
        return report_expected(section, "actuation", "a map from groups of the population to what is between", reader), list;
    for (const auto& [key, value] : section.entries) {
        const std::string path = "actuation." + key.scalar;
        const bool is_known = check_actuation_key(key, path, groups, issues);
        auto settings = actuation_schema().read(value.is_null() ? Node::make_map(value.at) : value, path, reader);
        if (!is_known || !settings) continue;
        for (auto& setting : actuation_schema().settings(*settings, path)) resolved.push_back(std::move(setting));
        if (changes_nothing(*settings)) {
            issues.warning(key.at, path, "changes nothing: chargers do at once what they are told",
                           "give e.g. a delay, or remove it");
            continue;
        }
        if (key.scalar == key_of_other_groups && are_all_named(section, groups)) {
            issues.warning(key.at, path, "is for nobody: every group has an entry of its own", "remove it");
            continue;
        }
        settings->group = key.scalar == key_of_other_groups ? "" : key.scalar;
        settings->at = key.at;
        list.push_back(std::move(*settings));
    }
    return list;
}

void check_actuation(const TimeSettings& time, const std::vector<ActuationSettings>& actuation, Issues& issues) {
    for (const ActuationSettings& settings : actuation)
        if (settings.delay >= time.duration)
            issues.error(settings.at,
                         "actuation." + (settings.group.empty() ? std::string(key_of_other_groups) : settings.group) + ".delay",
                         duration_text(settings.delay) + " is no shorter than the study: no command would ever arrive",
                         "must be less than " + duration_text(time.duration));
}

}  // namespace evsweep
