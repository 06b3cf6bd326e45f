#include <fmt/format.h>

#include "sim/app/commands.hpp"
#include "sim/app/say.hpp"
#include "sim/study/load_study.hpp"
#include "sim/study/places_text.hpp"

namespace evsweep {

namespace {

std::string names_of_controllers(const Scenario& scenario) {
    std::string names;
    for (const auto& controller : scenario.controllers) names += (names.empty() ? "" : ", ") + controller.label;
    return names;
}

bool is_good(const std::filesystem::path& file, const std::vector<std::string>& overrides) {
    Issues issues;
    const auto study = load_study(file, overrides, issues);
    tell(issues);
    if (!study) return false;
    const Population fleet = study->draw(ReplicaId(0));
    say(fmt::format("{}: good: {} buses, {} vehicles, {} replicas of {}", file.string(), study->feeder->site().bus.size(),
                    fleet.vehicles.size(), study->scenario.study.replicas, names_of_controllers(study->scenario)));
    for (std::size_t g = 0; g < study->behaviours.size(); ++g)
        say("  " + places_text(study->scenario.population[g].label, study->behaviours[g]->places()));
    return true;
}

}  // namespace

ExitStatus check_command(const std::vector<std::filesystem::path>& files, const std::vector<std::string>& overrides) {
    auto status = ExitStatus::success;
    for (const auto& file : files)
        if (!is_good(file, overrides)) status = ExitStatus::invalid_input;
    return status;
}

}  // namespace evsweep
