/// Question: what does one decision of each controller cost, without the rest of a replica? A night of 600 vehicles as in
/// the 33-bus study, 1,440 decisions, on the plain plant of the contract tests; only the decisions are timed.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "evsweep/plugins.hpp"
#include "tests/contract/reference_plant.hpp"

namespace {

using namespace evsweep;
using namespace evsweep::contract;

/// Noon to noon: vehicles come between 16 h and 24 h and leave between 7 h and 9 h; the base load peaks at 20 h.
World homes(std::size_t vehicles) {
    std::mt19937 random(1);
    const auto between = [&random](double low, double high) {
        return low + (high - low) * (static_cast<double>(random()) / 4294967296.0);
    };
    World world = random_world(1, 0);
    world.chargers.assign(vehicles, {.charge_kw = 5.4, .return_kw = 7.5});
    for (std::size_t c = 0; c < vehicles; ++c) {
        const double arrival_h = 4.0 + between(0.0, 4.0) + between(0.0, 4.0);
        const double departure_h = 19.0 + between(0.0, 1.0) + between(0.0, 1.0);
        Stay stay{.charger = c,
                  .from = static_cast<std::int64_t>(arrival_h * 360),
                  .until = static_cast<std::int64_t>(departure_h * 360)};
        stay.stated_departure = Instant(plant_step * stay.until);
        stay.soc = between(0.35, 0.75);
        stay.target = between(0.8, 0.9);
        world.stays.push_back(stay);
    }
    for (int minute = 0; minute < 1440; ++minute) {
        const double hour = minute / 60.0;
        const double evening = std::exp(-0.5 * std::pow((hour - 8.0) / 2.5, 2));
        const double night = std::exp(-0.5 * std::pow((hour - 15.5) / 3.0, 2));
        world.base_kw[static_cast<std::size_t>(minute)] = 2500.0 + 1200.0 * evening - 900.0 * night;
    }
    return world;
}

/// Passes everything on and measures how long decisions take.
class Timed final : public Controller {
   public:
    explicit Timed(std::unique_ptr<Controller> controller) : controller_(std::move(controller)) {}

    [[nodiscard]] Cadence cadence() const override { return controller_->cadence(); }
    void decide(Turn& turn, const Connection& seen, Setpoints& setpoints) override {
        const auto begin = std::chrono::steady_clock::now();
        controller_->decide(turn, seen, setpoints);
        seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        ++decisions;
        vehicles += seen.plugged_in.size();
    }

    double seconds = 0.0;
    std::size_t decisions = 0, vehicles = 0;

   private:
    std::unique_ptr<Controller> controller_;
};

Configured<Controller> configured(const std::string& name, const std::string& yaml) {
    Issues issues;
    Reader reader{issues};
    const Node node = yaml.empty() ? Node{} : parse_yaml(yaml, "bench.yaml", issues);
    auto read = read_plugin<Controller>(node, "controllers.it", reader, name);
    for (const auto& issue : issues.list()) std::fprintf(stderr, "%s\n", to_text(issue).c_str());
    if (!read) std::exit(2);
    return std::move(*read);
}

void decisions(benchmark::State& state, const std::string& name, const std::string& yaml) {
    const auto controller = configured(name, yaml);
    const World world = homes(600);
    double fastest = std::numeric_limits<double>::infinity();
    for (auto _ : state) {
        Plant plant(world, Keep::nothing);
        Timed timed(controller.make(plant.context()));
        const Run run = plant.run(timed);
        if (!run.faults.empty()) state.SkipWithError("a setpoint that a connector cannot follow");
        state.SetIterationTime(timed.seconds);
        fastest = std::min(fastest, timed.seconds);
        const auto decided = static_cast<double>(timed.decisions);
        state.counters["us/decision"] = 1e6 * fastest / decided;
        state.counters["changes/decision"] = static_cast<double>(run.changes) / decided;
        state.counters["vehicles"] = static_cast<double>(timed.vehicles) / decided;
    }
    state.counters["ms/day"] = 1e3 * fastest;  // the mean of a shared machine says more about the others
}

const char* const by_head = "{signals: [feeder_head], head_low: 3150 kW, head_high: 3400 kW, head_hysteresis: 50 kW}";
const char* const in_order =
    "{signals: [feeder_head], head_low: 3150 kW, head_high: 3400 kW, head_hysteresis: 50 kW, release: ordered}";
const char* const by_load = "{fourth_input: load, load_reference: 3200 kW}";

BENCHMARK_CAPTURE(decisions, uncoordinated, "uncoordinated", "")->Unit(benchmark::kMicrosecond)->UseManualTime()->Iterations(25);
BENCHMARK_CAPTURE(decisions, evms, "evms", "{peak_setpoint: 3180 kW, cap: 3240 kW}")
    ->Unit(benchmark::kMicrosecond)
    ->UseManualTime()
    ->Iterations(25);
BENCHMARK_CAPTURE(decisions, evms_literal, "evms", "{reading: literal}")
    ->Unit(benchmark::kMicrosecond)
    ->UseManualTime()
    ->Iterations(25);
BENCHMARK_CAPTURE(decisions, threshold_by_head, "threshold_v2g", by_head)
    ->Unit(benchmark::kMicrosecond)
    ->UseManualTime()
    ->Iterations(25);
BENCHMARK_CAPTURE(decisions, threshold_in_order, "threshold_v2g", in_order)
    ->Unit(benchmark::kMicrosecond)
    ->UseManualTime()
    ->Iterations(25);
BENCHMARK_CAPTURE(decisions, threshold_by_voltage, "threshold_v2g", "{signals: [voltage]}")
    ->Unit(benchmark::kMicrosecond)
    ->UseManualTime()
    ->Iterations(25);
BENCHMARK_CAPTURE(decisions, fuzzy, "fuzzy", by_load)->Unit(benchmark::kMicrosecond)->UseManualTime()->Iterations(25);
BENCHMARK_CAPTURE(decisions, fuzzy_alone, "fuzzy", "")->Unit(benchmark::kMicrosecond)->UseManualTime()->Iterations(25);

}  // namespace
