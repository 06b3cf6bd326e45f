// Hosting capacities of small feeders: by hand where nothing is random, and against all replicas at all values where places and
// times are drawn; that threads change nothing, that files say the same as the search, and what is refused.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "sim/record/new_file.hpp"
#include "sim/record/result_reader.hpp"
#include "sim/report/hosting_table.hpp"
#include "sim/study/hosting/hosting.hpp"
#include "sim/study/hosting/write_hosting.hpp"
#include "tests/scratch.hpp"
#include "tests/validation/study_fixture.hpp"

using namespace evsweep;
using namespace evsweep::validation;
using Catch::Matchers::Contains;
using evsweep::test::ScratchFolder;

namespace {

/// Vehicles of 7 kW behind a line of 10 A (173 kVA), and another of 5 A (87 kVA) to the second bus.
const std::string feeder_text = R"(name: two lines
note: made for the tests
source: {bus: a, voltage: 1.0 pu}
buses:
  - {id: a, nominal: 10 kV}
  - {id: b, nominal: 10 kV, class: homes}
  - {id: c, nominal: 10 kV, class: homes}
lines:
  - {id: ab, from: a, to: b, r: 1 ohm, x: 1 ohm, rating: 10 A}
  - {id: bc, from: b, to: c, r: 1 ohm, x: 1 ohm, rating: 5 A}
loads:
  - {bus: b, p: 20 kW, q: 5 kvar}
  - {bus: c, p: 10 kW, q: 5 kvar}
)";

/// All come at 18 h and charge for hours; nothing is drawn and there is no other load.
const std::string certain_study = R"(title: All at once
study: {replicas: 4, seed: 5}
time: {start: 2025-01-06 12:00, duration: 12 h, step: 30 min}
feeder: {file: feeder.yaml}
base_load: {scale: 0}
population:
  homes:
    behaviour: distribution
    vehicles: 6
    placement: {rule: round_robin, buses: [b]}
    arrival: 18 h
    departure: 7 h
    departure_day: next
    initial_soc: 0.2
    target_soc: 0.8
    capacity: 40 kWh
    charge_rating: 7 kW
controllers:
  uncoordinated: {}
hosting:
  vary: population.homes.vehicles
  to: 60
  limits: [line, any]
)";

/// Places in proportion to load and times are drawn, and the load of the day, too.
const std::string random_study = R"(title: Each day another
study: {replicas: 60, seed: 7}
time: {start: 2025-01-06 12:00, duration: 18 h, step: 30 min}
feeder: {file: feeder.yaml}
limits: {voltage_min: 0.9955 pu}
population:
  homes:
    behaviour: distribution
    vehicles: 6
    placement: {rule: proportional}
    arrival: {distribution: uniform, min: 15 h, max: 22 h}
    departure: 7 h
    departure_day: next
    initial_soc: {distribution: uniform, min: 0.2, max: 0.7}
    target_soc: 0.8
    capacity: 40 kWh
    charge_rating: 7 kW
controllers:
  uncoordinated: {}
  droop: {controller: voltage_droop, deadband: 0.001 pu, full_at: 0.003 pu}
hosting:
  vary: population.homes.vehicles
  to: 60
  at_most: 10 %
)";

struct Folder : ScratchFolder {
    explicit Folder(const std::string& study) {
        write("feeder.yaml", feeder_text);
        write("study.yaml", study);
    }
};

HostingResult found(const Folder& folder, const std::vector<std::string>& overrides = {}, int threads = 1) {
    Issues issues;
    const auto plan = plan_hosting(folder / "study.yaml", overrides, issues);
    for (const auto& issue : issues.list()) UNSCOPED_INFO(to_text(issue));
    REQUIRE(plan);
    HostingOptions options;
    options.threads = threads;
    return find_hosting(*plan, options);
}

std::string said(const std::string& study, const std::vector<std::string>& overrides = {}) {
    const Folder folder(study);
    Issues issues;
    (void)plan_hosting(folder / "study.yaml", overrides, issues);
    std::string text;
    for (const Issue& issue : issues.list()) text += to_text(issue) + "\n";
    return text;
}

std::size_t place_of_limit(const HostingResult& result, const std::string& name) {
    const auto at = std::find(result.limits.begin(), result.limits.end(), name);
    REQUIRE(at != result.limits.end());
    return static_cast<std::size_t>(at - result.limits.begin());
}

}  // namespace

TEST_CASE("where nothing is random the capacity is what the rating divides by the power of a vehicle", "[hosting]") {
    const Folder folder(certain_study);
    const HostingResult result = found(folder);
    const HostingCapacity& line = result.runs.at(0).capacities.at(place_of_limit(result, "line"));
    CHECK(line.estimate == 24);  // 24 * 7 kW are 9.7 A, 25 are 10.1 A
    CHECK(result.is_one_day);
    CHECK_FALSE(line.high);
    REQUIRE(line.at);
    CHECK(line.at->share.mean == 0.0);
    REQUIRE(line.above);
    CHECK(line.above->share.mean == 1.0);
    REQUIRE(line.binding);
    CHECK(line.binding->kind == "line");
    CHECK(line.binding->element == "ab");
    CHECK(line.binding->hours[1] == Approx(18.0).margin(0.51));
    CHECK(result.runs.at(0).capacities.at(place_of_limit(result, "any")).binding->kind == "line");
}

