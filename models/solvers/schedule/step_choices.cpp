// The cost charge_cost u + discharge_cost w + max over lines of line(u - w) is linear on each part into which the bends u - w = p
// cut the rectangle of (u, w). So the least cost for each fall of the deficit, which is linear in (u, w) too, is the lower convex
// hull of the parts' corners.
#include "solvers/schedule/step_choices.hpp"

#include <algorithm>
#include <cmath>

namespace evsweep {

namespace {

/// The tilt where more of a share p stops to pay: there its marginal cost, tangent included, is what it saves. `saving(p)` falls
/// as p rises; without the tangent's part of the cost.
template <class Saving>
double balanced_tilt(const ReactiveCost& cost, double most, double at_first, Saving saving) {
    double low = 0.0;
    double high = at_first + cost.largest_difference();
    if (most < 1.0) high = std::min(high, cost.tilt_at(most));
    for (int halving = 0; halving < 45 && high - low > 1e-10 * high; ++halving) {
        const double middle = 0.5 * (low + high);
        (cost.tangent(middle).slope < saving(cost.active(middle)) ? low : high) = middle;
    }
    return high;
}

/// The tilt where the vehicle best goes from `deficit`. Where charging and discharging at once would pay it is `otherwise`.
double best_tilt(const ReactiveCost& cost, const ActiveStep& step, const MarginalValue& after, double deficit, double otherwise) {
    const auto charging = [&](double p) {
        return (step.fall > 0.0 ? step.fall * after.slope_below(deficit - step.fall * p) : 0.0) - step.charge_cost;
    };
    const auto discharging = [&](double p) {
        return (step.rise > 0.0 ? -step.rise * after.slope_above(deficit + step.rise * p) : 0.0) - step.discharge_cost;
    };
    const double by_charging = step.charge_max > 0.0 ? charging(0.0) : 0.0;
    const double by_discharging = step.discharge_max > 0.0 ? discharging(0.0) : 0.0;
    if (by_charging > 0.0 && by_discharging > 0.0) return otherwise;
    if (by_charging > 0.0) return balanced_tilt(cost, step.charge_max, by_charging, charging);
    if (by_discharging > 0.0) return -balanced_tilt(cost, step.discharge_max, by_discharging, discharging);
    return 0.0;
}

}  // namespace

std::span<const StepChoice> StepChoices::of(const ActiveStep& step) {
    lines_.assign(1, Line{});
    add_corners(step);
    return chain();
}

std::span<const StepChoice> StepChoices::of(const ActiveStep& step, const ReactiveCost& cost, const StepOfSchedule& schedule,
                                            const MarginalValue& after) {
    if (cost.is_free()) return of(step);
    choose_lines(step, cost, schedule, after);
    add_corners(step);
    for (std::size_t k = 0; k + 1 < lines_.size(); ++k) {
        const Line& left = lines_[k];
        const Line& right = lines_[k + 1];
        const double p = (left.constant - right.constant) / (right.slope - left.slope);
        if (p > -step.discharge_max && p < step.charge_max) add_bend(step, p);
    }
    return chain();
}

/// A schedule's power and its prices are only as accurate as its solver, so each tangent has neighbours: between two of them the
/// bound loses the square of their distance.
void StepChoices::choose_lines(const ActiveStep& step, const ReactiveCost& cost, const StepOfSchedule& schedule,
                               const MarginalValue& after) {
    const double scheduled = cost.tilt_at(schedule.active);
    const double best = best_tilt(cost, step, after, schedule.deficit, scheduled);
    tilts_.clear();
    for (const double off : {-1e-2, -1e-4, 0.0, 1e-4, 1e-2}) tilts_.push_back(scheduled * (1.0 + off));
    for (const double off : {-1e-4, 0.0, 1e-4}) tilts_.push_back(best * (1.0 + off));
    std::sort(tilts_.begin(), tilts_.end());
    lines_.clear();
    for (const double tilt : tilts_) {
        const Line line = cost.tangent(tilt);
        if (lines_.empty() || line.slope > lines_.back().slope) lines_.push_back(line);
    }
}

void StepChoices::add_corners(const ActiveStep& step) {
    choices_.clear();
    add(step, 0.0, 0.0, 0.0);
    add(step, step.charge_max, 0.0, step.charge_max);
    if (step.discharge_max <= 0.0) return;
    add(step, 0.0, step.discharge_max, -step.discharge_max);
    add(step, step.charge_max, step.discharge_max, step.charge_max - step.discharge_max);
}

/// Both ends of u - w = p in the rectangle.
void StepChoices::add_bend(const ActiveStep& step, double p) {
    add(step, std::max(0.0, p), std::max(0.0, -p), p);
    if (step.discharge_max <= 0.0) return;
    if (p + step.discharge_max <= step.charge_max)
        add(step, p + step.discharge_max, step.discharge_max, p);
    else
        add(step, step.charge_max, step.charge_max - p, p);
}

void StepChoices::add(const ActiveStep& step, double u, double w, double p) {
    double reactive = lines_.front().at(p);
    for (const Line& line : lines_) reactive = std::max(reactive, line.at(p));
    choices_.push_back({step.fall * u - step.rise * w, step.charge_cost * u + step.discharge_cost * w + reactive});
}

/// Andrew's monotone chain.
std::span<const StepChoice> StepChoices::chain() {
    std::sort(choices_.begin(), choices_.end(),
              [](const StepChoice& a, const StepChoice& b) { return a.fall != b.fall ? a.fall < b.fall : a.cost < b.cost; });
    chain_.clear();
    for (const StepChoice& choice : choices_) {
        if (!chain_.empty() && choice.fall <= chain_.back().fall) continue;
        while (chain_.size() > 1) {
            const StepChoice& a = chain_[chain_.size() - 2];
            const StepChoice& b = chain_.back();
            if ((b.cost - a.cost) * (choice.fall - b.fall) < (choice.cost - b.cost) * (b.fall - a.fall)) break;
            chain_.pop_back();
        }
        chain_.push_back(choice);
    }
    return chain_;
}

}  // namespace evsweep
