/// What every registered behaviour must hold, as its own least settings make it and with the variants listed below.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "evsweep/behaviour.hpp"
#include "evsweep/plugins.hpp"
#include "scratch.hpp"
#include "unit/models/sites.hpp"

using namespace evsweep;

namespace {

using enum Conductor;

/// A behaviour with its settings and the files that these name, by file name.
struct Case {
    std::string name;
    std::string settings;
    std::map<std::string, std::string> files{};
};

/// Three stations from a Monday to a Thursday; the second stay at A begins before the first has ended.
const std::map<std::string, std::string> recordings{
    {"sessions.csv",
     "station_id,plug_in_local,plug_out_local,energy_kwh\n"
     "A,2025-01-06 13:00,2025-01-06 18:30,9.5\nA,2025-01-06 18:00,2025-01-06 21:00,3\n"
     "B,2025-01-06 20:00,2025-01-07 08:00,19\nC,2025-01-07 09:00,2025-01-07 17:00,12\n"
     "A,2025-01-08 10:00,2025-01-08 15:30,8\nB,2025-01-09 07:30,2025-01-09 16:00,14\n"}};

const std::map<std::string, std::string> timetable{{"timetable.csv",
                                                    "bus,leaves,returns,kwh,days\nA,6:00,13:30,22,daily\nA,15:00,25:10,18,"
                                                    "weekday\nB,7:00,19:00,25,daily\nC,16:00,22:00,9,tue\n"}};

/// Behaviours that cannot be made without a file, and further settings of those with several ways of working.
std::vector<Case> further_cases() {
    const std::string battery = "capacity: 40 kWh, charge_rating: 7 kW";
    const std::string evening = "arrival: {distribution: uniform, min: 16 h, max: 23 h}, initial_soc: 0.4, target_soc: 0.9";
    const std::string fleet = "{vehicles: 40, " + battery + ", " + evening + ", ";
    const std::string replay = "{file: sessions.csv, layout: workplace, " + battery + ", ";
    return {
        {"distribution", fleet + "departure: {distribution: uniform, min: 5 h, max: 22 h}, placement: {rule: proportional}}"},
        {"distribution", fleet + "departure: 7 h, penetration: 50 %, placement: {rule: class, class: house}}"},
        {"distribution", fleet + "departure: 7 h, placement: {rule: proportional, redraw: study}}"},
        {"sessions", replay + "placement: {rule: proportional}}", recordings},
        {"sessions", replay + "placement: {rule: class, class: house}, when_occupied: refuse}", recordings},
        {"sessions", replay + "placement: {rule: proportional}, draw: random_days}", recordings},
        {"sessions", replay + "placement: {rule: class, class: shop}, points: {count: 2}, patience: 3 h}", recordings},
        {"distribution", fleet + "departure: 7 h, placement: {rule: class, class: shop}, points: {count: 6, rule: reservation}, "
                                 "booked: 50 %, service: {distribution: uniform, min: 1 h, max: 3 h}}"},
        {"timetable", "{file: timetable.csv, placement: {rule: class, class: shop}, " + battery + ", points: {count: 2}}",
         timetable}};
}

/// Every registered behaviour by its least settings, and the further cases.
std::vector<Case> all_cases() {
    std::vector<Case> cases = further_cases();
    for (const auto& [name, plugin] : plugins<Behaviour>()) {
        const bool is_listed =
            std::any_of(cases.begin(), cases.end(), [&wanted = name](const Case& c) { return c.name == wanted; });
        if (!plugin.least_settings.empty() || !is_listed) cases.push_back({name, plugin.least_settings});
    }
    return cases;
}

/// A balanced street, and one whose houses hang on different phases. Buses are named alike, so that one text fits both.
FeederSite street(bool is_balanced) {
    const auto wires = [&](std::vector<Conductor> list) { return is_balanced ? std::vector{balanced} : std::move(list); };
    FeederSite site = make_site({{"head", "", 0.0, wires({a, b, c})},
                                 {"1", "house", 2.0, wires({a, b, c})},
                                 {"2", "house", 5.0, wires({a, b, c, n})},
                                 {"3", "shop", 9.0, wires({c, a})},
                                 {"4", "house", 3.0, wires({b})}},
                                400.0);
    for (std::size_t bus = 1; bus < site.bus.size(); ++bus) {
        const Terminals across{site.conductor[site.first_conductor[bus]], {}};
        site.loads.push_back({"load " + site.bus[bus], BusId(bus), site.load_kw[bus], {across}});
    }
    return site;
}

/// Makes behaviours at a street, from a Monday noon on.
class Workshop {
   public:
    Workshop(const Case& which, bool is_balanced) : case_(which), site_(street(is_balanced)) {
        for (const auto& [name, text] : which.files) folder_.write(name, text);
    }
    [[nodiscard]] std::unique_ptr<Behaviour> make(const std::string& group = "homes") const {
        Issues issues;
        Reader reader{issues, {}};
        const Node settings = parse_yaml(case_.settings.empty() ? "{}" : case_.settings, folder_ / "contract.yaml", issues);
        const auto choice = read_plugin<Behaviour>(settings, "population." + group, reader, case_.name);
        std::unique_ptr<Behaviour> made;
        if (choice) made = choice->make({group, &site_, calendar_, horizon, Accounting::physical, &issues, choice->at, 1, step});
        if (!made || issues.has_errors()) refuse(issues);
        return made;
    }

