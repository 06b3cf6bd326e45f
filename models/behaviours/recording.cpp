#include "behaviours/recording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "behaviours/recorded_clock.hpp"
#include "behaviours/recording_cells.hpp"
#include "behaviours/recording_row.hpp"
#include "behaviours/row_counts.hpp"

namespace evsweep {

namespace {

/// Reads files one after the other, row by row.
class RecordingReader {
   public:
    RecordingReader(const RecordingChoice& choice, Issues& issues)
        : choice_(choice),
          columns_(choice.layout.columns),
          issues_(issues),
          row_columns_(columns_, choice.layout.filter),
          clock_(choice.zone, choice.layout.times) {
        recording_.from = choice.from;
        recording_.to = choice.to;
        recording_.zone = choice.zone;
    }

    Recording read(const std::vector<FilePath>& files) {
        if (read_forms(files.front()))
            for (const FilePath& file : files) read_file(file);
        counts_.report(recording_.place(), choice_.path, choice_.zone, issues_);
        recording_.left_out = counts_.left_out();
        auto& stays = recording_.stays;
        std::sort(stays.begin(), stays.end(), [](const RecordedStay& a, const RecordedStay& b) {
            return std::tuple(a.day + a.plug_in, a.file, a.line) < std::tuple(b.day + b.plug_in, b.file, b.line);
        });
        return std::move(recording_);
    }

   private:
    static constexpr Duration longest_usual = std::chrono::days(31);

    /// How numbers are written; false (reported) where a unit is none.
    bool read_forms(const FilePath& file) {
        const auto& layout = choice_.layout;
        const auto energy = energy_form(columns_.energy.unit, layout.rows, layout.decimal);
        if (!energy)
            issues_.error(file.at, choice_.path + ".columns.energy", "'" + columns_.energy.unit + "' is no unit of energy",
                          "write kWh, Wh or MWh");
        if (energy) energy_ = *energy;
        if (!read_soc_form(file)) return false;
        if (columns_.duration.unit.empty()) return energy.has_value();
        duration_ = duration_form(columns_.duration.unit, layout.decimal);
        if (!duration_)
            issues_.error(file.at, choice_.path + ".columns.duration", "'" + columns_.duration.unit + "' is no unit of time",
                          "write e.g. min, h or 15 min");
        return energy && duration_;
    }

    bool read_soc_form(const FilePath& file) {
        const std::string& unit = columns_.initial_soc.unit;
        soc_ = {unit == "%" ? 0.01 : 1.0, unit, choice_.layout.decimal};
        if (unit.empty() || unit == "%") return true;
        issues_.error(file.at, choice_.path + ".columns.initial_soc", "'" + unit + "' is no unit of a state of charge",
                      "write %, or leave it out where cells hold shares from 0 to 1");
        return false;
    }

    void read_file(const FilePath& file) {
        const auto table = read_record_table(file, row_columns_.wanted(), choice_.path, issues_);
        if (!table) return;
        file_ = static_cast<std::uint32_t>(recording_.files.size());
        recording_.files.push_back(table->file);
        file_stem_ = file.path.stem().string();
        if (!row_columns_.check(*table, choice_.has_layout, choice_.path, issues_)) return;
        const bool is_series = choice_.layout.rows == RowKind::step;
        run_ = {};
        for (const RecordRow& row : table->rows) {
            row_ = &row;
            if (lacks_zone_) return;
            if (!row.problem.empty())
                reject({{}, row.line, 1}, "row", row.problem, "");
            else if (is_series)
                read_step();
            else
                read_row();
        }
        if (is_series) end_run();
    }

    void read_row() {
        if (!row_columns_.keeps(*row_)) return counts_.add(RowReason::filtered, quiet_energy_kwh());
        const auto plug_in = time(columns_.plug_in);
        if (!plug_in || !is_in_time(*plug_in)) return;
        if (cell(end_column()).text.empty()) return counts_.add(RowReason::no_plug_out, quiet_energy_kwh(), here(row_->line));
        const auto plug_out = end_of(*plug_in);
        const auto energy =
            understood(columns_.energy, parse_amount(cell(columns_.energy).text, energy_), "is not a number >= 0");
        if (!plug_out || !energy) return;
        if (time_between(*plug_in, *plug_out) <= Duration{}) return counts_.add(RowReason::no_length, *energy, here(row_->line));
        const auto stated = stated_departure(*plug_in, *plug_out);
        const auto soc = initial_soc();
        const auto place = station();
        if (stated && soc && place) add_stay({*place, *plug_in, *plug_out, *stated, *energy, row_->line, *soc});
    }

