#include "solvers/schedule/grid_newton.hpp"

#include <algorithm>
#include <cmath>

#include "solvers/schedule/tiled_cholesky.hpp"

namespace evsweep {

namespace {

constexpr double near_share = 0.03;   ///< of a row's reach: closer to its limit it is taken in
constexpr double least_share = 0.01;  ///< of a row's reach: slack of a limit that is exceeded when it is taken in

constexpr double worth_knowing = 1e-3;  ///< what a limit saved in a schedule nearby, over its reach

}  // namespace

GridNewton::GridNewton(const ScheduleProblem& problem)
    : steps_(problem.steps), places_(problem.places), width_(2 * places_), limits_(problem.limits.rows.size()) {
    add_rows(problem.limits.rows, problem.limits.limit);
    add_rows(problem.costs.rows, problem.costs.target);
    for (std::size_t r = 0; r < limits_; ++r) rows_[r].limit.price = problem.limits.price[r] * rows_[r].scale;
    for (std::size_t r = limits_; r < rows_.size(); ++r)
        rows_[r].weight = problem.costs.weight[r - limits_] * rows_[r].scale * rows_[r].scale;
    find_reach(problem);
    many_ = std::max(1.0, 0.25 * static_cast<double>(problem.vehicles.size()));
    is_active_.assign(rows_.size(), 0);
    for (std::size_t r = limits_; r < rows_.size(); ++r) is_active_[r] = rows_[r].is_cost() && rows_[r].reach > 0.0 ? 1 : 0;
    order_active();
}

void GridNewton::add_rows(const GridRows& rows, const std::vector<double>& bounds) {
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const auto first = rows.coefficient.begin() + static_cast<std::ptrdiff_t>(r * width_);
        const std::span a(first, width_);
        double largest = 0.0;
        for (const double c : a) largest = std::max(largest, std::abs(c));
        Row row;
        row.step = rows.step[r];
        row.coefficient = coefficient_.size();
        row.scale = largest > 0.0 ? largest : 1.0;
        row.bound = bounds[r] / row.scale;
        for (const double c : a) coefficient_.push_back(c / row.scale);
        rows_.push_back(row);
    }
}

void GridNewton::find_reach(const ScheduleProblem& problem) {
    std::vector<double> capacity(steps_ * places_);
    for (const ScheduleVehicle& v : problem.vehicles)
        for (std::size_t t = v.first; t < v.last; ++t) capacity[t * places_ + v.place] += v.rating_kva;
    for (Row& row : rows_) {
        const double* a = coefficient_.data() + row.coefficient;
        for (std::size_t n = 0; n < places_; ++n)
            row.reach += capacity[row.step * places_ + n] * std::hypot(a[n], problem.reactive ? a[places_ + n] : 0.0);
    }
}

void GridNewton::order_active() {
    active_.clear();
    for (std::size_t r = 0; r < rows_.size(); ++r)
        if (is_active_[r]) active_.push_back(r);
    std::stable_sort(active_.begin(), active_.end(), [&](std::size_t a, std::size_t b) { return rows_[a].step < rows_[b].step; });
    first_active_.assign(steps_ + 1, 0);
    for (const std::size_t r : active_) ++first_active_[rows_[r].step + 1];
    for (std::size_t t = 0; t < steps_; ++t) first_active_[t + 1] += first_active_[t];
    const auto size = static_cast<Eigen::Index>(active_.size());
    matrix_.resize(size, size);
    change_.resize(size);
}

double GridNewton::value(const Row& row, const Power& power) const {
    const double* a = coefficient_.data() + row.coefficient;
    const double* y = power.data() + row.step * width_;
    double sum = -row.bound;
    for (std::size_t i = 0; i < width_; ++i) sum += a[i] * y[i];
    return sum;
}

void GridNewton::add_price(const Row& row, double worth, Power& prices) const {
    const double* a = coefficient_.data() + row.coefficient;
    double* price = prices.data() + row.step * width_;
    for (std::size_t i = 0; i < width_; ++i) price[i] += a[i] * worth;
}

void GridNewton::take_in(const Power& guess, const Power& power, const StartOptions& options) {
    const std::size_t before = active_.size();
    std::size_t count = before;
    for (std::size_t r = 0; r < limits_; ++r) {
        Row& row = rows_[r];
        if (is_active_[r] || row.limit.price <= 0.0 || row.reach <= 0.0) continue;
        const double g = value(row, power);
        const double known = options.worths.empty() ? 0.0 : std::min(options.worths[r] * row.scale, 0.9 * row.limit.price);
        if (known * row.reach < worth_knowing && std::max(g, value(row, guess)) < -near_share * row.reach) continue;
        is_active_[r] = 1;
        ++count;
        const double least = least_share * row.reach;
        row.limit = options.yields ? yielding_start_of(row.limit.price, g, least)
                                   : start_of(row.limit.price, g, least, many_ * options.barrier);
        if (!options.yields && known > row.limit.worth) {
            row.limit.worth = known;
            row.limit.slack = std::max(-g, many_ * options.barrier / known);
        }
    }
    if (count != before) order_active();
}

double GridNewton::dearest() const {
    double dearest = 0.0;
    for (std::size_t r = 0; r < limits_; ++r) dearest = std::max(dearest, rows_[r].limit.price * rows_[r].reach / many_);
    return dearest;
}

std::size_t GridNewton::products() const {
    return 2 *
           static_cast<std::size_t>(std::count(is_active_.begin(), is_active_.begin() + static_cast<std::ptrdiff_t>(limits_), 1));
}

void GridNewton::start(const Power& power) {
    for (Row& row : rows_) row.pull = row.is_cost() ? row.weight * value(row, power) : 0.0;
}

