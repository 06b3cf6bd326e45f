#include "unit/models/solvers/opf_ipopt.hpp"

#ifndef EVSWEEP_HAS_IPOPT

namespace evsweep {

bool has_opf_ipopt() { return false; }
OpfIpoptAnswer solve_opf_by_ipopt(const OpfProblem&) { return {}; }

}  // namespace evsweep

#else

#include <IpIpoptApplication.hpp>
#include <IpTNLP.hpp>
#include <algorithm>
#include <cmath>
#include <complex>
#include <map>
#include <vector>

namespace evsweep {

namespace {

using Ipopt::Index;
using Ipopt::Number;
using Complex = std::complex<double>;

Number of_ipopt(double limit) { return std::clamp(limit, -2e19, 2e19); }

/// sum of factor x_i x_j, and of factor x_i.
struct Product {
    Index row, i, j;
    Number factor;
};
struct Term {
    Index row, i;
    Number factor;
};

/// A quadratic programme with quadratic constraints.
class QuadraticProgram final : public Ipopt::TNLP {
   public:
    QuadraticProgram(const OpfProblem& problem, OpfIpoptAnswer& answer) : problem_(problem), answer_(answer) {
        buses_ = static_cast<Index>(problem.buses.size());
        add_variables();
        add_balances();
        add_voltages();
        for (const OpfBranch& branch : problem.branches)
            if (branch.limit < opf_unlimited) {
                add_limit(branch, branch.from, branch.to, branch.ff, branch.ft);
                add_limit(branch, branch.to, branch.from, branch.tt, branch.tf);
            }
    }

    // NOLINTBEGIN(readability-function-size): Ipopt's interface has as many parameters.
    bool get_nlp_info(Index& n, Index& m, Index& jacobian, Index& hessian, IndexStyleEnum& style) override {
        n = static_cast<Index>(lower_.size());
        m = static_cast<Index>(row_lower_.size());
        jacobian = static_cast<Index>(2 * products_.size() + terms_.size());
        hessian = static_cast<Index>(products_.size() + problem_.injections.size());
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
        for (Index j = 0; j < n; ++j) {
            const bool is_bounded = lower_[j] > -1e19 && upper_[j] < 1e19;
            x[j] = j < buses_ ? 1.0 : is_bounded ? 0.5 * (lower_[j] + upper_[j]) : std::clamp(0.0, lower_[j], upper_[j]);
        }
        return true;
    }
    bool eval_f(Index, const Number* x, bool, Number& value) override {
        value = 0.0;
        for (std::size_t k = 0; k < problem_.injections.size(); ++k) {
            const Number u = x[injection(k)];
            value += u * (problem_.injections[k].linear + problem_.injections[k].square * u);
        }
        return true;
    }
    bool eval_grad_f(Index n, const Number* x, bool, Number* gradient) override {
        std::fill(gradient, gradient + n, 0.0);
        for (std::size_t k = 0; k < problem_.injections.size(); ++k)
            gradient[injection(k)] = problem_.injections[k].linear + 2.0 * problem_.injections[k].square * x[injection(k)];
        return true;
    }
    bool eval_g(Index, const Number* x, bool, Index m, Number* g) override {
        std::fill(g, g + m, 0.0);
        for (const Product& p : products_) g[p.row] += p.factor * x[p.i] * x[p.j];
        for (const Term& t : terms_) g[t.row] += t.factor * x[t.i];
        return true;
    }
    bool eval_jac_g(Index, const Number* x, bool, Index, Index, Index* rows, Index* columns, Number* values) override {
        Index e = 0;
        const auto put = [&](Index row, Index column, Number value) {
            if (values) values[e] = value;
            if (rows) rows[e] = row, columns[e] = column;
            ++e;
        };
        for (const Product& p : products_) {
            put(p.row, p.i, x ? p.factor * x[p.j] : 0.0);
            put(p.row, p.j, x ? p.factor * x[p.i] : 0.0);
        }
        for (const Term& t : terms_) put(t.row, t.i, t.factor);
        return true;
    }
    bool eval_h(Index, const Number*, bool, Number cost, Index, const Number* lambda, bool, Index, Index* rows, Index* columns,
                Number* values) override {
        Index e = 0;
        for (const Product& p : products_) {
            if (rows) rows[e] = std::max(p.i, p.j), columns[e] = std::min(p.i, p.j);
            if (values) values[e] = lambda[p.row] * p.factor * (p.i == p.j ? 2.0 : 1.0);
            ++e;
        }
        for (std::size_t k = 0; k < problem_.injections.size(); ++k, ++e) {
            if (rows) rows[e] = columns[e] = injection(k);
            if (values) values[e] = 2.0 * cost * problem_.injections[k].square;
        }
        return true;
    }
    void finalize_solution(Ipopt::SolverReturn, Index, const Number* x, const Number*, const Number*, Index, const Number*,
                           const Number* lambda, Number value, const Ipopt::IpoptData*,
                           Ipopt::IpoptCalculatedQuantities*) override {
        answer_.cost = value;
        for (Index i = 0; i < buses_; ++i) {
            answer_.voltage.push_back(std::hypot(x[i], x[buses_ + i]));
            answer_.price_p.push_back(lambda[i]);
            answer_.price_q.push_back(lambda[buses_ + i]);
        }
        for (std::size_t k = 0; k < problem_.injections.size(); ++k) answer_.injection.push_back(x[injection(k)]);
    }
    // NOLINTEND(readability-function-size)

   private:
    [[nodiscard]] Index injection(std::size_t k) const { return 2 * buses_ + static_cast<Index>(k); }

