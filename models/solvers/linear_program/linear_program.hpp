/// Linear programmes, some of whose columns are binary or exclude one another: what plug-ins that buy and sell energy solve.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "evsweep/stop.hpp"

namespace evsweep {

/// One coefficient of a row.
struct LinearTerm {
    std::uint32_t column = 0;
    double value = 0.0;
};

/// A range of a column or of a row; an infinite end is no limit, two equal ends are an equation.
struct LinearRange {
    double lowest = 0.0;
    double highest = 0.0;
};

/// min c'x  with  row.lowest <= A x <= row.highest  and  column.lowest <= x <= column.highest; columns may be binary, and of a
/// pair that excludes one another at most one is above 0. Numbers are finite but for the ends of ranges; NaN breaks a promise.
class LinearProgram {
   public:
    /// Both return the new index, counted from 0. A row has each column once at the most.
    std::uint32_t add_column(double cost, LinearRange range);
    std::uint32_t add_row(LinearRange range, std::span<const LinearTerm> terms);
    std::uint32_t add_row(LinearRange range, std::initializer_list<LinearTerm> terms) {
        return add_row(range, std::span<const LinearTerm>(terms.begin(), terms.size()));
    }
    /// The column is 0 or 1: its range becomes what 0 to 1 leaves of it.
    void make_binary(std::uint32_t column);
    /// At most one of two columns is above 0. Both have ranges from 0 (or below) to a finite end. The relaxation lets both be
    /// anything within their ranges.
    void exclude(std::uint32_t first, std::uint32_t second);

    void set_cost(std::uint32_t column, double value);
    void set_range(std::uint32_t column, LinearRange range);

    [[nodiscard]] std::size_t columns() const { return cost_.size(); }
    [[nodiscard]] std::size_t rows() const { return row_ranges_.size(); }
    [[nodiscard]] std::span<const double> cost() const { return cost_; }
    [[nodiscard]] std::span<const LinearRange> column_ranges() const { return column_ranges_; }
    [[nodiscard]] std::span<const LinearRange> row_ranges() const { return row_ranges_; }
    [[nodiscard]] std::span<const LinearTerm> terms_of(std::size_t row) const {
        return std::span(terms_).subspan(row_begins_[row], row_begins_[row + 1] - row_begins_[row]);
    }
    [[nodiscard]] std::span<const std::uint32_t> binaries() const { return binaries_; }
    [[nodiscard]] std::span<const std::pair<std::uint32_t, std::uint32_t>> exclusions() const { return exclusions_; }

   private:
    std::vector<double> cost_;
    std::vector<LinearRange> column_ranges_, row_ranges_;
    std::vector<LinearTerm> terms_;           ///< row after row
    std::vector<std::size_t> row_begins_{0};  ///< in `terms_`
    std::vector<std::size_t> last_row_;       ///< by column: the last row that has it, counted from 1
    std::vector<std::uint32_t> binaries_;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> exclusions_;
};

/// `optimal`: within the tolerances, which `LinearCertificate` shows. `infeasible`: no point keeps all rows, ranges and choices.
/// `unbounded`: the objective falls without end. `unproven`: the point keeps everything, but a better one may exist (a limit of
/// nodes was reached). `failed`: the solver gave up; the point means nothing.
enum class LinearStatus : std::uint8_t { optimal, infeasible, unbounded, unproven, failed };
[[nodiscard]] std::string_view name_of(LinearStatus status);

/// Whether a variable is held by an end of its range. Statuses of columns, then of rows, are a place to begin from.
enum class BasisStatus : std::uint8_t { at_lowest, at_highest, free, basic };
struct LinearBasis {
    std::vector<BasisStatus> column, row;
};

/// What a point and multipliers are worth, computed from the programme's numbers alone.
struct LinearCertificate {
    double primal_objective = 0.0;  ///< c'x
    double dual_objective =
        0.0;                    ///< no feasible point costs less; weak duality at the multipliers, or over all leaves of the tree
    double relative_gap = 0.0;  ///< of the two, over the larger of 1 and their sizes
    double row_violation = 0.0;     ///< largest, in the unit of its row
    double range_violation = 0.0;   ///< largest of columns
    double choice_violation = 0.0;  ///< largest min(x, y) of a pair, and distance of a binary from 0 and 1
    double dual_violation = 0.0;    ///< largest multiplier of an end that is infinite, which counts as 0
    bool is_recomputed = true;      ///< false: the bound is that which a branch-and-cut solver states
};

struct LinearSolution {
    LinearStatus status = LinearStatus::failed;
    std::vector<double> value{};  ///< by column
    std::vector<double>
        row_price{};  ///< by row: what the objective rises by per unit that its binding end rises; with choices fixed
    std::vector<double> reduced_cost{};  ///< by column: c - A'price, likewise
    LinearBasis basis{};
    LinearCertificate certificate{};
    double relaxed_objective = 0.0;  ///< of the relaxation without choices
    int iterations = 0;              ///< of the simplex method, in all
    int nodes = 0;                   ///< branched on; 0: the relaxation kept all choices
};

/// `by_tree`: this folder's own depth-first tree, which proves its bound leaf by leaf. `by_cbc`: Cbc. `as_needed`: the tree, and
/// Cbc where the tree reaches its limit.
enum class Branching : std::uint8_t { as_needed, by_tree, by_cbc, none };

struct LinearOptions {
    double feasibility = 1e-9;   ///< of rows, ranges and reduced costs within the simplex method
    double choice = 1e-7;        ///< a smaller min(x, y), or distance of a binary from 0 and 1, is none
    double relative_gap = 1e-9;  ///< nodes that can gain no more are not looked into
    int most_nodes = 2000;       ///< of each of the two ways
    Branching branching = Branching::as_needed;
    StopRequest stop{};  ///< asked before every node
};

/// Solves a programme: the relaxation first (dual simplex of Clp, from `start` where one is given; its sizes need not fit), then,
/// only where a choice is violated, by branching. Reads nothing but its arguments, says nothing and keeps nothing, so that any
/// number of threads may call it; the same arguments give the same bits.
[[nodiscard]] LinearSolution solve(const LinearProgram& program, const LinearOptions& options = {},
                                   const LinearBasis* start = nullptr);

/// Judges a point and multipliers of rows against a programme whose columns have `ranges`. Where `value` is empty only the dual
/// side is filled.
[[nodiscard]] LinearCertificate certify(const LinearProgram& program, std::span<const LinearRange> ranges,
                                        std::span<const double> value, std::span<const double> row_price);

}  // namespace evsweep
