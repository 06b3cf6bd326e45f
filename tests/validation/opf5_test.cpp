/// Optimal power flow on 5 buses, through the whole simulator: every number of the study that the shipped scenarios hold, and the
/// day with vehicles hour by hour.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "places.hpp"
#include "tests/validation/study_fixture.hpp"
#include "transmission/dispatch.hpp"
#include "transmission/grid_yaml.hpp"

using namespace evsweep;
using namespace evsweep::validation;

namespace {

constexpr const char* cases_file = "opf5/cases.yaml";
constexpr const char* day_file = "opf5/day_study.yaml";

/// 56 vehicles of 7 kW for an hour at 39 $/MWh.
constexpr double paid_for_charging = 56 * .007 * 39.0;

StudyResult run_file(const char* file, std::vector<std::string> overrides = {}) {
    return run_study(load(scenario(file), overrides), {});
}

const StudyResult& cases() {
    static const StudyResult result = run_file(cases_file);
    return result;
}

double number(const std::string& label, const std::string& name) {
    return find(controller(cases(), label), "cleared", name + "_mean").values.at(0);
}

std::vector<double> numbers(const std::string& label, const std::string& name, const std::vector<std::string>& members) {
    std::vector<double> values;
    for (const std::string& member : members) values.push_back(number(label, name + "_" + member));
    return values;
}

/// All values of a recorded signal, by mark, then by member.
std::vector<double> trace(const RunResult& run, const std::string& output, const std::string& name) {
    return find(run, output, name).traces.at(0).second;
}

void require_near(const std::vector<double>& values, const std::vector<double>& expected, double margin) {
    REQUIRE(values.size() == expected.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        CAPTURE(i);
        CHECK(values[i] == Approx(expected[i]).margin(margin).epsilon(0));
    }
}

const std::vector<std::string> buses{"1", "2", "3", "4", "5"};
const std::vector<std::string> machines{"1", "2", "4"};

struct CostRow {
    const char* label;
    double cost, loss_mw;
    std::vector<double> p_mw, q_mvar;
};

struct PriceRow {
    const char* label;
    std::vector<double> price;
    double reactive_3, reactive_5;
    std::vector<double> voltage, angle;
};

GridCase shipped_grid() {
    const auto path = scenario("opf5/grid.yaml");
    std::ifstream file(path);
    Issues issues;
    const auto grid = read_grid_yaml({std::istreambuf_iterator<char>(file), {}}, path, issues);
    for (const Issue& issue : issues.list()) UNSCOPED_INFO(to_text(issue));
    REQUIRE(grid);
    return *grid;
}

}  // namespace

TEST_CASE("5 buses: the shipped cases have the costs, losses and dispatch of the study", "[study][opf5]") {
    REQUIRE(cases().failures.empty());
    const CostRow rows[] = {
        {"case_1", 3453.2982, 23.003369, {400, 216.9823, 181.0211}, {9.0525, 142.8336, 145.2409}},
        {"case_2", 3455.7411, 23.027758, {400, 217.1962, 181.2236}, {8.9798, 143.0015, 145.4444}},
        {"case_3", 3450.8564, 22.979018, {400, 216.7685, 180.8186}, {9.1251, 142.6659, 145.0375}},
        {"case_3_redispatched", 3425.1314, 22.726912, {400, 214.4342, 178.7517}, {10.1248, 141.4094, 144.4429}},
        {"case_4", 3455.6860, 23.018493, {400, 217.1933, 181.2172}, {8.9954, 142.8184, 145.1440}},
        {"case_5", 3468.1734, 20.9846, {400, 181.0365, 214.9481}, {19.4977, 121.5917, 150}},
        {"least_losses", 4009.3010, 7.498163, {152.7995, 279.6987, 350}, {45.0321, 77.6337, 125.4319}}};
    for (const CostRow& row : rows) {
        CAPTURE(row.label);
        CHECK(number(row.label, "generation_cost") == Approx(row.cost).margin(1e-4).epsilon(0));
        const double digits = row.loss_mw == 20.9846 ? 5e-5 : 1e-5;  // as many as the study gives
        CHECK(number(row.label, "transmission_loss") == Approx(row.loss_mw).margin(digits).epsilon(0));
        require_near(numbers(row.label, "generator_power", machines), row.p_mw, 1e-3);
        require_near(trace(controller(cases(), row.label), "solved", "generator_reactive_power"), row.q_mvar, 1e-3);
    }
    CHECK(number("case_5", "generation_cost") == Approx(3468.173393).margin(1e-5).epsilon(0));
}

