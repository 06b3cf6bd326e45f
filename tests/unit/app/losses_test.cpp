#include <algorithm>
#include <catch2/catch.hpp>

#include "command.hpp"

using Catch::Matchers::Contains;
using evsweep::test::evsweep_in;
using evsweep::test::ScratchFolder;

namespace {

/// A folder with a feeder of three loads, two of them at buses of class `homes`, and a study of it.
class StudyFolder : public ScratchFolder {
   public:
    explicit StudyFolder(const std::string& sections, const std::string& load_of_c = "p: 200 kW") {
        write("feeder.yaml", R"(source: {bus: a, voltage: 1.0 pu}
buses:
  - {id: a, nominal: 10 kV}
  - {id: b, nominal: 10 kV, class: homes}
  - {id: c, nominal: 10 kV, class: homes}
  - {id: d, nominal: 10 kV}
lines:
  - {id: ab, from: a, to: b, r: 0.1 ohm, x: 0.1 ohm, rating: 100 A}
  - {id: bc, from: b, to: c, r: 0.1 ohm, x: 0.1 ohm}
  - {id: cd, from: c, to: d, r: 0.1 ohm, x: 0.1 ohm}
loads:
  - {id: L1, bus: b, p: 300 kW}
  - {id: L2, bus: c, )" + load_of_c +
                                 R"(}
  - {id: L3, bus: d, p: 100 kW}
)");
        write("s.yaml",
              "study: {replicas: 2, seed: 1}\ntime: {start: 2025-01-06 12:00, duration: 24 h, step: 15 min}\n"
              "feeder: {file: feeder.yaml}\ncontrollers: {uncoordinated: {}}\noutputs: {kpis: {}, traces: {replicas: [0]}}\n" +
                  sections);
    }
    [[nodiscard]] evsweep::test::Answer check(std::vector<std::string> more = {}) const {
        more.insert(more.begin(), {"check", "s.yaml"});
        return evsweep_in(path(), more);
    }
};

const std::string nobody = "population: {}\n";
/// Half of nominal in the first half of the day, all of it in the second.
const std::string half_days = "{every: 12 h, values: [0.5, 1]}";

std::string vehicles(const std::string& more) {
    return "population:\n  homes: {behaviour: distribution, placement: {rule: round_robin, buses: [b]}, initial_soc: 0.3, "
           "target_soc: 0.9, capacity: 50 kWh, charge_rating: 7.4 kW, " +
           more + "}\n";
}

}  // namespace

TEST_CASE("names in the base load that nothing answers to are errors with what was meant") {
    const StudyFolder by_class(nobody + "base_load:\n  profiles: {day: " + half_days + "}\n  by_class: {hmes: day}\n");
    const auto unknown_class = by_class.check();
    CHECK(unknown_class.status == 2);
    CHECK_THAT(unknown_class.err,
               Contains("s.yaml:9:20: base_load.by_class.hmes: no bus of the feeder is of class 'hmes'; did you "
                        "mean 'homes'?"));
    const StudyFolder of_load(nobody + "base_load:\n  profiles: {day: " + half_days + "}\n  other: day\n",
                              "p: 200 kW, profile: dya");
    const auto unknown_profile = of_load.check();
    CHECK(unknown_profile.status == 2);
    CHECK_THAT(unknown_profile.err,
               Contains("load 'L2' follows profile 'dya', which neither the scenario nor the feeder file has; did "
                        "you mean 'day'?"));
    CHECK(of_load.check({"--set", "base_load.own_profiles=ignore"}).status == 0);
}

TEST_CASE("check says which loads follow what and what they add up to, and profiles that nobody follows are warned of") {
    const StudyFolder folder(nobody + "base_load:\n  profiles: {day: " + half_days + ", night: " + half_days +
                             "}\n  by_class: {homes: day}\n");
    const auto answer = folder.check();
    CHECK(answer.status == 0);
    CHECK_THAT(answer.err, Contains("warning: base_load.profiles.night: no load follows it"));
    // 600 kW from noon to midnight; then homes at a half (250 kW) with 100 kW that are constant.
    CHECK_THAT(answer.out,
               Contains("of 3 loads 2 follow day, 1 are constant; at nominal voltage they peak at 600 kW at 12:00, and take "
                        "11400 kWh in 24 h"));
}

