/// Primal-dual interior-point method (Wang, Murillo-Sanchez, Zimmerman, Thomas, "On computational issues of market-based optimal
/// power flow", IEEE Trans. Power Systems 22 (2007), equations 13-29; the method of MATPOWER's MIPS).
///
///   min f(x)  s.t.  g(x) = 0 [l],  h(x) + z = 0, z > 0 [m]
///   [ L_xx + H' (m/z) H   G' ] [dx]   [ -(L_x + H' (barrier + m h) / z) ]
///   [ G                   0  ] [dl] = [ -g                             ]
///   dz = -h - z - H dx,   dm = -m + (barrier - m dz) / z
///
/// x: angles, voltages, injections; those that are fixed are no unknowns. Bounds are rows of h with one entry each.
#include "solvers/optimal_power_flow/interior_point.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "solvers/optimal_power_flow/branch_power.hpp"
#include "solvers/optimal_power_flow/kkt_system.hpp"
#include "solvers/optimal_power_flow/layout.hpp"

namespace evsweep {

namespace {

using Index = Eigen::Index;
using VectorXd = Eigen::VectorXd;

/// What depends on the point, at the present one.
struct OpfValues {
    VectorXd balance;                            ///< g
    VectorXd excess;                             ///< h: bounds, then branch limits
    VectorXd gradient;                           ///< of the Lagrangian, by variable
    std::vector<Eigen::Vector3d> limit_slope{};  ///< of the branch limits, by (delta, v_from, v_to)
};

class OpfInteriorPoint {
   public:
    OpfInteriorPoint(const OpfProblem& problem, const OpfOptions& options)
        : problem_(problem), options_(options), at_(problem), system_(at_.unknowns() + 2 * at_.buses()) {
        for (const OpfInjection& injection : problem.injections) scale_ = std::max(scale_, std::abs(injection.linear));
        if (scale_ == 0.0) scale_ = 1.0;
        now_.balance.resize(2 * at_.buses());
        now_.excess.resize(at_.rows());
        now_.gradient.resize(at_.variables());
        now_.limit_slope.resize(at_.limits.size());
        l_ = VectorXd::Zero(2 * at_.buses());
    }

    OpfSolution run(const OpfPoint* start) {
        place(start);
        evaluate();
        open_slacks();
        evaluate();
        OpfSolution solution;
        OpfResiduals residuals = measure();
        std::optional<Best> best;
        int idle = 0;
        for (; solution.steps < options_.most_steps; ++solution.steps) {
            if (!best || residuals.largest() < 0.9 * best->residuals.largest()) idle = 0;
            if (!best || residuals.largest() < best->residuals.largest()) best = Best{residuals, x_, l_, z_, m_};
            if (residuals.largest() <= final_tolerance()) break;
            if (best->residuals.largest() <= options_.tolerance && ++idle > 3) break;
            if (!step()) break;
            evaluate();
            residuals = measure();
        }
        if (best && !(residuals.largest() <= best->residuals.largest())) {
            take_back(*best);
            residuals = best->residuals;
        }
        solution.residuals = residuals;
        solution.status = residuals.largest() <= options_.tolerance ? OpfStatus::optimal
                          : solution.steps >= options_.most_steps   ? OpfStatus::too_many_steps
                                                                    : OpfStatus::no_further_steps;
        fill(solution);
        return solution;
    }

   private:
    struct Best {
        OpfResiduals residuals;
        VectorXd x, l, z, m;
    };

    /// Steps go on beyond the tolerance as long as they gain something: weakly active limits move prices by the root of the
    /// barrier.
    [[nodiscard]] double final_tolerance() const { return 1e-4 * options_.tolerance; }

    void take_back(const Best& best) {
        x_ = best.x, l_ = best.l, z_ = best.z, m_ = best.m;
        evaluate();
    }

    /// The middle of two limits, one from a single limit, 0 without any.
    static double middle(double lower, double upper) {
        if (lower > -opf_unlimited && upper < opf_unlimited) return 0.5 * (lower + upper);
        if (lower > -opf_unlimited) return lower + 1.0;
        return upper < opf_unlimited ? upper - 1.0 : 0.0;
    }