    static constexpr Duration horizon = std::chrono::hours(72);
    static constexpr Duration step = std::chrono::minutes(15);

   private:
    void refuse(const Issues& issues) const {
        std::string reasons;
        for (const Issue& issue : issues.list()) reasons += "\n  " + to_text(issue);
        FAIL("behaviour '" + case_.name + "' cannot be made from '" + case_.settings +
             "'. Declare in its class `static constexpr std::string_view least_settings = \"{...}\"`, which may name the classes "
             "`house` and `shop` and the rules `proportional` and `class`, as in models/behaviours/distribution.cpp; or, where "
             "it needs a "
             "file, add a case with the file to `further_cases` in tests/contract/behaviours_test.cpp." +
             reasons);
    }

    Case case_;
    FeederSite site_;
    Calendar calendar_{std::chrono::local_days(std::chrono::year(2025) / 1 / 6) + std::chrono::hours(12)};
    test::ScratchFolder folder_;
};

constexpr std::uint32_t replicas = 20;
constexpr std::uint64_t seed = 11;

Population drawn(const Behaviour& behaviour, std::uint32_t replica) {
    Population population;
    behaviour.draw(Rng(seed, replica), population);
    population.connectors.form_group("homes");
    return population;
}

/// Each case at both streets, with a note of which it is.
template <class Check>
void for_each_case(Check&& check) {
    for (const Case& which : all_cases())
        for (const bool is_balanced : {true, false}) {
            INFO(which.name << " " << which.settings << (is_balanced ? " at a balanced feeder" : " at an unbalanced feeder"));
            check(Workshop(which, is_balanced));
        }
}

std::vector<double> numbers(std::span<const double> column) { return {column.begin(), column.end()}; }

/// All that a draw says of connectors, and of vehicles, as numbers, for comparisons to the last bit.
std::vector<std::vector<double>> ratings_of(const Population& p) {
    std::vector<std::vector<double>> all;
    for (const auto* column : {&p.connectors.charge_rating, &p.connectors.discharge_rating, &p.connectors.minimum_power})
        all.push_back(numbers(column->raw()));
    all.push_back(numbers(p.connectors.apparent_rating.raw()));
    return all;
}
std::vector<std::vector<double>> batteries_of(const Population& p) {
    std::vector<std::vector<double>> all{numbers(p.vehicles.capacity.raw())};
    for (const auto* column : {&p.vehicles.stored_per_drawn, &p.vehicles.drawn_per_returned, &p.vehicles.lowest_soc,
                               &p.vehicles.highest_soc, &p.vehicles.reserve_soc, &p.vehicles.taper_knee, &p.vehicles.taper_end})
        all.push_back(numbers(column->raw()));
    return all;
}
std::vector<std::vector<double>> columns_of(const Population& p) {
    auto all = ratings_of(p);
    for (auto& column : batteries_of(p)) all.push_back(std::move(column));
    return all;
}

/// How many of the connectors are generators, at which nothing plugs in.
std::size_t generators_of(const Population& p) {
    std::size_t generators = 0;
    for (std::size_t c = 0; c < p.connectors.size(); ++c) generators += p.connectors.is_generator(ConnectorId(c));
    return generators;
}

auto content(const Session& s) {
    return std::tuple(s.connector.index(), s.vehicle.index(), s.plug_in, s.unplug, s.stated_departure, s.initial_soc,
                      s.target_soc, s.service, s.patience, s.booked, s.trip_kwh);
}

bool is_same(const Population& x, const Population& y) {
    const auto same_sessions = std::equal(x.sessions.begin(), x.sessions.end(), y.sessions.begin(), y.sessions.end(),
                                          [](const Session& s, const Session& t) { return content(s) == content(t); });
    return same_sessions && columns_of(x) == columns_of(y) && x.connectors.bus == y.connectors.bus &&
           x.connectors.wiring == y.connectors.wiring && x.connectors.zone == y.connectors.zone && x.zones == y.zones &&
           x.level_sets == y.level_sets && x.connectors.level_set == y.connectors.level_set &&
           x.connectors.kind == y.connectors.kind && x.connectors.availability == y.connectors.availability &&
           x.availability == y.availability && x.connectors.queue == y.connectors.queue && x.queues.size() == y.queues.size();
}

}  // namespace

