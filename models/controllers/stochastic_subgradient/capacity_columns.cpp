#include "controllers/stochastic_subgradient/capacity_columns.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "evsweep/issues.hpp"

namespace evsweep {

namespace {

constexpr const char* day_names[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};

std::vector<std::string> names_of_all(const std::vector<Station>& stations) {
    std::vector<std::string> names;
    for (const Station& station : stations) names.push_back(station.name);
    return names;
}

/// Before the end of the table or behind it.
std::int64_t unbounded_row(const GivenCapacities& given, const Calendar& calendar, Instant t) {
    const auto slots = static_cast<std::int64_t>(given.table->slots_per_day);
    const std::int64_t day = (calendar.day(t) - calendar.day(Instant{})).count();
    const std::int64_t slot = calendar.time_of_day(t).since_midnight * slots / one_day;
    return static_cast<std::int64_t>(given.first_row()) + day * slots + slot;
}

void complain(Issue issue, const Controller::Context& context) {
    if (!context.issues) throw PartyError(to_text(issue));
    context.issues->add(std::move(issue));
}

}  // namespace

std::vector<std::size_t> columns_of(const CapacityTable& table, const std::string& path, const std::vector<Station>& stations,
                                    const Controller::Context& context) {
    const std::vector<std::string> known = names_of_all(stations);
    if (context.issues)
        for (std::size_t k = 0; k < table.stations.size(); ++k)
            if (std::find(known.begin(), known.end(), table.stations[k]) == known.end())
                context.issues->error(table.header_at[k], path + ".file",
                                      "there is no station '" + table.stations[k] + "' in this scenario",
                                      did_you_mean(table.stations[k], known));
    std::vector<std::size_t> columns;
    for (const std::string& name : known) {
        const auto column = table.column_of(name);
        if (!column)
            complain({table.header_at.front(), path + ".file", "station '" + name + "' has no column",
                      did_you_mean(name, table.stations)},
                     context);
        columns.push_back(column.value_or(0));
    }
    return columns;
}

void check_days(const GivenCapacities& given, const History* history, Duration period, const Controller::Context& context) {
    if (!context.issues) return;
    const auto error = [&](const std::string& problem, const std::string& hint) {
        context.issues->error(given.at, given.path, problem, hint);
    };
    const Calendar& calendar = context.calendar;
    if (calendar.time_of_day(Instant{}).since_midnight % period != Duration::zero())
        error("has slots of " + duration_text(period) + ", and the scenario starts within one", "let it start with a slot");
    const auto rows = static_cast<std::int64_t>(given.table->rows());
    const std::int64_t last = unbounded_row(given, calendar, context.horizon - Duration(1));
    if (last >= rows)
        error(fmt::format("ends {} slots before the scenario", last + 1 - rows), "give more days, or shorten time.duration");
    if (!history || *history->table->file != *given.table->file) return;
    const int day = history->day_of_week(given.from_day());
    const auto start = static_cast<int>(calendar.weekday(Instant{}).iso_encoding()) - 1;
    if (day != start)
        error(fmt::format("begins with day {}, a {} by history.first_day, and the scenario with a {}", given.from_day(),
                          day_names[day], day_names[start]),
              "let both begin on the same day of the week");
}

std::size_t row_at(const GivenCapacities& given, const Calendar& calendar, Instant t) {
    const auto last = static_cast<std::int64_t>(given.table->rows()) - 1;
    return static_cast<std::size_t>(std::clamp<std::int64_t>(unbounded_row(given, calendar, t), 0, last));
}

}  // namespace evsweep
