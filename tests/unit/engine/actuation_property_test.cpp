/// What holds on any day, whatever stands between controllers and chargers.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <memory>
#include <random>

#include "tests/unit/engine/actuated_world.hpp"

using namespace evsweep;
using namespace evsweep::small_world;
using namespace std::chrono_literals;

namespace {

/// Powers, both ways and reactive, that change at random every minute.
ControllerByRule restless(unsigned seed) {
    const auto random = std::make_shared<std::mt19937>(seed);
    return every_minute([random](const Connection& seen, Setpoints& setpoints) {
        std::uniform_real_distribution<double> u(-1.0, 1.0);
        for (ConnectorId c : seen.plugged_in) {
            const double wish = 10.0 * u(*random), q = 5.0 * u(*random);
            if (u(*random) > 0.0) continue;
            setpoints.set(c, Kilowatts(seen.admissible_kw(c, wish)), Kilovars(q));
        }
    });
}

Population random_fleet(unsigned seed, std::size_t vehicles) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> u(0.0, 1.0);
    Fleet fleet;
    for (std::size_t v = 0; v < vehicles; ++v) {
        const double from = 16.0 * u(random);
        fleet.add(stay(from, from + 8.0 * u(random), 0.25 + 0.3 * u(random), 0.6 + 0.4 * u(random)), v % 2 == 0 ? 0.6 : 1.0);
    }
    fleet.population.connectors.form_group("homes");
    std::sort(fleet.population.sessions.begin(), fleet.population.sessions.end(), [](const Session& a, const Session& b) {
        return std::tie(a.plug_in, a.connector) < std::tie(b.plug_in, b.connector);
    });
    return fleet.population;
}

const ActuationSettings everything_at_once{.delay = 95s,
                                           .response = 40s,
                                           .ignoring = Fraction(0.2),
                                           .outages = OutageSettings{90min, 20min},
                                           .fallback = Kilowatts(2.0)};

}  // namespace

TEST_CASE("whatever stands between controllers and chargers the ledger closes and limits are kept") {
    std::array<double, actuation_numbers.size()> happened{};
    for (unsigned seed = 1; seed <= 8; ++seed) {
        const Population population = random_fleet(seed, 30);
        const Run day = run_with(everything_at_once, population, restless(seed));
        CAPTURE(seed, day.outcome.failure.value_or(""));
        REQUIRE_FALSE(day.outcome.failure);
        CHECK(std::abs(day.outcome.ledger.feeder_gap_kwh()) < EnergyLedger::tolerance_kwh);
        CHECK(day.outcome.ledger.session_gap_kwh() < EnergyLedger::tolerance_kwh);
        CHECK(std::abs(day.outcome.ledger.fleet_gap_kwh()) < EnergyLedger::tolerance_kwh);
        for (const auto& step : day.notes.p_kw)
            for (const double p : step) REQUIRE(std::abs(p) <= 10.0);
        for (const SessionRecord& stay : day.notes.stays) {
            CHECK(stay.final_soc >= std::min(0.2, stay.session.initial_soc) - 1e-12);
            CHECK(stay.final_soc <= stay.session.target_soc + 1e-12);
        }
        const ActuationNumbers& n = *day.outcome.actuation;
        CHECK(n.sent >= n.ignored + n.lost + n.left + n.limited + n.under_way);
        for (std::size_t k = 0; k < happened.size(); ++k) happened[k] += n.*actuation_numbers[k].value;
    }
    // Over all these days every kind of thing has happened, but that a command is under way at the very end.
    for (std::size_t k = 0; k < happened.size(); ++k) {
        CAPTURE(actuation_numbers[k].name);
        if (actuation_numbers[k].name != "commands_under_way") CHECK(happened[k] > 0.0);
    }
}

TEST_CASE("chargers that do at once what they are told give the same bits as no section") {
    const Population population = random_fleet(3, 30);
    const Feeder feeder = two_buses();
    const Run without = run(a_day(), feeder, population, restless(1));
    const Run with = run(a_day_with({}), feeder, population, restless(1));
    Scenario of_others = a_day_with(everything_at_once);
    of_others.actuation[0].group = "others";
    const Run beside = run(of_others, feeder, population, restless(1));
    REQUIRE_FALSE(without.outcome.failure);
    CHECK_FALSE(without.outcome.actuation);
    for (const Run* other : {&with, &beside}) {
        CHECK(other->notes.p_kw == without.notes.p_kw);
        CHECK(other->notes.lowest_voltage == without.notes.lowest_voltage);
        for (std::size_t k = 0; k < without.notes.intervals.size(); ++k) {
            REQUIRE(other->notes.intervals[k].source_kwh == without.notes.intervals[k].source_kwh);
            REQUIRE(other->notes.intervals[k].charged_kwh == without.notes.intervals[k].charged_kwh);
        }
    }
}

