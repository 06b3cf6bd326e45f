#include "sim/record/seal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <span>
#include <string>
#include <system_error>

#include "sim/base/fnv1a.hpp"
#include "sim/record/file_error.hpp"
#include "sim/record/new_file.hpp"

namespace evsweep {
namespace {

std::string seal_of(std::uint64_t hash) { return fmt::format("\nevsweep seal {:016x}", hash); }

[[noreturn]] void refuse(const std::filesystem::path& path) {
    const std::string reason = std::generic_category().message(errno ? errno : EIO);
    throw FileError(path.string() + ": cannot be read: " + reason + "; give the path of a result file");
}

/// The last characters of the file, as many as a seal has; fewer where the file is shorter.
std::string tail_of(std::ifstream& file, const std::filesystem::path& path) {
    file.seekg(0, std::ios::end);
    const auto size = static_cast<std::streamoff>(file.tellg());
    if (!file || size < 0) refuse(path);
    std::string tail(std::min<std::size_t>(seal_size, static_cast<std::size_t>(size)), '\0');
    file.seekg(size - static_cast<std::streamoff>(tail.size()));
    file.read(tail.data(), static_cast<std::streamsize>(tail.size()));
    if (!file) refuse(path);
    file.seekg(0);
    return tail;
}

void refuse_unless_plain(const std::filesystem::path& path) {
    std::error_code error;
    const auto there = std::filesystem::status(path, error);
    if (!std::filesystem::exists(there) || std::filesystem::is_regular_file(there)) return;
    const bool is_folder = std::filesystem::is_directory(there);
    throw FileError(path.string() +
                    ": cannot be read: " + (is_folder ? std::generic_category().message(EISDIR) : "it is not a plain file") +
                    "; give the path of a result file");
}

}  // namespace

void add_seal(std::vector<unsigned char>& bytes) {
    const std::string seal = seal_of(fnv1a(fnv1a_start, bytes));
    bytes.insert(bytes.end(), seal.begin(), seal.end());
}

void add_seal(NewFile& file, std::uint64_t size) {
    std::vector<unsigned char> chunk(std::size_t{1} << 16U);
    std::uint64_t hash = fnv1a_start;
    for (std::uint64_t at = 0; at < size; at += chunk.size()) {
        const auto part = std::span(chunk).first(static_cast<std::size_t>(std::min<std::uint64_t>(chunk.size(), size - at)));
        std::fill(part.begin(), part.end(), static_cast<unsigned char>(0));
        file.read_at(at, part);
        hash = fnv1a(hash, part);
    }
    const std::string seal = seal_of(hash);
    file.write_at(size, std::span(reinterpret_cast<const unsigned char*>(seal.data()), seal.size()));
}

bool ends_with_seal(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::string end(seal_size, ' ');
    const std::string expected = seal_of(0);
    return file.seekg(-static_cast<std::streamoff>(seal_size), std::ios::end) &&
           file.read(end.data(), static_cast<std::streamsize>(end.size())) &&
           end.compare(0, seal_size - 16, expected, 0, seal_size - 16) == 0;
}

SealState check_seal(const std::filesystem::path& path) {
    refuse_unless_plain(path);
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file) refuse(path);
    const std::string found = tail_of(file, path);
    const std::size_t text = seal_of(0).size() - 16;
    if (found.size() < seal_size || found.compare(0, text, seal_of(0), 0, text) != 0) return SealState::absent;
    std::array<char, 1U << 16U> chunk{};
    std::uint64_t hash = fnv1a_start;
    auto left = static_cast<std::size_t>(std::filesystem::file_size(path)) - seal_size;
    while (left > 0 && file.read(chunk.data(), static_cast<std::streamsize>(std::min(chunk.size(), left)))) {
        const auto n = static_cast<std::size_t>(file.gcount());
        hash = fnv1a(hash, std::span(reinterpret_cast<const unsigned char*>(chunk.data()), n));
        left -= n;
    }
    if (file.bad()) refuse(path);
    return found == seal_of(hash) ? SealState::whole : SealState::broken;
}

}  // namespace evsweep
