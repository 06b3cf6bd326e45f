/// Explanations of broken limits: shares by closed form, runs without somebody against scenarios without them, and violations of
/// results found again.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <fstream>
#include <string>

#include "sim/study/why/explanation.hpp"
#include "tests/unit/study/result_numbers.hpp"
#include "tests/validation/study_fixture.hpp"
#include "unit/record/scratch_folder.hpp"

using namespace evsweep;
using namespace evsweep::test;
using namespace evsweep::validation;
using Catch::Matchers::Contains;

namespace {

const char* const two_buses = R"(name: two buses
source: {bus: s}
buses:
  - {id: s, nominal: 400 V}
  - {id: e, nominal: 400 V}
lines:
  - {id: l, from: s, to: e, r: 0.08 ohm, x: 0.05 ohm, rating: 60 A}
loads:
  - {id: d, bus: e, p: 20 kW, q: 6 kvar}
)";

/// Everybody at bus e from six to seven; three vehicles, two of them alike.
std::string cars(const std::string& groups) {
    return R"(title: three cars
study: {replicas: 1, threads: 1}
time: {start: 2025-01-06 12:00, step: 10 min, duration: 12 h}
feeder: {file: feeder.yaml}
limits: {voltage_min: 0.984 pu, voltage_max: 1.1 pu}
population:
)" + groups +
           "controllers: {uncoordinated: {}, fuzzy: {}}\noutputs: {kpis: {}, traces: {replicas: [0]}}\n";
}

std::string group(const std::string& label, int vehicles, const std::string& rating, const std::string& arrival = "18 h") {
    return "  " + label + ": {behaviour: distribution, vehicles: " + std::to_string(vehicles) +
           ", placement: {rule: round_robin, buses: [e]}, arrival: " + arrival +
           ", departure: 7 h, initial_soc: 0.3, target_soc: 0.9, capacity: 40 kWh, charge_rating: " + rating + "}\n";
}

const std::string small_and_big = group("small", 2, "6 kW") + group("big", 1, "11 kW");

LoadedStudy study_of(const ScratchFolder& folder, const std::string& feeder, const std::string& scenario_text,
                     const std::vector<std::string>& overrides = {}) {
    std::ofstream(folder / "feeder.yaml") << feeder;
    std::ofstream(folder / "study.yaml") << scenario_text;
    return load(folder / "study.yaml", overrides);
}

/// The explanation of a kind of violation of one replica.
Explanation explained(const LoadedStudy& study, LimitKind kind, const std::string& controller, std::size_t reruns = 0,
                      std::size_t threads = 1, std::size_t replica = 0) {
    ExplanationOptions how;
    how.reruns = reruns;
    how.threads = threads;
    how.is_quick = reruns == 0;
    return explain(study, {kind, controller, ReplicaId(replica)}, how);
}

const ActorShare& row_of(const Explanation& explanation, ActorKind kind, std::uint32_t number) {
    for (const ActorShare& row : explanation.actors)
        if (row.actor.kind == kind && row.actor.number == number) return row;
    FAIL("no " << name_of(kind) << " " << number);
    throw 0;
}

/// The voltage of bus e by the quadratic equation of two buses, in pu.
double voltage_of_two_buses(double p_kw, double q_kvar) {
    const double r = 0.08, x = 0.05, v1 = 400.0, p = 1000.0 * p_kw, q = 1000.0 * q_kvar;
    const double b = v1 * v1 - 2.0 * (p * r + q * x);
    const double c = (p * p + q * q) * (r * r + x * x);
    return std::sqrt(0.5 * (b + std::sqrt(b * b - 4.0 * c))) / v1;
}

/// Shapley's shares over all orders of parts of a load, by the closed form.
std::vector<double> shares_by_closed_form(const std::vector<std::pair<double, double>>& parts) {
    std::vector<std::size_t> order(parts.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::vector<double> sum(parts.size(), 0.0);
    double orders = 0.0;
    do {
        double p = 0.0, q = 0.0, before = voltage_of_two_buses(0.0, 0.0);
        for (const std::size_t i : order) {
            p += parts[i].first, q += parts[i].second;
            const double after = voltage_of_two_buses(p, q);
            sum[i] += after - before;
            before = after;
        }
        orders += 1.0;
    } while (std::next_permutation(order.begin(), order.end()));
    for (double& s : sum) s /= orders;
    return sum;
}

/// A variable of the one replica of a study, in the trace.
const std::vector<double>& trace_of(const StudyResult& result, const std::string& label, const std::string& name) {
    return find(controller(result, label), "traces", name).traces.front().second;
}

double sum_of_shares(const Explanation& explanation) {
    double sum = 0.0;
    for (const ActorShare& row : explanation.actors) sum += row.share;
    return sum;
}

}  // namespace

