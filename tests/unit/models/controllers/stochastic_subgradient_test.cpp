#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "controllers/stochastic_subgradient/subgradient.hpp"
#include "controllers/stochastic_subgradient/true_capacity.hpp"

using namespace evsweep;

namespace {

constexpr double nan_number = std::numeric_limits<double>::quiet_NaN();

/// Stations one behind the other on one line: S_ij = -1e-5 (min(i, j) + 1) per kvar.
StationSlopes line_of(std::size_t stations) {
    StationSlopes slopes{stations, std::vector<double>(stations * stations)};
    for (std::size_t i = 0; i < stations; ++i)
        for (std::size_t j = 0; j < stations; ++j)
            slopes.pu_per_kvar[i * stations + j] = -1e-5 * static_cast<double>(std::min(i, j) + 1);
    return slopes;
}

/// Five stations whose voltages are low or high, with something in force.
std::vector<StationState> some_states() {
    return {{0.999, 3.0, 2.0, 40.0},
            {1.0004, -2.0, -1.0, 40.0},
            {0.998, 0.0, 5.0, 24.0},
            {0.9985, 8.0, 8.0, 24.0},
            {1.001, 0.0, 0.0, 40.0}};
}

/// One iteration in which all hear all.
void iterate(SubgradientTeam& team, std::size_t stations) {
    std::vector<double> change;
    for (std::size_t j = 0; j < stations; ++j) change.push_back(team.change_kvar(j));
    for (std::size_t j = 0; j < stations; ++j) team.hear_change(j, std::nullopt, change[j]);
    team.find_deviations();
    std::vector<double> deviation;
    for (std::size_t j = 0; j < stations; ++j) deviation.push_back(team.deviation_pu(j));
    for (std::size_t j = 0; j < stations; ++j) team.hear_deviation(j, std::nullopt, deviation[j]);
    team.move();
}

/// Sum over stations of (v + S clip(x) - 1)^2, written out.
double objective(const StationSlopes& slopes, const std::vector<StationState>& states, const std::vector<double>& x,
                 const std::vector<double>& capacity) {
    double sum = 0.0;
    for (std::size_t m = 0; m < slopes.stations; ++m) {
        double e = states[m].voltage_pu - 1.0;
        for (std::size_t j = 0; j < slopes.stations; ++j)
            e += slopes.of(m, j) * (std::clamp(x[j], -capacity[j], capacity[j]) - states[j].in_force_kvar);
        sum += e * e;
    }
    return sum;
}

}  // namespace

TEST_CASE("the gradient that stations find from messages is that of the sampled objective") {
    const StationSlopes slopes = line_of(5);
    auto states = some_states();
    for (StationState& state : states) state.bound_kvar = 1e6;
    std::mt19937 random(3);
    std::uniform_real_distribution<double> uniform(-12.0, 12.0);
    for (int trial = 0; trial < 50; ++trial) {
        std::vector<double> x, capacity{0.0, 3.9, 8.0, 11.9, 30.0};
        std::shuffle(capacity.begin(), capacity.end(), random);
        for (StationState& state : states) x.push_back(state.start_kvar = uniform(random));
        SubgradientTeam team({1, {}}, slopes);
        team.begin(states, capacity);
        iterate(team, 5);
        const std::vector<double> moved = team.plan_kvar();
        std::vector<double> difference, gradient;
        for (std::size_t j = 0; j < 5; ++j) {
            gradient.push_back((x[j] - moved[j]) * slopes.row_sum(j));
            const double h = 1e-3;  // the objective is quadratic between its kinks
            auto more = x, less = x;
            more[j] += h, less[j] -= h;
            if (std::abs(std::abs(x[j]) - capacity[j]) < 2.0 * h) continue;
            difference.push_back((objective(slopes, states, more, capacity) - objective(slopes, states, less, capacity)) /
                                     (2.0 * h) -
                                 gradient[j]);
        }
        double largest = 0.0;
        for (const double g : gradient) largest = std::max(largest, std::abs(g));
        for (const double d : difference) CHECK(std::abs(d) <= 1e-6 * largest);
    }
}

TEST_CASE("where capacities are certain every iteration lowers the common sum and the plan ends at the optimum") {
    const StationSlopes slopes = line_of(5);
    const auto states = some_states();
    std::vector<double> capacity, x;
    for (const StationState& state : states) capacity.push_back(state.bound_kvar), x.push_back(state.start_kvar);
    SubgradientTeam team({4000, {}}, slopes);
    team.begin(states, capacity);
    double last = objective(slopes, states, x, capacity);
    while (!team.is_done()) {
        iterate(team, 5);
        for (std::size_t j = 0; j < 5 && !team.is_done(); ++j) x[j] = team.change_kvar(j) + states[j].in_force_kvar;
        const double now = objective(slopes, states, x, capacity);
        CHECK(now <= last * (1.0 + 1e-12));
        last = now;
    }
    const std::vector<double> plan = team.plan_kvar();
    for (std::size_t j = 0; j < 5; ++j) {  // no way out of the box, no way down inside it
        CHECK(std::abs(plan[j]) <= capacity[j] + 1e-9);
        for (const double step : {0.1, -0.1}) {
            auto other = plan;
            other[j] = std::clamp(plan[j] + step, -capacity[j], capacity[j]);
            CHECK(objective(slopes, states, other, capacity) >= objective(slopes, states, plan, capacity) * (1.0 - 1e-6));
        }
    }
}

