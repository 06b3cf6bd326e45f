/// What a result file may hold behind its HDF5 part: bytes that need not fit into memory, such as the replicas of a part of a
/// study.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <vector>

#include "sim/record/file_error.hpp"

namespace evsweep {

/// Bytes on their way into a file's appendix: in a file without a name, so that nothing is left of them after a crash. Every
/// function throws FileError with the system's reason.
class Spool {
   public:
    /// In this folder, which is there.
    explicit Spool(std::filesystem::path folder);
    ~Spool();
    Spool(const Spool&) = delete;

    /// Appends.
    void write(std::span<const unsigned char> bytes);
    [[nodiscard]] std::uint64_t size() const { return size_; }
    /// Hands over all bytes, in pieces and in order.
    void read(const std::function<void(std::span<const unsigned char>)>& take) const;

   private:
    [[noreturn]] void fail(int error) const;

    std::filesystem::path folder_;
    int file_ = -1;
    std::uint64_t size_ = 0;
};

/// Places a file of `image` (a whole sealed result), the spooled bytes behind it, and a seal over both. HDF5 and all that read
/// results see the image alone. Throws FileError.
void place_with_appendix(const std::filesystem::path& path, std::span<const unsigned char> image, const Spool& appendix);

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
