/// Waits at a charging hub against the closed forms of queueing theory: Erlang's C, Pollaczek and Khinchine, and a birth-death
/// chain for customers who lose patience.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "unit/engine/small_world.hpp"

using namespace evsweep;
using namespace evsweep::small_world;

namespace {

constexpr std::uint32_t replicas = 100;
constexpr double t_of_99_percent = 2.626;  // Student's t, 99 degrees of freedom
const Instant steady(std::chrono::hours(24 * 5));
const Instant last_counted(std::chrono::hours(24 * 33));  // whoever comes later may still wait at the end

/// Mean and half the width of a 99 % interval over replicas.
struct Interval99 {
    double mean = 0.0, half = 0.0;
    explicit Interval99(const std::vector<double>& values) {
        for (const double v : values) mean += v / static_cast<double>(values.size());
        double squares = 0.0;
        for (const double v : values) squares += (v - mean) * (v - mean);
        half = t_of_99_percent * std::sqrt(squares / static_cast<double>(values.size() - 1) / static_cast<double>(values.size()));
    }
};

void check_inside(const char* what, const std::vector<double>& values, double expected) {
    const Interval99 found(values);
    INFO(what << ": " << found.mean << " +- " << found.half << ", expected " << expected);
    CHECK(found.half < 0.1 * expected);  // else the test would say little
    CHECK(std::abs(found.mean - expected) <= found.half);
}

/// Of all vehicles that come in steady state: mean wait of those plugged in, share that waits at all, share that gives up; and
/// what became of all.
struct Queue {
    std::vector<double> wait_h, waited, gave_up, in_use;
    explicit Queue(const std::string& hub, double points) {
        Scenario scenario = a_day(std::chrono::hours(1));
        scenario.time.duration = std::chrono::hours(24 * 35);
        const Feeder feeder = two_buses();
        Issues issues;
        Reader reader{issues, {}};
        const std::string text = "{" + hub +
                                 ", capacity: 60 kWh, charge_rating: 50 kW, initial_soc: 0.2, target_soc: 0.8, "
                                 "placement: {rule: round_robin, buses: [village]}}";
        const auto choice = read_plugin<Behaviour>(parse_yaml(text, "hub.yaml", issues), "population.hub", reader, "hub");
        for (const Issue& issue : issues.list()) UNSCOPED_INFO(to_text(issue));
        REQUIRE(choice);
        const auto behaviour = choice->make({"hub", &feeder.site(), Calendar{}, scenario.time.duration, Accounting::physical,
                                             &issues, choice->at, 1, scenario.time.step});
        for (std::uint32_t r = 0; r < replicas; ++r) add(scenario, feeder, *behaviour, r, points);
    }

    void add(const Scenario& scenario, const Feeder& feeder, const Behaviour& behaviour, std::uint32_t replica, double points) {
        Population population;
        behaviour.draw(Rng(1, replica), population);
        population.connectors.form_group("hub");
        REQUIRE(population.all_stays().dropped().count == 0);
        const Run days = run(scenario, feeder, population, by_rule({}, [](const auto&, auto&) {}));
        INFO(days.outcome.failure.value_or(""));
        REQUIRE(!days.outcome.failure);
        double came = 0.0, plugged_in = 0.0, waits = 0.0, sum_h = 0.0, left = 0.0, used_h = 0.0;
        for (const SessionRecord& r : days.notes.stays) {
            const Instant end = std::min(r.end, last_counted);
            if (r.outcome != StayOutcome::unserved && end > steady && r.begin < end)
                used_h += hours(end - std::max(r.begin, steady));
            if (r.session.plug_in < steady || r.session.plug_in >= last_counted) continue;
            came += 1.0;
            waits += r.begin > r.session.plug_in ? 1.0 : 0.0;
            left += r.outcome == StayOutcome::unserved ? 1.0 : 0.0;
            if (r.outcome == StayOutcome::unserved) continue;
            plugged_in += 1.0;
            sum_h += hours(r.begin - r.session.plug_in);
        }
        // Whoever came was plugged in, left, or still waits.
        CHECK(days.notes.stays.size() == population.sessions.size());
        wait_h.push_back(sum_h / plugged_in);
        waited.push_back(waits / came);
        gave_up.push_back(left / came);
        in_use.push_back(used_h / (points * hours(last_counted - steady)));
    }
};

/// Probability that a customer waits at c servers with `load` Erlang: from Erlang's B by its recursion (Cooper 1981, ch. 3).
double erlang_c(int c, double load) {
    double b = 1.0;
    for (int k = 1; k <= c; ++k) b = load * b / (k + load * b);
    const double use = load / c;
    return b / (1.0 - use * (1.0 - b));
}

}  // namespace

TEST_CASE("waits at a hub with exponential services are those of Erlang's C", "[queues]") {
    // Three points, 2.4 vehicles an hour, an hour each: 80 % in use.
    const Queue queue("points: {count: 3}, arrivals: 2.4, service: {distribution: exponential, mean: 1 h}, patience: 30 h", 3.0);
    const double c = erlang_c(3, 2.4);
    CHECK(c == Approx(0.6472).margin(5e-5));  // by hand: 2.304/0.2 / (1 + 2.4 + 2.88 + 2.304/0.2) = 11.52/17.8
    check_inside("probability of waiting", queue.waited, c);
    check_inside("mean wait in h", queue.wait_h, c / (3.0 - 2.4));
    check_inside("points in use", queue.in_use, 0.8);
}

TEST_CASE("the mean wait at one point with constant services is that of Pollaczek and Khinchine", "[queues]") {
    // Wq = rho / (2 mu (1 - rho)).
    const Queue queue("points: {count: 1}, arrivals: 0.7, service: 1 h, patience: 40 h", 1.0);
    check_inside("mean wait in h", queue.wait_h, 0.7 / (2.0 * 0.3));
    check_inside("probability of waiting", queue.waited, 0.7);
}

TEST_CASE("as many vehicles lose patience as a birth and death chain says", "[queues]") {
    // Births at 3 an hour; deaths at 2 an hour and one for each that waits.
    const double arrivals = 3.0, served = 2.0, impatience = 1.0;
    std::vector<double> weight{1.0};
    for (int n = 1; n < 200; ++n) weight.push_back(weight.back() * arrivals / (served + (n - 1) * impatience));
    double sum = 0.0, waiting = 0.0;
    for (std::size_t n = 0; n < weight.size(); ++n) {
        sum += weight[n];
        if (n > 1) waiting += static_cast<double>(n - 1) * weight[n];
    }
    const Queue queue(
        "points: {count: 1}, arrivals: 3, service: {distribution: exponential, mean: 30 min}, "
        "patience: {distribution: exponential, mean: 1 h}",
        1.0);
    check_inside("share that gives up", queue.gave_up, impatience * waiting / sum / arrivals);
    check_inside("points in use", queue.in_use, 1.0 - 1.0 / sum);
}
