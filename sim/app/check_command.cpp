#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <vector>

#include "evsweep/stationary.hpp"
#include "sim/app/commands.hpp"
#include "sim/app/run_sweep.hpp"
#include "sim/app/say.hpp"
#include "sim/app/study_source.hpp"
#include "sim/study/band_check.hpp"
#include "sim/study/base_load_check.hpp"
#include "sim/study/cut_stays.hpp"
#include "sim/study/hosting/hosting_plan.hpp"
#include "sim/study/input_texts.hpp"
#include "sim/study/load_study.hpp"
#include "sim/study/memory_estimate.hpp"
#include "sim/study/memory_there.hpp"
#include "sim/study/places_text.hpp"
#include "sim/study/ratings.hpp"
#include "sim/study/site_check.hpp"
#include "sim/study/stay_check.hpp"
#include "sim/study/wall_clock.hpp"

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

/// Which loads follow what, and what that adds up to.
std::string base_load_text(const LoadedStudy& study) {
    const BaseLoadSummary base = summarise_base_load(study);
    constexpr std::size_t most = 6;
    std::vector<std::string> parts;
    for (const auto& [profile, loads] : base.followers)
        if (base.followers.size() <= most) parts.push_back(fmt::format("{} follow {}", loads, profile));
    if (parts.empty() && !base.followers.empty()) {
        std::size_t loads = 0;
        for (const auto& [profile, count] : base.followers) loads += count;
        parts.push_back(fmt::format("{} follow {} profiles", loads, base.followers.size()));
    }
    if (base.constant > 0 || parts.empty()) parts.push_back(fmt::format("{} are constant", base.constant));
    const TimeSettings& time = study.scenario.time;
    const WallClock clock(Value<Calendar>::text(time.start), clock_changes_of(time.start, time.duration));
    std::string text = fmt::format("of {} loads {}; at nominal voltage they peak at {:.5g} kW at {}, and take {:.5g} kWh in {}",
                                   study.feeder->loads().size(), fmt::join(parts, ", "), base.peak_kw,
                                   clock.text(hours(base.peak_at.time_since_epoch())), base.energy_kwh,
                                   duration_text(study.scenario.time.duration));
    const auto& variation = study.scenario.base_load.variation;
    if (variation) text += fmt::format("; replicas vary around that ({})", variation->type);
    return text;
}

/// How many vehicles there are, and, where there are any, how many resources that are none.
std::string fleet_text(const Population& fleet) {
    const auto stationary = static_cast<std::size_t>(std::count_if(fleet.sessions.begin(), fleet.sessions.end(), never_leaves));
    std::string text = fmt::format("{} vehicles", fleet.vehicles.size() - stationary);
    if (stationary > 0) text += fmt::format(" and {} stationary batter{}", stationary, stationary == 1 ? "y" : "ies");
    for (std::size_t row = 1; row < fleet.queues.size(); ++row) {
        const auto sharing = std::count(fleet.connectors.queue.begin(), fleet.connectors.queue.end(), row);
        text += fmt::format(", {} of '{}' at {} shared point{}", sharing, fleet.queues[row].name, fleet.queues[row].points,
                            fleet.queues[row].points == 1 ? "" : "s");
    }
    return text;
}

/// One line for each thing that a study takes for granted, and for what it leaves out.
std::vector<std::string> remarks_on(const LoadedStudy& study, const Population& fleet) {
    std::vector<std::string> lines{base_load_text(study)};
    const auto& site = study.feeder->site();
    lines.push_back(ratings_text(site.branch.size(), unrated_branches(site)));
    lines.push_back(bands_text(study.scenario.limits, site));
    lines.push_back(sites_text(study, fleet.connectors));
    for (std::string& text : input_texts(study)) lines.push_back(std::move(text));
    const StayTally stays = fleet.all_stays();
    for (const std::string& text : {changed_text(stays), left_out_text(stays)})
        if (!text.empty()) lines.push_back("in replica 0 " + text);
    return lines;
}

/// "200 replicas", or "30 to 2000 replicas, as needed".
std::string replicas_text(const StudySettings& study) {
    if (study.batch_length) return "one replica in parts of " + duration_text(*study.batch_length);
    if (!study.stop) return fmt::format("{} replicas", study.replicas);
    return fmt::format("{} to {} replicas, as needed,", study.replicas, study.stop->max_replicas);
}

/// Tries the ends of what `evsweep hosting` would go through; false (reported) where that is not possible.
bool check_hosting(const StudySource& source, const Issues& told) {
    Issues found(source.files), more(source.files);
    Issues unsaid(source.files);
    if (!read_hosting(source.scenario, source.overrides, unsaid)) return true;
    const auto plan = plan_hosting(source.scenario, source.overrides, found);
    for (const Issue& issue : found.list()) {
        const auto is_it = [&](const Issue& other) { return to_text(other) == to_text(issue); };
        if (std::none_of(told.list().begin(), told.list().end(), is_it)) more.add(issue);
    }
    report(more);
    if (plan)
        say(fmt::format("  hosting: {} from {} to {} in {} values, {} limits, {} replicas",
                        fmt::join(plan->request.levels.paths, ", "), plan->request.levels.text(0),
                        plan->request.levels.text(plan->request.levels.count - 1), plan->request.levels.count, plan->asked,
                        plan->replicas));
    return plan.has_value();
}

ExitStatus check_one(const std::filesystem::path& file, const std::vector<std::string>& overrides) {
    const auto source = study_source(file, overrides);
    if (!source) return ExitStatus::invalid_input;
    const FoundSweep found = find_sweep(*source);
    if (found.is_wrong) return ExitStatus::invalid_input;
    if (found.sweep) return check_sweep(file, *source, *found.sweep);
    Issues issues(source->files);
    const auto study = load_study(source->scenario, source->overrides, issues);
    report(issues);
    if (!study) return ExitStatus::invalid_input;
    const Population fleet = study->draw(ReplicaId(0));
    say(fmt::format("{}: good: {} buses, {}, {} of {}", file.string(), study->feeder->site().bus.size(), fleet_text(fleet),
                    replicas_text(study->scenario.study), names_of_controllers(study->scenario)));
    for (std::size_t g = 0; g < study->behaviours.size(); ++g)
        say("  " + places_text(study->scenario.population[g].label, study->behaviours[g]->places()));
    if (const auto cut = cut_text(stays_cut_at(Instant(study->scenario.time.duration), fleet)))
        say(fmt::format("{}: hint: {}", file.string(), *cut));
    if (const auto unseen = short_stays_text(study->scenario.time.step, fleet))
        say(fmt::format("{}: hint: {}", file.string(), *unseen));
    for (const std::string& line : remarks_on(*study, fleet))
        if (!line.empty()) say("  " + line);
    if (!check_hosting(*source, issues)) return ExitStatus::invalid_input;
    return tell_memory(file, *study);
}

}  // namespace

ExitStatus check_command(const std::vector<std::filesystem::path>& files, const std::vector<std::string>& overrides) {
    auto status = ExitStatus::success;
    for (const auto& file : files) status = std::max(status, check_one(file, overrides));
    return status;
}

}  // namespace evsweep