TEST_CASE("a power may be varied, at several places, as well as a number", "[hosting]") {
    const Folder folder(certain_study);
    const HostingResult result = found(folder, {"population.homes.vehicles=10", "hosting.vary=[population.homes.charge_rating]",
                                                "hosting.from=3 kW", "hosting.to=22 kW", "hosting.step=0.1 kW"});
    const HostingCapacity& line = result.runs.at(0).capacities.at(0);
    CHECK(result.levels.value(static_cast<std::size_t>(line.estimate)) == Approx(17.3));  // 10 A are 173.2 kVA
    CHECK(result.levels.text(1) == "3.1 kW");
}

TEST_CASE("a bus by itself takes what the lines on the way to it carry", "[hosting]") {
    const Folder folder(certain_study);
    const HostingResult result = found(folder, {"hosting.places={buses: each}"});
    REQUIRE(result.place_buses == std::vector<std::string>{"b", "c"});
    const auto& places = result.runs.at(0).places;
    CHECK(places.at(0).estimate == 24);
    CHECK(places.at(1).estimate == 12);  // 12 * 7 kW are 4.85 A
    CHECK(places.at(0).binding->element == "ab");
    CHECK(places.at(1).binding->element == "bc");
    CHECK_THAT(hosting_table(result), Contains("All of population.homes.vehicles at one bus"));
}

TEST_CASE("capacities are those that all replicas at all values give, in fewer runs", "[hosting]") {
    const Folder folder(random_study);
    const HostingResult result = found(folder);
    const std::vector<std::string> kinds{"any", "network", "low_voltage", "line"};
    std::vector<std::vector<std::vector<std::size_t>>> broken(2, std::vector<std::vector<std::size_t>>(kinds.size()));
    for (std::size_t level = 0; level < result.levels.count; ++level) {
        // By the output `kpis`, which counts minutes and shares no code with what the search reads.
        const StudyResult all =
            run_study(load(folder / "study.yaml", {"population.homes.vehicles=" + std::to_string(level), "outputs={kpis: {}}"}),
                      {.threads = 1});
        for (std::size_t c = 0; c < 2; ++c)
            for (std::size_t k = 0; k < kinds.size(); ++k) {
                const auto& events = values(all.controllers[c], kinds[k] + "_violation");
                broken[c][k].push_back(static_cast<std::size_t>(std::count(events.begin(), events.end(), 1.0)));
            }
    }
    std::size_t inside = 0;
    for (std::size_t c = 0; c < 2; ++c) {
        for (std::size_t k = 0; k < kinds.size(); ++k) {
            INFO(result.runs[c].controller << " " << kinds[k]);
            const HostingCapacity& capacity = result.runs[c].capacities.at(place_of_limit(result, kinds[k]));
            const auto last = static_cast<std::size_t>(
                std::find_if(broken[c][k].begin(), broken[c][k].end(), [](std::size_t n) { return n > 6; }) -
                broken[c][k].begin());
            if (capacity.contradicting == 0) CHECK(capacity.estimate == static_cast<std::ptrdiff_t>(last) - 1);
            if (capacity.at) {
                const auto at = static_cast<std::size_t>(capacity.estimate);
                CHECK(capacity.at->broken == broken[c][k][at]);
                CHECK(capacity.at->broken <= 6);
            }
            if (capacity.above) {
                CHECK(capacity.above->broken == broken[c][k][static_cast<std::size_t>(capacity.estimate + 1)]);
                CHECK(capacity.above->broken > 6);
            }
            for (std::size_t level = 0; level < result.levels.count && capacity.contradicting == 0; ++level) {
                CHECK(static_cast<std::size_t>(capacity.broken[level]) <= broken[c][k][level]);
                CHECK(60 - static_cast<std::size_t>(capacity.kept[level]) >= broken[c][k][level]);
            }
            REQUIRE(capacity.low);
            inside +=
                *capacity.low <= static_cast<std::ptrdiff_t>(last) - 1 && static_cast<std::ptrdiff_t>(last) - 1 <= *capacity.high;
        }
    }
    CHECK(inside == 8);
    CHECK(result.replicas_run() * 3 < result.replicas_of_all_levels());
}