    Index add_variable(Number lower, Number upper) {
        lower_.push_back(of_ipopt(lower));
        upper_.push_back(of_ipopt(upper));
        return static_cast<Index>(lower_.size()) - 1;
    }
    Index add_row(Number lower, Number upper) {
        row_lower_.push_back(of_ipopt(lower));
        row_upper_.push_back(of_ipopt(upper));
        return static_cast<Index>(row_lower_.size()) - 1;
    }

    void add_variables() {
        for (Index i = 0; i < buses_; ++i)
            add_variable(i == static_cast<Index>(problem_.reference) ? 0.0 : -opf_unlimited, opf_unlimited);
        for (Index i = 0; i < buses_; ++i) {
            const Number most = i == static_cast<Index>(problem_.reference) ? 0.0 : opf_unlimited;
            add_variable(-most, most);
        }
        for (const OpfInjection& u : problem_.injections) add_variable(u.lower, u.upper);
    }

    /// Adds to row p the real and to row q the imaginary part of V_i conj(y V_k).
    void add_power(Index p, Index q, Index i, Index k, Complex y) {
        const Index ei = i, fi = buses_ + i, ek = k, fk = buses_ + k;
        const Number g = y.real(), b = y.imag();
        products_.insert(products_.end(), {{p, ei, ek, g}, {p, ei, fk, -b}, {p, fi, fk, g}, {p, fi, ek, b}});
        products_.insert(products_.end(), {{q, fi, ek, g}, {q, fi, fk, -b}, {q, ei, fk, -g}, {q, ei, ek, -b}});
    }

    void add_balances() {
        std::map<std::pair<Index, Index>, Complex> admittance;
        const auto at = [&](std::uint32_t i, std::uint32_t k) -> Complex& {
            return admittance[{static_cast<Index>(i), static_cast<Index>(k)}];
        };
        for (std::uint32_t i = 0; i < problem_.buses.size(); ++i) at(i, i) += Complex(problem_.buses[i].g, problem_.buses[i].b);
        for (const OpfBranch& b : problem_.branches) {
            at(b.from, b.from) += b.ff, at(b.from, b.to) += b.ft, at(b.to, b.from) += b.tf, at(b.to, b.to) += b.tt;
        }
        for (const OpfBus& bus : problem_.buses) add_row(-bus.p, -bus.p);
        for (const OpfBus& bus : problem_.buses) add_row(-bus.q, -bus.q);
        for (const auto& [place, y] : admittance) add_power(place.first, buses_ + place.first, place.first, place.second, y);
        for (std::size_t k = 0; k < problem_.injections.size(); ++k)
            for (const OpfInjection::Entry& entry : problem_.injections[k].into) {
                const Index row = static_cast<Index>(entry.bus) + (entry.part == OpfPart::active ? 0 : buses_);
                terms_.push_back({row, injection(k), -entry.coefficient});
            }
    }

    void add_voltages() {
        for (Index i = 0; i < buses_; ++i) {
            const Index row =
                add_row(problem_.buses[i].v_min * problem_.buses[i].v_min, problem_.buses[i].v_max * problem_.buses[i].v_max);
            products_.push_back({row, i, i, 1.0});
            products_.push_back({row, buses_ + i, buses_ + i, 1.0});
        }
    }

    void add_limit(const OpfBranch& branch, std::uint32_t own, std::uint32_t other, Complex self, Complex mutual) {
        const Index p = add_variable(-branch.limit, branch.limit), q = add_variable(-branch.limit, branch.limit);
        const Index p_row = add_row(0.0, 0.0), q_row = add_row(0.0, 0.0),
                    circle = add_row(-opf_unlimited, branch.limit * branch.limit);
        add_power(p_row, q_row, static_cast<Index>(own), static_cast<Index>(own), self);
        add_power(p_row, q_row, static_cast<Index>(own), static_cast<Index>(other), mutual);
        terms_.push_back({p_row, p, -1.0});
        terms_.push_back({q_row, q, -1.0});
        products_.push_back({circle, p, p, 1.0});
        products_.push_back({circle, q, q, 1.0});
    }

    const OpfProblem& problem_;
    OpfIpoptAnswer& answer_;
    Index buses_ = 0;
    std::vector<Number> lower_{}, upper_{}, row_lower_{}, row_upper_{};
    std::vector<Product> products_{};
    std::vector<Term> terms_{};
};

}  // namespace

bool has_opf_ipopt() { return true; }

OpfIpoptAnswer solve_opf_by_ipopt(const OpfProblem& problem) {
    OpfIpoptAnswer answer;
    Ipopt::SmartPtr<Ipopt::IpoptApplication> ipopt = IpoptApplicationFactory();
    auto options = ipopt->Options();
    options->SetIntegerValue("print_level", 0);
    options->SetStringValue("sb", "yes");
    options->SetNumericValue("tol", 1e-9);
    options->SetNumericValue("bound_relax_factor", 0.0);  // limits as they are
    options->SetIntegerValue("max_iter", 2000);
    if (ipopt->Initialize() != Ipopt::Solve_Succeeded) return answer;
    const Ipopt::SmartPtr<Ipopt::TNLP> program = new QuadraticProgram(problem, answer);
    const Ipopt::ApplicationReturnStatus status = ipopt->OptimizeTNLP(program);
    answer.solved = status == Ipopt::Solve_Succeeded || status == Ipopt::Solved_To_Acceptable_Level;
    answer.status = "Ipopt status " + std::to_string(static_cast<int>(status));
    return answer;
}

}  // namespace evsweep

#endif
