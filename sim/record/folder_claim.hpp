/// A folder that one process at a time has for itself.
#pragma once

#include <filesystem>

namespace evsweep {

/// Holds a folder until it is released or the process ends, however that is: a crash cannot forget to give it back.
class FolderClaim {
   public:
    FolderClaim() = default;
    ~FolderClaim() { release(); }
    FolderClaim(const FolderClaim&) = delete;

    /// Whether the folder is ours now; false where another process has it, or where it is not there.
    [[nodiscard]] bool take(const std::filesystem::path& folder);
    [[nodiscard]] bool is_held() const { return handle_ >= 0; }
    void release();

   private:
    int handle_ = -1;
};

}  // namespace evsweep
