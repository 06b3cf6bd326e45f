#include "sim/record/scratch_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>
#include <vector>

#include "evsweep/contracts.hpp"

namespace evsweep {

namespace fs = std::filesystem;

namespace {

/// A file without a name in `folder`, or -1 with errno. Where the file system knows none, the name is taken away at once.
int nameless_file(const fs::path& folder) {
    const int file = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
    if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) return file;
    std::string name = (folder / ".evsweep-XXXXXX").string();
    const int named = ::mkostemp(name.data(), O_CLOEXEC);
    if (named >= 0) ::unlink(name.c_str());
    return named;
}

std::vector<fs::path> folders_after(const fs::path& asked) {
    std::vector<fs::path> folders;
    if (!asked.empty()) folders.push_back(asked);
    std::error_code error;
    if (auto temporary = fs::temp_directory_path(error); !error) folders.push_back(std::move(temporary));
    folders.emplace_back("/var/tmp");
    return folders;
}

}  // namespace

ScratchFile::~ScratchFile() {
    if (file_ >= 0) ::close(file_);
}

void ScratchFile::open() {
    int first_error = 0;
    for (const fs::path& folder : folders_after(folder_)) {
        file_ = nameless_file(folder);
        if (file_ < 0 && first_error == 0) first_error = errno;
        if (file_ < 0) continue;
        folder_ = folder;
        return;
    }
    if (folder_.empty()) folder_ = "/var/tmp";
    fail(first_error, "cannot be made");
}

void ScratchFile::fail(int error, const char* what) const {
    throw FileError("a temporary file in '" + folder_.string() + "' " + what + ": " + std::generic_category().message(error) +
                    "; make room there, or write the result to a folder with more room (--out)");
}

std::uint64_t ScratchFile::append(std::span<const unsigned char> bytes) {
    const std::scoped_lock lock(mutex_);
    if (file_ < 0) open();
    const std::uint64_t at = size_;
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t written = ::pwrite(file_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(at + done));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail(errno, "cannot be written");
        done += static_cast<std::size_t>(written);
    }
    size_ += bytes.size();
    return at;
}

void ScratchFile::read(std::uint64_t at, std::span<unsigned char> bytes) const {
    EVSWEEP_EXPECTS(at + bytes.size() <= size(), "what is read from a temporary file was written before");
    while (!bytes.empty()) {
        const ssize_t got = ::pread(file_, bytes.data(), bytes.size(), static_cast<off_t>(at));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) fail(got < 0 ? errno : EIO, "cannot be read");
        bytes = bytes.subspan(static_cast<std::size_t>(got));
        at += static_cast<std::uint64_t>(got);
    }
}

std::uint64_t ScratchFile::size() const {
    const std::scoped_lock lock(mutex_);
    return size_;
}

}  // namespace evsweep
