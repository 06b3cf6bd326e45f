// Questions about charging schedules on CIGRE MV, for charging alone, with reactive power, with discharging, and with both
//   solve    What does a schedule of 878 vehicles and 96 steps cost from a cold start, at one linearisation? Bars: 0.5, 1.5, 0.8
//            and 1.7 s of one core. One of 20,194 vehicles? Bars: 20 s, with reactive power 30 s. Does it take time and memory
//            in proportion to the vehicles? How much sooner are two threads done? Bar: 1.7 times.
//   certify  What does the bound cost that says how good it is?
//   step     What does a receding step at half past seven cost, when nearly all are there, from the last plan: at one
//            linearisation (`once`), and until the exact load flow confirms it (`all`)? Bar: 100 ms. What does the solver take
//            for it without the last plan (`cold`)?
// Time is that of the clock on the wall, CPU that of all threads. Last numbers: README.md.
#include <benchmark/benchmark.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "charging_study.hpp"
#include "peak_memory.hpp"
#include "solvers/schedule/certificate.hpp"
#include "solvers/schedule/schedule_solver.hpp"

namespace {

using namespace evsweep;
using namespace evsweep::bench;

constexpr std::size_t whole_fleet = 878;

OptimalScheduleParams params_of(ScheduleStrategy strategy) {
    OptimalScheduleParams params;
    params.strategy = strategy;
    return params;
}

ChargingStudy& study_of(std::size_t parts) {
    static std::map<std::size_t, std::unique_ptr<ChargingStudy>> known;
    auto& study = known[parts];
    if (!study) study = std::make_unique<ChargingStudy>(parts);
    return *study;
}

struct DayAhead {
    ScheduleProblem problem;
    std::optional<Schedule> solved;
};

DayAhead& day_ahead_of(ScheduleStrategy strategy, std::size_t vehicles) {
    static std::map<std::pair<ScheduleStrategy, std::size_t>, DayAhead> known;
    const auto [at, is_new] = known.try_emplace({strategy, vehicles});
    if (is_new) at->second.problem = study_of(vehicles / whole_fleet).day_ahead(params_of(strategy));
    return at->second;
}

void report(benchmark::State& state, const ScheduleProblem& problem, const Schedule& schedule) {
    if (schedule.status != ScheduleStatus::optimal) state.SkipWithError("stalled");
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(problem.vehicles.size()));
    state.counters["newton_steps"] = schedule.iterations;
    state.counters["vehicles"] = static_cast<double>(problem.vehicles.size());
    state.counters["rows"] = static_cast<double>(problem.limits.limit.size());
    state.counters["objective"] = schedule.objective;
}

void solve(benchmark::State& state, ScheduleStrategy strategy) {
    DayAhead& day = day_ahead_of(strategy, static_cast<std::size_t>(state.range(0)));
    day.solved.reset();
    std::optional<Schedule> schedule;
    const PeakMemory memory;
    {
        ScheduleSolver solver({.threads = static_cast<int>(state.range(1))});
        for (auto _ : state) {
            schedule.reset();
            schedule = solver.solve(day.problem);
        }
    }
    report(state, day.problem, *schedule);
    if (const auto kb = memory.grown_kb()) state.counters["kB/vehicle"] = *kb / static_cast<double>(day.problem.vehicles.size());
    day.solved = std::move(schedule);
}

void certificate(benchmark::State& state, ScheduleStrategy strategy) {
    DayAhead& day = day_ahead_of(strategy, static_cast<std::size_t>(state.range(0)));
    if (!day.solved) day.solved = ScheduleSolver().solve(day.problem);
    Certificate found;
    for (auto _ : state) found = certify(day.problem, *day.solved);
    state.SetItemsProcessed(state.iterations() * state.range(0));
    state.counters["gap"] = found.relative_gap;
}

/// Receding plans at 19:15, for those whom a day-ahead plan has been charging since they came, and at 19:30.
class Evening {
   public:
    explicit Evening(ScheduleStrategy strategy) : study_(study_of(1)), day_(study_.plan_day_ahead(params_of(strategy))) {}

    [[nodiscard]] ChargingPlan at_quarter_past(PlanMaker& maker) const {
        return study_.replan(maker, half_past - std::chrono::minutes(15), day_, nullptr);
    }
    [[nodiscard]] ChargingPlan at_half_past(PlanMaker& maker, const ChargingPlan& last) const {
        return study_.replan(maker, half_past, last, &last);
    }

   private:
    static constexpr Instant half_past{std::chrono::minutes(450)};  // after noon
    ChargingStudy& study_;
    ChargingPlan day_;
};

const Evening& evening_of(ScheduleStrategy strategy) {
    static std::map<ScheduleStrategy, Evening> known;
    return known.try_emplace(strategy, strategy).first->second;
}

/// The last plan is made anew every time, for the solver remembers what it did last.
void step_from_last(benchmark::State& state, ScheduleStrategy strategy, int linearisations) {
    OptimalScheduleParams params = params_of(strategy);
    params.linearisations = linearisations;
    PlanMaker maker(params);
    ChargingPlan plan;
    for (auto _ : state) {
        state.PauseTiming();
        const ChargingPlan last = evening_of(strategy).at_quarter_past(maker);
        state.ResumeTiming();
        plan = evening_of(strategy).at_half_past(maker, last);
    }
    report(state, plan.problem, plan.schedule);
    state.counters["newton_steps"] = plan.iterations;
    state.counters["linearisations"] = plan.linearisations;
}

/// The problem that the first linearisation of `step_from_last` states, as if there had been no plan before.
void step_cold(benchmark::State& state, ScheduleStrategy strategy) {
    OptimalScheduleParams params = params_of(strategy);
    params.linearisations = 1;
    PlanMaker maker(params);
    const ChargingPlan plan = evening_of(strategy).at_half_past(maker, evening_of(strategy).at_quarter_past(maker));
    ScheduleSolver solver;
    Schedule schedule;
    for (auto _ : state) schedule = solver.solve(plan.problem);
    report(state, plan.problem, schedule);
}

const bool registered = [] {
    const auto add = [](const std::string& name, auto function, auto... arguments) {
        return benchmark::RegisterBenchmark(("schedule/" + name).c_str(), function, arguments...)
            ->Unit(benchmark::kMillisecond)
            ->MeasureProcessCPUTime();
    };
    for (const auto& [name, strategy] : names_of(ScheduleStrategy{})) {
        add("solve/" + name, solve, strategy)->ArgNames({"vehicles", "threads"})->ArgsProduct({{878, 5268, 20194}, {1, 2}});
        add("certify/" + name, certificate, strategy)->ArgName("vehicles")->Arg(878)->Arg(20194);
        add("step/cold/" + name, step_cold, strategy);
        add("step/once/" + name, step_from_last, strategy, 1);
        add("step/all/" + name, step_from_last, strategy, OptimalScheduleParams{}.linearisations);
    }
    return true;
}();

}  // namespace
