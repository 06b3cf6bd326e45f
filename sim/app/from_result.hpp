/// Reading result files, which HDF5 trusts too much for a program that must not crash.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace evsweep {

/// What `work` makes of a result file, done in a child process: HDF5 trusts what is in a file, and one that was damaged on
/// purpose brings it down. Reports what is wrong and returns nothing where there is no answer; `work` throws FileError for its
/// own reasons.
[[nodiscard]] std::optional<std::string> from_result(const std::filesystem::path& file,
                                                     const std::function<std::string(const std::filesystem::path&)>& work);

}  // namespace evsweep
