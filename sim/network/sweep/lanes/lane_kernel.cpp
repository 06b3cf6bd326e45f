// Compiled once for each instruction set, with EVSWEEP_LANE_KERNEL naming what this object offers. Everything here is a
// template over SimdLane or local to this file, so that no wide instruction can reach the rest of the program.
#include "sim/network/sweep/lane_kernel.hpp"

#include "sim/network/sweep/lane_simd.hpp"
#include "sim/network/sweep/lanes/transpose.hpp"

namespace evsweep {

namespace {

SimdLane* packs(double* column) { return reinterpret_cast<SimdLane*>(column); }
const SimdLane* packs(const double* column) { return reinterpret_cast<const SimdLane*>(column); }

SweepColumns<SimdLane> columns_of(const PackedColumns& at) {
    const std::size_t rows = at.conductors + 1;
    SweepColumns<SimdLane> columns;
    columns.state = {{packs(at.v_re), rows}, {packs(at.v_im), rows}, {packs(at.i_re), rows}, {packs(at.i_im), rows}};
    columns.p = packs(at.p);
    columns.q = packs(at.q);
    columns.loop_re = packs(at.loop_re);
    columns.loop_im = packs(at.loop_im);
    columns.trial = packs(at.trial);
    return columns;
}

void solve(const SweepProblem& problem, const PackedColumns& at, std::size_t lanes, LaneOutcome* outcome) {
    SweepColumns<SimdLane> columns = columns_of(at);
    for (std::size_t l = 0; l < SimdLane::size(); ++l) columns.state.active[l] = l < lanes;
    const SweepOutcome<SimdLane> found = iterate(problem, columns);
    for (std::size_t l = 0; l < lanes; ++l)
        outcome[l] = {found.settled[l], static_cast<int>(found.iterations[l]), found.change2[l], found.lowest2[l]};
}

void account(const SweepProblem& problem, const PackedColumns& at, std::size_t lanes, LaneAccounts* accounts) {
    const SweepColumns<SimdLane> columns = columns_of(at);
    const LanePower<SimdLane> drawn = drawn_at_ports(problem.injection, columns);
    const LanePower<SimdLane> lost = lost_on_the_way(problem.network, problem.loops, columns);
    for (std::size_t l = 0; l < lanes; ++l) accounts[l] = {{drawn.p[l], drawn.q[l]}, {lost.p[l], lost.q[l]}};
}

void recover(const PackedColumns& swept, const PackedRecovery& at) {
    const std::size_t rows = at.conductors + 1;
    const SweepState<SimdLane> all{
        {packs(at.v_re), rows}, {packs(at.v_im), rows}, {packs(at.i_re), rows}, {packs(at.i_im), rows}};
    evsweep::recover(at.full, at.recovery, columns_of(swept).state, all);
}

bool follow(const SmallChange& change, const PackedChanges& at) {
    return evsweep::follow(change, ChangeColumns<SimdLane>{columns_of(at.columns), packs(at.own_re), packs(at.own_im)});
}

void magnitudes(const double* v_re, const double* v_im, std::size_t rows, double* magnitude) {
    for (std::size_t c = 0; c < rows; ++c) {
        const SimdLane re = packs(v_re)[c];
        const SimdLane im = packs(v_im)[c];
        packs(magnitude)[c] = Lanes<SimdLane>::root(re * re + im * im);
    }
}

void pack(const double* const* from, std::size_t rows, double* packed) { lanes::pack<SimdLane>(from, rows, packed); }

void unpack(const double* packed, std::size_t rows, std::size_t lanes, double* const* to) {
    lanes::unpack<SimdLane>(packed, rows, lanes, to);
}

}  // namespace

extern const LaneKernel EVSWEEP_LANE_KERNEL;
const LaneKernel EVSWEEP_LANE_KERNEL{EVSWEEP_LANE_SET, SimdLane::size(), solve, account, recover,
                                     follow,           magnitudes,       pack,  unpack};

}  // namespace evsweep
