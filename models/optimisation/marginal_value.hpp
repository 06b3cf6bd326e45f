/// What a battery's deficit costs from some step on, for one vehicle at given prices: the certificate's dynamic programme.
#pragma once

#include <cstddef>
#include <vector>

namespace evsweep {

/// A convex, piecewise quadratic function V on an interval of deficits, kept as the graph of its derivative: points in ascending
/// order, joined by straight pieces that may be flat (dV/dx stands) or upright (dV/dx jumps). Before the first point the graph
/// falls, and behind the last it rises without end: no deficit is allowed there. All numbers are finite.
class MarginalValue {
   public:
    /// V(x) = price max(0, x - allowed) on [lowest, highest]: what leaving with deficit x costs. `price` >= 0.
    void begin(double lowest, double highest, double allowed, double price);
    /// V(x) += weight x^2.
    void hold(double weight);
    /// V(x) = min V(x - z) + marginal z over 0 <= z <= most: a step in which the deficit may fall by `most`.
    void allow_fall(double most, double marginal);
    /// V(x) = min V(x + z) + marginal z over 0 <= z <= most: a step in which the deficit may rise by `most`.
    void allow_rise(double most, double marginal);
    /// Keeps to [lowest, highest], which must meet the present interval.
    void keep(double lowest, double highest);
    /// V(x); `x` must lie in the interval.
    [[nodiscard]] double at(double x) const;

   private:
    struct Point {
        double x, slope;
    };

    struct Crossing {
        std::size_t steeper;  ///< the first point at or above the slope
        double x;
    };

    /// Where the graph passes a slope.
    [[nodiscard]] Crossing crossing(double slope) const;
    void insert_flat(std::size_t before, double from, double to, double slope);
    [[nodiscard]] static double slope_between(const Point& a, const Point& b, double x);
    [[nodiscard]] static double area(const Point& a, const Point& b);

    std::vector<Point> points_;
    double value_at_lowest_ = 0.0;
};

}  // namespace evsweep
