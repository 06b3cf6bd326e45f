/// Where the project and its program are. Only places.cpp is compiled with it, so that a compiler cache serves every checkout.
#pragma once

#include <filesystem>

namespace evsweep::test {

/// The root of the project's sources.
[[nodiscard]] std::filesystem::path source_dir();
/// The folder beside the project that tests may read; it may be absent.
[[nodiscard]] inline std::filesystem::path shared_dir() { return source_dir().parent_path() / "shared"; }
/// The program of the same build.
[[nodiscard]] std::filesystem::path program_file();

}  // namespace evsweep::test
