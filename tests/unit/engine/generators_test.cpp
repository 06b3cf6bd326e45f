/// Generators such as photovoltaics in a replica: what they feed in, what controllers may do with them, and that energy is found
/// again.
#include <catch2/catch.hpp>

#include "unit/engine/small_world.hpp"

using namespace evsweep;
using namespace evsweep::small_world;

namespace {

constexpr double rating_kw = 500.0;

/// A vehicle that charges from 9 h to 11 h, and a generator: nothing, 40 % from 8 h, all from 10 h, nothing from 14 h on.
Population car_and_roof() {
    Fleet fleet;
    fleet.add(stay(9.0, 11.0, 0.3, 0.9));
    Connectors& c = fleet.population.connectors;
    c.bus.push_back(BusId(1));
    c.zone.push_back(0);
    c.charge_rating.push_back({});
    c.discharge_rating.push_back(Kilowatts(rating_kw));
    c.apparent_rating.push_back(KilovoltAmperes(550.0));
    c.minimum_power.push_back({});
    c.level_set.push_back(0);
    c.close_kinds(ResourceKind::generation, 1);
    Availability row(24, 0.0);
    for (std::size_t h = 8; h < 14; ++h) row[h] = h < 10 ? 0.4 : 1.0;
    fleet.population.availability = {row};
    return fleet.population;
}

const ConnectorId roof(1);

PartyChoice steering(ControllerByRule rule) {
    PartyChoice choice = party("it", rule);
    std::get<Configured<Controller>>(choice.plugin).steers_generators = true;
    return choice;
}

/// Every hour.
ControllerByRule hourly(std::function<void(const Connection&, Setpoints&)> rule) {
    return by_rule({.period = std::chrono::hours(1)}, std::move(rule));
}

double hour(const Connection& seen) { return hours(seen.now.time_since_epoch()); }

}  // namespace

TEST_CASE("photovoltaics feed in all there is beside a controller of vehicles", "[generators]") {
    const Run day = run(a_day(std::chrono::hours(1)), two_buses(), car_and_roof(), on_arrival(10.0));
    REQUIRE(!day.outcome.failure);
    REQUIRE(day.notes.intervals.size() == 24);
    for (std::size_t h = 0; h < 24; ++h) {
        INFO("hour " << h);
        const Interval& i = day.notes.intervals[h];
        const double given_kwh = h >= 8 && h < 14 ? (h < 10 ? 200.0 : 500.0) : 0.0;
        const double drawn_kwh = h == 9 || h == 10 ? 10.0 : 0.0;
        CHECK(i.generated_kwh == Approx(given_kwh).margin(1e-12));
        CHECK(i.curtailed_kwh == Approx(0.0).margin(1e-12));
        CHECK(i.charged_kwh == Approx(drawn_kwh).margin(1e-12));
        CHECK(i.discharged_kwh == 0.0);  // what generators give is not vehicle-to-grid
        CHECK(i.load_kwh == Approx(1000.0).epsilon(1e-7));
        CHECK(i.source_kwh == Approx(i.load_kwh + i.loss_kwh + drawn_kwh - given_kwh).epsilon(1e-9));
        CHECK(day.notes.snapshots[h].source_kw == Approx(i.source_kwh).epsilon(1e-9));
    }
    CHECK(day.notes.lowest_voltage[12] > day.notes.lowest_voltage[7]);
    CHECK(day.notes.instants_of(EventKind::availability).size() == 4);
    CHECK(day.notes.stays.size() == 1);
}

