/// Question: how many replica-days of the 33-bus study does a core do under each heuristic (600 vehicles, 60 s ticks, all KPIs, a
/// limit of 3240 kW at the feeder head, which the base load moves every minute; an iteration is an ensemble as wide as is
/// useful)?
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "bench/replica_days.hpp"
#include "places.hpp"
#include "scratch.hpp"

namespace {

using namespace evsweep;

/// The shipped study with this controller alone, and KPIs alone; `settings` of the controller, and further sections.
LoadedStudy load_heuristic(const std::string& controller, const std::string& settings, const std::string& sections) {
    const test::ScratchFolder folder;
    std::ofstream(folder / "study.yaml") << "extends: " << (test::source_dir() / "scenarios/ieee33/evms_study.yaml").string()
                                         << "\nstudy: {reference: it}\ncontrollers: {uncoordinated: ~, evms: ~, it: {controller: "
                                         << controller << settings << "}}\n"
                                         << sections;
    Issues issues;
    auto study = load_study(folder / "study.yaml", {}, issues);
    for (const auto& issue : issues.list()) std::fprintf(stderr, "%s\n", to_text(issue).c_str());
    if (!study) std::exit(2);
    std::erase_if(study->scenario.outputs, [](const auto& o) { return o.type != "kpis"; });
    return std::move(*study);
}

void heuristic_day(benchmark::State& state, const std::string& controller, const std::string& settings,
                   const std::string& sections) {
    const LoadedStudy study = load_heuristic(controller, settings, sections);
    test::count_replica_days(state, study);
}

const std::string head_limit = ", limit: 3240 kW";
const std::string house_limits = "sites: {houses: {per: bus, limit: 100 kW}}\n";

BENCHMARK_CAPTURE(heuristic_day, first_come_first_served, "first_come_first_served", head_limit, "")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(heuristic_day, earliest_deadline_first, "earliest_deadline_first", head_limit, "")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(heuristic_day, least_laxity_first, "least_laxity_first", head_limit, "")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(heuristic_day, longest_remaining_time, "longest_remaining_time", head_limit, "")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(heuristic_day, round_robin, "round_robin", head_limit, "")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(heuristic_day, balanced, "balanced", head_limit, "")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(heuristic_day, peak_shaving, "peak_shaving", "", "")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(heuristic_day, price_following, "price_following", head_limit, "")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(heuristic_day, first_come_at_15_sites, "first_come_first_served", "", house_limits)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(heuristic_day, balanced_at_15_sites, "balanced", "", house_limits)->Unit(benchmark::kMillisecond);

}  // namespace
