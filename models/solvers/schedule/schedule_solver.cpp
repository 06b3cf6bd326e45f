#include "solvers/schedule/schedule_solver.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "evsweep/contracts.hpp"
#include "solvers/schedule/fleet_newton.hpp"

namespace evsweep {

struct ScheduleSolver::Work {
    explicit Work(const ScheduleOptions& options) : workers(options.threads, options.stop) {}
    Workers workers;
    PlaceResponse response;
    FleetMemory memory;  ///< of the last problem
};

namespace {

constexpr double cold_barrier = 0.05;  ///< products at the start
constexpr double warm_barrier = 5e-4;  ///< of limits, for a start half-way
constexpr double half_way_gap = 0.05;  ///< gap of the points that are remembered
constexpr double nearly_all = 0.995;   ///< of the way to the border that a step goes at most
constexpr double short_step = 0.1;     ///< with a correction that does more harm than good
constexpr double hopeless_step = 1e-9;
constexpr double slow = 0.7;  ///< a gap that falls to no less of itself in `patience` steps
constexpr int patience = 3;
constexpr double primal_tolerance = 1e-9;  ///< of batteries, in state of charge
constexpr double row_tolerance = 1e-6;     ///< kW
constexpr double dual_tolerance = 1e-6;
constexpr double good_enough = 10.0;  ///< times the tolerances, where rounding allows no more steps

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

    /// Half-way to the optimum of a similar problem; from scratch, with limits that hold; and with limits that yield.
    enum class Start { half_way, holding, yielding };
    /// Where the fleet stands half-way goes to `memory`.
    Schedule solve(Start attempt, std::span<const double> worths, FleetMemory& memory) {
        start(attempt, worths, memory);
        bool is_remembered = false;
        while (!is_done(1.0) && schedule_.iterations < options_.max_iterations) {
            if (!is_remembered && gap_ <= half_way_gap * size_) {
                fleet_.remember(memory);
                is_remembered = true;
            }
            if (is_losing_digits() || !advance()) break;
            ++schedule_.iterations;
        }
        if (schedule_.status != ScheduleStatus::optimal) (void)is_done(good_enough);
        fleet_.conclude(schedule_);
        grid_.conclude(power_, schedule_);
        schedule_.objective = objective_of(problem_, schedule_);
        return std::move(schedule_);
    }

   private:
    void start(Start attempt, std::span<const double> worths, const FleetMemory& memory) {
        const bool yields = attempt == Start::yielding;
        const double dearest = yields ? std::max(dearest_step(), 0.1 * grid_.dearest()) : dearest_step();
        if (attempt == Start::half_way)
            fleet_.start_from(memory, power_);
        else
            fleet_.start(cold_barrier * dearest, power_);
        grid_.start(power_);
        const double barrier = attempt == Start::half_way ? warm_barrier : cold_barrier;
        if (attempt != Start::half_way) worths = {};
        grid_.take_in(greedy_power(), power_, {barrier * dearest, yields, worths});
    }

    /// What a vehicle's energy costs in a step at most, and 1 at least: products start in proportion to what multipliers come to.
    [[nodiscard]] double dearest_step() const {
        double rating = 0.0;
        double price = 0.0;
        for (const ScheduleVehicle& v : problem_.vehicles) rating = std::max(rating, v.rating_kva);
        for (const auto* prices : {&problem_.objective.buy, &problem_.objective.sell})
            for (const double p : *prices) price = std::max(price, std::abs(p));
        return std::max(1.0, rating * price);
    }

    /// What vehicles would draw if each charged as fast as it can: a first guess at the limits that matter.
    [[nodiscard]] FleetNewton::Power greedy_power() const {
        FleetNewton::Power power(power_.size());
        for (const ScheduleVehicle& v : problem_.vehicles) {
            double x = v.deficit;
            for (std::size_t t = v.first; t < v.last && v.soc_per_charge > 0.0; ++t) {
                const double soc = v.share(t) * v.soc_per_charge;
                const double u = std::clamp((x - v.deficit_min) / soc, 0.0, v.charge_max);
                x -= soc * u;
                power[t * 2 * problem_.places + v.place] += v.rating_kva * u;
            }
        }
        return power;
    }

