/// Puts finished bytes on disk so that a reader sees the whole file or none.
#pragma once

#include <filesystem>
#include <span>

#include "sim/record/file_error.hpp"

namespace evsweep {

/// Writes `<path>.tmp`, flushes it to the device and renames it to `path`. Throws FileError with the system's reason; then
/// `path` is as it was and no temporary file stays.
void place_file(const std::filesystem::path& path, std::span<const unsigned char> bytes);

}  // namespace evsweep
