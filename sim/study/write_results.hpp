/// Writes a study's result as an HDF5 file in the layout of sim/record/README.md.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/record/new_file.hpp"
#include "sim/study/study_result.hpp"

namespace evsweep {

/// Files whose numbers take more bytes than this grow on the disk.
inline constexpr std::size_t most_bytes_in_memory = std::size_t{32} << 20U;

/// A result on its way into a file: built in memory, once for all places that are tried, or where that is too large anew in the
/// folder of each place. The result outlives it.
class PreparedResult {
   public:
    /// Throws FileError, which names `path`, also where there is not enough memory.
    PreparedResult(const StudyResult& result, const std::filesystem::path& path,
                   std::size_t most_in_memory = most_bytes_in_memory);
    /// The whole file in the folder of `path`, under a name of its own until it is placed. Throws FileError.
    [[nodiscard]] NewFile at(const std::filesystem::path& path) const;

   private:
    const StudyResult& result_;
    std::optional<std::vector<unsigned char>> bytes_;
};

class ResultFile;

/// Who made a file, with what and when: attributes of `/`.
void write_origin(ResultFile& file, const Provenance& made);
/// What every result says: where it comes from, its settings, its inputs and its feeder.
void write_heading(ResultFile& file, const StudyResult& result);

/// Writes all of `result` to `path`, whose folder must exist; an older file of that name is replaced once the new one is
/// complete. Returns `file: problem; hint` where that fails, and nothing where it went well.
[[nodiscard]] std::optional<std::string> write_results(const StudyResult& result, const std::filesystem::path& path);

}  // namespace evsweep
