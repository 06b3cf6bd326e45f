/// `evsweep merge`: one study from parts of it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/app/exit_status.hpp"
#include "sim/app/interrupt.hpp"

namespace evsweep {

struct MergeOptions {
    std::vector<std::string> parts;
    std::optional<std::filesystem::path> out;  ///< a folder, or a file that ends in .h5
    bool force = false;                        ///< replace whatever is at `out`
    bool quiet = false;                        ///< print nothing but problems
};

/// Puts the replicas of all parts together, in their order, and writes the result of the whole study.
[[nodiscard]] ExitStatus merge_command(const MergeOptions& options, InterruptWatch& watch);

}  // namespace evsweep