void GridNewton::write_prices(Power& prices) const {
    std::fill(prices.begin(), prices.end(), 0.0);
    for (const std::size_t r : active_) add_price(rows_[r], rows_[r].worth(), prices);
}

void GridNewton::write_price_changes(Power& changes) const {
    std::fill(changes.begin(), changes.end(), 0.0);
    for (const std::size_t r : active_) add_price(rows_[r], rows_[r].worth_step(), changes);
}

/// Rows of step t against those of the same and of all later steps.
void GridNewton::assemble(const PlaceResponse& response, std::size_t t) {
    std::vector<double> answer(width_);
    for (std::size_t r = first_active_[t]; r < first_active_[t + 1]; ++r) {
        const double* a_p = coefficient_.data() + rows_[active_[r]].coefficient;
        const double* a_q = a_p + places_;
        for (std::size_t s = t; s < response.steps; ++s) {
            if (first_active_[s] == first_active_[s + 1]) continue;
            const double* k = response.of.data() + response.index(t, s);
            for (std::size_t n = 0; n < places_; ++n) answer[n] = a_p[n] * k[n];
            if (response.parts > 1) {
                for (std::size_t n = 0; n < places_; ++n) {
                    answer[n] += a_q[n] * k[2 * places_ + n];
                    answer[places_ + n] = a_p[n] * k[places_ + n] + a_q[n] * k[3 * places_ + n];
                }
            }
            const std::size_t terms = response.parts > 1 ? width_ : places_;
            for (std::size_t other = std::max(r, first_active_[s]); other < first_active_[s + 1]; ++other) {
                const double* b = coefficient_.data() + rows_[active_[other]].coefficient;
                double sum = 0.0;
                for (std::size_t i = 0; i < terms; ++i) sum += b[i] * answer[i];
                matrix_(static_cast<Eigen::Index>(other), static_cast<Eigen::Index>(r)) = sum;
            }
        }
    }
}

bool GridNewton::factorise(const PlaceResponse& response, Workers& workers) {
    workers.share(response.steps, [&](std::size_t t) { assemble(response, t); });
    for (std::size_t i = 0; i < active_.size(); ++i) {
        const Row& row = rows_[active_[i]];
        matrix_(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(i)) +=
            row.is_cost() ? 1.0 / row.weight : row.limit.give();
    }
    return factorise_cholesky(matrix_, workers);
}

void GridNewton::aim(double barrier, double share) {
    for (const std::size_t r : active_) rows_[r].limit_aim = aim_of(rows_[r].limit_step, barrier, share);
}

void GridNewton::find_step(const Power& power) {
    for (std::size_t i = 0; i < active_.size(); ++i) {
        const Row& row = rows_[active_[i]];
        const double known = row.is_cost() ? -row.pull / row.weight : push_of(row.limit, row.limit_aim);
        change_[static_cast<Eigen::Index>(i)] = value(row, power) + known;
    }
    solve_cholesky(matrix_, change_);
    for (std::size_t i = 0; i < active_.size(); ++i) {
        Row& row = rows_[active_[i]];
        const double change = change_[static_cast<Eigen::Index>(i)];
        if (row.is_cost())
            row.pull_step = change;
        else
            row.limit_step = step_of(row.limit, row.limit_aim, change);
    }
}

double GridNewton::longest_step(double longest) const {
    for (const std::size_t r : active_)
        if (!rows_[r].is_cost()) longest = evsweep::longest_step(rows_[r].limit, rows_[r].limit_step, longest);
    return longest;
}

void GridNewton::take_step(double length) {
    for (const std::size_t r : active_) {
        Row& row = rows_[r];
        if (row.is_cost())
            row.pull += length * row.pull_step;
        else
            take(row.limit, row.limit_step, length);
    }
}

double GridNewton::gap_after(double length) const {
    double gap = 0.0;
    for (const std::size_t r : active_) {
        if (rows_[r].is_cost()) continue;
        ElasticLimit after = rows_[r].limit;
        take(after, rows_[r].limit_step, length);
        gap += gap_of(after);
    }
    return gap;
}

double GridNewton::cost(const Power& power) const {
    double cost = 0.0;
    for (const std::size_t r : active_) {
        const Row& row = rows_[r];
        const double g = value(row, power);
        cost += row.is_cost() ? 0.5 * row.weight * g * g : row.limit.price * row.limit.excess;
    }
    return cost;
}

GridNewton::Residual GridNewton::residual(const Power& power) const {
    Residual worst;
    for (const std::size_t r : active_) {
        const Row& row = rows_[r];
        const double rest = row.is_cost() ? -row.pull / row.weight : row.limit.slack - row.limit.excess;
        const double off = std::abs(value(row, power) + rest);
        worst.kw = std::max(worst.kw, off);
        if (!row.is_cost()) worst.cost = std::max(worst.cost, off * row.limit.price);
    }
    return worst;
}

void GridNewton::conclude(const Power& power, Schedule& schedule) const {
    schedule.worth.assign(limits_, 0.0);
    schedule.excess.assign(limits_, 0.0);
    schedule.pull.assign(rows_.size() - limits_, 0.0);
    for (std::size_t r = 0; r < rows_.size(); ++r) {
        const Row& row = rows_[r];
        const double g = value(row, power);
        if (r >= limits_) {
            schedule.pull[r - limits_] = (row.reach > 0.0 ? row.pull : row.weight * g) / row.scale;
            continue;
        }
        schedule.excess[r] = std::max(0.0, g * row.scale);
        if (is_active_[r]) schedule.worth[r] = row.limit.worth / row.scale;
        // What nobody can change is worth its price.
        if (row.reach <= 0.0 && g > 0.0) schedule.worth[r] = row.limit.price / row.scale;
    }
}

}  // namespace evsweep