TEST_CASE("5 buses: the shipped cases have the prices, voltages and angles of the study", "[study][opf5]") {
    const PriceRow rows[] = {{"case_1",
                              {5.277462, 5.679823, 6.103807, 6.062253, 6.216738},
                              .084192,
                              .169672,
                              {1.05, 1.043127, .990846, 1.020478, .963720},
                              {0, -.112956, -.213674, -.207414, -.243648}},
                             {"case_2",
                              {5.279468, 5.681962, 6.106449, 6.064683, 6.219721},
                              .084375,
                              .170155,
                              {1.05, 1.043177, .990839, 1.020536, .963645},
                              {0, -.112949, -.213736, -.207430, -.243766}},
                             {"case_3",
                              {5.275456, 5.677685, 6.101166, 6.059823, 6.213756},
                              .084009,
                              .169191,
                              {1.05, 1.043077, .990853, 1.020420, .963796},
                              {0, -.112963, -.213613, -.207397, -.243530}},
                             {"case_4",
                              {5.279467, 5.681933, 6.106364, 6.064606, 6.219549},
                              .084121,
                              .169542,
                              {1.05, 1.043155, .990881, 1.020501, .963774},
                              {0, -.112943, -.213746, -.207421, -.243789}},
                             {"case_5",
                              {5.039792, 5.320365, 6.320742, 6.469377, 8.233637},
                              .277885,
                              .927166,
                              {1.05, 1.035495, .993192, 1.024410, .961843},
                              {}}};
    for (const PriceRow& row : rows) {
        CAPTURE(row.label);
        require_near(numbers(row.label, "nodal_price", buses), row.price, 1e-6);
        const double reactive_4 = std::string(row.label) == "case_5" ? .248261 : 0.0;
        require_near(numbers(row.label, "nodal_reactive_price", buses), {0, 0, row.reactive_3, reactive_4, row.reactive_5}, 1e-6);
        const RunResult& run = controller(cases(), row.label);
        require_near(trace(run, "solved", "nodal_voltage"), row.voltage, 1e-6);
        if (!row.angle.empty()) require_near(trace(run, "solved", "nodal_angle"), row.angle, 1e-6);
    }
}

TEST_CASE("5 buses: the printed third case is told as infeasible, and has no price", "[study][opf5]") {
    const RunResult& run = controller(cases(), "case_3_printed");
    CHECK(number("case_3_printed", "missing_power") == Approx(620.459).margin(1e-3).epsilon(0));
    for (const double price : numbers("case_3_printed", "nodal_price", buses)) CHECK(std::isnan(price));
    CHECK(std::isnan(number("case_3_printed", "generation_cost")));
    CHECK(find(run, "counters", "infeasible").values.at(0) == 1.0);
    REQUIRE(run.remarks.size() == 2);
    CHECK_THAT(run.remarks.front().text,
               Catch::StartsWith("1 of 1 periods have no solution (1 infeasible") && Catch::EndsWith("no sum of cost is known"));
    const std::string& told = run.remarks.back().text;
    CHECK_THAT(told,
               Catch::StartsWith("infeasible: 620.459 MW are missing even without losses (770.459 MW of demand, 150.000 MW of "
                                 "generators)"));
    CHECK_THAT(told, Catch::Contains("at buses 1 (75.000 MW") && Catch::Contains("5 (140.459 MW"));
    CHECK_THAT(told, Catch::EndsWith("no price exists"));
}

TEST_CASE("5 buses: what the study prints and what it cannot be", "[study][opf5]") {
    // Charging at 39 $/MWh: the third row of the tables is the cost with it.
    CHECK(number("case_2", "generation_cost") + paid_for_charging == Approx(3471.0291).margin(1e-4).epsilon(0));
    CHECK(number("case_4", "generation_cost") + paid_for_charging == Approx(3470.9740).margin(1e-4).epsilon(0));
    CHECK(number("case_4", "generation_cost") + paid_for_charging - 3456.71 > 14.0);  // printed
    CHECK(3456.71 - number("case_4", "generation_cost") == Approx(1.02).margin(5e-3));
    // Marginal costs of table XII are per pu, and 610.65 is one digit off.
    CHECK(100 * number("case_2", "nodal_price_3") == Approx(610.6449).margin(1e-4).epsilon(0));
    // Losses are in pu where they are called MW.
    CHECK(number("case_2", "transmission_loss") / 100 == Approx(.2303).margin(5e-5).epsilon(0));
    CHECK(number("case_4", "transmission_loss") / 10 > 2.29);
    // What vehicles that return their rated power save: no large part of anything.
    CHECK(number("case_1", "generation_cost") - number("case_3", "generation_cost") == Approx(2.44).margin(5e-3));
    CHECK(1000 * (number("case_1", "transmission_loss") - number("case_3", "transmission_loss")) == Approx(24.4).margin(.1));
    // 4.541 MW are 23 times what 28 vehicles of 7 kW can give, and 623 $ are the generators at their least power.
    CHECK(4.541 / (28 * .007) == Approx(23.2).margin(.05));
    const GridCase grid = shipped_grid();
    double least = 0.0;
    for (const GridGenerator& g : grid.generators) least += (g.square * g.p_min_mw + g.linear) * g.p_min_mw + g.constant;
    CHECK(least == Approx(623.0).margin(1e-9));
    CHECK(620.459 + 48.294 == Approx(668.753).margin(1e-9));  // with the printed loss
    // A market without the line limit misses this much.
    CHECK(number("case_5", "generation_cost") - number("case_1", "generation_cost") == Approx(14.88).margin(5e-3));
}

