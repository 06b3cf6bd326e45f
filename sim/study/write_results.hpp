/// Writes a study's result as an HDF5 file in the layout of sim/record/README.md.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/study/study_result.hpp"

namespace evsweep {

/// The bytes of the file, to be placed at `path` or elsewhere. Throws FileError, which names `path`,
/// also where there is not enough memory.
[[nodiscard]] std::vector<unsigned char> result_bytes(const StudyResult& result, const std::filesystem::path& path);

/// Writes all of `result` to `path`, whose folder must exist; an older file of that name is replaced once the new one is
/// complete. Returns `file: problem; hint` where that fails, and nothing where it went well.
[[nodiscard]] std::optional<std::string> write_results(const StudyResult& result, const std::filesystem::path& path);

}  // namespace evsweep
