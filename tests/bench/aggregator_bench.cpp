/// How long does an aggregator's plan take: 50 vehicles, 24 hours, a cap and a floor? Bars: one relaxation .05 s, with binaries 1
/// s, 24 re-solves of a day 1 s.
#include <benchmark/benchmark.h>

#include <algorithm>

#include "models/controllers/aggregator_profit/profit_plan.hpp"
#include "models/controllers/aggregator_profit/reserved_stays.hpp"
#include "unit/models/controllers/aggregator_profit/shipped_days.hpp"

using namespace evsweep;
using namespace evsweep::test;

namespace {

ProfitProblem published(int day, double wear = 0.02) { return shipped_problem(day, 0.0, true, ShippedDay(day).realised, wear); }

/// The day's relaxation from scratch, which is all that is needed where no vehicle runs energy in circles.
void aggregator_plan(benchmark::State& state) {
    const ProfitProblem problem = published(static_cast<int>(state.range(0)));
    int iterations = 0;
    for (auto _ : state) {
        const ProfitPlan plan = make_profit_plan(problem);
        iterations = plan.iterations;
        benchmark::DoNotOptimize(plan.cost);
    }
    state.counters["iterations"] = iterations;
}

/// The published exclusivity test, whose relaxation does run in circles: this folder's tree, or Cbc.
void aggregator_branching(benchmark::State& state) {
    const ProfitProblem problem = published(2, 0.005);
    const LinearOptions options{.branching = state.range(0) == 0 ? Branching::by_tree : Branching::by_cbc};
    for (auto _ : state) benchmark::DoNotOptimize(make_profit_plan(problem, options).cost);
}

/// The day as seen from hour k: stays that are over are gone, the others begin where the plan left them.
ProfitProblem from_hour(const ProfitProblem& day, const ProfitPlan& plan, std::uint32_t hour, std::vector<ReservedStay>& stays) {
    ProfitProblem rest = day;
    for (auto* column : {&rest.buy_per_kwh, &rest.sell_per_kwh, &rest.base_high_kw, &rest.base_low_kw})
        column->erase(column->begin(), column->begin() + hour);
    // The forecast of the rest of the day moves a little every hour.
    for (double& price : rest.buy_per_kwh) price += 0.001 * (hour % 5);
    rest.stays.clear(), stays.clear();
    for (std::uint32_t s = 0; s < day.stays.size(); ++s) {
        ProfitStay stay = day.stays[s];
        if (stay.end <= hour) continue;
        if (stay.first < hour) stay.energy_kwh = plan.energy_kwh[s][hour - stay.first - 1];
        stay.first = std::max(stay.first, hour) - hour;
        stay.end -= hour;
        rest.stays.push_back(stay);
        stays.push_back({.session = s, .stay = stay});
    }
    return rest;
}

/// 24 plans of a rolling day: each from scratch (0), or from where the one before ended (1).
void aggregator_rolling_day(benchmark::State& state) {
    const ProfitProblem day = published(1);
    const ProfitPlan whole = make_profit_plan(day);
    int iterations = 0;
    for (auto _ : state) {
        iterations = 0;
        LinearBasis known;
        std::vector<ReservedStay> before, now;
        for (std::uint32_t hour = 0; hour < 24; ++hour) {
            const ProfitProblem rest = from_hour(day, whole, hour, now);
            const LinearBasis start = hour > 0 && state.range(0) == 1 ? basis_from(before, known, now, 1) : LinearBasis{};
            ProfitPlan plan = make_profit_plan(rest, {}, &start);
            iterations += plan.iterations;
            known = std::move(plan.basis);
            before = now;
        }
    }
    state.counters["iterations"] = iterations;
}

BENCHMARK(aggregator_plan)->Arg(1)->Arg(3)->Arg(5)->Unit(benchmark::kMillisecond);
BENCHMARK(aggregator_branching)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);
BENCHMARK(aggregator_rolling_day)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
