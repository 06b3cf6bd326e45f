#include "sim/study/hosting/hosting_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/study/fleet_fingerprint.hpp"
#include "sim/study/hosting/hosting_limits.hpp"
#include "sim/study/stop_target.hpp"

namespace evsweep {

namespace {

/// What the machine says of a value that the section gives, at the place where it gives it.
Issue placed_at_section(const Issue& issue, const HostingLevels& levels, std::size_t level, const std::string& section,
                        const Position& at) {
    if (!issue.at.file || *issue.at.file != "--set") return issue;
    const bool is_varied = std::any_of(levels.paths.begin(), levels.paths.end(), [&](const std::string& path) {
        return issue.path.starts_with(path) || path.starts_with(issue.path);
    });
    if (!is_varied) return issue;
    Issue placed = issue;
    placed.at = at;
    placed.path = section;
    placed.problem = fmt::format("makes {} {}: {}", issue.path, levels.text(level), issue.problem);
    return placed;
}

bool is_told(const Issues& issues, const Issue& issue) {
    const std::string text = to_text(issue);
    return std::any_of(issues.list().begin(), issues.list().end(), [&](const Issue& told) { return to_text(told) == text; });
}

/// A value and what is said of it.
struct TriedLevel {
    const HostingLevels& levels;
    std::size_t level;
    std::string section;  ///< path of what gives it
    Position at;
    std::string bus{};  ///< to stand at; empty: as the scenario says
};

/// Loads the study at one value. Errors are reported, each once, and warnings where `with_warnings`.
std::optional<LoadedStudy> try_level(const HostingPlan& plan, const TriedLevel& tried, bool with_warnings, Issues& issues) {
    Issues found(plan.files);
    auto study = load_study(plan.file, hosting_overrides(plan, tried.level, tried.bus.empty() ? nullptr : &tried.bus), found);
    for (const Issue& issue : found.list()) {
        if (issue.severity == Severity::warning && !with_warnings) continue;
        Issue placed = placed_at_section(issue, tried.levels, tried.level, tried.section, tried.at);
        if (!is_told(issues, placed)) issues.add(std::move(placed));
    }
    return study;
}

/// A study whose replicas are not independent of one another, or not of a number that is known, has no such interval.
void check_study_of_hosting(const LoadedStudy& study, const HostingRequest& request, Issues& issues) {
    if (study.stop)
        issues.error(study.scenario.study.stop->at, "study.stop",
                     "decides the number of replicas, which hosting fixes beforehand", "take it away (`--set study.stop=~`)");
    if (study.scenario.study.draws != DrawKind::independent)
        issues.error(request.at, "study.draws", "draws that are spread out over replicas have no exact interval of a probability",
                     "take independent draws (`--set study.draws=independent`)");
}

/// Whether the first replicas of the largest fleet are one and the same.
bool is_one_day_hosted(const LoadedStudy& study, std::size_t replicas) {
    constexpr std::size_t enough = 16;
    const std::uint64_t first = fleet_fingerprint(study.draw(ReplicaId(0)));
    for (std::size_t r = 1; r < std::min(replicas, enough); ++r)
        if (fleet_fingerprint(study.draw(ReplicaId(r))) != first) return false;
    return true;
}

void plan_statistics(HostingPlan& plan, Issues& issues) {
    const HostingSettings& asked = plan.request.settings;
    plan.replicas = static_cast<std::size_t>(asked.replicas.value_or(plan.study.scenario.study.replicas));
    plan.confidence = asked.confidence.value_or(plan.study.scenario.study.confidence).value();
    plan.at_most = asked.at_most.value();
    if (plan.replicas < 2) {
        issues.error(plan.request.at, "hosting.replicas", "one day says nothing about days on which limits are broken",
                     "say `replicas: 100`, here or in `study`");
        return;
    }
    if (asked.places)
        plan.place_replicas = static_cast<std::size_t>(asked.places->replicas.value_or(static_cast<int>(plan.replicas)));
    plan.ranks = capacity_ranks(plan.replicas, plan.at_most, plan.confidence);
    plan.is_one_day = is_one_day_hosted(plan.study, plan.replicas);
    if (!plan.ranks.low && !plan.is_one_day)
        issues.warning(plan.request.at, "hosting.replicas",
                       fmt::format("{} are too few to show that at most {:g} % of the days break a limit: the lower end of every "
                                   "interval is open",
                                   plan.replicas, 100.0 * plan.at_most),
                       fmt::format("take at least {}", replicas_for_low_end(plan.at_most, plan.confidence)));
}

/// The buses whose own capacity is asked for.
void plan_places(HostingPlan& plan, Issues& issues) {
    const auto& places = plan.request.settings.places;
    if (!places) return;
    const FeederSite& site = plan.study.feeder->site();
    if (places->buses.list == std::vector<std::string>{"each"}) {
        std::vector<bool> has_load(site.bus.size(), false);
        for (const SiteLoad& load : site.loads) has_load[load.bus.index()] = true;
        for (std::size_t b = 0; b < site.bus.size(); ++b)
            if (has_load[b]) plan.place_buses.push_back(site.bus[b]);
        if (plan.place_buses.empty())
            issues.error(plan.request.places_at, "hosting.places.buses", "no bus of the feeder has a load", "name buses");
        return;
    }
    for (const std::string& bus : places->buses.list) {
        if (std::find(site.bus.begin(), site.bus.end(), bus) == site.bus.end())
            issues.error(plan.request.places_at, "hosting.places.buses", "there is no bus '" + bus + "'",
                         did_you_mean(bus, site.bus));
        plan.place_buses.push_back(bus);
    }
    if (plan.place_buses.empty())
        issues.error(plan.request.places_at, "hosting.places.buses", "is empty", "name buses, or write `each`");
}

}  // namespace

std::vector<std::string> hosting_overrides(const HostingPlan& plan, std::size_t level, const std::string* bus) {
    std::vector<std::string> overrides = plan.overrides;
    const HostingLevels& levels = bus ? *plan.request.place_levels : plan.request.levels;
    if (bus) {
        for (const std::string& path : levels.paths) {
            const std::string group = group_of_path(path);
            const auto wiring = plan.request.wiring.find(group);
            overrides.push_back(fmt::format("population.{}.placement={{rule: round_robin, buses: [\"{}\"]{}}}", group, *bus,
                                            wiring == plan.request.wiring.end() ? "" : wiring->second));
        }
    }
    for (std::string& assignment : levels.overrides(level)) overrides.push_back(std::move(assignment));
    return overrides;
}

std::optional<HostingPlan> plan_hosting(const std::filesystem::path& file, const std::vector<std::string>& overrides,
                                        Issues& issues) {
    auto study = load_study(file, overrides, issues);
    if (!study) return std::nullopt;
    auto request = read_hosting(file, overrides, issues);
    if (!request) return std::nullopt;
    HostingPlan plan{file, overrides, issues.shared_files(), std::move(*request), std::move(*study)};
    check_study_of_hosting(plan.study, plan.request, issues);
    const HostingLevels& levels = plan.request.levels;
    (void)try_level(plan, {levels, 0, "hosting.from", plan.request.from_at}, false, issues);
    if (!issues.has_errors()) (void)try_level(plan, {levels, 1, "hosting.step", plan.request.step_at}, false, issues);
    auto highest = try_level(plan, {levels, levels.count - 1, "hosting.to", plan.request.to_at}, true, issues);
    plan_places(plan, issues);
    if (plan.request.place_levels && !plan.place_buses.empty() && !issues.has_errors())
        (void)try_level(plan,
                        {*plan.request.place_levels, plan.request.place_levels->count - 1, "hosting.places",
                         plan.request.places_at, plan.place_buses.back()},
                        false, issues);
    if (issues.has_errors() || !highest) return std::nullopt;
    plan.study = std::move(*highest);
    plan_statistics(plan, issues);
    choose_hosting_limits(plan, issues);
    return issues.has_errors() ? std::nullopt : std::optional(std::move(plan));
}

}  // namespace evsweep
