#include "sim/config/series_times.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "evsweep/date.hpp"
#include "evsweep/time_format.hpp"
#include "sim/base/clock_text.hpp"
#include "sim/base/units.hpp"
#include "sim/config/csv_column.hpp"

namespace evsweep {

namespace {

enum class TimeKind {
    date,   ///< "2025-01-06 12:00"
    clock,  ///< "12:00", from one day to the next
    count,  ///< hours, minutes or seconds, by the column's name; or a mere number of the row
};

/// One time of the column: milliseconds from the epoch, midnight or the count's zero.
struct SeriesTime {
    TimeKind kind = TimeKind::clock;
    Duration at{};
    std::optional<Duration> offset{};  ///< from UTC, where a date says it
};

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

/// What one unit of a column of plain numbers is; zero: not known, so that only its order and evenness can be checked.
std::optional<Duration> unit_of_count(const std::string& name) {
    using std::chrono::hours, std::chrono::minutes, std::chrono::seconds;
    struct Known {
        std::string_view name;
        Duration unit;
    };
    static const std::vector<Known> table{
        {"h", hours(1)},      {"hour", hours(1)},     {"hours", hours(1)},     {"time_h", hours(1)},     {"t_h", hours(1)},
        {"min", minutes(1)},  {"minute", minutes(1)}, {"minutes", minutes(1)}, {"time_min", minutes(1)}, {"t_min", minutes(1)},
        {"s", seconds(1)},    {"second", seconds(1)}, {"seconds", seconds(1)}, {"time_s", seconds(1)},   {"t_s", seconds(1)},
        {"time", Duration{}}, {"t", Duration{}},      {"step", Duration{}},    {"timestep", Duration{}}, {"period", Duration{}},
        {"index", Duration{}}};
    const std::string plain = lower(name);
    for (const Known& known : table)
        if (known.name == plain) return known.unit;
    return std::nullopt;
}

/// Whether a column's name says that it holds times, so that cells which are none must be reported.
bool sounds_like_time(const std::string& name) {
    const std::string plain = lower(name);
    for (const std::string_view word : {"time", "date", "stamp"}) {
        const auto at = plain.find(word);
        if (at != std::string::npos && (at + word.size() == plain.size() || plain[at + word.size()] < 'a')) return true;
    }
    return false;
}

/// A date and time, with the offset behind it; fractions of its seconds must be zeros.
std::optional<SeriesTime> parse_dated(std::string_view text) {
    if (text.size() < 10) return std::nullopt;
    const std::size_t zone = find_offset(text);
    const auto offset = parse_offset(text.substr(zone));
    text = text.substr(0, zone);
    if (const std::size_t point = text.find('.'); point != std::string_view::npos) {
        if (text.find_first_not_of('0', point + 1) != std::string_view::npos) return std::nullopt;
        text = text.substr(0, point);
    }
    const auto calendar = parse_calendar(trimmed(text));
    if (!calendar) return std::nullopt;
    return SeriesTime{TimeKind::date, calendar->start().time_since_epoch(), offset};
}

std::optional<SeriesTime> parse_series_time(const std::string& column, const std::string& format, const std::string& text) {
    if (!format.empty()) {
        const auto stamp = parse_stamp(text, format);
        return stamp ? std::optional(SeriesTime{TimeKind::date, stamp->clock.time_since_epoch(), stamp->offset}) : std::nullopt;
    }
    if (const auto dated = parse_dated(text)) return dated;
    if (const auto clock = parse_clock(text)) return SeriesTime{TimeKind::clock, *clock};
    const auto unit = unit_of_count(column);
    const auto number = unit ? parse_number(text) : std::nullopt;
    if (!number || std::abs(*number) > 1e9) return std::nullopt;
    const double ms = *number * (*unit == Duration{} ? 1000.0 : static_cast<double>(unit->count()));
    return SeriesTime{TimeKind::count, Duration(std::llround(ms))};
}

/// Whether a column's name says that its times are by UTC.
bool names_utc(const std::string& name) { return lower(name).find("utc") != std::string::npos; }

/// Whether times have a zone, so that a column of local times is better.
bool in_other_zone(const std::string& name, std::string_view text) {
    return names_utc(name) || (text.size() > 16 && text.find_first_of("Zz+-", 16) != std::string_view::npos);
}

/// Whether a column gives the time of each row by itself. A date without a clock time does so only for daily values, and so do
/// hours that stand beside minutes.
bool is_time_column(const std::string& name, const std::vector<CsvCell>& cells, const SeriesTimesRequest& request,
                    const std::vector<std::string>& names) {
    const std::string& text = cells.front().text;
    const auto time = parse_series_time(name, request.time_format, text);
    if (!time) return false;
    if (time->kind == TimeKind::date) return text.size() > 10 || request.every % one_day == Duration{};
    if (time->kind != TimeKind::count) return true;
    const bool stands_still = cells.size() > 1 && cells[1].text == text;
    const bool is_part = *unit_of_count(name) < std::chrono::hours(1) && *unit_of_count(name) > Duration{} &&
                         std::any_of(names.begin(), names.end(), [](const std::string& other) {
                             return unit_of_count(other) == Duration(std::chrono::hours(1));
                         });
    return !stands_still && !is_part;
}

std::string time_text(const SeriesTime& time) {
    if (time.kind == TimeKind::count) return number_text(static_cast<double>(time.at.count()) / 3'600'000.0) + " h";
    if (time.kind == TimeKind::clock) return clock_text(time.at);
    return Value<Calendar>::text(Calendar(std::chrono::local_time<Duration>(time.at)));
}

class SeriesTimesReader {
   public:
    SeriesTimesReader(const SeriesTimesRequest& request, std::string column, std::string_view path, Issues& issues)
        : request_(request), column_(std::move(column)), path_(path), issues_(issues) {}

