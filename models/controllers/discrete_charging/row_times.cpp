#include "controllers/discrete_charging/row_times.hpp"

#include "evsweep/values.hpp"

namespace evsweep {

namespace {

std::string shown_by(const Calendar& calendar, Instant t) { return Value<Calendar>::text(Calendar(calendar.local(t))); }

/// A time with an offset from UTC is compared by UTC, others by what the scenario's clock shows.
bool is_at(const ClockStamp& stamp, const Calendar& calendar, Instant t) {
    if (stamp.offset) return UtcTime(stamp.clock.time_since_epoch() - *stamp.offset) == calendar.utc(t);
    return stamp.clock == calendar.local(t);
}

}  // namespace

std::optional<ClockStamp> parse_row_time(std::string_view text, const std::string& format) {
    if (!format.empty()) return parse_stamp(text, format);
    const auto stamp = parse_stamp(text, "%Y-%m-%d %H:%M[:%S]");
    return stamp ? stamp : parse_stamp(text, "%Y-%m-%dT%H:%M[:%S]");
}

std::optional<Issue> misplaced_row(const std::vector<RowTime>& rows, const Calendar& calendar, Duration every,
                                   const std::string& path) {
    for (std::size_t k = 0; k < rows.size(); ++k) {
        const RowTime& row = rows[k];
        if (row.stamp.offset && !calendar.zone())
            return Issue{row.at, path, shown(row.text) + " has an offset from UTC, and the scenario's clock has none",
                         "say `zone` in the section `time`, or give times by the scenario's clock"};
        const Instant due(every * static_cast<std::int64_t>(k));
        if (is_at(row.stamp, calendar, due)) continue;
        if (k == 0)
            return Issue{
                row.at, path, shown(row.text) + " is not the start of the scenario, which is " + shown_by(calendar, due),
                "begin with the row that holds then; `time_column: none` counts rows from the start, whatever their times"};
        return Issue{row.at, path,
                     shown(row.text) + " stands where " + shown_by(calendar, due) + " is due: rows are " + duration_text(every) +
                         " apart, as `every` says",
                     "the row before is at " + shown(rows[k - 1].text)};
    }
    return std::nullopt;
}

}  // namespace evsweep
