#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "unit/models/behaviours/behaviour_fixture.hpp"

using namespace evsweep;

namespace {

const std::string evening = R"(
arrival: {distribution: truncated_normal, mean: 20 h, deviation: 1.57 h, min: 16 h, max: 24 h}
departure: {distribution: truncated_normal, mean: 8 h, deviation: 0.33 h, min: 7 h, max: 9 h}
initial_soc: {distribution: truncated_normal, mean: 0.542, deviation: 0.0917, min: 0.2, max: 0.75}
target_soc: {distribution: truncated_normal, mean: 0.85, deviation: 0.0167, min: 0.8, max: 0.9}
)";
const std::string battery = "capacity: 40 kWh\ncharge_rating: 7.4 kW\n";
const std::string round_robin = "placement: {rule: round_robin, buses: [1, mall, 3]}\n";
std::string homes(int vehicles) { return "vehicles: " + std::to_string(vehicles) + "\n" + round_robin + battery + evening; }

std::map<std::pair<std::size_t, Instant>, const Session*> by_vehicle_and_arrival(const Population& population) {
    std::map<std::pair<std::size_t, Instant>, const Session*> found;
    for (const auto& s : population.sessions) found.emplace(std::pair(s.vehicle.index(), s.plug_in), &s);
    return found;
}

/// Whether every session of `part` is in `whole` with the same times and states of charge.
bool contains_all(const Population& whole, const Population& part) {
    const auto known = by_vehicle_and_arrival(whole);
    return std::all_of(part.sessions.begin(), part.sessions.end(), [&](const Session& s) {
        const auto found = known.find({s.vehicle.index(), s.plug_in});
        return found != known.end() && found->second->unplug == s.unplug && found->second->initial_soc == s.initial_soc &&
               found->second->target_soc == s.target_soc;
    });
}

}  // namespace

TEST_CASE("every vehicle comes home once in an evening and leaves the next morning", "[behaviours]") {
    BehaviourFixture fixture;
    const Population population = fixture.draw(homes(600));
    REQUIRE(population.sessions.size() == 600);
    CHECK(population.all_stays().dropped().count == 0);
    double arrival_h = 0.0;
    double target = 0.0;
    for (const auto& s : population.sessions) {
        const double h = hours(s.plug_in.time_since_epoch()) + 12.0;
        arrival_h += h / 600.0;
        target += s.target_soc / 600.0;
        REQUIRE((h >= 16.0 && h <= 24.0));
        const double departure_h = hours(s.unplug.time_since_epoch()) - 12.0;
        REQUIRE((departure_h >= 7.0 && departure_h <= 9.0));
        REQUIRE(s.stated_departure == s.unplug);
        REQUIRE((s.initial_soc >= 0.2 && s.initial_soc <= 0.75));
    }
    // Four standard errors of the mean; both intervals are symmetric, so the means are those of the normal laws.
    CHECK(arrival_h == Approx(20.0).margin(4.0 * 1.57 / std::sqrt(600.0)));
    CHECK(target == Approx(0.85).margin(4.0 * 0.0167 / std::sqrt(600.0)));
    CHECK(std::is_sorted(population.sessions.begin(), population.sessions.end(), [](const Session& a, const Session& b) {
        return std::pair(a.plug_in, a.connector) < std::pair(b.plug_in, b.connector);
    }));
}

TEST_CASE("replicas differ, and each is the same whenever it is drawn", "[behaviours]") {
    BehaviourFixture fixture;
    CHECK(contains_all(fixture.draw(homes(50), 3), fixture.draw(homes(50), 3)));
    CHECK_FALSE(contains_all(fixture.draw(homes(50), 3), fixture.draw(homes(50), 4)));
}

TEST_CASE("more days and more vehicles leave the earlier draws as they were", "[behaviours]") {
    BehaviourFixture short_fixture;
    BehaviourFixture long_fixture;
    long_fixture.horizon = std::chrono::hours(72);
    const Population one_day_only = short_fixture.draw(homes(50));
    const Population three_days = long_fixture.draw(homes(80));
    CHECK(three_days.sessions.size() == 240);
    CHECK(contains_all(three_days, one_day_only));
}

