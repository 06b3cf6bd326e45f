#include "sim/study/actuation_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace evsweep {

namespace {

/// The connectors for which an entry of the section holds.
std::vector<ConnectorId> chargers_of(const ActuationSettings& settings, const LoadedStudy& study, const Connectors& connectors) {
    const auto has_own = [&study](const std::string& group) {
        const auto& list = study.scenario.actuation;
        return std::any_of(list.begin(), list.end(), [&group](const ActuationSettings& other) { return other.group == group; });
    };
    std::vector<ConnectorId> list;
    for (std::size_t c = 0; c < connectors.size(); ++c) {
        const std::string& group = connectors.groups[connectors.group[c]];
        if (settings.group.empty() ? !has_own(group) : settings.group == group) list.emplace_back(c);
    }
    return list;
}

/// Whether any alternative has a controller that steers the generators of this group.
bool are_steered(const std::string& group, const LoadedStudy& study) {
    for (const Alternative& alternative : study.scenario.controllers)
        for (const PartyChoice& party : alternative.parties) {
            const bool decides = party.groups.empty() || std::count(party.groups.begin(), party.groups.end(), group) > 0;
            if (party.controller() && party.controller()->steers_generators && decides) return true;
        }
    return false;
}

/// Chargers that draw something else than the fall-back power says, of a battery that takes all.
void check_fallback(const ActuationSettings& settings, const std::vector<ConnectorId>& chargers, const Population& sample,
                    const std::string& path, Issues& issues) {
    const auto& rating = sample.connectors.charge_rating.raw();
    const std::vector<double> nothing(sample.connectors.size(), 0.0);
    Connection limits;
    limits.connectors = &sample.connectors;
    limits.level_sets = &sample.level_sets;
    limits.p_min_kw = nothing;
    limits.p_max_kw = rating;
    std::size_t count = 0;
    double other_kw = 0.0;
    for (const ConnectorId c : chargers) {
        const double drawn_kw = limits.admissible_kw(c, settings.fallback->value());
        if (std::abs(drawn_kw - settings.fallback->value()) <= power_rounding_kw) continue;
        if (count++ == 0) other_kw = drawn_kw;
    }
    if (count > 0)
        issues.warning(
            settings.at, path,
            fmt::format("{} of {} charging points cannot draw {:g} kW: their ratings, smallest powers or steps allow e.g. "
                        "{:g} kW, which they draw instead",
                        count, chargers.size(), settings.fallback->value(), other_kw),
            "");
}

}  // namespace

void check_actuation_of_fleet(const LoadedStudy& study, const Population& sample, Issues& issues) {
    for (const ActuationSettings& settings : study.scenario.actuation) {
        const std::string path = "actuation." + (settings.group.empty() ? std::string("all") : settings.group);
        std::vector<ConnectorId> chargers = chargers_of(settings, study, sample.connectors);
        const bool has_any = !chargers.empty();
        std::erase_if(chargers, [&](ConnectorId c) { return sample.connectors.is_generator(c); });
        const bool only_generates = has_any && chargers.empty() && !settings.group.empty();
        if (only_generates && settings.fallback)
            issues.error(settings.at, path + ".fallback", "is power drawn, and this group has no charging points",
                         "remove it: generators go on as last told");
        if (only_generates && !are_steered(settings.group, study))
            issues.warning(settings.at, path, "changes nothing: no controller steers these generators", "remove it");
        if (settings.fallback && settings.outages && !chargers.empty())
            check_fallback(settings, chargers, sample, path + ".fallback", issues);
    }
}

}  // namespace evsweep
