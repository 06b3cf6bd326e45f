#include "models/solvers/linear_program/linear_program.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>
#include <thread>

#include "brute_force.hpp"
#include "evsweep/contracts.hpp"

using namespace evsweep;
using namespace evsweep::test;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Random numbers that every platform draws alike.
class Draw {
   public:
    explicit Draw(unsigned seed) : random_(seed) {}
    double between(double low, double high) { return low + (high - low) * (static_cast<double>(random_()) / 4294967296.0); }
    /// Whole numbers meet ties and degenerate vertices more often.
    double whole(int low, int high) { return std::floor(between(low, high + 1)); }

   private:
    std::mt19937 random_;
};

LinearProgram random_program(Draw& draw, std::size_t columns, std::size_t rows, bool is_whole) {
    const auto number = [&](int low, int high) { return is_whole ? draw.whole(low, high) : draw.between(low, high); };
    LinearProgram program;
    for (std::size_t c = 0; c < columns; ++c) program.add_column(number(-5, 5), {number(-3, 0), number(1, 6)});
    for (std::size_t r = 0; r < rows; ++r) {
        std::vector<LinearTerm> terms;
        for (std::uint32_t c = 0; c < columns; ++c)
            if (draw.between(0.0, 1.0) < 0.7) terms.push_back({c, number(-4, 4)});
        const double kind = draw.between(0.0, 1.0), end = number(-4, 8);
        if (kind < 0.4)
            program.add_row({-infinity, end}, terms);
        else if (kind < 0.7)
            program.add_row({end - 6.0, infinity}, terms);
        else if (kind < 0.9)
            program.add_row({end - 5.0, end}, terms);
        else
            program.add_row({end, end}, terms);
    }
    return program;
}

void require_certified(const LinearSolution& solution) {
    const LinearCertificate& seen = solution.certificate;
    CHECK(seen.row_violation <= 1e-7);
    CHECK(seen.range_violation <= 1e-7);
    CHECK(seen.choice_violation <= 1e-7);
    CHECK(seen.dual_violation <= 1e-7);
    CHECK(seen.relative_gap <= 1e-7);
    CHECK(seen.dual_objective <= seen.primal_objective + 1e-7 * std::max(1.0, std::abs(seen.primal_objective)));
}

}  // namespace

TEST_CASE("a linear programme of a textbook has its optimum, its prices and its certificate") {
    // Dantzig's example: max 3x + 5y, x <= 4, 2y <= 12, 3x + 2y <= 18; (2, 6) gives 36, prices 0, 3/2, 1.
    LinearProgram program;
    const auto x = program.add_column(-3.0, {0.0, infinity}), y = program.add_column(-5.0, {0.0, infinity});
    program.add_row({-infinity, 4.0}, {{x, 1.0}});
    program.add_row({-infinity, 12.0}, {{y, 2.0}});
    program.add_row({-infinity, 18.0}, {{x, 3.0}, {y, 2.0}});
    const LinearSolution solution = solve(program);
    REQUIRE(solution.status == LinearStatus::optimal);
    CHECK(solution.value == std::vector<double>{2.0, 6.0});
    CHECK(solution.certificate.primal_objective == Approx(-36.0));
    CHECK(solution.row_price[0] == Approx(0.0).margin(1e-12));
    CHECK(solution.row_price[1] == Approx(-1.5));
    CHECK(solution.row_price[2] == Approx(-1.0));
    CHECK(solution.nodes == 0);
    require_certified(solution);
}

TEST_CASE("free columns and equations: the point of two lines nearest to a third in the sum of distances") {
    // x + y = 4 and x - y = 2 meet in (3, 1); |x + 2y - 7| = 2 as the sum of two parts that are not negative.
    LinearProgram program;
    const auto x = program.add_column(0.0, {-infinity, infinity}), y = program.add_column(0.0, {-infinity, infinity});
    const auto over = program.add_column(1.0, {0.0, infinity}), under = program.add_column(1.0, {0.0, infinity});
    program.add_row({4.0, 4.0}, {{x, 1.0}, {y, 1.0}});
    program.add_row({2.0, 2.0}, {{x, 1.0}, {y, -1.0}});
    program.add_row({7.0, 7.0}, {{x, 1.0}, {y, 2.0}, {over, -1.0}, {under, 1.0}});
    const LinearSolution solution = solve(program);
    REQUIRE(solution.status == LinearStatus::optimal);
    CHECK(solution.value[x] == Approx(3.0));
    CHECK(solution.value[y] == Approx(1.0));
    CHECK(solution.certificate.primal_objective == Approx(2.0));
    require_certified(solution);
}

