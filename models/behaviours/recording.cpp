#include "behaviours/recording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <tuple>

#include "behaviours/recording_cells.hpp"
#include "evsweep/text_file.hpp"

namespace evsweep {

namespace {

using std::chrono::local_days;

/// Names of the columns that a layout needs besides those that all have.
std::vector<std::string> own_columns(Layout layout) {
    switch (layout) {
        case Layout::acn:
            return {"station_id", "est_departure_local", "claimed"};
        case Layout::trondheim:
            return {"garage", "user_id", "shared_id"};
        case Layout::workplace:
            return {"station_id"};
    }
    return {};
}

/// Reads one file, row by row.
class RecordingReader {
   public:
    RecordingReader(const FilePath& file, const RecordingChoice& choice, Issues& issues) : choice_(choice), issues_(issues) {
        recording_.file.file = std::make_shared<const std::string>(file.path.string());
        recording_.from = choice.from;
        recording_.to = choice.to;
    }

    Recording read(std::istream& text) {
        std::string line;
        while (is_passed_over(line) && std::getline(text, line)) next_line(line);
        if (!read_header(line)) return std::move(recording_);
        while (std::getline(text, line)) {
            next_line(line);
            if (!is_passed_over(line)) read_row(line);
        }
        report_counts();
        auto& stays = recording_.stays;
        std::sort(stays.begin(), stays.end(), [](const RecordedStay& a, const RecordedStay& b) {
            return std::tuple(a.day + a.plug_in, a.line) < std::tuple(b.day + b.plug_in, b.line);
        });
        return std::move(recording_);
    }

   private:
    static bool is_passed_over(const std::string& line) { return line.empty() || line.front() == '#'; }

    using Time = std::chrono::local_time<Duration>;
    static constexpr Duration longest_usual = std::chrono::days(31);

    void next_line(std::string& line) {
        ++line_;
        if (!line.empty() && line.back() == '\r') line.pop_back();
    }

    bool read_header(std::string_view line) {
        separator_ = separator_of(line);
        const auto cells = recording_cells(line, separator_);
        width_ = cells.size();
        std::vector<std::string> known;
        for (const RecordingCell& cell : cells) known.emplace_back(cell.text);
        auto needed = own_columns(choice_.layout);
        needed.insert(needed.end(), {"plug_in_local", "plug_out_local", "energy_kwh"});
        if (choice_.tells_places) needed.insert(needed.end(), {"bus", "phases"});
        bool complete = true;
        for (const auto& name : needed) {
            const auto found = std::find(known.begin(), known.end(), name);
            column_.emplace(name, static_cast<std::size_t>(found - known.begin()));
            const auto times = std::count(known.begin(), known.end(), name);
            if (times == 1) continue;
            complete = false;
            if (times == 0)
                issues_.error(here(), choice_.path, "the column '" + name + "' of this layout is missing",
                              did_you_mean(name, known));
            else
                issues_.error(here(), choice_.path, "the column '" + name + "' is there more than once", "keep one of them");
        }
        return complete;
    }

    void read_row(std::string_view line) {
        cells_ = recording_cells(line, separator_);
        if (cells_.size() != width_)
            return reject({{}, 1}, fmt::format("{} cells where the header has {}", cells_.size(), width_), "");
        const auto plug_in = time("plug_in_local");
        if (!plug_in) return;
        const auto day = std::chrono::floor<std::chrono::days>(*plug_in);
        if (choice_.to && day > choice_.to->day) return;
        if (choice_.from && day < choice_.from->day) return note_stay_before(*choice_.from);
        if (cell("plug_out_local").text.empty()) return without_plug_out_.add(quiet_energy_kwh());
        const auto plug_out = time("plug_out_local");
        const auto energy = understood("energy_kwh", parse_energy(cell("energy_kwh").text), "is not a number >= 0");
        if (!plug_out || !energy) return;
        if (*plug_out <= *plug_in) return without_length_.add(*energy);
        const auto stated = stated_departure(*plug_out);
        const auto place = station();
        if (!stated || !place) return;
        if (*plug_out - *plug_in > longest_usual && long_stays_++ == 0) first_long_line_ = line_;
        recording_.stays.push_back({line_, *place, day, *plug_in - day, *plug_out - day, *stated - day, *energy});
        if (*stated < *plug_in) ++stated_too_early_;
    }

    /// Of a row that is not wanted; a cell that cannot be read is ignored.
    void note_stay_before(const Date& first) {
        const auto plug_out = parse_time(cell("plug_out_local").text);
        if (plug_out.value && *plug_out.value > first.day) recording_.into_from.add(quiet_energy_kwh());
    }

    [[nodiscard]] double quiet_energy_kwh() const { return parse_energy(cell("energy_kwh").text).value.value_or(0.0); }

    std::optional<Time> time(const std::string& name) { return understood(name, parse_time(cell(name).text), "is not a time"); }

    /// As the driver has claimed it, or else the truth.
    std::optional<Time> stated_departure(Time plug_out) {
        if (choice_.layout != Layout::acn) return plug_out;
        const bool says_nothing = cell("claimed").text.empty() && cell("est_departure_local").text.empty();
        if (says_nothing) return plug_out;
        const auto claimed = understood("claimed", parse_truth(cell("claimed").text), "is neither true nor false");
        if (!claimed) return std::nullopt;
        return *claimed ? time("est_departure_local") : plug_out;
    }

