/// The shipped days of the car park, run once, and their numbers by name; for tests of the study.
#pragma once

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "tests/validation/study_fixture.hpp"

namespace evsweep::validation::car_park {

/// Net cost of a day in EUR, and energies; `blind`: of the plan that expects no sun, with the interval that it is settled in.
struct Row {
    double immediate, average, blind, blind_least, blind_most, case_6, v2g, reserves, opt;
    double sun_kwh, required_kwh, returned_kwh, curtailed_kwh;
};
inline constexpr std::array<Row, 4> reference{{
    {10.804712, -1.923257, 12.365190, -3.5011, -1.9373, -4.618399, -5.842447, -8.737744, -14.127022, 233.787, 186.61, 61.80, 0.0},
    {26.180067, 18.061371, 26.044703, 17.2006, 17.8205, 16.164136, 16.131505, 11.867041, 2.777539, 68.987, 181.72, 11.81, 0.0},
    {18.869904, 7.987214, 28.253300, 8.3064, 9.4851, 6.452344, 6.400565, 1.732170, -5.585825, 163.094, 195.98, 30.56, 0.0},
    {17.895558, 2.641738, -10.038600, -4.1819, -2.9931, -10.693509, -11.517899, -16.703661, -21.539324, 232.593, 171.67, 21.22,
     208.35},
}};
inline constexpr double tolerance = 1e-5;

inline constexpr std::size_t chargers = 6, cars = 12;
inline constexpr const char* planned[] = {"no_sun", "case_6", "v2g", "reserves", "opt"};

inline std::string file_of(int day) {
    return day == 1 ? "car_park/reference_study.yaml" : "car_park/day_" + std::to_string(day) + "_study.yaml";
}

inline StudyResult run_with(const std::string& file, const std::vector<std::string>& overrides = {}) {
    StudyResult result = run_study(load(scenario(file), overrides), {});
    for (const auto& failure : result.failures) UNSCOPED_INFO(failure.controller << ": " << failure.what);
    REQUIRE(result.failures.empty());
    return result;
}

inline const StudyResult& day(int number) {
    static const std::array<StudyResult, 4> days{run_with(file_of(1)), run_with(file_of(2)), run_with(file_of(3)),
                                                 run_with(file_of(4))};
    return days.at(static_cast<std::size_t>(number) - 1);
}

/// Where there are agents besides, counters have the party's name before theirs.
inline double counter(const RunResult& run, const std::string& name, std::size_t replica = 0) {
    for (const auto& v : run.variables)
        if (v.output == "counters" && v.variable.name == run.label + "_" + name) return v.values.at(replica);
    return find(run, "counters", name).values.at(replica);
}
inline double kpi(const RunResult& run, const std::string& name) { return values(run, name).at(0); }
inline double cost(const StudyResult& result, const std::string& label) { return counter(controller(result, label), "cost"); }

inline std::vector<double> trace(const RunResult& run, const std::string& output, const std::string& name) {
    return find(run, output, name).traces.at(0).second;
}

/// What the chargers draw, as the plant has it: by mark, then by charger. The busbar is the first bus, and no charger.
inline std::vector<std::array<double, chargers>> metered_kw(const StudyResult& result, const RunResult& run) {
    const std::vector<double> power = trace(run, "points", "power");
    const Connectors& points = result.connectors;
    REQUIRE(points.size() == chargers + cars);
    std::vector<std::array<double, chargers>> net(power.size() / points.size());
    for (std::size_t t = 0; t < net.size(); ++t)
        for (std::size_t c = 0; c < points.size(); ++c) net[t].at(points.bus[c].index() - 1) += power[t * points.size() + c];
    return net;
}

/// Who pays for what chargers draw, net and by charger, at the prices of the plant.
inline double metered_cost(const StudyResult& result, const RunResult& run, double step_h) {
    const auto net = metered_kw(result, run);
    const std::vector<double> buy = trace(run, "park", "price"), sell = trace(run, "park", "sell_price");
    double sum = 0.0;
    for (std::size_t t = 0; t < net.size(); ++t)
        for (const double kw : net[t]) sum += step_h * kw * (kw > 0.0 ? buy[t] : sell[t]);
    return sum;
}

inline void require_certified(const StudyResult& result) {
    for (const char* label : planned) {
        const RunResult& run = controller(result, label);
        CAPTURE(label);
        CHECK(counter(run, "plans") == 1.0);
        CHECK(counter(run, "worst_relative_gap") <= 1e-7);
        CHECK(counter(run, "worst_violation") <= 1e-7);
        CHECK(std::abs(counter(run, "primal_objective") - counter(run, "dual_objective")) <= 1e-5);
        CHECK(counter(run, "unproven_plans") + counter(run, "failed_plans") == 0.0);
    }
}

inline void require_kept_in_the_plant(const RunResult& run) {
    for (const char* gap : {"feeder_gap_kwh", "session_gap_kwh", "fleet_gap_kwh"})
        for (const double kwh : find(run, "ledger", gap).values.read()) CHECK(std::abs(kwh) < 1e-6);
    CHECK(kpi(run, "unserved_kwh") <= 1e-6);
    CHECK(counter(run, "unserved_kwh") == 0.0);
    CHECK(counter(run, "unfollowed_kwh") <= 1e-9);
    CHECK(counter(run, "over_inverter_kw") == 0.0);
    CHECK(kpi(run, "vmin_pu") >= 0.95);
    CHECK(kpi(run, "vmax_pu") <= 1.05);
}

inline const std::vector<std::string> only_opt{"controllers.immediate=~", "controllers.average=~", "controllers.no_sun=~",
                                               "controllers.case_6=~",    "controllers.v2g=~",     "controllers.reserves=~",
                                               "study.reference=opt"};

inline std::vector<std::string> with(std::vector<std::string> list, const std::vector<std::string>& more) {
    list.insert(list.end(), more.begin(), more.end());
    return list;
}

}  // namespace evsweep::validation::car_park
