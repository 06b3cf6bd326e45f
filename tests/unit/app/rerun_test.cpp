// A result holds its inputs: the same study runs again from it, in another folder, to the last bit; and its tables are exported.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>
#include <set>

#include "command.hpp"
#include "same_results.hpp"
#include "sim/record/result_reader.hpp"

using Catch::Matchers::Contains;
using evsweep::ResultReader;
using namespace evsweep::test;
namespace fs = std::filesystem;

namespace {

/// A study in layers, with a feeder of two files, recorded sessions and a profile from a file.
void write_study(const ScratchFolder& folder) {
    fs::create_directories(folder.path() / "network");
    folder.write("network/Master.dss",
                 "Clear\nNew Circuit.c basekv=10 pu=1.02\nRedirect lines.dss\nNew Load.l1 bus1=b kv=10 kw=400 pf=0.95\nSolve\n");
    folder.write("network/lines.dss", "New Line.l bus1=sourcebus bus2=b r1=0.3 x1=0.3 length=2 units=none normamps=40\n");
    folder.write("load.csv", "share\n0.4\n0.9\n0.7\n1.0\n");
    folder.write("base.yaml",
                 "study: {replicas: 4, seed: 3}\ntime: {start: 2025-01-06 12:00, duration: 24 h, step: 15 min}\n"
                 "feeder: {file: network/Master.dss}\n"
                 "base_load: {profiles: {p: {file: load.csv, column: share, every: 6 h}}, other: p}\n"
                 "prices: {buy: {every: 12 h, values: [0.1 EUR/kWh, 0.3 EUR/kWh]}, sell_share: 0.5}\n");
    folder.write("study.yaml",
                 "extends: base.yaml\npopulation:\n  cars:\n    behaviour: distribution\n    vehicles: 12\n"
                 "    placement: {rule: class, class: \"\"}\n    arrival: 18 h\n    departure: 7 h\n"
                 "    initial_soc: {distribution: uniform, min: 0.2, max: 0.6}\n    target_soc: 0.9\n    capacity: 50 kWh\n"
                 "    charge_rating: 7.4 kW\ncontrollers: {uncoordinated: {}, fuzzy: {}}\n");
}

}  // namespace

TEST_CASE("a study runs again from its result, in a folder where nothing of it is, to the last bit") {
    const ScratchFolder folder, elsewhere;
    write_study(folder);
    const auto first =
        evsweep_in(folder.path(), {"run", "study.yaml", "--out", "r.h5", "--set", "population.cars.charge_rating=11 kW", "--set",
                                   "population.cars.placement={rule: round_robin, buses: [b]}"});
    INFO(first.err);
    REQUIRE(first.status == 0);
    fs::copy_file(folder.path() / "r.h5", elsewhere.path() / "r.h5");
    const auto again = evsweep_in(elsewhere.path(), {"run", "r.h5"});
    INFO(again.err);
    REQUIRE(again.status == 0);
    CHECK(fs::exists(elsewhere.path() / "results/r-again.h5"));
    CHECK(same_arrays(folder.path() / "r.h5", elsewhere.path() / "results/r-again.h5") > 100);
    CHECK(evsweep_in(elsewhere.path(), {"check", "r.h5"}).status == 0);
    const auto others = evsweep_in(elsewhere.path(), {"run", "r.h5", "--seed", "4", "--out", "other.h5"});
    CHECK(others.status == 0);
    CHECK(ResultReader(elsewhere.path() / "other.h5").text_attribute("/", "seed") == "4");
}

TEST_CASE("inputs of which only the hash is kept have to be there, unchanged") {
    const ScratchFolder folder;
    write_study(folder);
    const std::vector<std::string> set{"--set", "population.cars.placement={rule: round_robin, buses: [b]}"};
    REQUIRE(evsweep_in(folder.path(),
                       {"run", "study.yaml", "--quiet", "--out", "r.h5", "--set", "study.keep_inputs=false", set[0], set[1]})
                .status == 0);
    CHECK(evsweep_in(folder.path(), {"check", "r.h5"}).status == 0);
    folder.write("load.csv", "share\n0.4\n0.9\n0.7\n0.9\n");
    const auto changed = evsweep_in(folder.path(), {"check", "r.h5"});
    CHECK(changed.status == 2);
    CHECK_THAT(changed.err, Contains("file 'load.csv' has changed since r.h5 was made of it; bring back the file as it was"));
    fs::remove(folder.path() / "load.csv");
    CHECK_THAT(evsweep_in(folder.path(), {"check", "r.h5"}).err, Contains("file 'load.csv' does not exist"));
}

TEST_CASE("a damaged result is not run again") {
    const ScratchFolder folder;
    write_study(folder);
    REQUIRE(evsweep_in(folder.path(), {"run", "study.yaml", "--quiet", "--out", "r.h5", "--set",
                                       "population.cars.placement={rule: round_robin, buses: [b]}"})
                .status == 0);
    std::string bytes = folder.read("r.h5");
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] + 1);
    folder.write("r.h5", bytes);
    const auto answer = evsweep_in(folder.path(), {"run", "r.h5"});
    CHECK(answer.status == 2);
    CHECK_THAT(answer.err, Contains("r.h5: damaged since it was written; run the study again"));
}

