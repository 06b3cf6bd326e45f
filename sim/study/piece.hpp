/// Finished replicas as bytes, and back: what checkpoints are made of.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sim/study/run_ensemble.hpp"

namespace evsweep {

/// Appends everything that putting a study together takes of a replica, as the same build reads it again. The run stays as it is.
void append_run(ReplicaRun& run, std::vector<unsigned char>& bytes);

/// So many runs from such bytes, to the last bit; none where the bytes are not just these.
[[nodiscard]] std::optional<std::vector<ReplicaRun>> runs_of_bytes(std::span<const unsigned char> bytes, std::size_t count);

}  // namespace evsweep
