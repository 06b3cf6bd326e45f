/// Writes a study's result as an HDF5 file in the layout of sim/record/README.md.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "sim/study/study_result.hpp"

namespace evsweep {

/// Writes all of `result` to `path`, whose folder must exist; an older file of that name is replaced once the new one is
/// complete. Returns `file: problem; hint` where that fails, and nothing where it went well.
[[nodiscard]] std::optional<std::string> write_results(const StudyResult& result, const std::filesystem::path& path);

}  // namespace evsweep
