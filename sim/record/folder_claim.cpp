#include "sim/record/folder_claim.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace evsweep {

bool FolderClaim::take(const std::filesystem::path& folder) {
    if (handle_ < 0) handle_ = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (handle_ >= 0 && ::flock(handle_, LOCK_EX | LOCK_NB) == 0) return true;
    release();
    return false;
}

void FolderClaim::release() {
    if (handle_ >= 0) ::close(handle_);
    handle_ = -1;
}

}  // namespace evsweep
