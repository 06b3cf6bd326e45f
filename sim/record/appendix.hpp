/// What a result file may hold behind its HDF5 part: bytes that need not fit into memory, such as the replicas of a part of a
/// study.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "sim/record/new_file.hpp"
#include "sim/record/scratch_file.hpp"

namespace evsweep {

/// Adds all of `appendix` behind a whole sealed result that is not yet complete, and a seal over both. HDF5 and all that read
/// results see the result alone. Throws FileError.
void add_appendix(NewFile& file, const ScratchFile& appendix);

/// The appendix of a file that was written so. Throws FileError where there is none, or where it cannot be read.
class AppendixReader {
   public:
    explicit AppendixReader(std::filesystem::path path);
    [[nodiscard]] std::uint64_t size() const { return size_; }
    /// So many bytes from this place of the appendix; throws where they are not all there.
    [[nodiscard]] std::vector<unsigned char> read(std::uint64_t offset, std::uint64_t bytes) const;

   private:
    std::filesystem::path path_;
    std::uint64_t begin_ = 0, size_ = 0;
};

}  // namespace evsweep
