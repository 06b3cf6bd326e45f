/// Recorded charging sessions as they stand in a CSV file of one of the known column layouts.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "behaviours/placement.hpp"
#include "evsweep/population.hpp"
#include "evsweep/schema.hpp"

namespace evsweep {

/// A calendar day, "YYYY-MM-DD" in the text.
struct Date {
    std::chrono::local_days day{};
    friend bool operator==(const Date&, const Date&) = default;
};
[[nodiscard]] std::optional<Date> parse_date(std::string_view text);
[[nodiscard]] std::string date_text(std::chrono::local_days day);

template <>
struct Value<Date> {
    static std::optional<Date> read(const Node& node, std::string_view path, Reader& reader);
    static std::string type() { return "date"; }
    static std::string unit() { return {}; }
    static std::string text(const Date& date) { return date_text(date.day); }
    static std::optional<double> out_of(const Range&, const Date&) { return std::nullopt; }
};

/// Column layouts of published recordings. All have plug_in_local, plug_out_local (local "YYYY-MM-DD HH:MM", with seconds and
/// their thousandths where they are known) and energy_kwh. `claimed` is 1 or 0, true or false, yes or no, in any case.
enum class Layout {
    acn,        ///< station_id, est_departure_local and claimed: ACN-Data, Caltech and JPL
    trondheim,  ///< garage, user_id, shared_id: residential garages in Trondheim
    workplace,  ///< station_id: US workplace programme
};
[[nodiscard]] std::vector<std::pair<std::string, Layout>> names_of(Layout);

/// One usable row. Times count from midnight of the day of plug-in.
struct RecordedStay {
    int line = 0;
    std::uint32_t station = 0;
    std::chrono::local_days day{};
    Duration plug_in{};
    Duration unplug{};
    Duration stated_departure{};  ///< the driver's estimate where one was given, else the truth
    double energy_kwh = 0.0;      ///< delivered, grid side
};

/// What a file says of the days from `first` to `last`.
struct Recording {
    Position file;
    std::vector<std::string> stations;  ///< charging points that were used, in order of appearance
    std::vector<RecordedPlace> places;  ///< of the stations, where they were asked for
    std::vector<RecordedStay> stays;    ///< by plug-in
    std::optional<Date> from;           ///< the first and the last recorded day, where the choice names them
    std::optional<Date> to;
    StaySum into_from{};  ///< stays that begin before `from` and reach into it, which are not among `stays`
};

/// Which rows are wanted, by day of plug-in, and the path of the issues about them.
struct RecordingChoice {
    Layout layout = Layout::acn;
    std::optional<Date> from;
    std::optional<Date> to;
    std::string path;
    bool tells_places = false;  ///< columns `bus` and `phases` tell where the charging points stand
};

/// Reads the wanted rows. Malformed rows are errors with the place of the cell; rows that say of no stay (no plug-out time, or
/// one not after the plug-in) are counted in a warning.
[[nodiscard]] Recording read_recording(const FilePath& file, const RecordingChoice& choice, Issues& issues);

}  // namespace evsweep