TEST_CASE("the tables of a result are exported as CSV, with units, dates and every row") {
    const ScratchFolder folder;
    write_study(folder);
    REQUIRE(evsweep_in(folder.path(), {"run", "study.yaml", "--quiet", "--out", "r.h5", "--set",
                                       "population.cars.placement={rule: round_robin, buses: [b]}", "--set",
                                       "outputs={kpis: {}, series: "
                                       "{every: 1 h}, events: {}}"})
                .status == 0);
    const auto answer = evsweep_in(folder.path(), {"export", "r.h5", "--csv", "t"});
    INFO(answer.err);
    REQUIRE(answer.status == 0);
    for (const char* table :
         {"summary", "paired", "kpis", "series_by_time", "connectors", "feeder_by_branch", "scenario", "inputs"})
        CHECK_THAT(answer.out, Contains("t/" + std::string(table) + ".csv\n"));
    const std::string kpis = folder.read("t/kpis.csv");
    CHECK_THAT(kpis, Catch::Matchers::StartsWith("controller,replica,peak_kw [kW],"));
    CHECK(std::count(kpis.begin(), kpis.end(), '\n') == 1 + 1 + 2 * 4);  // header, the feeder alone, two controllers
    const std::string series = folder.read("t/series_by_time.csv");
    CHECK_THAT(series, Catch::Matchers::StartsWith("controller,time,time [h],demand_kw_mean [kW],"));
    CHECK_THAT(series, Contains("\nuncoordinated,2025-01-07 11:00,23,"));
    const auto numbers = ResultReader(folder.path() / "r.h5").numbers("/controllers/fuzzy/kpis/peak_kw");
    const auto row = kpis.find("\nfuzzy,0,");
    REQUIRE(row != std::string::npos);
    CHECK(std::stod(kpis.substr(row + 9)) == numbers.at(0));
    CHECK_THAT(folder.read("t/connectors.csv"), Contains("\n11,cars,b,1,,7.4,0,7.4,0\n"));
    CHECK(evsweep_in(folder.path(), {"export", "r.h5", "--csv", "t"}).err ==
          "evsweep: --csv: 't' holds something already; name another folder, or write into it with --force\n");
    CHECK(evsweep_in(folder.path(), {"export", "r.h5", "--csv", "t", "--force"}).status == 0);
    CHECK(evsweep_in(folder.path(), {"export", "study.yaml", "--csv", "u"}).status == 2);
    CHECK(evsweep_in(folder.path(), {"export", "r.h5"}).err == "evsweep: export: it is not said where to; give --csv DIR\n");
}

TEST_CASE("one day is shown as the study had it: the same peak to the bit, and stays that drew what the fleet drew") {
    const ScratchFolder folder, elsewhere;
    write_study(folder);
    REQUIRE(evsweep_in(folder.path(), {"run", "study.yaml", "--quiet", "--out", "r.h5", "--set",
                                       "population.cars.placement={rule: round_robin, buses: [b]}"})
                .status == 0);
    fs::copy_file(folder.path() / "r.h5", elsewhere.path() / "r.h5");
    const auto answer = evsweep_in(
        elsewhere.path(), {"show", "r.h5", "--replica", "2", "--controller", "fuzzy", "--vehicle", "5", "--out", "d.h5"});
    INFO(answer.err);
    REQUIRE(answer.status == 0);
    CHECK_THAT(answer.out, Contains("replica 2 of seed 3 under fuzzy, from 2025-01-06 12:00") &&
                               Contains("Mon 18:00  Tue 07:00") && Contains("lowest voltage at its bus pu"));
    const ResultReader study(elsewhere.path() / "r.h5"), day(elsewhere.path() / "d.h5");
    const auto demand = day.numbers("/controllers/fuzzy/day_traces/demand_kw");
    CHECK(*std::max_element(demand.begin(), demand.end()) == study.numbers("/controllers/fuzzy/kpis/peak_kw").at(2));
    const auto charged = day.numbers("/controllers/fuzzy/day_stays/replica_2/charged_kwh");
    CHECK(charged.size() == 12);
    CHECK(std::accumulate(charged.begin(), charged.end(), 0.0) ==
          Approx(study.numbers("/controllers/fuzzy/kpis/charged_kwh").at(2)).epsilon(1e-12));
    const auto costs = day.numbers("/controllers/fuzzy/day_stays/replica_2/net_cost");
    CHECK(std::accumulate(costs.begin(), costs.end(), 0.0) ==
          Approx(study.numbers("/controllers/fuzzy/kpis/net_cost").at(2)).epsilon(1e-12));
    CHECK(evsweep_in(elsewhere.path(), {"show", "r.h5", "--replica", "4"}).err ==
          "evsweep: --replica: there is no replica '4'; they are 0 to 3\n");
    CHECK(evsweep_in(elsewhere.path(), {"show", "r.h5", "--controller", "fuzz"}).err ==
          "evsweep: --controller: there is no 'fuzz'; did you mean 'fuzzy'?\n");
}

TEST_CASE("times of a result are dates by the CF conventions") {
    const ScratchFolder folder;
    write_study(folder);
    REQUIRE(evsweep_in(folder.path(), {"run", "study.yaml", "--quiet", "--out", "r.h5", "--set",
                                       "population.cars.placement={rule: round_robin, buses: [b]}"})
                .status == 0);
    const ResultReader reader(folder.path() / "r.h5");
    CHECK(reader.text_attribute("/controllers/fuzzy/series/time", "units") == "hours since 2025-01-06 12:00");
    CHECK(reader.text_attribute("/controllers/fuzzy/series/time", "calendar") == "proleptic_gregorian");
    CHECK(reader.numbers("/feeder/branch_from") == std::vector<double>{0.0});
    CHECK(reader.numbers("/feeder/branch_to") == std::vector<double>{1.0});
}
