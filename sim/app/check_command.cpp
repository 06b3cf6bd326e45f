#include <fmt/format.h>

#include <algorithm>

#include "sim/app/commands.hpp"
#include "sim/app/say.hpp"
#include "sim/study/cut_stays.hpp"
#include "sim/study/load_study.hpp"
#include "sim/study/memory_estimate.hpp"
#include "sim/study/memory_there.hpp"
#include "sim/study/places_text.hpp"

namespace evsweep {

namespace {

std::string names_of_controllers(const Scenario& scenario) {
    std::string names;
    for (const auto& controller : scenario.controllers) names += (names.empty() ? "" : ", ") + controller.label;
    return names;
}

/// What a run takes of memory; `failed` where it is not there.
ExitStatus tell_memory(const std::filesystem::path& file, const LoadedStudy& study) {
    const StudyShape shape = shape_of(study, {});
    const MemoryEstimate estimate = estimate_memory(study, shape);
    say(fmt::format("{}: memory: {}", file.string(), to_text(estimate)));
    const auto shortage = memory_shortage(estimate, shape, memory_there(shape.threads + 1));
    return shortage ? fail(file.string() + ": " + *shortage) : ExitStatus::success;
}

ExitStatus check_one(const std::filesystem::path& file, const std::vector<std::string>& overrides) {
    Issues issues;
    const auto study = load_study(file, overrides, issues);
    tell(issues);
    if (!study) return ExitStatus::invalid_input;
    const Population fleet = study->draw(ReplicaId(0));
    say(fmt::format("{}: good: {} buses, {} vehicles, {} replicas of {}", file.string(), study->feeder->site().bus.size(),
                    fleet.vehicles.size(), study->scenario.study.replicas, names_of_controllers(study->scenario)));
    for (std::size_t g = 0; g < study->behaviours.size(); ++g)
        say("  " + places_text(study->scenario.population[g].label, study->behaviours[g]->places()));
    if (const auto cut = cut_text(stays_cut_at(Instant(study->scenario.time.duration), fleet)))
        say(fmt::format("{}: hint: {}", file.string(), *cut));
    return tell_memory(file, *study);
}

}  // namespace

ExitStatus check_command(const std::vector<std::filesystem::path>& files, const std::vector<std::string>& overrides) {
    auto status = ExitStatus::success;
    for (const auto& file : files) status = std::max(status, check_one(file, overrides));
    return status;
}

}  // namespace evsweep