TEST_CASE("branches without a rating are counted in check, table and file, and can be given one") {
    const StudyFolder folder(nobody);
    const std::string text = "2 of 3 branches have no rating: their loading is not judged";
    CHECK_THAT(folder.check().out, Contains(text));
    CHECK_THAT(evsweep_in(folder.path(), {"run", "s.yaml", "--out", "r.h5"}).out, Contains(text));
    CHECK_THAT(evsweep_in(folder.path(), {"summary", "r.h5"}).out, Contains(text));
    CHECK_THAT(folder.check({"--set", "limits.default_rating=50 A"}).out, !Contains("have no rating"));
}

TEST_CASE("OpenDSS's own rating counts on request") {
    const ScratchFolder folder;
    folder.write("f.dss",
                 "New Circuit.c basekv=10 bus1=a pu=1.0\nNew Line.ab bus1=a bus2=b phases=3 r1=0.1 x1=0.1 length=1\n"
                 "New Load.l bus1=b phases=3 kv=10 kw=300 pf=1\nSet voltagebases=[10]\nCalcVoltageBases\nSolve\n");
    folder.write("s.yaml",
                 "study: {replicas: 1}\ntime: {start: 2025-01-06, duration: 1 h, step: 15 min}\nfeeder: {file: f.dss}\n"
                 "controllers: {uncoordinated: {}}\npopulation: {}\n");
    CHECK_THAT(evsweep_in(folder.path(), {"check", "s.yaml"}).out, Contains("None of the 1 branches has a rating"));
    const auto rated = evsweep_in(folder.path(), {"check", "s.yaml", "--set", "feeder.default_ratings=of_format"});
    CHECK(rated.status == 0);
    CHECK_THAT(rated.out, !Contains("rating"));
}

TEST_CASE("a study all of whose stays are dropped is an error with the reason") {
    const StudyFolder folder(vehicles("vehicles: 3, arrival: 18 h, departure: 17 h, departure_day: same"));
    const auto answer = folder.check();
    CHECK(answer.status == 2);
    CHECK_THAT(answer.err,
               Contains("population.homes: no stay can be played: 3 of 3 stays (90.0 of 90.0 kWh) are left out: 3 (90.0 kWh) "
                        "end before they begin; let departure be after arrival, or set departure_day: next"));
    CHECK(evsweep_in(folder.path(), {"run", "s.yaml"}).status == 2);
    const StudyFolder elsewhere(vehicles("vehicles: 3, arrival: 18 h, departure: 7 h, days: [sat]"));
    CHECK_THAT(elsewhere.check().err, Contains("warning: population.homes: none of its vehicles comes in the scenario's time"));
}

TEST_CASE("stays that wait or are refused are warned of with count and energy, and are in table and file") {
    const StudyFolder folder(
        "population:\n  cs: {behaviour: sessions, file: o.csv, layout: workplace, placement: {rule: round_robin, buses: [b]}, "
        "capacity: 80 kWh, charge_rating: 7.4 kW}\n");
    folder.write("o.csv",
                 "station_id,plug_in_local,plug_out_local,energy_kwh\nA,2025-01-06 13:00,2025-01-06 17:00,5\n"
                 "A,2025-01-06 16:00,2025-01-06 20:00,6\nA,2025-01-06 20:00,2025-01-06 21:00,2\n");
    const auto waiting = folder.check();
    CHECK(waiting.status == 0);
    CHECK_THAT(waiting.err, Contains("warning: population.cs: in replica 0 1 (6.0 kWh) wait until their charging point is free"));
    CHECK_THAT(waiting.out, Contains("in replica 0 1 (6.0 kWh) wait until their charging point is free"));
    const std::string set = "population.cs.when_occupied=refuse";
    const auto run = evsweep_in(folder.path(), {"run", "s.yaml", "--set", set, "--out", "r.h5"});
    CHECK(run.status == 0);
    CHECK_THAT(run.err,
               Contains("warning: population.cs: in replica 0 1 of 3 stays (6.0 of 13.0 kWh) are left out: 1 (6.0 kWh) find "
                        "their charging point taken"));
    CHECK_THAT(run.out, Contains("stays left out") && Contains("energy that stays left out ask for;"));
    CHECK_THAT(run.out, Contains("Stays left out ask for 6.0 kWh in the mean replica, whatever the controller"));
    const auto summary = evsweep_in(folder.path(), {"summary", "r.h5"});
    CHECK_THAT(summary.out, Contains("Stays left out ask for 6.0 kWh"));
}

