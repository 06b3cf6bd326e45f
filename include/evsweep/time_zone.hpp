/// Clocks of places: by how much they are ahead of UTC, and when that changes. No global state: a zone is a value.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "evsweep/issues.hpp"
#include "evsweep/values.hpp"

namespace evsweep {

/// From `at` on, until the next change, clocks are `offset` ahead of UTC.
struct ClockChange {
    UtcTime at{};
    Duration offset{};
    friend bool operator==(const ClockChange&, const ClockChange&) = default;
};

/// The instants at which clocks show a local time.
struct ClockReading {
    enum class Kind {
        once,
        twice,  ///< clocks were set back over it: `first` before that, `last` after it
        never,  ///< clocks were set forward over it: `first` and `last` are where it would be had they not been
    };
    Kind kind = Kind::once;
    UtcTime first{};
    UtcTime last{};
};

/// The clocks of one place. Immutable.
class TimeZone {
   public:
    /// `before`: the offset until the first of `changes`, which are in order of time.
    TimeZone(std::string name, Duration before, std::vector<ClockChange> changes);

    /// As the tz database names it, e.g. "America/Los_Angeles".
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] Duration offset_at(UtcTime t) const;
    [[nodiscard]] LocalTime local(UtcTime t) const { return LocalTime(t.time_since_epoch() + offset_at(t)); }
    [[nodiscard]] ClockReading utc(LocalTime clock) const;
    /// The changes with `from` < at < `to`.
    [[nodiscard]] std::vector<ClockChange> changes_between(UtcTime from, UtcTime to) const;

   private:
    std::string name_;
    Duration before_;
    std::vector<ClockChange> changes_;
};

/// The zone of this name, read from the system's tz database; nothing (reported) where there is none.
[[nodiscard]] std::shared_ptr<const TimeZone> find_time_zone(const std::string& name, const Position& at, std::string_view path,
                                                             Issues& issues);

/// A time zone that a text may name; none where it names none.
struct ZoneChoice {
    std::shared_ptr<const TimeZone> zone;
};
template <>
struct Value<ZoneChoice> : PlainValue<ZoneChoice> {};

}  // namespace evsweep