    std::optional<SeriesStart> read() {
        const auto cells = csv_column(request_.file, column_, path_, issues_);
        if (!cells) return std::nullopt;
        std::vector<SeriesTime> times;
        for (const CsvCell& cell : *cells) {
            const auto time = parse_series_time(column_, request_.time_format, cell.text);
            if (!time || (!times.empty() && time->kind != times.front().kind))
                return refuse(cell, "is not a time", time_form(times)), std::nullopt;
            times.push_back(*time);
        }
        if (follows_zone(times)) return read_zoned(times, *cells);
        step_ = unit_of_count(column_) == Duration{} ? Duration{} : request_.every;
        for (std::size_t row = 0; row < times.size(); ++row) {
            if (row > 0 && !follows(times[row - 1], times[row], (*cells)[row])) return std::nullopt;
            if (row == 0 || !request_.from || times[row].at <= request_.from->time_since_epoch())
                offset_ = times[row].at - times.front().at - request_.every * static_cast<std::int64_t>(row);
        }
        if (times.front().kind == TimeKind::date) warn_of_clocks(times, cells->front());
        return start_of(times.front());
    }

   private:
    [[nodiscard]] std::string time_form(const std::vector<SeriesTime>& before) const {
        if (!before.empty() && before.front().kind == TimeKind::clock) return "write HH:MM as in the first row";
        if (!request_.time_format.empty()) return "time_format is \"" + request_.time_format + "\"";
        return "write YYYY-MM-DD HH:MM, or set time_column: none to leave it aside";
    }

    /// Whether the rows are set like the clock of the zone; rows that are one step apart by the clock shown throughout are not.
    [[nodiscard]] bool follows_zone(const std::vector<SeriesTime>& times) const {
        if (!request_.zone || times.front().kind != TimeKind::date || request_.every % one_day == Duration{}) return false;
        if (names_utc(column_) || request_.zone_is_said) return true;
        for (std::size_t row = 0; row < times.size(); ++row)
            if (times[row].offset || (row > 0 && times[row].at - times[row - 1].at != request_.every)) return true;
        return false;
    }

    /// By UTC; of times that clocks show twice the one after the row before.
    [[nodiscard]] UtcTime utc_of(const SeriesTime& time, const UtcTime* before) const {
        const auto offset = time.offset || !names_utc(column_) ? time.offset : std::optional(Duration{});
        if (offset) return UtcTime(time.at - *offset);
        const ClockReading reading = request_.zone->utc(LocalTime(time.at));
        return before && reading.first <= *before ? reading.last : reading.first;
    }

