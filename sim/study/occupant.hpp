/// What is at a path where a result is to go: nothing of value, a result that may be replaced, or something to keep.
#pragma once

#include <filesystem>

namespace evsweep {

enum class Occupant {
    nobody,       ///< no file, or an empty one
    interrupted,  ///< the result of a study that was interrupted
    complete,     ///< the result of a whole study, or one that cannot be read to the end
    foreign,      ///< anything else
};

/// Reads the file to its end.
[[nodiscard]] Occupant occupant_of(const std::filesystem::path& path);

/// Whether there is something else than a result. Reads a few bytes.
[[nodiscard]] bool is_foreign(const std::filesystem::path& path);

}  // namespace evsweep
