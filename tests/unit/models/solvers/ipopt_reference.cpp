#include "unit/models/solvers/ipopt_reference.hpp"

#ifndef EVSWEEP_HAS_IPOPT

namespace evsweep {

bool has_ipopt() { return false; }
IpoptAnswer solve_by_ipopt(const ScheduleProblem&) { return {}; }

}  // namespace evsweep

#else

#include <IpIpoptApplication.hpp>
#include <IpTNLP.hpp>
#include <algorithm>
#include <cmath>
#include <vector>

namespace evsweep {

namespace {

using Ipopt::Index;
using Ipopt::Number;

constexpr Number unbounded = 2e19;  // Ipopt's word for it is anything beyond 1e19

struct Entry {
    Index row, column;
    Number value;
};

/// Where the variables stand: u, w, q, x by vehicle and step, then excesses, deviations and shortfalls.
struct Columns {
    explicit Columns(const ScheduleProblem& problem)
        : steps(static_cast<Index>(VehicleSteps(problem).size())),
          q(2 * steps),
          x(q + (problem.reactive ? steps : 0)),
          excess(x + steps),
          deviation(excess + static_cast<Index>(problem.limits.rows.size())),
          shortfall(deviation + static_cast<Index>(problem.costs.rows.size())),
          size(shortfall + static_cast<Index>(problem.vehicles.size())) {}
    Index steps, q, x, excess, deviation, shortfall, size;
    [[nodiscard]] Index u(Index k) const { return k; }
    [[nodiscard]] Index w(Index k) const { return steps + k; }
};

class ScheduleProgram final : public Ipopt::TNLP {
   public:
    ScheduleProgram(const ScheduleProblem& problem, IpoptAnswer& answer) : problem_(problem), answer_(answer), at_(problem) {
        bound_variables();
        add_batteries();
        add_circles();
        add_grid_rows(problem.limits.rows, limit_scale_, at_.excess);
        add_grid_rows(problem.costs.rows, cost_scale_, at_.deviation);
        bound_grid_rows();
        add_shortfalls();
        weigh();
    }

    // NOLINTBEGIN(readability-function-size): Ipopt's interface has as many parameters.
    bool get_nlp_info(Index& n, Index& m, Index& jacobian, Index& hessian, IndexStyleEnum& style) override {
        n = at_.size;
        m = static_cast<Index>(row_lower_.size());
        jacobian = static_cast<Index>(linear_.size() + 3 * circles());
        hessian = at_.size + (problem_.reactive ? at_.steps : 0);  // the diagonal, and (w, u) of every circle
        style = C_STYLE;
        return true;
    }

    bool get_bounds_info(Index, Number* lower, Number* upper, Index, Number* row_lower, Number* row_upper) override {
        std::copy(lower_.begin(), lower_.end(), lower);
        std::copy(upper_.begin(), upper_.end(), upper);
        std::copy(row_lower_.begin(), row_lower_.end(), row_lower);
        std::copy(row_upper_.begin(), row_upper_.end(), row_upper);
        return true;
    }

    bool get_starting_point(Index n, bool, Number* x, bool, Number*, Number*, Index, bool, Number*) override {
        for (Index j = 0; j < n; ++j) x[j] = std::clamp(0.1, lower_[j], upper_[j]);
        return true;
    }

    bool eval_f(Index n, const Number* x, bool, Number& value) override {
        value = constant_;
        for (Index j = 0; j < n; ++j) value += linear_cost_[j] * x[j] + square_cost_[j] * x[j] * x[j];
        return true;
    }

    bool eval_grad_f(Index n, const Number* x, bool, Number* gradient) override {
        for (Index j = 0; j < n; ++j) gradient[j] = linear_cost_[j] + 2.0 * square_cost_[j] * x[j];
        return true;
    }

