/// Days at shared charging points, and trips, worked out by hand.
#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

#include "unit/engine/small_world.hpp"

using namespace evsweep;
using namespace evsweep::small_world;

namespace {

Instant at(int h, int min = 0) { return Instant(std::chrono::hours(h) + std::chrono::minutes(min)); }
Duration minutes(int n) { return std::chrono::minutes(n); }

/// A vehicle that stays from one time to another by its own word, and asks for nothing.
Session visit(Instant comes, Instant leaves, double from = 0.5, double to = 0.5) {
    Session s;
    s.plug_in = comes;
    s.unplug = s.stated_departure = leaves;
    s.initial_soc = from;
    s.target_soc = to;
    return s;
}
Session with_service(Session s, Duration service) {
    s.service = service;
    s.stated_departure = s.plug_in + service;
    return s;
}
Session patient(Session s, Duration patience) {
    s.patience = patience;
    return s;
}
Session booked(Session s, Instant from) {
    s.booked = from;
    return s;
}

/// Vehicles with a connector each, in the order in which they come, that share these points.
Population sharing(const PointQueue& points, const std::vector<Session>& sessions) {
    Fleet fleet;
    for (const Session& s : sessions) fleet.add(s);
    fleet.population.queues.push_back(points);
    fleet.population.connectors.queue.assign(sessions.size(), 1);
    fleet.population.connectors.form_group("hub");
    return fleet.population;
}

/// What became of each vehicle, in the order in which they came.
struct Visits {
    explicit Visits(const Run& day) {
        INFO(day.outcome.failure.value_or(""));
        REQUIRE(!day.outcome.failure);
        stays = day.notes.stays;
        std::sort(stays.begin(), stays.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    }
    void check(std::size_t i, StayOutcome outcome, Instant begin, Instant end) const {
        INFO("vehicle " << i);
        REQUIRE(i < stays.size());
        CHECK(stays[i].id.index() == i);
        CHECK(stays[i].outcome == outcome);
        CHECK(stays[i].begin == begin);
        CHECK(stays[i].end == end);
    }
    std::vector<SessionRecord> stays;
};

Run day_of(const Population& population, double p_kw = 0.0) {
    return run(a_day(), two_buses(), population, p_kw > 0.0 ? on_arrival(p_kw) : by_rule({}, [](const auto&, auto&) {}));
}

using enum StayOutcome;

}  // namespace

TEST_CASE("whoever has waited longest gets the point that becomes free", "[queues]") {
    const Run day = day_of(sharing({.name = "hub", .points = 1}, {visit(at(8), at(10)), visit(at(8, 30), at(12)),
                                                                  visit(at(9), at(11)), visit(at(12), at(13))}));
    const Visits visits(day);
    REQUIRE(visits.stays.size() == 4);
    visits.check(0, served, at(8), at(10));
    visits.check(1, served, at(10), at(12));
    visits.check(2, unserved, at(11), at(11));  // when it had to leave
    visits.check(3, served, at(12), at(13));    // who leaves at an instant makes room for who comes then
    CHECK(day.notes.instants_of(EventKind::wait) == std::vector{at(8, 30), at(9)});
    CHECK(day.notes.instants_of(EventKind::give_up) == std::vector{at(11)});
    CHECK(day.notes.instants_of(EventKind::plug_in) == std::vector{at(8), at(10), at(12)});
}

TEST_CASE("a service lasts from when a vehicle is plugged in and patience from when it comes", "[queues]") {
    const Instant night = at(23);
    const Run day =
        day_of(sharing({.name = "hub", .points = 1}, {with_service(visit(at(8), night), minutes(60)),
                                                      patient(with_service(visit(at(8, 15), night), minutes(30)), minutes(60)),
                                                      patient(with_service(visit(at(8, 20), night), minutes(30)), minutes(20)),
                                                      patient(with_service(visit(at(8, 30), night), minutes(30)), minutes(30)),
                                                      patient(with_service(visit(at(8, 50), night), minutes(25)), minutes(40))}));
    const Visits visits(day);
    visits.check(0, served, at(8), at(9));
    visits.check(1, served, at(9), at(9, 30));
    visits.check(2, unserved, at(8, 40), at(8, 40));
    visits.check(3, unserved, at(9), at(9));        // the point went to who came before it
    visits.check(4, served, at(9, 30), at(9, 55));  // in the last moment of its patience
    CHECK(visits.stays[1].session.stated_departure == at(9, 30));
}

TEST_CASE("a vehicle that has its target leaves its point to the next where points are swapped", "[queues]") {
    // 10 kW and 90 % into 40 kWh: 0.225 an hour.
    const std::vector<Session> sessions{visit(at(8), at(20), 0.3, 0.75), visit(at(9), at(20), 0.3, 0.525),
                                        visit(at(11, 30), at(14), 0.2, 0.9)};
    const Run day = day_of(sharing({.name = "hub", .points = 1, .swaps = true}, sessions), 10.0);
    const Visits visits(day);
    visits.check(0, swapped, at(8), at(10));
    visits.check(1, swapped, at(10), at(11, 30));  // full at 11, and nobody waits until half past
    visits.check(2, served, at(11, 30), at(14));
    CHECK(visits.stays[0].charged_kwh == Approx(20.0).epsilon(1e-12));
    CHECK(visits.stays[1].charged_kwh == Approx(10.0).epsilon(1e-12));
    CHECK(visits.stays[2].charged_kwh == Approx(25.0).epsilon(1e-12));
    CHECK(day.notes.instants_of(EventKind::swap) == std::vector{at(10), at(11, 30)});
    CHECK(day.notes.instants_of(EventKind::wait) == std::vector{at(9)});

    const Visits kept(day_of(sharing({.name = "hub", .points = 1}, sessions), 10.0));
    kept.check(0, served, at(8), at(20));
    kept.check(1, unserved, at(20), at(20));
    kept.check(2, unserved, at(14), at(14));
}

TEST_CASE("a booked point is kept to the minute", "[queues]") {
    const PointQueue points{.name = "hub", .points = 1, .rule = QueueRule::reservation, .kept_for = minutes(15)};
    const Visits visits(day_of(sharing(points, {visit(at(8), at(9)),                        // 0: leaves before the booking
                                                visit(at(8, 30), at(10, 30)),               // 1: would not
                                                visit(at(8, 45), at(9, 50)),                // 2: came later, but fits
                                                booked(visit(at(10, 5), at(11)), at(10)),   // 3: five minutes late
                                                visit(at(11, 50), at(14)),                  // 4: waits for the next one
                                                booked(visit(at(12, 30), at(13)), at(12)),  // 5: too late
                                                booked(visit(at(14, 30), at(16)), at(15)),  // 6: comes early
                                                visit(at(14, 40), at(14, 50))})));          // 7: came after it
    visits.check(0, served, at(8), at(9));
    visits.check(1, unserved, at(10, 30), at(10, 30));
    visits.check(2, served, at(9), at(9, 50));
    visits.check(3, served, at(10, 5), at(11));
    visits.check(4, served, at(12, 15), at(14));
    visits.check(5, unserved, at(13), at(13));
    visits.check(6, served, at(14, 30), at(16));
    visits.check(7, unserved, at(14, 50), at(14, 50));
}

TEST_CASE("with two points a vehicle without a booking may stay where one is left for who has", "[queues]") {
    const PointQueue points{.name = "hub", .points = 2, .rule = QueueRule::reservation};
    const Visits visits(
        day_of(sharing(points, {visit(at(8), at(12)), visit(at(8, 10), at(12)), booked(visit(at(10), at(11)), at(10))})));
    visits.check(0, served, at(8), at(12));
    visits.check(1, served, at(11), at(12));  // from when the booking is over
    visits.check(2, served, at(10), at(11));
}

TEST_CASE("whoever waits at the end of the day is told of as such", "[queues]") {
    const Run day = day_of(sharing({.name = "hub", .points = 1}, {visit(at(20), Instant(std::chrono::hours(30))),
                                                                  visit(at(22), Instant(std::chrono::hours(30)))}));
    const Visits visits(day);
    visits.check(0, served, at(20), at(24));
    visits.check(1, waiting, at(24), at(24));
    CHECK_FALSE(visits.stays[1].complete);
}

TEST_CASE("controllers see who is plugged in and not who waits", "[queues]") {
    std::vector<Instant> arrivals;
    const auto rule = by_rule({.period = minutes(10), .on_plug_in = true}, [&](const Connection& seen, Setpoints&) {
        CHECK(seen.plugged_in.size() <= 1);
        for (std::size_t k = 0; k < seen.arrived.size(); ++k) arrivals.push_back(seen.now);
    });
    const Feeder feeder = two_buses();
    const auto population = sharing({.name = "hub", .points = 1}, {visit(at(8), at(10)), visit(at(8, 30), at(12))});
    StudySite site(a_day(), feeder, places_of(population.connectors));
    site.note(info_of(signals::vehicles_waiting), 1);
    const Run day = run(site, population, {party("it", rule)});
    REQUIRE(!day.outcome.failure);
    CHECK(arrivals == std::vector{at(8), at(10)});
    const auto waiting_at = [&](int h, int min) { return day.notes.others[static_cast<std::size_t>(60 * h + min)][0]; };
    CHECK(waiting_at(8, 29) == 0.0);
    CHECK(waiting_at(8, 30) == 1.0);
    CHECK(waiting_at(9, 59) == 1.0);
    CHECK(waiting_at(10, 0) == 0.0);
}

TEST_CASE("a vehicle comes back with what it left with less its trip", "[queues]") {
    Fleet fleet;
    fleet.add(visit(at(0), at(6), 0.35, 0.8));
    const auto again = [&](Instant comes, Instant leaves, double kwh) {
        Session s = visit(comes, leaves, 0.99, 0.8);
        s.connector = ConnectorId(0), s.vehicle = VehicleId(0);
        s.trip_kwh = kwh;
        fleet.population.sessions.push_back(s);
    };
    again(at(8), at(9), 20.0);    // with 0.8 - 0.5; an hour gives 0.225
    again(at(12), at(13), 25.0);  // 0.525 - 0.625: 4 kWh from elsewhere
    again(at(15), at(23), 0.0);   // with 0.225
    const Visits visits(day_of(fleet.population, 10.0));
    REQUIRE(visits.stays.size() == 4);
    const double from[]{0.35, 0.3, 0.0, 0.225}, to[]{0.8, 0.525, 0.225, 0.8}, elsewhere_kwh[]{0.0, 0.0, 4.0, 0.0};
    for (std::size_t i = 0; i < 4; ++i) {
        INFO("stay " << i);
        CHECK(visits.stays[i].session.initial_soc == Approx(from[i]).margin(1e-12));
        CHECK(visits.stays[i].final_soc == Approx(to[i]).epsilon(1e-12));
        CHECK(visits.stays[i].charged_elsewhere_kwh == Approx(elsewhere_kwh[i]).margin(1e-12));
    }
}

TEST_CASE("a vehicle that got no point comes back with less by another trip", "[queues]") {
    Fleet fleet;
    fleet.add(visit(at(0), at(12), 0.5, 0.8));
    fleet.add(visit(at(1), at(2), 0.9, 1.0));
    Session back = visit(at(13), at(14), 0.99, 1.0);
    back.connector = ConnectorId(1), back.vehicle = VehicleId(1);
    back.trip_kwh = 10.0;
    fleet.population.sessions.push_back(back);
    fleet.population.queues.push_back({.name = "hub", .points = 1});
    fleet.population.connectors.queue.assign(2, 1);
    const Visits visits(day_of(fleet.population));
    visits.check(1, unserved, at(2), at(2));
    visits.check(2, served, at(13), at(14));
    CHECK(visits.stays[2].session.initial_soc == Approx(0.65).epsilon(1e-12));
}
