#include "sim/report/warnings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "sim/base/text_table.hpp"
#include "sim/report/parts_text.hpp"
#include "sim/report/stop_text.hpp"
#include "sim/study/places_text.hpp"
#include "sim/study/ratings.hpp"
#include "sim/study/study_estimates.hpp"
#include "sim/study/wall_clock.hpp"

namespace evsweep {

namespace {

std::string failed_replicas(const StudyResult& result) {
    if (result.failures.empty()) return {};
    const auto& first = result.failures.front();
    return fmt::format("\n{} of {} replicas failed and are left out; the first: replica {}{}: {}\n", result.failures.size(),
                       result.planned_replicas(), first.replica.index(),
                       first.controller.empty() ? "" : " under " + printable(first.controller), printable(first.what));
}

std::string places_drawn_once(const StudyResult& result) {
    const std::string text = printable(drawn_once_text(result.places_drawn_once));
    return text.empty() ? text : "\nNote: " + text + "\n";
}

/// That replicas repeat one fleet, which no number of them makes up for.
std::string same_fleets(const StudyResult& result) {
    if (!result.same_fleets || result.replicas.size() < 2) return {};
    const char* text = is_one_day(result)
                           ? "are one and the same day: nothing is drawn at random, or all draws came out alike. That is a\n"
                             "sample of one day. There is no interval, and no difference is starred.\n"
                           : "have the same vehicles with the same stays. Intervals are over what meters and controllers\n"
                             "draw, and say nothing about other days.\n";
    return fmt::format("\nAll {} replicas {}", result.replicas.size(), text);
}

/// Control steps of all finished replicas under one controller; 0: not known.
std::size_t steps_of_a_run(const StudyResult& result) { return result.control_steps * (result.replicas.size() / result.parts); }

std::string share_of_steps(std::size_t unsolved, std::size_t all) {
    if (all == 0) return fmt::format("{} control step{}", unsolved, unsolved == 1 ? "" : "s");
    return fmt::format("{} of {} control steps", unsolved, all);
}

std::string unsolved_steps(const StudyResult& result, const RunResult& run) {
    if (run.unsolved_steps == 0) return {};
    const std::size_t all = &run == &result.base ? result.control_steps : steps_of_a_run(result);
    std::string text = fmt::format(
        "\n{}: the load flow had no solution at {}; these count as outside the voltage band and as overloaded, while extremes, "
        "losses and feeder energies are over the other steps only",
        printable(run.label), share_of_steps(run.unsolved_steps, all));
    if (!run.unsolved.empty()) {
        const auto& first = run.unsolved.front();
        text += fmt::format("; the first: replica {}, {:.2f} h after the start, {} at bus {}", first.replica.index(),
                            hours(first.at.time_since_epoch()), printable(first.status), printable(first.worst_bus));
    }
    text += "\n";
    if (run.mostly_unsolved_replicas > 0 && &run != &result.base)
        text += fmt::format("{}: {} of {} replicas had no load flow in most of their steps; their numbers say little\n",
                            printable(run.label), run.mostly_unsolved_replicas, result.replicas.size() / result.parts);
    return text;
}

/// A text without its numbers: remarks that differ in nothing else are of one kind.
std::string kind_of(const std::string& text) {
    std::string kind;
    for (const char c : text) {
        const bool is_number = (c >= '0' && c <= '9') || (c == '.' && !kind.empty() && kind.back() == '#');
        if (!is_number)
            kind += c;
        else if (kind.empty() || kind.back() != '#')
            kind += '#';
    }
    return kind;
}

/// Remarks of one kind under one controller.
struct RemarkKind {
    std::string kind;
    const ReplicaRemark* first = nullptr;
    const ReplicaRemark* latest = nullptr;
    std::size_t replicas = 0;
};

/// In the order of their first remarks.
std::vector<RemarkKind> kinds_of(const std::vector<ReplicaRemark>& remarks) {
    std::vector<RemarkKind> kinds;
    for (const ReplicaRemark& remark : remarks) {
        const std::string kind = kind_of(remark.text);
        auto known = std::find_if(kinds.begin(), kinds.end(), [&](const RemarkKind& k) { return k.kind == kind; });
        if (known == kinds.end()) known = kinds.insert(known, RemarkKind{kind, &remark, nullptr, 0});
        if (!known->latest || known->latest->replica != remark.replica) ++known->replicas;
        known->latest = &remark;
    }
    return kinds;
}

std::string plural(std::size_t count, const char* noun) { return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s"); }

/// The remarks of a controller: how many, and an example of each kind, of few.
std::string remarks(const StudyResult& result, const RunResult& run) {
    if (run.remark_count == 0) return {};
    constexpr std::size_t few = 3;
    const WallClock clock(result.calendar_start, result.clock_changes);
    std::string text = fmt::format("\n{}: {} in {} of {}", printable(run.label), plural(run.remark_count, "remark"),
                                   run.remarked_replicas, plural(result.replicas.size(), "replica"));
    text += run.remarks.size() < run.remark_count ? fmt::format("; among the first {}\n", run.remarks.size()) : "\n";
    const auto kinds = kinds_of(run.remarks);
    for (std::size_t k = 0; k < std::min(few, kinds.size()); ++k) {
        const ReplicaRemark& first = *kinds[k].first;
        text += fmt::format("  in {}, first in replica {} at {}: {}\n", plural(kinds[k].replicas, "replica"),
                            first.replica.index(), clock.text(hours(first.at.time_since_epoch())), printable(first.text));
    }
    if (kinds.size() > few) text += fmt::format("  and {} in the result file\n", plural(kinds.size() - few, "more kind"));
    return text;
}

/// Which branches the rows on loading and overload say nothing of.
std::string unrated_text(const StudyResult& result) {
    const std::string text = ratings_text(result.branches, result.unrated_branches);
    return text.empty() ? text : "\n" + text + "\n";
}

/// Where energy is asked for that no controller was asked to give.
std::string stays_left_out(const StudyResult& result) {
    for (const auto& run : result.controllers) {
        for (const VariableResult& row : run.variables) {
            if (row.variable.name != "dropped_kwh" || row.values.empty()) continue;
            const std::vector<double> values = row.values.read();
            const double sum = std::accumulate(values.begin(), values.end(), 0.0);
            if (!(sum > 0.0)) return {};
            return fmt::format(
                "\nStays left out ask for {:.1f} kWh in the mean {}, whatever the controller; no row counts that as served "
                "or "
                "unserved\n",
                sum / static_cast<double>(values.size()), result.sample_noun());
        }
    }
    return {};
}

}  // namespace

std::string warnings(const StudyResult& result) {
    std::string text =
        same_fleets(result) + failed_replicas(result) + places_drawn_once(result) + unsolved_steps(result, result.base);
    text += parts_warning(result) + stop_warning(result) + unrated_text(result) + stays_left_out(result);
    for (const auto& run : result.controllers) text += unsolved_steps(result, run);
    for (const auto& run : result.controllers) text += remarks(result, run);
    if (result.replicas.empty()) text += "\nNo replica was finished: there is nothing to compare.\n";
    return text;
}

std::optional<std::string> dead_end(const StudyResult& result) {
    const std::size_t all = steps_of_a_run(result);
    if (all == 0) return std::nullopt;
    for (const auto& run : result.controllers) {
        if (run.unsolved_steps < all) continue;
        const bool without_vehicles = result.base.unsolved_steps == result.control_steps;
        return fmt::format("under {} no load flow had a solution, in any step of any replica; {}", printable(run.label),
                           without_vehicles
                               ? "nor has the feeder without vehicles: look at its loads, lines and voltages with `evsweep solve`"
                               : "the feeder without vehicles has some: ask for fewer vehicles or less power for each");
    }
    return std::nullopt;
}

}  // namespace evsweep
