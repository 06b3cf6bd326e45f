/// Shared charging points and trips in whole studies: nobody and no energy is lost, whatever the threads; what cannot plan with
/// them is refused.
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <string>

#include "tests/unit/study/result_numbers.hpp"
#include "tests/validation/study_fixture.hpp"
#include "unit/record/scratch_folder.hpp"

using namespace evsweep;
using namespace evsweep::test;
using namespace evsweep::validation;

namespace {

const char* const feeder = R"(name: two buses
source: {bus: s}
buses:
  - {id: s, nominal: 20 kV}
  - {id: e, nominal: 20 kV}
lines:
  - {id: l, from: s, to: e, r: 0.2 ohm, x: 0.05 ohm}
loads:
  - {id: d, bus: e, p: 20 kW, q: 0 kvar}
)";

const char* const hub = R"(
  hub:
    behaviour: hub
    placement: {rule: round_robin, buses: [e]}
    points: {count: 3}
    arrivals: 7
    service: {distribution: exponential, mean: 25 min}
    patience: {distribution: exponential, mean: 20 min}
    initial_soc: {distribution: uniform, min: 0.1, max: 0.6}
    target_soc: 0.9
    capacity: 60 kWh
    charge_rating: 50 kW
)";

const char* const depot = R"(
  depot:
    behaviour: timetable
    file: timetable.csv
    placement: {rule: round_robin, buses: [e]}
    points: {count: 1, swap_when_full: true}
    energy_factor: {distribution: uniform, min: 0.8, max: 1.2}
    first_soc: 0.5
    capacity: 200 kWh
    charge_rating: 100 kW
)";

const char* const timetable =
    "bus,leaves,returns,kwh\nA,6:00,10:00,120\nA,14:00,18:00,120\nB,6:30,10:30,130\nB,13:00,19:00,150\nC,7:00,20:00,230\n";

std::string study(const std::string& population, const std::string& more = "") {
    return "title: queues\nstudy: {replicas: 6, threads: 1}\ntime: {start: 2025-06-02 00:00, step: 10 min, duration: 48 h, "
           "warm_up: 6 h}\n"
           "feeder: {file: feeder.yaml}\npopulation:" +
           population + "controllers:\n  uncoordinated: {}\n" + more +
           "outputs: {kpis: {}, series: {every: 1 h}, stays: {}, elements: {}}\n";
}

void write_all(const ScratchFolder& folder, const std::string& text) {
    std::ofstream(folder / "feeder.yaml") << feeder;
    std::ofstream(folder / "timetable.csv") << timetable;
    std::ofstream(folder / "study.yaml") << text;
}
StudyResult result_of(const ScratchFolder& folder, const std::string& text, const std::vector<std::string>& overrides = {}) {
    write_all(folder, text);
    return run_study(load(folder / "study.yaml", overrides), {});
}
std::string issues_of(const ScratchFolder& folder, const std::string& text) {
    write_all(folder, text);
    Issues issues;
    (void)load_study(folder / "study.yaml", {}, issues);
    std::string all;
    for (const auto& issue : issues.list()) all += to_text(issue) + "\n";
    return all;
}

struct Numbered {
    explicit Numbered(const StudyResult& result) : all(all_numbers(result)) {}
    [[nodiscard]] const std::vector<double>& of(const std::string& name) const {
        INFO(name);
        const auto found = all.find("uncoordinated/" + name);
        REQUIRE(found != all.end());
        return found->second;
    }
    [[nodiscard]] double kpi(const std::string& name, std::size_t r) const { return of("kpis/" + name).at(r); }
    Numbers all;
};

}  // namespace

TEST_CASE("whoever comes to shared points is served or leaves or still waits", "[queue study]") {
    const ScratchFolder folder;
    const StudyResult result = result_of(folder, study(hub));
    const Numbered numbers(result);
    double left = 0.0;
    for (std::size_t r = 0; r < 6; ++r) {
        INFO("replica " << r);
        // Those who waited at the end of the warm-up come from before.
        double came_before = 0.0, came = 0.0, waited_h = 0.0, unserved = 0.0, unserved_kwh = 0.0, plugged_in = 0.0;
        const auto trace = " trace " + std::to_string(r);
        const auto &came_h = numbers.of("stays/came_h" + trace), &plug_in_h = numbers.of("stays/plug_in_h" + trace),
                   &wait_h = numbers.of("stays/waited_h" + trace), &outcome = numbers.of("stays/outcome" + trace),
                   &missing = numbers.of("stays/missing_kwh" + trace), &end_h = numbers.of("stays/unplug_h" + trace);
        for (std::size_t s = 0; s < came_h.size(); ++s) {
            came += came_h[s] >= 6.0 ? 1.0 : 0.0;
            if (came_h[s] < 6.0 && !(plug_in_h[s] < 6.0)) came_before += 1.0;
            if (outcome[s] == static_cast<double>(StayOutcome::unserved)) unserved += 1.0, unserved_kwh += missing[s];
            if (std::isnan(plug_in_h[s])) {
                CHECK(numbers.of("stays/charged_kwh" + trace)[s] == 0.0);
                CHECK(end_h[s] == Approx(came_h[s] + wait_h[s]));
                continue;
            }
            CHECK(plug_in_h[s] == Approx(came_h[s] + wait_h[s]));
            if (plug_in_h[s] >= 6.0) plugged_in += 1.0, waited_h += wait_h[s];
        }
        CHECK(numbers.kpi("came_vehicles", r) == came);
        CHECK(numbers.kpi("served_vehicles", r) == plugged_in);
        CHECK(numbers.kpi("left_unserved", r) == unserved);
        CHECK(numbers.kpi("left_unserved_kwh", r) == Approx(unserved_kwh));
        CHECK(came + came_before == plugged_in + unserved + numbers.kpi("still_waiting", r));
        CHECK(numbers.kpi("wait_mean", r) == Approx(60.0 * waited_h / plugged_in));
        CHECK(numbers.kpi("wait_max", r) >= numbers.kpi("wait_p95", r));
        CHECK(numbers.kpi("unserved_kwh", r) >= unserved_kwh);
        CHECK(numbers.kpi("point_use", r) <= 100.0);
        left += unserved;
    }
    CHECK(left > 0.0);
}