TEST_CASE("every replica has the same connectors, and the same zones", "[behaviours]") {
    for_each_case([](const Workshop& workshop) {
        const auto behaviour = workshop.make();
        const Population first = drawn(*behaviour, 0);
        CHECK(first.connectors.size() > 0);
        for (std::uint32_t replica = 1; replica < replicas; ++replica) {
            const Population other = drawn(*behaviour, replica);
            CHECK(other.connectors.size() == first.connectors.size());
            CHECK(other.zones == first.zones);
            if (behaviour->places().drawn == PlaceDraw::per_replica) continue;
            CHECK(other.connectors.bus == first.connectors.bus);
            CHECK(other.connectors.wiring == first.connectors.wiring);
        }
    });
}

TEST_CASE("every column has a row for each connector or vehicle, and ratings fit one another", "[behaviours]") {
    for_each_case([](const Workshop& workshop) {
        const Population p = drawn(*workshop.make(), 1);
        const std::size_t n = p.connectors.size();
        for (const auto& column : ratings_of(p)) CHECK(column.size() == n);
        for (const auto& column : batteries_of(p)) CHECK(column.size() == n - generators_of(p));  // one for each charging point
        CHECK(p.connectors.zone.size() == n);
        CHECK(p.connectors.level_set.size() == n);
        CHECK((p.connectors.wiring.empty() || p.connectors.wiring.size() == n));
        for (std::size_t i = 0; i < n; ++i) {
            CHECK(p.connectors.zone[i] < p.zones.size());
            CHECK(p.connectors.level_set[i] < p.level_sets.size());
            CHECK(p.connectors.apparent_rating[i] >= std::max(p.connectors.charge_rating[i], p.connectors.discharge_rating[i]));
            CHECK(p.connectors.minimum_power[i] <= p.connectors.charge_rating[i]);
        }
        for (std::size_t i = 0; i < p.vehicles.size(); ++i) {
            CHECK(p.vehicles.lowest_soc[i] <= p.vehicles.reserve_soc[i]);
            CHECK(p.vehicles.lowest_soc[i] < p.vehicles.highest_soc[i]);
        }
    });
}