TEST_CASE("shares of a voltage of two buses are those of the closed form over all orders, and add up") {
    const ScratchFolder folder;
    const LoadedStudy study = study_of(folder, two_buses, cars(small_and_big));
    const Explanation found = explained(study, LimitKind::low_voltage, "uncoordinated");
    INFO(found.problem.value_or(""));
    REQUIRE(!found.problem);
    CHECK(found.violation.element == "bus e");
    CHECK(found.violation.value == Approx(voltage_of_two_buses(43.0, 6.0)).epsilon(1e-7));
    CHECK(*found.violation.time_h == 6.0);
    const auto exact = shares_by_closed_form({{6.0, 0.0}, {6.0, 0.0}, {11.0, 0.0}, {20.0, 6.0}});
    CHECK(row_of(found, ActorKind::vehicle, 0).share == Approx(exact[0]).epsilon(1e-5));
    CHECK(row_of(found, ActorKind::vehicle, 1).share == row_of(found, ActorKind::vehicle, 0).share);
    CHECK(row_of(found, ActorKind::vehicle, 2).share == Approx(exact[2]).epsilon(1e-5));
    CHECK(row_of(found, ActorKind::base_load, 1).share == Approx(exact[3]).epsilon(1e-5));
    CHECK(found.nobody == Approx(1.0).epsilon(1e-12));
    CHECK(found.all == Approx(found.violation.value).epsilon(1e-7));
    CHECK(sum_of_shares(found) == Approx(found.all - found.nobody).epsilon(1e-9));
    CHECK(row_of(found, ActorKind::vehicle, 2).unchanged == Approx(voltage_of_two_buses(32.0, 6.0)).epsilon(1e-9));
    // Nearly linear: the parts of the vehicles are as their powers, to a few percent.
    CHECK(exact[2] / exact[0] == Approx(11.0 / 6.0).epsilon(0.03));
    REQUIRE(found.enough);
    CHECK(found.enough->count == 2);  // 32 kW are too much for 0.984 pu, 26 kW are not
    CHECK(voltage_of_two_buses(32.0, 6.0) < 0.984 - 1e-4);
    CHECK(voltage_of_two_buses(26.0, 6.0) > 0.984 - 1e-4);
    CHECK(found.enough->p_kw == Approx(17.0));
}

TEST_CASE("shares of a loading are those of the current, also where it is the line's") {
    const ScratchFolder folder;
    const LoadedStudy study = study_of(folder, two_buses, cars(small_and_big), {"limits.tolerance=0.1 %"});
    const Explanation found = explained(study, LimitKind::line, "uncoordinated");
    INFO(found.problem.value_or(""));
    REQUIRE(!found.problem);
    CHECK(found.violation.element == "l");
    const double v = voltage_of_two_buses(43.0, 6.0);
    CHECK(found.violation.value ==
          Approx(100.0 * 1000.0 * std::hypot(43.0, 6.0) / (std::sqrt(3.0) * 400.0 * v) / 60.0).epsilon(1e-6));
    CHECK(found.nobody == Approx(0.0).margin(1e-9));
    CHECK(sum_of_shares(found) == Approx(found.all).epsilon(1e-9));
    CHECK(row_of(found, ActorKind::vehicle, 2).share > row_of(found, ActorKind::vehicle, 0).share);
}

TEST_CASE("the replica without a vehicle is that of a scenario that never had it, under a controller that reacts, too") {
    const ScratchFolder folder, without;
    const std::vector<std::string> limit{"limits.voltage_min=0.987 pu"};
    const LoadedStudy study = study_of(folder, two_buses, cars(small_and_big), limit);
    const LoadedStudy never = study_of(without, two_buses, cars(group("small", 2, "6 kW")), limit);
    const StudyResult other = run_study(never, {.threads = 1});
    for (const std::string& label : {std::string("uncoordinated"), std::string("fuzzy")}) {
        CAPTURE(label);
        const Explanation found = explained(study, LimitKind::low_voltage, label, 10);
        INFO(found.problem.value_or(""));
        REQUIRE(!found.problem);
        const auto& rerun = row_of(found, ActorKind::vehicle, 2).rerun;
        REQUIRE(rerun);
        const auto m = static_cast<std::size_t>(std::llround(*found.violation.time_h * 6.0));
        CHECK(rerun->value == Approx(trace_of(other, label, "voltage_pu")[2 * m + 1]).epsilon(1e-7));
        CHECK(rerun->minutes == values(controller(other, label), "minutes_below_band")[0]);
        CHECK(rerun->holds_there == (rerun->value >= 0.987 - 1e-4));
    }
}