    bool eval_g(Index, const Number* x, bool, Index m, Number* g) override {
        std::fill(g, g + m, 0.0);
        for (const Entry& entry : linear_) g[entry.row] += entry.value * x[entry.column];
        for (Index k = 0; k < circles(); ++k) {
            const Number p = x[at_.u(k)] - x[at_.w(k)];
            const Number q = x[at_.q + k];
            g[first_circle_ + k] = p * p + q * q;
        }
        return true;
    }

    bool eval_jac_g(Index, const Number* x, bool, Index, Index, Index* rows, Index* columns, Number* values) override {
        Index e = 0;
        const auto put = [&](Index row, Index column, Number value) {
            if (values) values[e] = value;
            if (rows) rows[e] = row;
            if (columns) columns[e] = column;
            ++e;
        };
        for (const Entry& entry : linear_) put(entry.row, entry.column, entry.value);
        for (Index k = 0; k < circles(); ++k) {
            const Number p = x ? x[at_.u(k)] - x[at_.w(k)] : 0.0;
            put(first_circle_ + k, at_.u(k), 2.0 * p);
            put(first_circle_ + k, at_.w(k), -2.0 * p);
            put(first_circle_ + k, at_.q + k, x ? 2.0 * x[at_.q + k] : 0.0);
        }
        return true;
    }

    bool eval_h(Index n, const Number*, bool, Number cost, Index, const Number* lambda, bool, Index, Index* rows, Index* columns,
                Number* values) override {
        if (!values) {
            for (Index j = 0; j < n; ++j) rows[j] = columns[j] = j;
            for (Index k = 0; k < circles(); ++k) {
                rows[n + k] = at_.w(k);
                columns[n + k] = at_.u(k);
            }
            return true;
        }
        for (Index j = 0; j < n; ++j) values[j] = 2.0 * cost * square_cost_[j];
        for (Index k = 0; k < circles(); ++k) {
            const Number curve = 2.0 * lambda[first_circle_ + k];
            for (const Index j : {at_.u(k), at_.w(k), at_.q + k}) values[j] += curve;
            values[n + k] = -curve;
        }
        return true;
    }

    void finalize_solution(Ipopt::SolverReturn, Index, const Number* x, const Number*, const Number*, Index, const Number*,
                           const Number* lambda, Number value, const Ipopt::IpoptData*,
                           Ipopt::IpoptCalculatedQuantities*) override {
        Schedule& schedule = answer_.schedule;
        schedule.objective = value;
        schedule.charge.assign(x, x + at_.steps);
        schedule.discharge.assign(x + at_.steps, x + at_.q);
        schedule.reactive.assign(x + at_.q, x + at_.x);
        schedule.deficit.assign(x + at_.x, x + at_.excess);
        for (std::size_t r = 0; r < limit_scale_.size(); ++r) {
            schedule.excess.push_back(x[at_.excess + static_cast<Index>(r)] / limit_scale_[r]);
            schedule.worth.push_back(lambda[first_limit_ + static_cast<Index>(r)] * limit_scale_[r]);
        }
        for (std::size_t r = 0; r < cost_scale_.size(); ++r)
            schedule.pull.push_back(problem_.costs.weight[r] * x[at_.deviation + static_cast<Index>(r)] / cost_scale_[r]);
    }
    // NOLINTEND(readability-function-size)

   private:
    [[nodiscard]] Index circles() const { return problem_.reactive ? at_.steps : 0; }

    Index add_row(Number lower, Number upper) {
        row_lower_.push_back(lower);
        row_upper_.push_back(upper);
        return static_cast<Index>(row_lower_.size()) - 1;
    }

    void bound(Index column, Number lower, Number upper) {
        lower_[column] = lower;
        upper_[column] = upper;
    }