TEST_CASE("a controller that steers generators limits them until it lets them go", "[generators]") {
    const auto rule = hourly([](const Connection& seen, Setpoints& setpoints) {
        REQUIRE(seen.generators.size() == 1);
        CHECK(seen.generators[0] == roof);
        for (const ConnectorId c : seen.plugged_in) CHECK(c != roof);
        const double available_kw = hour(seen) >= 8.0 && hour(seen) < 14.0 ? (hour(seen) < 10.0 ? 200.0 : 500.0) : 0.0;
        CHECK(seen.p_min_kw[1] == -available_kw);
        CHECK(seen.p_max_kw[1] == 0.0);
        if (hour(seen) == 0.0) CHECK(setpoints.p_kw(roof) == -rating_kw);
        if (hour(seen) == 9.0) setpoints.set(roof, Kilowatts(-300.0), Kilovars(40.0));
        if (hour(seen) == 12.0) setpoints.set(roof, Kilowatts(0.0));
        if (hour(seen) == 13.0) setpoints.set(roof, Kilowatts(-rating_kw));
    });
    const Run day = run(a_day(std::chrono::hours(1)), two_buses(), car_and_roof(), {steering(rule)});
    REQUIRE(!day.outcome.failure);
    const std::vector<double> given_kwh{200.0, 200.0, 300.0, 300.0, 0.0, 500.0}, lost_kwh{0.0, 0.0, 200.0, 200.0, 500.0, 0.0};
    for (std::size_t k = 0; k < given_kwh.size(); ++k) {
        INFO("hour " << 8 + k);
        CHECK(day.notes.intervals[8 + k].generated_kwh == Approx(given_kwh[k]).margin(1e-12));
        CHECK(day.notes.intervals[8 + k].curtailed_kwh == Approx(lost_kwh[k]).margin(1e-12));
    }
    CHECK(day.notes.snapshots[10].source_kvar > day.notes.snapshots[13].source_kvar);  // it draws 40 kvar besides
    CHECK(day.notes.snapshots[10].ev_kvar == 0.0);                                     // which is not the vehicles'
}

TEST_CASE("a controller sees the voltage at its generators", "[generators]") {
    std::vector<double> seen_pu;
    const ControllerByRule rule{{.period = std::chrono::hours(1)}, [&seen_pu](const Controller::Context& context) {
                                    REQUIRE(context.generators);
                                    CHECK(context.generators->size() == 1);
                                    CHECK(context.own.size() == 1);
                                    const auto voltage = context.exchange.subscribe(signals::voltage);
                                    return [voltage, &seen_pu](Turn& turn, const Connection&, Setpoints&) {
                                        seen_pu.push_back(turn[voltage][roof.index()]);
                                    };
                                }};
    const Run day = run(a_day(std::chrono::hours(1)), two_buses(), car_and_roof(), {steering(rule)});
    REQUIRE(!day.outcome.failure);
    REQUIRE(seen_pu.size() == 24);
    for (std::size_t h = 0; h < 24; ++h) CHECK(seen_pu[h] == Approx(day.notes.lowest_voltage[h]).epsilon(1e-9));
}

TEST_CASE("a generator is not set beyond its rating or its inverter, nor by a controller that does not steer it",
          "[generators]") {
    const auto set_to = [](double p_kw, double q_kvar) {
        return hourly([=](const Connection&, Setpoints& setpoints) { setpoints.set(roof, Kilowatts(p_kw), Kilovars(q_kvar)); });
    };
    const auto failure_of = [](PartyChoice choice) {
        std::vector<PartyChoice> parties;
        parties.push_back(std::move(choice));
        return run(a_day(std::chrono::hours(1)), two_buses(), car_and_roof(), std::move(parties)).outcome.failure.value_or("");
    };
    CHECK_THAT(failure_of(steering(set_to(-501.0, 0.0))), Catch::Contains("a generator can be limited to -500 to 0 kW"));
    CHECK_THAT(failure_of(steering(set_to(1.0, 0.0))), Catch::Contains("a generator can be limited to -500 to 0 kW"));
    CHECK_THAT(failure_of(steering(set_to(-500.0, 300.0))), Catch::Contains("its apparent power is 550 kVA at most"));
    CHECK_THAT(failure_of(party("it", set_to(-100.0, 0.0))), Catch::Contains("whose groups do not have it"));
}
