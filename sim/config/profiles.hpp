/// Repeating series in a scenario: given as a list or as a column of a CSV file.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evsweep/by_day.hpp"
#include "evsweep/scenario.hpp"
#include "evsweep/schema.hpp"
#include "sim/config/series_times.hpp"

namespace evsweep {

enum class Interpolation { hold, linear };
[[nodiscard]] inline std::vector<std::pair<std::string, Interpolation>> names_of(Interpolation) {
    return {{"hold", Interpolation::hold}, {"linear", Interpolation::linear}};
}

/// A list of numbers whose unit another key may give: read when that key is known.
struct NumberList {
    std::optional<Node> node;
};
template <>
struct Value<NumberList> {
    static std::optional<NumberList> read(const Node& node, std::string_view path, Reader& reader);
    static std::string type() { return "list of quantity"; }
    static std::string unit() { return {}; }
    static std::string text(const NumberList& list);
    static std::optional<double> out_of(const Range&, const NumberList&) { return std::nullopt; }
};

/// A profile as the file gives it.
struct ProfileText {
    Duration every{};
    Interpolation interpolation = Interpolation::hold;
    std::string unit;
    NumberList values;
    std::optional<FilePath> file;
    std::string column;
    std::string time_column = automatic;
    std::string time_format;
    ZoneChoice time_zone;
    Alignment align = Alignment::dates;
    std::optional<SeriesStart> start{};  ///< where it is known already, and not read from `time_column`
    [[nodiscard]] static const Schema<ProfileText>& schema();
};

/// A file of which every column is a profile under the name in its header.
struct ProfileColumns {
    FilePath file;
    Duration every{};
    Interpolation interpolation = Interpolation::hold;
    std::string time_column = automatic;
    std::string time_format;
    ZoneChoice time_zone;
    Alignment align = Alignment::dates;
    [[nodiscard]] static const Schema<ProfileColumns>& schema();
};

/// Reads the numbers of a profile in `unit` ("1", "currency/kWh") and places them in the scenario's time, where that could be
/// read; reports bad numbers at their place, in the scenario or in the CSV file, and a series that leaves a part of the time
/// without values.
[[nodiscard]] std::optional<Profile> make_profile(const ProfileText& text, std::string_view path, std::string_view unit,
                                                  const std::optional<TimeSettings>& time, Issues& issues);

/// The same of profiles that differ by day: one profile for all of the scenario's time, day after day from the one of its kind.
[[nodiscard]] std::optional<Profile> make_profile(const ByDay<ProfileText>& text, std::string_view path, std::string_view unit,
                                                  const std::optional<TimeSettings>& time, Issues& issues);

/// Where the times of a profile's file, or of a file of profiles, stand, and what they are asked about.
[[nodiscard]] SeriesTimesRequest times_request(const ProfileText& text, const std::optional<TimeSettings>& time);
[[nodiscard]] SeriesTimesRequest times_request(const ProfileColumns& table, const std::optional<TimeSettings>& time);

/// "EUR" of "EUR/kWh"; empty where a unit names no currency, or hundredths of any (ct).
[[nodiscard]] std::string currency_of(const std::string& unit);

/// The currencies that the numbers of a price profile name, in order, each once, without `ct`.
[[nodiscard]] std::vector<std::string> currencies_of(const ByDay<ProfileText>& text);

}  // namespace evsweep