    /// Nothing within where the recording does not tell it, nothing (reported) where a cell is no share.
    std::optional<std::optional<double>> initial_soc() {
        if (!columns_.initial_soc.is_given()) return std::optional<double>{};
        auto share = parse_amount(cell(columns_.initial_soc).text, soc_);
        if (share.value && *share.value > 1.0) share = {std::nullopt, soc_.unit.empty() ? "is it in %? then say `unit: %`" : ""};
        const auto soc = understood(columns_.initial_soc, std::move(share), "is not a share from 0 to 1");
        return soc ? std::optional(std::optional(*soc)) : std::nullopt;
    }

    /// Whether a row begins on a wanted day; notes it otherwise.
    bool is_in_time(const RecordedTime& plug_in) {
        const auto day = std::chrono::floor<std::chrono::days>(plug_in.clock);
        if (choice_.to && day > choice_.to->day) return counts_.add(RowReason::after, quiet_energy_kwh()), false;
        if (!choice_.from || day >= choice_.from->day) return true;
        counts_.add(RowReason::before, quiet_energy_kwh());
        const auto plug_out = quiet_end_of(plug_in);
        if (plug_out && plug_out->clock > choice_.from->day) recording_.into_from.add(quiet_energy_kwh());
        return false;
    }

    struct Found {
        std::uint32_t station;
        RecordedTime plug_in, plug_out, stated;
        double energy_kwh;
        int line;
        std::optional<double> initial_soc{};
    };

    void add_stay(const Found& found) {
        const auto day = std::chrono::floor<std::chrono::days>(found.plug_in.clock);
        const Duration lasts = time_between(found.plug_in, found.plug_out);
        if (!seen_.emplace(found.station, found.plug_in.clock, lasts, found.energy_kwh).second)
            return counts_.add(RowReason::repeated, found.energy_kwh, here(found.line));
        for (const RecordedTime* time : {&found.plug_in, &found.plug_out}) counts_.note(*time, here(found.line));
        if (lasts > longest_usual) counts_.note_long(here(found.line));
        const Duration stated_after = time_between(found.plug_in, found.stated);
        if (stated_after < Duration{}) counts_.note_stated_too_early();
        RecordedStay stay{
            file_, found.line,   found.station,    day, found.plug_in.clock - day, {}, {}, found.energy_kwh, found.plug_in.utc,
            lasts, stated_after, found.initial_soc};
        // By a clock that was set back meanwhile a stay may seem to end before it begins; then its length counts.
        stay.unplug = found.plug_out.clock > found.plug_in.clock ? found.plug_out.clock - day : stay.plug_in + lasts;
        stay.stated_departure = found.stated.clock - day;
        recording_.stays.push_back(stay);
        counts_.use(found.energy_kwh);
    }

    /// One step of a series: goes on with the stay at its charging point, or begins another.
    void read_step() {
        const auto stamp =
            understood(columns_.plug_in, parse_time(cell(columns_.plug_in).text, columns_.plug_in.formats), "is not a time");
        if (!stamp || !is_next_step(*stamp)) return;
        if (!row_columns_.keeps(*row_)) return end_run(), counts_.add(RowReason::filtered, 0.0);
        const auto power = understood(columns_.energy, parse_amount(cell(columns_.energy).text, energy_), "is not a number >= 0");
        const auto place = station();
        if (!power || !place) return;
        if (!run_.station || *run_.station != *place) {
            end_run();
            const auto begin = read_clock(columns_.plug_in, clock_.read(*stamp));
            if (!begin) return;
            run_.station = place;
            run_.begin = *begin;
            run_.line = row_->line;
        }
        ++run_.steps;
        run_.sum_kw += *power;
    }

