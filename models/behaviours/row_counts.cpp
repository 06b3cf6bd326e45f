#include "behaviours/row_counts.hpp"

#include <fmt/format.h>

namespace evsweep {

namespace {

const char* reason_text(RowReason reason) {
    switch (reason) {
        case RowReason::no_plug_out:
            return "have no plug-out time";
        case RowReason::no_length:
            return "end at or before their plug-in";
        case RowReason::repeated:
            return "are there twice";
        case RowReason::filtered:
            return "are not kept by the filter";
        case RowReason::before:
            return "begin before `from`";
        case RowReason::after:
            return "begin after `to`";
    }
    return "";
}

/// Whether the user has asked for the row not to be used.
bool is_wanted(RowReason reason) {
    return reason == RowReason::filtered || reason == RowReason::before || reason == RowReason::after;
}

}  // namespace

void RowCounts::add_unreadable(const std::string& what, const std::string& problem, const Position& at, double kwh) {
    UnreadableRows& rows = unreadable_[what];
    if (rows.rows.count == 0) rows.problem = problem, rows.first = at;
    rows.rows.add(kwh);
}

void RowCounts::note(const RecordedTime& time, const Position& at) {
    if (time.kind == ClockReading::Kind::twice) twice_.add(at);
    if (time.kind == ClockReading::Kind::never) never_.add(at);
}

void RowCounts::note_long(const Position& at) { long_.add(at); }

std::vector<RowsLeftOut> RowCounts::left_out() const {
    std::vector<RowsLeftOut> list;
    for (const auto& [reason, rows] : left_out_) list.push_back({reason_text(reason), rows.rows});
    for (const auto& [what, rows] : unreadable_) list.push_back({"cannot be understood (" + what + ")", rows.rows});
    return list;
}

void RowCounts::report(const Position& place, const std::string& path, const std::shared_ptr<const TimeZone>& zone,
                       Issues& issues) const {
    for (const auto& [reason, rows] : left_out_)
        if (!is_wanted(reason))
            issues.warning(
                rows.first.line > 0 ? rows.first : place, path,
                fmt::format("{} rows {} and are left out ({:.1f} kWh)", rows.rows.count, reason_text(reason), rows.rows.kwh));
    for (const auto& [what, rows] : unreadable_)
        issues.warning(rows.first, path,
                       fmt::format("{} rows cannot be understood and are left out ({:.1f} kWh); the first: {}", rows.rows.count,
                                   rows.rows.kwh, rows.problem));
    if (long_.count > 0)
        issues.warning(long_.first, path,
                       fmt::format("{} stays last longer than 31 days; this is the first of them", long_.count),
                       "look at its dates; it is played as it stands");
    if (stated_too_early_ > 0)
        issues.warning(
            place, path,
            fmt::format("{} stated departures are before their plug-in, and are taken as the plug-in", stated_too_early_));
    if (twice_.count > 0)
        issues.warning(
            twice_.first, path,
            fmt::format("{} times are shown twice by the clock of {}, which is set back then; this is the first of them",
                        twice_.count, zone->name()),
            "each is taken as the first of the two, or as the one after its plug-in");
    if (never_.count > 0)
        issues.warning(
            never_.first, path,
            fmt::format("{} times are never shown by the clock of {}, which is set forward over them; this is the first "
                        "of them",
                        never_.count, zone->name()),
            "is time_zone right? each is taken as if the clock had not been set yet");
}

}  // namespace evsweep
