#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "sim/app/commands.hpp"
#include "sim/app/result_path.hpp"
#include "sim/app/result_target.hpp"
#include "sim/app/run_sweep.hpp"
#include "sim/app/say.hpp"
#include "sim/app/study_source.hpp"
#include "sim/report/day_page.hpp"
#include "sim/study/load_study.hpp"
#include "sim/study/study.hpp"

namespace evsweep {

namespace {

/// A whole number of at most `most`, or nothing (refused).
std::optional<int> number_below(const std::string& text, const char* flag, int end, const char* of) {
    int number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && rest == text.data() + text.size() && number >= 0 && number < end) return number;
    refuse(fmt::format("{}: there is no {} '{}'", flag, of, text), fmt::format("they are 0 to {}", end - 1));
    return std::nullopt;
}

/// The label as the scenario has it; nothing (refused) where there is none of that name.
std::optional<std::string> known_controller(const LoadedStudy& study, const std::string& asked) {
    std::vector<std::string> labels;
    for (const Alternative& alternative : study.scenario.controllers) labels.push_back(alternative.label);
    if (labels.empty()) return refuse("show: the study has no controller", "there is nothing to show"), std::nullopt;
    if (asked.empty()) return study.scenario.study.reference.empty() ? labels.front() : study.scenario.study.reference;
    if (std::find(labels.begin(), labels.end(), asked) != labels.end()) return asked;
    return refuse("--controller: there is no '" + asked + "'", did_you_mean(asked, labels)), std::nullopt;
}

/// What makes of the study the one day.
std::vector<std::string> narrowed(const LoadedStudy& study, const StudySource& source, const std::string& controller,
                                  int replica) {
    std::vector<std::string> overrides = source.overrides;
    overrides.push_back("study.reference=" + controller);
    overrides.push_back(day_outputs(replica));
    if (study.scenario.study.stop) overrides.push_back("study.stop=~");  // the number that it is about may not be recorded
    for (const Alternative& alternative : study.scenario.controllers)
        if (alternative.label != controller) overrides.push_back("controllers." + alternative.label + "=~");
    return overrides;
}

/// Problems of the study are reported; its warnings were when it ran.
std::optional<LoadedStudy> load_quietly(const StudySource& source, const std::vector<std::string>& overrides) {
    Issues issues(source.files);
    auto study = load_study(source.scenario, overrides, issues);
    if (!study) report(issues);
    return study;
}

ExitStatus keep(const StudyResult& result, const ResultTarget& target) {
    const PlacedResult placed = target.place(result);
    for (const std::string& note : placed.notes) fail(note);
    if (placed.file) say("\nResults: " + placed.file->string());
    return placed.is_at_fault ? ExitStatus::failed : ExitStatus::success;
}

}  // namespace

ExitStatus show_command(const ShowOptions& options) {
    if (const auto wrong = wrong_ending(options.out)) return refuse("--out: " + *wrong, "end it in .h5, or in / for a folder");
    std::vector<std::string> point;
    if (!options.point.empty()) point.push_back(std::string(point_assignment) + options.point);
    const auto source = study_source(options.result, point);
    if (!source) return ExitStatus::invalid_input;
    const FoundSweep found = find_sweep(*source);
    if (found.is_wrong) return ExitStatus::invalid_input;
    if (found.sweep)
        return refuse("show: '" + options.result.string() + "' is a sweep, and it is not said which point",
                      fmt::format("give --point 0 to --point {}", found.sweep->points() - 1));
    const auto whole = load_quietly(*source, source->overrides);
    if (!whole) return ExitStatus::invalid_input;
    const auto controller = known_controller(*whole, options.controller);
    const auto replica = number_below(options.replica.empty() ? "0" : options.replica, "--replica",
                                      whole->scenario.study.most_replicas(), "replica");
    const auto vehicles = static_cast<int>(whole->draw(ReplicaId(0)).vehicles.size());
    const auto vehicle =
        options.vehicle.empty() ? std::optional(-1) : number_below(options.vehicle, "--vehicle", vehicles, "vehicle");
    if (!controller || !replica || !vehicle) return ExitStatus::invalid_input;
    std::optional<ResultTarget> target;
    if (options.out) {
        target.emplace(result_path(options.result, options.out),
                       options.force ? ResultTarget::Overwrites::anything : ResultTarget::Overwrites::interrupted);
        if (const auto obstacle = target->obstacle()) return refuse("--out: " + *obstacle);
    }
    const auto study = load_quietly(*source, narrowed(*whole, *source, *controller, *replica));
    if (!study) return ExitStatus::invalid_input;
    const StudyResult result = run_study(*study, {.threads = 1, .only = ReplicaId(static_cast<std::size_t>(*replica))});
    if (result.replicas.empty())
        return fail(fmt::format("replica {} failed under {}: {}", *replica, *controller,
                                result.failures.empty() ? "it was stopped" : result.failures.front().what));
    say(day_page(result, *vehicle < 0 ? std::nullopt : std::optional(static_cast<std::size_t>(*vehicle))));
    return target ? keep(result, *target) : ExitStatus::success;
}

}  // namespace evsweep