TEST_CASE("vehicles that share points are the same on any number of threads", "[queue study]") {
    const ScratchFolder folder;
    const std::string text = study(std::string(hub) + depot);
    const auto one = all_numbers(result_of(folder, text)), two = all_numbers(result_of(folder, text, {"study.threads=2"}));
    require_identical(one, two);
}

TEST_CASE("energy in buses is that of chargers and elsewhere less that of trips", "[queue study]") {
    const ScratchFolder folder;
    const std::string text = study(depot, "");
    const Numbered numbers(result_of(folder, text, {"time.warm_up=0 h", "population.depot.energy_factor=1"}));
    for (std::size_t r = 0; r < 6; ++r) {
        const auto trace = " trace " + std::to_string(r);
        const auto &vehicle = numbers.of("stays/vehicle" + trace), &initial = numbers.of("stays/initial_soc" + trace),
                   &final = numbers.of("stays/final_soc" + trace), &elsewhere = numbers.of("stays/charged_elsewhere_kwh" + trace),
                   &came = numbers.of("stays/came_h" + trace), &charged = numbers.of("stays/charged_kwh" + trace);
        double elsewhere_kwh = 0.0;
        for (const double bus : {0.0, 1.0, 2.0}) {
            std::map<double, std::size_t> in_order;
            for (std::size_t s = 0; s < vehicle.size(); ++s)
                if (vehicle[s] == bus) in_order[came[s]] = s;
            double left_kwh = std::nan("");
            for (const auto& [h, s] : in_order) {
                INFO("bus " << bus << " comes at " << h);
                const double day_h = std::fmod(h, 24.0);
                const double trip_kwh = bus == 2.0 ? 230.0 : bus == 0.0 ? 120.0 : day_h < 12.0 ? 130.0 : 150.0;
                if (h > 0.0) CHECK(200.0 * initial[s] == Approx(left_kwh - trip_kwh + elsewhere[s]).margin(1e-9));
                CHECK(200.0 * (final[s] - initial[s]) == Approx(charged[s]).margin(1e-9));
                CHECK(initial[s] >= 0.0);
                left_kwh = 200.0 * final[s];
                elsewhere_kwh += elsewhere[s];
            }
        }
        CHECK(elsewhere_kwh > 0.0);
        CHECK(numbers.kpi("charged_elsewhere_kwh", r) == Approx(elsewhere_kwh));
        CHECK(numbers.kpi("short_trips", r) > 0.0);
    }
}

TEST_CASE("controllers that plan with drawn stays are refused where vehicles wait or make trips", "[queue study]") {
    const ScratchFolder folder;
    const std::string planner = "  plan: {controller: optimal_schedule, mode: day_ahead, strategy: smart}\n";
    CHECK(issues_of(folder, study(hub, planner))
              .find("controllers.plan: plans with stays as they are drawn, and its vehicles share "
                    "charging points") != std::string::npos);
    std::string own = depot;
    own.replace(own.find("    points"), own.find('\n', own.find("    points")) - own.find("    points") + 1, "");
    CHECK(issues_of(folder, study(own, planner)).find("controllers.plan: plans with states of charge as they are drawn") !=
          std::string::npos);
    CHECK(issues_of(folder, study(hub)).find("plans with") == std::string::npos);
}

TEST_CASE("studies without shared points have no rows of waits", "[queue study]") {
    const ScratchFolder folder;
    std::string homes = R"(
  homes: {behaviour: distribution, vehicles: 3, placement: {rule: round_robin, buses: [e]}, arrival: 18 h, departure: 7 h, initial_soc: 0.3,
          target_soc: 0.9, capacity: 40 kWh, charge_rating: 7 kW}
)";
    const Numbered alone(result_of(folder, study(homes)));
    CHECK(alone.all.count("uncoordinated/kpis/wait_mean") == 0);
    CHECK(alone.all.count("uncoordinated/stays/came_h trace 0") == 0);
    homes.replace(homes.find("capacity"), 8, "points: {count: 2}, capacity");
    const Numbered shared(result_of(folder, study(homes)));
    CHECK(shared.all.count("uncoordinated/kpis/wait_mean") == 1);
    CHECK(shared.kpi("left_unserved", 0) == 1.0);  // two stay until the morning
    CHECK(shared.kpi("longest_queue", 0) == 1.0);
}