    void place(const OpfPoint* start) {
        x_ = VectorXd::Zero(at_.variables());
        for (Index i = 0; i < at_.buses(); ++i) {
            x_[at_.angle(i)] = start && i != problem_.reference ? start->angle[i] - start->angle[problem_.reference] : 0.0;
            const OpfBus& bus = problem_.buses[i];
            x_[at_.voltage(i)] = start ? std::clamp(start->voltage[i], bus.v_min, bus.v_max) : middle(bus.v_min, bus.v_max);
        }
        for (std::size_t k = 0; k < problem_.injections.size(); ++k) {
            const OpfInjection& u = problem_.injections[k];
            x_[at_.injection(static_cast<Index>(k))] =
                start ? std::clamp(start->injection[k], u.lower, u.upper) : middle(u.lower, u.upper);
        }
    }

    void open_slacks() {
        constexpr double first = 1.0;
        z_ = (-now_.excess).cwiseMax(first);
        m_ = VectorXd::Constant(at_.rows(), first);
        for (Index r = 0; r < at_.rows(); ++r)
            if (z_[r] > first) m_[r] = first / z_[r];
        barrier_ = first;
    }

    [[nodiscard]] OpfBranchState state(const OpfBranch& branch) const {
        return {x_[at_.angle(branch.from)] - x_[at_.angle(branch.to)], x_[at_.voltage(branch.from)], x_[at_.voltage(branch.to)]};
    }
    /// (angle of from, angle of to, voltage of from, voltage of to).
    [[nodiscard]] std::array<Index, 4> variables_of(const OpfBranch& branch) const {
        return {at_.angle(branch.from), at_.angle(branch.to), at_.voltage(branch.from), at_.voltage(branch.to)};
    }
    static std::array<double, 4> spread(const Eigen::Vector3d& slope) { return {slope[0], -slope[0], slope[1], slope[2]}; }

    [[nodiscard]] double marginal_cost(std::size_t k) const {
        const OpfInjection& u = problem_.injections[k];
        return (u.linear + 2.0 * u.square * x_[at_.injection(static_cast<Index>(k))]) / scale_;
    }

    /// g, h and the gradient of the Lagrangian. The Jacobian is worked out again where it is needed: it costs less than to store.
    void evaluate() {
        now_.gradient.setZero();
        for (Index i = 0; i < at_.buses(); ++i) add_bus(i);
        for (std::size_t k = 0; k < problem_.injections.size(); ++k) add_injection(k);
        for (std::size_t r = 0; r < at_.bounds.size(); ++r) {
            const OpfLayout::Bound& bound = at_.bounds[r];
            now_.excess[static_cast<Index>(r)] = bound.sign * (x_[bound.variable] - bound.limit);
            if (m_.size() > 0) now_.gradient[bound.variable] += bound.sign * m_[static_cast<Index>(r)];
        }
        std::size_t limit = 0;
        for (std::uint32_t b = 0; b < problem_.branches.size(); ++b)
            for (const OpfEnd end : {OpfEnd::from, OpfEnd::to}) add_branch_end(b, end, limit);
    }

    void add_bus(Index i) {
        const OpfBus& bus = problem_.buses[i];
        const double v = x_[at_.voltage(i)];
        const Index p = at_.balance(i, OpfPart::active), q = at_.balance(i, OpfPart::reactive);
        now_.balance[p] = bus.p + bus.g * v * v;
        now_.balance[q] = bus.q - bus.b * v * v;
        now_.gradient[at_.voltage(i)] += 2.0 * v * (l_[p] * bus.g - l_[q] * bus.b);
    }

    void add_injection(std::size_t k) {
        const Index variable = at_.injection(static_cast<Index>(k));
        now_.gradient[variable] += marginal_cost(k);
        for (const OpfInjection::Entry& entry : problem_.injections[k].into) {
            const Index row = at_.balance(entry.bus, entry.part);
            now_.balance[row] -= entry.coefficient * x_[variable];
            now_.gradient[variable] -= entry.coefficient * l_[row];
        }
    }