TEST_CASE("a programme on which the simplex method can go in circles ends at its optimum") {
    // Beale 1955: the optimum is -1/20.
    LinearProgram program;
    const double cost[] = {-0.75, 150.0, -0.02, 6.0};
    for (const double c : cost) program.add_column(c, {0.0, infinity});
    program.add_row({-infinity, 0.0}, {{0, 0.25}, {1, -60.0}, {2, -0.04}, {3, 9.0}});
    program.add_row({-infinity, 0.0}, {{0, 0.5}, {1, -90.0}, {2, -0.02}, {3, 3.0}});
    program.add_row({-infinity, 1.0}, {{2, 1.0}});
    const LinearSolution solution = solve(program);
    REQUIRE(solution.status == LinearStatus::optimal);
    CHECK(solution.certificate.primal_objective == Approx(-0.05));
    require_certified(solution);
}

TEST_CASE("infeasible and unbounded programmes are values, whatever makes them so") {
    LinearProgram program;
    const auto x = program.add_column(-1.0, {0.0, infinity}), y = program.add_column(1.0, {-infinity, infinity});
    program.add_row({0.0, 0.0}, {{x, 1.0}, {y, -1.0}});
    SECTION("nothing falls without end here") { CHECK(solve(program).status == LinearStatus::optimal); }
    SECTION("a cheaper direction does") {
        program.set_cost(x, -2.0);
        const LinearSolution solution = solve(program);
        CHECK(solution.status == LinearStatus::unbounded);
        CHECK(solution.value.empty());
    }
    SECTION("rows that contradict one another, also where the objective would fall without end") {
        program.set_cost(x, -2.0);
        program.add_row({3.0, infinity}, {{x, 1.0}, {y, -1.0}});
        CHECK(solve(program).status == LinearStatus::infeasible);
    }
    SECTION("a range that is the wrong way round") {
        program.set_range(x, {2.0, 1.0});
        CHECK(solve(program).status == LinearStatus::infeasible);
    }
    SECTION("a row without columns that asks for something") {
        program.add_row({1.0, 2.0}, std::initializer_list<LinearTerm>{});
        CHECK(solve(program).status == LinearStatus::infeasible);
    }
    SECTION("choices that cannot be made") {
        const auto a = program.add_column(0.0, {0.0, 5.0}), b = program.add_column(0.0, {0.0, 5.0});
        program.exclude(a, b);
        program.add_row({1.0, infinity}, {{a, 1.0}});
        program.add_row({1.0, infinity}, {{b, 1.0}});
        for (const Branching way : {Branching::as_needed, Branching::by_tree, Branching::by_cbc})
            CHECK(solve(program, {.branching = way}).status == LinearStatus::infeasible);
    }
}

TEST_CASE("a programme without rows, or without anything, has its optimum at the ends of its ranges") {
    LinearProgram program;
    CHECK(solve(program).status == LinearStatus::optimal);
    program.add_column(2.0, {-1.5, 4.0});
    program.add_column(-3.0, {-1.0, 4.0});
    program.add_column(0.0, {-infinity, infinity});
    const LinearSolution solution = solve(program);
    REQUIRE(solution.status == LinearStatus::optimal);
    CHECK(solution.certificate.primal_objective == Approx(-15.0));
    require_certified(solution);
}

