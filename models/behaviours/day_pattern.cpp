#include "behaviours/day_pattern.hpp"

#include <algorithm>

#include "behaviours/sampling.hpp"

namespace evsweep {

const Schema<DayPattern>& DayPattern::schema() {
    static const Schema<DayPattern> schema =
        Schema<DayPattern>(
            "how the same vehicles come and go on other days of the week; what is not said is as on the usual days")
            .required("days", &DayPattern::days, "days of the week on which it holds; `holiday` for holidays")
            .optional("arrival", &DayPattern::arrival, "plug-in, hours after local midnight of the day; may exceed 24 h")
            .optional("departure", &DayPattern::departure, "unplugging, hours after local midnight of the departure day")
            .optional("departure_day", &DayPattern::departure_day, "day of departure: that of arrival, or the next")
            .optional("initial_soc", &DayPattern::initial_soc, "state of charge at plug-in", between(0.0, 1.0))
            .optional("target_soc", &DayPattern::target_soc, "state of charge wanted at departure", between(0.0, 1.0))
            .optional("stated_departure_error", &DayPattern::stated_departure_error,
                      "added to the true departure to give the stated one");
    return schema;
}

DayLaws overridden_by(DayLaws usual, const DayPattern& own) {
    override_by(usual.arrival, own.arrival);
    override_by(usual.departure, own.departure);
    override_by(usual.initial_soc, own.initial_soc);
    override_by(usual.target_soc, own.target_soc);
    override_by(usual.stated_departure_error, own.stated_departure_error);
    usual.departure_day = own.departure_day.value_or(usual.departure_day);
    return usual;
}

std::optional<Contradiction> wrong_patterns(const std::map<std::string, DayPattern>& patterns) {
    std::array<const std::string*, kinds_of_days> claimed_by{};
    for (const auto& [name, pattern] : patterns) {
        if (pattern.days.empty()) return Contradiction{"other_days", "has '" + name + "' without days", "name its days"};
        for (const Weekday day : pattern.days) {
            const std::string*& first = claimed_by[static_cast<std::size_t>(day)];
            if (first && *first != name)
                return Contradiction{"other_days",
                                     "has " + names_of(Weekday{})[static_cast<std::size_t>(day)].first + " in both '" + *first +
                                         "' and '" + name + "'",
                                     "give each day of the week to one of them"};
            first = &name;
        }
    }
    return std::nullopt;
}

LawsOfWeek laws_of_week(const std::array<DayLaws, kinds_of_days>& usual, const std::vector<Weekday>& usual_days,
                        const std::map<std::string, DayPattern>& patterns) {
    const auto names = [](const std::vector<Weekday>& days, Weekday day) {
        return std::find(days.begin(), days.end(), day) != days.end();
    };
    bool holidays_are_named = names(usual_days, Weekday::holiday);
    for (const auto& [name, pattern] : patterns) holidays_are_named = holidays_are_named || names(pattern.days, Weekday::holiday);
    LawsOfWeek week;
    for (std::size_t k = 0; k < kinds_of_days; ++k) {
        auto day = static_cast<Weekday>(k);
        if (day == Weekday::holiday && !holidays_are_named) day = Weekday::sun;
        if (names(usual_days, day)) week[k] = usual[k];
        for (const auto& [name, pattern] : patterns)
            if (names(pattern.days, day)) week[k] = overridden_by(usual[k], pattern);
    }
    return week;
}

}  // namespace evsweep
