/// How vehicles come and go on some days of the week: what a group says for its usual days, and what is different on others.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "behaviours/sampling.hpp"
#include "evsweep/behaviour.hpp"
#include "evsweep/schema.hpp"

namespace evsweep {

enum class Weekday { mon, tue, wed, thu, fri, sat, sun };
[[nodiscard]] inline std::vector<std::pair<std::string, Weekday>> names_of(Weekday) {
    return {{"mon", Weekday::mon}, {"tue", Weekday::tue}, {"wed", Weekday::wed}, {"thu", Weekday::thu},
            {"fri", Weekday::fri}, {"sat", Weekday::sat}, {"sun", Weekday::sun}};
}

enum class DepartureDay { same, next };
[[nodiscard]] inline std::vector<std::pair<std::string, DepartureDay>> names_of(DepartureDay) {
    return {{"same", DepartureDay::same}, {"next", DepartureDay::next}};
}

/// The laws of the stays that begin on one day.
struct DayLaws {
    Random<"h"> arrival;
    Random<"h"> departure;
    DepartureDay departure_day = DepartureDay::next;
    Random<"1"> initial_soc;
    Random<"1"> target_soc;
    Random<"h"> stated_departure_error;
};

/// One entry of the section `other_days`; what it does not say is as on the usual days.
struct DayPattern {
    std::vector<Weekday> days;
    Random<"h"> arrival;
    Random<"h"> departure;
    std::optional<DepartureDay> departure_day;
    Random<"1"> initial_soc;
    Random<"1"> target_soc;
    Random<"h"> stated_departure_error;
    static const Schema<DayPattern>& schema();
};

/// `usual`, with what the pattern has put in place of it.
[[nodiscard]] DayLaws overridden_by(DayLaws usual, const DayPattern& own);

/// A day of the week that two patterns claim, if there is one.
[[nodiscard]] std::optional<Contradiction> wrong_patterns(const std::map<std::string, DayPattern>& patterns);

/// Which laws hold on which day of the week, Monday first; none where nobody arrives.
[[nodiscard]] std::array<std::optional<DayLaws>, 7> laws_of_week(const DayLaws& usual, const std::vector<Weekday>& usual_days,
                                                                 const std::map<std::string, DayPattern>& patterns);

}  // namespace evsweep
