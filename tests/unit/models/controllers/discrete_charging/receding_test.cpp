/// Controllers that switch chargers on and off, slot by slot at a desk.
#include <catch2/catch.hpp>

#include "controllers/discrete_charging/slots.hpp"
#include "tests/scratch.hpp"
#include "tests/unit/models/controllers/controller_desk.hpp"

using namespace evsweep;

namespace {

/// A desk with a valley in the base load between 4 and 8 hours after the start.
struct ValleyDesk : ControllerDesk {
    ValleyDesk() {
        set_base(100.0);
        for (int minute = 240; minute < 480; ++minute) base_kw[static_cast<std::size_t>(minute)] = 60.0;
    }
    /// Plays slots of a quarter of an hour until `end_h`; returns how many vehicles are on in each.
    std::vector<int> play(double end_h) {
        std::vector<int> on;
        for (double hour = 0.0; hour < end_h; hour += 0.25) {
            decide(hour);
            int count = 0;
            for (std::size_t c = 0; c < cars; ++c) count += p_kw(ConnectorId(c)) > 0.0 ? 1 : 0;
            on.push_back(count);
            follow(15.0);
        }
        return on;
    }
    std::size_t cars = 0;
};

}  // namespace

TEST_CASE("a receding plan charges in the valley, in one run, and to the target", "[discrete]") {
    ValleyDesk desk;
    desk.park({.soc = 0.5, .target = 0.75, .departure_h = 10.0});  // 10 kWh: eight slots of 1.25 kWh
    desk.cars = 1;
    desk.start("valley_filling", "{power: 5 kW, receding: true}");
    const auto on = desk.play(10.0);
    for (std::size_t t = 0; t < on.size(); ++t)
        if (t < 16 || t >= 32) CHECK(on[t] == 0);
    CHECK(std::count(on.begin(), on.end(), 1) == 8);
    CHECK(desk.soc(ConnectorId(0)) == Approx(0.75));
    CHECK(desk.counter("on_runs") == 1.0);
    CHECK(desk.counter("switchings") == 2.0);
    CHECK(desk.counter("worst_violation_kw") == 0.0);
    CHECK(desk.counter("worst_gap_kw2") <= 1e-6);
}

TEST_CASE("planning anew is no switching: ten equal vehicles in a flat load have one run each", "[discrete]") {
    ValleyDesk desk;
    desk.set_base(80.0);
    for (int n = 0; n < 10; ++n) desk.park({.soc = 0.5, .target = 0.625, .departure_h = 6.0});  // four of 24 slots
    desk.cars = 10;
    desk.start("valley_filling", "{power: 5 kW, receding: true}");
    const auto on = desk.play(6.0);
    CHECK(*std::max_element(on.begin(), on.end()) == 2);  // 40 slots in 24
    CHECK(desk.counter("on_runs") == 10.0);
    for (std::size_t n = 0; n < 10; ++n) CHECK(desk.soc(ConnectorId(n)) == Approx(0.625));
}

TEST_CASE("a limit lets so many charge at a time as it has room for, with either controller", "[discrete]") {
    const test::ScratchFolder folder;
    std::string text = "limit\n";
    for (int t = 0; t < 48; ++t) text += t < 8 ? "99\n" : "113\n";  // no room, then two of 5 kW beside 100 kW
    const std::string file = folder.write("limits.csv", text).string();
    const std::string limits = "limits: {file: " + file + ", every: 15 min, feeder: limit}";
    for (const auto& [name, more, at_limit] :
         {std::tuple("valley_filling", ", receding: true", 8.0), std::tuple("least_laxity", "", 16.0)}) {
        CAPTURE(name);
        ValleyDesk desk;
        desk.horizon = Instant(std::chrono::hours(12));
        desk.set_base(100.0);
        for (int n = 0; n < 4; ++n) desk.park({.soc = 0.5, .target = 0.625, .departure_h = 12.0});
        desk.cars = 4;
        desk.start(name, "{power: 5 kW, " + limits + more + "}");
        const auto on = desk.play(12.0);
        for (std::size_t t = 0; t < on.size(); ++t) CHECK(on[t] <= (t < 8 ? 0 : 2));
        for (std::size_t n = 0; n < 4; ++n) CHECK(desk.soc(ConnectorId(n)) == Approx(0.625));
        CHECK(desk.counter("feeder_slots_above_limit") == 0.0);
        CHECK(desk.counter("feeder_slots_at_limit") == at_limit);  // without room; and while two charge at once
    }
}

