/// The Newton step of an interior-point method for one stay of one vehicle, by elimination along its time.
///
/// Symbols (all shares of the rating, states of charge and steps as in schedule_problem.hpp):
///   u, w, q      charging, discharging, reactive power; p = u - w
///   a, b         what u and w move the state of charge by in step t: smaller in a first or last step that is not whole
///   x_t          deficit after step t;  x_t - x_{t-1} + a u_t - b w_t = 0 with its costate lambda_t
///   c = 1 - p^2 - q^2 >= 0   what the apparent power leaves free, recomputed and never updated
///   D            Hessian of the barrier problem in (u, w, q):  diag(d_u, d_w, 2 r + 2 z) + 2 z e_p e_p' + (4 z / c) (p, q)(p,
///   q)' X_t          Hessian in x_t;  alpha = (a, -b, 0);  beta = rating (e_p, e_q): power at the place in kW and kvar
/// Eliminating u, w, q and x leaves a tridiagonal system in the costates (diagonal 1/X_t + 1/X_{t-1} + alpha' D^-1 alpha,
/// off-diagonal -1/X_t): a ladder of conductances, which is factored without cancellation. What the place's power answers to
/// prices pi of kW and kvar there is dy = dy_0 - K pi with
///   K = beta' D^-1 beta - (beta' D^-1 alpha) Tri^-1 (alpha' D^-1 beta).
#pragma once

#include <cstddef>
#include <span>

#include "solvers/schedule/elastic_limit.hpp"
#include "solvers/schedule/schedule_problem.hpp"

namespace evsweep {

/// Numbers that fade along a stay are nothing before processors get slow at them (below 1e-308), products of two included.
[[nodiscard]] inline double without_traces(double x) { return x > -1e-100 && x < 1e-100 ? 0.0 : x; }

/// Primal and dual variables of one step.
struct StayPoint {
    double u = 0.0, w = 0.0, q = 0.0, x = 0.0;
    double lambda = 0.0;
    double u_low = 0.0, u_high = 0.0;  ///< multipliers of u >= 0 and u <= charge_max
    double w_low = 0.0, w_high = 0.0;
    double x_low = 0.0, x_high = 0.0;
    double circle = 0.0;  ///< multiplier of c >= 0
};

/// What a step's products of slacks and multipliers aim at; one number for all, less what is gained beyond the first order.
struct StayAims {
    double u_low = 0.0, u_high = 0.0, w_low = 0.0, w_high = 0.0, x_low = 0.0, x_high = 0.0, circle = 0.0;
};

/// One step of the factorisation.
struct StayFactor {
    double iu = 0.0, iw = 0.0;  ///< 1 / d_u, 1 / d_w; 0 for what cannot act
    double g = 0.0;             ///< Hessian along e_p once q is eliminated
    double iden = 1.0;          ///< 1 / (1 + g (iu + iw))
    double tilt = 0.0;          ///< how q follows p: dq = iq r_q + tilt dp
    double iq = 0.0;
    double b_p = 0.0;          ///< alpha' D^-1 beta for P; for Q it is tilt times that
    double conductance = 0.0;  ///< 1 / X_t
    double ipivot = 1.0;       ///< 1 / pivot of the tridiagonal matrix, from the front
    double pass_on = 0.0;      ///< conductance / pivot: what a right-hand side hands to the next step
    double decay = 0.0;        ///< Tri^-1(i, t) / Tri^-1(i, t - 1) for i < t
    double inverse = 0.0;      ///< Tri^-1(t, t)
};

/// What does not change while one problem is solved.
struct StayShape {
    ScheduleVehicle vehicle;
    std::size_t first = 0;  ///< of its steps in the columns
    std::size_t steps = 0;
    bool can_charge = false, can_discharge = false, is_reactive = false;
    bool has_low = false, has_high = false;  ///< bounds of x that can be reached
    bool has_shortfall = false;
    double hold_weight = 0.0;  ///< deficit weight of the last step: it counts until the end
    [[nodiscard]] bool acts() const { return steps > 0 && (can_charge || can_discharge || is_reactive); }
    /// a and b of its step t.
    struct Moves {
        double charge = 0.0, discharge = 0.0;
    };
    [[nodiscard]] Moves moves(std::size_t t) const {
        const double share = vehicle.share(vehicle.first + t);
        return {share * vehicle.soc_per_charge, share * vehicle.soc_per_discharge};
    }
    /// Whether it can draw reactive power in its step t: only in whole ones.
    [[nodiscard]] bool is_reactive_at(std::size_t t) const { return is_reactive && vehicle.is_whole(vehicle.first + t); }
    /// Products of slacks and multipliers in all its steps.
    [[nodiscard]] std::size_t products() const;
};

/// Prices of one place: what a kW and a kvar cost, and what the Newton step changes of that; by step of the problem.
struct PlacePrices {
    const double* data = nullptr;  ///< [step][2 places]
    std::size_t places = 0;
    [[nodiscard]] double p(std::size_t step, std::size_t place) const { return data[step * 2 * places + place]; }
    [[nodiscard]] double q(std::size_t step, std::size_t place) const { return data[step * 2 * places + places + place]; }
};

/// One stay with its rows of all columns. Belongs to one thread at a time.
struct StayNewton {
    const StayShape& shape;
    const ScheduleObjective& objective;
    std::span<StayPoint> at;
    std::span<StayPoint> step;  ///< the Newton step
    std::span<StayAims> aims;
    std::span<StayFactor> factor;
    ElasticLimit& shortfall;
    ElasticStep& shortfall_step;
    ElasticAim& shortfall_aim;

