/// Inverter functions in whole studies: fixed points on two buses by an independent equation, and several of them side by side.
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <functional>
#include <string>

#include "tests/unit/study/result_numbers.hpp"
#include "tests/validation/study_fixture.hpp"
#include "unit/record/scratch_folder.hpp"

using namespace evsweep;
using namespace evsweep::test;
using namespace evsweep::validation;

namespace {

constexpr double r_ohm = 0.3, x_ohm = 0.25, source_pu = 1.0;

/// A standing system: 40 kVA at the end of one line, and nothing else.
std::string study(const std::string& population, const std::string& controllers) {
    return R"(title: two buses
study: {replicas: 1, threads: 1}
time: {start: 2025-06-02 00:00, step: 1 min, duration: 3 h, warm_up: 1 h}
feeder: {file: feeder.yaml}
limits: {voltage_min: 0.5 pu, voltage_max: 1.5 pu}
population:
)" + population +
           "controllers:\n" + controllers + "outputs: {kpis: {}}\n";
}

const std::string roof = R"(  roofs:
    behaviour: photovoltaic
    units: 1
    peak: 40 kW
    apparent_rating: 40 kVA
    yield: {every: 3 h, values: [0.8]}
    placement: {rule: round_robin, buses: [e]}
)";
const std::string store = R"(  batteries:
    behaviour: stationary_storage
    units: 1
    capacity: 10000 kWh
    charge_rating: 40 kW
    discharge_rating: 40 kW
    initial_soc: 0.2
    target_soc: 0.8
    placement: {rule: round_robin, buses: [e]}
)";

LoadedStudy loaded(const ScratchFolder& folder, const std::string& text) {
    std::ofstream(folder / "feeder.yaml") << R"(name: two buses
source: {bus: s}
buses:
  - {id: s, nominal: 400 V}
  - {id: e, nominal: 400 V}
lines:
  - {id: l, from: s, to: e, r: 0.3 ohm, x: 0.25 ohm}
)";
    std::ofstream(folder / "study.yaml") << text;
    return load(folder / "study.yaml");
}

/// Voltage at the end where active power p (kW) and reactive power q(v) (kvar) are given there: the root of the line's equation
///   v_s^2 = (v - (r p + x q) / v)^2 + ((x p - r q) / v)^2, by bisection.
double end_voltage_pu(const std::function<double(double)>& p_kw, const std::function<double(double)>& q_kvar) {
    const auto excess = [&](double v) {
        const double p = p_kw(v) * 1e3 / (400.0 * 400.0), q = q_kvar(v) * 1e3 / (400.0 * 400.0);
        const double along = v - (r_ohm * p + x_ohm * q) / v, across = (x_ohm * p - r_ohm * q) / v;
        return along * along + across * across - source_pu * source_pu;
    };
    double low = 0.7, high = 1.4;
    REQUIRE(excess(low) < 0.0);
    REQUIRE(excess(high) > 0.0);
    for (int k = 0; k < 100; ++k) (excess((low + high) / 2.0) < 0.0 ? low : high) = (low + high) / 2.0;
    return (low + high) / 2.0;
}

double table_b(double v) {  // Table 8, category B
    if (v > 1.02) return -0.44 * std::min(1.0, (v - 1.02) / 0.06);
    if (v < 0.98) return 0.44 * std::min(1.0, (0.98 - v) / 0.06);
    return 0.0;
}

}  // namespace

TEST_CASE("volt-var settles at the root of the equation of two buses", "[inverter_functions][study]") {
    const ScratchFolder folder;
    const auto result =
        run_study(loaded(folder, study(roof,
                                       "  unity: {controller: inverter_functions}\n"
                                       "  b: {controller: inverter_functions, reactive_power: volt_var}\n"
                                       "  a: {controller: inverter_functions, category: A, reactive_power: volt_var}\n"
                                       "  factor: {controller: inverter_functions, power_factor: 0.95}\n")),
                  {});
    REQUIRE(result.failures.empty());
    const auto p = [](double) { return 32.0; };
    const auto is_at = [&](const char* label, const std::function<double(double)>& q) {
        CAPTURE(label);
        CHECK(mean_of(controller(result, label), "vmax_pu") == Approx(end_voltage_pu(p, q)).epsilon(1e-6));
        CHECK(mean_of(controller(result, label), "generated_kwh") == Approx(64.0));
    };
    is_at("unity", [](double) { return 0.0; });
    is_at("b", [](double v) { return 40.0 * table_b(v); });
    is_at("a", [](double v) { return -40.0 * 0.25 * std::min(1.0, (v - 1.0) / 0.1); });
    is_at("factor", [](double) { return -32.0 * std::tan(std::acos(0.95)); });
    CHECK(mean_of(controller(result, "b"), "vmax_pu") < mean_of(controller(result, "unity"), "vmax_pu") - 0.005);
}

