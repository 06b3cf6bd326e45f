/// Mixed-binary programmes by Cbc, for trees that are too large for `ChoiceTree`.
#pragma once

#include <vector>

#include "solvers/linear_program/linear_program.hpp"

namespace evsweep {

/// What Cbc found. `bound`: the one it states.
struct CutResult {
    bool is_complete = false;
    bool is_infeasible = false;
    std::vector<double> value{};  ///< the best point; empty where none was found
    double bound = 0.0;
    int nodes = 0;
};

/// Branch and cut from the relaxation's optimum. Pairs that exclude one another are special ordered sets of type 1 (Beale and
/// Tomlin 1970), binaries are integers. A `CbcModel` of its own for every call, one thread, no heuristics, nothing printed.
[[nodiscard]] CutResult branch_and_cut(const LinearProgram& program, const LinearOptions& options);

}  // namespace evsweep
