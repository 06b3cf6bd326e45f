#include "solvers/linear_program/linear_program.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "evsweep/contracts.hpp"

namespace evsweep {

std::uint32_t LinearProgram::add_column(double cost, LinearRange range) {
    EVSWEEP_EXPECTS(std::isfinite(cost), "the cost of a column is a number");
    EVSWEEP_EXPECTS(!std::isnan(range.lowest) && !std::isnan(range.highest), "the range of a column has numbers");
    cost_.push_back(cost);
    column_ranges_.push_back(range);
    last_row_.push_back(0);
    return static_cast<std::uint32_t>(cost_.size() - 1);
}

std::uint32_t LinearProgram::add_row(LinearRange range, std::span<const LinearTerm> terms) {
    EVSWEEP_EXPECTS(!std::isnan(range.lowest) && !std::isnan(range.highest), "the range of a row has numbers");
    for (const LinearTerm& term : terms) {
        EVSWEEP_EXPECTS(term.column < columns(), "a row has columns that are there");
        EVSWEEP_EXPECTS(std::isfinite(term.value), "a coefficient is a number");
        EVSWEEP_EXPECTS(last_row_[term.column] != rows() + 1, "a row has each column once at the most");
        last_row_[term.column] = rows() + 1;
        terms_.push_back(term);
    }
    row_begins_.push_back(terms_.size());
    row_ranges_.push_back(range);
    return static_cast<std::uint32_t>(row_ranges_.size() - 1);
}

void LinearProgram::make_binary(std::uint32_t column) {
    EVSWEEP_EXPECTS(column < columns(), "a binary is a column that is there");
    LinearRange& range = column_ranges_[column];
    range = {std::max(range.lowest, 0.0), std::min(range.highest, 1.0)};
    binaries_.push_back(column);
}

void LinearProgram::exclude(std::uint32_t first, std::uint32_t second) {
    EVSWEEP_EXPECTS(first < columns() && second < columns() && first != second, "a pair is of two columns that are there");
    const double a = column_ranges_[first].highest, b = column_ranges_[second].highest;
    EVSWEEP_EXPECTS(std::isfinite(a) && std::isfinite(b), "columns that exclude one another have a highest value");
    EVSWEEP_EXPECTS(column_ranges_[first].lowest <= 0.0 && column_ranges_[second].lowest <= 0.0,
                    "columns that exclude one another may be 0");
    if (a <= 0.0 || b <= 0.0) return;  // one of them is never above 0
    exclusions_.emplace_back(first, second);
}

void LinearProgram::set_cost(std::uint32_t column, double value) {
    EVSWEEP_EXPECTS(column < columns() && std::isfinite(value), "the cost of a column is a number");
    cost_[column] = value;
}

void LinearProgram::set_range(std::uint32_t column, LinearRange range) {
    EVSWEEP_EXPECTS(column < columns(), "a range is of a column that is there");
    EVSWEEP_EXPECTS(!std::isnan(range.lowest) && !std::isnan(range.highest), "the range of a column has numbers");
    column_ranges_[column] = range;
}

std::string_view name_of(LinearStatus status) {
    constexpr std::string_view names[] = {"optimal", "infeasible", "unbounded", "unproven", "failed"};
    return names[static_cast<std::size_t>(status)];
}

namespace {

/// By how much a number is outside a range.
double beyond_range(LinearRange range, double number) { return std::max({0.0, range.lowest - number, number - range.highest}); }

/// The least of `price` times a number of the range; an infinite end counts as 0, and its multiplier goes to `violation`.
double least_value(LinearRange range, double price, double& violation) {
    if (price == 0.0) return 0.0;
    const double end = price > 0.0 ? range.lowest : range.highest;
    if (std::isfinite(end)) return price * end;
    violation = std::max(violation, std::abs(price));
    return 0.0;
}

double choice_violation(const LinearProgram& program, std::span<const double> value) {
    double worst = 0.0;
    for (const auto& [a, b] : program.exclusions()) worst = std::max(worst, std::min(value[a], value[b]));
    for (const std::uint32_t c : program.binaries())
        worst = std::max(worst, std::min(std::abs(value[c]), std::abs(1.0 - value[c])));
    return worst;
}

}  // namespace

LinearCertificate certify(const LinearProgram& program, std::span<const LinearRange> ranges, std::span<const double> value,
                          std::span<const double> row_price) {
    LinearCertificate result;
    std::vector<double> reduced(program.cost().begin(), program.cost().end());
    for (std::size_t r = 0; r < program.rows(); ++r) {
        double activity = 0.0;
        for (const LinearTerm& term : program.terms_of(r)) {
            reduced[term.column] -= row_price[r] * term.value;
            if (!value.empty()) activity += term.value * value[term.column];
        }
        result.dual_objective += least_value(program.row_ranges()[r], row_price[r], result.dual_violation);
        if (!value.empty())
            result.row_violation = std::max(result.row_violation, beyond_range(program.row_ranges()[r], activity));
    }
    for (std::size_t c = 0; c < program.columns(); ++c) {
        result.dual_objective += least_value(ranges[c], reduced[c], result.dual_violation);
        if (value.empty()) continue;
        result.primal_objective += program.cost()[c] * value[c];
        result.range_violation = std::max(result.range_violation, beyond_range(ranges[c], value[c]));
    }
    if (value.empty()) return result;
    result.choice_violation = choice_violation(program, value);
    const double size = std::max({1.0, std::abs(result.primal_objective), std::abs(result.dual_objective)});
    result.relative_gap = std::abs(result.primal_objective - result.dual_objective) / size;
    return result;
}

}  // namespace evsweep