TEST_CASE("400 random linear programmes agree with all their vertices") {
    Draw draw(1);
    int optimal = 0, infeasible = 0;
    for (int k = 0; k < 400; ++k) {
        const LinearProgram program = random_program(draw, 3, 2 + static_cast<std::size_t>(k % 4), k % 2 == 0);
        const auto expected = least_at_vertices(PlainProgram(program));
        const LinearSolution solution = solve(program);
        CAPTURE(k);
        if (!expected) {
            CHECK(solution.status == LinearStatus::infeasible);
            ++infeasible;
            continue;
        }
        REQUIRE(solution.status == LinearStatus::optimal);
        CHECK(solution.certificate.primal_objective == Approx(*expected).margin(1e-8));
        require_certified(solution);
        ++optimal;
    }
    CHECK(optimal > 100);
    CHECK(infeasible > 40);
}

TEST_CASE("200 random programmes with pairs and binaries agree with every way to choose, by the tree and by Cbc") {
    Draw draw(2);
    int optimal = 0, branched = 0;
    for (int k = 0; k < 200; ++k) {
        LinearProgram program = random_program(draw, 5, 3, k % 2 == 0);
        for (std::uint32_t c = 0; c < 4; ++c) program.set_range(c, {0.0, program.column_ranges()[c].highest});
        program.exclude(0, 1);
        program.exclude(2, 3);
        if (k % 3 == 0) program.exclude(1, 2);
        program.make_binary(4);
        const auto expected = least_over_choices(program);
        for (const Branching way : {Branching::by_tree, Branching::by_cbc}) {
            const LinearSolution solution = solve(program, {.branching = way});
            CAPTURE(k, static_cast<int>(way));
            if (!expected) {
                CHECK(solution.status == LinearStatus::infeasible);
                continue;
            }
            REQUIRE(solution.status == LinearStatus::optimal);
            CHECK(solution.certificate.primal_objective == Approx(*expected).margin(1e-7));
            CHECK((solution.certificate.is_recomputed || way == Branching::by_cbc));
            require_certified(solution);
            ++optimal;
            branched += solution.relaxed_objective < solution.certificate.primal_objective - 1e-6;
        }
    }
    CHECK(optimal > 100);
    CHECK(branched > 60);
}

TEST_CASE("energy that pays to run in circles is let go round by the relaxation and not by the choice") {
    // One step at a price of -1: 5 in, and 5 out that costs nothing; the relaxation takes both, the choice one of them.
    LinearProgram program;
    const auto in = program.add_column(-1.0, {0.0, 5.0}), out = program.add_column(0.0, {0.0, 5.0});
    program.add_row({-infinity, 2.0}, {{in, 1.0}, {out, -1.0}});
    program.exclude(in, out);
    const LinearSolution loose = solve(program, {.branching = Branching::none});
    CHECK(loose.certificate.primal_objective == Approx(-5.0));
    CHECK(loose.certificate.choice_violation == Approx(3.0));
    const LinearSolution solution = solve(program);
    CHECK(solution.certificate.primal_objective == Approx(-2.0));
    CHECK(solution.relaxed_objective == Approx(-5.0));
    CHECK(std::min(solution.value[in], solution.value[out]) == 0.0);
    require_certified(solution);
}

TEST_CASE("a tree that reaches its limit says so, with a bound that is one; Cbc then finishes") {
    // A knapsack of 15 pieces with near ties, whose tree is large.
    Draw draw(3);
    LinearProgram program;
    std::vector<LinearTerm> weights;
    double sum = 0.0;
    for (std::uint32_t c = 0; c < 15; ++c) {
        const double weight = draw.whole(20, 60);
        program.add_column(-(weight + draw.between(0.0, 0.5)), {0.0, 1.0});
        program.make_binary(c);
        weights.push_back({c, weight});
        sum += weight;
    }
    program.add_row({-infinity, std::floor(sum / 2.0) + 0.5}, weights);
    const LinearSolution full = solve(program, {.most_nodes = 1000000, .branching = Branching::by_tree});
    REQUIRE(full.status == LinearStatus::optimal);
    double best = 0.0;
    for (std::uint32_t way = 0; way < 1U << 15; ++way) {
        double weight = 0.0, cost = 0.0;
        for (std::uint32_t c = 0; c < 15; ++c)
            if ((way >> c) & 1) weight += weights[c].value, cost += program.cost()[c];
        if (weight <= program.row_ranges()[0].highest) best = std::min(best, cost);
    }
    CHECK(full.certificate.primal_objective == Approx(best));
    const LinearSolution cut = solve(program, {.most_nodes = 40, .branching = Branching::by_tree});
    CHECK((cut.status == LinearStatus::unproven || cut.status == LinearStatus::failed));
    CHECK(cut.certificate.dual_objective <= best + 1e-7);
    const LinearSolution cbc = solve(program, {.most_nodes = 100000, .branching = Branching::by_cbc});
    REQUIRE(cbc.status == LinearStatus::optimal);
    CHECK(cbc.certificate.primal_objective == Approx(best));
    CHECK_FALSE(cbc.certificate.is_recomputed);
}

