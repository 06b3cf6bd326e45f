// Replicas that run together against the same replicas alone: not a bit may differ, whatever happens to the others.
#include "sim/engine/ensemble.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "tests/bench/feeders.hpp"
#include "tests/unit/engine/small_world.hpp"

using namespace evsweep;
using namespace evsweep::small_world;
using namespace std::chrono_literals;

namespace {

/// Follows the voltage it sees, so that load flows reach back into setpoints, and answers every minute.
ControllerByRule by_voltage(double faulty_above_h = 1e9) {
    const auto declare = [=](const Controller::Context& context) -> ControllerByRule::Rule {
        const auto voltage = context.exchange.subscribe(signals::voltage);
        const auto head = context.exchange.subscribe(signals::feeder_head);
        const auto charge = context.exchange.subscribe(signals::state_of_charge);
        return [=](Turn& turn, const Connection& seen, Setpoints& setpoints) {
            (void)turn.value(head);
            for (ConnectorId c : seen.plugged_in) {
                const double room = (turn[voltage][c.index()] - 0.9) * 60.0 + (1.0 - turn[charge][c.index()]);
                double p = seen.admissible_kw(c, room);
                if (hours(seen.now.time_since_epoch()) > faulty_above_h) p = 1000.0;
                setpoints.set(c, Kilowatts(p));
            }
        };
    };
    return {{.period = 1min, .on_plug_in = true}, declare};
}

/// Another fleet for every seed, at places of its own.
Population fleet_of(unsigned seed, std::size_t vehicles, std::size_t buses) {
    std::mt19937_64 engine(seed);
    std::uniform_real_distribution<double> u(0.0, 1.0);
    Fleet fleet;
    for (std::size_t v = 0; v < vehicles; ++v) {
        const double from = 8.0 * u(engine);
        fleet.add(stay(from, from + 1.0 + 12.0 * u(engine), 0.2 + 0.4 * u(engine), 0.9), v % 3 == 0 ? 0.7 : 1.0);
        fleet.population.connectors.bus.back() = BusId(1 + engine() % (buses - 1));
    }
    auto& sessions = fleet.population.sessions;
    std::sort(sessions.begin(), sessions.end(), [](const Session& a, const Session& b) {
        return std::tie(a.plug_in, a.connector) < std::tie(b.plug_in, b.connector);
    });
    return std::move(fleet.population);
}

std::vector<ChargingPlace> everywhere(const Feeder& feeder) {
    std::vector<ChargingPlace> places;
    for (std::size_t b = 1; b < feeder.buses(); ++b) places.push_back({BusId(b), {}});
    return places;
}

struct Member {
    Population population;
    Alternative alternative;
    Notebook notes;
    ReplicaOutcome outcome;
};

Alternative alternative_of(const ControllerByRule& rule) {
    return {.label = "it", .type = "it", .settings = {}, .parties = {party("it", rule)}};
}

/// Runs the members in ensembles of `width`.
void run_in(std::size_t width, const StudySite& site, std::vector<std::unique_ptr<Member>>& members) {
    Stopwatch watch;
    for (std::size_t first = 0; first < members.size(); first += width) {
        const std::size_t end = std::min(first + width, members.size());
        Ensemble ensemble(site.shared, watch);
        std::vector<std::unique_ptr<PartySet>> sets;
        for (std::size_t m = first; m < end; ++m) {
            const Rng rng(1, static_cast<std::uint32_t>(m));
            Member& member = *members[m];
            sets.push_back(std::make_unique<PartySet>(site.shared, &member.alternative, member.population, rng));
            ensemble.add(member.population, *sets.back(), rng).recording().add(member.notes, WantsEvents());
        }
        auto outcomes = ensemble.run();
        for (std::size_t m = first; m < end; ++m) members[m]->outcome = std::move(outcomes[m - first]);
    }
}

std::vector<std::unique_ptr<Member>> members_of(std::size_t count, std::size_t vehicles, std::size_t buses) {
    std::vector<std::unique_ptr<Member>> members;
    for (std::size_t m = 0; m < count; ++m)
        members.push_back(std::make_unique<Member>(
            Member{fleet_of(static_cast<unsigned>(m), vehicles, buses), alternative_of(by_voltage(m == 3 ? 5.0 : 1e9)), {}, {}}));
    return members;
}

void require_same(const Member& a, const Member& b) {
    CHECK(a.outcome.failure == b.outcome.failure);
    CHECK(a.outcome.unsolved.size() == b.outcome.unsolved.size());
    CHECK(a.outcome.ledger.feeder_gap_kwh() == b.outcome.ledger.feeder_gap_kwh());
    REQUIRE(a.notes.snapshots.size() == b.notes.snapshots.size());
    for (std::size_t k = 0; k < a.notes.snapshots.size(); ++k) {
        const Noted& x = a.notes.snapshots[k];
        const Noted& y = b.notes.snapshots[k];
        const auto same_number = [](double p, double q) { return p == q || (std::isnan(p) && std::isnan(q)); };
        const bool same = same_number(x.source_kw, y.source_kw) && same_number(x.source_kvar, y.source_kvar) &&
                          same_number(x.load_kw, y.load_kw) && same_number(x.loss_kw, y.loss_kw) &&
                          x.charging_kw == y.charging_kw && x.solved == y.solved &&
                          a.notes.lowest_voltage[k] == b.notes.lowest_voltage[k] && a.notes.p_kw[k] == b.notes.p_kw[k];
        INFO("snapshot " << k);
        REQUIRE(same);
    }
    REQUIRE(a.notes.events.size() == b.notes.events.size());
    for (std::size_t k = 0; k < a.notes.events.size(); ++k) {
        const bool same = a.notes.events[k].at == b.notes.events[k].at && a.notes.events[k].kind == b.notes.events[k].kind &&
                          a.notes.events[k].soc == b.notes.events[k].soc && a.notes.events[k].p_kw == b.notes.events[k].p_kw &&
                          a.notes.events[k].state == b.notes.events[k].state;
        INFO("event " << k);
        REQUIRE(same);
    }
}

std::vector<std::unique_ptr<Member>> check_widths(const Scenario& scenario, const Feeder& feeder, std::size_t vehicles) {
    const StudySite site(scenario, feeder, everywhere(feeder));
    auto alone = members_of(11, vehicles, feeder.buses());
    run_in(1, site, alone);
    CHECK(alone[3]->outcome.failure);
    CHECK_FALSE(alone[4]->outcome.failure);
    for (const std::size_t width : {2U, 3U, 8U, 11U}) {
        CAPTURE(width);
        auto together = members_of(11, vehicles, feeder.buses());
        run_in(width, site, together);
        for (std::size_t m = 0; m < alone.size(); ++m) require_same(*alone[m], *together[m]);
    }
    return alone;
}

}  // namespace