    std::optional<SeriesStart> read_zoned(const std::vector<SeriesTime>& times, const std::vector<CsvCell>& cells) {
        std::vector<UtcTime> utc;
        for (std::size_t row = 0; row < times.size(); ++row) {
            utc.push_back(utc_of(times[row], row > 0 ? &utc.back() : nullptr));
            if (row == 0 || utc[row] - utc[row - 1] == request_.every) continue;
            return refuse(cells[row], "is " + signed_duration_text(utc[row] - utc[row - 1]) + " after the row before",
                          "by the clock of " + request_.zone->name() + ", and `every` is " + duration_text(request_.every) +
                              "; another clock is said by `time_zone`"),
                   std::nullopt;
        }
        const LocalTime begin = request_.scenario->local(utc.front());
        const auto day = std::chrono::floor<std::chrono::days>(begin);
        return SeriesStart{day, begin - day, utc.front(), rows_as_shown(utc), column_};
    }

    static std::string signed_duration_text(Duration step) {
        return step < Duration{} ? "-" + duration_text(-step) : duration_text(step);
    }

    /// Which row holds at each time that the scenario's clocks show: of two the first, and where none is, the one before.
    [[nodiscard]] std::vector<std::size_t> rows_as_shown(const std::vector<UtcTime>& utc) const {
        const auto shown = [this](UtcTime t) { return request_.scenario->local(t); };
        std::vector<std::size_t> rows;
        for (std::size_t row = 0; row < utc.size(); ++row) {
            const Duration since = shown(utc[row]) - shown(utc.front());
            if (since % request_.every != Duration{}) return {};
            const auto place = static_cast<std::size_t>(std::max<std::int64_t>(0, since / request_.every));
            while (rows.size() < place) rows.push_back(row - 1);
            if (rows.size() == place) rows.push_back(row);
        }
        return rows.size() == utc.size() && rows.back() + 1 == rows.size() ? std::vector<std::size_t>{} : rows;
    }

    void refuse(const CsvCell& cell, const std::string& problem, std::string hint) {
        constexpr std::size_t longest = 80;
        issues_.error(cell.at, std::string(path_), column_ + " '" + cell.text.substr(0, longest) + "' " + problem,
                      std::move(hint));
    }

    /// Whether a time is one step after the one before; reports it otherwise.
    bool follows(const SeriesTime& before, const SeriesTime& now, const CsvCell& cell) {
        Duration step = now.at - before.at;
        const bool starts_again = now.kind == TimeKind::clock || (now.kind == TimeKind::count && step_ != Duration{});
        if (starts_again && step < Duration{}) step += one_day;
        if (step_ == Duration{} && now.kind == TimeKind::count && step > Duration{}) step_ = step;  // counts without a unit
        const Duration wanted = now.kind == TimeKind::count ? step_ : request_.every;
        constexpr Duration rounding(1);
        if (step - wanted <= rounding && wanted - step <= rounding) return true;
        if (now.kind == TimeKind::clock && now.at == before.at && wanted == one_day) return true;
        if (now.kind == TimeKind::date && is_clock_change(now, step)) return changes_.push_back(now), true;
        const std::string after =
            "the row before is at " + time_text(before) + ", and `every` is " + duration_text(request_.every);
        if (step == Duration{})
            refuse(cell, "is there twice", after);
        else if (step < Duration{})
            refuse(cell, "goes back", after);
        else if (step % wanted == Duration{})
            refuse(cell, "leaves out " + std::to_string(step / wanted - 1) + " rows", after);
        else
            refuse(cell, "is " + duration_text(step) + " after the row before", after);
        return false;
    }

    /// Whether local clocks were set by an hour: in the small hours of a Sunday.
    [[nodiscard]] bool is_clock_change(const SeriesTime& now, Duration step) const {
        const Duration shift = step - request_.every;
        const std::chrono::local_time<Duration> at(now.at);
        const auto day = std::chrono::floor<std::chrono::days>(at);
        constexpr std::chrono::hours one(1);
        return (shift == one || shift == -one) && std::chrono::weekday(day) == std::chrono::Sunday &&
               at - day <= std::chrono::hours(3);
    }

