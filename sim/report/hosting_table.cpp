#include "sim/report/hosting_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "sim/base/text_table.hpp"
#include "sim/study/places_text.hpp"
#include "sim/study/ratings.hpp"
#include "sim/study/wall_clock.hpp"

namespace evsweep {
namespace {

constexpr std::size_t hosting_page = 110;
constexpr std::size_t most_buses_shown = 40;

std::string hosting_paragraph(const std::string& text) {
    std::string lines;
    for (const std::string& line : wrapped(text, hosting_page, "  ")) lines += line + "\n";
    return lines;
}

/// A level as the answer to "how much": "none" below the range, "at least 200" at its end.
std::string level_text(const HostingLevels& levels, std::ptrdiff_t level) {
    if (level < 0) return "none";
    const auto at = static_cast<std::size_t>(level);
    return (at + 1 >= levels.count ? "≥ " : "") + fmt::format("{:.12g}", levels.value(at));
}

std::string hosting_interval(const HostingResult& result, const HostingCapacity& capacity) {
    if (!capacity.high) return {};
    const std::string low = capacity.low ? level_text(result.levels, *capacity.low) : "open";
    return fmt::format(" [{}, {}]", low, level_text(result.levels, *capacity.high));
}

/// A share in percent: two digits where it is small.
std::string percent(double share) {
    return share < 0.0995 && share > 0.0 ? fmt::format("{:.2g}", 100.0 * share) : fmt::format("{:.0f}", 100.0 * share);
}

/// Shares in percent with their intervals.
std::string hosting_share(const std::optional<HostingShare>& share, bool is_one_day) {
    if (!share) return "-";
    const Estimate& of = share->share;
    std::string text = percent(of.mean);
    if (!is_one_day && std::isfinite(of.low) && std::isfinite(of.high))
        text += fmt::format(" [{}, {}]", percent(of.low), percent(of.high));
    return text;
}

std::string hours_text(const std::optional<HostingBinding>& binding) {
    if (!binding || std::isnan(binding->hours[1])) return "-";
    std::string text = time_of_day_text(binding->hours[1]);
    const std::string low = time_of_day_text(binding->hours[0]), high = time_of_day_text(binding->hours[2]);
    return low == high ? text : text + " (" + low + "-" + high + ")";
}

/// "low_voltage at 18", with "5 of 6 days" where others say otherwise.
std::string binding_text(const std::optional<HostingBinding>& binding) {
    if (!binding) return "-";
    std::string text = printable(binding->kind);
    if (!binding->element.empty()) text += " at " + printable(binding->element);
    const auto of_these = static_cast<std::size_t>(std::llround(binding->share * static_cast<double>(binding->replicas)));
    return of_these == binding->replicas ? text : text + fmt::format(", {} of {} days", of_these, binding->replicas);
}

std::string next_text(const HostingResult& result, const HostingRun& run, const HostingCapacity& capacity) {
    if (!capacity.next || *capacity.next >= result.limits.size() || *capacity.next >= run.capacities.size()) return "-";
    return printable(result.limits[*capacity.next]) + ": " + level_text(result.levels, run.capacities[*capacity.next].estimate);
}

std::string failure_text(const HostingResult& result, const HostingRun& run) {
    return fmt::format("not known: replica {} of seed {} failed at {}: {}\n", run.failure->replica.index(), result.study.seed,
                       result.levels.text(std::min(run.failed_level, result.levels.count - 1)), printable(run.failure->what));
}

std::string table_of_run(const HostingResult& result, const HostingRun& run) {
    std::string text = "\n" + printable(run.controller) + "\n";
    if (run.failure) return text + "  " + failure_text(result, run);
    const std::string unit = result.levels.unit.empty() ? "" : " (" + result.levels.unit + ")";
    std::vector<std::vector<std::string>> rows;
    for (std::size_t k = 0; k < std::min(run.capacities.size(), result.limits.size()); ++k) {
        const HostingCapacity& capacity = run.capacities[k];
        std::vector<std::string> row{printable(result.limits[k]),
                                     level_text(result.levels, capacity.estimate) + hosting_interval(result, capacity),
                                     hosting_share(capacity.at, result.is_one_day),
                                     hosting_share(capacity.above, result.is_one_day),
                                     binding_text(capacity.binding),
                                     hours_text(capacity.binding),
                                     next_text(result, run, capacity)};
        const auto is_same = [&row](const auto& other) { return std::equal(row.begin() + 1, row.end(), other.begin() + 1); };
        const auto same = std::find_if(rows.begin(), rows.end(), is_same);  // a joint limit says what its first kind says
        if (same == rows.end())
            rows.push_back(std::move(row));
        else
            same->front() += ", " + row.front();
    }
    for (auto& row : rows) std::rotate(row.begin(), row.begin() + 1, row.end());
    return text +
           text_table({"capacity" + unit, "broken there %", "one step on %", "what binds", "worst at", "next limit", "of limits"},
                      std::move(rows), 2, hosting_page);
}

/// Replicas that contradict the rule that a broken limit stays broken, and runs that were not judged.
std::string remarks_of(const HostingResult& result) {
    std::vector<std::string> contradicting, moved, not_judged;
    for (const HostingRun& run : result.runs) {
        for (std::size_t k = 0; k < std::min(run.capacities.size(), result.limits.size()); ++k) {
            const HostingCapacity& capacity = run.capacities[k];
            const std::string what = printable(run.controller) + " " + printable(result.limits[k]);
            if (capacity.contradicting > 0) contradicting.push_back(fmt::format("{} {}", what, capacity.contradicting));
            if (capacity.has_moved) moved.push_back(what);
            if (capacity.not_judged > 0) not_judged.push_back(fmt::format("{} {}", what, capacity.not_judged));
        }
    }
    std::string text;
    if (!contradicting.empty())
        text += hosting_paragraph(fmt::format(
            "Note: of {} replicas so many broke a limit at some value and kept it at a higher one: {}. There the shares at the "
            "capacity "
            "and at both ends of its interval are of whole runs; the limit may hold again further up.{}",
            result.replicas, fmt::join(contradicting, ", "),
            moved.empty() ? std::string() : fmt::format(" Whole runs moved the capacity of: {}.", fmt::join(moved, ", "))));
    if (!not_judged.empty())
        text += hosting_paragraph(
            fmt::format("Warning: so many runs were not judged, and count as kept: {}.", fmt::join(not_judged, ", ")));
    return text;
}

std::string warnings_of(const HostingResult& result) {
    std::string text;
    const auto is_open = [](const HostingRun& run) {
        return std::any_of(run.capacities.begin(), run.capacities.end(),
                           [](const HostingCapacity& c) { return c.high && !c.low; });
    };
    if (result.is_one_day)
        text += hosting_paragraph("All replicas are one and the same day: there are no intervals.");
    else if (std::any_of(result.runs.begin(), result.runs.end(), is_open))
        text += hosting_paragraph(
            fmt::format("open: {} replicas are too few to show that at most {:g} % of the days break a limit; it takes {}.",
                        result.replicas, 100.0 * result.at_most, result.replicas_for_low_end));
    if (!result.not_judged.empty())
        text += hosting_paragraph(fmt::format("Not judged, as this feeder has nothing to hold them against: {}.",
                                              printable(fmt::format("{}", fmt::join(result.not_judged, ", ")))));
    if (result.study.unrated_branches > 0)
        text += hosting_paragraph(ratings_text(result.study.branches, result.study.unrated_branches));
    const std::string drawn_once = printable(drawn_once_text(result.study.places_drawn_once));
    if (!drawn_once.empty()) text += hosting_paragraph("Note: " + drawn_once);
    return text;
}

/// The lowest capacity of a bus under any controller, by which buses are put in order where there are many.
std::ptrdiff_t lowest_at(const HostingResult& result, std::size_t bus) {
    std::ptrdiff_t lowest = static_cast<std::ptrdiff_t>(result.place_levels.count);
    for (const HostingRun& run : result.runs)
        if (!run.failure && bus < run.places.size()) lowest = std::min(lowest, run.places[bus].estimate);
    return lowest;
}

std::string table_of_places(const HostingResult& result) {
    if (result.place_buses.empty()) return {};
    std::vector<std::size_t> shown;
    for (std::size_t b = 0; b < result.place_buses.size(); ++b) shown.push_back(b);
    std::stable_sort(shown.begin(), shown.end(),
                     [&](std::size_t a, std::size_t b) { return lowest_at(result, a) < lowest_at(result, b); });
    const std::size_t all = shown.size();
    shown.resize(std::min(all, most_buses_shown));
    std::sort(shown.begin(), shown.end());
    TextTable table;
    table.rows.push_back({"bus"});
    for (const HostingRun& run : result.runs) table.rows.front().push_back(printable(run.controller));
    for (const std::size_t bus : shown) {
        table.rows.push_back({printable(result.place_buses[bus])});
        for (const HostingRun& run : result.runs) {
            const bool is_known = !run.failure && bus < run.places.size();
            std::string cell = is_known ? level_text(result.place_levels, run.places[bus].estimate) : "-";
            if (is_known && run.places[bus].binding) cell += " " + printable(run.places[bus].binding->kind);
            table.rows.back().push_back(std::move(cell));
        }
    }
    std::string text = "\nAll of " + printable(fmt::format("{}", fmt::join(result.place_levels.paths, ", "))) +
                       fmt::format(" at one bus: capacity{} for {}, and what is broken first beyond it; {} replicas\n",
                                   result.place_levels.unit.empty() ? "" : " (" + result.place_levels.unit + ")",
                                   printable(result.place_limit), result.place_replicas);
    if (all > shown.size()) text += fmt::format("the {} lowest of {} buses; all are in the file\n", shown.size(), all);
    return text + "\n" + table.text(hosting_page);
}

std::string heading_of_hosting(const HostingResult& result) {
    const HostingLevels& levels = result.levels;
    const std::string interval =
        result.is_one_day ? "" : fmt::format(" Brackets are {:g} % intervals.", 100.0 * result.confidence);
    return printable(result.study.title) + "\n" +
           hosting_paragraph(fmt::format("Hosting capacity: the largest {} from {} to {} by {:.12g} at which a limit is broken "
                                         "on at most {:g} % of the days; "
                                         "{} replicas, seed {}.{}",
                                         printable(fmt::format("{}", fmt::join(levels.paths, ", "))), levels.text(0),
                                         levels.text(levels.count > 0 ? levels.count - 1 : 0), levels.step,
                                         100.0 * result.at_most, result.replicas, result.study.seed, interval));
}

}  // namespace

std::string hosting_table(const HostingResult& result) {
    std::string text = heading_of_hosting(result);
    for (const HostingRun& run : result.runs) text += table_of_run(result, run);
    text += table_of_places(result) + "\n" + remarks_of(result) + warnings_of(result);
    const auto run = static_cast<double>(result.replicas_run());
    const auto all = static_cast<double>(result.replicas_of_all_levels());
    return text +
           hosting_paragraph(fmt::format("{} replicas were run; all at every value would be {}, {:.3g} times as many.",
                                         result.replicas_run(), result.replicas_of_all_levels(), run > 0.0 ? all / run : 0.0));
}

}  // namespace evsweep
