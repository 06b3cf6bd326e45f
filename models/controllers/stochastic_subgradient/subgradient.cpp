#include "controllers/stochastic_subgradient/subgradient.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace evsweep {

namespace {

/// Whether a little more of x is a little more of y.
bool is_free(double x, double capacity_kvar) { return capacity_kvar > 0.0 && std::abs(x) <= capacity_kvar; }

/// y_j.
double clipped_kvar(double x, double capacity_kvar) { return std::clamp(x, -capacity_kvar, capacity_kvar); }

}  // namespace

double StationSlopes::row_sum(std::size_t station) const {
    double sum = 0.0;
    for (std::size_t l = 0; l < stations; ++l) {
        double common = 0.0;
        for (std::size_t m = 0; m < stations; ++m) common += of(m, station) * of(m, l);
        sum += std::abs(2.0 * common);
    }
    return sum;
}

double SubgradientRules::step(std::size_t iteration) const {
    if (!first_step) return 1.0;
    return *first_step / std::pow(1.0 + static_cast<double>(iteration) / 20.0, 0.6);
}

SubgradientTeam::SubgradientTeam(const SubgradientRules& rules, StationSlopes slopes)
    : rules_(rules), slopes_(std::move(slopes)) {
    for (std::size_t j = 0; j < stations(); ++j) row_sum_.push_back(slopes_.row_sum(j));
}

void SubgradientTeam::begin(const std::vector<StationState>& states, std::vector<double> capacity_kvar) {
    states_ = states;
    capacity_ = std::move(capacity_kvar);
    x_.clear();
    for (const StationState& state : states_) x_.push_back(state.start_kvar);
    changes_.assign(stations() * stations(), 0.0);
    deviations_.assign(stations() * stations(), 0.0);
    history_.clear();
    iteration_ = 0;
}

double SubgradientTeam::capacity_at(std::size_t iteration, std::size_t station) const {
    return capacity_[capacity_.size() == stations() ? station : iteration * stations() + station];
}

double SubgradientTeam::change_kvar(std::size_t station) const {
    return clipped_kvar(x_[station], capacity_at(iteration_, station)) - states_[station].in_force_kvar;
}

void SubgradientTeam::hear(std::vector<double>& heard, std::size_t from, std::optional<std::size_t> to, double value) const {
    if (to) {
        heard[from * stations() + *to] = value;
        return;
    }
    for (std::size_t hearer = 0; hearer < stations(); ++hearer)
        if (hearer != from) heard[from * stations() + hearer] = value;
}

void SubgradientTeam::find_deviations() {
    std::vector<double> e;
    for (std::size_t j = 0; j < stations(); ++j) {
        changes_[j * stations() + j] = change_kvar(j);
        e.push_back(states_[j].voltage_pu - 1.0);
    }
    for (std::size_t l = 0; l < stations(); ++l)
        for (std::size_t j = 0; j < stations(); ++j) e[j] += slopes_.of(j, l) * changes_[l * stations() + j];
    for (std::size_t j = 0; j < stations(); ++j) deviations_[j * stations() + j] = e[j];
}

/// `step`: beta times the gradient.
double SubgradientTeam::moved(std::size_t station, std::size_t iteration, double x, double step) const {
    const bool moves = is_free(x, capacity_at(iteration, station)) && row_sum_[station] > 0.0;
    return clipped_kvar(moves ? x - step / row_sum_[station] : x, states_[station].bound_kvar);
}

void SubgradientTeam::move() {
    std::vector<double> gradient(stations(), 0.0);
    for (std::size_t m = 0; m < stations(); ++m)
        for (std::size_t j = 0; j < stations(); ++j) gradient[j] += 2.0 * slopes_.of(m, j) * deviations_[m * stations() + j];
    const double beta = rules_.step(iteration_);
    for (std::size_t j = 0; j < stations(); ++j) x_[j] = moved(j, iteration_, x_[j], beta * gradient[j]);
    history_.insert(history_.end(), x_.begin(), x_.end());
    ++iteration_;
}

/// All others stay as they are, and so do the voltages that only they see.
double SubgradientTeam::plan_alone(std::size_t station) const {
    const StationState& own = states_[station];
    const double slope = slopes_.of(station, station);
    double x = own.start_kvar, sum = 0.0;
    for (std::size_t i = 0; i < rules_.iterations; ++i) {
        const double change = clipped_kvar(x, capacity_at(i, station)) - own.in_force_kvar;
        x = moved(station, i, x, 2.0 * rules_.step(i) * slope * (own.voltage_pu - 1.0 + slope * change));
        if (i >= rules_.iterations / 2) sum += x;
    }
    return sum / static_cast<double>(rules_.iterations - rules_.iterations / 2);
}

std::vector<double> SubgradientTeam::plan_kvar() const {
    std::vector<double> plan(stations(), 0.0);
    if (!has_plan()) return plan;
    if (history_.empty()) {
        for (std::size_t j = 0; j < stations(); ++j) plan[j] = plan_alone(j);
        return plan;
    }
    const std::size_t first = iteration_ / 2;
    for (std::size_t i = first; i < iteration_; ++i)
        for (std::size_t j = 0; j < stations(); ++j) plan[j] += history_[i * stations() + j];
    for (double& x : plan) x /= static_cast<double>(iteration_ - first);
    return plan;
}

}  // namespace evsweep
