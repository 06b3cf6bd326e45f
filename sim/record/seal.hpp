/// The seal at the end of a result file: it distinguishes whole files from damaged ones before HDF5, which crashes on some of the
/// latter, looks at them. HDF5 itself ignores what follows its own last byte.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace evsweep {

class NewFile;

enum class SealState { whole, broken, absent };

/// Appends the seal of all bytes so far: a short text with their 64-bit FNV-1a hash (Fowler, Noll, Vo).
void add_seal(std::vector<unsigned char>& bytes);
/// The same of a file that has its first `size` bytes; all of them are read once. Throws FileError.
void add_seal(NewFile& file, std::uint64_t size);

/// Bytes of every seal.
inline constexpr std::size_t seal_size = 30;

/// Whether the file ends as sealed files do; whether the seal is right, only `check_seal` knows. False where it cannot be read.
[[nodiscard]] bool ends_with_seal(const std::filesystem::path& path);

/// Reads the whole file once. Throws FileError where it cannot be read.
[[nodiscard]] SealState check_seal(const std::filesystem::path& path);

}  // namespace evsweep