    bool is_next_step(const ClockStamp& stamp) {
        const auto before = std::exchange(run_.last, stamp.clock);
        if (!before) return true;
        const Duration step = stamp.clock - *before;
        if (step > Duration{} && (run_.step == Duration{} || step == run_.step)) return run_.step = step, true;
        return reject(cell(columns_.plug_in), columns_.plug_in.text(), "the row is not one step after the row before",
                      "a series has a row for every step"),
               false;
    }

    void end_run() {
        const Run run = std::exchange(run_, Run{{}, run_.last, run_.step, {}, 0, 0.0, 0});
        if (!run.station) return;
        if (run.step == Duration{})
            return reject({{}, run.line, 1}, "row", "one row alone has no step", "a series has a row for every step");
        const RecordedTime end = clock_.later(run.begin, run.step * run.steps);
        if (is_in_time(run.begin)) add_stay({*run.station, run.begin, end, end, run.sum_kw * hours(run.step), run.line});
    }

    [[nodiscard]] RecordCell cell(const ColumnChoice& choice) const { return row_columns_.cell(choice, *row_, file_stem_); }
    [[nodiscard]] const ColumnChoice& end_column() const {
        return columns_.plug_out.is_given() ? columns_.plug_out : columns_.duration;
    }
    [[nodiscard]] double quiet_energy_kwh() const {
        if (choice_.layout.rows == RowKind::step) return 0.0;
        return parse_amount(cell(columns_.energy).text, energy_).value.value_or(0.0);
    }
    [[nodiscard]] std::optional<RecordedTime> quiet_end_of(const RecordedTime& plug_in) const {
        if (!columns_.plug_out.is_given()) {
            const auto lasts = duration(cell(columns_.duration).text);
            return lasts.value ? std::optional(clock_.later(plug_in, *lasts.value)) : std::nullopt;
        }
        const auto stamp = parse_time(cell(columns_.plug_out).text, columns_.plug_out.formats);
        return stamp.value ? clock_.read_after(*stamp.value, plug_in) : std::nullopt;
    }

    [[nodiscard]] CellValue<Duration> duration(const std::string& text) const {
        if (!duration_) return parse_span(text);
        const auto amount = parse_amount(text, *duration_);
        if (!amount.value || *amount.value > 1e12) return {std::nullopt, amount.hint};
        return {Duration(std::llround(*amount.value))};
    }

    std::optional<RecordedTime> time(const ColumnChoice& choice) {
        const auto stamp = understood(choice, parse_time(cell(choice).text, choice.formats), "is not a time");
        return stamp ? read_clock(choice, clock_.read(*stamp)) : std::nullopt;
    }

    std::optional<RecordedTime> time_after(const ColumnChoice& choice, const RecordedTime& before) {
        const auto stamp = understood(choice, parse_time(cell(choice).text, choice.formats), "is not a time");
        return stamp ? read_clock(choice, clock_.read_after(*stamp, before)) : std::nullopt;
    }

    std::optional<RecordedTime> end_of(const RecordedTime& plug_in) {
        if (columns_.plug_out.is_given()) return time_after(columns_.plug_out, plug_in);
        const auto lasts = understood(columns_.duration, duration(cell(columns_.duration).text), "is not a duration");
        return lasts ? std::optional(clock_.later(plug_in, *lasts)) : std::nullopt;
    }

    /// A time by UTC at a place whose clock is not known ends the reading: no row could be placed.
    std::optional<RecordedTime> read_clock(const ColumnChoice& choice, std::optional<RecordedTime> time) {
        if (time || std::exchange(lacks_zone_, true)) return time;
        const RecordCell found = cell(choice);
        issues_.error(here(found.line, found.column), choice_.path,
                      choice.text() + " is by UTC, and whose clock the days are by is not known: " + shown(found.text),
                      "say `time_zone`, e.g. Europe/Berlin, here or in the section `time`");
        return std::nullopt;
    }

    /// As the driver has claimed it, or else the truth.
    std::optional<RecordedTime> stated_departure(const RecordedTime& plug_in, const RecordedTime& plug_out) {
        if (!columns_.stated_departure.is_given()) return plug_out;
        const bool says_time = !cell(columns_.stated_departure).text.empty();
        if (!columns_.claimed.is_given()) return says_time ? time_after(columns_.stated_departure, plug_in) : plug_out;
        const std::string claim = cell(columns_.claimed).text;
        if (claim.empty() && !says_time) return plug_out;
        const auto claimed = understood(columns_.claimed, parse_truth(claim), "is neither true nor false");
        if (!claimed) return std::nullopt;
        return *claimed ? time_after(columns_.stated_departure, plug_in) : plug_out;
    }