TEST_CASE("a penetration that was meant in percent is refused") {
    const StudyFolder folder(vehicles("vehicles: 3, arrival: 18 h, departure: 7 h, penetration: 50"));
    const auto answer = folder.check();
    CHECK(answer.status == 2);
    CHECK_THAT(answer.err, Contains("population.homes.penetration: 50 is 5000 %; did you mean `50 %`?"));
}

TEST_CASE("an output that names a replica that is not there is warned of") {
    const StudyFolder folder(nobody);
    const auto answer = folder.check({"--set", "outputs.traces.replicas=[0, 7]"});
    CHECK_THAT(answer.err,
               Contains("warning: outputs.traces.replicas: there is no replica 7: nothing is recorded of it; the study has "
                        "replicas 0 to 1"));
}

TEST_CASE("keys that have no effect beside the others are warned of, each where it stands") {
    const StudyFolder folder(nobody);
    folder.write("keys.yaml", R"(extends: s.yaml
controllers:
  uncoordinated: ~
  f: {controller: fuzzy, load_reference: 400 kW}
  r: {controller: threshold_v2g, release_count: 3, head_hysteresis: 5 kW}
  o: {controller: threshold_v2g, release: ordered, release_spread: 1 h}
  h: {controller: threshold_v2g, signals: [feeder_head], head_low: 1 kW, head_high: 9 kW, voltage_low: 0.9 pu}
  n: {controller: evms, legs_from: 22:00, period: 15 min}
  l: {controller: evms, reading: literal, soc_margin: 2 %, period: 15 min}
  d: {controller: optimal_schedule, strategy: smart, mode: day_ahead, limits: off, loading_max: 0.9, replan_on_plug_in: true}
)");
    const auto answer = evsweep_in(folder.path(), {"check", "keys.yaml"});
    CHECK(answer.status == 0);
    const auto warns = [&](const std::string& place, const std::string& where) {
        CHECK_THAT(answer.err, Contains(place + ": has no effect here: it is used " + where + "; leave it out"));
    };
    warns("keys.yaml:4:42: warning: controllers.f.load_reference", "with fourth_input: load");
    warns("controllers.r.release_count", "with release: ordered");
    warns("controllers.r.head_hysteresis", "where signals has feeder_head");
    warns("controllers.o.release_spread", "with release: random");
    warns("controllers.h.voltage_low", "where signals has voltage");
    warns("controllers.n.legs_from", "with reading: literal");
    warns("controllers.l.soc_margin", "with reading: net_demand");
    warns("controllers.d.loading_max", "with limits: on");
    warns("controllers.d.replan_on_plug_in", "with mode: receding");
    CHECK(std::count(answer.err.begin(), answer.err.end(), '\n') == 9);
}

TEST_CASE("limits of controllers that are in percent or volts are refused") {
    const StudyFolder folder(nobody);
    folder.write("limits.yaml", R"(extends: s.yaml
controllers:
  uncoordinated: ~
  d: {controller: optimal_schedule, strategy: smart, mode: day_ahead, loading_max: 80}
  t: {controller: threshold_v2g, voltage_low: 94 pu, voltage_high: 98 pu}
)");
    const auto answer = evsweep_in(folder.path(), {"check", "limits.yaml"});
    CHECK(answer.status == 2);
    CHECK_THAT(answer.err, Contains("controllers.d.loading_max: 80 is out of range; must be (0, 10]; did you mean `80 %`?"));
    CHECK_THAT(answer.err, Contains("controllers.t.voltage_low: 94 pu is out of range; must be (0, 10] pu"));
    CHECK_THAT(answer.err, Contains("controllers.t.voltage_high: 98 pu is out of range"));
}