TEST_CASE("groups of the same text draw differently and share the zones of their buses", "[behaviours]") {
    BehaviourFixture fixture;
    Population population;
    const Rng rng(1, 0);
    fixture.make(homes(30), "homes")->draw(rng, population);
    fixture.make(homes(30), "guests")->draw(rng, population);
    REQUIRE(population.sessions.size() == 60);
    CHECK(population.zones == std::vector<std::string>{"bus 1", "bus mall", "bus 3"});
    CHECK(population.connectors.zone[31] == 1);
    CHECK(population.connectors.charge_rating.size() == 60);
    std::vector<Instant> arrivals;
    for (const auto& s : population.sessions) {
        CHECK(s.vehicle.index() == s.connector.index());
        arrivals.push_back(s.plug_in);
    }
    CHECK(std::is_sorted(arrivals.begin(), arrivals.end()));
    CHECK(std::adjacent_find(arrivals.begin(), arrivals.end()) == arrivals.end());
}

TEST_CASE("vehicles arrive only on the chosen days of the week", "[behaviours]") {
    BehaviourFixture fixture;
    fixture.horizon = std::chrono::hours(24 * 7);
    const Population population = fixture.draw(homes(10) + "days: [tue, sun]\n");
    CHECK(population.sessions.size() == 20);
    for (const auto& s : population.sessions) {
        const auto day = fixture.calendar.weekday(s.plug_in);
        CHECK((day == std::chrono::Tuesday || day == std::chrono::Sunday));
    }
}

TEST_CASE("the same cars have other laws on other days, and on the rest the stays that they had", "[behaviours]") {
    const std::string weekend =
        "other_days: {weekend: {days: [sat, sun], arrival: 11 h, departure: 15 h, departure_day: same}}\n";
    BehaviourFixture usual_fixture, fixture;
    usual_fixture.horizon = fixture.horizon = std::chrono::hours(24 * 7);
    const std::string working_days = homes(10) + "days: [mon, tue, wed, thu, fri]\n";
    const Population usual = usual_fixture.draw(working_days);
    const Population both = fixture.draw(working_days + weekend);
    CHECK(both.connectors.charge_rating.size() == 10);  // not a second car for the weekend
    CHECK(usual.sessions.size() == 50);
    CHECK(both.sessions.size() == 70);
    CHECK(contains_all(both, usual));
    std::map<std::size_t, int> at_weekends;
    for (const auto& s : both.sessions) {
        const auto day = fixture.calendar.weekday(s.plug_in);
        if (day != std::chrono::Saturday && day != std::chrono::Sunday) continue;
        CHECK(s.unplug - s.plug_in == std::chrono::hours(4));
        ++at_weekends[s.vehicle.index()];
    }
    CHECK(at_weekends.size() == 10);
    for (const auto& [vehicle, stays] : at_weekends) CHECK(stays == 2);
}

TEST_CASE("other days of the week belong to one pattern, which names them", "[behaviours]") {
    const auto issue_texts = [](const std::string& patterns) {
        BehaviourFixture fixture;
        CHECK_FALSE(fixture.try_make(homes(3) + "other_days: {" + patterns + "}\n"));
        return fixture.issue_texts();
    };
    CHECK_THAT(issue_texts("a: {arrival: 11 h}"),
               Catch::Contains("has 'a' without days; name its days") || Catch::Contains("days: is missing"));
    CHECK_THAT(issue_texts("a: {days: [sat, sun]}, b: {days: [sun]}"),
               Catch::Contains("has sun in both 'a' and 'b'; give each day of the week to one of them"));
}

