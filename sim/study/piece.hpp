/// Finished replicas as bytes, and back: what checkpoints are made of.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/study/run_ensemble.hpp"

namespace evsweep {

/// Appends everything that putting a study together takes of a replica, as the same build reads it again. The run stays as it is.
void append_run(ReplicaRun& run, std::vector<unsigned char>& bytes);

/// So many runs from such bytes, to the last bit; none where the bytes are not just these.
[[nodiscard]] std::optional<std::vector<ReplicaRun>> runs_of_bytes(std::span<const unsigned char> bytes, std::size_t count);

/// What stands before the bytes of `count` runs, so that they are known again: a mark, their number and size, and their hash.
[[nodiscard]] std::string piece_head(std::size_t count, std::span<const unsigned char> runs);

/// The runs of a piece, which begins with its head; none where it is not what was written.
[[nodiscard]] std::optional<std::vector<ReplicaRun>> runs_of_piece(std::span<const unsigned char> piece);

}  // namespace evsweep
