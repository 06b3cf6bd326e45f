/// One linear relaxation in Clp, solved again and again with other ranges of its columns.
#pragma once

#include <ClpSimplex.hpp>
#include <span>
#include <vector>

#include "solvers/linear_program/linear_program.hpp"

namespace evsweep {

/// A programme without its choices. Solves from the basis where it stands, so that the next node costs a few iterations.
class Simplex {
   public:
    Simplex(const LinearProgram& program, const LinearOptions& options, const LinearBasis* start);

    void set_range(std::uint32_t column, LinearRange range);
    /// Dual simplex; where that does not end in a verdict, primal simplex from scratch.
    LinearStatus run();

    [[nodiscard]] std::span<const double> value() const { return {model_.getColSolution(), columns_}; }
    [[nodiscard]] std::span<const double> row_price() const { return {model_.getRowPrice(), rows_}; }
    [[nodiscard]] LinearBasis basis() const;
    [[nodiscard]] int iterations() const { return iterations_; }
    [[nodiscard]] const ClpSimplex& model() const { return model_; }

   private:
    void take(const LinearBasis& start);

    std::size_t columns_, rows_;
    ClpSimplex model_;
    int iterations_ = 0;
};

}  // namespace evsweep