TEST_CASE("threads change nothing of it", "[hosting]") {
    const Folder folder(random_study);
    const std::vector<std::string> overrides{"hosting.places={buses: each, to: 30, replicas: 20}", "hosting.replicas=40"};
    const HostingResult one = found(folder, overrides, 1), three = found(folder, overrides, 3);
    CHECK(hosting_table(one) == hosting_table(three));
    CHECK(one.replicas_run() == three.replicas_run());
    for (std::size_t c = 0; c < 2; ++c)
        for (std::size_t k = 0; k < one.limits.size(); ++k) {
            CHECK(one.runs[c].capacities[k].broken == three.runs[c].capacities[k].broken);
            CHECK(one.runs[c].capacities[k].kept == three.runs[c].capacities[k].kept);
        }
}

TEST_CASE("a file of capacities gives the same table again", "[hosting]") {
    const Folder folder(random_study);
    const HostingResult result = found(folder, {"hosting.places={buses: [c], to: 30, replicas: 20}", "hosting.replicas=40"});
    const auto file = folder / "hosting.h5";
    place_file(file, hosting_bytes(result, file));
    const ResultReader reader(file);
    REQUIRE(holds_hosting(reader));
    CHECK(hosting_table(read_hosting_result(reader)) == hosting_table(result));
    CHECK(reader.dims("/hosting/broken") == std::vector<std::string>{"controller", "limit", "level"});
    CHECK(reader.dims("/hosting_places/capacity") == std::vector<std::string>{"controller", "bus"});
}

TEST_CASE("more vehicles are those of a smaller number, at the same places and times, and some more", "[hosting]") {
    for (const std::string rule : {"{rule: proportional}", "{rule: class, class: homes}", "{rule: round_robin, buses: [b, c]}"}) {
        const Folder folder(random_study);
        const std::string placement = "population.homes.placement=" + rule;
        const LoadedStudy few = load(folder / "study.yaml", {placement, "population.homes.vehicles=7"});
        const LoadedStudy many = load(folder / "study.yaml", {placement, "population.homes.vehicles=31"});
        for (std::size_t r = 0; r < 5; ++r) {
            const Population a = few.draw(ReplicaId(r)), b = many.draw(ReplicaId(r));
            for (std::size_t v = 0; v < 7; ++v) {
                CHECK(a.connectors.bus[v] == b.connectors.bus[v]);
                CHECK(a.vehicles.capacity.raw()[v] == b.vehicles.capacity.raw()[v]);
            }
            std::size_t same = 0;
            for (const Session& session : a.sessions)
                same += std::any_of(b.sessions.begin(), b.sessions.end(), [&](const Session& s) {
                    return s.vehicle == session.vehicle && s.plug_in == session.plug_in && s.unplug == session.unplug &&
                           s.initial_soc == session.initial_soc;
                });
            CHECK(same == a.sessions.size());
        }
    }
}

TEST_CASE("what is wrong with the question is said at its place, all at once", "[hosting]") {
    CHECK_THAT(said(certain_study, {"hosting=~"}), Contains("hosting: is missing; say what is varied"));
    CHECK_THAT(said(certain_study, {"hosting.limits=[line, lines, unbalance]"}), Contains("there is no limit 'lines'") &&
                                                                                     Contains("did you mean 'line'?") &&
                                                                                     Contains("there is no limit 'unbalance'"));
    CHECK_THAT(said(certain_study, {"hosting.vary=population.homs.vehicles"}),
               Contains("hosting.from: makes population.homs") && Contains("did you mean 'homes'?"));
    CHECK_THAT(said(certain_study, {"hosting.vary=study.replicas"}),
               Contains("'study.replicas' is nothing that could be hosted"));
    CHECK_THAT(said(certain_study, {"hosting.to=60 kW"}), Contains("have different units"));
    CHECK_THAT(said(certain_study, {"hosting.step=7"}),
               Contains("hosting.step: does not divide the way") && Contains("end at 56 or 63"));
    CHECK_THAT(said(certain_study, {"hosting.step=0.5"}),
               Contains("hosting.step: makes population.homes.vehicles 0.5: expected a whole number"));
    CHECK_THAT(said(certain_study, {"hosting.to=many"}), Contains("hosting.to: expected a number, found 'many'"));
    CHECK_THAT(said(certain_study, {"hosting.at_most=0"}), Contains("hosting.at_most"));
    CHECK_THAT(said(certain_study, {"hosting.places={buses: [b, d]}"}), Contains("hosting.places.buses: there is no bus 'd'"));
    CHECK_THAT(said(certain_study, {"hosting.places={buses: each, limit: voltage}"}),
               Contains("hosting.places.limit: 'voltage' is not among the limits"));
    CHECK_THAT(said(random_study, {"study.draws=latin_hypercube", "study.batches=4"}),
               Contains("study.draws: draws that are spread out"));
    CHECK_THAT(said(random_study, {"study.stop={kpi: peak_kw, controller: droop, half_width: 1 kW, max_replicas: 90}"}),
               Contains("study.stop: decides the number of replicas"));
    CHECK_THAT(said(random_study, {"hosting.replicas=20", "hosting.at_most=5 %"}),
               Contains("warning") && Contains("20 are too few") && Contains("take at least 72"));
}
