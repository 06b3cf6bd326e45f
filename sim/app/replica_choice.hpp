/// Which replicas of a study a run is asked for: one of them, or a part.
#pragma once

#include <optional>
#include <string>

#include "sim/app/commands.hpp"
#include "sim/study/study.hpp"

namespace evsweep {

/// The replica of `--only-replica`; none (reported) where there is none of this number.
[[nodiscard]] std::optional<ReplicaId> replica_asked(const LoadedStudy& study, const std::string& text);

/// Whether the run is of a part: `--replicas-from`, `--to`, or both.
[[nodiscard]] bool is_part(const RunOptions& options);
/// What distinguishes the name of a part's result from that of the study; empty where the run is of no part.
[[nodiscard]] std::string mark_of_part(const RunOptions& options);
/// The replicas of the part; none (reported) where the study has no such replicas, or decides their number by itself.
[[nodiscard]] std::optional<ReplicaRange> range_asked(const LoadedStudy& study, const RunOptions& options);

}  // namespace evsweep
