#include "controllers/optimal_schedule/plan_grid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace evsweep {

namespace {

constexpr int halvings = 6;  ///< of the way to a power at which the load flow has no solution

bool are_finite(std::span<const double> numbers) {
    return std::all_of(numbers.begin(), numbers.end(), [](double x) { return std::isfinite(x); });
}

bool are_finite(const LinearRows& rows) { return are_finite(rows.value) && are_finite(rows.per_kw) && are_finite(rows.per_kvar); }

bool is_linearised_at(const LinearGrid& grid, std::span<const double> y) {
    return std::equal(grid.p_kw.begin(), grid.p_kw.end(), y.begin()) &&
           std::equal(grid.q_kvar.begin(), grid.q_kvar.end(), y.begin() + static_cast<std::ptrdiff_t>(grid.places));
}

}  // namespace

double value_at(const LinearGrid& grid, const LinearRows& rows, std::size_t row, std::span<const double> y) {
    const std::size_t n = grid.places;
    double value = rows.value[row];
    for (std::size_t k = 0; k < n; ++k) {
        value += rows.per_kw[row * n + k] * (y[k] - grid.p_kw[k]);
        value += rows.per_kvar[row * n + k] * (y[n + k] - grid.q_kvar[k]);
    }
    return value;
}

std::string clock_text_of(Instant t, const Calendar& calendar) {
    const auto minutes = std::chrono::floor<std::chrono::minutes>(calendar.time_of_day(t).since_midnight).count();
    const std::chrono::year_month_day day(calendar.day(t));
    return fmt::format("{:02}:{:02} on {:04}-{:02}-{:02}", minutes / 60, minutes % 60, static_cast<int>(day.year()),
                       static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
}

double PlanLimitsOf::lowest_pu(std::size_t voltage) const {
    return params.voltage_min ? params.voltage_min->value() : model.voltages()[voltage].lowest;
}

double PlanLimitsOf::highest_pu(std::size_t voltage) const {
    return params.voltage_max ? params.voltage_max->value() : model.voltages()[voltage].highest;
}

double PlanLimitsOf::value(GridLimit limit) const {
    if (limit.kind == LimitKind::voltage_low) return lowest_pu(limit.element);
    if (limit.kind == LimitKind::voltage_high) return highest_pu(limit.element);
    return highest_loading();
}

const std::string& PlanLimitsOf::name(GridLimit limit) const {
    return limit.kind == LimitKind::loading ? model.loadings()[limit.element].name : model.voltages()[limit.element].name;
}

PlanGrid::PlanGrid(GridModel& model, PlanWindow window, Calendar calendar)
    : model_(&model),
      window_(window),
      calendar_(calendar),
      places_(model.places()),
      grids_(window.steps),
      has_grid_(window.steps, 0),
      is_exact_(window.steps, 0) {}

void PlanGrid::linearise(const PlanPower& y, const PlanGrid* known) {
    const std::size_t width = 2 * places_;
    for (std::uint32_t k = 0; k < window_.steps; ++k) {
        const auto at = std::span(y).subspan(k * width, width);
        if (known && known->is_exact(k) && is_linearised_at(known->at(k), at)) {
            grids_[k] = known->at(k);
            has_grid_[k] = is_exact_[k] = 1;
        } else {
            linearise_step(k, at);
        }
    }
}

void PlanGrid::linearise_step(std::uint32_t step, std::span<const double> y) {
    is_exact_[step] = try_at(step, y) ? 1 : 0;
    if (is_exact_[step]) return;
    const LinearGrid& last = grids_[step];
    std::vector<double> from(y.size(), 0.0), at(y.begin(), y.end());
    if (has_grid_[step]) {
        std::copy(last.p_kw.begin(), last.p_kw.end(), from.begin());
        std::copy(last.q_kvar.begin(), last.q_kvar.end(), from.begin() + static_cast<std::ptrdiff_t>(places_));
    }
    for (int i = 0; i < halvings; ++i) {
        for (std::size_t k = 0; k < at.size(); ++k) at[k] = 0.5 * (at[k] + from[k]);
        if (try_at(step, at)) return;
    }
    if (!has_grid_[step]) (void)try_at(step, from);
}

bool PlanGrid::try_at(std::uint32_t step, std::span<const double> y) {
    if (!model_->linearise(window_.begin_of(step), y.first(places_), y.subspan(places_), trial_)) return false;
    std::swap(trial_, grids_[step]);
    has_grid_[step] = 1;
    expect_numbers(step);
    return true;
}

void PlanGrid::expect_numbers(std::uint32_t step) const {
    const LinearGrid& grid = grids_[step];
    const auto complain = [&](const std::string& what) {
        throw PartyError(fmt::format("the forecast for {} has no number for the {}; look for missing values in the base load",
                                     clock_text_of(window_.begin_of(step), calendar_), what));
    };
    for (std::size_t i = 0; i < grid.voltage.value.size(); ++i)
        if (!std::isfinite(grid.voltage.value[i])) complain(model_->voltages()[i].name);
    for (std::size_t i = 0; i < grid.along.value.size(); ++i)
        if (!std::isfinite(grid.along.value[i])) complain(model_->loadings()[i].name);
    for (const LinearRows* rows : {&grid.voltage, &grid.along, &grid.across, &grid.source, &grid.loss})
        if (!are_finite(*rows)) complain("response of the grid to charging");
    if (!are_finite(grid.loss_curvature)) complain("losses");
}

std::vector<Breach> PlanGrid::breaches(const PlanGrid& before, const PlanPower& y, const PlanLimitsOf& limits,
                                       const std::set<std::uint32_t>& gives_up) const {
    std::vector<Breach> list;
    const std::size_t width = 2 * places_;
    for (std::uint32_t k = 0; k < window_.steps; ++k) {
        if (is_exact(k) && before.has_grid(k)) {
            add_voltage_breaches(before.at(k), k, std::span(y).subspan(k * width, width), limits, list);
            add_loading_breaches(k, gives_up.count(k) > 0, limits, list);
        } else {
            list.push_back({{LimitKind::no_solution, 0}, k, 1.0, before.has_grid(k) ? 0.0 : 1.0});
        }
    }
    const double tolerance = limits.params.violation_tolerance.value();
    std::erase_if(list, [tolerance](const Breach& breach) { return breach.amount <= tolerance; });
    return list;
}

/// What the linear rows say of a voltage is what the plan allowed for.
void PlanGrid::add_voltage_breaches(const LinearGrid& before, std::uint32_t step, std::span<const double> y,
                                    const PlanLimitsOf& limits, std::vector<Breach>& list) const {
    const LinearRows& voltage = grids_[step].voltage;
    for (std::size_t i = 0; i < voltage.value.size(); ++i) {
        const auto element = static_cast<std::uint32_t>(i);
        const double low = limits.lowest_pu(i) - voltage.value[i], high = voltage.value[i] - limits.highest_pu(i);
        if (low <= 0.0 && high <= 0.0) continue;
        const double seen_pu = value_at(before, before.voltage, i, y);
        if (low > 0.0)
            list.push_back({{LimitKind::voltage_low, element}, step, low, std::max(0.0, limits.lowest_pu(i) - seen_pu)});
        else
            list.push_back({{LimitKind::voltage_high, element}, step, high, std::max(0.0, seen_pu - limits.highest_pu(i))});
    }
}

/// A plan knows phasors in some directions only, so that all it allows for is what it gives up.
void PlanGrid::add_loading_breaches(std::uint32_t step, bool is_given_up, const PlanLimitsOf& limits,
                                    std::vector<Breach>& list) const {
    const LinearRows& along = grids_[step].along;
    for (std::size_t i = 0; i < along.value.size(); ++i) {
        const double amount = along.value[i] - limits.highest_loading();
        if (amount > 0.0)
            list.push_back({{LimitKind::loading, static_cast<std::uint32_t>(i)}, step, amount, is_given_up ? amount : 0.0});
    }
}

}  // namespace evsweep