TEST_CASE("least laxity goes first, and charges at once", "[discrete]") {
    const test::ScratchFolder folder;
    const std::string file = folder.write("limits.csv", "limit\n106\n106\n106\n106\n").string();
    ValleyDesk desk;
    desk.horizon = Instant(std::chrono::hours(1));
    const ConnectorId patient = desk.park({.soc = 0.5, .target = 0.75, .departure_h = 10.0});
    const ConnectorId pressed = desk.park({.soc = 0.5, .target = 0.75, .departure_h = 3.0});
    desk.start("least_laxity", "{power: 5 kW, limits: {file: " + file + ", every: 15 min, feeder: limit}}");
    desk.decide(0.0);
    CHECK(desk.p_kw(patient) == 0.0);
    CHECK(desk.p_kw(pressed) == 5.0);
}

TEST_CASE("a newcomer within a slot waits for the next one, unless its stay is too short for that", "[discrete]") {
    ValleyDesk desk;
    desk.park({.soc = 0.5, .target = 0.51, .departure_h = 20.0});
    desk.start("valley_filling", "{power: 5 kW, receding: true}");
    desk.decide(0.0);
    ValleyDesk late;
    const ConnectorId patient = late.park({.soc = 0.5, .target = 0.75, .departure_h = 10.0});
    const ConnectorId pressed = late.park({.soc = 0.5, .target = 0.75, .departure_h = 2.2});  // eight slots, of which two in part
    late.start("valley_filling", "{power: 5 kW, receding: true}");
    late.decide(0.1);
    CHECK(late.p_kw(patient) == 0.0);
    CHECK(late.p_kw(pressed) == 5.0);
    CHECK(late.counter("overrides") == 1.0);
    CHECK(late.counter("plans") == 0.0);
}

TEST_CASE("a stay has the slots that lie in it, and parts of slots only where these are too few", "[discrete]") {
    ControllerDesk desk;
    desk.park({});
    const std::vector<std::vector<double>> levels{{}};
    test::HandExchange exchange(1);
    Connectors connectors;
    connectors.bus = {BusId(0)};
    connectors.charge_rating.push_back(Kilowatts(5.0));
    connectors.minimum_power.push_back(Kilowatts(0.0));
    connectors.level_set = {0};
    const std::vector<ConnectorId> own{ConnectorId(0)};
    const ChargingSlots slots(Kilowatts(5.0), std::chrono::minutes(15), std::nullopt,
                              {.label = "it",
                               .exchange = exchange,
                               .connectors = connectors,
                               .own = own,
                               .step = std::chrono::minutes(5),
                               .level_sets = &levels});
    const std::vector<double> base(192, 10.0);
    const DiscreteProblem problem = slots.problem(4, 20, {std::chrono::minutes(5), base});
    const auto window = [&](double from_h, double until_h, std::uint32_t needed) {
        const DiscreteVehicle v =
            vehicle_of(slots, problem, 4, Instant(from_hours(from_h)), Instant(from_hours(until_h)), needed);
        return std::vector<std::uint32_t>{v.first, v.end, v.needed};
    };
    CHECK(problem.slots == 16);
    CHECK(window(1.5, 3.0, 6) == std::vector<std::uint32_t>{2, 8, 6});   // slots 6 to 11
    CHECK(window(1.4, 3.1, 6) == std::vector<std::uint32_t>{2, 8, 6});   // the same whole ones
    CHECK(window(1.4, 3.1, 7) == std::vector<std::uint32_t>{1, 9, 7});   // with the parts at both ends
    CHECK(window(1.4, 3.1, 12) == std::vector<std::uint32_t>{1, 9, 8});  // all there is
    CHECK(window(0.0, 9.0, 3) == std::vector<std::uint32_t>{0, 16, 3});  // as far as the problem goes
    CHECK(slots.slots_for(1.25) == 1);
    CHECK(slots.slots_for(1.26) == 2);
    CHECK(slots.slots_for(0.0) == 0);
}
