/// A depth-first tree over the choices of a linear programme, whose bound is proved leaf by leaf.
#pragma once

#include <limits>
#include <optional>
#include <vector>

#include "solvers/linear_program/linear_program.hpp"
#include "solvers/linear_program/simplex.hpp"

namespace evsweep {

/// The choice that a point violates most, and what each of its two branches fixes.
struct Choice {
    struct Fixing {
        std::uint32_t column = 0;
        LinearRange range{};
    };
    Fixing first, second;  ///< the one that changes the point less comes first
};
[[nodiscard]] std::optional<Choice> most_violated(const LinearProgram& program, std::span<const double> value, double tolerance);

/// What a tree found. `bound`: no point costs less; the least of the bounds of all leaves.
struct TreeResult {
    bool is_complete = false;  ///< no node was left open
    bool is_unbounded = false;
    std::vector<double> value;  ///< the best point that keeps all choices; empty where none was found
    std::vector<double> row_price;
    LinearBasis basis;
    double objective = std::numeric_limits<double>::infinity();
    double bound = std::numeric_limits<double>::infinity();
    double dual_violation = 0.0;
    int nodes = 0;
};

/// Branch and bound (Land and Doig, Econometrica 28, 1960). Each node is solved by the dual simplex method from where the one
/// before ended; its bound is weak duality at its multipliers, with its own ranges, so that it does not depend on what the
/// simplex method claims.
class ChoiceTree {
   public:
    ChoiceTree(const LinearProgram& program, const LinearOptions& options, Simplex& simplex)
        : program_(program), options_(options), simplex_(simplex) {}

    [[nodiscard]] TreeResult grow();

   private:
    /// One node to be solved: what it fixes, from the root on, and a bound known from above it.
    struct Node {
        std::vector<Choice::Fixing> fixings;
        double bound = -std::numeric_limits<double>::infinity();
    };

    void visit(Node node);
    void take_leaf(double objective);
    [[nodiscard]] bool can_gain(double bound) const;
    [[nodiscard]] std::vector<LinearRange> ranges_at(const Node& node) const;
    void enter(const Node& node);

    const LinearProgram& program_;
    const LinearOptions& options_;
    Simplex& simplex_;
    std::vector<Node> open_;
    std::vector<Choice::Fixing> entered_;
    TreeResult result_;
};

}  // namespace evsweep