TEST_CASE("the replica without base load, and without any vehicle, are those of scenarios without them") {
    const ScratchFolder folder, without;
    const LoadedStudy study = study_of(folder, two_buses, cars(small_and_big + group("large", 1, "22 kW")));
    const Explanation found = explained(study, LimitKind::low_voltage, "uncoordinated", 10);
    REQUIRE(!found.problem);
    const auto& rerun = row_of(found, ActorKind::base_load, 1).rerun;
    REQUIRE(rerun);
    CHECK(rerun->value == Approx(voltage_of_two_buses(45.0, 0.0)).epsilon(1e-7));
    REQUIRE(found.without_vehicles);
    CHECK(found.without_vehicles->value == Approx(voltage_of_two_buses(20.0, 6.0)).epsilon(1e-7));
    CHECK(found.without_vehicles->holds_there);
    CHECK(found.without_vehicles->minutes == 0.0);
    CHECK(found.runs == 1 + 1 + 1 + 1 + 5);  // as it was, the hour, the other controller, no vehicle, four vehicles and the load
}

TEST_CASE("who has a generator left out has the voltage without it") {
    const ScratchFolder folder;
    const std::string roofs =
        "  roofs: {behaviour: photovoltaic, units: 2, peak: 40 kW, apparent_rating: 50 kVA, yield: {every: 2 h, values: [0, 0, "
        "0, 0, 0, "
        "0, 0, 0, 0, 0.9, 0.5, 0]}, placement: {rule: round_robin, buses: [e]}}\n";
    const LoadedStudy study =
        study_of(folder, two_buses, cars(group("small", 1, "6 kW") + roofs), {"limits.voltage_max=1.02 pu"});
    const Explanation found = explained(study, LimitKind::high_voltage, "uncoordinated", 10);
    INFO(found.problem.value_or(""));
    REQUIRE(!found.problem);
    CHECK(found.actors.front().actor.kind == ActorKind::generator);
    CHECK(found.actors.front().actor.p_kw == Approx(-36.0));
    CHECK(found.actors.front().share > 0.0);
    CHECK(row_of(found, ActorKind::base_load, 1).share < 0.0);
    REQUIRE(found.actors.front().rerun);
    CHECK(found.actors.front().rerun->value == Approx(voltage_of_two_buses(6.0 + 20.0 - 36.0, 6.0)).epsilon(1e-6));
    CHECK(found.actors.front().rerun->holds_there);
}

TEST_CASE("an explanation is the same to the last bit for any number of threads") {
    const LoadedStudy study = load(scenario("ieee33/evms_study.yaml"), {"study.replicas=2", "population.homes.vehicles=300"});
    const Explanation one = explained(study, LimitKind::low_voltage, "uncoordinated", 4, 1);
    const Explanation many = explained(study, LimitKind::low_voltage, "uncoordinated", 4, 3);
    REQUIRE(!one.problem);
    REQUIRE(one.actors.size() == many.actors.size());
    for (std::size_t a = 0; a < one.actors.size(); ++a) {
        CHECK(one.actors[a].actor.number == many.actors[a].actor.number);
        CHECK(std::memcmp(&one.actors[a].share, &many.actors[a].share, sizeof(double)) == 0);
        CHECK(one.actors[a].rerun.has_value() == many.actors[a].rerun.has_value());
        if (one.actors[a].rerun) CHECK(one.actors[a].rerun->value == many.actors[a].rerun->value);
    }
    CHECK(is_identical(one.hour.value, many.hour.value));
    CHECK(one.decisions.size() == many.decisions.size());
}

namespace {

/// Explains every violation of a study that its result knows, and compares with what is recorded.
std::size_t find_all_again(const LoadedStudy& study) {
    const StudyResult result = run_study(study, {.threads = 1});
    const KnownViolations known = known_violations(result);
    REQUIRE(known.are_recorded);
    for (const Violation& violation : known.list) {
        CAPTURE(violation.controller, violation.replica.index(), name_of(violation.kind));
        ExplanationOptions how;
        how.is_quick = true;
        how.keeps_hour = false;
        how.orders = 4;
        how.recorded = recorded_numbers(result, violation.controller, violation.replica);
        const Explanation found = explain(study, violation, how);
        INFO(found.problem.value_or(""));
        REQUIRE(!found.problem);
        CHECK(found.recorded_numbers > 50);
        CHECK(found.different_numbers == std::vector<std::string>{});
        CHECK(found.violation.value == violation.value);
        CHECK(found.violation.share == Approx(violation.share).epsilon(1e-12));
        if (violation.time_h) CHECK(*found.violation.time_h == Approx(*violation.time_h).margin(1e-9));
        if (!violation.element.empty()) CHECK_THAT(found.violation.element, Catch::StartsWith(violation.element));
        CHECK(found.all == Approx(found.violation.value).epsilon(1e-6));
        CHECK(sum_of_shares(found) == Approx(found.all - found.nobody).epsilon(1e-9));
        if (!std::isnan(violation.minutes) && violation.kind != LimitKind::line && violation.kind != LimitKind::transformer)
            CHECK(found.violation.minutes == violation.minutes);
    }
    return known.list.size();
}

}  // namespace