TEST_CASE("volt-watt beside volt-var settles where both curves meet the line", "[inverter_functions][study]") {
    const ScratchFolder folder;
    const std::string stiff = "volt_watt: {v1: 1.05 pu, v2: 1.06 pu}, largest_move: 15 %";
    const auto result = run_study(
        loaded(folder, study(roof, "  watts: {controller: inverter_functions, " + stiff +
                                       "}\n  both: {controller: inverter_functions, reactive_power: volt_var, " + stiff + "}\n")),
        {});
    REQUIRE(result.failures.empty());
    const auto p = [](double v) { return std::min(32.0, 40.0 * std::min(1.0, (1.06 - v) / 0.01)); };
    const double v_watts = end_voltage_pu(p, [](double) { return 0.0; });
    REQUIRE(p(v_watts) < 31.0);
    const RunResult& watts = controller(result, "watts");
    CHECK(mean_of(watts, "vmax_pu") == Approx(v_watts).epsilon(1e-6));
    CHECK(mean_of(watts, "generated_kwh") == Approx(2.0 * p(v_watts)).epsilon(1e-6));
    CHECK(mean_of(watts, "curtailed_kwh") == Approx(64.0 - 2.0 * p(v_watts)).epsilon(1e-5));
    const double v_both = end_voltage_pu(p, [](double v) { return 40.0 * table_b(v); });
    CHECK(mean_of(controller(result, "both"), "vmax_pu") == Approx(v_both).epsilon(1e-6));
    CHECK(mean_of(controller(result, "both"), "generated_kwh") == Approx(2.0 * p(v_both)).epsilon(1e-6));
    const double counted = find(watts, "counters", "curtailed_by_volt_watt_kwh").values.at(0);
    CHECK(counted == Approx(mean_of(watts, "curtailed_kwh") * 1.5).epsilon(0.02));  // the hour of warm-up counts there
}

TEST_CASE("a charging battery is held at low voltage by volt-var and the charging limit as the equation says",
          "[inverter_functions][study]") {
    const ScratchFolder folder;
    const auto result =
        run_study(loaded(folder, study(store,
                                       "  unity: {controller: inverter_functions}\n"
                                       "  var: {controller: inverter_functions, reactive_power: volt_var}\n"
                                       "  limit: {controller: inverter_functions, charging_limit: {}, largest_move: 40 %}\n")),
                  {});
    REQUIRE(result.failures.empty());
    const auto none = [](double) { return 0.0; };
    CHECK(mean_of(controller(result, "unity"), "vmin_pu") ==
          Approx(end_voltage_pu([](double) { return -40.0; }, none)).epsilon(1e-6));
    // Reactive power has priority: of 40 kVA active power gets what is left.
    const auto q = [](double v) { return 40.0 * table_b(v); };
    const auto p = [&](double v) { return -std::sqrt(1600.0 - q(v) * q(v)); };
    CHECK(mean_of(controller(result, "var"), "vmin_pu") == Approx(end_voltage_pu(p, q)).epsilon(1e-6));
    const auto limited = [](double v) { return -40.0 * std::clamp((v - 0.90) / 0.04, 0.0, 1.0); };
    const double v_limit = end_voltage_pu(limited, none);
    REQUIRE(limited(v_limit) > -39.9);
    CHECK(mean_of(controller(result, "limit"), "vmin_pu") == Approx(v_limit).epsilon(1e-6));
    CHECK(mean_of(controller(result, "limit"), "charged_kwh") == Approx(-2.0 * limited(v_limit)).epsilon(1e-6));
}

TEST_CASE("functions stand beside one another and beside other controllers by group", "[inverter_functions][study]") {
    const ScratchFolder folder;
    const std::string parties = R"(  mixed:
    parties:
      sun: {controller: inverter_functions, groups: [roofs], reactive_power: volt_var, volt_watt: {}}
      storage: {controller: inverter_functions, groups: [batteries], power_factor: 0.9, excitation: injecting}
  half:
    parties:
      sun: {controller: inverter_functions, groups: [roofs], reactive_power: constant_reactive_power, reactive_share: -0.44}
      storage: {controller: uncoordinated, groups: [batteries]}
)";
    const std::string text = study(roof + store, parties);
    const auto result = run_study(loaded(folder, text), {});
    REQUIRE(result.failures.empty());
    // The battery draws 36 kW and injects 36 tan(acos 0.9); the roof gives 32 kW and volt-var of its own.
    const double kvar = 40.0 * std::sqrt(1.0 - 0.81);
    const double mixed = end_voltage_pu([](double) { return 32.0 - 36.0; }, [&](double v) { return kvar + 40.0 * table_b(v); });
    const RunResult& run = controller(result, "mixed");
    CHECK(std::max(mean_of(run, "vmax_pu"), 1.0) == Approx(std::max(mixed, 1.0)).epsilon(1e-6));
    CHECK(mean_of(run, "vmin_pu") == Approx(std::min(mixed, 1.0)).epsilon(1e-6));
    CHECK(mean_of(run, "charged_kwh") == Approx(72.0));
    const double half = end_voltage_pu([](double) { return 32.0 - 40.0; }, [](double) { return -0.44 * 40.0; });
    CHECK(mean_of(controller(result, "half"), "vmin_pu") == Approx(half).epsilon(1e-6));
    const Numbers one = all_numbers(result);
    require_identical(one, all_numbers(run_study(loaded(folder, text), {.threads = 2, .ensemble_width = 4})));
}

TEST_CASE("a limit that has nothing to limit is told with its place", "[inverter_functions][study]") {
    const ScratchFolder folder;
    const auto issues_of = [&](const std::string& population, const std::string& controllers) {
        (void)loaded(folder, study(roof, "  uncoordinated: {}\n"));  // writes the feeder
        std::ofstream(folder / "study.yaml") << study(population, controllers);
        Issues issues;
        (void)load_study(folder / "study.yaml", {}, issues);
        std::string all;
        for (const auto& issue : issues.list()) all += to_text(issue) + "\n";
        return all;
    };
    CHECK_THAT(issues_of(store, "  x: {controller: inverter_functions, volt_watt: {}}\n"),
               Catch::Contains("study.yaml:") && Catch::Contains("controllers.x.volt_watt: has nothing to limit"));
    CHECK_THAT(issues_of(roof, "  x: {controller: inverter_functions, charging_limit: {}}\n"),
               Catch::Contains("controllers.x.charging_limit: has nothing to limit"));
    CHECK(issues_of(roof + store, "  x: {controller: inverter_functions, charging_limit: {}, volt_watt: {}}\n").empty());
}