TEST_CASE("arrivals after midnight belong to the evening before", "[behaviours]") {
    BehaviourFixture fixture;  // Monday noon to Tuesday noon
    const std::string late = "vehicles: 1\n" + round_robin + battery + "departure: 8 h\ninitial_soc: 0.5\ntarget_soc: 0.8\n";
    const Population monday = fixture.draw(late + "arrival: 25 h\ndays: [mon]\n");
    REQUIRE(monday.sessions.size() == 1);
    CHECK(monday.sessions[0].plug_in == Instant(std::chrono::hours(13)));
    CHECK(monday.sessions[0].unplug == Instant(std::chrono::hours(20)));
    fixture.calendar = Calendar(std::chrono::local_days(std::chrono::year(2025) / 1 / 7));  // from Tuesday's midnight
    const Population tuesday = fixture.draw(late + "arrival: 25 h\ndays: [mon]\n");
    REQUIRE(tuesday.sessions.size() == 1);
    CHECK(tuesday.sessions[0].plug_in == Instant(std::chrono::hours(1)));
}

TEST_CASE("stays that cannot be are dropped and counted", "[behaviours]") {
    BehaviourFixture fixture;
    fixture.horizon = std::chrono::hours(48);
    const std::string common = "vehicles: 4\n" + round_robin + battery + "initial_soc: 0.5\ntarget_soc: 0.8\narrival: 20 h\n";
    const Population before_arrival = fixture.draw(common + "departure: 19 h\ndeparture_day: same\n");
    CHECK(before_arrival.sessions.empty());
    CHECK(before_arrival.stays.at(0).impossible.count == 8);
    CHECK(before_arrival.stays.at(0).impossible.kwh == Approx(8 * 0.3 * 40.0));
    const Population still_there = fixture.draw(common + "departure: 21 h\ndeparture_day: next\n");
    CHECK(still_there.sessions.size() == 4);
    CHECK(still_there.stays.at(0).occupied.count == 4);
    CHECK(still_there.stays.at(0).occupied.kwh == Approx(4 * 0.3 * 40.0));
    CHECK(still_there.stays.at(0).under_way.count == 4);  // since the evening before the start
    CHECK(still_there.stays.at(0).dropped().kwh == Approx(8 * 0.3 * 40.0));
}

TEST_CASE("the stated departure differs from the true one by its error", "[behaviours]") {
    BehaviourFixture fixture;
    const Population population = fixture.draw(homes(5) + "stated_departure_error: -30 min\n");
    REQUIRE(population.sessions.size() == 5);
    for (const auto& s : population.sessions) CHECK(s.unplug - s.stated_departure == std::chrono::minutes(30));
}

TEST_CASE("penetration scales the number of vehicles, half a vehicle counting as one", "[behaviours]") {
    BehaviourFixture fixture;
    CHECK(fixture.draw(homes(5) + "penetration: 50 %\n").connectors.size() == 3);
    CHECK(fixture.draw(homes(600) + "penetration: 35 %\n").connectors.size() == 210);
}

TEST_CASE("classes of vehicles take their shares and override what they name", "[behaviours]") {
    BehaviourFixture fixture;
    const Population population = fixture.draw("vehicles: 2000\n" + round_robin + evening + R"(
charge_rating: 3.7 kW
reserve_soc: 0.1
classes:
  large: {share: 30 %, capacity: 80 kWh, charge_rating: 11 kW, levels: [5.5 kW, 11 kW], taper: {knee: 0.7, end: 10 %}}
  small: {share: 70 %, capacity: 30 kWh}
)");
    const Vehicles& v = population.vehicles;
    const Connectors& c = population.connectors;
    std::size_t large = 0;
    for (std::size_t i = 0; i < v.size(); ++i) {
        const bool is_large = v.capacity[i] == 80.0;
        large += is_large ? 1 : 0;
        REQUIRE(v.capacity[i] == (is_large ? 80.0 : 30.0));
        REQUIRE(c.charge_rating[i] == (is_large ? 11.0 : 3.7));
        REQUIRE(c.apparent_rating[i] == c.charge_rating[i]);
        REQUIRE(population.level_sets[c.level_set[i]] == (is_large ? std::vector<double>{5.5, 11.0} : std::vector<double>{}));
        REQUIRE(v.taper_knee[i] == (is_large ? 0.7 : 1.0));
        REQUIRE(v.reserve_soc[i] == 0.1);
    }
    CHECK(double(large) == Approx(600.0).margin(4.0 * std::sqrt(2000.0 * 0.3 * 0.7)));
}

