// Weak duality. With multipliers m >= 0 of the limits and g of the cost rows' values v = a y, the minimum over all variables of
//   f + m (a y - limit - e) + price e + weight / 2 (v - target)^2 + g (a y - v)
// is a lower bound of the objective. It falls apart into
//   excesses   min over e >= 0 of (price - m) e             = 0 for m <= price
//   cost rows  min over v of weight / 2 (v - target)^2 - g v = -g^2 / (2 weight) - g target
//   vehicles   min over its own schedules of its part of f plus the prices m a + g a of its kW and kvar: MarginalValue.
// Power that a vehicle draws for a share s of a step is there for s of the time, so a row's mean over the step has s a u. What
// keeps a limit at every instant keeps it on the mean, and by Jensen's inequality the mean of a square is no less than the square
// of the mean: with prices s (m a + g a) the bound is one of everything that vehicles can do in continuous time.
#include "solvers/schedule/certificate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "evsweep/compensated_sum.hpp"
#include "evsweep/contracts.hpp"
#include "solvers/schedule/marginal_value.hpp"
#include "solvers/schedule/reactive_cost.hpp"
#include "solvers/schedule/step_choices.hpp"

namespace evsweep {

namespace {

/// Multipliers for which the bound holds: no limit is worth more than its price, and a cost without weight has no pull.
Schedule within_prices(const ScheduleProblem& problem, const Schedule& schedule) {
    Schedule prices;
    prices.worth.resize(problem.limits.rows.size());
    prices.pull.resize(problem.costs.rows.size());
    for (std::size_t r = 0; r < prices.worth.size(); ++r)
        prices.worth[r] = schedule.worth[r] > 0.0 ? std::min(schedule.worth[r], problem.limits.price[r]) : 0.0;
    for (std::size_t r = 0; r < prices.pull.size(); ++r)
        prices.pull[r] = problem.costs.weight[r] > 0.0 && std::isfinite(schedule.pull[r]) ? schedule.pull[r] : 0.0;
    return prices;
}

/// What rows make of power that is drawn for a part of a step: all of it, or its mean over the step.
enum class RowPower { whole, mean };

/// The cheapest answer of each vehicle to given prices of kW and kvar.
class CheapestAnswers {
   public:
    /// `executed`: near which schedule the bound is to be tight.
    CheapestAnswers(const ScheduleProblem& problem, const Schedule& executed, const std::vector<double>& price, RowPower power)
        : problem_(problem), executed_(executed), price_(price), power_(power) {}

    /// Adds the cost of vehicle `v`, whose steps stand in the columns from `k` on.
    void add(std::size_t v, std::size_t k, CompensatedSum& sum);

   private:
    void step_back(const ScheduleVehicle& vehicle, std::size_t t, std::size_t k);

    const ScheduleProblem& problem_;
    const Schedule& executed_;
    const std::vector<double>& price_;
    RowPower power_;
    StepChoices choices_;
    MarginalValue value_;
};

void CheapestAnswers::add(std::size_t v, std::size_t k, CompensatedSum& sum) {
    const ScheduleVehicle& vehicle = problem_.vehicles[v];
    const double weight = problem_.objective.deficit_weight;
    const double lowest = std::min(vehicle.deficit_min, vehicle.deficit);
    const double highest = std::max(vehicle.deficit_max, vehicle.deficit);
    value_.begin(lowest, highest, vehicle.final_deficit, vehicle.shortfall_price);
    value_.hold(weight * (problem_.steps - vehicle.last));
    for (std::size_t t = vehicle.last; t-- > vehicle.first;) {
        value_.hold(weight);
        step_back(vehicle, t, k + (t - vehicle.first));
        value_.keep(lowest, highest);
    }
    sum.add(value_.at(vehicle.deficit));
    sum.add(weight * vehicle.first * vehicle.deficit * vehicle.deficit);
}

void CheapestAnswers::step_back(const ScheduleVehicle& vehicle, std::size_t t, std::size_t k) {
    const ScheduleObjective& objective = problem_.objective;
    const double* price = price_.data() + t * 2 * problem_.places + vehicle.place;
    const double share = vehicle.share(t);
    const double seen = power_ == RowPower::mean ? share : 1.0;
    const double buy = seen * price[0] + (objective.buy.empty() ? 0.0 : share * objective.buy[t]);
    const double sell = seen * price[0] + (objective.sell.empty() ? 0.0 : share * objective.sell[t]);
    const ActiveStep step{vehicle.charge_max,
                          vehicle.discharge_max,
                          share * objective.throughput_weight + vehicle.rating_kva * buy,
                          share * objective.throughput_weight - vehicle.rating_kva * sell,
                          share * vehicle.soc_per_charge,
                          share * vehicle.soc_per_discharge};
    const bool is_reactive = problem_.reactive && (power_ == RowPower::mean || vehicle.is_whole(t));
    if (!is_reactive) {
        value_.go_back(choices_.of(step));
        return;
    }
    const ReactiveCost cost(seen * vehicle.rating_kva * price[problem_.places], objective.reactive_weight);
    const StepOfSchedule schedule{t == vehicle.first ? vehicle.deficit : executed_.deficit[k - 1],
                                  executed_.charge[k] - executed_.discharge[k]};
    value_.go_back(choices_.of(step, cost, schedule, value_));
}

/// The same power with the deficits it leads to and the excess it has.
Schedule as_executed(const ScheduleProblem& problem, const Schedule& schedule) {
    Schedule executed;
    executed.charge = schedule.charge;
    executed.discharge = schedule.discharge;
    executed.reactive = schedule.reactive;
    executed.deficit.reserve(schedule.charge.size());
    for (const ScheduleVehicle& vehicle : problem.vehicles) {
        double deficit = vehicle.deficit;
        for (std::size_t t = vehicle.first; t < vehicle.last; ++t) {
            const std::size_t k = executed.deficit.size();
            deficit += vehicle.share(t) *
                       (vehicle.soc_per_discharge * schedule.discharge[k] - vehicle.soc_per_charge * schedule.charge[k]);
            executed.deficit.push_back(deficit);
        }
    }
    executed.excess = row_values(problem, problem.limits.rows, power_by_place(problem, schedule));
    for (std::size_t r = 0; r < executed.excess.size(); ++r)
        executed.excess[r] = std::max(0.0, executed.excess[r] - problem.limits.limit[r]);
    return executed;
}

/// The largest of all breaches; not a number is an infinite one.
class WorstBreach {
   public:
    void add(double breach) { worst_ = std::isnan(breach) ? std::numeric_limits<double>::infinity() : std::max(worst_, breach); }
    [[nodiscard]] double value() const { return worst_; }

