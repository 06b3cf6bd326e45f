// Adding two convex functions by infimal convolution adds the inverses of their derivatives (Rockafellar, Convex Analysis,
// theorem 16.4). The cost of moving the deficit by z is linear on an interval, so the inverse of its derivative is a step: the
// graph of V' gets a flat piece as long as that interval, at the marginal cost of moving. No grid of states, no rounding of
// policies.
#include "optimisation/marginal_value.hpp"

#include <algorithm>

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

void MarginalValue::allow_fall(double most, double marginal) {
    const Crossing at = crossing(marginal);
    for (std::size_t k = at.steeper; k < points_.size(); ++k) points_[k].x += most;
    insert_flat(at.steeper, at.x, at.x + most, marginal);
}

void MarginalValue::allow_rise(double most, double marginal) {
    const Crossing at = crossing(-marginal);
    for (std::size_t k = 0; k < at.steeper; ++k) points_[k].x -= most;
    insert_flat(at.steeper, at.x - most, at.x, -marginal);
    value_at_lowest_ += marginal * most;  // from the new lowest deficit the only way is all the way up
}

MarginalValue::Crossing MarginalValue::crossing(double slope) const {
    const auto found =
        std::lower_bound(points_.begin(), points_.end(), slope, [](const Point& p, double level) { return p.slope < level; });
    const auto steeper = static_cast<std::size_t>(found - points_.begin());
    if (steeper == 0) return {steeper, points_.front().x};
    const Point& below = points_[steeper - 1];
    if (steeper == points_.size()) return {steeper, below.x};
    const double share = (slope - below.slope) / (found->slope - below.slope);
    return {steeper, std::clamp(below.x + share * (found->x - below.x), below.x, found->x)};
}

void MarginalValue::insert_flat(std::size_t before, double from, double to, double slope) {
    points_.insert(points_.begin() + static_cast<std::ptrdiff_t>(before), {Point{from, slope}, Point{to, slope}});
}

void MarginalValue::keep(double lowest, double highest) {
    while (points_.size() > 1 && points_[points_.size() - 2].x >= highest) points_.pop_back();
    Point& last = points_.back();
    if (last.x > highest) {
        if (points_.size() > 1) last.slope = slope_between(points_[points_.size() - 2], last, highest);
        last.x = highest;
    }
    std::size_t gone = 0;
    for (; gone + 1 < points_.size() && points_[gone + 1].x <= lowest; ++gone)
        value_at_lowest_ += area(points_[gone], points_[gone + 1]);
    points_.erase(points_.begin(), points_.begin() + static_cast<std::ptrdiff_t>(gone));
    Point& first = points_.front();
    if (first.x < lowest && points_.size() > 1) {
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

double MarginalValue::slope_between(const Point& a, const Point& b, double x) {
    if (b.x <= a.x) return a.slope;
    return std::clamp(a.slope + (b.slope - a.slope) * ((x - a.x) / (b.x - a.x)), a.slope, b.slope);
}

double MarginalValue::area(const Point& a, const Point& b) { return 0.5 * (a.slope + b.slope) * (b.x - a.x); }

}  // namespace evsweep
