// Questions: does drawing a fleet of 600 stay below 0.2 ms, and what does a control step cost in which 300 vehicles move and few
// or many setpoints change?
// Last numbers (one core of the build machine, CPU time): 72 us a fleet, 3.5 us for 600 draws. A step 33 ns, 0.29 us with one
// setpoint changed (the sum of powers), 16 ns for every further one; 0.24 us to read all states of charge. A crossing 49 ns
// with finding the next. A day of 1,200 planned events and 1,441 that come up: 26 us. (When every step booked every battery:
// 1.8 us a step, and the heap of all events 60 us a day.)
#include <benchmark/benchmark.h>

#include <cmath>
#include <optional>

#include "evsweep/behaviour.hpp"
#include "evsweep/plugins.hpp"
#include "sim/engine/event_queue.hpp"
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

/// All 600 vehicles in their chargers, half of them drawing or returning, far from any threshold.
struct BusyEvening {
    Population population;
    std::optional<ChargingState> fleet;
    Instant now{};

    BusyEvening() {
        make_homes()->draw(Rng(1, 0), population);
        restart();
    }
    /// Keeps the vehicles away from their thresholds, however long the benchmark runs.
    void restart() {
        now = Instant{};
        fleet.emplace(population);
        for (std::size_t s = 0; s < population.sessions.size(); ++s) fleet->plug_in(SessionId(s), now);
        for (std::size_t c = 0; c < population.connectors.size(); c += 2) fleet->set_power(ConnectorId(c), power_kw(c), 0.0, now);
    }
    [[nodiscard]] double power_kw(std::size_t c) const { return fleet->soc()[c] < 0.6 ? 0.01 : -0.01; }
    /// What a control step reads whatever has happened.
    void read_step() {
        benchmark::DoNotOptimize(fleet->energy(now));
        benchmark::DoNotOptimize(fleet->charging_kw() - fleet->discharging_kw());
    }
    void next_minute() {
        if (now > Instant(std::chrono::hours(24))) restart();
        now += std::chrono::minutes(1);
    }
};

/// A control step in which `changes` vehicles get another setpoint; the states of charge are read if a controller wants them.
void control_step(benchmark::State& state, bool reads_soc) {
    BusyEvening evening;
    const auto changes = static_cast<std::size_t>(state.range(0));
    std::size_t turn = 0;
    for (auto _ : state) {
        evening.next_minute();
        if (reads_soc) evening.fleet->refresh_soc(evening.now);
        for (std::size_t k = 0; k < changes; ++k) {
            const std::size_t c = (turn += 2) % 600;
            const double size_kw = turn / 600 % 2 == 0 ? 0.015 : 0.01;
            evening.fleet->set_power(ConnectorId(c), std::copysign(size_kw, evening.fleet->setpoint_kw()[c]), 0.0, evening.now);
        }
        benchmark::DoNotOptimize(evening.fleet->next_crossing());
        evening.read_step();
    }
}
BENCHMARK_CAPTURE(control_step, unread, false)->Arg(0)->Arg(1)->Arg(10)->Arg(100)->Arg(300);
BENCHMARK_CAPTURE(control_step, read, true)->Arg(0)->Arg(10);

/// All 600 vehicles charge to their targets: the price of a crossing, with finding the next.
void cross_600_thresholds(benchmark::State& state) {
    Population population;
    make_homes()->draw(Rng(1, 0), population);
    for (auto _ : state) {
        state.PauseTiming();
        ChargingState fleet(population);
        for (std::size_t s = 0; s < population.sessions.size(); ++s) {
            fleet.plug_in(SessionId(s), Instant{});
            fleet.set_power(population.sessions[s].connector, 5.0, 0.0, Instant{});
        }
        state.ResumeTiming();
        while (const auto crossing = fleet.next_crossing()) fleet.cross(*crossing);
    }
}
BENCHMARK(cross_600_thresholds)->Unit(benchmark::kMicrosecond);

/// Plug-ins and unplugs of a day in their order, with a recording event every minute in between.
void run_through_a_day_of_events(benchmark::State& state) {
    Population population;
    make_homes()->draw(Rng(1, 0), population);
    for (auto _ : state) {
        std::vector<Event> events;
        for (const Session& session : population.sessions) {
            events.push_back({session.plug_in, Phase::plug_in});
            events.push_back({session.unplug, Phase::unplug});
        }
        EventQueue queue;
        queue.plan(std::move(events));
        queue.push({Instant{}, Phase::record});
        while (!queue.empty()) {
            const Event event = queue.pop();
            if (event.phase == Phase::record && event.at < Instant(std::chrono::hours(24)))
                queue.push({event.at + std::chrono::minutes(1), Phase::record});
        }
    }
}
BENCHMARK(run_through_a_day_of_events)->Unit(benchmark::kMicrosecond);

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