TEST_CASE("sessions are in order, lie within the horizon, and no connector or vehicle has two at once", "[behaviours]") {
    for_each_case([](const Workshop& workshop) {
        const auto behaviour = workshop.make();
        std::size_t sessions = 0;
        for (std::uint32_t replica = 0; replica < replicas; ++replica) {
            const Population p = drawn(*behaviour, replica);
            sessions += p.sessions.size();
            CHECK(std::is_sorted(p.sessions.begin(), p.sessions.end(), [](const Session& x, const Session& y) {
                return std::tuple(x.plug_in, x.connector.index()) < std::tuple(y.plug_in, y.connector.index());
            }));
            std::vector<Instant> connector_free(p.connectors.size()), vehicle_free(p.vehicles.size());
            for (const Session& s : p.sessions) {
                REQUIRE(s.connector.index() < p.connectors.size());
                REQUIRE(s.vehicle.index() < p.vehicles.size());
                CHECK(s.plug_in >= connector_free[s.connector.index()]);
                CHECK(s.plug_in >= vehicle_free[s.vehicle.index()]);
                CHECK(s.unplug > s.plug_in);
                CHECK(s.stated_departure >= s.plug_in);
                CHECK(s.plug_in < Instant(Workshop::horizon));
                connector_free[s.connector.index()] = vehicle_free[s.vehicle.index()] = s.unplug;
            }
        }
        CHECK((sessions > 0 || generators_of(drawn(*behaviour, 0)) > 0));
    });
}

TEST_CASE("states of charge fit the battery", "[behaviours]") {
    for_each_case([](const Workshop& workshop) {
        for (std::uint32_t replica = 0; replica < replicas; ++replica) {
            const Population p = drawn(*workshop.make(), replica);
            for (const Session& s : p.sessions) {
                const std::size_t v = s.vehicle.index();
                CHECK(s.initial_soc >= p.vehicles.lowest_soc[v] - 1e-12);
                CHECK(s.initial_soc <= p.vehicles.highest_soc[v] + 1e-12);
                CHECK(s.target_soc <= p.vehicles.highest_soc[v] + 1e-12);
            }
        }
    });
}

TEST_CASE("a replica is the same whenever it is drawn and by whichever instance", "[behaviours]") {
    for_each_case([](const Workshop& workshop) {
        const auto behaviour = workshop.make();
        std::vector<Population> forward;
        for (std::uint32_t replica = 0; replica < replicas; ++replica) forward.push_back(drawn(*behaviour, replica));
        const auto twin = workshop.make();
        for (std::uint32_t replica = replicas; replica-- > 0;) {
            CHECK(is_same(drawn(*behaviour, replica), forward[replica]));
            CHECK(is_same(drawn(*twin, replica), forward[replica]));
        }
    });
}

TEST_CASE("charging points stand at possible places only, each of which is listed once and exists", "[behaviours]") {
    for (const Case& which : all_cases())
        for (const bool is_balanced : {true, false}) {
            INFO(which.name << " " << which.settings << (is_balanced ? " at a balanced feeder" : " at an unbalanced feeder"));
            const Workshop workshop(which, is_balanced);
            const auto behaviour = workshop.make();
            const FeederSite site = street(is_balanced);
            const auto& possible = behaviour->places().possible;
            for (std::size_t i = 0; i < possible.size(); ++i) {
                CHECK(possible[i].bus.index() < site.bus.size());
                CHECK(std::count(possible.begin(), possible.end(), possible[i]) == 1);
            }
            for (std::uint32_t replica = 0; replica < replicas; ++replica) {
                const Population p = drawn(*behaviour, replica);
                for (std::size_t i = 0; i < p.connectors.size(); ++i)
                    CHECK(std::count(possible.begin(), possible.end(), p.connectors.place(ConnectorId(i))) == 1);
            }
        }
}

