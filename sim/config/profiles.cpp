#include "sim/config/profiles.hpp"

#include <algorithm>
#include <utility>

#include "evsweep/date.hpp"
#include "evsweep/series.hpp"
#include "evsweep/time_format.hpp"
#include "sim/base/units.hpp"
#include "sim/config/csv_column.hpp"

namespace evsweep {

namespace {

/// Puts the unit that is given once behind a number that has none; "1" says that shares are meant.
std::string with_unit(const std::string& number, const std::string& unit) {
    return unit.empty() || unit == "1" || !parse_number(number) ? number : number + " " + unit;
}

std::optional<Contradiction> contradiction(const ProfileText& text) {
    if (!text.values.node && !text.file)
        return Contradiction{"values", "is missing", "give `values: [...]`, or `file:` and `column:`"};
    if (text.values.node && text.file) return Contradiction{"file", "contradicts `values`", "give one of them"};
    if (text.file && text.column.empty()) return Contradiction{"column", "is missing", "name a column of the file"};
    if (!text.file && !text.column.empty()) return Contradiction{"column", "has no file", "name the CSV file in `file`"};
    return std::nullopt;
}

/// The numbers of a list, each at its place.
std::optional<std::vector<double>> read_list(const ProfileText& text, std::string_view path, std::string_view unit,
                                             Issues& issues) {
    std::vector<double> values;
    const auto& items = text.values.node->items;
    Reader reader{issues};
    for (std::size_t i = 0; i < items.size(); ++i) {
        Node item = items[i];
        if (item.is_scalar()) item.scalar = with_unit(item.scalar, text.unit);
        const auto value = read_quantity(item, std::string(path) + "[" + std::to_string(i) + "]", unit, reader);
        if (value) values.push_back(*value);
    }
    return values.size() == items.size() ? std::optional(std::move(values)) : std::nullopt;
}

std::optional<std::vector<double>> read_column(const ProfileText& text, std::string_view path, std::string_view unit,
                                               Issues& issues) {
    const auto cells = csv_column(*text.file, text.column, path, issues);
    if (!cells) return std::nullopt;
    std::vector<double> values;
    constexpr int most_told = 20;  // a wrong column is wrong in every row
    int bad = 0;
    for (const auto& cell : *cells) {
        auto number = parse_quantity(with_unit(cell.text, text.unit), unit);
        if (number.value)
            values.push_back(*number.value);
        else if (++bad <= most_told)
            issues.error(cell.at, std::string(path), std::move(number.problem), std::move(number.hint));
    }
    return bad == 0 ? std::optional(std::move(values)) : std::nullopt;
}

constexpr const char* time_column_help =
    "column of the file's times, which are checked against `every`; auto: the one that looks like it; none: there is none";
constexpr const char* time_format_help =
    "how they are written, e.g. \"%d.%m.%Y %H:%M\"; empty: YYYY-MM-DD HH:MM, HH:MM, or counts";
constexpr const char* time_zone_help = "whose clock they are by, where they do not say so, e.g. UTC; none: the scenario's";
constexpr const char* align_help =
    "where the times have dates: the values hold at their dates; or those of its first Monday on a scenario's first Monday, and "
    "so "
    "on; or from the scenario's first day on";

/// What is wrong with a format of times.
template <class Text>
std::optional<Contradiction> wrong_time_format(const Text& text) {
    if (text.time_format.empty()) return std::nullopt;
    const std::string fault = format_fault(text.time_format);
    return fault.empty() ? std::nullopt : std::optional(Contradiction{"time_format", fault, "write e.g. \"%d.%m.%Y %H:%M\""});
}

template <class Text>
SeriesTimesRequest request_of(const Text& text, const FilePath& file, std::vector<std::string> values,
                              const std::optional<TimeSettings>& time) {
    SeriesTimesRequest request{file, text.time_column, std::move(values), text.every};
    request.time_format = text.time_format;
    if (!time) return request;
    request.from = time->start.start();
    request.to = time->start.local(Instant(time->duration));
    request.scenario = time->zone.zone;
    request.zone_is_said = text.time_zone.zone != nullptr;
    request.zone = request.zone_is_said ? text.time_zone.zone : time->zone.zone;
    if (!request.scenario) request.zone = nullptr;  // reported elsewhere
    return request;
}

/// Where a series stands in the scenario, for what is wrong with it.
struct SeriesPlace {
    Position at;
    std::string path;
};

std::string date_and_clock(const TimeSettings& time, Duration since_midnight) {
    return Value<Calendar>::text(Calendar(time.start.day(Instant{}) + since_midnight));
}

/// Shares of nominal power above any that loads have.
void warn_of_percent(const ProfileText& text, const Profile& profile, const SeriesPlace& place, Issues& issues) {
    constexpr double beyond_any = 30.0;
    const double highest = *std::max_element(profile.values.begin(), profile.values.end());
    if (highest < beyond_any || !text.unit.empty()) return;
    issues.warning(place.at, place.path, "its highest value is " + number_text(highest) + " times nominal power",
                   "if its values are in percent, write `unit: %`; if not, `unit: \"1\"` says so");
}

/// Says from when on a series lacks values.
void report_lack(const Profile& profile, const TimeSettings& time, Duration from, const SeriesPlace& place, std::string hint,
                 Issues& issues) {
    const Duration end = profile.begin + profile.every * static_cast<std::int64_t>(profile.values.size());
    issues.error(place.at, place.path,
                 "lacks values from " + date_and_clock(time, from) + " on: they go from " + date_and_clock(time, profile.begin) +
                     " to " + date_and_clock(time, end),
                 std::move(hint));
}

std::string weekday_of(std::chrono::local_days day) {
    return names_of(Weekday{})[std::chrono::weekday(day).iso_encoding() - 1].first;
}

/// Puts the beginning of a series where its alignment says, and says how.
void lay(const TimeSettings& time, const SeriesStart& start, Alignment align, Profile& profile) {
    const std::string by_column = start.column.empty() ? "" : " (column " + start.column + ")";
    const auto first = time.start.day(Instant{});
    if (start.day && align == Alignment::dates) {
        profile.laid = "by date" + by_column;
        profile.begin = start.time_of_day + Duration(*start.day - first);
        if (!start.utc) return;
        profile.clock = SeriesClock::passed;
        profile.begin = time.start.instant(*start.utc) - time.start.midnight(first);
        profile.laid += ", by the clock of " + time.zone.zone->name();
        return;
    }
    profile.begin = start.time_of_day;
    profile.laid = start.day ? "from its first day on, whatever its dates" + by_column
                             : (start.column.empty() ? "by position, from midnight on" : "by time of day" + by_column);
    if (start.day && align == Alignment::weekday) {
        const auto whole = *start.day + std::chrono::days(start.time_of_day > Duration{} ? 1 : 0);
        const auto same = whole + (std::chrono::weekday(first) - std::chrono::weekday(whole));
        profile.begin = start.time_of_day + Duration(*start.day - same);
        profile.laid = "by weekday, its " + weekday_of(same) + " " + date_text(same) + " on " + date_text(first) + by_column;
    }
    if (start.shown_rows.empty()) return;
    std::vector<double> shown;
    for (const std::size_t row : start.shown_rows) shown.push_back(profile.values[row]);
    profile.values = std::move(shown);
}

/// Places the series; whether it has values for all of the scenario's time. Whole days and single values repeat.
bool fit_into(const TimeSettings& time, const SeriesStart& start, Alignment align, const SeriesPlace& place, Profile& profile,
              Issues& issues) {
    const bool has_dates = start.day && align == Alignment::dates;
    lay(time, start, align, profile);
    if (profile.begin % time.step != Duration{}) {
        issues.error(place.at, place.path,
                     "its times begin at " + date_and_clock(time, profile.begin) + ", between two control steps",
                     "the control step is " + duration_text(time.step));
        return false;
    }
    const auto day = time.start.day(Instant{});
    const bool is_shown = profile.clock == SeriesClock::shown;
    const Duration length = profile.every * static_cast<std::int64_t>(profile.values.size());
    const Duration first = is_shown ? time.start.start() - day : Instant{} - time.start.midnight(day);
    const Duration last = is_shown ? time.start.local(Instant(time.duration)) - day : first + time.duration;
    if (profile.begin <= first && profile.begin + length >= last) return true;
    const Duration lack = profile.begin > first ? first : profile.begin + length;
    if (has_dates) {
        report_lack(
            profile, time, std::max(first, lack), place,
            "choose a start within its dates, or write `align: first_day` to begin with its first row, or `align: weekday`",
            issues);
        return false;
    }
    if (profile.values.size() == 1) return true;
    if (length % one_day != Duration{}) {
        report_lack(profile, time, lack, place, "give whole days, which repeat, or values up to " + date_and_clock(time, last),
                    issues);
        return false;
    }
    profile.laid += ", repeated after " + duration_text(length);
    if (length > one_day && length % (7 * one_day) != Duration{})
        issues.warning(place.at, place.path, "repeats after " + duration_text(length) + " within the scenario's time",
                       "give as many days as there are, or whole weeks");
    return true;
}

}  // namespace

std::optional<NumberList> Value<NumberList>::read(const Node& node, std::string_view path, Reader& reader) {
    if (!node.is_sequence() || node.items.empty())
        return report_expected(node, path, "a list of at least one number", reader), std::nullopt;
    return NumberList{node};
}

std::string Value<NumberList>::text(const NumberList& list) {
    if (!list.node) return "none";
    std::string text = "[";
    for (const auto& item : list.node->items) text += (text.size() > 1 ? ", " : "") + item.scalar;
    return text + "]";
}

const Schema<ProfileText>& ProfileText::schema() {
    static const auto schema = Schema<ProfileText>("A repeating series, from midnight of the first day.")
                                   .required("every", &ProfileText::every, "time from one value to the next", above(0))
                                   .optional("interpolation", &ProfileText::interpolation, "between the values: held, or linear")
                                   .optional("unit", &ProfileText::unit, "unit of values that carry none, e.g. EUR/MWh")
                                   .optional("values", &ProfileText::values, "the series")
                                   .optional("file", &ProfileText::file, "CSV file with the series instead of `values`")
                                   .optional("column", &ProfileText::column, "column of that file")
                                   .optional("time_column", &ProfileText::time_column, time_column_help)
                                   .optional("time_format", &ProfileText::time_format, time_format_help)
                                   .optional("time_zone", &ProfileText::time_zone, time_zone_help)
                                   .optional("align", &ProfileText::align, align_help)
                                   .relation(contradiction)
                                   .relation(wrong_time_format<ProfileText>);
    return schema;
}

const Schema<ProfileColumns>& ProfileColumns::schema() {
    static const auto schema = Schema<ProfileColumns>("A CSV file with one profile per column, named in its header.")
                                   .required("file", &ProfileColumns::file, "the CSV file")
                                   .required("every", &ProfileColumns::every, "time from one row to the next", above(0))
                                   .optional("interpolation", &ProfileColumns::interpolation, "between the rows: held, or linear")
                                   .optional("time_column", &ProfileColumns::time_column, time_column_help)
                                   .optional("time_format", &ProfileColumns::time_format, time_format_help)
                                   .optional("time_zone", &ProfileColumns::time_zone, time_zone_help)
                                   .optional("align", &ProfileColumns::align, align_help)
                                   .relation(wrong_time_format<ProfileColumns>);
    return schema;
}

std::optional<Profile> make_profile(const ProfileText& text, std::string_view path, std::string_view unit,
                                    const std::optional<TimeSettings>& time, Issues& issues) {
    const std::string place = std::string(path) + (text.file ? ".file" : ".values");
    auto values = text.file ? read_column(text, place, unit, issues) : read_list(text, place, unit, issues);
    if (!values) return std::nullopt;
    Profile profile{text.every, text.interpolation == Interpolation::linear, std::move(*values)};
    std::optional<SeriesStart> start = text.start;
    if (!start) start = text.file ? read_series_times(times_request(text, time), place, issues) : SeriesStart{};
    if (!start) return std::nullopt;
    const Position at = text.file ? text.file->at : text.values.node->at;
    if (time && text.time_zone.zone && !time->zone.zone)
        return issues.error(at, place, "has a time_zone, and the scenario's clock has none", "say `zone` in the section `time`"),
               std::nullopt;
    if (unit == "1") warn_of_percent(text, profile, {at, place}, issues);
    if (time && !fit_into(*time, *start, text.align, {at, place}, profile, issues)) return std::nullopt;
    return profile;
}

SeriesTimesRequest times_request(const ProfileText& text, const std::optional<TimeSettings>& time) {
    return request_of(text, *text.file, {text.column}, time);
}

SeriesTimesRequest times_request(const ProfileColumns& table, const std::optional<TimeSettings>& time) {
    return request_of(table, table.file, {}, time);
}

std::string currency_of(const std::string& unit) {
    const auto slash = unit.find('/');
    const std::string money = unit.substr(0, slash);
    return slash == std::string::npos || money == "ct" ? "" : money;
}

std::vector<std::string> currencies_of(const ByDay<ProfileText>& text) {
    std::vector<std::string> currencies;
    const auto note = [&](const std::string& unit) {
        const std::string money = currency_of(unit);
        if (money.empty()) return;
        if (std::find(currencies.begin(), currencies.end(), money) == currencies.end()) currencies.push_back(money);
    };
    for (const ProfileText& profile : text.values) {
        note(profile.unit);
        if (!profile.values.node) continue;
        for (const auto& item : profile.values.node->items)
            if (const auto number = split_number(trimmed(item.scalar))) note(number->rest);
    }
    return currencies;
}

std::optional<SeriesRead> read_series(const Node& node, std::string_view path, std::string_view unit, Reader& reader) {
    if (node.is_scalar()) {
        const auto always = read_quantity(node, path, unit, reader);
        return always ? std::optional(SeriesRead{{one_day, false, {*always}}, node.scalar}) : std::nullopt;
    }
    const auto text = Value<ByDay<ProfileText>>::read(node, path, reader);
    if (!text) return std::nullopt;
    const auto time = reader.time ? std::optional(*reader.time) : std::nullopt;
    auto profile = make_profile(*text, path, unit, time, reader.issues);
    if (!profile) return std::nullopt;
    profile->place = node.at;
    return SeriesRead{std::move(*profile), Value<ByDay<ProfileText>>::text(*text)};
}

std::vector<FieldInfo> series_fields() { return ProfileText::schema().fields(); }

}  // namespace evsweep