TEST_CASE("a station alone goes to where its own voltage is 1, or to its bound, and needs no message for it") {
    const StationSlopes slopes = line_of(1);
    for (const double v : {1.00002, 0.9999, 1.2, 0.8})
        for (const bool is_drawn : {false, true}) {
            const SubgradientRules rules = is_drawn ? SubgradientRules{200, 2.0} : SubgradientRules{200, {}};
            SubgradientTeam team(rules, slopes);
            team.begin({{v, 1.5, 1.5, 24.0}}, {24.0});
            const double closed_form = std::clamp((1.0 - v) / slopes.of(0, 0) + 1.5, -24.0, 24.0);
            CHECK(team.plan_kvar()[0] == Approx(closed_form).margin(1e-6));
        }
}

TEST_CASE("a station asks for what it may not get where that costs nothing") {
    // One station can be out: alone it would ask for all that the voltage needs whenever it is there.
    const StationSlopes slopes = line_of(1);
    std::vector<double> capacity;
    for (int i = 0; i < 200; ++i) capacity.push_back(i % 3 == 0 ? 0.0 : 24.0);
    SubgradientTeam draws({200, 2.0}, slopes), point({200, {}}, slopes);
    draws.begin({{0.9999, 0.0, 0.0, 24.0}}, capacity);
    point.begin({{0.9999, 0.0, 0.0, 16.0}}, {16.0});
    CHECK(draws.plan_kvar()[0] == Approx(-10.0).margin(1e-6));
    draws.begin({{0.9998, 0.0, 0.0, 24.0}}, capacity);
    point.begin({{0.9998, 0.0, 0.0, 16.0}}, {16.0});
    CHECK(draws.plan_kvar()[0] == Approx(-20.0).margin(1e-6));
    CHECK(point.plan_kvar()[0] == -16.0);
}

TEST_CASE("a station reads nothing of another but its messages") {
    const StationSlopes slopes = line_of(5);
    const std::vector<double> capacity{8.0, 3.9, 16.0, 0.0, 24.0};
    for (std::size_t own = 0; own < 5; ++own) {
        CAPTURE(own);
        const auto run = [&](bool hides) {
            auto states = some_states();
            auto known = capacity;
            for (std::size_t j = 0; j < 5; ++j)
                if (hides && j != own) states[j] = {nan_number, nan_number, nan_number, nan_number}, known[j] = nan_number;
            SubgradientTeam team({20, {}}, slopes);
            team.begin(states, known);
            std::vector<double> said;
            for (int i = 0; i < 20; ++i) {  // others say what was written down beforehand
                for (std::size_t j = 0; j < 5; ++j)
                    if (j != own) team.hear_change(j, own, 0.1 * static_cast<double>(j) + 0.01 * i);
                said.push_back(team.change_kvar(own));
                team.find_deviations();
                for (std::size_t j = 0; j < 5; ++j)
                    if (j != own) team.hear_deviation(j, own, 1e-4 * static_cast<double>(j) - 1e-5 * i);
                said.push_back(team.deviation_pu(own));
                team.move();
            }
            said.push_back(team.plan_kvar()[own]);
            return said;
        };
        const std::vector<double> open = run(false), hidden = run(true);
        CHECK(std::memcmp(open.data(), hidden.data(), open.size() * sizeof(double)) == 0);
    }
}

TEST_CASE("a plan that was not finished is the mean of the later half of what was done") {
    SubgradientTeam team({200, {}}, line_of(5));
    const auto states = some_states();
    std::vector<double> capacity;
    for (const StationState& state : states) capacity.push_back(state.bound_kvar);
    team.begin(states, capacity);
    std::vector<double> x;
    for (int i = 0; i < 4; ++i) {
        iterate(team, 5);
        x.push_back(team.change_kvar(2) + states[2].in_force_kvar);
    }
    CHECK(team.plan_kvar()[2] == Approx((x[2] + x[3]) / 2.0).epsilon(1e-12));
}

TEST_CASE("the oracle: what is plugged in then, and whether it still charges") {
    Population truth;
    for (std::size_t c = 0; c < 3; ++c) {
        truth.connectors.bus.push_back(BusId(0));
        truth.connectors.charge_rating.push_back(Kilowatts(7.0));
        truth.connectors.apparent_rating.push_back(KilovoltAmperes(8.0));
        truth.vehicles.capacity.push_back(KilowattHours(70.0));
        truth.vehicles.stored_per_drawn.push_back(Fraction(1.0));
        truth.vehicles.taper_knee.push_back(Fraction(1.0));
        truth.vehicles.taper_end.push_back(Fraction(1.0));
    }
    const auto minute = [](int m) { return Instant(std::chrono::minutes(m)); };
    const auto stay = [&](std::size_t c, int from, int until, double soc, double target) {
        truth.sessions.push_back(
            {ConnectorId(c), VehicleId(c), minute(from), minute(until), minute(until), soc, target, {}, {}, {}});
    };
    stay(0, 0, 600, 0.5, 0.6);   // an hour at full power
    stay(1, 20, 600, 0.5, 0.6);  // comes later: until 80
    stay(2, 0, 30, 0.5, 0.6);
    const std::vector<Station> stations{{"a", {ConnectorId(0), ConnectorId(2)}, 16.0}, {"b", {ConnectorId(1)}, 8.0}};
    const std::vector<double> soc{0.55, 0.0, 0.55};  // after half an hour
    const double charging = std::sqrt(15.0);
    CHECK(true_capacity_kvar(stations, truth, minute(29), minute(29), soc)[0] == Approx(2.0 * charging));
    CHECK(true_capacity_kvar(stations, truth, minute(30), minute(45), soc) == std::vector<double>{charging, charging});
    CHECK(true_capacity_kvar(stations, truth, minute(30), minute(60), soc) == std::vector<double>{8.0, charging});
    CHECK(true_capacity_kvar(stations, truth, minute(10), minute(15), soc)[1] == 0.0);
}
