// Infimal convolution of convex functions adds the inverses of their derivatives (Rockafellar, Convex Analysis, theorem 16.4).
// What a step costs is piecewise linear in how far it moves the deficit, so the inverse of its derivative is a staircase: for
// each stair the graph of V' gets a flat piece of the stair's length at the stair's slope. No grid of states, no rounding of
// policies.
#include "solvers/schedule/marginal_value.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace evsweep {

void MarginalValue::begin(double lowest, double highest, double allowed, double price) {
    points_.clear();
    value_at_lowest_ = price * std::max(0.0, lowest - allowed);
    points_.push_back({lowest, lowest < allowed ? 0.0 : price});
    if (lowest < allowed && allowed < highest) {
        points_.push_back({allowed, 0.0});
        points_.push_back({allowed, price});
    }
    points_.push_back({highest, highest > allowed ? price : points_.front().slope});
}

void MarginalValue::hold(double weight) {
    value_at_lowest_ += weight * points_.front().x * points_.front().x;
    for (Point& point : points_) point.slope += 2.0 * weight * point.x;
}

void MarginalValue::go_back(std::span<const StepChoice> choices) {
    value_at_lowest_ += choices.front().cost;  // from the lowest deficit the only way is up as far as a step can
    earlier_.clear();
    std::size_t next = 0;
    double slope = -std::numeric_limits<double>::infinity();
    for (std::size_t c = 0; c + 1 < choices.size(); ++c) {
        const StepChoice& here = choices[c];
        const StepChoice& there = choices[c + 1];
        const double stair = (there.cost - here.cost) / (there.fall - here.fall);
        if (!std::isfinite(stair)) continue;  // a stair of no length
        slope = std::max(slope, stair);       // they ascend but for rounding
        for (; next < points_.size() && points_[next].slope < slope; ++next)
            earlier_.push_back({points_[next].x + here.fall, points_[next].slope});
        const double x = crossing(next, slope);
        earlier_.push_back({x + here.fall, slope});
        earlier_.push_back({x + there.fall, slope});
    }
    for (; next < points_.size(); ++next) earlier_.push_back({points_[next].x + choices.back().fall, points_[next].slope});
    points_.swap(earlier_);
}

double MarginalValue::crossing(std::size_t next, double slope) const {
    if (next == 0) return points_.front().x;
    const Point& below = points_[next - 1];
    if (next == points_.size()) return below.x;
    const Point& above = points_[next];
    const double share = (slope - below.slope) / (above.slope - below.slope);
    return std::clamp(below.x + share * (above.x - below.x), below.x, above.x);
}

void MarginalValue::keep(double lowest, double highest) {
    while (points_.size() > 1 && points_[points_.size() - 2].x >= highest) points_.pop_back();
    Point& last = points_.back();
    if (last.x > highest && points_.size() > 1) last.slope = slope_between(points_[points_.size() - 2], last, highest);
    last.x = highest;
    std::size_t gone = 0;
    for (; gone + 1 < points_.size() && points_[gone + 1].x <= lowest; ++gone)
        value_at_lowest_ += area(points_[gone], points_[gone + 1]);
    points_.erase(points_.begin(), points_.begin() + static_cast<std::ptrdiff_t>(gone));
    Point& first = points_.front();
    if (points_.size() > 1) {
        const Point cut{lowest, slope_between(first, points_[1], lowest)};
        value_at_lowest_ += area(first, cut);
        first = cut;
    }
}

double MarginalValue::at(double x) const {
    double value = value_at_lowest_;
    for (std::size_t k = 1; k < points_.size(); ++k) {
        const Point& from = points_[k - 1];
        const Point& to = points_[k];
        if (to.x >= x) return value + area(from, {x, slope_between(from, to, x)});
        value += area(from, to);
    }
    return value;
}

double MarginalValue::slope_below(double x) const {
    const auto to = std::lower_bound(points_.begin(), points_.end(), x, [](const Point& p, double at) { return p.x < at; });
    if (to == points_.begin()) return -std::numeric_limits<double>::infinity();
    if (to == points_.end()) return std::numeric_limits<double>::infinity();
    return slope_between(*(to - 1), *to, x);
}

double MarginalValue::slope_above(double x) const {
    const auto to = std::upper_bound(points_.begin(), points_.end(), x, [](double at, const Point& p) { return at < p.x; });
    if (to == points_.begin()) return -std::numeric_limits<double>::infinity();
    if (to == points_.end()) return std::numeric_limits<double>::infinity();
    return slope_between(*(to - 1), *to, x);
}

double MarginalValue::slope_between(const Point& a, const Point& b, double x) {
    if (b.x <= a.x) return a.slope;
    return std::clamp(a.slope + (b.slope - a.slope) * ((x - a.x) / (b.x - a.x)), a.slope, b.slope);
}

double MarginalValue::area(const Point& a, const Point& b) { return 0.5 * (a.slope + b.slope) * (b.x - a.x); }

}  // namespace evsweep
