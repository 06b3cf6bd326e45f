// How far a Newton step of one stay may go, and what is left when it is taken.
#include <algorithm>
#include <cmath>

#include "solvers/schedule/stay_newton.hpp"

namespace evsweep {

namespace {

/// The longest step, up to `longest`, along which 1 - |v + length d|^2 keeps from vanishing.
double longest_in_circle(const StayPoint& point, const StayPoint& d, double longest) {
    const double p = point.u - point.w;
    const double dp = d.u - d.w;
    const double a = dp * dp + d.q * d.q;
    const double b = p * dp + point.q * d.q;
    const double c = 1.0 - p * p - point.q * point.q;
    if (c - longest * (2.0 * b + longest * a) > 0.0) return longest;
    // The smaller root in the form without cancellation for b > 0.
    const double root = std::sqrt(b * b + a * c);
    return std::min(longest, b > 0.0 ? c / (b + root) : (root - b) / a);
}

double product_after(double slack, double change, double multiplier, double multiplier_change, double length) {
    return (slack + length * change) * (multiplier + length * multiplier_change);
}

}  // namespace

double StayNewton::longest_step(double longest) const {
    const ScheduleVehicle& v = shape.vehicle;
    const auto keep = [&](double slack, double change, double multiplier, double multiplier_change) {
        longest = evsweep::longest_step(slack, change, longest);
        longest = evsweep::longest_step(multiplier, multiplier_change, longest);
    };
    for (std::size_t t = 0; t < at.size(); ++t) {
        const StayPoint& point = at[t];
        const StayPoint& d = step[t];
        if (shape.can_charge) {
            keep(point.u, d.u, point.u_low, d.u_low);
            keep(v.charge_max - point.u, -d.u, point.u_high, d.u_high);
        }
        if (shape.can_discharge) {
            keep(point.w, d.w, point.w_low, d.w_low);
            keep(v.discharge_max - point.w, -d.w, point.w_high, d.w_high);
        }
        if (shape.has_low) keep(point.x - v.deficit_min, d.x, point.x_low, d.x_low);
        if (shape.has_high) keep(v.deficit_max - point.x, -d.x, point.x_high, d.x_high);
        if (shape.is_reactive_at(t)) {
            longest = evsweep::longest_step(point.circle, d.circle, longest);
            longest = longest_in_circle(point, d, longest);
        }
    }
    return shape.has_shortfall ? evsweep::longest_step(shortfall, shortfall_step, longest) : longest;
}

void StayNewton::take_step(double length) {
    for (std::size_t t = 0; t < at.size(); ++t) {
        StayPoint& point = at[t];
        const StayPoint& d = step[t];
        point.u += length * d.u;
        point.w += length * d.w;
        point.q += length * d.q;
        point.x += length * d.x;
        point.lambda += length * d.lambda;
        point.u_low += length * d.u_low;
        point.u_high += length * d.u_high;
        point.w_low += length * d.w_low;
        point.w_high += length * d.w_high;
        point.x_low += length * d.x_low;
        point.x_high += length * d.x_high;
        point.circle += length * d.circle;
    }
    if (shape.has_shortfall) take(shortfall, shortfall_step, length);
}

double StayNewton::gap_after(double length) const {
    const ScheduleVehicle& v = shape.vehicle;
    double gap = 0.0;
    for (std::size_t t = 0; t < at.size(); ++t) {
        const StayPoint& point = at[t];
        const StayPoint& d = step[t];
        gap += product_after(point.u, d.u, point.u_low, d.u_low, length);
        gap += product_after(v.charge_max - point.u, -d.u, point.u_high, d.u_high, length);
        gap += product_after(point.w, d.w, point.w_low, d.w_low, length);
        gap += product_after(v.discharge_max - point.w, -d.w, point.w_high, d.w_high, length);
        if (shape.has_low) gap += product_after(point.x - v.deficit_min, d.x, point.x_low, d.x_low, length);
        if (shape.has_high) gap += product_after(v.deficit_max - point.x, -d.x, point.x_high, d.x_high, length);
        const double p = point.u - point.w + length * (d.u - d.w);
        const double q = point.q + length * d.q;
        gap += (1.0 - p * p - q * q) * (point.circle + length * d.circle);
    }
    if (!shape.has_shortfall) return gap;
    ElasticLimit after = shortfall;
    take(after, shortfall_step, length);
    return gap + gap_of(after);
}

StayNewton::Standing StayNewton::standing(const PlacePrices& prices) const {
    const ScheduleVehicle& v = shape.vehicle;
    Standing all;
    const auto see = [](double& worst, double value, double size = 0.0) {
        worst = std::max(worst, std::abs(value) / std::max(1.0, std::abs(size)));
    };
    for (std::size_t t = 0; t < at.size(); ++t) {
        const StayPoint& point = at[t];
        const auto soc = shape.moves(t);
        see(all.primal, point.x - before(t) + soc.charge * point.u - soc.discharge * point.w);
        const double p_circle = 2.0 * point.circle * (point.u - point.w);
        const double u_price = price_u(t, prices);
        const double w_price = price_w(t, prices);
        const double q_price = v.rating_kva * prices.q(v.first + t, v.place);
        if (shape.can_charge)
            see(all.dual, u_price + soc.charge * point.lambda - point.u_low + point.u_high + p_circle,
                std::max(std::abs(u_price), 2.0 * point.circle));
        if (shape.can_discharge)
            see(all.dual, w_price - soc.discharge * point.lambda - point.w_low + point.w_high - p_circle,
                std::max(std::abs(w_price), 2.0 * point.circle));
        if (shape.is_reactive_at(t))
            see(all.dual, 2.0 * (objective.reactive_weight + point.circle) * point.q + q_price,
                std::max(std::abs(q_price), 2.0 * point.circle));
        see(all.dual, gradient_x(t) + point.lambda - next_lambda(t), point.lambda);
        all.cost += weight(t) * point.x * point.x + own_price_u(t) * point.u + own_price_w(t) * point.w +
                    objective.reactive_weight * point.q * point.q;
    }
    if (shape.has_shortfall) {
        see(all.primal, at.back().x - v.final_deficit + shortfall.slack - shortfall.excess);
        all.cost += v.shortfall_price * shortfall.excess;
    }
    all.gap = gap_after(0.0);
    return all;
}

}  // namespace evsweep
