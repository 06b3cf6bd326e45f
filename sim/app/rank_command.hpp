/// `evsweep run` in several processes that a launcher has started together: the first one does what one alone would do, with the
/// help of the others.
#pragma once

#include "sim/app/commands.hpp"
#include "sim/mpi/launch.hpp"
#include "sim/mpi/rank_workers.hpp"

namespace evsweep {

/// The study that a run is of, read and checked, with its instruction set in use; none (reported) where something is wrong.
[[nodiscard]] std::optional<LoadedStudy> study_of_run(const RunOptions& options);

/// The run itself, in the first process of `ranks`, or alone where that is null.
[[nodiscard]] ExitStatus run_here(const RunOptions& options, InterruptWatch& watch, RankWorkers* ranks);

/// Joins the others, and runs, or helps.
[[nodiscard]] ExitStatus run_in_ranks(const RunOptions& options, InterruptWatch& watch, const Launch& launch);

/// Agrees with all other ranks on the study; false (reported) where they differ. Gives the study its threads here.
[[nodiscard]] bool agree_with(RankWorkers& ranks, LoadedStudy& study);

/// Enters the MPI library of this build among the others, where there is one.
void name_mpi_library(Provenance& provenance);

}  // namespace evsweep