TEST_CASE("a start from the basis of a near programme saves iterations and changes nothing, whatever its size") {
    Draw draw(4);
    LinearProgram program;
    for (int c = 0; c < 60; ++c) program.add_column(draw.between(-1.0, 1.0), {0.0, 10.0});
    for (int r = 0; r < 40; ++r) {
        std::vector<LinearTerm> terms;
        for (std::uint32_t c = 0; c < 60; ++c) terms.push_back({c, draw.between(0.0, 1.0)});
        program.add_row({-infinity, draw.between(20.0, 60.0)}, terms);
    }
    const LinearSolution first = solve(program);
    REQUIRE(first.status == LinearStatus::optimal);
    for (std::uint32_t c = 0; c < 60; c += 7) program.set_cost(c, program.cost()[c] + 0.01);
    const LinearSolution cold = solve(program), warm = solve(program, {}, &first.basis);
    CHECK(warm.certificate.primal_objective == Approx(cold.certificate.primal_objective));
    CHECK(warm.iterations < cold.iterations);
    LinearBasis odd = first.basis;
    odd.column.resize(20);
    odd.row.resize(90, BasisStatus::basic);
    CHECK(solve(program, {}, &odd).certificate.primal_objective == Approx(cold.certificate.primal_objective));
}

TEST_CASE("many threads at once get the same bits as one", "[slow]") {
    std::vector<LinearProgram> programs;
    Draw draw(5);
    for (int k = 0; k < 60; ++k) {
        LinearProgram program = random_program(draw, 12, 6, false);
        for (std::uint32_t c = 0; c < 10; ++c) program.set_range(c, {0.0, program.column_ranges()[c].highest});
        for (std::uint32_t c = 0; c + 1 < 10; c += 2) program.exclude(c, c + 1);
        program.make_binary(10);
        programs.push_back(std::move(program));
    }
    const auto all = [&programs](Branching way) {
        std::vector<std::vector<double>> values;
        for (const LinearProgram& program : programs) values.push_back(solve(program, {.branching = way}).value);
        return values;
    };
    for (const Branching way : {Branching::by_tree, Branching::by_cbc}) {
        const auto alone = all(way);
        std::vector<std::vector<std::vector<double>>> together(8);
        std::vector<std::thread> threads;
        for (auto& values : together) threads.emplace_back([&values, &all, way] { values = all(way); });
        for (auto& thread : threads) thread.join();
        for (const auto& values : together) CHECK(values == alone);
    }
}

TEST_CASE("numbers that are none, and columns that are not there, break a promise") {
    LinearProgram program;
    const auto x = program.add_column(1.0, {0.0, infinity});
    const auto y = program.add_column(1.0, {1.0, 2.0});
    CHECK_THROWS_AS(program.add_column(std::nan(""), {0.0, 1.0}), ContractViolation);
    CHECK_THROWS_AS(program.add_column(1.0, {0.0, std::nan("")}), ContractViolation);
    CHECK_THROWS_AS(program.add_row({0.0, 1.0}, {{x, infinity}}), ContractViolation);
    CHECK_THROWS_AS(program.add_row({0.0, 1.0}, {{7, 1.0}}), ContractViolation);
    CHECK_THROWS_AS(program.add_row({0.0, 1.0}, {{x, 1.0}, {x, 1.0}}), ContractViolation);
    CHECK_THROWS_AS(program.exclude(x, y), ContractViolation);  // x has no highest value
    CHECK_THROWS_AS(program.make_binary(9), ContractViolation);
}