    void bound_variables() {
        lower_.assign(at_.size, 0.0);
        upper_.assign(at_.size, unbounded);
        Index k = 0;
        for (const ScheduleVehicle& vehicle : problem_.vehicles)
            for (std::uint32_t t = vehicle.first; t < vehicle.last; ++t, ++k) {
                bound(at_.u(k), 0.0, vehicle.charge_max);
                bound(at_.w(k), 0.0, vehicle.discharge_max);
                const Number most = vehicle.share(t) == 1.0 ? unbounded : 0.0;  // no reactive power in a part of a step
                if (problem_.reactive) bound(at_.q + k, -most, most);
                // Bounds give way to a deficit on arrival that misses them by rounding.
                bound(at_.x + k, std::min(vehicle.deficit_min, vehicle.deficit), std::max(vehicle.deficit_max, vehicle.deficit));
            }
        for (Index j = at_.deviation; j < at_.shortfall; ++j) bound(j, -unbounded, unbounded);
    }

    void add_batteries() {
        Index k = 0;
        for (const ScheduleVehicle& vehicle : problem_.vehicles)
            for (std::uint32_t t = vehicle.first; t < vehicle.last; ++t, ++k) {
                const bool begins = t == vehicle.first;
                const Number before = begins ? vehicle.deficit : 0.0;
                const Index row = add_row(before, before);
                linear_.push_back({row, at_.x + k, 1.0});
                if (!begins) linear_.push_back({row, at_.x + k - 1, -1.0});
                linear_.push_back({row, at_.u(k), vehicle.share(t) * vehicle.soc_per_charge});
                linear_.push_back({row, at_.w(k), -vehicle.share(t) * vehicle.soc_per_discharge});
            }
    }

    void add_circles() {
        first_circle_ = static_cast<Index>(row_lower_.size());
        for (Index k = 0; k < circles(); ++k) add_row(-unbounded, 1.0);
    }

    /// scale (a y) - column: each row is measured in its own largest effect.
    void add_grid_rows(const GridRows& rows, std::vector<Number>& scale, Index column) {
        const Index first = static_cast<Index>(row_lower_.size());
        const std::size_t width = 2 * std::size_t{problem_.places};
        for (std::size_t r = 0; r < rows.size(); ++r) {
            add_row(0.0, 0.0);
            Number largest = 0.0;
            for (std::size_t j = 0; j < width; ++j) largest = std::max(largest, std::abs(rows.coefficient[r * width + j]));
            scale.push_back(largest > 0.0 ? 1.0 / largest : 1.0);
            linear_.push_back({first + static_cast<Index>(r), column + static_cast<Index>(r), -1.0});
        }
        Index k = 0;
        for (const ScheduleVehicle& vehicle : problem_.vehicles)
            for (std::uint32_t t = vehicle.first; t < vehicle.last; ++t, ++k)
                for (std::size_t r = 0; r < rows.size(); ++r) {
                    if (rows.step[r] != t) continue;
                    const Index row = first + static_cast<Index>(r);
                    const Number* a = rows.coefficient.data() + r * width + vehicle.place;
                    const Number effect = scale[r] * vehicle.rating_kva;
                    linear_.push_back({row, at_.u(k), effect * a[0]});
                    linear_.push_back({row, at_.w(k), -effect * a[0]});
                    if (problem_.reactive) linear_.push_back({row, at_.q + k, effect * a[problem_.places]});
                }
    }

    void bound_grid_rows() {
        first_limit_ = first_circle_ + circles();
        Index row = first_limit_;
        for (std::size_t r = 0; r < limit_scale_.size(); ++r, ++row) {
            row_lower_[row] = -unbounded;
            row_upper_[row] = limit_scale_[r] * problem_.limits.limit[r];
        }
        for (std::size_t r = 0; r < cost_scale_.size(); ++r, ++row)
            row_lower_[row] = row_upper_[row] = cost_scale_[r] * problem_.costs.target[r];
    }

    void add_shortfalls() {
        Index k = 0;
        for (std::size_t v = 0; v < problem_.vehicles.size(); ++v) {
            const ScheduleVehicle& vehicle = problem_.vehicles[v];
            k += static_cast<Index>(vehicle.last - vehicle.first);
            const Index column = at_.shortfall + static_cast<Index>(v);
            if (vehicle.first == vehicle.last) {
                const Number lacking = std::max(0.0, vehicle.deficit - vehicle.final_deficit);
                bound(column, lacking, lacking);
                continue;
            }
            const Index row = add_row(-unbounded, vehicle.final_deficit);
            linear_.push_back({row, at_.x + k - 1, 1.0});
            linear_.push_back({row, column, -1.0});
        }
    }

