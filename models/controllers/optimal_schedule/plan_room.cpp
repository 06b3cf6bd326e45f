#include "controllers/optimal_schedule/plan_room.hpp"

#include <algorithm>
#include <cmath>

namespace evsweep {

PlanRoom::PlanRoom(GridModel& model, const OptimalScheduleParams& params, Instant at, std::span<const double> power)
    : model_(&model), params_(&params), at_(at) {
    const auto middle = power.begin() + static_cast<std::ptrdiff_t>(model.places());
    p_kw_.assign(power.begin(), middle);
    q_kvar_.assign(middle, power.end());
    has_solution_ = linearise(0, 0.0, grid_);
}

bool PlanRoom::linearise(std::size_t place, double more_kw, LinearGrid& grid) const {
    std::vector<double> p_kw = p_kw_;
    p_kw[place] += more_kw;
    return model_->linearise(at_, p_kw, q_kvar_, grid);
}

/// By how much each limit is broken; below 0: kept.
std::vector<double> PlanRoom::breaches(const LinearGrid& grid) const {
    const PlanLimitsOf limits{*model_, *params_};
    std::vector<double> list;
    for (std::size_t i = 0; i < grid.voltage.value.size(); ++i) {
        list.push_back(limits.lowest_pu(i) - grid.voltage.value[i]);
        list.push_back(grid.voltage.value[i] - limits.highest_pu(i));
    }
    for (const double loading : grid.along.value) list.push_back(loading - limits.highest_loading());
    return list;
}

double PlanRoom::to_first_order(std::size_t place, double wish_kw) const {
    const std::vector<double> broken = breaches(grid_);
    const std::size_t n = grid_.places, voltages = grid_.voltage.value.size();
    double share = 1.0;
    for (std::size_t i = 0; i < broken.size(); ++i) {
        const double slope = i >= 2 * voltages ? grid_.along.per_kw[(i - 2 * voltages) * n + place]
                                               : (i % 2 == 0 ? -1.0 : 1.0) * grid_.voltage.per_kw[(i / 2) * n + place];
        const double rise = slope * wish_kw;
        if (rise > 0.0 && broken[i] + share * rise > 0.0) share = std::max(0.0, -broken[i] / rise);
    }
    return share * wish_kw;
}

/// As far as tangents allow and then, where the exact load flow there breaks a limit, as far as the chord does: limits that bend
/// towards their breach lie below it.
double PlanRoom::allowed_kw(ConnectorId c, double wish_kw) const {
    if (!model_ || wish_kw == 0.0) return wish_kw;
    if (!has_solution_) return 0.0;
    const double far_kw = to_first_order(place_of(c), wish_kw);
    LinearGrid there;
    if (far_kw == 0.0 || !linearise(place_of(c), far_kw, there)) return 0.0;
    const std::vector<double> here = breaches(grid_), broken = breaches(there);
    double share = 1.0;
    for (std::size_t i = 0; i < here.size(); ++i)
        if (broken[i] > 0.0 && broken[i] > here[i]) share = std::min(share, std::max(0.0, -here[i]) / (broken[i] - here[i]));
    return share * far_kw;
}

void PlanRoom::take(ConnectorId c, double p_kw) {
    if (!model_ || p_kw == 0.0) return;
    p_kw_[place_of(c)] += p_kw;
    has_solution_ = linearise(0, 0.0, grid_);
}

}  // namespace evsweep
