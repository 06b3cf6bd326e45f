#include <algorithm>
#include <utility>

#include "sim/config/profiles.hpp"

namespace evsweep {

namespace {

Position place_of_values(const ProfileText& profile) { return profile.file ? profile.file->at : profile.values.node->at; }

/// Whether profiles can take turns day by day; reports why not.
bool can_take_turns(const ByDay<ProfileText>& text, std::string_view path, Issues& issues) {
    const ProfileText& first = text.values.front();
    for (std::size_t k = 0; k < text.values.size(); ++k) {
        const ProfileText& own = text.values[k];
        const std::string place = std::string(path) + "." + text.keys[k];
        if (own.every != first.every || own.interpolation != first.interpolation)
            return issues.error(place_of_values(own), place, "has another `every` or `interpolation` than " + text.keys.front(),
                                "give all days the same"),
                   false;
        if (one_day % own.every != Duration{})
            return issues.error(place_of_values(own), place + ".every", duration_text(own.every) + " does not part a day evenly",
                                "days that differ need marks at midnight"),
                   false;
    }
    return true;
}

}  // namespace

std::optional<Profile> make_profile(const ByDay<ProfileText>& text, std::string_view path, std::string_view unit,
                                    const std::optional<TimeSettings>& time, Issues& issues) {
    if (!text.is_by_day()) return make_profile(text.values.front(), path, unit, time, issues);
    std::vector<Profile> profiles;
    for (std::size_t k = 0; k < text.values.size(); ++k)
        if (auto made = make_profile(text.values[k], std::string(path) + "." + text.keys[k], unit, time, issues))
            profiles.push_back(std::move(*made));
    if (profiles.size() != text.values.size() || !can_take_turns(text, path, issues)) return std::nullopt;
    if (!time) return profiles.front();
    const Calendar& calendar = time->start;
    const auto first = calendar.day(Instant{});
    const auto last = calendar.day(Instant(time->duration));
    Profile all{profiles.front().every, profiles.front().linear, {}};
    for (auto day = first; day <= last; day += std::chrono::days(1)) {
        const Profile& of_day = profiles[text.which[static_cast<std::size_t>(kind_of_day(calendar, day))]];
        for (LocalTime mark = day; mark < day + std::chrono::days(1); mark += all.every)
            all.values.push_back(of_day.clock == SeriesClock::shown ? of_day.after(mark - first)
                                                                    : of_day.at(calendar.instant(mark), calendar));
    }
    all.laid = "by kind of day";
    for (std::size_t k = 0; k < text.keys.size(); ++k)
        all.laid += (k == 0 ? ": " : "; ") + text.keys[k] + (profiles[k].laid.empty() ? "" : " " + profiles[k].laid);
    if (text.names_holiday() && !calendar.has_holidays())
        issues.warning(place_of_values(text.values.front()), std::string(path), "says what holds on holidays, and there are none",
                       "list them in `time.holidays`");
    return all;
}

}  // namespace evsweep