    /// A point inside all bounds, with products of `barrier`.
    void start(double barrier);

    /// Needed before any step from this point.
    void factorise();

    /// All products aim at `barrier`, less this share of what the step that stands in `step` would gain beyond the first order.
    void aim(double barrier, double share);
    /// The step in u, w, q, x and lambda while prices at the place stay as they are.
    void find_step(const PlacePrices& prices);
    /// Adds the answer to a change of prices, and the steps of all multipliers.
    void complete_step(const PlacePrices& changes);

    /// The longest step, up to `longest`, that leaves everything positive that has to be.
    [[nodiscard]] double longest_step(double longest) const;
    void take_step(double length);
    /// The sum of all products after a step of this length.
    [[nodiscard]] double gap_after(double length) const;
    struct Standing {
        double primal = 0.0;  ///< largest residual of the battery's equations
        double dual = 0.0;    ///< largest of the gradient of the Lagrangian, relative to prices above 1
        double cost = 0.0;    ///< the stay's part of the objective
        double gap = 0.0;     ///< the sum of all products of slacks and multipliers
    };
    [[nodiscard]] Standing standing(const PlacePrices& prices) const;

   private:
    [[nodiscard]] double own_price_u(std::size_t t) const;
    [[nodiscard]] double own_price_w(std::size_t t) const;
    [[nodiscard]] double price_u(std::size_t t, const PlacePrices& prices) const;
    [[nodiscard]] double price_w(std::size_t t, const PlacePrices& prices) const;
    [[nodiscard]] double weight(std::size_t t) const;
    [[nodiscard]] double before(std::size_t t) const { return t > 0 ? at[t - 1].x : shape.vehicle.deficit; }
    [[nodiscard]] double next_lambda(std::size_t t) const { return t + 1 < at.size() ? at[t + 1].lambda : 0.0; }
    [[nodiscard]] double even_charge() const;
    void move_inside(StayPoint& point) const;
    void factorise_power(std::size_t t);
    void factorise_ladder();
    [[nodiscard]] double curvature_x(std::size_t t) const;
    [[nodiscard]] double gradient_x(std::size_t t) const;
    void solve_ladder(double StayPoint::*rhs);
    void step_multipliers();
};

}  // namespace evsweep
