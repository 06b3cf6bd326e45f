#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>

#include "controllers/predictive_voltage/central_plan.hpp"
#include "controllers/predictive_voltage/team.hpp"

using namespace evsweep;
using std::chrono::minutes;

namespace {

constexpr double nan_number = std::numeric_limits<double>::quiet_NaN();

/// Places one behind the other on one line: S_ij = -1e-5 min(i, j) per kvar and twice that per kW.
VoltageSlopes line_of(std::size_t places) {
    VoltageSlopes slopes{places, std::vector<double>(places * places), std::vector<double>(places * places)};
    for (std::size_t i = 0; i < places; ++i)
        for (std::size_t j = 0; j < places; ++j) {
            slopes.pu_per_kvar[i * places + j] = -1e-5 * static_cast<double>(std::min(i, j) + 1);
            slopes.pu_per_kw[i * places + j] = 2.0 * slopes.pu_per_kvar[i * places + j];
        }
    return slopes;
}

PlanRules usual_rules() { return {.grid = {minutes(1), 5}, .rho = 1e-9, .trust = minutes(3)}; }

OwnState state_of(std::uint32_t member, double voltage_pu, double q_kvar = 0.0, double p_kw = 0.0) {
    OwnState own;
    own.member = member;
    own.voltage_pu = voltage_pu;
    own.q_kvar = q_kvar;
    own.p_kw = p_kw;
    own.unplug = Instant(minutes(600));
    own.apparent_kva = 8.0;
    own.p_now_kw = p_kw;
    own.p_plan_kw.fill(p_kw);
    return own;
}

/// Six chargers at three places, some of which charge.
std::vector<OwnState> some_states() {
    return {state_of(0, 1.00004),       state_of(1, 1.00004, 0.5), state_of(2, 1.00001, 1.0, 7.0),
            state_of(3, 0.99999, -1.0), state_of(4, 0.99995),      state_of(5, 0.99995, -2.0, 7.0)};
}

const std::vector<std::uint32_t> two_each{0, 0, 1, 1, 2, 2};

/// One round of everybody telling everybody, without delay.
void exchange(PredictiveTeam& team, Instant now) {
    for (std::size_t k = 0; k < team.plugged().size(); ++k) {
        const Trajectory message = team.message_of(k);
        team.hear_all(message.connector, message, now);
    }
    team.solve();
}

std::vector<Plan> plans_of(const PredictiveTeam& team) {
    std::vector<Plan> plans;
    for (std::size_t k = 0; k < team.plugged().size(); ++k) plans.push_back(team.plan_kvar(k));
    return plans;
}

bool same_bits(const Plan& a, const Plan& b) { return std::memcmp(&a, &b, sizeof(Plan)) == 0; }

}  // namespace

TEST_CASE("one charger alone goes to where its own voltage is 1, or to its circle") {
    PlanRules rules = usual_rules();
    rules.rho = 0.0;
    const VoltageSlopes slopes = line_of(1);
    for (const double v : {1.00002, 0.99996, 1.2, 0.8})
        for (const double q : {0.0, 1.5, -3.0}) {
            PredictiveTeam team(rules, slopes, {0});
            team.begin(Instant(minutes(3)), std::vector{state_of(0, v, q)});
            team.solve();
            const double closed_form = std::clamp((1.0 - v) / slopes.q(0, 0) + q, -8.0, 8.0);
            for (std::size_t l = 0; l < 5; ++l) CHECK(team.plan_kvar(0)[l] == Approx(closed_form).margin(1e-6));
        }
}

TEST_CASE("a charger reads nothing of another but its messages") {
    const Instant now{minutes(7)};
    PredictiveTeam open(usual_rules(), line_of(3), two_each);
    open.begin(now, some_states());
    std::vector<Trajectory> posted;
    for (std::size_t k = 0; k < 6; ++k) posted.push_back(open.message_of(k));
    for (const bool is_lossy : {false, true})
        for (std::uint32_t member = 0; member < 6; ++member) {
            CAPTURE(member, is_lossy);
            const auto run = [&](bool hides) {
                auto states = some_states();
                for (OwnState& other : states) {
                    if (other.member == member || !hides) continue;
                    for (double* x : {&other.voltage_pu, &other.p_kw, &other.q_kvar, &other.apparent_kva, &other.p_now_kw})
                        *x = nan_number;
                    other.p_plan_kw.fill(nan_number);
                    other.unplug = Instant(minutes(8));
                }
                PredictiveTeam team(usual_rules(), line_of(3), two_each);
                team.begin(now, states);
                for (std::uint32_t from = 0; from < 6; ++from)
                    for (std::uint32_t to = 0; to < 6; ++to) {
                        if (!is_lossy && to == 0) team.hear_all(from, posted[from], now);
                        if (is_lossy && to != from && (to + from) % 4 != 0) team.hear(to, from, posted[from], now);
                    }
                team.solve();
                return team.plan_kvar(member);
            };
            CHECK(same_bits(run(false), run(true)));
        }
}

