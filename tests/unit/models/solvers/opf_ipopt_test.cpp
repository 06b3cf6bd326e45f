/// Interior point and Ipopt on the same optimal power flows: two formulations, two methods, one optimum. MATPOWER's own cases are
/// read where somebody has them.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "places.hpp"
#include "solvers/optimal_power_flow/interior_point.hpp"
#include "transmission/dispatch.hpp"
#include "transmission/grid_matpower.hpp"
#include "unit/models/solvers/opf_ipopt.hpp"
#include "unit/models/solvers/opf_problems.hpp"

using namespace evsweep;

namespace {

void require_agreement(const OpfProblem& problem) {
    const OpfSolution ours = solve_opf(problem);
    REQUIRE(ours.is_optimal());
    CHECK(ours.residuals.largest() <= 1e-8);
    const OpfIpoptAnswer ipopt = solve_opf_by_ipopt(problem);
    INFO(ipopt.status);
    REQUIRE(ipopt.solved);
    CHECK(ours.cost == Approx(ipopt.cost).epsilon(1e-6).margin(1e-9));
    // Multipliers are as exact as the largest of them allows: to 1e-7 of it.
    double largest = 0.0;
    for (const double price : ipopt.price_p) largest = std::max(largest, std::abs(price));
    for (std::size_t i = 0; i < problem.buses.size(); ++i) {
        CAPTURE(i);
        CHECK(std::abs(ours.price_p[i] - ipopt.price_p[i]) <= 1e-7 * largest);
        CHECK(std::abs(ours.price_q[i] - ipopt.price_q[i]) <= 1e-7 * largest);
    }
}

/// Two parallel branches, one of them a transformer with ratio and shift, a shunt and a limit; in the format of MATPOWER.
constexpr const char* shifted_case = R"(function mpc = shifted
mpc.version = '2';
mpc.baseMVA = 100;
mpc.bus = [
  1 3 0 0 0 0 1 1 0 345 1 1.06 0.94;
  2 1 90 30 2 19 1 1 0 345 1 1.06 0.94;
  3 1 60 25 0 -5 1 1 0 345 1 1.06 0.94;
];
mpc.gen = [
  1 0 0 200 -100 1 100 1 250 10;
  3 0 0 60 -60 1 100 1 90 0;
  3 0 0 60 -60 1 100 0 90 0;
];
mpc.branch = [
  1 2 0.01 0.08 0.1 0 0 0 0 0 1 -360 360;
  1 2 0.002 0.10 0 0 0 0 0.97 -12 1 -360 360;
  2 3 0.03 0.12 0.06 35 0 0 1.02 0 1 -360 360;
  1 3 0.04 0.20 0.02 0 0 0 0 0 1 0 0;
];
mpc.gencost = [
  2 0 0 3 0.02 20 5;
  2 0 0 3 0.05 35 0;
  2 0 0 2 10 0 0;
];
)";

GridCase read(const std::string& text, const std::string& name) {
    Issues issues;
    const auto grid = read_grid_matpower(text, name, issues);
    for (const Issue& issue : issues.list()) UNSCOPED_INFO(to_text(issue));
    REQUIRE(grid);
    return *grid;
}

/// MATPOWER's folder `data`: named by MATPOWER_DATA, or beside the project.
std::filesystem::path matpower_data() {
    const char* const named = std::getenv("MATPOWER_DATA");
    return named ? named : test::shared_dir() / "data/matpower";
}

bool is_without_ipopt() {
    if (!has_opf_ipopt()) WARN("skipped: these tests were built without Ipopt");
    return !has_opf_ipopt();
}

}  // namespace

TEST_CASE("interior point and Ipopt agree on the 5-bus grid", "[ipopt][opf]") {
    if (is_without_ipopt()) return;
    require_agreement(five_buses());
    require_agreement(five_buses({{3, .196, .1084435}, {5, .196, -.1084435}}));
    OpfProblem congested = five_buses();
    congested.branches[4].limit = 1.15;
    require_agreement(congested);
    OpfProblem losses = five_buses();
    for (const std::size_t k : {0, 2, 4}) losses.injections[k].linear = 1.0, losses.injections[k].square = 0.0;
    require_agreement(losses);
}

TEST_CASE("interior point and Ipopt agree with ratios, shifts, shunts and parallel branches", "[ipopt][opf]") {
    if (is_without_ipopt()) return;
    const GridCase grid = read(shifted_case, "shifted.m");
    CHECK(grid.generators.size() == 2);
    require_agreement(opf_problem(grid, demand_of(grid), GridObjective::cost));
    require_agreement(opf_problem(grid, demand_of(grid, 0.5), GridObjective::losses));
}

TEST_CASE("interior point and Ipopt agree on MATPOWER's cases", "[ipopt][opf]") {
    if (is_without_ipopt()) return;
    // Costs as MATPOWER's own manual and tests give them, to the digits there.
    const std::pair<const char*, double> cases[] = {{"case9", 5296.69},       {"case14", 8081.53},   {"case30", 576.89},
                                                    {"case_ieee30", 8906.14}, {"case39", 41864.18},  {"case57", 41737.79},
                                                    {"case118", 129660.70},   {"case300", 719725.11}};
    int found = 0;
    for (const auto& [name, cost] : cases) {
        const auto path = matpower_data() / (std::string(name) + ".m");
        std::ifstream file(path);
        if (!file.good()) continue;
        ++found;
        CAPTURE(name);
        const GridCase grid = read({std::istreambuf_iterator<char>(file), {}}, path.string());
        const GridDispatch solved = dispatch(grid, demand_of(grid));
        REQUIRE(solved.is_solved());
        CHECK(solved.cost_per_h == Approx(cost).margin(0.02));
        require_agreement(opf_problem(grid, demand_of(grid), GridObjective::cost));
    }
    if (found < 8)
        WARN("skipped " << 8 - found << " of 8 cases: name MATPOWER's folder `data` in the environment variable MATPOWER_DATA");
}