    /// The charging point's number; nothing (reported) where the row names none.
    std::optional<std::uint32_t> station() {
        std::string name;
        if (choice_.layout == Layout::trondheim) {
            const auto shared = cell("shared_id").text;  // empty for a private charging point, which has one user
            const auto user = shared.empty() ? cell("user_id").text : shared;
            if (user.empty()) return reject(cell("user_id"), "names neither a user nor a shared point", ""), std::nullopt;
            name = std::string(cell("garage").text) + " " + std::string(user);
        } else {
            name = std::string(cell("station_id").text);
            if (name.empty()) return reject(cell("station_id"), "station_id is empty", "name the charging point"), std::nullopt;
        }
        const auto [entry, is_new] = station_.try_emplace(name, static_cast<std::uint32_t>(recording_.stations.size()));
        if (is_new) recording_.stations.push_back(name);
        if (choice_.tells_places && !note_place(entry->second)) return std::nullopt;
        return entry->second;
    }

    /// Where a station stands, by its first row; the others must agree.
    bool note_place(std::uint32_t station) {
        const RecordedPlace place{std::string(cell("bus").text), std::string(cell("phases").text), here(cell("bus").column)};
        if (station == recording_.places.size()) recording_.places.push_back(place);
        const RecordedPlace& first = recording_.places[station];
        if (first.bus == place.bus && first.phases == place.phases) return true;
        reject(cell("bus"),
               fmt::format("{} stands at {} {} in line {}", recording_.stations[station], first.bus, first.phases, first.at.line),
               "a charging point has one place: give it another name, or the same place");
        return false;
    }

    RecordingCell cell(const std::string& name) const { return cells_[column_.find(name)->second]; }
    Position here(int column = 1) const { return {recording_.file.file, line_, column}; }

    /// The value of a cell; reports one that was not understood.
    template <class T>
    std::optional<T> understood(const std::string& name, CellValue<T> value, const char* otherwise) {
        if (value.value) return value.value;
        reject(cell(name), fmt::format("{} {}: {}", name, otherwise, shown(cell(name).text)), std::move(value.hint));
        return std::nullopt;
    }

    void reject(const RecordingCell& cell, std::string problem, std::string hint) {
        constexpr std::size_t enough = 20;
        if (malformed_++ < enough) issues_.error(here(cell.column), choice_.path, std::move(problem), std::move(hint));
        if (malformed_ == enough)
            issues_.error(recording_.file, choice_.path, "more rows may be malformed", "see the first ones");
    }

    void report_counts() {
        const auto warn = [this](const StaySum& rows, const char* what) {
            if (rows.count > 0)
                issues_.warning(recording_.file, choice_.path,
                                fmt::format("{} rows {} and are left out ({:.1f} kWh)", rows.count, what, rows.kwh));
        };
        warn(without_plug_out_, "have no plug-out time");
        warn(without_length_, "end at or before their plug-in");
        if (long_stays_ > 0)
            issues_.warning({recording_.file.file, first_long_line_, 1}, choice_.path,
                            fmt::format("{} stays last longer than 31 days; this is the first of them", long_stays_),
                            "look at its dates; it is played as it stands");
        if (stated_too_early_ > 0)
            issues_.warning(
                recording_.file, choice_.path,
                fmt::format("{} stated departures are before their plug-in, and are taken as the plug-in", stated_too_early_));
    }

    const RecordingChoice& choice_;
    Issues& issues_;
    Recording recording_;
    std::map<std::string, std::size_t> column_;
    std::map<std::string, std::uint32_t> station_;
    std::vector<RecordingCell> cells_;
    char separator_ = ',';
    std::size_t width_ = 0;
    int line_ = 0;
    std::size_t malformed_ = 0;
    StaySum without_plug_out_;
    StaySum without_length_;
    std::size_t long_stays_ = 0;
    int first_long_line_ = 0;
    std::size_t stated_too_early_ = 0;
};

}  // namespace

std::optional<Date> parse_date(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    const auto year = parse_digits(text.substr(0, 4));
    const auto month = parse_digits(text.substr(5, 2));
    const auto day = parse_digits(text.substr(8, 2));
    if (!year || !month || !day) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    return date.ok() ? std::optional(Date{local_days(date)}) : std::nullopt;
}

std::string date_text(local_days day) {
    const std::chrono::year_month_day date(day);
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()));
}

std::optional<Date> Value<Date>::read(const Node& node, std::string_view path, Reader& reader) {
    auto date = node.is_scalar() ? parse_date(node.scalar) : std::nullopt;
    if (!date) report_expected(node, path, "a date such as 2019-05-06", reader);
    return date;
}

std::vector<std::pair<std::string, Layout>> names_of(Layout) {
    return {{"acn", Layout::acn}, {"trondheim", Layout::trondheim}, {"workplace", Layout::workplace}};
}

Recording read_recording(const FilePath& file, const RecordingChoice& choice, Issues& issues) {
    const auto content = read_text(file, choice.path, issues);
    if (!content) return {};
    std::istringstream text(*content);
    return RecordingReader(file, choice, issues).read(text);
}

}  // namespace evsweep
