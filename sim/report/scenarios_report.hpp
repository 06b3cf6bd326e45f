/// What `evsweep solve --scenarios` prints about its load flows: how they are spread, for people, and each of them as a row.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "evsweep/batch_load_flow.hpp"
#include "sim/network/feeder.hpp"
#include "sim/network/relays/device_control.hpp"

namespace evsweep {

struct SolvedScenarios {
    const Feeder& feeder;
    const BatchResult& result;  ///< with extremes
    double low = 0.3, high = 1.5;
    std::uint64_t seed = 1;
    double tolerance_pu = 1e-8;
    std::string_view instruction_set{};
    std::size_t lanes = 1;
    int threads = 1;
    double seconds = 0.0;              ///< from the first draw to the last result
    std::optional<Settled> settled{};  ///< at nominal load; none: taps and steps are as the file gives them

    [[nodiscard]] std::size_t count(BatchStatus status) const;
};

/// A fact a line, then a table of extremes and quantiles over the scenarios.
[[nodiscard]] std::string scenarios_report(const SolvedScenarios& solved);

/// Writes a row per scenario under a `#` line that says `origin`, all of them or none. Throws FileError where that fails.
void write_scenarios(const SolvedScenarios& solved, const std::string& origin, const std::filesystem::path& file);

}  // namespace evsweep
