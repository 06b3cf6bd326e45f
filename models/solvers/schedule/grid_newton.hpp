/// The grid's part of the Newton step: prices of limits and costs, from what power at all places would answer to them.
///
/// With A the rows (one step each), K_n what the power at place n answers (stay_newton.hpp) and dy_0 what power changes by
/// itself, the change of multipliers solves  (give + sum A_n K_n A_n') dmu = A (y + dy_0) - h + push,  where `give` is the
/// elastic limits' slack / worth + excess / rest, and 1 / weight for a cost.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <span>
#include <vector>

#include "solvers/schedule/elastic_limit.hpp"
#include "solvers/schedule/schedule_problem.hpp"
#include "solvers/schedule/workers.hpp"

namespace evsweep {

/// K of all places for steps t <= s, summed over vehicles: [t][s][part][place], with parts PP and, with reactive power, PQ (P at
/// t, Q at s), QP and QQ.
struct PlaceResponse {
    std::size_t steps = 0, places = 0, parts = 1;
    std::vector<double> of;
    [[nodiscard]] std::size_t index(std::size_t t, std::size_t s) const { return (t * steps + s) * parts * places; }
};

/// Works with the limits that matter: those that some power met so far comes near to, and all costs. At the optimum the others
/// hold with room to spare, so leaving them out changes nothing.
class GridNewton {
   public:
    using Power = std::vector<double>;  ///< [step][2 places]

    explicit GridNewton(const ScheduleProblem& problem);

    /// How a limit starts: with products near `barrier`, or, where limits are expected to yield, with all the excess that there
    /// is; with the multiplier that it had in a similar problem, where that is known.
    struct StartOptions {
        double barrier = 1.0;
        bool yields = false;
        std::span<const double> worths{};  ///< by limit, or empty
    };
    /// Takes in the limits that `power`, the present one, or `guess` come near to.
    void take_in(const Power& guess, const Power& power, const StartOptions& options);
    /// Costs pull as they do at this power.
    void start(const Power& power);
    /// What limits can cost a vehicle when they yield.
    [[nodiscard]] double dearest() const;
    [[nodiscard]] std::size_t active() const { return active_.size(); }
    /// Products of slacks and multipliers.
    [[nodiscard]] std::size_t products() const;
    /// What a kW and a kvar cost now, and what the step changes of it.
    void write_prices(Power& prices) const;
    void write_price_changes(Power& changes) const;

    /// False where rounding has eaten up the matrix.
    [[nodiscard]] bool factorise(const PlaceResponse& response, Workers& workers);
    /// As in StayNewton.
    void aim(double barrier, double share);
    /// The step of all multipliers; `power` is what it would be without it.
    void find_step(const Power& power);
    [[nodiscard]] double longest_step(double longest) const;
    void take_step(double length);
    [[nodiscard]] double gap_after(double length) const;
    /// What excesses and costs come to.
    [[nodiscard]] double cost(const Power& power) const;
    /// Largest of a y - h + slack - excess in kW (rows are scaled by their largest coefficient), and of that times the price.
    struct Residual {
        double kw = 0.0;
        double cost = 0.0;
    };
    [[nodiscard]] Residual residual(const Power& power) const;
    /// Puts worth, excess and pull into a schedule.
    void conclude(const Power& power, Schedule& schedule) const;

   private:
    /// A row, scaled by its largest coefficient.
    struct Row {
        std::size_t step = 0;
        std::size_t coefficient = 0;  ///< first of its columns
        double scale = 1.0;
        double bound = 0.0;   ///< h or target
        double reach = 0.0;   ///< the largest change of a y that vehicles can make
        double weight = 0.0;  ///< of a cost; 0: it is a limit
        ElasticLimit limit;
        ElasticStep limit_step;
        ElasticAim limit_aim;
        double pull = 0.0, pull_step = 0.0;
        [[nodiscard]] bool is_cost() const { return weight > 0.0; }
        [[nodiscard]] double worth() const { return is_cost() ? pull : limit.worth; }
        [[nodiscard]] double worth_step() const { return is_cost() ? pull_step : limit_step.worth; }
    };
    void add_rows(const GridRows& rows, const std::vector<double>& bounds);
    void find_reach(const ScheduleProblem& problem);
    void order_active();
    [[nodiscard]] double value(const Row& row, const Power& power) const;
    void add_price(const Row& row, double worth, Power& prices) const;
    void assemble(const PlaceResponse& response, std::size_t t);

    std::size_t steps_, places_, width_;
    std::size_t limits_;     ///< how many of the rows
    double many_ = 1.0;      ///< products of a limit start that much larger than those of a vehicle: many have a share in it
    std::vector<Row> rows_;  ///< limits, then costs
    std::vector<double> coefficient_;
    std::vector<std::uint8_t> is_active_;
    std::vector<std::size_t> active_;        ///< rows in use, ordered by step
    std::vector<std::size_t> first_active_;  ///< by step, and one beyond the last
    Eigen::MatrixXd matrix_;
    Eigen::VectorXd change_;
};

}  // namespace evsweep
