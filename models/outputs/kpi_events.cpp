#include "outputs/kpi_events.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "evsweep/contracts.hpp"
#include "evsweep/issues.hpp"

namespace evsweep::kpi {

namespace {

std::optional<Contradiction> wrong_bounds(const EventChoice& choice) {
    if (choice.above && choice.below)
        return Contradiction{"below", "stands beside `above`", "give one of them; name a second event for the other"};
    if (!choice.above && !choice.below)
        return Contradiction{"above", "is missing", "give `above` or `below`, in the unit of the KPI"};
    return std::nullopt;
}

const Kpi& kpi_named(const std::string& name, const std::string& event, const std::vector<Kpi>& known) {
    const auto is_it = [&](const Kpi& kpi) { return kpi.variable.name == name; };
    const auto found = std::find_if(known.begin(), known.end(), is_it);
    if (found != known.end()) return *found;
    std::vector<std::string> names;
    for (const Kpi& kpi : known) names.push_back(kpi.variable.name);
    throw ContractViolation(fmt::format("event '{}': there is no KPI '{}'; {}", event, name, did_you_mean(name, names)));
}

Kpi event_of(const std::string& name, const EventChoice& choice, const std::vector<Kpi>& known) {
    const Kpi& of = kpi_named(choice.kpi, name, known);
    if (of.variable.display == Display::category || of.variable.display == Display::event)
        throw ContractViolation(
            fmt::format("event '{}': the KPI '{}' is no number that could be above or below a value", name, choice.kpi));
    const double bound = choice.above.value_or(choice.below.value_or(0.0));
    const bool is_above = choice.above.has_value();
    const std::string unit = of.variable.unit == "1" ? "" : " " + of.variable.unit;
    Variable variable{.name = name,
                      .unit = "1",
                      .long_name = fmt::format("{} {} {:g}{}", choice.kpi, is_above ? "above" : "below", bound, unit),
                      .display = Display::event,
                      .headline = true,
                      .decimals = 0,
                      .over_solved_steps = of.variable.over_solved_steps,
                      .lowest = 0.0,
                      .highest = 1.0};
    return {std::move(variable), [value = of.value, bound, is_above](const Tally& t) {
                const double number = value(t);
                if (std::isnan(number)) return not_a_number;
                return (is_above ? number > bound : number < bound) ? 1.0 : 0.0;
            }};
}

}  // namespace

const Schema<EventChoice>& EventChoice::schema() {
    static const auto schema =
        Schema<EventChoice>("an event: that a KPI is above or below a value in a replica")
            .required("kpi", &EventChoice::kpi, "one of the KPIs of this output, e.g. minutes_outside_band")
            .optional("above", &EventChoice::above, "it is above this value, in its own unit")
            .optional("below", &EventChoice::below, "it is below this value")
            .relation(wrong_bounds);
    return schema;
}

std::vector<Kpi> chosen_events(const std::map<std::string, EventChoice>& choices, const std::vector<Kpi>& known) {
    std::vector<Kpi> events;
    for (const auto& [name, choice] : choices) {
        const auto is_taken = [&taken = name](const Kpi& kpi) { return kpi.variable.name == taken; };
        if (std::any_of(known.begin(), known.end(), is_taken))
            throw ContractViolation(fmt::format("event '{}' has the name of a KPI; name it otherwise", name));
        events.push_back(event_of(name, choice, known));
    }
    return events;
}

}  // namespace evsweep::kpi
