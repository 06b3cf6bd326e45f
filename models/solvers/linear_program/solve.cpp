// From the relaxation to the answer: Clp first, branching only where a choice is violated.
#include <algorithm>
#include <cmath>

#include "solvers/linear_program/branch_and_cut.hpp"
#include "solvers/linear_program/choice_tree.hpp"
#include "solvers/linear_program/linear_program.hpp"
#include "solvers/linear_program/simplex.hpp"

namespace evsweep {

namespace {

bool has_choices(const LinearProgram& program) { return !program.binaries().empty() || !program.exclusions().empty(); }

std::vector<double> reduced_costs(const LinearProgram& program, std::span<const double> row_price) {
    std::vector<double> reduced(program.cost().begin(), program.cost().end());
    for (std::size_t r = 0; r < program.rows(); ++r)
        for (const LinearTerm& term : program.terms_of(r)) reduced[term.column] -= row_price[r] * term.value;
    return reduced;
}

/// A range that is the wrong way round; Clp tells it in words only.
bool has_empty_range(const LinearProgram& program) {
    const auto is_empty = [](const LinearRange& range) { return range.lowest > range.highest; };
    return std::any_of(program.column_ranges().begin(), program.column_ranges().end(), is_empty) ||
           std::any_of(program.row_ranges().begin(), program.row_ranges().end(), is_empty);
}

/// The ranges with every choice as `value` makes it: multipliers of the programme with choices fixed.
std::vector<LinearRange> ranges_as_chosen(const LinearProgram& program, std::span<const double> value) {
    std::vector<LinearRange> ranges(program.column_ranges().begin(), program.column_ranges().end());
    for (const auto& [a, b] : program.exclusions()) {
        const std::uint32_t less = value[a] <= value[b] ? a : b;
        ranges[less].highest = std::min(ranges[less].highest, 0.0);
    }
    for (const std::uint32_t c : program.binaries()) ranges[c] = {std::round(value[c]), std::round(value[c])};
    return ranges;
}

class Solving {
   public:
    Solving(const LinearProgram& program, const LinearOptions& options, const LinearBasis* start)
        : program_(program), options_(options), simplex_(program, options, start) {}

    LinearSolution run() {
        solution_.status = simplex_.run();
        solution_.iterations = simplex_.iterations();
        if (solution_.status != LinearStatus::optimal && solution_.status != LinearStatus::unbounded) return take_nothing();
        if (solution_.status == LinearStatus::unbounded && !has_choices(program_)) return take_nothing();
        if (solution_.status == LinearStatus::optimal) {
            take_relaxation();
            if (options_.branching == Branching::none) return std::move(solution_);
            if (solution_.certificate.choice_violation <= options_.choice) return std::move(solution_);
        }
        branch();
        return std::move(solution_);
    }

   private:
    LinearSolution take_nothing() {
        solution_.value.clear();
        return std::move(solution_);
    }

    void take_relaxation() {
        const auto value = simplex_.value();
        const auto price = simplex_.row_price();
        solution_.value.assign(value.begin(), value.end());
        solution_.row_price.assign(price.begin(), price.end());
        solution_.basis = simplex_.basis();
        solution_.reduced_cost = reduced_costs(program_, price);
        solution_.certificate = certify(program_, program_.column_ranges(), value, price);
        solution_.relaxed_objective = solution_.certificate.primal_objective;
    }

    void branch() {
        if (options_.branching != Branching::by_cbc) {
            TreeResult tree = ChoiceTree(program_, options_, simplex_).grow();
            solution_.iterations = simplex_.iterations();
            solution_.nodes += tree.nodes;
            take(std::move(tree));
            if (solution_.status != LinearStatus::unproven && solution_.status != LinearStatus::failed) return;
            if (options_.branching == Branching::by_tree) return;
        }
        take(branch_and_cut(program_, options_));
    }

    void take(TreeResult tree) {
        if (tree.is_unbounded) {
            solution_.status = LinearStatus::unbounded;
            solution_.value.clear();
        } else if (tree.value.empty()) {
            solution_.status = tree.is_complete ? LinearStatus::infeasible : LinearStatus::failed;
            solution_.value.clear();
        } else {
            solution_.status = tree.is_complete ? LinearStatus::optimal : LinearStatus::unproven;
            solution_.basis = std::move(tree.basis);
            take_point(tree.value, tree.row_price);
            set_bound(tree.bound, true);
            solution_.certificate.dual_violation = tree.dual_violation;
        }
    }

    void take(CutResult cut) {
        solution_.nodes += cut.nodes;
        if (cut.is_infeasible) {
            solution_.status = LinearStatus::infeasible;
            solution_.value.clear();
            return;
        }
        if (cut.value.empty()) return;  // as the tree left it
        for (const std::uint32_t c : program_.binaries()) cut.value[c] = std::round(cut.value[c]);
        const auto ranges = ranges_as_chosen(program_, cut.value);
        for (std::uint32_t c = 0; c < program_.columns(); ++c) simplex_.set_range(c, ranges[c]);
        const LinearStatus polished = simplex_.run();
        solution_.iterations = simplex_.iterations();
        if (polished != LinearStatus::optimal) {
            solution_.status = LinearStatus::failed;
            return;
        }
        solution_.status = cut.is_complete ? LinearStatus::optimal : LinearStatus::unproven;
        solution_.basis = simplex_.basis();
        take_point({simplex_.value().begin(), simplex_.value().end()},
                   {simplex_.row_price().begin(), simplex_.row_price().end()});
        set_bound(std::min(cut.bound, solution_.certificate.primal_objective), false);
    }

    void take_point(std::vector<double> value, std::vector<double> price) {
        solution_.certificate = certify(program_, program_.column_ranges(), value, price);
        solution_.reduced_cost = reduced_costs(program_, price);
        solution_.value = std::move(value);
        solution_.row_price = std::move(price);
    }

    void set_bound(double bound, bool is_recomputed) {
        LinearCertificate& certificate = solution_.certificate;
        certificate.dual_objective = bound;
        certificate.is_recomputed = is_recomputed;
        const double size = std::max({1.0, std::abs(certificate.primal_objective), std::abs(bound)});
        certificate.relative_gap = std::abs(certificate.primal_objective - bound) / size;
    }

    const LinearProgram& program_;
    const LinearOptions& options_;
    Simplex simplex_;
    LinearSolution solution_;
};

}  // namespace

LinearSolution solve(const LinearProgram& program, const LinearOptions& options, const LinearBasis* start) {
    if (has_empty_range(program)) return {.status = LinearStatus::infeasible};
    return Solving(program, options, start).run();
}

}  // namespace evsweep