    void add_branch_end(std::uint32_t b, OpfEnd end, std::size_t& limit) {
        const OpfBranch& branch = problem_.branches[b];
        const OpfBranchPower power(branch, end, state(branch));
        const Index own = end == OpfEnd::from ? branch.from : branch.to;
        const Index p = at_.balance(own, OpfPart::active), q = at_.balance(own, OpfPart::reactive);
        now_.balance[p] += power.p();
        now_.balance[q] += power.q();
        Eigen::Vector3d slope = l_[p] * power.dp() + l_[q] * power.dq();
        if (branch.limit < opf_unlimited) {
            const Index row = static_cast<Index>(at_.bounds.size() + limit);
            const double square = branch.limit * branch.limit;
            now_.excess[row] = (power.p() * power.p() + power.q() * power.q()) / square - 1.0;
            now_.limit_slope[limit] = 2.0 / square * (power.p() * power.dp() + power.q() * power.dq());
            if (m_.size() > 0) slope += m_[row] * now_.limit_slope[limit];
            ++limit;
        }
        const auto variables = variables_of(branch);
        const auto by_variable = spread(slope);
        for (std::size_t j = 0; j < 4; ++j) now_.gradient[variables[j]] += by_variable[j];
    }

    [[nodiscard]] OpfResiduals measure() const {
        OpfResiduals residuals;
        residuals.balance_pu = now_.balance.cwiseAbs().maxCoeff();
        residuals.stationarity = 0.0;
        for (Index v = 0; v < at_.variables(); ++v)
            if (at_.column(v) != OpfLayout::fixed)
                residuals.stationarity = std::fmax(residuals.stationarity, std::abs(now_.gradient[v]));
        residuals.violation = at_.rows() > 0 ? std::max(0.0, now_.excess.maxCoeff()) : 0.0;
        residuals.complementarity = at_.rows() > 0 ? z_.dot(m_) / static_cast<double>(at_.rows()) : 0.0;
        if (!now_.gradient.allFinite() || !now_.balance.allFinite()) residuals.balance_pu = opf_unlimited;
        return residuals;
    }

    /// One step of the method; false where it leads nowhere.
    bool step() {
        const VectorXd pull = assemble();
        VectorXd right(pull.size() + now_.balance.size());
        right << -pull, -now_.balance;
        const VectorXd change = system_.solve(right);
        if (!change.allFinite()) return false;
        VectorXd dx = VectorXd::Zero(at_.variables());
        for (Index v = 0; v < at_.variables(); ++v)
            if (at_.column(v) != OpfLayout::fixed) dx[v] = change[at_.column(v)];
        const VectorXd dz = -now_.excess - z_ - along(dx);
        const VectorXd dm = -m_ + ((barrier_ - (m_.array() * dz.array())) / z_.array()).matrix();
        const double primal = longest(z_, dz), dual = longest(m_, dm);
        if (primal < 1e-10 && dual < 1e-10) return false;
        x_ += primal * dx;
        z_ += primal * dz;
        l_ += dual * change.tail(now_.balance.size());
        m_ += dual * dm;
        if (at_.rows() > 0) barrier_ = centring * z_.dot(m_) / static_cast<double>(at_.rows());
        return true;
    }

    static double longest(const VectorXd& positive, const VectorXd& change) {
        constexpr double short_of_zero = 0.99995;
        double length = 1.0;
        for (Index r = 0; r < positive.size(); ++r)
            if (change[r] < 0.0) length = std::min(length, -short_of_zero * positive[r] / change[r]);
        return length;
    }

    /// H dx.
    [[nodiscard]] VectorXd along(const VectorXd& dx) const {
        VectorXd moved(at_.rows());
        for (std::size_t r = 0; r < at_.bounds.size(); ++r)
            moved[static_cast<Index>(r)] = at_.bounds[r].sign * dx[at_.bounds[r].variable];
        for (std::size_t k = 0; k < at_.limits.size(); ++k) {
            const auto variables = variables_of(problem_.branches[at_.limits[k].branch]);
            const auto slope = spread(now_.limit_slope[k]);
            double sum = 0.0;
            for (std::size_t j = 0; j < 4; ++j) sum += slope[j] * dx[variables[j]];
            moved[static_cast<Index>(at_.bounds.size() + k)] = sum;
        }
        return moved;
    }

