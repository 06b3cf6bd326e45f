/// When controllers are asked: on their period, at plug-ins and at unplugs, and never twice at one instant.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <random>
#include <set>

#include "tests/unit/engine/small_world.hpp"

using namespace evsweep;
using namespace evsweep::small_world;
using namespace std::chrono_literals;

namespace {

Session stay_between(Duration from, Duration until) { return stay(hours(from), hours(until), 0.5, 0.8); }

/// Thirty stays within six hours that begin and end on quarters of a minute, many of them together.
Fleet restless_fleet(unsigned seed) {
    std::mt19937 random(seed);
    const auto quarter = [&random](unsigned long below) { return Duration(15s) * static_cast<std::int64_t>(random() % below); };
    Fleet fleet;
    for (int k = 0; k < 30; ++k) {
        const Duration from = quarter(600);
        fleet.add(stay_between(from, from + 15s + quarter(600)));
    }
    return fleet;
}

/// What a controller of this cadence is to be asked at, from the definition.
std::set<Instant> due(const Cadence& cadence, const Population& population, Duration horizon) {
    std::set<Instant> instants;
    if (cadence.period)
        for (Duration at{}; at < horizon; at += *cadence.period) instants.insert(Instant(at));
    for (const Session& session : population.sessions) {
        if (cadence.on_plug_in && session.plug_in < Instant(horizon)) instants.insert(session.plug_in);
        if (cadence.on_unplug && session.unplug < Instant(horizon)) instants.insert(session.unplug);
    }
    return instants;
}

/// Rules that ask for full power wherever a vehicle stands, so that nothing but the approach to it is left.
std::string full_power_rules() {
    const std::string path = std::string(P_tmpdir) + "/evsweep_full_power.fll";
    std::ofstream(path) << "Engine: always\n"
                           "InputVariable: soc\n  range: 0 1\n  term: low Ramp 1 0\n  term: high Ramp 0 1\n"
                           "OutputVariable: power\n  range: -1 1\n  defuzzifier: WeightedAverage TakagiSugeno\n  default: nan\n"
                           "  term: charge Constant 1\n"
                           "RuleBlock: all\n  conjunction: AlgebraicProduct\n  implication: AlgebraicProduct\n"
                           "  activation: General\n"
                           "  rule: if soc is low then power is charge\n  rule: if soc is high then power is charge\n";
    return path;
}

}  // namespace

TEST_CASE("a controller decides exactly once at every instant that anything of its cadence names, and at no other") {
    const Feeder feeder = two_buses();
    Scenario scenario = a_day();
    scenario.time.duration = 5h;  // some stays outlast it
    const std::optional<Duration> periods[] = {std::nullopt, Duration(1min), Duration(2min), Duration(5min)};
    for (unsigned seed = 1; seed <= 3; ++seed) {
        const Fleet fleet = restless_fleet(seed);
        for (const auto& period : periods)
            for (const bool on_plug_in : {false, true})
                for (const bool on_unplug : {false, true}) {
                    const Cadence cadence{.period = period, .on_plug_in = on_plug_in, .on_unplug = on_unplug};
                    std::vector<Instant> asked;
                    std::size_t arrived = 0;
                    const ControllerByRule controller = by_rule(cadence, [&](const Connection& seen, Setpoints&) {
                        asked.push_back(seen.now);
                        arrived += seen.arrived.size();
                    });
                    const Run day = run(scenario, feeder, fleet.population, controller);
                    CAPTURE(seed, period ? period->count() : 0, on_plug_in, on_unplug);
                    REQUIRE_FALSE(day.outcome.failure);
                    const auto expected = due(cadence, fleet.population, scenario.time.duration);
                    CHECK(asked == std::vector<Instant>(expected.begin(), expected.end()));
                    CHECK(day.notes.instants_of(EventKind::decision) == asked);
                    if (on_plug_in) CHECK(arrived == 30);
                }
    }
}