   private:
    double worst_ = 0.0;
};

double worst_violation(const ScheduleProblem& problem, const Schedule& schedule, const Schedule& executed) {
    WorstBreach worst;
    std::size_t k = 0;
    for (const ScheduleVehicle& vehicle : problem.vehicles)
        for (std::size_t t = vehicle.first; t < vehicle.last; ++t, ++k) {
            const double u = schedule.charge[k];
            const double w = schedule.discharge[k];
            for (const double breach : {-u, u - vehicle.charge_max, -w, w - vehicle.discharge_max}) worst.add(breach);
            if (problem.reactive && vehicle.is_whole(t)) worst.add(std::hypot(u - w, schedule.reactive[k]) - 1.0);
            if (problem.reactive && !vehicle.is_whole(t)) worst.add(std::abs(schedule.reactive[k]));
            worst.add(std::abs(schedule.deficit[k] - executed.deficit[k]));
            worst.add(std::min(vehicle.deficit_min, vehicle.deficit) - executed.deficit[k]);
            worst.add(executed.deficit[k] - std::max(vehicle.deficit_max, vehicle.deficit));
        }
    return worst.value();
}

double lower_bound(const ScheduleProblem& problem, const Schedule& prices, const Schedule& executed, RowPower power,
                   const StopRequest& stop) {
    const std::vector<double> by_place = price_by_place(problem, prices);
    const VehicleSteps steps(problem);
    CompensatedSum sum;
    CheapestAnswers answers(problem, executed, by_place, power);
    for (std::size_t v = 0; v < problem.vehicles.size(); ++v) {
        stop.obey();
        answers.add(v, steps.first[v], sum);
    }
    for (std::size_t r = 0; r < prices.worth.size(); ++r) sum.add(-prices.worth[r] * problem.limits.limit[r]);
    for (std::size_t r = 0; r < prices.pull.size(); ++r)
        if (prices.pull[r] != 0.0)
            sum.add(-prices.pull[r] * (0.5 * prices.pull[r] / problem.costs.weight[r] + problem.costs.target[r]));
    return sum.value();
}

bool have_prices(const Schedule& prices) {
    const auto is_any = [](double price) { return price != 0.0; };
    return std::any_of(prices.worth.begin(), prices.worth.end(), is_any) ||
           std::any_of(prices.pull.begin(), prices.pull.end(), is_any);
}

bool has_partial_steps(const ScheduleProblem& problem) {
    return std::any_of(problem.vehicles.begin(), problem.vehicles.end(),
                       [](const ScheduleVehicle& vehicle) { return vehicle.has_partial_steps(); });
}

}  // namespace

Certificate certify(const ScheduleProblem& problem, const Schedule& schedule, const StopRequest& stop) {
    const std::size_t steps = VehicleSteps(problem).size();
    EVSWEEP_EXPECTS(schedule.charge.size() == steps && schedule.discharge.size() == steps && schedule.deficit.size() == steps &&
                        schedule.reactive.size() == (problem.reactive ? steps : 0),
                    "a schedule has one number for each vehicle and step of its window");
    EVSWEEP_EXPECTS(schedule.worth.size() == problem.limits.rows.size() && schedule.pull.size() == problem.costs.rows.size(),
                    "a schedule has one multiplier for each limit and each cost");
    const Schedule executed = as_executed(problem, schedule);
    Certificate certificate;
    certificate.objective = objective_of(problem, executed);
    const Schedule prices = within_prices(problem, schedule);
    certificate.bound = certificate.bound_of_any_control = lower_bound(problem, prices, executed, RowPower::whole, stop);
    if (has_partial_steps(problem) && have_prices(prices))
        certificate.bound_of_any_control = lower_bound(problem, prices, executed, RowPower::mean, stop);
    certificate.relative_gap = (certificate.objective - certificate.bound) / std::max(1.0, std::abs(certificate.objective));
    certificate.worst_violation = worst_violation(problem, schedule, executed);
    return certificate;
}

}  // namespace evsweep
