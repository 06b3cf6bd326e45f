#include "solvers/schedule/stay_newton.hpp"

#include <algorithm>

namespace evsweep {

namespace {

constexpr double least_distance = 0.05;  ///< of a range that a start keeps from its ends

double free_of(const StayPoint& point) {
    const double p = point.u - point.w;
    return 1.0 - p * p - point.q * point.q;
}

struct Power {
    double u, w, q;
};

/// D^-1 r.
Power inverse_times(const StayFactor& f, const Power& r) {
    const double ru = r.u + f.tilt * r.q;
    const double rw = r.w - f.tilt * r.q;
    const double u = f.iu * ((1.0 + f.g * f.iw) * ru + f.g * f.iw * rw) * f.iden;
    const double w = f.iw * ((1.0 + f.g * f.iu) * rw + f.g * f.iu * ru) * f.iden;
    return {u, w, f.iq * r.q + f.tilt * (u - w)};
}

/// The step of the multiplier of a slack that moves by `change`, whose product aims at `aim`.
double multiplier_step(double multiplier, double slack, double change, double aim) {
    return (aim - multiplier * change) / slack - multiplier;
}

}  // namespace

std::size_t StayShape::products() const {
    const std::size_t per_step = (can_charge ? 2U : 0U) + (can_discharge ? 2U : 0U) + (has_low ? 1U : 0U) + (has_high ? 1U : 0U);
    std::size_t circles = 0;
    for (std::size_t t = 0; t < steps; ++t) circles += is_reactive_at(t) ? 1 : 0;
    return steps * per_step + circles + (has_shortfall ? 2U : 0U);
}

double StayNewton::own_price_u(std::size_t t) const {
    const double buy = objective.buy.empty() ? 0.0 : objective.buy[shape.vehicle.first + t];
    return shape.vehicle.share(shape.vehicle.first + t) * (objective.throughput_weight + shape.vehicle.rating_kva * buy);
}

double StayNewton::own_price_w(std::size_t t) const {
    const double sell = objective.sell.empty() ? 0.0 : objective.sell[shape.vehicle.first + t];
    return shape.vehicle.share(shape.vehicle.first + t) * (objective.throughput_weight - shape.vehicle.rating_kva * sell);
}

double StayNewton::price_u(std::size_t t, const PlacePrices& prices) const {
    const ScheduleVehicle& v = shape.vehicle;
    return own_price_u(t) + v.rating_kva * prices.p(v.first + t, v.place);
}

double StayNewton::price_w(std::size_t t, const PlacePrices& prices) const {
    const ScheduleVehicle& v = shape.vehicle;
    return own_price_w(t) - v.rating_kva * prices.p(v.first + t, v.place);
}

double StayNewton::weight(std::size_t t) const { return t + 1 < at.size() ? objective.deficit_weight : shape.hold_weight; }

/// Charges evenly, somewhat less than is needed, which leaves room in the circle, too.
double StayNewton::even_charge() const {
    const ScheduleVehicle& v = shape.vehicle;
    const double needed = (v.deficit - v.deficit_min) / (v.soc_per_charge * v.steps_there());
    return std::min(0.8 * needed, 0.8 * v.charge_max);
}

void StayNewton::move_inside(StayPoint& point) const {
    const ScheduleVehicle& v = shape.vehicle;
    const auto inside = [](double value, double low, double high) {
        const double least = least_distance * (high - low);
        return std::clamp(value, low + least, high - least);
    };
    point.u = shape.can_charge ? inside(point.u, 0.0, v.charge_max) : 0.0;
    point.w = shape.can_discharge ? inside(point.w, 0.0, v.discharge_max) : 0.0;
    const double range = v.deficit_max - v.deficit_min;
    if (shape.has_low) point.x = std::max(point.x, v.deficit_min + least_distance * range);
    if (shape.has_high) point.x = std::min(point.x, v.deficit_max - least_distance * range);
}

void StayNewton::start(double barrier) {
    const ScheduleVehicle& v = shape.vehicle;
    const double even = shape.can_charge ? even_charge() : 0.0;
    for (std::size_t t = 0; t < at.size(); ++t) {
        StayPoint& point = at[t];
        point.u = even;
        const auto soc = shape.moves(t);
        point.x = before(t) - soc.charge * point.u + soc.discharge * point.w;
        move_inside(point);
        if (shape.can_charge) point.u_low = barrier / point.u, point.u_high = barrier / (v.charge_max - point.u);
        if (shape.can_discharge) point.w_low = barrier / point.w, point.w_high = barrier / (v.discharge_max - point.w);
        if (shape.has_low) point.x_low = barrier / (point.x - v.deficit_min);
        if (shape.has_high) point.x_high = barrier / (v.deficit_max - point.x);
        if (shape.is_reactive_at(t)) point.circle = barrier / free_of(point);
    }
    if (shape.has_shortfall)
        shortfall = start_of(v.shortfall_price, at.back().x - v.final_deficit, 0.1 * v.soc_per_charge, barrier);
    for (std::size_t t = at.size(); t-- > 0;) at[t].lambda = next_lambda(t) - gradient_x(t);
}

void StayNewton::factorise_power(std::size_t t) {
    const ScheduleVehicle& v = shape.vehicle;
    const StayPoint& point = at[t];
    StayFactor& f = factor[t];
    f.iu = shape.can_charge ? 1.0 / (point.u_low / point.u + point.u_high / (v.charge_max - point.u)) : 0.0;
    f.iw = shape.can_discharge ? 1.0 / (point.w_low / point.w + point.w_high / (v.discharge_max - point.w)) : 0.0;
    f.g = f.tilt = f.iq = 0.0;
    if (shape.is_reactive_at(t)) {
        const double p = point.u - point.w;
        const double round = 2.0 * point.circle;
        const double steep = 4.0 * point.circle / free_of(point);
        const double plain = 2.0 * objective.reactive_weight + round;
        f.iq = 1.0 / (plain + steep * point.q * point.q);
        f.tilt = -steep * p * point.q * f.iq;
        f.g = round + steep * p * p * plain * f.iq;
    }
    f.iden = 1.0 / (1.0 + f.g * (f.iu + f.iw));
    const auto soc = shape.moves(t);
    f.b_p = v.rating_kva * (soc.charge * f.iu + soc.discharge * f.iw) * f.iden;
    f.conductance = 1.0 / std::max(curvature_x(t), 1e-14);
}

double StayNewton::curvature_x(std::size_t t) const {
    const ScheduleVehicle& v = shape.vehicle;
    double curvature = 2.0 * weight(t);
    if (shape.has_low) curvature += at[t].x_low / (at[t].x - v.deficit_min);
    if (shape.has_high) curvature += at[t].x_high / (v.deficit_max - at[t].x);
    if (shape.has_shortfall && t + 1 == at.size()) curvature += 1.0 / shortfall.give();
    return curvature;
}

/// Conductances between the costates of neighbouring steps, and from each and from the last one's far end to the ground.
void StayNewton::factorise_ladder() {
    double from_front = 0.0;
    for (std::size_t t = 0; t < factor.size(); ++t) {
        StayFactor& f = factor[t];
        const auto soc = shape.moves(t);
        const double difference = soc.charge - soc.discharge;
        const double both = f.g * f.iu * f.iw * difference * difference;
        const double own = (soc.charge * soc.charge * f.iu + soc.discharge * soc.discharge * f.iw + both) * f.iden;
        f.inverse = own;  // until the way back, as is the next
        f.decay = from_front;
        const double here = own + from_front;
        f.ipivot = 1.0 / (here + f.conductance);
        f.pass_on = f.conductance * f.ipivot;
        from_front = f.pass_on * here;
    }
    double from_back = factor.back().conductance;
    for (std::size_t t = factor.size(); t-- > 0;) {
        StayFactor& f = factor[t];
        const double here = f.inverse + from_back;
        const double above = t > 0 ? factor[t - 1].conductance : 0.0;
        f.inverse = 1.0 / (here + f.decay);
        f.decay = above / (here + above);
        from_back = f.decay * here;
    }
}

void StayNewton::factorise() {
    for (std::size_t t = 0; t < at.size(); ++t) factorise_power(t);
    factorise_ladder();
}

void StayNewton::aim(double barrier, double share) {
    for (std::size_t t = 0; t < at.size(); ++t) {
        const StayPoint& d = step[t];
        const double p = at[t].u - at[t].w;
        const double dp = d.u - d.w;
        const double dc = -2.0 * (p * dp + at[t].q * d.q);
        aims[t] = {barrier - share * d.u * d.u_low,
                   barrier + share * d.u * d.u_high,
                   barrier - share * d.w * d.w_low,
                   barrier + share * d.w * d.w_high,
                   barrier - share * d.x * d.x_low,
                   barrier + share * d.x * d.x_high,
                   barrier - share * (dc * d.circle - at[t].circle * (dp * dp + d.q * d.q))};
    }
    shortfall_aim = aim_of(shortfall_step, barrier, share);
}

/// Of the Lagrangian with multipliers of bounds as they stand, but for lambda_t itself.
double StayNewton::gradient_x(std::size_t t) const {
    double gradient = 2.0 * weight(t) * at[t].x - at[t].x_low + at[t].x_high;
    if (shape.has_shortfall && t + 1 == at.size()) gradient += shortfall.worth;
    return gradient;
}

void StayNewton::find_step(const PlacePrices& prices) {
    const ScheduleVehicle& v = shape.vehicle;
    double from_before = 0.0;  // r_x / X of the step before
    for (std::size_t t = 0; t < at.size(); ++t) {
        const StayPoint& point = at[t];
        const StayFactor& f = factor[t];
        const double price_q = v.rating_kva * prices.q(v.first + t, v.place);
        const auto soc = shape.moves(t);
        Power r{price_u(t, prices) + soc.charge * point.lambda, price_w(t, prices) - soc.discharge * point.lambda,
                2.0 * objective.reactive_weight * point.q + price_q};
        if (shape.can_charge) r.u += aims[t].u_high / (v.charge_max - point.u) - aims[t].u_low / point.u;
        if (shape.can_discharge) r.w += aims[t].w_high / (v.discharge_max - point.w) - aims[t].w_low / point.w;
        if (shape.is_reactive_at(t)) {
            const double push = 2.0 * aims[t].circle / free_of(point);
            r.u += push * (point.u - point.w);
            r.w -= push * (point.u - point.w);
            r.q += push * point.q;
        }
        double r_x = 2.0 * weight(t) * point.x + point.lambda - next_lambda(t);
        if (shape.has_low) r_x -= aims[t].x_low / (point.x - v.deficit_min);
        if (shape.has_high) r_x += aims[t].x_high / (v.deficit_max - point.x);
        if (shape.has_shortfall && t + 1 == at.size())
            r_x += shortfall.worth + (point.x - v.final_deficit + push_of(shortfall, shortfall_aim)) / shortfall.give();
        const Power own = inverse_times(f, r);
        const double gap = point.x - before(t) + soc.charge * point.u - soc.discharge * point.w;
        StayPoint& d = step[t];
        d = {};
        d.u = -own.u;
        d.w = -own.w;
        d.q = -own.q;
        d.x = -r_x * f.conductance;
        d.lambda = gap + d.x + from_before - soc.charge * own.u + soc.discharge * own.w;
        from_before = r_x * f.conductance;
    }
    solve_ladder(&StayPoint::lambda);
}

/// Replaces right-hand sides by costates, and adds what they do to power and deficits.
void StayNewton::solve_ladder(double StayPoint::*rhs) {
    for (std::size_t t = 1; t < step.size(); ++t)
        step[t].*rhs = without_traces(step[t].*rhs + factor[t - 1].pass_on * step[t - 1].*rhs);
    double next = 0.0;
    for (std::size_t t = step.size(); t-- > 0;) {
        const StayFactor& f = factor[t];
        StayPoint& d = step[t];
        const double lambda = without_traces(d.*rhs * f.ipivot + f.pass_on * next);
        const auto soc = shape.moves(t);
        const Power answer = inverse_times(f, {soc.charge * lambda, -soc.discharge * lambda, 0.0});
        d.u -= answer.u;
        d.w -= answer.w;
        d.q -= answer.q;
        d.x -= (lambda - next) * f.conductance;
        d.*rhs = lambda;
        next = lambda;
    }
}

void StayNewton::complete_step(const PlacePrices& changes) {
    const ScheduleVehicle& v = shape.vehicle;
    constexpr auto costate = &StayPoint::u_low;  // a place that is not needed yet
    for (std::size_t t = 0; t < at.size(); ++t) {
        StayPoint& d = step[t];
        const double dp = changes.p(v.first + t, v.place);
        const double dq = shape.is_reactive_at(t) ? changes.q(v.first + t, v.place) : 0.0;
        const Power own = inverse_times(factor[t], {v.rating_kva * dp, -v.rating_kva * dp, v.rating_kva * dq});
        d.u -= own.u;
        d.w -= own.w;
        d.q -= own.q;
        const auto soc = shape.moves(t);
        d.*costate = soc.discharge * own.w - soc.charge * own.u;
    }
    solve_ladder(costate);
    for (StayPoint& d : step) d.lambda += d.*costate;
    step_multipliers();
}

void StayNewton::step_multipliers() {
    const ScheduleVehicle& v = shape.vehicle;
    for (std::size_t t = 0; t < at.size(); ++t) {
        const StayPoint& point = at[t];
        StayPoint& d = step[t];
        const StayAims& a = aims[t];
        d.u_low = shape.can_charge ? multiplier_step(point.u_low, point.u, d.u, a.u_low) : 0.0;
        d.u_high = shape.can_charge ? multiplier_step(point.u_high, v.charge_max - point.u, -d.u, a.u_high) : 0.0;
        d.w_low = shape.can_discharge ? multiplier_step(point.w_low, point.w, d.w, a.w_low) : 0.0;
        d.w_high = shape.can_discharge ? multiplier_step(point.w_high, v.discharge_max - point.w, -d.w, a.w_high) : 0.0;
        d.x_low = shape.has_low ? multiplier_step(point.x_low, point.x - v.deficit_min, d.x, a.x_low) : 0.0;
        d.x_high = shape.has_high ? multiplier_step(point.x_high, v.deficit_max - point.x, -d.x, a.x_high) : 0.0;
        const double freed = -2.0 * ((point.u - point.w) * (d.u - d.w) + point.q * d.q);
        d.circle = shape.is_reactive_at(t) ? multiplier_step(point.circle, free_of(point), freed, a.circle) : 0.0;
    }
    if (!shape.has_shortfall) return;
    const double over = at.back().x + step.back().x - v.final_deficit;
    shortfall_step = step_of(shortfall, shortfall_aim, (over + push_of(shortfall, shortfall_aim)) / shortfall.give());
}

}  // namespace evsweep
