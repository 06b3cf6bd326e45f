/// The tz database as Debian's package tzdata installs it: compiled files (TZif, RFC 8536), one per zone.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evsweep/time_zone.hpp"

namespace evsweep {

inline const std::filesystem::path tz_database_folder = "/usr/share/zoneinfo";

/// The zone in a file's bytes; nothing where they are no TZif file of version 2 or later. Rules for the time after the last
/// change that is written out are followed until 2200.
[[nodiscard]] std::optional<TimeZone> parse_tzif(std::string_view bytes, const std::string& name);

/// As `find_time_zone`, from a folder of such files.
[[nodiscard]] std::shared_ptr<const TimeZone> find_time_zone_in(const std::filesystem::path& folder, const std::string& name,
                                                                const Position& at, std::string_view path, Issues& issues);

/// A rule as the last line of a TZif file gives it (POSIX, with the hours of RFC 8536): "CET-1CEST,M3.5.0,M10.5.0/3". Returns the
/// changes of the years `from` to `to`, none where clocks are never set; nothing where the text is no rule.
struct ZoneRule {
    Duration usual{};  ///< offset outside daylight saving
    std::vector<ClockChange> changes;
};
[[nodiscard]] std::optional<ZoneRule> parse_zone_rule(std::string_view text, int from, int to);

}  // namespace evsweep
