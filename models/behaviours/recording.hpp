/// Recorded charging sessions as they stand in files, of a known layout or with columns that the user names.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "behaviours/placement.hpp"
#include "behaviours/recording_layouts.hpp"
#include "evsweep/behaviour.hpp"
#include "evsweep/date.hpp"
#include "evsweep/time_zone.hpp"

namespace evsweep {

/// One usable row. Times by the clock count from midnight of the day of plug-in.
struct RecordedStay {
    std::uint32_t file = 0;
    int line = 0;
    std::uint32_t station = 0;
    std::chrono::local_days day{};
    Duration plug_in{};
    Duration unplug{};
    Duration stated_departure{};          ///< the driver's estimate where one was given, else the truth
    double energy_kwh = 0.0;              ///< delivered, grid side
    std::optional<UtcTime> begin{};       ///< where the zone is known
    Duration lasts{};                     ///< from plug-in to departure; as the clock shows it where the zone is not known
    Duration stated_after{};              ///< from plug-in to the stated departure, likewise
    std::optional<double> initial_soc{};  ///< where the recording tells it
};

/// What files say of the days from `first` to `last`.
struct Recording {
    std::vector<std::shared_ptr<const std::string>> files;
    std::vector<std::string> stations;  ///< charging points that were used, in order of appearance
    std::vector<RecordedPlace> places;  ///< of the stations, where they were asked for
    std::vector<RecordedStay> stays;    ///< by plug-in
    std::optional<Date> from;           ///< the first and the last recorded day, where the choice names them
    std::optional<Date> to;
    StaySum into_from{};  ///< stays that begin before `from` and reach into it, which are not among `stays`
    std::vector<RowsLeftOut> left_out;
    std::shared_ptr<const TimeZone> zone;  ///< whose clock it is, where that is known

    [[nodiscard]] Position at(const RecordedStay& stay) const { return {files[stay.file], stay.line, 1}; }
    /// Of what concerns the whole.
    [[nodiscard]] Position place() const { return {files.empty() ? nullptr : files.front()}; }
};

/// What becomes of rows that cannot be understood.
enum class Unreadable { refuse, leave_out };
[[nodiscard]] std::vector<std::pair<std::string, Unreadable>> names_of(Unreadable);

/// How the files are to be read, which rows are wanted, and the path of the issues about them.
struct RecordingChoice {
    RecordingLayout layout;
    std::shared_ptr<const TimeZone> zone{};  ///< whose clock is local; none: not known
    std::optional<Date> from{};
    std::optional<Date> to{};
    std::string path{};
    bool tells_places = false;  ///< columns tell where the charging points stand
    bool has_layout = true;     ///< whether the columns are those of a layout, for messages
    Unreadable unreadable = Unreadable::refuse;
};

/// Reads the wanted rows of all files. Malformed rows are errors with the place of the cell, unless they are to be left out; rows
/// that say of no stay (no plug-out time, one not after the plug-in, there twice) are counted in warnings.
[[nodiscard]] Recording read_recordings(const std::vector<FilePath>& files, const RecordingChoice& choice, Issues& issues);

}  // namespace evsweep
