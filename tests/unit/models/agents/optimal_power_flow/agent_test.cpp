/// The agent `optimal_power_flow` turn by turn: what it makes of metered energy, and what it says where there is no price.
#include <catch2/catch.hpp>
#include <cmath>
#include <memory>
#include <optional>
#include <string>

#include "agents/optimal_power_flow/signals.hpp"
#include "evsweep/agent.hpp"
#include "evsweep/energy_meters.hpp"
#include "evsweep/plugins.hpp"
#include "hand_exchange.hpp"
#include "tests/scratch.hpp"

using namespace evsweep;
using namespace std::chrono_literals;
using test::HandExchange;

namespace {

/// Two buses and a lossless line: the price is 20 + 0.02 P at both.
const std::string lossless =
    "grid: {reference: plant, buses: [{id: plant, voltage: [0.9 pu, 1.1 pu]}, "
    "{id: town, demand: 50 MW, voltage: [0.9 pu, 1.1 pu]}], "
    "branches: [{from: plant, to: town, r: 0 pu, x: 0.1 pu, rating: 90 MVA}], "
    "generators: [{id: coal, bus: plant, p: [0 MW, 100 MW], q: [-50 Mvar, 50 Mvar], "
    "cost: {square: 0.01, linear: 20 $/MWh, fixed: 7}}]}";

struct Answer {
    std::optional<Configured<Agent>> configured;
    std::vector<std::string> problems;
};

Answer read(const std::string& settings) {
    Issues issues;
    Reader reader{.issues = issues, .step = 1h};
    const Node node = parse_yaml("{agent: optimal_power_flow, " + settings + "}", "study.yaml", issues);
    Answer answer{read_plugin<Agent>(node, "agents.it", reader, "optimal_power_flow"), {}};
    for (const Issue& issue : issues.list()) answer.problems.push_back(to_text(issue));
    return answer;
}

/// The agent beside groups `homes` and `offices`.
class Operator {
   public:
    explicit Operator(const std::string& settings, Duration horizon = 24h) {
        connectors_.groups = {"homes", "offices"};
        exchange_.count(Extent::group, 2);
        Answer answer = read(settings);
        for (const std::string& problem : answer.problems) UNSCOPED_INFO(problem);
        REQUIRE(answer.configured);
        configured_ = std::move(answer.configured);
        agent_ = configured_->make({"it", exchange_, site_, connectors_, Calendar{}, 15min, horizon, Rng(1, 0)});
    }

    /// Its turn at `now`, with the meters of both groups as given.
    void act(Duration now, std::vector<double> kwh = {0, 0}, std::vector<double> kvarh = {0, 0}, std::vector<double> kw = {0, 0},
             double head_kw = 0.0) {
        exchange_.show(signals::group_energy, kwh);
        exchange_.show(signals::group_reactive_energy, kvarh);
        exchange_.show(signals::group_power, kw);
        exchange_.show(signals::feeder_head, head_kw);
        exchange_.show(signals::feeder_head_reactive, 0.0);
        Turn turn = exchange_.turn(Instant(now));
        agent_->act(turn);
    }
    [[nodiscard]] double seen(std::string_view signal, std::size_t i = 0) const { return exchange_.published(signal)[i]; }
    [[nodiscard]] double counted(const std::string& counter) const {
        for (const Counter& c : agent_->counters())
            if (c.name == counter) return c.value;
        FAIL("no counter " << counter);
        return 0.0;
    }
    [[nodiscard]] const Agent& agent() const { return *agent_; }

   private:
    HandExchange exchange_;
    FeederSite site_;
    Connectors connectors_;
    std::optional<Configured<Agent>> configured_{};
    std::unique_ptr<Agent> agent_;
};

void require_problem(const std::string& settings, const std::string& text) {
    const Answer answer = read(settings);
    CHECK_FALSE(answer.configured);
    REQUIRE(answer.problems.size() == 1);
    CHECK_THAT(answer.problems.front(), Catch::Contains(text) && Catch::StartsWith("study.yaml:1:"));
}

}  // namespace

