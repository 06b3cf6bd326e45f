/// What stands between controllers and chargers, on days that can be worked out on paper.
#include "sim/engine/actuation.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "tests/unit/engine/actuated_world.hpp"

using namespace evsweep;
using namespace evsweep::small_world;
using namespace std::chrono_literals;

namespace {

/// One vehicle from 1 h on that takes 20 kWh / 0.9.
Population one_car(double until_h = 3.0) {
    Fleet fleet;
    fleet.add(stay(1.0, until_h, 0.3, 0.8));
    return fleet.population;
}

/// Many cars that stay all day and could take all of it.
Population many_cars(std::size_t count, const std::string& group = "homes") {
    Fleet fleet;
    for (std::size_t k = 0; k < count; ++k) fleet.add(stay(0.0, 24.0, 0.2, 1.0));
    fleet.population.vehicles.capacity = {};
    for (std::size_t k = 0; k < count; ++k) fleet.population.vehicles.capacity.push_back(KilowattHours(1000.0));
    fleet.population.connectors.form_group(group);
    return fleet.population;
}

double charged_kwh(const Run& day) {
    double kwh = 0.0;
    for (const SessionRecord& stay : day.notes.stays) kwh += stay.charged_kwh;
    return kwh;
}

}  // namespace

TEST_CASE("a delayed command reaches its charger exactly that much later") {
    const Duration delay = GENERATE(Duration(1ms), Duration(90'001ms), Duration(10min));
    CAPTURE(delay.count());
    const Run day = run_with({.delay = delay}, one_car(), on_arrival(5.0));
    REQUIRE_FALSE(day.outcome.failure);
    REQUIRE(day.notes.stays.size() == 1);
    CHECK(day.notes.stays[0].charged_kwh == Approx(5.0 * hours(2h - delay)).epsilon(1e-13));
    CHECK(day.notes.p_kw[60][0] == 0.0);
    const auto first = static_cast<std::size_t>((1h + delay + 1min - 1ms) / 1min);
    CHECK(day.notes.p_kw[first - 1][0] == 0.0);
    CHECK(day.notes.p_kw[first][0] == 5.0);
    REQUIRE(day.outcome.actuation);
    CHECK(day.outcome.actuation->sent == 1.0);
    CHECK(day.outcome.actuation->short_kwh == Approx(5.0 * hours(delay)).epsilon(1e-12));
    CHECK(day.outcome.actuation->beyond_kwh == 0.0);
}

TEST_CASE("several commands can be under way, and arrive in their order") {
    // A power of its own every minute, seen 150 s later: what counts is the middle of each minute.
    const auto power_at = [](std::int64_t minute) { return 2.0 + static_cast<double>(minute % 7); };
    const Run day = run_with({.delay = 150s}, one_car(2.0), every_minute([&](const Connection& seen, Setpoints& setpoints) {
                                 for (ConnectorId c : seen.plugged_in) setpoints.set(c, Kilowatts(power_at(minute_of(seen))));
                             }));
    REQUIRE_FALSE(day.outcome.failure);
    for (std::int64_t minute = 60; minute < 120; ++minute) {
        CAPTURE(minute);
        const double expected = minute < 63 ? 0.0 : power_at(minute - 3);  // between those of 2 and of 3 minutes before
        CHECK(day.notes.p_kw[static_cast<std::size_t>(minute)][0] == expected);
    }
    double kwh = 0.0;
    for (std::int64_t sent = 60; sent < 118; ++sent) kwh += power_at(sent) * (sent < 117 ? 1.0 : 0.5) / 60.0;
    CHECK(day.notes.stays[0].charged_kwh == Approx(kwh).epsilon(1e-12));
    CHECK(day.outcome.actuation->sent == 60.0);
    CHECK(day.outcome.actuation->left == 2.0);
    CHECK(day.outcome.actuation->under_way == 0.0);
}

TEST_CASE("a command for a vehicle that has left does not reach the next one") {
    Population population = one_car(2.0);
    Session next = stay(2.0, 3.0, 0.3, 0.8);  // comes in the same instant
    next.connector = ConnectorId(0);
    next.vehicle = VehicleId(0);
    population.sessions.push_back(next);
    const Run day = run_with({.delay = 1min}, population, every_minute([](const Connection& seen, Setpoints& setpoints) {
                                 if (minute_of(seen) == 119) setpoints.set(ConnectorId(0), Kilowatts(7.0));
                             }));
    REQUIRE_FALSE(day.outcome.failure);
    CHECK(charged_kwh(day) == 0.0);
    CHECK(day.outcome.actuation->left == 1.0);
}

TEST_CASE("a controller sees what it last commanded while the charger still waits") {
    std::vector<double> told, drawn;
    const auto declare = [&](const Controller::Context& context) -> ControllerByRule::Rule {
        const auto power = context.exchange.subscribe(signals::power);
        return [&, power](Turn& turn, const Connection& seen, Setpoints& setpoints) {
            if (seen.plugged_in.empty()) return;
            told.push_back(setpoints.p_kw(ConnectorId(0)));
            drawn.push_back(turn[power][0]);
            setpoints.set(ConnectorId(0), Kilowatts(5.0));
        };
    };
    const Run day = run_with({.delay = 2min}, one_car(), ControllerByRule{{.period = 1min}, declare});
    REQUIRE_FALSE(day.outcome.failure);
    REQUIRE(told.size() > 3);
    CHECK(std::vector(told.begin(), told.begin() + 4) == std::vector{0.0, 5.0, 5.0, 5.0});
    CHECK(std::vector(drawn.begin(), drawn.begin() + 4) == std::vector{0.0, 0.0, 5.0, 5.0});
    CHECK(day.outcome.actuation->sent == 1.0);
}

TEST_CASE("a gradual response takes the time constant times the change in energy") {
    const Duration tau = GENERATE(Duration(40s), Duration(3min));
    const auto rule = every_minute([](const Connection& seen, Setpoints& setpoints) {
        for (ConnectorId c : seen.plugged_in) setpoints.set(c, Kilowatts(minute_of(seen) < 90 ? 8.0 : 3.0));
    });
    const Run day = run_with({.response = tau}, one_car(), rule);
    REQUIRE_FALSE(day.outcome.failure);
    // Up by 8 kW at 1 h and down by 5 kW at 1:30, both of which it finishes.
    const double kwh = 8.0 * 0.5 + 3.0 * 1.5 - 8.0 * hours(tau) + 5.0 * hours(tau);
    CHECK(day.notes.stays[0].charged_kwh == Approx(kwh).epsilon(1e-12));
    CHECK(day.notes.p_kw[60][0] < 8.0 * 0.06);
    CHECK(day.notes.p_kw[89][0] == 8.0);
    CHECK(day.notes.p_kw[90][0] == Approx(8.0 - 5.0 * 0.051).margin(0.01));
    CHECK(day.outcome.actuation->short_kwh == Approx(8.0 * hours(tau)).epsilon(1e-12));
    CHECK(day.outcome.actuation->beyond_kwh == Approx(5.0 * hours(tau)).epsilon(1e-12));
}

TEST_CASE("a command on the way of another begins where the exponential is") {
    // After half a time constant back to 0: what is drawn in all is tau times what had been reached, and the way there.
    constexpr Duration tau = 2min;
    const auto rule = every_minute([](const Connection& seen, Setpoints& setpoints) {
        if (minute_of(seen) == 60) setpoints.set(ConnectorId(0), Kilowatts(10.0));
        if (minute_of(seen) == 61) setpoints.set(ConnectorId(0), Kilowatts(0.0));
    });
    const Run day = run_with({.response = tau}, one_car(), rule);
    REQUIRE_FALSE(day.outcome.failure);
    const double reached = 10.0 * (1.0 - std::exp(-0.5));
    const double kwh = 10.0 / 60.0 - reached * hours(tau) + reached * hours(tau);
    // The step that the second command breaks off is off by less than 1.6 % of the first way's energy.
    CHECK(day.notes.stays[0].charged_kwh == Approx(kwh).margin(0.016 * 10.0 * hours(tau)));
}

TEST_CASE("reactive power is delayed and approached like active power") {
    const Run day = run_with({.delay = 2min, .response = 1min}, one_car(), on_arrival(4.0, 3.0));
    REQUIRE_FALSE(day.outcome.failure);
    const auto kvar = [&](std::size_t minute) { return day.notes.snapshots[minute].ev_kvar; };
    CHECK(kvar(61) == 0.0);
    for (std::size_t minute = 62; minute < 70; ++minute) {
        CAPTURE(minute);
        CHECK(kvar(minute) == Approx(0.75 * day.notes.p_kw[minute][0]).epsilon(1e-12));
        const double reached = 3.0 * (1.0 - std::exp(-static_cast<double>(minute - 62)));
        CHECK(kvar(minute) == Approx(reached).margin(0.06 * 3.0));
    }
}

TEST_CASE("chargers that follow nobody draw full power from plug-in to target") {
    Fleet fleet;
    for (int k = 0; k < 40; ++k) fleet.add(stay(1.0, 5.0, 0.3, 0.75));
    fleet.population.connectors.form_group("homes");
    const Run day =
        run_with({.ignoring = Fraction(1.0)}, fleet.population, every_minute([](const Connection& seen, Setpoints& set) {
                     for (ConnectorId c : seen.plugged_in)
                         set.set(c, Kilowatts(seen.admissible_kw(c, minute_of(seen) % 2 == 0 ? 1.0 : 0.0)));
                 }));
    REQUIRE_FALSE(day.outcome.failure);
    CHECK(day.notes.p_kw[60] == std::vector(40, 10.0));
    for (const SessionRecord& stay : day.notes.stays) {
        CHECK(stay.charged_kwh == Approx(20.0).epsilon(1e-12));
        CHECK(stay.final_soc == 0.75);
    }
    CHECK(day.notes.instants_of(EventKind::full) == std::vector(40, Instant(3h)));
    CHECK(day.outcome.actuation->ignoring_share == 1.0);
    CHECK(day.outcome.actuation->ignored == day.outcome.actuation->sent);
    // For two hours 10 kW, of which half a kilowatt on average was asked for.
    CHECK(day.outcome.actuation->beyond_kwh == Approx(40 * (20.0 - 1.0)).epsilon(1e-9));
}

TEST_CASE("the share of chargers that follow nobody is within its binomial interval and keyed by identity") {
    const double share = GENERATE(0.05, 0.2, 0.5);
    constexpr std::size_t n = 1500;
    const auto who = [&](const Population& population) {
        const Run day = run_with({.ignoring = Fraction(share)}, population, every_minute([](const Connection&, Setpoints&) {}));
        REQUIRE_FALSE(day.outcome.failure);
        return day.notes.p_kw[60];
    };
    const std::vector<double> first = who(many_cars(n));
    const auto ignoring = static_cast<double>(std::count(first.begin(), first.end(), 10.0));
    CHECK(std::abs(ignoring - share * n) < 4.0 * std::sqrt(n * share * (1.0 - share)));
    CHECK(std::count(first.begin(), first.end(), 0.0) == static_cast<std::ptrdiff_t>(n) - static_cast<std::ptrdiff_t>(ignoring));
    const std::vector<double> fewer = who(many_cars(100));  // the others do not matter
    CHECK(std::equal(fewer.begin(), fewer.end(), first.begin()));
    CHECK_FALSE(who(many_cars(100, "shops")) == fewer);
}

TEST_CASE("the share of time in outages is that of their means") {
    constexpr std::size_t n = 800;
    const ActuationSettings settings{.outages = OutageSettings{5h, 1h}};
    const Run day = run_with(settings, many_cars(n), every_minute([](const Connection&, Setpoints&) {}));
    REQUIRE_FALSE(day.outcome.failure);
    // A two-state process has correlation exp(-t (1/5 + 1)), so the mean over a day varies by 2 p (1 - p) T / t about.
    const double p = 1.0 / 6.0, rate_per_h = 1.2, day_h = 24.0;
    const double variance =
        2.0 * p * (1.0 - p) / (rate_per_h * day_h) * (1.0 - (1.0 - std::exp(-rate_per_h * day_h)) / (rate_per_h * day_h));
    CHECK(day.outcome.actuation->outage_share == Approx(p).margin(4.0 * std::sqrt(variance / n)));
}

TEST_CASE("in an outage the last command stands or the fall-back power takes its place") {
    const bool falls_back = GENERATE(false, true);
    constexpr std::size_t n = 50;
    ActuationSettings settings{.outages = OutageSettings{2h, 30min}};
    if (falls_back) settings.fallback = Kilowatts(2.0);
    // 5 kW once, at the start; who is then in an outage is told again at the first turn after it.
    const auto rule = by_rule({.period = 1min}, [](const Connection& seen, Setpoints& setpoints) {
        if (minute_of(seen) == 0)
            for (ConnectorId c : seen.plugged_in) setpoints.set(c, Kilowatts(5.0));
    });
    const Run day = run_with(settings, many_cars(n), rule);
    REQUIRE_FALSE(day.outcome.failure);
    const ActuationNumbers& numbers = *day.outcome.actuation;
    CHECK(numbers.lost > 0.0);
    std::size_t back = 0;
    for (std::size_t minute = 1; minute < 1440; ++minute)
        for (std::size_t c = 0; c < n; ++c) {
            const double p = day.notes.p_kw[minute][c];
            REQUIRE((p == 5.0 || p == (falls_back ? 2.0 : 0.0)));
            if (p == 2.0) ++back;
            if (!falls_back && day.notes.p_kw[minute - 1][c] == 5.0) REQUIRE(p == 5.0);  // once told it goes on
        }
    const double full_kwh = 5.0 * 24.0 * n;
    CHECK(charged_kwh(day) + numbers.short_kwh == Approx(full_kwh).epsilon(1e-9));
    if (falls_back) {
        CHECK(static_cast<double>(back) / (1439.0 * n) == Approx(numbers.outage_share).margin(0.002));  // as seen every minute
        // From the start of an outage to the first turn after it: half a minute more, on average.
        const double outages_per_h = 1.0 / 2.5, time_share = numbers.short_kwh / (3.0 * 24.0 * n);
        CHECK(time_share == Approx(numbers.outage_share + outages_per_h / 120.0).margin(0.0005));
        CHECK(numbers.repeated > 300.0);
    } else {
        CHECK(numbers.repeated == numbers.lost);
    }
}

TEST_CASE("a vehicle that comes in an outage draws the fall-back power or waits") {
    // Hardly ever anything but one outage.
    ActuationSettings settings{.outages = OutageSettings{Duration(1ms), std::chrono::hours(24 * 10000)}};
    CHECK(charged_kwh(run_with(settings, one_car(), on_arrival(5.0))) == 0.0);
    settings.fallback = Kilowatts(3.0);
    CHECK(charged_kwh(run_with(settings, one_car(), on_arrival(5.0))) == Approx(6.0).epsilon(1e-12));
    settings.fallback = Kilowatts(40.0);  // beyond the rating
    CHECK(run_with(settings, one_car(), on_arrival(5.0)).notes.p_kw[61][0] == 10.0);
    settings.fallback = Kilowatts(0.5);  // below the smallest power
    CHECK(charged_kwh(run_with(settings, one_car(), on_arrival(5.0))) == 0.0);
}

TEST_CASE("a command that the battery no longer takes when it comes is limited and told to its controller") {
    Fleet fleet;
    fleet.add(stay(1.0, 6.0, 0.5, 0.725));  // 10 kWh from the grid: full at 2 h
    std::vector<Instant> halted;
    const auto rule = every_minute([&](const Connection& seen, Setpoints& setpoints) {
        for (std::size_t k = 0; k < seen.halted.size(); ++k) halted.push_back(seen.now);
        if (minute_of(seen) == 60) setpoints.set(ConnectorId(0), Kilowatts(10.0));
        if (minute_of(seen) == 118) setpoints.set(ConnectorId(0), Kilowatts(6.0));
        if (minute_of(seen) == 121) CHECK(setpoints.p_kw(ConnectorId(0)) == 6.0);  // still under way
        if (minute_of(seen) == 127) CHECK(setpoints.p_kw(ConnectorId(0)) == 0.0);
    });
    Scenario scenario = a_day_with({.delay = 5min});
    const Run day = run(scenario, two_buses(), fleet.population, rule);
    REQUIRE_FALSE(day.outcome.failure);
    CHECK(charged_kwh(day) == Approx(10.0).epsilon(1e-12));
    // 58 min at 10 kW until 6 kW arrive at 2:03; a third of a kWh is left, which takes 200 s.
    CHECK(day.outcome.actuation->limited == 0.0);
    CHECK(day.notes.instants_of(EventKind::full) == std::vector{Instant(2h + 3min + 200s)});
    CHECK(halted.size() == 1);
}

TEST_CASE("a command for a battery that has filled up meanwhile is answered with nothing") {
    Fleet fleet;
    fleet.add(stay(1.0, 6.0, 0.5, 0.725));
    std::vector<std::int64_t> halted;
    const auto rule = every_minute([&](const Connection& seen, Setpoints& setpoints) {
        for (std::size_t k = 0; k < seen.halted.size(); ++k) halted.push_back(minute_of(seen));
        if (minute_of(seen) == 60) setpoints.set(ConnectorId(0), Kilowatts(10.0));
        if (minute_of(seen) == 124) setpoints.set(ConnectorId(0), Kilowatts(6.0));
        if (minute_of(seen) == 127) CHECK(setpoints.p_kw(ConnectorId(0)) == 6.0);
        if (minute_of(seen) == 130) CHECK(setpoints.p_kw(ConnectorId(0)) == 0.0);
    });
    const Run day = run(a_day_with({.delay = 5min}), two_buses(), fleet.population, rule);
    REQUIRE_FALSE(day.outcome.failure);
    CHECK(charged_kwh(day) == Approx(10.0).epsilon(1e-12));
    CHECK(day.outcome.actuation->limited == 1.0);
    CHECK(halted == std::vector<std::int64_t>{125, 129});                          // full at 2:05; the command comes at 2:09
    CHECK(day.outcome.actuation->beyond_kwh == Approx(4.0 / 60.0).epsilon(1e-9));  // until it was full
}
