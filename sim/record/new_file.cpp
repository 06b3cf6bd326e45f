#include "sim/record/new_file.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

#include "evsweep/contracts.hpp"

namespace evsweep {
namespace {

namespace fs = std::filesystem;

std::string reason_of(int error) { return std::generic_category().message(error); }

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
        case ENAMETOOLONG:
            return "choose a shorter name";
        default:
            return "write elsewhere";
    }
}

[[noreturn]] void throw_error(int error) { throw std::system_error(error, std::generic_category()); }

/// Temporary files that there are, by folder and name. Whoever makes, places or removes one holds the mutex.
struct Unfinished {
    std::mutex mutex;
    std::vector<std::pair<int, std::string>> files;
};
Unfinished& unfinished() {
    static Unfinished of_process;
    return of_process;
}

/// The file that a chain of symbolic links leads to, whether it is there or not. Throws the system's error.
fs::path end_of_links(fs::path path) {
    constexpr int most_links = 40;  // as the kernel's own limit
    std::array<char, PATH_MAX> text{};
    for (int links = 0; links <= most_links; ++links) {
        const ssize_t length = ::readlink(path.c_str(), text.data(), text.size());
        if (length < 0 && (errno == EINVAL || errno == ENOENT)) return path;
        if (length < 0) throw_error(errno);
        path = path.parent_path() / std::string(text.data(), static_cast<std::size_t>(length));
    }
    throw_error(ELOOP);
}

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

bool is_plain(const struct stat& there) { return S_ISREG(there.st_mode); }

std::string random_name() {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
    std::array<std::uint8_t, 10> drawn{};
    if (::getentropy(drawn.data(), drawn.size()) != 0) throw_error(errno);
    std::string name = ".evsweep-";
    for (const std::uint8_t byte : drawn) name += letters[byte % letters.size()];
    return name + ".tmp";
}

/// Makes a new file of a name of its own and returns its handle. Throws the system's error.
int make_temporary(int folder, mode_t mode, std::string& temporary) {
    constexpr int attempts = 100;
    const std::scoped_lock lock(unfinished().mutex);
    for (int i = 0;; ++i) {
        const std::string name = random_name();
        const int file = ::openat(folder, name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
        if (file >= 0) {
            unfinished().files.emplace_back(folder, name);
            temporary = name;
            return file;
        }
        if (errno != EEXIST || i == attempts) throw_error(errno);
    }
}

void forget(int folder, const std::string& name) {
    std::erase_if(unfinished().files, [&](const auto& file) { return file.first == folder && file.second == name; });
}

/// Whether files can be made in the folder: an error number, or 0. A file without a name is tried where the system knows them.
int error_of_making_in(const fs::path& folder) {
    const int file = ::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    if (file >= 0) return ::close(file), 0;
    if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL && errno != ENOENT) return errno;
    struct statfs system {};
    if (::statfs(folder.c_str(), &system) == 0 && (system.f_type == PROC_SUPER_MAGIC || system.f_type == SYSFS_MAGIC))
        return EROFS;
    return ::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) == 0 ? 0 : errno;
}

std::string quoted(const fs::path& path) { return "'" + path.string() + "'"; }

/// What is in the way of replacing what is at `path`.
std::optional<std::string> obstacle_at(const fs::path& path) {
    if (!path.has_filename() || path.filename() == "." || path.filename() == "..") return quoted(path) + " is a folder";
    struct stat there {};
    if (::stat(path.c_str(), &there) != 0) {
        if (errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG) return std::nullopt;  // looked into later
        return quoted(path) + " cannot be written: " + reason_of(errno);
    }
    if (S_ISDIR(there.st_mode)) return quoted(path) + " is a folder";
    if (!is_plain(there)) return quoted(path) + " is not a plain file but a device, a pipe or a socket";
    if (::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) != 0)
        return quoted(path) + " cannot be written: " + reason_of(errno);
    return std::nullopt;
}

std::optional<std::string> obstacle_of_name(const fs::path& file, const fs::path& folder) {
    const long longest = ::pathconf(folder.c_str(), _PC_NAME_MAX);
    const std::size_t length = file.filename().string().size();
    if (longest <= 0 || length <= static_cast<std::size_t>(longest)) return std::nullopt;
    return "the name of " + quoted(file) + " is too long: " + std::to_string(length) + " bytes, and " + std::to_string(longest) +
           " are allowed";
}

}  // namespace