TEST_CASE("vehicles that plug in between steps and on them do not hurry the approach of another one") {
    Scenario scenario = a_day();
    scenario.time.duration = 2h;
    Fleet fleet;
    fleet.add(stay_between(1h, 20h));
    fleet.add(stay_between(1h + 2min + 30s, 20h));
    fleet.add(stay_between(1h + 3min, 20h));
    const Run day =
        run_configured("fuzzy", "{rules: " + full_power_rules() + ", approach: 0.2, deadband: 0}", scenario, fleet.population);
    REQUIRE_FALSE(day.outcome.failure);
    // 10 kW (1 - 0.8^n) after n decisions, whoever else asks for some
    for (std::size_t minute = 0; minute < 10; ++minute) {
        CAPTURE(minute);
        CHECK(day.notes.p_kw.at(60 + minute)[0] ==
              Approx(10.0 * (1.0 - std::pow(0.8, static_cast<double>(minute + 1)))).epsilon(1e-12));
    }
}

TEST_CASE("a vehicle goes as far per minute however often it is asked", "[fuzzy]") {
    Scenario scenario = a_day();
    scenario.time.duration = 2h;
    Fleet fleet;
    for (const Duration at : std::initializer_list<Duration>{1h, 1h + 5min, 1h + 2min + 30s, 1h + 7min + 45s})
        fleet.add(stay_between(at, 20h));
    const std::string rules = full_power_rules();
    for (const std::string period : {"1 min", "2 min", "5 min", "10 min"}) {
        const Run day = run_configured("fuzzy", "{rules: " + rules + ", approach: 0.2, deadband: 0, period: " + period + "}",
                                       scenario, fleet.population);
        REQUIRE_FALSE(day.outcome.failure);
        for (std::size_t minute = 10; minute <= 50; minute += 10)  // when all of them decide
            for (std::size_t c = 0; c < 4; ++c) {
                CAPTURE(period, minute, c);
                const double since =
                    static_cast<double>(60 + minute) - 60.0 * hours(fleet.population.sessions[c].plug_in.time_since_epoch());
                CHECK(day.notes.p_kw.at(60 + minute)[c] == Approx(10.0 * (1.0 - std::pow(0.8, since + 1.0))).epsilon(1e-12));
            }
    }
}

TEST_CASE("by default a fleet goes a fifth of the way per control step that is longer than a minute", "[fuzzy]") {
    Scenario scenario = a_day(15min);
    scenario.time.duration = 4h;
    Fleet fleet;
    fleet.add(stay_between(1h, 20h));
    const Run day = run_configured("fuzzy", "{rules: " + full_power_rules() + ", deadband: 0}", scenario, fleet.population);
    REQUIRE_FALSE(day.outcome.failure);
    for (std::size_t k = 0; k < 4; ++k)
        CHECK(day.notes.p_kw.at(4 + k)[0] == Approx(10.0 * (1.0 - std::pow(0.8, static_cast<double>(k + 1)))).epsilon(1e-12));
}

TEST_CASE("ordered release lets no more vehicles change at a step at which others plug in") {
    Scenario scenario = a_day();
    scenario.time.duration = 2h;
    Fleet fleet;
    for (int k = 0; k < 8; ++k) fleet.add(stay_between(1h, 20h));
    fleet.add(stay_between(1h + 2min + 30s, 20h));
    fleet.add(stay_between(1h + 3min, 20h));
    const Run day = run_configured("threshold_v2g",
                                   "{voltage_low: 0.9 pu, voltage_high: 0.95 pu, dwell: 0 s, release: ordered, release_count: 1}",
                                   scenario, fleet.population);
    REQUIRE_FALSE(day.outcome.failure);
    for (std::size_t minute = 0; minute < 10; ++minute) {
        CAPTURE(minute);
        const auto& p_kw = day.notes.p_kw.at(60 + minute);
        CHECK(std::count_if(p_kw.begin(), p_kw.end(), [](double kw) { return kw > 0.0; }) == static_cast<long>(minute + 1));
    }
}
