/// What reactive power costs at best beside active power, from below by lines: the certificate's way to deal with circles.
#pragma once

#include "solvers/schedule/marginal_value.hpp"

namespace evsweep {

/// constant + slope p for every active power p from -1 to 1 (shares of the rating).
struct Line {
    double constant = 0.0, slope = 0.0;
    [[nodiscard]] double at(double p) const { return constant + slope * p; }
};

/// f(p) = min over q of price q + weight q^2 with p^2 + q^2 <= 1: convex in p, as a convex function minimised over some of its
/// variables is, so every tangent lies below it. A tangent is named by its tilt, |price| p / sqrt(1 - p^2): that distinguishes
/// what p cannot where it is all but 1.
class ReactiveCost {
   public:
    ReactiveCost(double price, double weight);
    [[nodiscard]] Line tangent(double tilt) const;
    /// Where the tangent touches.
    [[nodiscard]] double active(double tilt) const;
    [[nodiscard]] double tilt_at(double active) const;
    /// No tangent's slope differs from its tilt by more.
    [[nodiscard]] double largest_difference() const { return 2.0 * weight_; }
    [[nodiscard]] bool is_free() const { return steepness_ == 0.0; }

   private:
    double steepness_;  ///< |price|
    double weight_;
};

}  // namespace evsweep