TEST_CASE("a group leaves what is there as it was, and draws as if it were alone", "[behaviours]") {
    for_each_case([](const Workshop& workshop) {
        const auto homes = workshop.make("homes"), guests = workshop.make("guests");
        const Rng rng(seed, 3);
        Population both, alone;
        homes->draw(rng, both);
        const std::size_t first = both.connectors.size(), first_vehicle = both.vehicles.size();
        const auto earlier = columns_of(both);
        guests->draw(rng, both);
        guests->draw(rng, alone);
        REQUIRE(both.connectors.size() == first + alone.connectors.size());
        const auto later = columns_of(both), own = columns_of(alone);
        for (std::size_t k = 0; k < later.size(); ++k) {
            CHECK(std::equal(earlier[k].begin(), earlier[k].end(), later[k].begin()));
            CHECK(std::equal(own[k].begin(), own[k].end(), later[k].end() - static_cast<std::ptrdiff_t>(own[k].size())));
        }
        std::vector<Session> of_guests;
        for (Session s : both.sessions)
            if (s.connector.index() >= first) {
                s.connector = ConnectorId(s.connector.index() - first);
                s.vehicle = VehicleId(s.vehicle.index() - first_vehicle);
                of_guests.push_back(s);
            }
        CHECK(std::equal(of_guests.begin(), of_guests.end(), alone.sessions.begin(), alone.sessions.end(),
                         [](const Session& s, const Session& t) { return content(s) == content(t); }));
    });
}

TEST_CASE("shared charging points have a row of queues with at least one point", "[behaviours]") {
    for_each_case([](const Workshop& workshop) {
        const Population p = drawn(*workshop.make(), 2);
        CHECK(p.connectors.queue.size() <= p.connectors.size());
        for (std::size_t c = 0; c < p.connectors.size(); ++c) {
            const std::uint32_t row = p.connectors.queue_of(ConnectorId(c));
            REQUIRE(row < p.queues.size());
            CHECK(p.queues[row].points > 0);
        }
        for (const Session& s : p.sessions)
            if (p.connectors.queue_of(s.connector) == 0) CHECK((!s.service && !s.patience && !s.booked));
    });
}

TEST_CASE("generators have a row of shares between 0 and 1 for every control step", "[behaviours]") {
    for_each_case([](const Workshop& workshop) {
        const Population p = drawn(*workshop.make(), 2);
        for (std::size_t c = 0; c < p.connectors.size(); ++c) {
            if (!p.connectors.is_generator(ConnectorId(c))) continue;
            REQUIRE(p.connectors.availability[c] < p.availability.size());
            CHECK(p.connectors.charge_rating[c] == 0.0);
            const Availability& row = p.availability[p.connectors.availability[c]];
            CHECK(row.size() == static_cast<std::size_t>(Workshop::horizon / Workshop::step));
            CHECK(std::all_of(row.begin(), row.end(), [](double share) { return share >= 0.0 && share <= 1.0; }));
        }
    });
}

TEST_CASE("the tally of stays counts the sessions and the vehicles", "[behaviours]") {
    for_each_case([](const Workshop& workshop) {
        const auto behaviour = workshop.make();
        for (std::uint32_t replica = 0; replica < replicas; ++replica) {
            const Population p = drawn(*behaviour, replica);
            if (p.vehicles.size() == 0) {  // generators alone have no stays to tell of
                CHECK((p.stays.empty() && p.sessions.empty()));
                continue;
            }
            REQUIRE(p.stays.size() == 1);
            CHECK(p.stays.front().group == "homes");
            CHECK(p.stays.front().played.count == p.sessions.size());
            CHECK(p.stays.front().vehicles == p.vehicles.size());
        }
    });
}