TEST_CASE("who is out of reach is not listened to") {
    const Instant now{minutes(7)};
    const std::vector<std::uint8_t> next_only{1, 1, 0, 1, 1, 1, 0, 1, 1};
    const auto plan_of_first = [&](double far_voltage) {
        auto states = some_states();
        states[4].voltage_pu = states[5].voltage_pu = far_voltage;
        PredictiveTeam team(usual_rules(), line_of(3), two_each, next_only);
        team.begin(now, states);
        exchange(team, now);
        return std::pair(team.plan_kvar(0), team.plan_kvar(2));
    };
    const auto [first, middle] = plan_of_first(0.99995);
    const auto [first_again, middle_again] = plan_of_first(0.9999);
    CHECK(same_bits(first, first_again));
    CHECK_FALSE(same_bits(middle, middle_again));
}

TEST_CASE("a message counts for as long as it is trusted, and until its charger unplugs") {
    const auto plan = [](std::optional<Instant> sent, Instant unplug) {
        const Instant now{minutes(20)};
        PredictiveTeam team(usual_rules(), line_of(3), two_each);
        team.begin(now, std::vector{state_of(0, 1.0)});
        Trajectory message;
        message.connector = 4;
        message.voltage_pu = 1.03;
        message.unplug = unplug;
        if (sent) {
            message.measured = *sent;
            team.hear_all(4, message, *sent);
        }
        team.solve();
        return team.plan_kvar(0);
    };
    const Plan alone = plan(std::nullopt, {});
    CHECK_FALSE(same_bits(plan(Instant(minutes(20)), Instant(minutes(600))), alone));
    CHECK_FALSE(same_bits(plan(Instant(minutes(17)), Instant(minutes(600))), alone));
    CHECK(same_bits(plan(Instant(minutes(16)), Instant(minutes(600))), alone));
    CHECK(same_bits(plan(Instant(minutes(19)), Instant(minutes(20))), alone));
}

TEST_CASE("a plan is read shifted by its age, and as 0 from the unplugging on") {
    Trajectory message;
    message.measured = Instant(minutes(10));
    message.unplug = Instant(minutes(15));
    message.q_kvar = 0.5;
    message.q_plan_kvar = {1.0, 2.0, 3.0, 4.0, 5.0};
    const PlanChange change = announced_change(message, Instant(minutes(12)), {minutes(1), 5});
    const Plan expected{2.5, 3.5, 4.5, -0.5, -0.5};  // minutes 12, 13, 14, and gone
    for (std::size_t l = 0; l < 5; ++l) CHECK(change.q_kvar[l] == expected[l]);
    message.unplug = Instant(minutes(60));
    CHECK(announced_change(message, Instant(minutes(12)), {minutes(1), 5}).q_kvar[4] == 4.5);  // the last value holds
}

TEST_CASE("simultaneous moves of a safe size never raise the common sum, and come to the central plan") {
    const Instant now{minutes(7)};
    const VoltageSlopes slopes = line_of(3);
    PredictiveTeam team(usual_rules(), slopes, two_each);
    team.begin(now, some_states());
    CentralPlan central(usual_rules(), slopes, two_each);
    std::vector<Plan> best = plans_of(team);
    central.solve(now, team.plugged(), best);
    const double bound = central.objective_pu2(now, team.plugged(), best);
    double before = central.objective_pu2(now, team.plugged(), plans_of(team));
    const double at_first = before;
    for (int round = 0; round < 400; ++round) {
        exchange(team, now);
        const double after = central.objective_pu2(now, team.plugged(), plans_of(team));
        CHECK(after <= before * (1.0 + 1e-12));
        CHECK(after >= bound * (1.0 - 1e-12));
        before = after;
    }
    CHECK(before - bound < 1e-3 * (at_first - bound));
}

TEST_CASE("whole steps at once overshoot") {
    const Instant now{minutes(7)};
    PlanRules rules = usual_rules();
    rules.is_damped = false;
    const VoltageSlopes slopes = line_of(1);
    std::vector<OwnState> states;
    for (std::uint32_t m = 0; m < 20; ++m) states.push_back(state_of(m, 1.0003));
    const std::vector<std::uint32_t> at_one_place(20, 0);
    PredictiveTeam team(rules, slopes, at_one_place);
    team.begin(now, states);
    CentralPlan central(rules, slopes, at_one_place);
    const double before = central.objective_pu2(now, team.plugged(), plans_of(team));
    exchange(team, now);
    CHECK(central.objective_pu2(now, team.plugged(), plans_of(team)) > 10.0 * before);
}

TEST_CASE("plans keep within the circle beside the planned power, and are 0 from the unplugging on") {
    OwnState own = state_of(0, 1.05, 0.0, 7.0);
    own.unplug = Instant(minutes(10));
    own.p_plan_kw = {7.0, 7.0, 0.0, 0.0, 0.0};
    PredictiveTeam team(usual_rules(), line_of(1), {0});
    team.begin(Instant(minutes(7)), std::vector{own});
    team.solve();
    CHECK(team.plan_kvar(0)[0] == Approx(std::sqrt(15.0)));
    CHECK(team.plan_kvar(0)[2] == Approx(8.0));
    CHECK(team.plan_kvar(0)[3] == 0.0);
    own.p_plan_kw.fill(0.0);
    own.p_now_kw = 0.0;
    own.unplug = Instant(minutes(600));
    team.begin(Instant(minutes(8)), std::vector{own});  // moved on by one period, the last value held
    CHECK(team.plan_kvar(0)[1] == Approx(8.0));
    CHECK(team.plan_kvar(0)[2] == 0.0);
    own.is_new = true;
    team.begin(Instant(minutes(9)), std::vector{own});
    CHECK(team.plan_kvar(0)[0] == 0.0);
}
