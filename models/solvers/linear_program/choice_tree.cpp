#include "solvers/linear_program/choice_tree.hpp"

#include <algorithm>
#include <cmath>

namespace evsweep {

std::optional<Choice> most_violated(const LinearProgram& program, std::span<const double> value, double tolerance) {
    std::optional<Choice> choice;
    double worst = tolerance;
    for (const auto& [a, b] : program.exclusions()) {
        const double amount = std::min(value[a], value[b]);
        if (amount <= worst) continue;
        worst = amount;
        const std::uint32_t less = value[a] <= value[b] ? a : b, more = less == a ? b : a;
        choice = Choice{{less, {std::min(0.0, program.column_ranges()[less].lowest), 0.0}},
                        {more, {std::min(0.0, program.column_ranges()[more].lowest), 0.0}}};
    }
    for (const std::uint32_t c : program.binaries()) {
        const double amount = std::min(std::abs(value[c]), std::abs(1.0 - value[c]));
        if (amount <= worst) continue;
        worst = amount;
        const double nearest = value[c] < 0.5 ? 0.0 : 1.0;
        choice = Choice{{c, {nearest, nearest}}, {c, {1.0 - nearest, 1.0 - nearest}}};
    }
    return choice;
}

TreeResult ChoiceTree::grow() {
    open_.push_back({});
    while (!open_.empty() && result_.nodes < options_.most_nodes && !result_.is_unbounded) {
        options_.stop.obey();
        Node node = std::move(open_.back());
        open_.pop_back();
        visit(std::move(node));
    }
    result_.is_complete = open_.empty() && !result_.is_unbounded;
    for (const Node& node : open_) result_.bound = std::min(result_.bound, node.bound);
    enter({});
    return std::move(result_);
}

bool ChoiceTree::can_gain(double bound) const {
    if (!std::isfinite(result_.objective)) return true;
    return bound < result_.objective - options_.relative_gap * std::max(1.0, std::abs(result_.objective));
}

void ChoiceTree::visit(Node node) {
    if (!can_gain(node.bound)) {
        result_.bound = std::min(result_.bound, node.bound);
        return;
    }
    ++result_.nodes;
    enter(node);
    const LinearStatus status = simplex_.run();
    if (status == LinearStatus::infeasible) return;
    if (status == LinearStatus::unbounded) {
        result_.is_unbounded = true;
        return;
    }
    const auto ranges = ranges_at(node);
    const LinearCertificate seen = certify(program_, ranges, simplex_.value(), simplex_.row_price());
    // A node that the simplex method gave up keeps the bound from above, and is looked into no further unless it can be split.
    const double bound = status == LinearStatus::optimal ? std::max(node.bound, seen.dual_objective) : node.bound;
    result_.dual_violation = std::max(result_.dual_violation, seen.dual_violation);
    const auto choice = most_violated(program_, simplex_.value(), options_.choice);
    if (!choice || !can_gain(bound)) {
        result_.bound = std::min(result_.bound, bound);
        if (!choice && status == LinearStatus::optimal) take_leaf(seen.primal_objective);
        return;
    }
    Node second{node.fixings, bound};
    second.fixings.push_back(choice->second);
    open_.push_back(std::move(second));
    node.fixings.push_back(choice->first);
    node.bound = bound;
    open_.push_back(std::move(node));
}

void ChoiceTree::take_leaf(double objective) {
    if (objective >= result_.objective) return;
    result_.objective = objective;
    const auto value = simplex_.value();
    const auto price = simplex_.row_price();
    result_.value.assign(value.begin(), value.end());
    result_.row_price.assign(price.begin(), price.end());
    result_.basis = simplex_.basis();
}

std::vector<LinearRange> ChoiceTree::ranges_at(const Node& node) const {
    std::vector<LinearRange> ranges(program_.column_ranges().begin(), program_.column_ranges().end());
    for (const Choice::Fixing& fixing : node.fixings) ranges[fixing.column] = fixing.range;
    return ranges;
}

void ChoiceTree::enter(const Node& node) {
    for (const Choice::Fixing& fixing : entered_) simplex_.set_range(fixing.column, program_.column_ranges()[fixing.column]);
    for (const Choice::Fixing& fixing : node.fixings) simplex_.set_range(fixing.column, fixing.range);
    entered_ = node.fixings;
}

}  // namespace evsweep
