// Question: does drawing a fleet of 600 stay below 0.2 ms, and what does moving it through a day of control steps cost?
// Last numbers (one core of the build machine, CPU time): 77 us a fleet, 1.8 us a step of 300 moving vehicles, 3.6 us for 600
// draws.
#include <benchmark/benchmark.h>

#include "evsweep/behaviour.hpp"
#include "evsweep/plugins.hpp"
#include "sim/fleet/charging_state.hpp"

namespace evsweep {
namespace {

// The fleet of the 33-bus study: forty vehicles in each of fifteen zones.
const char* const homes = R"(
vehicles: 600
placement: {rule: round_robin, buses: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]}
arrival: {distribution: truncated_normal, mean: 20 h, deviation: 1.57 h, min: 16 h, max: 24 h}
departure: {distribution: truncated_normal, mean: 8 h, deviation: 0.33 h, min: 7 h, max: 9 h}
initial_soc: {distribution: truncated_normal, mean: 0.542, deviation: 0.0917, min: 0.2, max: 0.75}
target_soc: {distribution: truncated_normal, mean: 0.85, deviation: 0.0167, min: 0.8, max: 0.9}
capacity: {distribution: discrete, values: [25 kWh, 30 kWh, 35 kWh, 40 kWh, 45 kWh]}
charge_rating: 5.4 kW
discharge_rating: 7.5 kW
charge_efficiency: 95 %
discharge_efficiency: 95 %
reserve_soc: 0.235
)";

std::unique_ptr<Behaviour> make_homes() {
    FeederSite feeder;
    for (int b = 1; b <= 33; ++b) feeder.bus.push_back(std::to_string(b));
    feeder.bus_class.resize(33);
    feeder.load_kw.resize(33, 100.0);
    Issues issues;
    Reader reader{issues, {}};
    const auto choice =
        read_plugin<Behaviour>(parse_yaml(homes, "homes.yaml", issues), "population.homes", reader, "distribution");
    if (!choice) throw ScenarioError(issues);
    const Calendar noon(std::chrono::local_days(std::chrono::year(2025) / 1 / 6) + std::chrono::hours(12));
    return choice->make({"homes", &feeder, noon, std::chrono::hours(24), Accounting::physical, &issues, {}});
}

void draw_600_vehicles(benchmark::State& state) {
    const auto behaviour = make_homes();
    std::uint32_t replica = 0;
    for (auto _ : state) {
        Population population;
        behaviour->draw(Rng(1, replica++), population);
        benchmark::DoNotOptimize(population.sessions.data());
    }
}
BENCHMARK(draw_600_vehicles)->Unit(benchmark::kMicrosecond);

/// All 600 vehicles in their chargers, half of them drawing; a step is a minute.
void advance_300_of_600_by_a_minute(benchmark::State& state) {
    const auto behaviour = make_homes();
    Population population;
    behaviour->draw(Rng(1, 0), population);
    ChargingState fleet(population);
    Instant now{};
    for (std::size_t s = 0; s < population.sessions.size(); ++s) fleet.plug_in(SessionId(s), now);
    const auto restart = [&] {
        for (std::size_t c = 0; c < population.connectors.size(); ++c) {
            const ConnectorId id(c);
            fleet.set_power(id, 0.0, 0.0, now);
            if (c % 2 == 0) fleet.set_power(id, fleet.soc()[c] < 0.6 ? fleet.p_max_kw()[c] : fleet.p_min_kw()[c], 0.0, now);
        }
    };
    restart();
    int minutes = 0;
    for (auto _ : state) {
        fleet.refresh_soc(now += std::chrono::minutes(1));
        benchmark::DoNotOptimize(fleet.energy(now));
        if (++minutes % 20 == 0) {
            state.PauseTiming();
            restart();
            state.ResumeTiming();
        }
    }
}
BENCHMARK(advance_300_of_600_by_a_minute)->Unit(benchmark::kMicrosecond);

void uniform_draws(benchmark::State& state) {
    std::vector<double> u(600);
    const Rng rng(1, 0);
    std::uint32_t draw = 0;
    for (auto _ : state) {
        rng.uniforms(Purpose("bench"), 0, draw++, u);
        benchmark::DoNotOptimize(u.data());
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * 600);
}
BENCHMARK(uniform_draws)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace evsweep