    /// The matrix of the step, and by unknown the gradient of the Lagrangian with the barrier.
    VectorXd assemble() {
        system_.begin();
        VectorXd pull = VectorXd::Zero(at_.unknowns());
        for (Index v = 0; v < at_.variables(); ++v)
            if (at_.column(v) != OpfLayout::fixed) pull[at_.column(v)] = now_.gradient[v];
        for (std::size_t r = 0; r < at_.bounds.size(); ++r) assemble_bound(static_cast<Index>(r), pull);
        for (Index i = 0; i < at_.buses(); ++i) assemble_bus(i);
        for (std::size_t k = 0; k < problem_.injections.size(); ++k) assemble_injection(k);
        std::size_t limit = 0;
        for (const OpfBranch& branch : problem_.branches) assemble_branch(branch, limit, pull);
        return pull;
    }

    /// Adds to the second derivatives, where both variables are unknowns.
    void add_second(Index v, Index w, double value) {
        if (at_.column(v) != OpfLayout::fixed && at_.column(w) != OpfLayout::fixed)
            system_.add(at_.column(v), at_.column(w), value);
    }
    /// Adds to the derivative of a balance, in both places.
    void add_first(Index balance, Index v, double value) {
        if (at_.column(v) == OpfLayout::fixed) return;
        system_.add(at_.unknowns() + balance, at_.column(v), value);
        system_.add(at_.column(v), at_.unknowns() + balance, value);
    }

    /// (barrier + m h) / z, what a row of h adds to the right side beyond its multiplier.
    [[nodiscard]] double push(Index row) const { return (barrier_ + m_[row] * now_.excess[row]) / z_[row]; }

    void assemble_bound(Index row, VectorXd& pull) {
        const OpfLayout::Bound& bound = at_.bounds[static_cast<std::size_t>(row)];
        add_second(bound.variable, bound.variable, m_[row] / z_[row]);
        pull[at_.column(bound.variable)] += bound.sign * push(row);
    }

    void assemble_bus(Index i) {
        const OpfBus& bus = problem_.buses[i];
        const Index variable = at_.voltage(i), p = at_.balance(i, OpfPart::active), q = at_.balance(i, OpfPart::reactive);
        add_second(variable, variable, 2.0 * (l_[p] * bus.g - l_[q] * bus.b));
        add_first(p, variable, 2.0 * bus.g * x_[variable]);
        add_first(q, variable, -2.0 * bus.b * x_[variable]);
    }

    void assemble_injection(std::size_t k) {
        const Index variable = at_.injection(static_cast<Index>(k));
        add_second(variable, variable, 2.0 * problem_.injections[k].square / scale_);
        for (const OpfInjection::Entry& entry : problem_.injections[k].into)
            add_first(at_.balance(entry.bus, entry.part), variable, -entry.coefficient);
    }

    void assemble_branch(const OpfBranch& branch, std::size_t& limit, VectorXd& pull) {
        const auto variables = variables_of(branch);
        Eigen::Matrix3d curve = Eigen::Matrix3d::Zero();
        for (const OpfEnd end : {OpfEnd::from, OpfEnd::to}) {
            const OpfBranchPower power(branch, end, state(branch));
            const Index own = end == OpfEnd::from ? branch.from : branch.to;
            const Index p = at_.balance(own, OpfPart::active), q = at_.balance(own, OpfPart::reactive);
            double on_p = l_[p], on_q = l_[q];
            if (branch.limit < opf_unlimited) {
                const Index row = static_cast<Index>(at_.bounds.size() + limit);
                add_limit(branch, power, row, now_.limit_slope[limit], curve);
                const double weight = 2.0 * m_[row] / (branch.limit * branch.limit);
                on_p += weight * power.p();
                on_q += weight * power.q();
                const auto slope = spread(now_.limit_slope[limit]);
                for (std::size_t j = 0; j < 4; ++j)
                    if (at_.column(variables[j]) != OpfLayout::fixed) pull[at_.column(variables[j])] += slope[j] * push(row);
                ++limit;
            }
            power.add_curvature(on_p, on_q, curve);
            const auto dp = spread(power.dp()), dq = spread(power.dq());
            for (std::size_t j = 0; j < 4; ++j) add_first(p, variables[j], dp[j]);
            for (std::size_t j = 0; j < 4; ++j) add_first(q, variables[j], dq[j]);
        }
        add_curve(variables, curve);
    }

