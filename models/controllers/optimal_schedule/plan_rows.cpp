#include "controllers/optimal_schedule/plan_rows.hpp"

#include <algorithm>
#include <cmath>

namespace evsweep {

namespace {

/// Breaking a limit by less is rounding.
constexpr double rounding_pu = 1e-9;
/// Directions of one phasor that are closer than this (rad) say the same: sizes differ by half its square.
constexpr double same_direction = 2e-3;
/// A phasor that comes this close to its limit may have to be held in many directions.
constexpr double near_limit = 0.85;
/// Between two rows so far apart (rad) a size goes unnoticed by an eighth of the distance squared: 1e-4 of it.
constexpr double between_directions = 0.028;
/// So far beyond the known directions there are further rows; schedules that turn a phasor further are seen at the next
/// linearisation.
constexpr int directions_beyond = 2;
/// Of one phasor, to either side.
constexpr int most_directions = 22;
/// So many rows of one step are compared with all others of that step.
constexpr std::size_t most_rivals = 64;

struct CandidateRow : LimitRow {
    double overhang = 0.0;  ///< by how much a schedule could break it at the most
};

/// a y + constant = s * row of `first` + t * row of `second`, as functions of the power y of chargers.
struct Combined {
    std::vector<double> a;
    double constant = 0.0;
};
Combined combine(const LinearGrid& grid, double s, const LinearRows& first, double t, const LinearRows& second, std::size_t row) {
    const std::size_t n = grid.places;
    Combined sum{std::vector<double>(2 * n), s * first.value[row] + t * second.value[row]};
    for (std::size_t k = 0; k < n; ++k) {
        const std::size_t i = row * n + k;
        sum.a[k] = s * first.per_kw[i] + t * second.per_kw[i];
        sum.a[n + k] = s * first.per_kvar[i] + t * second.per_kvar[i];
        sum.constant -= sum.a[k] * grid.p_kw[k] + sum.a[n + k] * grid.q_kvar[k];
    }
    return sum;
}

/// Rows of one step.
class StepRows {
   public:
    StepRows(const RowSources& sources, std::uint32_t step)
        : from_(sources), grid_(sources.grid.at(step)), step_(step), places_(sources.grid.places()), difference_(2 * places_) {}

    void add_voltages(std::vector<Breach>& unavoidable) {
        for (std::size_t i = 0; i < grid_.voltage.value.size(); ++i) {
            const auto element = static_cast<std::uint32_t>(i);
            offer(row_of(from_.grid, step_, {LimitKind::voltage_low, element}, from_.limits, 0), unavoidable);
            offer(row_of(from_.grid, step_, {LimitKind::voltage_high, element}, from_.limits, 0), unavoidable);
        }
    }
    void add_loadings(std::vector<Breach>& unavoidable) {
        for (std::size_t i = 0; i < grid_.along.value.size(); ++i) {
            const GridLimit limit{LimitKind::loading, static_cast<std::uint32_t>(i)};
            const auto directions = directions_of(i);
            for (std::size_t d = 0; d < directions.size(); ++d) {
                Combined sum = combine(grid_, std::cos(directions[d]), grid_.along, std::sin(directions[d]), grid_.across, i);
                const double highest = from_.limits.highest_loading() - sum.constant;
                offer({{step_, limit, static_cast<std::uint32_t>(d)}, highest, std::move(sum.a)}, unavoidable);
            }
        }
    }
    void add_kept(std::vector<Breach>& unavoidable) {
        for (const LimitRow& row : from_.kept)
            if (row.key.step == step_) offer(row, unavoidable);
    }
    /// Where not even the base load can be served, nobody charges.
    void add_stillness() {
        std::vector<double> a(2 * places_, 0.0);
        std::fill_n(a.begin(), places_, 1.0);
        const double overhang = from_.reach.highest(step_, a);
        rows_.push_back({{{step_, {LimitKind::no_solution, 0}, 0}, 0.0, std::move(a)}, overhang});
    }
    /// The rows that matter, in the order of their keys.
    [[nodiscard]] std::vector<CandidateRow> take() {
        drop_implied();
        std::sort(rows_.begin(), rows_.end(), [](const auto& x, const auto& y) { return x.key < y.key; });
        return std::move(rows_);
    }

   private:
    /// Angles of the phasor at the schedules known so far, counted from where it is linearised.
    [[nodiscard]] std::vector<double> known_directions(std::size_t row) const {
        std::vector<double> angles{0.0};
        const std::size_t width = 2 * places_;
        for (const PlanPower& y : from_.earlier) {
            const auto at = std::span(y).subspan(step_ * width, width);
            const double angle = std::atan2(value_at(grid_, grid_.across, row, at), value_at(grid_, grid_.along, row, at));
            const bool is_new = std::none_of(angles.begin(), angles.end(),
                                             [angle](double known) { return std::abs(known - angle) < same_direction; });
            if (is_new) angles.push_back(angle);
        }
        return angles;
    }

    /// Angles in which a phasor is limited: the known ones and, where reactive power can turn it and it has been seen near its
    /// limit, a fan that spans them.
    [[nodiscard]] std::vector<double> directions_of(std::size_t row) const {
        const std::vector<double> known = known_directions(row);
        const bool is_near = grid_.along.value[row] > near_limit * from_.limits.highest_loading();
        if (!is_near || from_.earlier.empty() || !from_.limits.params.is_reactive()) return known;
        const auto [low, high] = std::minmax_element(known.begin(), known.end());
        const int first = static_cast<int>(std::floor(*low / between_directions)) - directions_beyond;
        const int last = static_cast<int>(std::ceil(*high / between_directions)) + directions_beyond;
        std::vector<double> fan{0.0};
        for (int i = std::max(first, -most_directions); i <= std::min(last, most_directions); ++i)
            if (i != 0) fan.push_back(i * between_directions);
        return fan;
    }

