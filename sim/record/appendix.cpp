#include "sim/record/appendix.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <string>
#include <system_error>

#include "sim/record/new_file.hpp"
#include "sim/record/seal.hpp"

namespace evsweep {

namespace {

constexpr std::size_t appendix_end_size = 54;  // of what appendix_end gives
constexpr std::string_view appendix_mark = "\nevsweep appendix ";

/// What follows an appendix: where it begins in the file, and its size.
std::string appendix_end(std::uint64_t begin, std::uint64_t size) {
    return fmt::format("{}{:016x} {:016x}   ", appendix_mark, begin, size);
}

std::uint64_t hexadecimal(const std::string& text, std::size_t at) {
    std::uint64_t number = 0;
    std::from_chars(text.data() + at, text.data() + at + 16, number, 16);
    return number;
}

}  // namespace

Spool::Spool(std::filesystem::path folder) : folder_(folder.empty() ? "." : std::move(folder)) {
    file_ = ::open(folder_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file_ >= 0) return;
    std::string name = (folder_ / ".evsweep-XXXXXX").string();  // where the file system knows no files without a name
    file_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (file_ < 0) fail(errno);
    ::unlink(name.c_str());
}

Spool::~Spool() {
    if (file_ >= 0) ::close(file_);
}

void Spool::fail(int error) const {
    throw FileError(fmt::format("{}: finished replicas cannot be kept there: {}; make room or name another folder",
                                folder_.string(), std::generic_category().message(error)));
}

void Spool::write(std::span<const unsigned char> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(size_));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail(errno);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
        size_ += static_cast<std::uint64_t>(written);
    }
}

void Spool::read(const std::function<void(std::span<const unsigned char>)>& take) const {
    std::vector<unsigned char> chunk(std::size_t{1} << 20U);
    for (std::uint64_t at = 0; at < size_;) {
        const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(chunk.size(), size_ - at));
        const ssize_t got = ::pread(file_, chunk.data(), most, static_cast<off_t>(at));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) fail(got < 0 ? errno : EIO);
        take(std::span(chunk).first(static_cast<std::size_t>(got)));
        at += static_cast<std::uint64_t>(got);
    }
}

void place_with_appendix(const std::filesystem::path& path, std::span<const unsigned char> image, const Spool& appendix) {
    NewFile file(path);
    Sealer sealer;
    const auto write = [&](std::span<const unsigned char> bytes) {
        sealer.add(bytes);
        file.write(bytes);
    };
    write(image);
    appendix.read(write);
    const std::string end = appendix_end(image.size(), appendix.size());
    write(std::span(reinterpret_cast<const unsigned char*>(end.data()), end.size()));
    file.write(sealer.seal());
    file.place();
}

AppendixReader::AppendixReader(std::filesystem::path path) : path_(std::move(path)) {
    std::ifstream file(path_, std::ios::binary);
    constexpr std::size_t behind = appendix_end_size + seal_size;
    std::string end(appendix_end_size, ' ');
    std::error_code error;
    const std::uint64_t total = std::filesystem::file_size(path_, error);
    if (error || !file.seekg(-static_cast<std::streamoff>(behind), std::ios::end) ||
        !file.read(end.data(), static_cast<std::streamsize>(end.size())) || end.rfind(appendix_mark, 0) != 0)
        throw FileError(path_.string() +
                        ": is not a part of a study: it holds no replicas as they were run; "
                        "parts are made by `evsweep run --replicas-from A --to B`");
    begin_ = hexadecimal(end, appendix_mark.size());
    size_ = hexadecimal(end, appendix_mark.size() + 17);
    if (begin_ > total || size_ > total - begin_ || begin_ + size_ + behind != total)
        throw FileError(path_.string() + ": is damaged; run this part of the study again");
}

std::vector<unsigned char> AppendixReader::read(std::uint64_t offset, std::uint64_t bytes) const {
    std::ifstream file(path_, std::ios::binary);
    const bool is_within = offset <= size_ && bytes <= size_ - offset;
    std::vector<unsigned char> found(is_within ? static_cast<std::size_t>(bytes) : 0);
    if (!is_within || !file.seekg(static_cast<std::streamoff>(begin_ + offset)) ||
        !file.read(reinterpret_cast<char*>(found.data()), static_cast<std::streamsize>(found.size())))
        throw FileError(path_.string() + ": cannot be read as it was before; was it changed meanwhile? Run the command again");
    return found;
}

}  // namespace evsweep