TEST_CASE("5 buses: line flows are those of the balances, and the printed ones those of a wrong sign", "[study][opf5]") {
    const RunResult& run = controller(cases(), "case_1");
    const auto p_from = trace(run, "solved", "branch_power_from"), q_from = trace(run, "solved", "branch_reactive_power_from"),
               p_to = trace(run, "solved", "branch_power_to"), q_to = trace(run, "solved", "branch_reactive_power_to");
    // 1-2, 1-3, 2-3, 2-4, 2-5, 3-4, 4-5, in MW
    require_near(p_from, {178.370, 96.630, 57.253, 63.655, 118.141, -29.366, 32.745}, 1e-3);
    require_near(q_from, {-39.314, 3.366, 9.947, -7.032, 38.102, -67.680, 29.431}, 1e-3);
    CHECK(p_to[5] == Approx(29.874).margin(1e-3).epsilon(0));
    CHECK(q_to[5] == Approx(48.341).margin(1e-3).epsilon(0));

    std::vector<std::string> overrides{"controllers.case_1.parties.grid.published_flows=true"};
    const StudyResult published = run_file(cases_file, overrides);
    const RunResult& wrong = controller(published, "case_1");
    const auto from = trace(wrong, "solved", "branch_power_from"), to = trace(wrong, "solved", "branch_power_to");
    CHECK(from[0] / 100 == Approx(1.7837).margin(5e-5).epsilon(0));
    CHECK(from[2] / 100 == Approx(.5669).margin(5e-5).epsilon(0));
    CHECK(to[5] / 100 == Approx(.2547).margin(5e-5).epsilon(0));
    CHECK(from[6] / 100 == Approx(.3170).margin(5e-5).epsilon(0));
}

TEST_CASE("5 buses: demand can grow as far as the study says", "[study][opf5]") {
    CHECK(number("case_1", "demand_margin") == Approx(1.242605).margin(1e-5).epsilon(0));
    const GridCase grid = shipped_grid();
    const auto at_five = loadability(grid, demand_of(grid), {false, false, false, false, true});
    REQUIRE(at_five);
    CHECK(*at_five == Approx(1.405106).margin(1e-5).epsilon(0));
}

TEST_CASE("5 buses: residuals of every case are below 1e-8", "[opf5]") {
    const GridCase grid = shipped_grid();
    for (const double factor : {1.0, .45, 1.2}) {
        const GridDispatch solved = dispatch(grid, demand_of(grid, factor));
        REQUIRE(solved.is_solved());
        CHECK(solved.residuals.largest() <= 1e-8);
    }
}

TEST_CASE("5 buses: every hour of the day with vehicles has the reference's cost, loss and prices", "[study][opf5]") {
    const auto path = test::shared_dir() / "data/s16/day_reference.csv";
    if (!std::filesystem::exists(path)) {
        WARN("skipped: the reference of the 5-bus study is not here");
        return;
    }
    const auto rows = read_csv(path);
    REQUIRE(rows.size() == 24);
    const StudyResult day = run_file(day_file);
    REQUIRE(day.failures.empty());
    const RunResult &with = controller(day, "uncoordinated"), &without = day.base;
    double sum_with = 0.0, sum_without = 0.0;
    for (const auto& [day_run, suffix] : {std::pair(&with, std::string("_ev")), {&without, "_no_ev"}}) {
        const RunResult& run = *day_run;
        const auto cost = trace(run, "record", "generation_cost"), loss = trace(run, "record", "transmission_loss"),
                   price = trace(run, "record", "nodal_price"), demand = trace(run, "record", "nodal_demand");
        REQUIRE(cost.size() == 25);
        CHECK(std::isnan(cost[0]));  // nothing has been metered yet
        for (std::size_t k = 0; k < 24; ++k) {
            CAPTURE(k, suffix);
            const auto& row = rows[k];
            CHECK(cost[k + 1] == Approx(row.at("cost" + suffix)).margin(1e-4).epsilon(0));
            CHECK(loss[k + 1] == Approx(row.at("loss" + suffix + "_mw")).margin(1e-5).epsilon(0));
            for (std::size_t i = 0; i < 5; ++i)
                CHECK(price[5 * (k + 1) + i] == Approx(row.at("lmp" + std::to_string(i + 1) + suffix)).margin(1e-5).epsilon(0));
            if (suffix == "_ev")
                CHECK(demand[5 * (k + 1) + 4] - 145 * row.at("load_scale") ==
                      Approx(row.at("ev_mw_per_bus")).margin(1e-6).epsilon(0));
            (suffix == "_ev" ? sum_with : sum_without) += cost[k + 1];
        }
        // Counters carry the name of their party where there are several.
        CHECK(find(run, "counters", suffix == "_ev" ? "grid_clearings" : "clearings").values.at(0) == 24.0);
    }
    CHECK(sum_without == Approx(56548.9261).margin(1e-3).epsilon(0));
    CHECK(sum_with == Approx(60050.9463).margin(1e-3).epsilon(0));
    CHECK(find(with, "counters", "grid_generation_cost").values.at(0) == Approx(60050.9463).margin(1e-3).epsilon(0));
}