TEST_CASE("what stands between is the same beside other replicas and in any order") {
    const Feeder feeder = two_buses();
    const StudySite site(a_day_with(everything_at_once), feeder, {{BusId(1), {}}});
    const auto run_in = [&](std::size_t width) {
        constexpr std::size_t members = 6;
        std::vector<Population> populations;
        for (unsigned m = 0; m < members; ++m) populations.push_back(random_fleet(m, 20));
        std::vector<Notebook> notes(members);
        std::vector<ActuationNumbers> numbers;
        Stopwatch watch;
        for (std::size_t first = 0; first < members; first += width) {
            std::vector<Alternative> alternatives;
            for (std::size_t m = first; m < first + width; ++m)
                alternatives.push_back(
                    {.label = "it", .type = "it", .settings = {}, .parties = {party("it", restless(static_cast<unsigned>(m)))}});
            std::vector<std::unique_ptr<PartySet>> sets;
            Ensemble ensemble(site.shared, watch);
            for (std::size_t m = first; m < first + width; ++m) {
                const Rng rng(1, static_cast<std::uint32_t>(m));
                sets.push_back(std::make_unique<PartySet>(site.shared, &alternatives[m - first], populations[m], rng));
                ensemble.add(populations[m], *sets.back(), rng).recording().add(notes[m], WantsEvents());
            }
            for (const ReplicaOutcome& outcome : ensemble.run()) {
                REQUIRE_FALSE(outcome.failure);
                numbers.push_back(*outcome.actuation);
            }
        }
        return std::pair(std::move(notes), numbers);
    };
    const auto [alone, alone_numbers] = run_in(1);
    const auto [together, together_numbers] = run_in(6);
    for (std::size_t m = 0; m < alone.size(); ++m) {
        CHECK(alone[m].p_kw == together[m].p_kw);
        CHECK(alone[m].lowest_voltage == together[m].lowest_voltage);
        for (const ActuationNumber& number : actuation_numbers)
            CHECK(alone_numbers[m].*number.value == together_numbers[m].*number.value);
    }
}

TEST_CASE("who reads the fleet more often changes nothing of what chargers do") {
    // A controller that reads powers has them brought up to date at every turn.
    const Population population = random_fleet(5, 30);
    const auto fixed = [](const Connection& seen, Setpoints& setpoints) {
        for (ConnectorId c : seen.plugged_in)
            setpoints.set(
                c, Kilowatts(minute_of(seen) % 3 == 0 ? 0.0
                                                      : seen.admissible_kw(c, 1.0)));  // which batteries take until they are full
    };
    const auto looks = [&](bool reads) {
        return ControllerByRule{{.period = 1min}, [=](const Controller::Context& context) -> ControllerByRule::Rule {
                                    if (reads) (void)context.exchange.subscribe(signals::power);
                                    return [=](Turn&, const Connection& seen, Setpoints& setpoints) { fixed(seen, setpoints); };
                                }};
    };
    const ActuationSettings settings{
        .delay = 30s, .response = 25s, .outages = OutageSettings{3h, 30min}, .fallback = Kilowatts(9.0)};
    const Run blind = run_with(settings, population, looks(false)), seeing = run_with(settings, population, looks(true));
    REQUIRE_FALSE(blind.outcome.failure);
    REQUIRE_FALSE(seeing.outcome.failure);
    CHECK(blind.notes.p_kw == seeing.notes.p_kw);
}

TEST_CASE("curtailment of generators is late and gradual too") {
    Fleet none;
    Population population = none.population;
    population.zones = {"village"};
    Connectors& c = population.connectors;
    c.bus.push_back(BusId(1));
    c.zone.push_back(0);
    c.charge_rating.push_back({});
    c.discharge_rating.push_back(Kilowatts(100.0));
    c.apparent_rating.push_back(KilovoltAmperes(100.0));
    c.minimum_power.push_back({});
    c.level_set.push_back(0);
    c.close_kinds(ResourceKind::generation, 0);
    population.availability = {Availability(1440, 1.0)};
    const auto rule = every_minute([](const Connection& seen, Setpoints& setpoints) {
        if (minute_of(seen) == 60) setpoints.set(ConnectorId(0), Kilowatts(-40.0));
    });
    PartyChoice choice = party("it", rule);
    std::get<Configured<Controller>>(choice.plugin).steers_generators = true;
    const Feeder feeder = two_buses();
    const auto fed_in = [&](const ActuationSettings& settings) {
        const Run day = run(a_day_with(settings), feeder, population, std::vector{choice});
        CHECK_FALSE(day.outcome.failure);
        double kwh = 0.0;
        for (const Interval& interval : day.notes.intervals) kwh += interval.generated_kwh;
        return kwh;
    };
    CHECK(fed_in({}) == Approx(100.0 + 23.0 * 40.0));
    CHECK(fed_in({.delay = 90s}) == Approx(100.0 + 23.0 * 40.0 + 60.0 * 0.025).epsilon(1e-12));
    CHECK(fed_in({.response = 2min}) == Approx(100.0 + 23.0 * 40.0 + 60.0 / 30.0).epsilon(1e-12));
    CHECK(fed_in({.ignoring = Fraction(1.0)}) == Approx(2400.0).epsilon(1e-12));
    CHECK(fed_in({.outages = OutageSettings{Duration(1ms), std::chrono::hours(240'000)}}) == Approx(2400.0).epsilon(1e-12));
}