    /// Keeps a row if some schedule breaks it; one that every schedule breaks by the same amount is reported instead.
    void offer(LimitRow row, std::vector<Breach>& unavoidable) {
        const double overhang = from_.reach.highest(step_, row.a) - row.limit;
        if (overhang <= rounding_pu) return;
        const double least = from_.reach.lowest(step_, row.a) - row.limit;
        if (least <= 0.0 || overhang - least > rounding_pu)
            rows_.push_back({std::move(row), overhang});
        else if (row.key.turn == 0)
            unavoidable.push_back({row.key.limit, step_, least, least});
    }

    /// Row B implies row A where max over y of (a_A - a_B) y <= limit_A - limit_B: A is then broken by no more than B.
    [[nodiscard]] bool implies(const CandidateRow& b, const CandidateRow& a) {
        for (std::size_t k = 0; k < difference_.size(); ++k) difference_[k] = a.a[k] - b.a[k];
        return from_.reach.highest(step_, difference_) <= a.limit - b.limit;
    }

    void drop_implied() {
        std::stable_sort(rows_.begin(), rows_.end(), [](const auto& x, const auto& y) { return x.overhang > y.overhang; });
        std::vector<CandidateRow> kept;
        for (CandidateRow& row : rows_) {
            from_.stop.obey();
            const auto rivals = kept.begin() + static_cast<std::ptrdiff_t>(std::min(kept.size(), most_rivals));
            if (std::none_of(kept.begin(), rivals, [&](const CandidateRow& rival) { return implies(rival, row); }))
                kept.push_back(std::move(row));
        }
        rows_ = std::move(kept);
    }

    const RowSources& from_;
    const LinearGrid& grid_;
    std::uint32_t step_;
    std::size_t places_;
    std::vector<double> difference_;
    std::vector<CandidateRow> rows_;
};

/// What breaking a row by one costs: what the power behind it could be worth, several times.
double price_of(const CandidateRow& row, const RowSources& sources) {
    if (sources.limits.params.limit_price) return *sources.limits.params.limit_price;
    constexpr double safety = 10.0;
    double largest = 0.0;
    for (const double a : row.a) largest = std::max(largest, std::abs(a));
    return safety * sources.kw_worth / largest;
}

}  // namespace

PlanReach::PlanReach(const ScheduleProblem& problem)
    : places_(problem.places),
      reactive_(problem.reactive),
      draw_kw_(std::size_t{problem.steps} * problem.places, 0.0),
      return_kw_(draw_kw_),
      kva_(draw_kw_) {
    for (const ScheduleVehicle& v : problem.vehicles)
        for (std::size_t t = v.first; t < v.last; ++t) {
            const std::size_t i = t * places_ + v.place;
            draw_kw_[i] += v.rating_kva * v.charge_max;
            return_kw_[i] += v.rating_kva * v.discharge_max;
            kva_[i] += v.rating_kva;
        }
}

double PlanReach::highest(std::uint32_t step, std::span<const double> a) const {
    double sum = 0.0;
    for (std::size_t n = 0; n < places_; ++n) {
        const std::size_t i = step * places_ + n;
        const double box = std::max(a[n] * draw_kw_[i], -a[n] * return_kw_[i]);
        if (!reactive_) {
            sum += box;
            continue;
        }
        const double q = a[places_ + n];
        sum += std::min(box + std::abs(q) * kva_[i], std::hypot(a[n], q) * kva_[i]);
    }
    return sum;
}

double PlanReach::lowest(std::uint32_t step, std::span<const double> a) const {
    std::vector<double> minus(a.begin(), a.end());
    for (double& x : minus) x = -x;
    return -highest(step, minus);
}

bool PlanReach::acts(std::uint32_t step) const {
    for (std::size_t n = 0; n < places_; ++n)
        if (acts(step, n)) return true;
    return false;
}

LimitRow row_of(const PlanGrid& grid, std::uint32_t step, GridLimit limit, const PlanLimitsOf& limits, std::uint32_t turn) {
    const LinearGrid& at = grid.at(step);
    const bool is_loading = limit.kind == LimitKind::loading;
    const double sign = limit.kind == LimitKind::voltage_low ? -1.0 : 1.0;
    const LinearRows& rows = is_loading ? at.along : at.voltage;
    Combined sum = combine(at, sign, rows, 0.0, rows, limit.element);
    return {{step, limit, turn}, sign * limits.value(limit) - sum.constant, std::move(sum.a)};
}

PlanRows limit_rows(const RowSources& sources) {
    PlanRows rows;
    for (std::uint32_t k = 0; k < sources.grid.window().steps; ++k) {
        sources.stop.obey();
        StepRows step(sources, k);
        if (sources.grid.has_grid(k)) {
            step.add_voltages(rows.unavoidable);
            step.add_loadings(rows.unavoidable);
            step.add_kept(rows.unavoidable);
        } else {
            rows.unavoidable.push_back({{LimitKind::no_solution, 0}, k, 1.0, 1.0});
            if (sources.reach.acts(k)) step.add_stillness();
        }
        for (const CandidateRow& row : step.take()) {
            rows.keys.push_back(row.key);
            rows.limits.rows.step.push_back(k);
            rows.limits.rows.coefficient.insert(rows.limits.rows.coefficient.end(), row.a.begin(), row.a.end());
            rows.limits.limit.push_back(row.limit);
            rows.limits.price.push_back(price_of(row, sources));
        }
    }
    return rows;
}

}  // namespace evsweep