TEST_CASE("a past period is cleared from the energy metered in it, times the scale", "[optimal_power_flow]") {
    Operator op(lossless + ", groups: {homes: {bus: town, scale: 1000}}");
    op.act(0h, {5.0, 0.0});
    CHECK(std::isnan(op.seen("nodal_price")));
    CHECK(std::isnan(op.seen("generation_cost")));
    op.act(1h, {15.0, 400.0}, {2.0, 0.0});  // 10 kW and 2 kvar of homes; offices have no place in the grid
    CHECK(op.seen("nodal_demand", 1) == Approx(60.0));
    CHECK(op.seen("nodal_price", 0) == Approx(21.2).margin(1e-7));
    CHECK(op.seen("nodal_price", 1) == Approx(21.2).margin(1e-7));
    CHECK(op.seen("generation_cost") == Approx(.01 * 3600 + 20 * 60 + 7).margin(1e-5));
    CHECK(op.seen("price_of_group", 0) == Approx(.0212).margin(1e-9));
    CHECK(std::isnan(op.seen("price_of_group", 1)));
    op.act(2h, {15.0, 400.0}, {2.0, 0.0});
    CHECK(op.seen("generator_power") == Approx(50.0).margin(1e-6));
    CHECK(op.counted("clearings") == 2.0);
    CHECK(op.counted("generation_cost") == Approx(36 + 1200 + 7 + 25 + 1000 + 7).margin(1e-4));
}

TEST_CASE("energy that comes back makes the demand smaller", "[optimal_power_flow]") {
    Operator op(lossless + ", period: 30 min, groups: {offices: {bus: town, scale: 1000}}");
    op.act(0h);
    op.act(30min, {0.0, -5.0});  // 10 kW
    CHECK(op.seen("nodal_demand", 1) == Approx(40.0));
    CHECK(op.counted("generation_cost") == Approx(.5 * (16 + 800 + 7)).margin(1e-4));
}

TEST_CASE("a coming period is cleared with the power of the moment", "[optimal_power_flow]") {
    Operator op(lossless + ", clears: coming, groups: {homes: {bus: town, scale: 1000}}");
    op.act(0h, {0, 0}, {0, 0}, {10.0, 0.0});
    CHECK(op.seen("nodal_price", 1) == Approx(21.2).margin(1e-7));
}

TEST_CASE("demand follows its factor, averaged over a period", "[optimal_power_flow]") {
    Operator op(lossless + ", demand_factor: {every: 30 min, values: [1, 0.5, 0.4, 0.4]}", 3h);
    op.act(0h);
    op.act(1h);
    CHECK(op.seen("nodal_demand", 1) == Approx(37.5));
    op.act(2h);
    CHECK(op.seen("nodal_demand", 1) == Approx(20.0));
}

TEST_CASE("a factor that ends before the last period is refused", "[optimal_power_flow]") {
    const std::string four_hours = lossless + ", demand_factor: {every: 1 h, values: [1, 1, 1, 1]}";
    CHECK_NOTHROW(Operator(four_hours, 5h));  // the last turn is at 4 h
    CHECK_THROWS_WITH(Operator(four_hours, 6h),
                      "demand_factor: 4 values of 1 h end after 4 h, and the periods cleared end after 5 h; "
                      "give more values");
    CHECK_THROWS_WITH(Operator(four_hours + ", clears: coming", 5h), Catch::Contains("the periods cleared end after 5 h"));
}

TEST_CASE("without a solution there is no price, and what is missing is said", "[optimal_power_flow]") {
    Operator op(lossless + ", clears: coming, more_demand: {town: {p: 70 MW}}");
    op.act(0h);
    for (const char* signal : {"nodal_price", "generation_cost", "nodal_voltage", "price_of_group", "congestion_price"})
        CHECK(std::isnan(op.seen(signal)));
    CHECK(op.seen("nodal_demand", 1) == 120.0);
    CHECK(op.seen("missing_power") >= 30.0);  // the line carries 90 MVA
    CHECK(op.counted("infeasible") == 1.0);
    CHECK(op.counted("clearings") == 0.0);
    CHECK(std::isnan(op.counted("generation_cost")));
    const auto remarks = op.agent().remarks();
    REQUIRE(remarks.size() == 2);
    CHECK(remarks.front().text ==
          "1 of 1 periods have no solution (1 infeasible, 0 not converged, 0 without a known demand); no sum of cost is known");
    CHECK_THAT(remarks.back().text,
               Catch::StartsWith("infeasible: 20.000 MW are missing even without losses (120.000 MW of demand, "
                                 "100.000 MW of generators)"));
    CHECK_THAT(remarks.back().text, Catch::Contains("at buses town (") && Catch::EndsWith("; no price exists"));
}