    /// What a branch limit adds to the second derivatives beyond the curvature of P and Q.
    void add_limit(const OpfBranch& branch, const OpfBranchPower& power, Index row, const Eigen::Vector3d& slope,
                   Eigen::Matrix3d& curve) const {
        const Eigen::Vector3d dp = power.dp(), dq = power.dq();
        curve += 2.0 * m_[row] / (branch.limit * branch.limit) * (dp * dp.transpose() + dq * dq.transpose());
        curve += m_[row] / z_[row] * (slope * slope.transpose());
    }

    void add_curve(const std::array<Index, 4>& variables, const Eigen::Matrix3d& curve) {
        constexpr std::array<int, 4> row{0, 0, 1, 2};
        constexpr std::array<double, 4> sign{1.0, -1.0, 1.0, 1.0};
        for (std::size_t i = 0; i < 4; ++i)
            for (std::size_t j = 0; j < 4; ++j) add_second(variables[i], variables[j], sign[i] * sign[j] * curve(row[i], row[j]));
    }

    void fill(OpfSolution& solution) const {
        const std::size_t buses = problem_.buses.size(), branches = problem_.branches.size();
        for (std::size_t i = 0; i < buses; ++i) {
            const auto bus = static_cast<Index>(i);
            solution.angle.push_back(x_[at_.angle(bus)]);
            solution.voltage.push_back(x_[at_.voltage(bus)]);
            solution.price_p.push_back(scale_ * l_[at_.balance(bus, OpfPart::active)]);
            solution.price_q.push_back(scale_ * l_[at_.balance(bus, OpfPart::reactive)]);
        }
        for (std::size_t k = 0; k < problem_.injections.size(); ++k) {
            const double u = x_[at_.injection(static_cast<Index>(k))];
            solution.injection.push_back(u);
            solution.cost += u * (problem_.injections[k].linear + problem_.injections[k].square * u);
        }
        solution.v_low.assign(buses, 0.0), solution.v_high.assign(buses, 0.0);
        for (std::size_t r = 0; r < at_.bounds.size(); ++r) {
            const OpfLayout::Bound& bound = at_.bounds[r];
            const Index bus = bound.variable - at_.buses();
            if (bus < at_.buses())
                (bound.sign < 0.0 ? solution.v_low : solution.v_high)[bus] = scale_ * m_[static_cast<Index>(r)];
        }
        solution.limit_from.assign(branches, 0.0), solution.limit_to.assign(branches, 0.0);
        for (std::size_t k = 0; k < at_.limits.size(); ++k) {
            const auto [branch, end] = at_.limits[k];
            const double worth = 2.0 * scale_ * m_[static_cast<Index>(at_.bounds.size() + k)] / problem_.branches[branch].limit;
            (end == OpfEnd::from ? solution.limit_from : solution.limit_to)[branch] = worth;
        }
    }

    static constexpr double centring = 0.1;

    const OpfProblem& problem_;
    const OpfOptions options_;
    const OpfLayout at_;
    KktSystem system_;
    double scale_ = 0.0;  ///< costs are divided by it
    VectorXd x_{}, l_{}, z_{}, m_{};
    double barrier_ = 1.0;
    OpfValues now_{};
};

}  // namespace

OpfSolution solve_opf(const OpfProblem& problem, const OpfOptions& options, const OpfPoint* start) {
    return OpfInteriorPoint(problem, options).run(start);
}

}  // namespace evsweep
