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
#include "evsweep/by_day.hpp"
#include "evsweep/schema.hpp"

namespace evsweep {

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

/// Which laws hold on which kind of day; none where nobody arrives. `usual` says what holds where no pattern does; holidays are
/// like Sundays unless `usual_days` or a pattern names them.
using LawsOfWeek = std::array<std::optional<DayLaws>, kinds_of_days>;
[[nodiscard]] LawsOfWeek laws_of_week(const std::array<DayLaws, kinds_of_days>& usual, const std::vector<Weekday>& usual_days,
                                      const std::map<std::string, DayPattern>& patterns);

}  // namespace evsweep
