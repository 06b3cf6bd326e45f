#include "sim/record/place_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace evsweep {
namespace {

std::string hint_for(int error) {
    switch (error) {
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
            return "make room or write elsewhere";
        case EACCES:
        case EPERM:
        case EROFS:
            return "choose a folder that you may write to";
        case ENOENT:
        case ENOTDIR:
            return "make the folder first";
        default:
            return "write elsewhere";
    }
}

[[noreturn]] void fail(const std::filesystem::path& path, int error) {
    throw FileError(path.string() + ": cannot be written: " + std::generic_category().message(error) + "; " + hint_for(error));
}

/// 0, or the error number of the step that failed.
int write_whole(int file, std::span<const unsigned char> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    // Some file systems (and every pipe or device) have nothing to flush.
    return ::fsync(file) == 0 || errno == EINVAL || errno == EROFS ? 0 : errno;
}

}  // namespace

void place_file(const std::filesystem::path& path, std::span<const unsigned char> bytes) {
    std::error_code ignored;
    const auto there = std::filesystem::status(path, ignored);
    if (std::filesystem::exists(there) && !std::filesystem::is_regular_file(there))
        throw FileError(path.string() + ": cannot be written: it exists and is not a plain file; choose another name");
    const std::string temporary = path.string() + ".tmp";
    const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0) fail(path, errno);
    int error = write_whole(file, bytes);
    if (::close(file) != 0 && error == 0) error = errno;
    if (error == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
    if (error == 0) return;
    ::unlink(temporary.c_str());
    fail(path, error);
}

}  // namespace evsweep