    void weigh() {
        const ScheduleObjective& objective = problem_.objective;
        linear_cost_.assign(at_.size, 0.0);
        square_cost_.assign(at_.size, 0.0);
        Index k = 0;
        for (std::size_t v = 0; v < problem_.vehicles.size(); ++v) {
            const ScheduleVehicle& vehicle = problem_.vehicles[v];
            for (std::uint32_t t = 0; t < problem_.steps; ++t) {
                if (t < vehicle.first || vehicle.first == vehicle.last) {
                    constant_ += objective.deficit_weight * vehicle.deficit * vehicle.deficit;
                } else if (t >= vehicle.last) {
                    square_cost_[at_.x + k - 1] += objective.deficit_weight;
                } else {
                    square_cost_[at_.x + k] += objective.deficit_weight;
                    if (problem_.reactive) square_cost_[at_.q + k] = objective.reactive_weight;
                    const Number buy = objective.buy.empty() ? 0.0 : vehicle.rating_kva * objective.buy[t];
                    const Number sell = objective.sell.empty() ? 0.0 : vehicle.rating_kva * objective.sell[t];
                    linear_cost_[at_.u(k)] = vehicle.share(t) * (objective.throughput_weight + buy);
                    linear_cost_[at_.w(k)] = vehicle.share(t) * (objective.throughput_weight - sell);
                    ++k;
                }
            }
            linear_cost_[at_.shortfall + static_cast<Index>(v)] = vehicle.shortfall_price;
        }
        for (std::size_t r = 0; r < limit_scale_.size(); ++r)
            linear_cost_[at_.excess + static_cast<Index>(r)] = problem_.limits.price[r] / limit_scale_[r];
        for (std::size_t r = 0; r < cost_scale_.size(); ++r)
            square_cost_[at_.deviation + static_cast<Index>(r)] =
                0.5 * problem_.costs.weight[r] / (cost_scale_[r] * cost_scale_[r]);
    }

    const ScheduleProblem& problem_;
    IpoptAnswer& answer_;
    Columns at_;
    std::vector<Number> lower_, upper_, row_lower_, row_upper_;
    std::vector<Number> linear_cost_, square_cost_;
    Number constant_ = 0.0;
    std::vector<Number> limit_scale_, cost_scale_;
    std::vector<Entry> linear_;  ///< the part of the constraints' derivatives that does not change
    Index first_circle_ = 0, first_limit_ = 0;
};

}  // namespace

bool has_ipopt() { return true; }

IpoptAnswer solve_by_ipopt(const ScheduleProblem& problem) {
    IpoptAnswer answer;
    Ipopt::SmartPtr<Ipopt::IpoptApplication> ipopt = IpoptApplicationFactory();
    auto options = ipopt->Options();
    options->SetIntegerValue("print_level", 0);
    options->SetStringValue("sb", "yes");
    options->SetNumericValue("tol", 1e-10);
    options->SetNumericValue("dual_inf_tol", 1e-9);
    options->SetNumericValue("constr_viol_tol", 1e-10);
    options->SetNumericValue("compl_inf_tol", 1e-10);
    options->SetNumericValue("acceptable_tol", 1e-10);    // nothing less will do
    options->SetNumericValue("bound_relax_factor", 0.0);  // bounds as they are
    options->SetIntegerValue("max_iter", 1000);
    if (ipopt->Initialize() != Ipopt::Solve_Succeeded) return answer;
    const Ipopt::SmartPtr<Ipopt::TNLP> program = new ScheduleProgram(problem, answer);
    const Ipopt::ApplicationReturnStatus status = ipopt->OptimizeTNLP(program);
    answer.solved = status == Ipopt::Solve_Succeeded;
    answer.status = "Ipopt status " + std::to_string(static_cast<int>(status));
    return answer;
}

}  // namespace evsweep

#endif
