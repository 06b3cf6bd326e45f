/// The batched load flow as one function per instruction set.
#pragma once

#include <cstddef>

#include "sim/network/sweep/accounts.hpp"
#include "sim/network/sweep/instruction_set.hpp"
#include "sim/network/sweep/recovery.hpp"
#include "sim/network/sweep/small_change.hpp"

namespace evsweep {

/// Columns of packs, `LaneKernel::width` doubles for each row, aligned to 64 bytes. Rows of v and i: conductors of the swept
/// network and the earth; of p and q: places; of loop: loops; of trial: `trial_rows`.
struct PackedColumns {
    double *v_re = nullptr, *v_im = nullptr, *i_re = nullptr, *i_im = nullptr;
    const double *p = nullptr, *q = nullptr;
    double *loop_re = nullptr, *loop_im = nullptr;
    double* trial = nullptr;
    std::size_t conductors = 0;
};

/// By lane; see SweepOutcome.
struct LaneOutcome {
    bool settled = false;
    int iterations = 0;
    double change2 = 0.0;
    double lowest2 = 0.0;
};

/// The balance of power, by lane; see accounts.hpp.
struct LaneAccounts {
    LanePower<double> drawn_at_ports;
    LanePower<double> lost_on_the_way;
};

/// All conductors of a feeder of which some were swept, to be recovered.
struct PackedRecovery {
    SweepNetwork full;
    Recovery recovery;
    double *v_re = nullptr, *v_im = nullptr, *i_re = nullptr, *i_im = nullptr;
    std::size_t conductors = 0;
};

/// Small changes, of which all begin at rest: `own` by conductor and the earth, see ChangeColumns.
struct PackedChanges {
    PackedColumns columns;  ///< without powers
    const double *own_re = nullptr, *own_im = nullptr;
};

struct LaneKernel {
    InstructionSet set;
    std::size_t width;  ///< lanes
    /// Solves the first `lanes` lanes; the others are carried along and must hold numbers.
    void (*solve)(const SweepProblem& problem, const PackedColumns& columns, std::size_t lanes, LaneOutcome* outcome);
    void (*account)(const SweepProblem& problem, const PackedColumns& columns, std::size_t lanes, LaneAccounts* accounts);
    void (*recover)(const PackedColumns& swept, const PackedRecovery& all);
    /// Finds dV and dI of all lanes; false where one does not settle. A lane whose own change is zero stays so.
    bool (*follow)(const SmallChange& change, const PackedChanges& changes);
    /// Magnitudes of packed voltages.
    void (*magnitudes)(const double* v_re, const double* v_im, std::size_t rows, double* magnitude);
    /// packed[row][lane] = from[lane][row] for all lanes.
    void (*pack)(const double* const* from, std::size_t rows, double* packed);
    /// to[lane][row] = packed[row][lane] for the first `lanes` lanes.
    void (*unpack)(const double* packed, std::size_t rows, std::size_t lanes, double* const* to);
};

/// No instruction set here has more.
inline constexpr std::size_t most_lanes = 8;

/// The kernel of a set; null where it was not compiled.
[[nodiscard]] const LaneKernel* lane_kernel(InstructionSet set);

}  // namespace evsweep