TEST_CASE("few remarks stand for many clearings without a solution", "[optimal_power_flow]") {
    Operator op(lossless + ", clears: coming, more_demand: {town: {p: 70 MW}}");
    for (int h = 0; h < 24; ++h) op.act(1h * h);
    CHECK(op.counted("infeasible") == 24.0);
    const auto remarks = op.agent().remarks();
    REQUIRE(remarks.size() == 6);
    CHECK(remarks.front().at == Instant{});
    CHECK(
        remarks.front().text ==
        "24 of 24 periods have no solution (24 infeasible, 0 not converged, 0 without a known demand); no sum of cost is known; "
        "5 of them are told one by one, 19 more are not");
}

TEST_CASE("sums and extremes are not known where a period has no solution", "[optimal_power_flow]") {
    Operator op(lossless + ", clears: coming, margin: true, groups: {homes: {bus: town, scale: 1000}}");
    op.act(0h, {0, 0}, {0, 0}, {10.0, 0.0});
    CHECK(op.agent().remarks().empty());
    CHECK(op.counted("generation_cost") == Approx(36 + 1200 + 7).margin(1e-4));
    CHECK(op.counted("missing_mwh") == 0.0);
    op.act(1h, {0, 0}, {0, 0}, {70.0, 0.0});
    op.act(2h, {0, 0}, {0, 0}, {10.0, 0.0});
    CHECK(op.counted("clearings") == 2.0);
    CHECK(op.counted("infeasible") == 1.0);
    for (const char* counter :
         {"generation_cost", "loss_mwh", "highest_price_per_mwh", "lowest_voltage_pu", "least_demand_margin"})
        CHECK(std::isnan(op.counted(counter)));
    CHECK(op.counted("missing_mwh") >= 30.0);  // the line carries 90 MVA of 120 MW
    const auto remarks = op.agent().remarks();
    REQUIRE(remarks.size() == 2);
    CHECK(remarks.front().at == Instant(1h));
    CHECK_THAT(remarks.front().text, Catch::StartsWith("1 of 3 periods have no solution (1 infeasible, 0 not"));
}

TEST_CASE("a period whose demand is not known has no cost, and what is missing in it is not known", "[optimal_power_flow]") {
    Operator op(lossless + ", clears: coming, groups: {homes: {bus: town, scale: 1000}}");
    op.act(0h);
    op.act(1h, {0, 0}, {0, 0}, {std::nan(""), 0.0});
    CHECK(op.counted("without_demand") == 1.0);
    CHECK(std::isnan(op.counted("generation_cost")));
    CHECK(std::isnan(op.counted("missing_mwh")));
    REQUIRE(op.agent().remarks().size() == 1);
    CHECK_THAT(op.agent().remarks().front().text, Catch::StartsWith("1 of 2 periods have no solution (0 infeasible"));
}

TEST_CASE("least losses have no prices", "[optimal_power_flow]") {
    Operator op(lossless + ", clears: coming, objective: losses");
    op.act(0h);
    CHECK(op.seen("transmission_loss") == Approx(0.0).margin(1e-6));
    CHECK(op.seen("generation_cost") == Approx(25 + 1000 + 7).margin(1e-4));
    CHECK(std::isnan(op.seen("nodal_price")));
    CHECK(std::isnan(op.counted("highest_price_per_mwh")));
}

TEST_CASE("the feeder as a whole is the mean of its head at the control steps", "[optimal_power_flow]") {
    Operator op(lossless + ", feeder: {bus: town, scale: 100}");
    CHECK(op.agent().cadence().period == Duration(15min));
    op.act(0h, {0, 0}, {0, 0}, {0, 0}, 900.0);  // before the period
    for (const auto& [minute, kw] : {std::pair(15min, 10.0), {30min, 20.0}, {45min, 30.0}, {60min, 60.0}})
        op.act(minute, {0, 0}, {0, 0}, {0, 0}, kw);
    CHECK(op.seen("nodal_demand", 1) == Approx(53.0));
}

TEST_CASE("a feeder or group that gives no number leaves the price unknown", "[optimal_power_flow]") {
    Operator op(lossless + ", groups: {homes: {bus: town, scale: 10}}");
    op.act(0h);
    op.act(1h, {std::nan(""), 0.0});
    CHECK(std::isnan(op.seen("nodal_price")));
    CHECK(op.counted("without_demand") == 1.0);
}