NewFile::NewFile(fs::path path) : path_(std::move(path)) {
    try {
        const fs::path target = end_of_links(path_);
        name_ = target.filename().string();
        folder_ = ::open(folder_of(target).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (folder_ < 0) throw_error(errno);
        struct stat there {};
        const bool exists = ::fstatat(folder_, name_.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0;
        if (exists && !is_plain(there)) {
            discard();
            throw FileError(path_.string() + ": cannot be written: it exists and is not a plain file; choose another name");
        }
        file_ = make_temporary(folder_, exists ? 0600 : 0666, temporary_);
        if (!exists) return;
        // As far as the system allows: some file systems know no modes, and only root may give files away. A change of owner may
        // take bits of the mode, so that this comes after.
        if (::fchown(file_, there.st_uid, there.st_gid) != 0) errno = 0;
        if (::fchmod(file_, there.st_mode & 07777U) != 0) errno = 0;
    } catch (const std::system_error& error) {
        fail(error.code().value());
    }
}

NewFile::NewFile(NewFile&& other) noexcept
    : path_(std::move(other.path_)),
      name_(std::move(other.name_)),
      temporary_(std::exchange(other.temporary_, {})),
      folder_(std::exchange(other.folder_, -1)),
      file_(std::exchange(other.file_, -1)),
      stays_in_cache_(other.stays_in_cache_) {}

NewFile::~NewFile() { discard(); }

void NewFile::discard() noexcept {
    if (!temporary_.empty()) {
        const std::scoped_lock lock(unfinished().mutex);
        ::unlinkat(folder_, temporary_.c_str(), 0);
        forget(folder_, temporary_);
        temporary_.clear();
    }
    for (int* handle : {&file_, &folder_})
        if (const int open = std::exchange(*handle, -1); open >= 0) ::close(open);
}

void NewFile::fail(int error) {
    discard();
    throw FileError(path_.string() + ": cannot be written: " + reason_of(error) + "; " + hint_for(error));
}

void NewFile::write(std::span<const unsigned char> bytes) {
    EVSWEEP_EXPECTS(file_ >= 0, "a file is written before it is complete");
    while (!bytes.empty()) {
        const ssize_t written = ::write(file_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail(errno);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

void NewFile::write(std::string_view text) { write(std::span(reinterpret_cast<const unsigned char*>(text.data()), text.size())); }

std::uint64_t NewFile::size() const {
    struct stat about {};
    return ::fstat(file_, &about) == 0 ? static_cast<std::uint64_t>(about.st_size) : 0;
}

void NewFile::write_at(std::uint64_t at, std::span<const unsigned char> bytes) {
    EVSWEEP_EXPECTS(file_ >= 0, "a file is written before it is complete");
    while (!bytes.empty()) {
        const ssize_t written = ::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(at));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail(errno);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
        at += static_cast<std::uint64_t>(written);
    }
}

void NewFile::read_at(std::uint64_t at, std::span<unsigned char> bytes) {
    EVSWEEP_EXPECTS(file_ >= 0, "a file is read before it is complete");
    while (!bytes.empty()) {
        const ssize_t got = ::pread(file_, bytes.data(), bytes.size(), static_cast<off_t>(at));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail(errno);
        if (got == 0) return;
        bytes = bytes.subspan(static_cast<std::size_t>(got));
        at += static_cast<std::uint64_t>(got);
    }
}

void NewFile::complete() {
    if (file_ < 0) return;
    if (::fsync(file_) != 0 && errno != EINVAL && errno != EROFS) fail(errno);      // some file systems have nothing to flush
    if (!stays_in_cache_) (void)::posix_fadvise(file_, 0, 0, POSIX_FADV_DONTNEED);  // memory that is used again is fast
    if (::close(std::exchange(file_, -1)) != 0 && errno != EINTR) fail(errno);
}

void NewFile::place() {
    EVSWEEP_EXPECTS(!temporary_.empty(), "a file is placed once");
    complete();
    int error = 0;
    {
        const std::scoped_lock lock(unfinished().mutex);
        if (::renameat(folder_, temporary_.c_str(), folder_, name_.c_str()) == 0) {
            forget(folder_, temporary_);
            temporary_.clear();
        } else {
            error = errno;
        }
    }
    if (error != 0) fail(error);
    if (const int folder = ::openat(folder_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); folder >= 0) {
        (void)::fsync(folder);  // so that the name, too, outlives a power cut
        ::close(folder);
    }
    discard();
}

void place_file(const fs::path& path, std::span<const unsigned char> bytes) {
    NewFile file(path);
    file.write(bytes);
    file.place();
}

std::optional<std::string> obstacle_to_writing(const fs::path& path) {
    if (auto obstacle = obstacle_at(path)) return obstacle;
    const fs::path folder = folder_of(path);
    std::error_code error;
    fs::create_directories(folder, error);
    if (!fs::is_directory(folder, error)) return "the folder " + quoted(folder) + " cannot be made";
    try {
        if (auto obstacle = obstacle_of_name(path, folder)) return obstacle;
        const fs::path target = end_of_links(path);
        if (auto obstacle = obstacle_of_name(target, folder_of(target))) return obstacle;
        const int reason = error_of_making_in(folder_of(target));
        if (reason == 0) return std::nullopt;
        return "cannot write in " + quoted(folder_of(target)) + ": " + reason_of(reason);
    } catch (const std::system_error& problem) {
        return quoted(path) + " cannot be written: " + reason_of(problem.code().value());
    }
}

void remove_unfinished_files() {
    unfinished().mutex.lock();  // for good
    for (const auto& [folder, name] : unfinished().files) ::unlinkat(folder, name.c_str(), 0);
}

}  // namespace evsweep