    /// Of a file that is not set, though clocks are: its values hold at the hours shown.
    void warn_of_naive_times(const std::vector<SeriesTime>& times, const CsvCell& first) const {
        if (!request_.from || !request_.to || request_.every % one_day == Duration{}) return;
        const UtcTime from = request_.zone->utc(std::max(*request_.from, LocalTime(times.front().at))).first;
        const auto changes = request_.zone->changes_between(from, request_.zone->utc(*request_.to).first);
        if (changes.empty()) return;
        const auto day = std::chrono::floor<std::chrono::days>(request_.zone->local(changes.front().at));
        issues_.warning(first.at, std::string(path_),
                        "has 24 hours on " + date_text(day) + ", when the clock of " + request_.zone->name() +
                            " is set: its values hold at the hours that clocks show",
                        "if its times are by a clock that is never set, say so, e.g. `time_zone: UTC` or `time_zone: Etc/GMT-1`");
    }

    void warn_of_clocks(const std::vector<SeriesTime>& times, const CsvCell& first) const {
        if (request_.zone) return warn_of_naive_times(times, first);
        for (const SeriesTime& change : changes_) {
            const std::chrono::local_time<Duration> at(change.at);
            if (!request_.from || !request_.to || at <= *request_.from || at >= *request_.to) continue;
            issues_.warning(first.at, std::string(path_),
                            "the clock changes at " + time_text(change) + ", and values after it are an hour off theirs",
                            "the scenario's clock is never set; say whose clock it is in `zone` of the section `time`");
        }
        if (in_other_zone(column_, first.text))
            issues_.warning(first.at, std::string(path_), column_ + " is taken as the scenario's own clock, whatever its zone",
                            "give local times, or say `zone` in the section `time`");
    }

    /// Counts that begin with one step number the intervals (hours 1 to 24); others count from midnight.
    [[nodiscard]] SeriesStart start_of(const SeriesTime& first) const {
        if (first.kind == TimeKind::date) {
            const std::chrono::local_time<Duration> at(first.at + offset_);
            const auto day = std::chrono::floor<std::chrono::days>(at);
            return {day, at - day, {}, {}, column_};
        }
        if (first.kind == TimeKind::clock) return {std::nullopt, first.at, {}, {}, column_};
        const bool numbers_intervals = unit_of_count(column_) == Duration{} || first.at == request_.every;
        return {std::nullopt, numbers_intervals ? Duration{} : first.at, {}, {}, column_};
    }

    const SeriesTimesRequest& request_;
    std::string column_;
    std::string_view path_;
    Issues& issues_;
    Duration step_{};
    Duration offset_{};  ///< by which clock changes have moved the rows at the beginning of the time that matters
    std::vector<SeriesTime> changes_;
};

}  // namespace

std::string find_time_column(const SeriesTimesRequest& request, std::string_view path, Issues& issues) {
    if (request.time_column != automatic) return request.time_column == "none" ? std::string() : request.time_column;
    Issues unsaid;  // those who read the values report what is wrong with the file
    const auto names = csv_header(request.file, path, unsaid);
    std::string found;
    std::string zoned;
    for (const std::string& name : names) {
        if (std::find(request.values.begin(), request.values.end(), name) != request.values.end()) continue;
        const auto cells = csv_column(request.file, name, path, unsaid, 2);  // rows that show what the column is
        if (!cells) continue;
        if (is_time_column(name, *cells, request, names)) {
            std::string& kind = in_other_zone(name, cells->front().text) ? zoned : found;
            if (kind.empty()) kind = name;
        }
        const bool is_understood = parse_series_time(name, request.time_format, cells->front().text).has_value();
        if (request.time_format.empty() && sounds_like_time(name) && !is_understood)
            issues.warning(cells->front().at, std::string(path),
                           "column '" + name + "' sounds like times, but '" + cells->front().text.substr(0, 80) +
                               "' is not understood, and the times are not checked",
                           "say its `time_format`, write YYYY-MM-DD HH:MM, or set time_column: none");
    }
    if (found.empty() && zoned.empty() && !request.time_format.empty() && !names.empty())
        issues.error(request.file.at, std::string(path), "has no column of times in the form \"" + request.time_format + "\"",
                     "correct time_format, or name the column in time_column to see which cell is wrong");
    return found.empty() ? zoned : found;
}

std::optional<SeriesStart> read_series_times(const SeriesTimesRequest& request, std::string_view path, Issues& issues) {
    const std::string column = find_time_column(request, path, issues);
    return column.empty() ? SeriesStart{} : SeriesTimesReader(request, column, path, issues).read();
}

}  // namespace evsweep
