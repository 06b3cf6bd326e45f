#include "solvers/linear_program/branch_and_cut.hpp"

#include <CbcModel.hpp>
#include <CbcSOS.hpp>
#include <CglGomory.hpp>
#include <CglMixedIntegerRounding2.hpp>
#include <OsiClpSolverInterface.hpp>
#include <memory>

#include "solvers/linear_program/simplex.hpp"

namespace evsweep {

namespace {

void add_pairs(const LinearProgram& program, CbcModel& model) {
    std::vector<std::unique_ptr<CbcObject>> pairs;
    std::vector<CbcObject*> list;
    for (const auto& [a, b] : program.exclusions()) {
        const int which[] = {static_cast<int>(a), static_cast<int>(b)};
        const double weights[] = {1.0, 2.0};
        pairs.push_back(std::make_unique<CbcSOS>(&model, 2, which, weights, static_cast<int>(pairs.size()), 1));
        list.push_back(pairs.back().get());
    }
    if (!list.empty()) model.addObjects(static_cast<int>(list.size()), list.data());  // which copies them
}

}  // namespace

CutResult branch_and_cut(const LinearProgram& program, const LinearOptions& options) {
    Simplex simplex(program, options, nullptr);
    ClpSimplex relaxation(simplex.model());
    OsiClpSolverInterface solver(&relaxation);
    solver.messageHandler()->setLogLevel(0);
    solver.setHintParam(OsiDoReducePrint, true, OsiHintTry);
    solver.setHintParam(OsiDoPresolveInInitial, false, OsiHintDo);  // it begins at the relaxation's optimum
    for (const std::uint32_t c : program.binaries()) solver.setInteger(static_cast<int>(c));
    solver.initialSolve();
    if (solver.isProvenPrimalInfeasible()) return {.is_complete = true, .is_infeasible = true};
    CbcModel model(solver);
    model.setLogLevel(0);
    model.solver()->messageHandler()->setLogLevel(0);
    model.setIntegerTolerance(options.choice);
    model.setAllowableGap(0.0);
    model.setAllowableFractionGap(options.relative_gap);
    model.setMaximumNodes(options.most_nodes);
    CglGomory gomory;
    CglMixedIntegerRounding2 rounding;
    if (!program.binaries().empty()) {
        model.addCutGenerator(&gomory, -99, "Gomory");
        model.addCutGenerator(&rounding, -99, "MIR");
    }
    add_pairs(program, model);
    options.stop.obey();
    model.branchAndBound();
    CutResult result;
    result.nodes = model.getNodeCount();
    result.is_complete = model.isProvenOptimal() || model.isProvenInfeasible();
    result.is_infeasible = model.isProvenInfeasible();
    result.bound = model.getBestPossibleObjValue();
    if (const double* best = model.bestSolution()) result.value.assign(best, best + program.columns());
    return result;
}

}  // namespace evsweep
