#include "solvers/linear_program/simplex.hpp"

#include <CoinPackedMatrix.hpp>
#include <cmath>

namespace evsweep {

namespace {

double for_clp(double end) { return std::isfinite(end) ? end : std::copysign(COIN_DBL_MAX, end); }

struct ClpEnds {
    std::vector<double> lowest, highest;
    explicit ClpEnds(std::span<const LinearRange> ranges) {
        for (const LinearRange& range : ranges)
            lowest.push_back(for_clp(range.lowest)), highest.push_back(for_clp(range.highest));
    }
};

CoinPackedMatrix clp_matrix_of(const LinearProgram& program) {
    std::vector<int> row, column;
    std::vector<double> value;
    for (std::size_t r = 0; r < program.rows(); ++r)
        for (const LinearTerm& term : program.terms_of(r)) {
            row.push_back(static_cast<int>(r)), column.push_back(static_cast<int>(term.column));
            value.push_back(term.value);
        }
    CoinPackedMatrix matrix(true, row.data(), column.data(), value.data(), static_cast<CoinBigIndex>(value.size()));
    matrix.setDimensions(static_cast<int>(program.rows()), static_cast<int>(program.columns()));
    return matrix;
}

ClpSimplex::Status for_clp(BasisStatus status) {
    switch (status) {
        case BasisStatus::at_lowest:
            return ClpSimplex::atLowerBound;
        case BasisStatus::at_highest:
            return ClpSimplex::atUpperBound;
        case BasisStatus::free:
            return ClpSimplex::isFree;
        case BasisStatus::basic:
            return ClpSimplex::basic;
    }
    return ClpSimplex::basic;
}

BasisStatus from_clp(ClpSimplex::Status status) {
    switch (status) {
        case ClpSimplex::basic:
            return BasisStatus::basic;
        case ClpSimplex::atUpperBound:
            return BasisStatus::at_highest;
        case ClpSimplex::isFree:
        case ClpSimplex::superBasic:
            return BasisStatus::free;
        case ClpSimplex::atLowerBound:
        case ClpSimplex::isFixed:
            return BasisStatus::at_lowest;
    }
    return BasisStatus::at_lowest;
}

LinearStatus from_clp(int status) {
    if (status == 0) return LinearStatus::optimal;
    if (status == 1) return LinearStatus::infeasible;
    return status == 2 ? LinearStatus::unbounded : LinearStatus::failed;
}

}  // namespace

Simplex::Simplex(const LinearProgram& program, const LinearOptions& options, const LinearBasis* start)
    : columns_(program.columns()), rows_(program.rows()) {
    model_.setLogLevel(0);
    model_.setPrimalTolerance(options.feasibility);
    model_.setDualTolerance(options.feasibility);
    model_.setPerturbation(50);  // always: ties of equal prices take the dual simplex method 2 to 4 times as many steps without
    const ClpEnds columns(program.column_ranges()), rows(program.row_ranges());
    model_.loadProblem(clp_matrix_of(program), columns.lowest.data(), columns.highest.data(), program.cost().data(),
                       rows.lowest.data(), rows.highest.data());
    model_.createStatus();
    if (start) take(*start);
}

void Simplex::take(const LinearBasis& start) {
    for (std::size_t c = 0; c < std::min(columns_, start.column.size()); ++c)
        model_.setColumnStatus(static_cast<int>(c), for_clp(start.column[c]));
    for (std::size_t r = 0; r < std::min(rows_, start.row.size()); ++r)
        model_.setRowStatus(static_cast<int>(r), for_clp(start.row[r]));
}

void Simplex::set_range(std::uint32_t column, LinearRange range) {
    model_.setColumnBounds(static_cast<int>(column), for_clp(range.lowest), for_clp(range.highest));
}

LinearStatus Simplex::run() {
    model_.dual();
    iterations_ += model_.numberIterations();
    if (model_.status() == 0 && model_.secondaryStatus() == 0) return LinearStatus::optimal;
    if (model_.status() == 1) return LinearStatus::infeasible;
    model_.createStatus();
    model_.primal();
    iterations_ += model_.numberIterations();
    return from_clp(model_.status());
}

LinearBasis Simplex::basis() const {
    LinearBasis basis;
    for (std::size_t c = 0; c < columns_; ++c) basis.column.push_back(from_clp(model_.getColumnStatus(static_cast<int>(c))));
    for (std::size_t r = 0; r < rows_; ++r) basis.row.push_back(from_clp(model_.getRowStatus(static_cast<int>(r))));
    return basis;
}

}  // namespace evsweep