    /// The charging point's number; nothing (reported) where the row names none.
    std::optional<std::uint32_t> station() {
        const RecordCell name = cell(columns_.station);
        if (name.text.empty())
            return reject(name, columns_.station.text(), columns_.station.text() + " is empty", "name the charging point"),
                   std::nullopt;
        const auto [entry, is_new] = station_.try_emplace(name.text, static_cast<std::uint32_t>(recording_.stations.size()));
        if (is_new) recording_.stations.push_back(name.text);
        if (choice_.tells_places && !note_place(entry->second)) return std::nullopt;
        return entry->second;
    }

    /// Where a station stands, by its first row; the others must agree.
    bool note_place(std::uint32_t station) {
        const RecordCell bus = cell(columns_.bus);
        const RecordedPlace place{bus.text, cell(columns_.phases).text, here(bus.line, bus.column)};
        if (station == recording_.places.size()) recording_.places.push_back(place);
        const RecordedPlace& first = recording_.places[station];
        if (first.bus == place.bus && first.phases == place.phases) return true;
        reject(bus, columns_.bus.text(),
               fmt::format("{} stands at {} in line {}", recording_.stations[station],
                           first.phases.empty() ? first.bus : first.bus + " " + first.phases, first.at.line),
               "a charging point has one place: give it another name, or the same place");
        return false;
    }

    [[nodiscard]] Position here(int line, int column = 1) const { return {recording_.files.back(), line, column}; }

    /// The value of a cell; reports one that was not understood.
    template <class T>
    std::optional<T> understood(const ColumnChoice& choice, CellValue<T> value, const char* otherwise) {
        if (value.value) return value.value;
        const RecordCell found = cell(choice);
        reject(found, choice.text(), fmt::format("{} {}: {}", choice.text(), otherwise, shown(found.text)),
               std::move(value.hint));
        return std::nullopt;
    }

    /// A row that cannot be used because of its `what`.
    void reject(const RecordCell& found, const std::string& what, std::string problem, std::string hint) {
        if (choice_.unreadable == Unreadable::leave_out)
            return counts_.add_unreadable(what, problem, here(found.line, found.column), quiet_energy_kwh());
        constexpr std::size_t enough = 20;
        if (malformed_++ < enough)
            issues_.error(here(found.line, found.column), choice_.path, std::move(problem), std::move(hint));
        if (malformed_ == enough)
            issues_.error(recording_.place(), choice_.path, "more rows may be malformed",
                          "see the first ones, or leave such rows out with `unreadable: leave_out`");
    }

    /// The stay of a series that is being read.
    struct Run {
        std::optional<std::uint32_t> station;  ///< none: the vehicle is under way
        std::optional<LocalTime> last;         ///< row
        Duration step{};
        RecordedTime begin{};
        std::int64_t steps = 0;
        double sum_kw = 0.0;
        int line = 0;
    };

    const RecordingChoice& choice_;
    const RecordingColumns& columns_;
    Issues& issues_;
    RowColumns row_columns_;
    RecordedClock clock_;
    NumberForm energy_, soc_;
    std::optional<NumberForm> duration_;
    Recording recording_;
    RowCounts counts_;
    std::map<std::string, std::uint32_t> station_;
    std::set<std::tuple<std::uint32_t, LocalTime, Duration, double>> seen_;
    const RecordRow* row_ = nullptr;
    std::uint32_t file_ = 0;
    std::string file_stem_;
    Run run_;
    std::size_t malformed_ = 0;
    bool lacks_zone_ = false;
};

}  // namespace

std::vector<std::pair<std::string, Unreadable>> names_of(Unreadable) {
    return {{"refuse", Unreadable::refuse}, {"leave_out", Unreadable::leave_out}};
}

Recording read_recordings(const std::vector<FilePath>& files, const RecordingChoice& choice, Issues& issues) {
    return RecordingReader(choice, issues).read(files);
}

}  // namespace evsweep
