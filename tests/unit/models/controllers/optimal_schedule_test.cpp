/// The controller `optimal_schedule` on a grid in closed form: limits, objectives, foresight and the lack of it, odd inputs.
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "unit/models/controllers/plan_desk.hpp"

using namespace evsweep;

namespace {

constexpr double per_step = 0.9 * 0.25 * 3.6 / 16.0;  ///< state of charge of one step at full power

std::string settings(const std::string& more, const std::string& strategy = "smart", const std::string& mode = "day_ahead") {
    return "{strategy: " + strategy + ", mode: " + mode + (more.empty() ? "" : ", " + more) + "}";
}

double lowest_pu(const FakeGrid& grid, const PlanRun& run) {
    double lowest = 2.0;
    for (const auto& [at, p_kw, q_kvar] : run.at_decisions)
        for (std::size_t i = 0; i < grid.places(); ++i) lowest = std::min(lowest, grid.voltage_pu(i, at, p_kw, q_kvar));
    return lowest;
}

double highest_loading(const FakeGrid& grid, const PlanRun& run) {
    double highest = 0.0;
    for (const auto& [at, p_kw, q_kvar] : run.at_decisions) highest = std::max(highest, grid.loading(at, p_kw, q_kvar));
    return highest;
}

double energy_kwh(const PlanRun& run) {
    double sum = 0.0;
    for (std::size_t k = 0; k < run.p_kw.size(); ++k) sum += 0.25 * run.total_kw(k);
    return sum;
}

double mean(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Twelve vehicles at two places through an evening and a night.
PlanFleet evening_fleet() {
    PlanFleet fleet;
    for (int i = 0; i < 12; ++i) fleet.add(1, i % 2, 5.0 + 0.13 * i, 18.0 + 0.11 * i, 0.4 + 0.02 * i);
    return fleet;
}

/// A grid on which six of those twelve can charge at a time.
FakeGrid::Data weak_grid(double bend = 0.0) { return {.r = 8e-4, .x = 4e-4, .bend = bend, .lowest = 0.97}; }

}  // namespace

TEST_CASE("strategy and mode have to be named, and settings that contradict each other are told", "[optimal_schedule]") {
    const auto complaint = [](const std::string& yaml) {
        Issues issues;
        Reader reader{issues};
        const Node node = parse_yaml(yaml, "controller.yaml", issues);
        CHECK_FALSE(read_plugin<Controller>(node, "controllers.it", reader, "optimal_schedule"));
        std::string text;
        for (const auto& issue : issues.list()) text += to_text(issue) + "\n";
        return text;
    };
    CHECK(complaint("{mode: receding}").find("controllers.it.strategy: is missing; smart: charging is shifted;") !=
          std::string::npos);
    CHECK(complaint("{strategy: smart}").find("controllers.it.mode: is missing") != std::string::npos);
    CHECK(complaint(settings("haste: 1")).find("controllers.it.haste: is given, but recharge_time is nothing but haste") !=
          std::string::npos);
    CHECK(complaint(settings("arrivals: forecast")).find("controllers.it.arrivals: is a forecast, but day_ahead knows all") !=
          std::string::npos);
    CHECK(complaint(settings("horizon: 1 h")).find("controllers.it.horizon: is shorter than the time between plans") !=
          std::string::npos);
    CHECK(complaint(settings("voltage_min: 1.1 pu, voltage_max: 0.9 pu")).find("controllers.it.voltage_min: is not below") !=
          std::string::npos);
    CHECK(complaint(settings("withhold_reactive: true")).find("plans no reactive power; use smart_q or v2g_q") !=
          std::string::npos);
}

TEST_CASE("the time between plans is a whole number of control steps", "[optimal_schedule]") {
    PlanDesk desk(evening_fleet());
    CHECK_THROWS_WITH(desk.run(settings("every: 20 min")),
                      "every: 20 min is not a whole number of control steps; time.step is 15 min");
}

TEST_CASE("without limits everybody charges at full power from plug-in on", "[optimal_schedule]") {
    for (const std::string mode : {"day_ahead", "receding"}) {
        PlanFleet fleet;
        fleet.add(1, 0, 2.0, 20.0, 1.0 - 3.5 * per_step);
        fleet.add(1, 1, 2.1, 20.0, 1.0 - 2.0 * per_step);
        PlanDesk desk(fleet);
        const PlanRun run = desk.run(settings("limits: off", "smart", mode));
        CAPTURE(mode);
        CHECK(run.p_kw[7][0] == 0.0);
        for (const std::size_t k : {8U, 9U, 10U}) CHECK(run.p_kw[k][0] == Approx(3.6).epsilon(1e-5));
        CHECK(run.p_kw[11][0] == Approx(1.8).epsilon(1e-3));
        CHECK(run.p_kw[8][1] == 0.0);
        CHECK(run.drawn_at(from_hours(2.1), 1) == Approx(3.6).epsilon(1e-5));  // between two steps
        CHECK(run.p_kw[9][1] == Approx(3.6).epsilon(1e-5));
        for (const double soc : run.final_soc) CHECK(soc == Approx(1.0).margin(1e-8));
        CHECK(desk.grid.linearised == 0);
        CHECK(run.remarks.empty());
    }
}

TEST_CASE("on a linear grid limits are kept at the first linearisation, and used to the full", "[optimal_schedule]") {
    for (const std::string strategy : {"smart", "smart_q", "v2g", "v2g_q"}) {
        PlanDesk desk(evening_fleet(), weak_grid());
        const PlanRun run = desk.run(settings("", strategy));
        const double lowest = lowest_pu(desk.grid, run);
        CAPTURE(strategy);
        CHECK(lowest >= 0.97 - 1e-6);
        if (strategy == "smart") CHECK(lowest <= 0.97 + 1e-5);
        CHECK(run.counter("linearisations") == 1.0);
        CHECK(run.counter("worst_relative_gap") < 1e-6);
        CHECK(run.counter("worst_excess_pu") == 0.0);
        CHECK(run.counter("lower_bound") <= run.counter("objective") + 1e-9);
        CHECK(run.counter("final_mean_soc") == Approx(mean(run.final_soc)).margin(1e-4));
        CHECK(mean(run.final_soc) > 0.995);
        CHECK(run.remarks.empty());
    }
    PlanDesk desk(evening_fleet(), weak_grid());
    CHECK(lowest_pu(desk.grid, desk.run(settings("limits: off"))) < 0.96);
}

TEST_CASE("reactive power lets vehicles charge sooner; a plan without its reactive power breaks the limit",
          "[optimal_schedule]") {
    PlanDesk desk(evening_fleet(), weak_grid());
    const PlanRun plain = desk.run(settings("", "smart"));
    const PlanRun reactive = desk.run(settings("", "smart_q"));
    const PlanRun withheld = desk.run(settings("withhold_reactive: true", "smart_q"));
    CHECK(reactive.counter("objective") < plain.counter("objective") - 1.0);
    CHECK(withheld.p_kw == reactive.p_kw);
    for (const auto& q : withheld.q_kvar) CHECK(std::abs(q[0]) + std::abs(q[1]) == 0.0);
    CHECK(lowest_pu(desk.grid, withheld) < 0.969);
}

TEST_CASE("on a bent grid plans are made again until the exact load flow confirms them", "[optimal_schedule]") {
    for (const std::string strategy : {"smart", "v2g", "v2g_q"}) {
        PlanDesk desk(evening_fleet(), weak_grid(4e-6));
        desk.grid.base_kw = std::vector<double>(96, 10.0);
        const PlanRun once = desk.run(settings("linearisations: 1", strategy));
        const PlanRun often = desk.run(settings("", strategy));
        CAPTURE(strategy);
        CHECK(lowest_pu(desk.grid, once) < 0.9695);
        CHECK(once.counter("worst_violation_pu") == Approx(0.97 - lowest_pu(desk.grid, once)).margin(1e-6));
        CHECK(once.tells("the exact load flow of a plan breaks a limit: voltage at bus 2"));
        CHECK(lowest_pu(desk.grid, often) >= 0.97 - 1e-4);
        CHECK(often.counter("linearisations") > 1.0);
        CHECK(often.counter("worst_violation_pu") <= 1e-4);
        CHECK(often.remarks.empty());
    }
}

TEST_CASE("a current limit holds for a phasor that reactive power turns", "[optimal_schedule]") {
    FakeGrid::Data data = weak_grid();
    data.rating_kva = 42.0;
    PlanDesk desk(evening_fleet(), data);
    desk.grid.base_kw = std::vector<double>(96, 20.0);
    desk.grid.base_kvar = std::vector<double>(96, 8.0);
    const PlanRun run = desk.run(settings("linearisations: 8", "smart_q"));
    CHECK(highest_loading(desk.grid, run) <= 1.0 + 3.5e-4);
    CHECK(highest_loading(desk.grid, run) > 0.99);
    CHECK(lowest_pu(desk.grid, run) >= 0.97 - 1e-4);
    CHECK_FALSE(run.tells("breaks a limit"));
}

TEST_CASE("cost: everybody is charged by departure, and in the cheapest steps", "[optimal_schedule]") {
    PlanFleet fleet;
    fleet.add(2, 0, 2.0, 20.0, 1.0 - 4.0 * per_step);
    for (const std::string mode : {"day_ahead", "receding"}) {
        PlanDesk desk(fleet);
        desk.buy.assign(96, 0.3);
        for (const std::size_t k : {40U, 41U, 50U, 51U}) desk.buy[k] = 0.1;
        desk.sell.assign(96, 0.0);
        const PlanRun run = desk.run(settings("objective: cost, limits: off", "smart", mode));
        CAPTURE(mode);
        for (std::size_t k = 0; k < 96; ++k) CHECK(run.total_kw(k) == Approx(desk.buy[k] < 0.2 ? 7.2 : 0.0).margin(1e-3));
        for (const double soc : run.final_soc) CHECK(soc == Approx(1.0).margin(1e-8));
    }
}

TEST_CASE("cost: vehicles sell where the spread pays for what is lost on the way, and not where it does not",
          "[optimal_schedule]") {
    PlanFleet fleet;
    fleet.add(1, 0, 2.0, 20.0, 0.8);
    PlanDesk desk(fleet);
    desk.buy.assign(96, 0.2);
    desk.sell.assign(96, 0.0);
    desk.buy[30] = desk.sell[30] = 0.2 / 0.81 + 0.05;
    const PlanRun paid = desk.run(settings("objective: cost, limits: off", "v2g"));
    CHECK(paid.total_kw(30) == Approx(-3.6).epsilon(1e-4));
    CHECK(paid.counter("planned_return_kwh") == Approx(0.9).epsilon(1e-4));
    CHECK(paid.final_soc[0] == Approx(1.0).margin(1e-8));
    desk.buy[30] = desk.sell[30] = 0.2 / 0.81 - 0.05;
    const PlanRun unpaid = desk.run(settings("objective: cost, limits: off", "v2g"));
    CHECK(unpaid.counter("planned_return_kwh") == Approx(0.0).margin(1e-4));
}

TEST_CASE("cost: energy that a plan burns because drawing pays is told, and a weight of throughput ends it",
          "[optimal_schedule]") {
    PlanFleet fleet;
    fleet.add(1, 0, 2.0, 20.0, 0.8);
    PlanDesk desk(fleet);
    desk.buy.assign(96, -0.2);
    desk.sell.assign(96, -0.2);
    CHECK(desk.run(settings("objective: cost, limits: off", "v2g")).tells("plans charge and discharge at once"));
    // A step at full power earns .18: less than this weight.
    CHECK(desk.run(settings("objective: cost, limits: off, throughput_weight: 0.2", "v2g")).remarks.empty());
    CHECK(desk.run(settings("objective: cost, limits: off", "smart")).remarks.empty());
}

TEST_CASE("peak: charging fills the valley up to one level", "[optimal_schedule]") {
    PlanFleet fleet;
    fleet.add(20, 0, 1.0, 23.0, 0.5);
    FakeGrid::Data data;
    data.rho = 0.0;
    PlanDesk desk(fleet, data);
    for (int k = 0; k < 96; ++k) desk.grid.base_kw.push_back(100.0 + 40.0 * std::cos(2.0 * 3.141592653589793 * k / 96.0));
    const PlanRun run = desk.run(settings("objective: peak, limits: off, haste: 0"));
    const double drawn = 20 * 0.5 * 16.0 / 0.9 / 0.25;  // kW-steps
    double level = 0.0;                                 // the level with sum of (level - base)+ = drawn
    for (double low = 60.0, high = 200.0; high - low > 1e-9;) {
        level = 0.5 * (low + high);
        double sum = 0.0;
        for (std::size_t k = 4; k < 92; ++k) sum += std::max(0.0, level - desk.grid.base_kw[k]);
        (sum < drawn ? low : high) = level;
    }
    for (std::size_t k = 4; k < 92; ++k)
        CHECK(desk.grid.base_kw[k] + run.total_kw(k) == Approx(std::max(level, desk.grid.base_kw[k])).margin(0.05));
    CHECK(mean(run.final_soc) == Approx(1.0).margin(1e-6));
}

TEST_CASE("loss: with a lossy line the least is lost on the valley's level; the objective is the energy lost",
          "[optimal_schedule]") {
    PlanFleet fleet;
    fleet.add(20, 0, 1.0, 23.0, 0.5);
    FakeGrid::Data data;
    data.rho = 2e-4;
    PlanDesk desk(fleet, data);
    for (int k = 0; k < 96; ++k) desk.grid.base_kw.push_back(100.0 + 40.0 * std::cos(2.0 * 3.141592653589793 * k / 96.0));
    const auto lost = [&](const PlanRun& run) {
        double sum = 0.0;
        for (std::size_t k = 0; k < 96; ++k)
            sum += 0.25 * desk.grid.loss_kw(Instant(std::chrono::minutes(15) * k), run.p_kw[k], run.q_kvar[k]);
        return sum;
    };
    const PlanRun run = desk.run(settings("objective: loss, limits: off, haste: 0"));
    const PlanRun eager = desk.run(settings("limits: off"));
    CHECK(lost(run) < lost(eager) - 0.1);
    CHECK(run.counter("objective") == Approx(lost(run)).epsilon(1e-4));
    const double valley = desk.grid.base_kw[48] + run.total_kw(48);
    for (std::size_t k = 40; k < 56; ++k) CHECK(desk.grid.base_kw[k] + run.total_kw(k) == Approx(valley).margin(0.2));
}

TEST_CASE("receding plans know nothing of vehicles that have not come", "[optimal_schedule]") {
    PlanFleet fleet = evening_fleet(), other = evening_fleet();
    for (Session& s : other.population.sessions)
        if (s.plug_in > Instant(from_hours(5.6))) s.initial_soc = 0.1, s.plug_in += std::chrono::hours(1);
    const std::string yaml = settings("", "smart", "receding");
    PlanDesk desk(fleet, weak_grid()), twin(other, weak_grid());
    const PlanRun run = desk.run(yaml), twin_run = twin.run(yaml);
    const std::size_t split = 23;  // 5:45, when the first of the others comes
    for (std::size_t k = 0; k < split; ++k) CHECK(run.p_kw[k] == twin_run.p_kw[k]);
    CHECK(run.p_kw != twin_run.p_kw);
    CHECK(lowest_pu(desk.grid, run) >= 0.97 - 1e-4);
    CHECK(run.counter("plans") == 96.0);
}

TEST_CASE("a forecast of arrivals may be nonsense: plans are then worse, not wrong", "[optimal_schedule]") {
    PlanFleet fleet = evening_fleet(), nonsense = evening_fleet();
    double sign = 1.0;
    for (Session& s : nonsense.population.sessions) {
        s.initial_soc = sign > 0.0 ? NAN : -3.0;
        if (sign < 0.0) std::swap(s.plug_in, s.unplug);
        sign = -sign;
    }
    nonsense.population.vehicles.capacity[3] = 0.0;
    const std::string yaml = settings("arrivals: forecast", "v2g", "receding");
    PlanDesk desk(fleet, weak_grid());
    desk.expected = &nonsense.population;
    const PlanRun run = desk.run(yaml);
    CHECK(lowest_pu(desk.grid, run) >= 0.97 - 1e-4);
    CHECK(mean(run.final_soc) > 0.99);
    PlanFleet right = evening_fleet();
    desk.expected = &right.population;
    const PlanRun good = desk.run(yaml);
    CHECK(lowest_pu(desk.grid, good) >= 0.97 - 1e-4);
    CHECK(mean(good.final_soc) > 0.99);
}

TEST_CASE("with all arrivals forecast rightly, a receding plan asks vehicles to wait for those that are yet to come",
          "[optimal_schedule]") {
    // Prices fall at night, and the night has room for so many only: who waits for it without knowing the others pays more.
    PlanFleet fleet;
    fleet.add(4, 0, 1.0, 8.0, 1.0 - 8.0 * per_step);
    fleet.add(8, 0, 6.01, 8.0, 1.0 - 6.0 * per_step);
    FakeGrid::Data data;
    data.rating_kva = 9.0 * 3.6;
    PlanDesk desk(fleet, data);
    desk.hours_of_study = 9.0;
    desk.buy.assign(36, 0.3);
    for (std::size_t k = 24; k < 36; ++k) desk.buy[k] = 0.2;
    desk.sell.assign(36, 0.0);
    const PlanRun blind = desk.run(settings("objective: cost", "smart", "receding"));
    desk.expected = &fleet.population;
    const PlanRun told = desk.run(settings("objective: cost, arrivals: forecast", "smart", "receding"));
    CHECK(mean(told.final_soc) > mean(blind.final_soc) + 0.01);
    CHECK(mean(told.final_soc) == Approx(1.0).margin(1e-4));
}

TEST_CASE("a number that is missing from a forecast is told with its instant", "[optimal_schedule]") {
    PlanDesk desk(evening_fleet(), weak_grid());
    desk.buy.assign(96, 0.2), desk.sell.assign(96, 0.1);
    desk.buy[29] = NAN;
    CHECK_THROWS_AS(desk.run(settings("objective: cost")), PartyError);
    CHECK_THROWS_WITH(desk.run(settings("objective: cost")),
                      "the forecast of the price has no number for 19:15 on 2025-01-06; look for missing values in `prices`");
    desk.grid.base_pu.assign(96, 1.0);
    desk.grid.base_pu[50] = NAN;
    CHECK_THROWS_WITH(
        desk.run(settings("")),
        "the forecast for 00:30 on 2025-01-07 has no number for the voltage at bus 1; look for missing values in the "
        "base load");
}

TEST_CASE("a base load outside the band is told with its amount, and nobody charges then", "[optimal_schedule]") {
    PlanDesk desk(evening_fleet(), weak_grid());
    desk.grid.base_pu.assign(96, 1.0);
    desk.grid.base_pu[2] = 0.965;  // nobody is there
    desk.grid.base_pu[30] = 0.96;  // all are
    const PlanRun run = desk.run(settings(""));
    CHECK(run.total_kw(30) == Approx(0.0).margin(1e-5));
    CHECK(mean(run.final_soc) > 0.999);
    CHECK(run.tells(
        "the base load alone breaks a limit: voltage at bus 1 would be 0.005 pu below 0.97; 2 cases in all, at 2 places"));
    CHECK(run.tells("a limit could not be kept: voltage at bus 2 would be 0.01 pu below 0.97"));
    CHECK(run.counter("worst_excess_pu") == Approx(0.01).epsilon(1e-4));
    REQUIRE(run.remarks.size() == 2);
    CHECK(run.remarks[0].at == Instant(from_hours(0.5)));
    CHECK(run.remarks[1].at == Instant(from_hours(7.5)));
    const PlanRun support = desk.run(settings("", "v2g"));  // discharging brings the voltage back
    CHECK(support.counter("worst_excess_pu") < 1e-6);
    CHECK(support.total_kw(30) < -1.0);
}

TEST_CASE("steps without a load-flow solution are told; nobody charges then", "[optimal_schedule]") {
    PlanDesk desk(evening_fleet(), weak_grid());
    desk.grid.base_kw.assign(96, 50.0);
    desk.grid.base_kw[30] = 200.0;
    desk.grid.collapse_kw = 150.0;
    const PlanRun run = desk.run(settings(""));
    CHECK(run.total_kw(30) == Approx(0.0).margin(1e-5));
    CHECK(run.tells("the load flow has no solution for the base load alone"));
    CHECK(mean(run.final_soc) > 0.999);
}

TEST_CASE("a power at which the load flow collapses is approached, not planned", "[optimal_schedule]") {
    FakeGrid::Data data = weak_grid();
    data.r = data.x = 1e-6;
    data.rating_kva = 60.0;
    PlanDesk desk(evening_fleet(), data);
    desk.grid.base_kw.assign(96, 40.0);
    desk.grid.collapse_kw = 62.0;
    const PlanRun run = desk.run(settings(""));
    CHECK(highest_loading(desk.grid, run) <= 1.0 + 1e-4);
    CHECK(mean(run.final_soc) > 0.999);
}

TEST_CASE("a vehicle that cannot reach its target is charged as far as it goes, and told", "[optimal_schedule]") {
    PlanFleet fleet;
    fleet.add(1, 0, 1.0, 2.0, 0.2);  // four steps
    fleet.add(3, 0, 1.0, 20.0, 0.5);
    for (const std::string mode : {"day_ahead", "receding"}) {
        PlanDesk desk(fleet);
        desk.buy.assign(96, 0.2), desk.sell.assign(96, 0.1);
        const PlanRun run = desk.run(settings("objective: cost", "smart", mode));
        CAPTURE(mode);
        CHECK(run.final_soc[0] == Approx(0.2 + 4 * per_step).epsilon(1e-5));
        for (int s = 1; s < 4; ++s) CHECK(run.final_soc[s] == Approx(1.0).margin(1e-6));
        CHECK(run.remarks.size() == 1);
        CHECK(run.tells(
            "1 stay ends below target even at full power; the one that leaves connector 0 lacks 59.8 % of its capacity"));
    }
}

TEST_CASE("odd fleets: nobody, stays within a step, departures before arrivals, overdue vehicles", "[optimal_schedule]") {
    for (const std::string strategy : {"smart", "smart_q", "v2g", "v2g_q"})
        for (const std::string mode : {"day_ahead", "receding"}) {
            CAPTURE(strategy, mode);
            PlanFleet nobody;
            nobody.add_connector();
            CHECK(energy_kwh(PlanDesk(nobody).run(settings("", strategy, mode))) == 0.0);
            CHECK(energy_kwh(PlanDesk(PlanFleet()).run(settings("", strategy, mode))) == 0.0);
            PlanFleet odd;
            odd.add(1, 0, 2.01, 2.2, 0.4);
            odd.add(1, 0, 5.0, 4.0, 0.4);
            odd.add(1, 1, 3.0, 9.0, 0.4);
            odd.population.sessions[1].stated_departure = Instant(from_hours(4.0));  // and stays until 9
            odd.add(1, 1, 22.0, 40.0, 0.4);
            const PlanRun run = PlanDesk(odd).run(settings("", strategy, mode));
            CHECK(run.final_soc[1] > 0.99);
            CHECK(run.final_soc[3] == Approx(0.4 + 8 * per_step).epsilon(1e-3));
        }
}

TEST_CASE("chargers with levels or a smallest power follow a plan in the long run", "[optimal_schedule]") {
    PlanFleet fleet;
    fleet.population.level_sets.push_back({1.2, 2.4, 3.6});
    for (int i = 0; i < 6; ++i) fleet.add_stay(fleet.add_connector(0, 0.0, 1), 1.0, 20.0, 0.5);
    for (int i = 0; i < 6; ++i) fleet.add_stay(fleet.add_connector(1, 1.4), 1.0, 20.0, 0.5);
    for (const std::string mode : {"day_ahead", "receding"}) {
        PlanDesk desk(fleet, weak_grid());
        desk.buy.assign(96, 0.2), desk.sell.assign(96, 0.1);
        const PlanRun run = desk.run(settings("objective: cost", "smart", mode));
        CAPTURE(mode);
        CHECK(mean(run.final_soc) > 0.99);
        for (std::size_t k = 0; k < 96; ++k)  // at each place within half a step of a charger per vehicle of what is allowed
            CHECK(lowest_pu(desk.grid, run) > 0.97 - 6 * 8e-4 * 1.2);
    }
}

TEST_CASE("any number of threads gives the same schedule to the bit", "[optimal_schedule]") {
    for (const std::string strategy : {"smart", "v2g_q"}) {
        PlanFleet fleet;
        for (int i = 0; i < 40; ++i) fleet.add(1, i % 2, 4.0 + 0.05 * i, 17.0 + 0.07 * i, 0.3 + 0.01 * i);
        FakeGrid::Data data = weak_grid(1e-7);
        data.r = 2e-4;
        const auto run = [&](int threads) {
            PlanDesk desk(fleet, data);
            return desk.run(settings("threads: " + std::to_string(threads), strategy)).setpoints;
        };
        CAPTURE(strategy);
        const auto one = run(1);
        CHECK(one == run(2));
        CHECK(one == run(3));
    }
}
