/// Room on the disk for what does not fit into memory: a file without a name, which is gone when the process ends, however that
/// is.
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <span>

#include "sim/record/file_error.hpp"

namespace evsweep {

/// Made at the first `append`, in the folder that was asked for (if any), or else in $TMPDIR (or /tmp) or /var/tmp: the first
/// that takes it. For several threads. Every function throws FileError with the system's reason.
class ScratchFile {
   public:
    explicit ScratchFile(std::filesystem::path folder) : folder_(std::move(folder)) {}
    ~ScratchFile();
    ScratchFile(const ScratchFile&) = delete;
    ScratchFile& operator=(const ScratchFile&) = delete;

    /// Where these bytes are from now on.
    std::uint64_t append(std::span<const unsigned char> bytes);
    /// Fills `bytes` with what is at `at`, all of it appended before.
    void read(std::uint64_t at, std::span<unsigned char> bytes) const;
    /// Bytes that were appended.
    [[nodiscard]] std::uint64_t size() const;

   private:
    void open();
    [[noreturn]] void fail(int error, const char* what) const;

    std::filesystem::path folder_;  ///< where it is, once it is
    mutable std::mutex mutex_;
    std::uint64_t size_ = 0;
    int file_ = -1;
};

}  // namespace evsweep
