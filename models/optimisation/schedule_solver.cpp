#include "optimisation/schedule_solver.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "evsweep/contracts.hpp"
#include "optimisation/fleet_newton.hpp"

namespace evsweep {

struct ScheduleSolver::Work {
    explicit Work(int threads) : workers(threads) {}
    Workers workers;
    PlaceResponse response;
};

namespace {

constexpr double cold_barrier = 0.05;  ///< products at the start
constexpr double warm_barrier = 1e-4;
constexpr double nearly_all = 0.995;  ///< of the way to the border that a step goes at most
constexpr double short_step = 0.1;    ///< with a correction that does more harm than good
constexpr double hopeless = 1e-9;     ///< a step of this length leads nowhere

/// One problem on its way to its solution: Mehrotra's predictor and corrector (SIAM J. Optimization 2, 1992). Newton's system
/// falls apart into stays (StayNewton), which answer to prices of power at their places, and the grid (GridNewton), which finds
/// the prices.
class InteriorPoint {
   public:
    InteriorPoint(const ScheduleProblem& problem, const ScheduleOptions& options, Workers& workers, PlaceResponse& response)
        : problem_(problem),
          options_(options),
          workers_(workers),
          response_(response),
          fleet_(problem, workers),
          grid_(problem),
          power_(std::size_t{2} * problem.steps * problem.places),
          prices_(power_.size()),
          next_(power_.size()) {}

    Schedule solve(const Schedule* near) {
        start(near);
        while (!is_done() && schedule_.iterations < options_.max_iterations) {
            if (!advance()) break;
            ++schedule_.iterations;
        }
        fleet_.conclude(schedule_);
        grid_.conclude(power_, schedule_);
        schedule_.objective = objective_of(problem_, schedule_);
        return std::move(schedule_);
    }

   private:
    void start(const Schedule* near) {
        const double barrier = near ? warm_barrier : cold_barrier;
        fleet_.start(barrier, near, power_);
        grid_.start(power_);
        grid_.take_in(near ? power_ : greedy_power(), power_, barrier, near);
    }

    /// What vehicles would draw if each charged as fast as it can: a first guess at the limits that matter.
    [[nodiscard]] FleetNewton::Power greedy_power() const {
        FleetNewton::Power power(power_.size());
        for (const ScheduleVehicle& v : problem_.vehicles) {
            double x = v.deficit;
            for (std::size_t t = v.first; t < v.last && v.soc_per_charge > 0.0; ++t) {
                const double u = std::clamp((x - v.deficit_min) / v.soc_per_charge, 0.0, v.charge_max);
                x -= v.soc_per_charge * u;
                power[t * 2 * problem_.places + v.place] += v.rating_kva * u;
            }
        }
        return power;
    }

    [[nodiscard]] bool is_done() {
        grid_.tell_prices(prices_);
        const StayNewton::Standing fleet = fleet_.standing(prices_);
        const double rows = grid_.residual(power_);
        gap_ = fleet.gap + grid_.gap_after(0.0);
        size_ = std::max(1.0, std::abs(fleet.cost + grid_.cost(power_)));
        schedule_.worst_residual = std::max(fleet.primal, rows);
        const bool done = gap_ <= options_.tolerance * size_ && fleet.primal <= 1e-9 && rows <= 1e-6 && fleet.dual <= 1e-6;
        schedule_.status = done ? ScheduleStatus::optimal : ScheduleStatus::stalled;
        return done;
    }

    /// One step; false where there is none.
    [[nodiscard]] bool advance() {
        fleet_.factorise(response_);
        if (grid_.active() > 0 && !grid_.factorise(response_, workers_)) return false;
        const double far = std::min(1.0, find_step(0.0, 0.0));
        const double left = (fleet_.gap_after(far) + grid_.gap_after(far)) / gap_;
        const auto products = static_cast<double>(std::max<std::size_t>(1, fleet_.products() + grid_.products()));
        // Products far below what the tolerance asks for only cost digits.
        const double least = 0.05 * options_.tolerance * size_;
        const double barrier = std::max(left * left * left * gap_, least) / products;
        double longest = find_step(barrier, 1.0);
        if (longest < std::min(far, short_step)) longest = find_step(barrier, 0.0);
        const double length = std::min(1.0, nearly_all * longest);
        if (!(length > hopeless)) return false;
        fleet_.take_step(length, power_);
        grid_.take_step(length);
        grid_.take_in(power_, power_, std::max(barrier, (1.0 - length) * gap_ / products));
        return true;
    }

    /// The step whose products aim at `barrier`, less a share of what the step before would have gained beyond the first order;
    /// returns how long it may be.
    double find_step(double barrier, double share) {
        fleet_.find_step(prices_, barrier, share, next_);
        grid_.aim(barrier, share);
        grid_.find_step(next_);
        grid_.tell_price_changes(next_);
        return grid_.longest_step(fleet_.complete_step(next_, 1.0 / nearly_all));
    }

    const ScheduleProblem& problem_;
    const ScheduleOptions& options_;
    Workers& workers_;
    PlaceResponse& response_;
    FleetNewton fleet_;
    GridNewton grid_;
    FleetNewton::Power power_, prices_, next_;
    Schedule schedule_;
    double gap_ = 0.0;   ///< sum of all products
    double size_ = 1.0;  ///< of the objective
};

}  // namespace

ScheduleSolver::ScheduleSolver(ScheduleOptions options) : options_(options), work_(std::make_unique<Work>(options.threads)) {}
ScheduleSolver::~ScheduleSolver() = default;
ScheduleSolver::ScheduleSolver(ScheduleSolver&&) noexcept = default;
ScheduleSolver& ScheduleSolver::operator=(ScheduleSolver&&) noexcept = default;

Schedule ScheduleSolver::solve(const ScheduleProblem& problem, const Schedule* near) {
    EVSWEEP_EXPECTS(complaints(problem).empty(), "a schedule is sought for a sound problem");
    return InteriorPoint(problem, options_, work_->workers, work_->response).solve(near);
}

}  // namespace evsweep
