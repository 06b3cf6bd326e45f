/// The file of a sweep, whose axes are dimensions: written, and read back.
#pragma once

#include <filesystem>
#include <vector>

#include "sim/study/sweep/sweep_result.hpp"

namespace evsweep {

/// The bytes of the file in the layout of sim/record/README.md, to be placed at `path` or elsewhere. Throws FileError.
[[nodiscard]] std::vector<unsigned char> sweep_bytes(const SweepResult& sweep, const std::filesystem::path& path);

/// Whether a result file is that of a sweep. Throws FileError where it is none at all.
[[nodiscard]] bool is_sweep(const std::filesystem::path& path);

/// Reads the file of a sweep back, all but its inputs. Throws FileError.
[[nodiscard]] SweepResult read_sweep_result(const std::filesystem::path& path);

}  // namespace evsweep