    /// Whether everything is within so many times the tolerances.
    [[nodiscard]] bool is_done(double times) {
        grid_.write_prices(prices_);
        const StayNewton::Standing fleet = fleet_.standing(prices_);
        const GridNewton::Residual rows = grid_.residual(power_);
        gap_ = fleet.gap + grid_.gap_after(0.0);
        size_ = std::max(1.0, std::abs(fleet.cost + grid_.cost(power_)));
        dual_ = fleet.dual;
        schedule_.worst_residual = std::max(fleet.primal, rows.kw);
        const double tolerance = times * options_.tolerance * size_;
        const bool done = gap_ <= tolerance && fleet.primal <= times * primal_tolerance && rows.kw <= times * row_tolerance &&
                          rows.cost <= 10.0 * tolerance && fleet.dual <= times * dual_tolerance;
        schedule_.status = done ? ScheduleStatus::optimal : ScheduleStatus::stalled;
        return done;
    }

    /// Where nothing but the gradient is beyond its tolerance, and it grows, further steps only cost digits.
    [[nodiscard]] bool is_losing_digits() {
        const bool grows = dual_ > std::exchange(last_dual_, dual_) && gap_ <= options_.tolerance * size_;
        return grows && is_done(good_enough);
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
        const bool stuck = is_stuck();
        const double share = stuck ? std::max(slow, left * left * left) : left * left * left;
        const double barrier = std::max(share * gap_, least) / products;
        double longest = find_step(barrier, stuck ? 0.0 : 1.0);
        if (longest < std::min(far, short_step)) longest = find_step(barrier, 0.0);
        const double length = std::min(1.0, nearly_all * longest);
        if (!(length > hopeless_step)) return false;
        fleet_.take_step(length, power_);
        grid_.take_step(length);
        grid_.take_in(power_, power_, {std::max(barrier, (1.0 - length) * gap_ / products)});
        return true;
    }

    /// Whether the gap hardly falls any more: corrections, which can lead in circles, are left out then, and products are brought
    /// closer together first.
    [[nodiscard]] bool is_stuck() {
        if (gap_ < slow * best_gap_) {
            best_gap_ = gap_;
            idle_ = 0;
        }
        return ++idle_ > patience;
    }

    /// The step whose products aim at `barrier`, less a share of what the step before would have gained beyond the first order;
    /// returns how long it may be.
    double find_step(double barrier, double share) {
        fleet_.find_step(prices_, barrier, share, next_);
        grid_.aim(barrier, share);
        grid_.find_step(next_);
        grid_.write_price_changes(next_);
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
    double best_gap_ = std::numeric_limits<double>::infinity();
    int idle_ = 0;       ///< steps since the gap last fell by much
    double gap_ = 0.0;   ///< sum of all products
    double dual_ = 0.0;  ///< the largest of the gradient, now and at the last step
    double last_dual_ = std::numeric_limits<double>::infinity();
    double size_ = 1.0;  ///< of the objective
};

}  // namespace

ScheduleSolver::ScheduleSolver(ScheduleOptions options) : options_(options), work_(std::make_unique<Work>(options_)) {}
ScheduleSolver::~ScheduleSolver() = default;
ScheduleSolver::ScheduleSolver(ScheduleSolver&&) noexcept = default;
ScheduleSolver& ScheduleSolver::operator=(ScheduleSolver&&) noexcept = default;

Schedule ScheduleSolver::solve(const ScheduleProblem& problem, std::span<const double> worths) {
    EVSWEEP_EXPECTS(error_texts(problem).empty(), "a schedule is sought for a sound problem");
    EVSWEEP_EXPECTS(worths.empty() || worths.size() == problem.limits.limit.size(), "one worth per limit");
    using Start = InteriorPoint::Start;
    Schedule best;
    best.objective = std::numeric_limits<double>::infinity();
    int iterations = 0;
    for (const Start attempt : {Start::half_way, Start::holding, Start::yielding}) {
        if (attempt == Start::half_way && (worths.empty() || !work_->memory.is_of(problem))) continue;
        InteriorPoint method(problem, options_, work_->workers, work_->response);
        Schedule schedule = method.solve(attempt, worths, work_->memory);
        iterations += schedule.iterations;
        const bool is_solved = schedule.status == ScheduleStatus::optimal;
        if (is_solved || !(schedule.objective >= best.objective)) best = std::move(schedule);
        if (is_solved) break;
    }
    best.iterations = iterations;
    return best;
}

}  // namespace evsweep
