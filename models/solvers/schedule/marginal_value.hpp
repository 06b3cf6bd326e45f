/// What a battery's deficit costs from some step on, for one vehicle at given prices: the certificate's dynamic programme.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace evsweep {

/// A way through one step: the deficit falls by `fall` (or rises where it is negative), at `cost`.
struct StepChoice {
    double fall = 0.0, cost = 0.0;
};

/// A convex, piecewise quadratic function V on an interval of deficits, kept as the graph of its derivative: points in ascending
/// order, joined by straight pieces that may be flat (dV/dx stands) or upright (dV/dx jumps). Before the first point the graph
/// falls, and behind the last it rises without end: no deficit is allowed there. All numbers are finite.
class MarginalValue {
   public:
    /// V(x) = price max(0, x - allowed) on [lowest, highest]: what leaving with deficit x costs. `price` >= 0.
    void begin(double lowest, double highest, double allowed, double price);
    /// V(x) += weight x^2.
    void hold(double weight);
    /// V(x) = min over all choices and mixtures of them of cost + V(x - fall). `choices`: a convex chain, its falls ascending.
    void go_back(std::span<const StepChoice> choices);
    /// Keeps to [lowest, highest]; but for rounding this lies in the present interval.
    void keep(double lowest, double highest);
    /// V(x); `x` must lie in the interval.
    [[nodiscard]] double at(double x) const;
    /// dV/dx from the left and from the right; minus and plus infinity where the interval ends.
    [[nodiscard]] double slope_below(double x) const;
    [[nodiscard]] double slope_above(double x) const;

   private:
    struct Point {
        double x, slope;
    };

    /// Where the graph passes `slope`, if `next` is its first point that is not below it.
    [[nodiscard]] double crossing(std::size_t next, double slope) const;
    [[nodiscard]] static double slope_between(const Point& a, const Point& b, double x);
    [[nodiscard]] static double area(const Point& a, const Point& b);

    std::vector<Point> points_, earlier_;
    double value_at_lowest_ = 0.0;
};

}  // namespace evsweep