TEST_CASE("a group without vehicles, and stays that no load flow sees, are reported") {
    const StudyFolder empty(vehicles("vehicles: 3, penetration: 10 %, arrival: 18 h, departure: 7 h"));
    CHECK_THAT(empty.check().err, Contains("warning: population.homes: has no vehicles; look at its penetration"));
    const StudyFolder brief(vehicles(
        "vehicles: 3, arrival: 18.02 h, departure_day: same, departure: {distribution: uniform, min: 18.1 h, max: 18.2 h}"));
    CHECK_THAT(brief.check().out, Contains("hint: 3 of 3 stays begin and end between two control steps"));
    // Until 18:15 exactly: the vehicle has left at that step. From 18:00 on it is there for one step.
    const StudyFolder until(vehicles("vehicles: 3, arrival: 18.02 h, departure_day: same, departure: 18.25 h"));
    CHECK_THAT(until.check().out, Contains("hint: 3 of 3 stays begin and end between two control steps"));
    const StudyFolder from(vehicles("vehicles: 3, arrival: 18 h, departure_day: same, departure: 18.1 h"));
    CHECK_THAT(from.check().out, !Contains("between two control steps"));
}

TEST_CASE("vehicles of sizes that there are not, or that contradict themselves, are refused or warned of") {
    const auto err = [](const std::string& more) {
        return StudyFolder(vehicles("vehicles: 3, arrival: 18 h, departure: 7 h" + more)).check().err;
    };
    CHECK_THAT(err(", discharge_rating: 1e9 kW"), Contains("discharge_rating: 1000000000 kW is out of range"));
    CHECK_THAT(err(", reserve_soc: 0.95, discharge_rating: 5 kW"),
               Contains("warning: population.homes.target_soc: is below lowest_soc or reserve_soc"));
    CHECK_THAT(err(", levels: [3.7 kW, 11 kW]"), Contains("warning: population.homes.levels: has powers above every rating"));
    CHECK_THAT(err(", levels: [3.7 kW, 7.4 kW], reserve_soc: 0.5"), !Contains("levels") && !Contains("target_soc"));
}

TEST_CASE("a controller may not take the name of the run without vehicles") {
    const StudyFolder folder(nobody);
    folder.write("base.yaml", "extends: s.yaml\ncontrollers: {base: {controller: uncoordinated}}\n");
    const auto answer = evsweep_in(folder.path(), {"check", "base.yaml"});
    CHECK(answer.status == 2);
    CHECK_THAT(answer.err, Contains("controllers.base: is the name of the run without vehicles; name it otherwise"));
}

TEST_CASE("a voltage meter that sees nothing is refused") {
    const StudyFolder folder(nobody + "metering: {voltage: {noise: 5 pu}}\n");
    CHECK_THAT(folder.check().err, Contains("metering.voltage.noise: 5 pu is out of range; must be [0, 0.5] pu"));
}

TEST_CASE("a recorded stay whose date is a slip is pointed at") {
    const StudyFolder folder(
        "population:\n  cs: {behaviour: sessions, file: o.csv, layout: workplace, placement: {rule: round_robin, buses: [b]}, "
        "capacity: 80 kWh, charge_rating: 7.4 kW}\n");
    folder.write("o.csv",
                 "station_id,plug_in_local,plug_out_local,energy_kwh\nA,2025-01-06 13:00,2025-01-06 17:00,5\n"
                 "B,2025-01-06 16:00,2205-01-06 20:00,6\n");
    const auto answer = folder.check();
    CHECK(answer.status == 0);
    CHECK_THAT(answer.err, Contains("o.csv:3:1: warning: population.cs: 1 stays last longer than 31 days; this is the first"));
}