TEST_CASE("physical accounting divides by the efficiencies where literal accounting multiplies", "[behaviours]") {
    BehaviourFixture fixture;
    const std::string text = homes(1) + "charge_efficiency: 80 %\ndischarge_efficiency: 50 %\n";
    const Population physical = fixture.draw(text);
    // Grid energy of 1 kWh in the battery: 1/0.8 to charge; 0.5 from discharging.
    CHECK(1.0 / physical.vehicles.stored_per_drawn[0] == Approx(1.25));
    CHECK(1.0 / physical.vehicles.drawn_per_returned[0] == Approx(0.5));
    fixture.accounting = Accounting::literal;
    const Population literal = fixture.draw(text);
    // Literal: 1 kWh x efficiency both ways.
    CHECK(1.0 / literal.vehicles.stored_per_drawn[0] == Approx(0.8));
    CHECK(1.0 / literal.vehicles.drawn_per_returned[0] == Approx(0.5));
}

TEST_CASE("what contradicts itself or the feeder is refused with its place and a way out", "[behaviours]") {
    const auto issue_texts = [](const std::string& yaml) {
        BehaviourFixture fixture;
        CHECK_FALSE(fixture.try_make(yaml));
        return fixture.issue_texts();
    };
    const std::string rest = battery + evening;
    const auto contains = [](const std::string& text) { return Catch::Contains(text); };
    CHECK_THAT(issue_texts("vehicles: 3\n" + rest + "placement: {rule: round_robin, buses: [1, 7, mal]}"),
               contains("population.homes.placement: unknown bus '7'") && contains("unknown bus 'mal'; did you mean 'mall'?"));
    CHECK_THAT(issue_texts("vehicles: 3\n" + rest + "placement: {rule: class, class: industrial}"),
               contains("the feeder has no bus of class 'industrial'"));
    CHECK_THAT(issue_texts("vehicles: 3\n" + rest + "placement: {rule: counts, counts: {3: 4}}"),
               contains("population.homes.vehicles: contradicts placement by counts; remove it"));
    CHECK_THAT(issue_texts(rest + round_robin), contains("population.homes.vehicles: is missing"));
    CHECK_THAT(issue_texts("vehicles: 3\n" + rest + "placement: {rule: proportional, buses: [1]}"),
               contains("population.homes.placement.buses: does not belong to this rule; remove it, or use rule: round_robin"));
    CHECK_THAT(issue_texts("vehicles: 3\n" + round_robin + evening + "charge_rating: 3 kW\n"),
               contains("population.homes.capacity: is missing"));
    CHECK_THAT(issue_texts(homes(3) + "apparent_rating: 7 kVA\n"), contains("apparent_rating: can be below the active ratings"));
    CHECK_THAT(issue_texts(homes(3) + "minimum_power: 8 kW\n"), contains("minimum_power: can be above the charge rating"));
    CHECK_THAT(issue_texts(homes(3) + "levels: [3 kW, 2 kW]\n"), contains("levels: does not ascend"));
    CHECK_THAT(issue_texts(homes(3) + "lowest_soc: 0.9\nhighest_soc: 0.9\n"), contains("lowest_soc: can reach highest_soc"));
    CHECK_THAT(issue_texts(homes(3) + "highest_soc: 0.85\n"), contains("target_soc: can be above highest_soc"));
    CHECK_THAT(issue_texts("vehicles: 3\n" + round_robin + evening + "charge_rating: 3 kW\nclasses: {small: {share: 1}}\n"),
               contains("population.homes.classes: of class 'small', capacity is missing"));
    BehaviourFixture idle;
    idle.feeder.load_kw.assign(5, 0.0);
    CHECK_FALSE(idle.try_make("vehicles: 3\n" + rest + "placement: {rule: proportional}"));
    CHECK_THAT(idle.issue_texts(), contains("the feeder has no load to follow"));
}
