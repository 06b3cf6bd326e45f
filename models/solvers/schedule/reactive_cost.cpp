#include "solvers/schedule/reactive_cost.hpp"

#include <algorithm>
#include <cmath>

namespace evsweep {

ReactiveCost::ReactiveCost(double price, double weight) : steepness_(std::abs(price)), weight_(weight) {}

double ReactiveCost::active(double tilt) const { return tilt / std::hypot(steepness_, tilt); }

double ReactiveCost::tilt_at(double active) const {
    const double p = std::clamp(active, -(1.0 - 1e-15), 1.0 - 1e-15);  // at 1 the tangent is upright
    return steepness_ * p / std::sqrt((1.0 - p) * (1.0 + p));
}

Line ReactiveCost::tangent(double tilt) const {
    if (is_free()) return {};
    const double most = steepness_ / std::hypot(steepness_, tilt);  // |q| on the circle
    if (steepness_ <= 2.0 * weight_ * most) return {-0.25 * steepness_ * steepness_ / weight_, 0.0};
    const double slope = tilt * (1.0 - 2.0 * weight_ * most / steepness_);
    return {(weight_ * most - steepness_) * most - slope * active(tilt), slope};
}

}  // namespace evsweep
