/// What a study will take of memory, reckoned from its outputs, elements, horizon, controllers and threads before it runs.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "sim/study/load_study.hpp"
#include "sim/study/study_shape.hpp"

namespace evsweep {

/// Bytes. An upper estimate: README.md of this folder says by how much it is off.
struct MemoryEstimate {
    std::size_t loaded = 0;      ///< what the process holds already: program, feeder, base load
    std::size_t fleets = 0;      ///< of the replicas that run at once, with their events, plans and load flows
    std::size_t in_flight = 0;   ///< series of replicas that run, or wait for their turn to be put together
    std::size_t bands = 0;       ///< running means and quantiles
    std::size_t traces = 0;      ///< kept whole, and the latest numbers per replica
    std::size_t results = 0;     ///< bands as they go into the file, and the numbers that estimates look at together
    std::size_t file = 0;        ///< the result file while it is built
    std::string largest_output;  ///< label of the output that takes most; may be empty

    /// While replicas run, or while the file is built, whichever takes more.
    [[nodiscard]] std::size_t peak() const;
};

[[nodiscard]] MemoryEstimate estimate_memory(const LoadedStudy& study, const StudyShape& shape);

/// "about 2.4 GB (bands over replicas 2.1 GB, series in flight 0.2 GB, ...)": the parts that matter, the largest first.
[[nodiscard]] std::string to_text(const MemoryEstimate& estimate);

/// Why the study does not fit into `there` more bytes, with the number and what to change; nothing where it fits.
[[nodiscard]] std::optional<std::string> memory_shortage(const MemoryEstimate& estimate, const StudyShape& shape,
                                                         std::size_t there);

}  // namespace evsweep