TEST_CASE("violations that a result knows are found again to the last bit on the 33-bus feeder") {
    CHECK(find_all_again(load(scenario("ieee33/evms_study.yaml"), {"study.replicas=3", "population.homes.vehicles=300"})) >= 3);
}

TEST_CASE("violations that a result knows are found again to the last bit on the European LV feeder, unbalance as well") {
    CHECK(find_all_again(load(scenario("european_lv/ev_study.yaml"), {"study.replicas=1"})) >= 3);
}

TEST_CASE("violations of replicas with a load of their own are found again to the last bit") {
    CHECK(find_all_again(load(scenario("ieee33/random_load_study.yaml"), {"study.replicas=1"})) >= 1);
}

TEST_CASE("what a replica shows that is run again is what its result knows, and passes between processes") {
    const LoadedStudy study = load(scenario("european_lv/ev_study.yaml"), {"study.replicas=1"});
    const KnownViolations known = known_violations(run_study(study, {.threads = 1}));
    std::vector<std::string> labels;
    std::vector<Replay> replays;
    for (const Alternative& alternative : study.scenario.controllers) {
        labels.push_back(alternative.label);
        LoadedStudy one = under_one(study, alternative.label);
        const StudyOutputs outputs = outputs_for_replay(one, ReplayOutputs::none);
        replays.push_back(replay(one, outputs, ReplicaId(0), {}));
    }
    const KnownViolations found = found_violations(study, ReplicaId(0), labels, replays);
    REQUIRE(found.list.size() == known.list.size());
    const KnownViolations passed = unpacked_violations(packed(known));
    CHECK(passed.calendar_start == known.calendar_start);
    CHECK(passed.are_recorded);
    for (std::size_t k = 0; k < known.list.size(); ++k) {
        CHECK(found.list[k].kind == known.list[k].kind);
        CHECK(found.list[k].value == known.list[k].value);
        CHECK(found.list[k].minutes == known.list[k].minutes);
        CHECK(passed.list[k].controller == known.list[k].controller);
        CHECK(passed.list[k].share == known.list[k].share);
        CHECK(passed.list[k].time_h == known.list[k].time_h);
        CHECK(passed.list[k].element == known.list[k].element);
    }
}

TEST_CASE("violations are listed worst first by what the limits permit, and a number that differs is named") {
    StudyResult result;
    result.voltage_min_pu = 0.9, result.voltage_max_pu = 1.1;
    result.replicas = {ReplicaId(0), ReplicaId(1), ReplicaId(2)};
    RunResult run;
    run.label = "c";
    const auto add = [&](const std::string& name, std::vector<double> numbers) {
        VariableResult v;
        v.output = "k";
        v.variable.name = name;
        v.values = std::move(numbers);
        run.variables.push_back(std::move(v));
    };
    add("low_voltage_violation", {1.0, 1.0, 1.0});
    add("vmin_pu", {0.89, 0.95, 0.85});  // of replica 1 only steps without a solution count
    add("line_violation", {0.0, 1.0, 0.0});
    add("loading_max_pct", {90.0, 120.0, 90.0});
    add("unsolved_violation", {0.0, 1.0, 0.0});
    run.mostly_unsolved_replicas = 1;
    result.controllers.push_back(run);
    const KnownViolations known = known_violations(result);
    REQUIRE(known.list.size() == 4);
    CHECK(known.list[0].replica == ReplicaId(2));
    CHECK(known.list[0].share == Approx(0.5));
    CHECK(known.list[1].kind == LimitKind::line);
    CHECK(known.list[1].share == Approx(0.2));
    CHECK(known.list[2].share == Approx(0.1));
    CHECK(known.list[3].kind == LimitKind::unsolved);
    REQUIRE(known.notes.size() == 1);
    CHECK_THAT(known.notes[0], Contains("1 of 3 replicas have no load-flow solution in more than half of their steps"));
    const auto numbers = recorded_numbers(result, "c", ReplicaId(2));
    auto changed = numbers;
    changed[1].value = std::nextafter(changed[1].value, 1.0);
    const ReplayCheck check = compare(unpacked_numbers(packed(numbers)), changed);
    CHECK(check.compared == numbers.size());
    CHECK(check.different == std::vector<std::string>{"vmin_pu"});
}

TEST_CASE("what cannot be explained says why") {
    const ScratchFolder folder;
    const LoadedStudy study = study_of(folder, two_buses, cars(small_and_big));
    CHECK_THAT(*explained(study, LimitKind::high_voltage, "uncoordinated").problem,
               Contains("broke no limit of this kind (high voltage)"));
    CHECK_THAT(*explained(study, LimitKind::unsolved, "uncoordinated").problem,
               Contains("has no value that could be shared out"));
}