TEST_CASE("ratings and set-points of a scenario stand in place of those of the file", "[optimal_power_flow]") {
    const std::string two =
        "grid: {reference: a, buses: [{id: a, voltage: [0.9 pu, 1.1 pu]}, {id: b, demand: 50 MW, voltage: [0.9 pu, "
        "1.1 pu]}], branches: [{from: a, to: b, r: 0 pu, x: 0.1 pu}], generators: [{bus: a, p: [0 MW, 100 MW], q: "
        "[-50 Mvar, 50 Mvar], cost: {linear: 20 $/MWh}}, {bus: b, p: [0 MW, 100 MW], q: [-50 Mvar, 50 Mvar], cost: "
        "{linear: 30 $/MWh}}]}, clears: coming";
    Operator limited(two + ", ratings: {a-b: 40 MVA}");
    limited.act(0h);
    // A line without resistance between two voltages of 1.1 pu carries P = S sqrt(1 - a^2), a = S x / (2 V^2), at its limit S.
    const double a = .4 * .1 / (2 * 1.1 * 1.1);
    CHECK(limited.seen("generator_power", 0) == Approx(40 * std::sqrt(1 - a * a)).margin(1e-5));
    CHECK(limited.seen("nodal_price", 0) == Approx(20.0).margin(1e-6));
    CHECK(limited.seen("nodal_price", 1) == Approx(30.0).margin(1e-6));
    CHECK(limited.seen("congestion_price") == Approx(10 * (1 - 2 * a * a) / std::sqrt(1 - a * a)).margin(1e-5));
    Operator held(two + ", dispatch: {b: {p: 35 MW, q: 1 Mvar}}");
    held.act(0h);
    CHECK(held.seen("generator_power", 0) == Approx(15.0).margin(1e-6));
    CHECK(held.seen("generator_reactive_power", 1) == 1.0);
}

TEST_CASE("names that the grid does not have, and set-points that a generator cannot give, are refused", "[optimal_power_flow]") {
    require_problem(lossless + ", groups: {homes: {bus: twon}}",
                    "agents.it.groups: 'twon' is no bus of the grid; did you mean 'town'?");
    require_problem(lossless + ", feeder: {bus: 7}", "agents.it.feeder: '7' is no bus of the grid; known: plant, town");
    require_problem(lossless + ", more_demand: {towm: {p: 1 MW}}", "agents.it.more_demand: 'towm' is no bus of the grid");
    require_problem(lossless + ", ratings: {plant-twon: 10 MVA}",
                    "agents.it.ratings: 'plant-twon' is no branch of the grid; did you mean 'plant-town'?");
    require_problem(lossless + ", ratings: {plant-town: 0 MVA}", "agents.it.ratings: that of 'plant-town' is not positive");
    require_problem(
        lossless + ", dispatch: {coal: {p: 130 MW}}",
        "agents.it.dispatch: generator 'coal' cannot give 130 MW and 0 Mvar; its limits are 0 to 100 MW and -50 to 50 Mvar");
    require_problem(lossless + ", feeder: {bus: town}, groups: {homes: {bus: town}}",
                    "agents.it.feeder: stands beside groups, whose vehicles it holds already: they would count twice; "
                    "give the one or the other");
    require_problem(lossless + ", groups: {homes: {bus: town, scale: -1}}", "agents.it.groups.homes.scale: -1 is out of range");
    CHECK_THROWS_WITH(Operator(lossless + ", groups: {home: {bus: town}}"),
                      "groups: 'home' is no group of the population; did you mean 'homes'?");
}

TEST_CASE("what is wrong with the grid's file is told with its lines", "[optimal_power_flow]") {
    const test::ScratchFolder scratch;
    const auto file = scratch.write("grid.yaml",
                                    "reference: a\nbuses:\n  - {id: a, voltage: [0.9 pu, 1.1 pu]}\nbranches: []\n"
                                    "generators:\n  - {bus: a, p: [9 MW, 1 MW], q: [0 Mvar, 1 Mvar], cost: {square: -1}}\n");
    const Answer answer = read("grid: " + file.string());
    CHECK_FALSE(answer.configured);
    REQUIRE(answer.problems.size() == 2);
    CHECK_THAT(answer.problems[0], Catch::Contains("grid.yaml:6:5: generators[0].p: the lower limit 9 MW is above"));
    CHECK_THAT(answer.problems[1], Catch::Contains("grid.yaml:6:5: generators[0].cost.square: -1 is negative"));
}
