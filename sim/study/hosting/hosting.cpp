#include "sim/study/hosting/hosting.hpp"

#include <numeric>

#include "sim/study/describe_study.hpp"
#include "sim/study/hosting/hosting_search.hpp"
#include "sim/study/wall_clock.hpp"

namespace evsweep {

namespace {

std::vector<std::size_t> first_places(std::size_t count) {
    std::vector<std::size_t> list(count);
    std::iota(list.begin(), list.end(), std::size_t{0});
    return list;
}

/// What is told while it runs.
class HostingTeller {
   public:
    HostingTeller(const HostingOptions& options, std::size_t capacities) : options_(options) { now_.capacities = capacities; }
    void tell(std::size_t replicas, std::size_t found, std::string value) {
        now_.replicas += replicas;
        now_.found = before_ + found;
        now_.value = std::move(value);
        if (options_.progress) options_.progress(now_);
    }
    void end_part(std::size_t found) { before_ += found; }

   private:
    const HostingOptions& options_;
    HostingProgress now_;
    std::size_t before_ = 0;
};

/// One search for each controller, run side by side until all are through.
void run_searches(HostingBench& bench, std::vector<HostingSearch>& searches, const HostingLevels& levels, const std::string* bus,
                  HostingTeller& teller) {
    while (true) {
        std::vector<HostingJob> jobs;
        for (std::size_t c = 0; c < searches.size(); ++c)
            if (auto request = searches[c].next()) jobs.push_back({c, request->level, bus, std::move(request->replicas)});
        if (jobs.empty()) return;
        const auto outcomes = bench.run(jobs);
        std::size_t replicas = 0, found = 0;
        for (std::size_t j = 0; j < jobs.size(); ++j) {
            searches[jobs[j].controller].take(jobs[j].level, outcomes[j]);
            replicas += jobs[j].replicas.size();
        }
        for (const HostingSearch& search : searches) found += search.found();
        teller.tell(replicas, found, (bus ? *bus + ": " : std::string()) + levels.text(jobs.front().level));
    }
}

/// The next limit of each capacity: of the kinds that are asked for, apart from what binds, the one with the least capacity that
/// is not below this one.
void find_next_limits(const HostingPlan& plan, HostingRun& run) {
    for (std::size_t k = 0; k < run.capacities.size(); ++k) {
        HostingCapacity& capacity = run.capacities[k];
        if (!capacity.binding) continue;
        for (std::size_t l = 0; l < run.capacities.size(); ++l) {
            const HostingLimit& other = plan.limits[l];
            const std::ptrdiff_t there = run.capacities[l].estimate;
            if (l == k || other.is_joint || other.name == capacity.binding->kind || there < capacity.estimate) continue;
            if (!capacity.next || there < run.capacities[*capacity.next].estimate) capacity.next = l;
        }
    }
}

HostingRun run_of(const HostingPlan& plan, std::size_t controller, const HostingSearch& search, double start_h) {
    HostingRun run{plan.study.scenario.controllers[controller].label, search.replicas_run(), search.levels_run(),
                   search.failure(), search.failed_level()};
    if (run.failure) return run;
    for (std::size_t k = 0; k < plan.asked; ++k) run.capacities.push_back(search.capacity(k, start_h));
    find_next_limits(plan, run);
    if (plan.is_one_day)
        for (HostingCapacity& capacity : run.capacities) capacity.low = capacity.high = std::nullopt;
    return run;
}

void find_places(const HostingPlan& plan, HostingBench& bench, HostingResult& result, double start_h, HostingTeller& teller) {
    if (plan.place_buses.empty()) return;
    const HostingLevels& levels = result.place_levels;
    const CapacityRanks ranks = capacity_ranks(plan.place_replicas, plan.at_most, plan.confidence);
    for (const std::string& bus : plan.place_buses) {
        std::vector<HostingSearch> searches;
        searches.reserve(result.runs.size());
        for (std::size_t c = 0; c < result.runs.size(); ++c)
            searches.emplace_back(plan, levels, plan.place_replicas, ranks, CapacitySearch::Ends::none,
                                  std::vector<std::size_t>{plan.place_limit}, 0);
        run_searches(bench, searches, levels, &bus, teller);
        for (std::size_t c = 0; c < searches.size(); ++c) {
            HostingRun& run = result.runs[c];
            run.replicas += searches[c].replicas_run();
            if (searches[c].failure() && !run.failure) {
                run.failure = searches[c].failure();
                run.failed_level = searches[c].failed_level();
            }
            run.places.push_back(searches[c].failure() ? HostingCapacity{} : searches[c].capacity(0, start_h));
            run.places.back().high.reset();  // that is searched for the estimate alone
        }
        teller.end_part(searches.size());
    }
}

HostingResult described_hosting(const HostingPlan& plan) {
    HostingResult result;
    LoadedStudy study = plan.study;
    study.scenario.outputs = plan.outputs;
    const StudyOutputs outputs = make_outputs(study, study.draw(ReplicaId(0)));
    result.study = describe_study(study, outputs);
    result.study.overrides = plan.overrides;
    result.study.planned = static_cast<int>(plan.replicas);
    result.study.confidence = plan.confidence;
    for (Setting& setting : result.study.scenario)
        for (const std::string& path : plan.request.levels.paths)
            if (setting.path == path) setting.value = "varied, see hosting";
    for (Setting& setting : HostingSettings::schema().settings(plan.request.settings, "hosting"))
        result.study.scenario.push_back(std::move(setting));
    result.levels = plan.request.levels;
    if (plan.request.place_levels) result.place_levels = *plan.request.place_levels;
    for (std::size_t k = 0; k < plan.asked; ++k) {
        result.limits.push_back(plan.limits[k].name);
        result.meanings.push_back(plan.limits[k].meaning);
    }
    result.at_most = plan.at_most;
    result.confidence = plan.confidence;
    result.replicas = plan.replicas;
    result.replicas_for_low_end = replicas_for_low_end(plan.at_most, plan.confidence);
    result.is_one_day = plan.is_one_day;
    result.not_judged = plan.not_judged;
    result.place_buses = plan.place_buses;
    result.place_replicas = plan.place_replicas;
    if (!plan.place_buses.empty()) result.place_limit = plan.limits[plan.place_limit].name;
    return result;
}

}  // namespace

HostingResult find_hosting(const HostingPlan& plan, const HostingOptions& options) {
    HostingResult result = described_hosting(plan);
    const double start_h = WallClock(result.study.calendar_start).start_h();
    HostingBench bench(plan, options.threads, options.stop);
    const std::size_t controllers = plan.study.scenario.controllers.size();
    HostingTeller teller(options, controllers * (plan.asked + plan.place_buses.size()));
    std::vector<HostingSearch> searches;
    searches.reserve(controllers);
    for (std::size_t c = 0; c < controllers; ++c)
        searches.emplace_back(plan, plan.request.levels, plan.replicas, plan.ranks, CapacitySearch::Ends::both,
                              first_places(plan.asked), static_cast<std::size_t>(plan.request.settings.curve));
    run_searches(bench, searches, plan.request.levels, nullptr, teller);
    teller.end_part(controllers * plan.asked);
    for (std::size_t c = 0; c < controllers; ++c) result.runs.push_back(run_of(plan, c, searches[c], start_h));
    find_places(plan, bench, result, start_h, teller);
    return result;
}

}  // namespace evsweep
