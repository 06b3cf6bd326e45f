#include "sim/study/troubles.hpp"

#include <fmt/format.h>

#include "sim/study/text_table.hpp"

namespace evsweep {

namespace {

std::string failed_replicas(const StudyResult& result) {
    if (result.failures.empty()) return {};
    const auto& first = result.failures.front();
    return fmt::format("\n{} of {} replicas failed and are left out; the first: replica {}{}: {}\n", result.failures.size(),
                       result.planned, first.replica.index(),
                       first.controller.empty() ? "" : " under " + printable(first.controller), printable(first.what));
}

/// Control steps of all finished replicas under one controller; 0: not known.
std::size_t steps_of_a_run(const StudyResult& result) { return result.control_steps * result.replicas.size(); }

std::string share_of_steps(std::size_t unsolved, std::size_t all) {
    if (all == 0) return fmt::format("{} control step{}", unsolved, unsolved == 1 ? "" : "s");
    return fmt::format("{} of {} control steps", unsolved, all);
}

std::string unsolved_steps(const StudyResult& result, const RunResult& run) {
    if (run.unsolved_steps == 0) return {};
    std::string text = fmt::format(
        "\n{}: the load flow had no solution at {}; its voltages, losses and feeder energies are over the other steps only",
        printable(run.label), share_of_steps(run.unsolved_steps, steps_of_a_run(result)));
    if (!run.unsolved.empty()) {
        const auto& first = run.unsolved.front();
        text += fmt::format("; the first: replica {}, {:.2f} h after the start, {} at bus {}", first.replica.index(),
                            hours(first.at.time_since_epoch()), printable(first.status), printable(first.worst_bus));
    }
    text += "\n";
    if (run.mostly_unsolved_replicas > 0)
        text += fmt::format("{}: {} of {} replicas had no load flow in most of their steps; their numbers say little\n",
                            printable(run.label), run.mostly_unsolved_replicas, result.replicas.size());
    return text;
}

}  // namespace

std::string troubles(const StudyResult& result) {
    std::string text = failed_replicas(result);
    for (const auto& run : result.controllers) text += unsolved_steps(result, run);
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