TEST_CASE("a replica finds the same bits in any company, and one that fails stops alone") {
    (void)check_widths(a_day(), two_buses(), 12);
}

TEST_CASE("so it does where single load flows have no solution") {
    Scenario scenario = a_day(5min);
    scenario.load_flow.max_iterations = 5;  // beyond, the way from no load is followed
    scenario.base_load.profiles["day"] = Profile{6h, false, {0.3, 1.01, 0.99, 0.9}};
    scenario.base_load.other = "day";
    const Feeder feeder = two_buses(18'923.0);  // the nose, by the closed form of two buses
    const auto members = check_widths(scenario, feeder, 12);
    for (const auto& member : members)
        if (!member->outcome.failure) CHECK(member->outcome.unsolved.size() == 72);  // from 6 to 12 o'clock
}

TEST_CASE("so it does where relays move taps at instants of their own") {
    Scenario scenario = a_day(1min);
    scenario.base_load.profiles["day"] = Profile{6h, false, {0.3, 1.2, 0.4, 1.1}};
    scenario.base_load.other = "day";
    const Feeder& feeder = bench::feeder_of("feeders/ieee13.yaml");
    const auto members = check_widths(scenario, feeder, 60);
    CHECK(members[0]->notes.instants_of(EventKind::tap).size() > 0);
}

TEST_CASE("replicas with other charging points may share an ensemble") {
    const Feeder feeder = two_buses();
    const Population few = fleet_of(1, 2, 2);
    const Population many = fleet_of(2, 9, 2);
    const StudySite site(a_day(15min), feeder, places_of(many.connectors));
    const Alternative alternative = alternative_of(on_arrival(5.0));
    PartySet of_few(site.shared, &alternative, few, Rng(1, 0)), of_many(site.shared, &alternative, many, Rng(1, 1));
    Stopwatch watch;
    Ensemble ensemble(site.shared, watch);
    ensemble.add(few, of_few, Rng(1, 0));
    ensemble.add(many, of_many, Rng(1, 1));
    const auto outcomes = ensemble.run();
    CHECK_FALSE(outcomes[0].failure);
    CHECK_FALSE(outcomes[1].failure);
}

TEST_CASE("a profile counts what was done, and its clock runs for one activity at a time") {
    const Feeder feeder = two_buses();
    const Population population = fleet_of(1, 5, 2);
    const auto begin = std::chrono::steady_clock::now();
    const RunProfile profile = run(a_day(15min), feeder, population, by_voltage()).profile;
    const auto wall = std::chrono::steady_clock::now() - begin;
    std::chrono::nanoseconds sum{};
    for (const auto spent : profile.spent) sum += spent;
    CHECK(sum <= wall);
    CHECK(profile.replica_days == 1.0);
    CHECK(profile.load_flows > 20);
    // One for each measurement between or on control steps, and one for each record.
    CHECK(profile.load_flows <= 1440 + 2 * 96 + 2 * 5);
    CHECK(profile.sweeps >= profile.load_flows);
    CHECK(profile.decided.decisions >= 1440);
    CHECK(profile.events > profile.decided.decisions);
}

TEST_CASE("an ensemble that is asked to stop gives up within a control step, and no replica takes that for a failure") {
    const Feeder feeder = two_buses();
    const Population fleet = fleet_of(1, 5, 2);
    std::stop_source stop;
    StudySite site(a_day(15min), feeder, places_of(fleet.connectors));
    site.shared.stop = StopRequest(stop.get_token());
    const Alternative alternative = alternative_of(by_rule({.period = 15min}, [&](const Connection& seen, Setpoints&) {
        if (seen.now == Instant(3h)) stop.request_stop();
    }));
    PartySet set(site.shared, &alternative, fleet, Rng(1, 0));
    Stopwatch watch;
    Ensemble ensemble(site.shared, watch);
    Notebook notes;
    ensemble.add(fleet, set, Rng(1, 0)).recording().add(notes);
    CHECK_THROWS_AS(ensemble.run(), Stopped);
    CHECK(notes.snapshots.size() >= 12);
    CHECK(notes.snapshots.size() <= 13);
}

TEST_CASE("a controller that gives up its decision gives up the replica") {
    const Feeder feeder = two_buses();
    const Population fleet = fleet_of(1, 5, 2);
    const ControllerByRule giving_up = by_rule({.period = 15min}, [](const Connection&, Setpoints&) { throw Stopped(); });
    CHECK_THROWS_AS(run(a_day(15min), feeder, fleet, giving_up), Stopped);
}
