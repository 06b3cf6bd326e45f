/// Lets HDF5 write straight into a NewFile, for results that are not to be built in memory.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "sim/record/new_file.hpp"

namespace evsweep {

/// What a driver of HDF5 ("virtual file driver") writes into. HDF5 handles a disk that fails badly: it keeps files open that it
/// could not write. So what cannot be written is noted here, while the library is told that all went well; the file is thrown
/// away then.
class DrivenFile {
   public:
    explicit DrivenFile(NewFile file) : file_(std::move(file)) {}
    DrivenFile(const DrivenFile&) = delete;

    /// Makes files that are opened with an access list of HDF5 (its id) write into `file`, which has to stay where it is until
    /// then; what it points to lives until HDF5 has closed it.
    static void drive(std::int64_t access_list, const std::shared_ptr<DrivenFile>& file);

    /// Throws the FileError of what could not be written, if anything.
    void require_written() const;
    /// The whole file, sealed, to be placed. Once, after HDF5 has closed it.
    [[nodiscard]] NewFile sealed();

    /// For the driver alone.
    void write(std::uint64_t at, std::span<const unsigned char> bytes) noexcept;
    void read(std::uint64_t at, std::span<unsigned char> bytes) noexcept;
    void end_at(std::uint64_t size) { size_ = size; }

   private:
    NewFile file_;
    std::uint64_t size_ = 0;
    std::optional<std::string> problem_;
};

}  // namespace evsweep
