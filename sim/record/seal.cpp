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

#include "sim/record/file_error.hpp"

namespace evsweep {
namespace {

constexpr std::uint64_t hash_start = 0xcbf29ce484222325ULL;
constexpr std::size_t seal_size = 30;

std::uint64_t hash_on(std::uint64_t hash, std::span<const unsigned char> bytes) {
    for (const unsigned char byte : bytes) hash = (hash ^ byte) * 0x100000001b3ULL;
    return hash;
}

std::string seal_of(std::uint64_t hash) { return fmt::format("\nevsweep seal {:016x}", hash); }

[[noreturn]] void refuse(const std::filesystem::path& path) {
    const std::string reason = std::generic_category().message(errno ? errno : EIO);
    throw FileError(path.string() + ": cannot be read: " + reason + "; give the path of a result file");
}

}  // namespace

void add_seal(std::vector<unsigned char>& bytes) {
    const std::string seal = seal_of(hash_on(hash_start, bytes));
    bytes.insert(bytes.end(), seal.begin(), seal.end());
}

SealState check_seal(const std::filesystem::path& path) {
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file) refuse(path);
    std::vector<unsigned char> kept;  // what was read and may still turn out to be the seal
    std::array<char, 1U << 16U> chunk{};
    std::uint64_t hash = hash_start;
    do {
        file.read(chunk.data(), chunk.size());
        kept.insert(kept.end(), chunk.begin(), chunk.begin() + file.gcount());
        if (kept.size() <= seal_size) continue;
        const std::size_t sure = kept.size() - seal_size;
        hash = hash_on(hash, std::span(kept).first(sure));
        kept.erase(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(sure));
    } while (file);
    if (file.bad()) refuse(path);
    const std::string found(kept.begin(), kept.end());
    const std::string whole = seal_of(hash);
    if (found == whole) return SealState::whole;
    const std::size_t text = whole.size() - 16;
    return found.compare(0, text, whole, 0, text) == 0 ? SealState::broken : SealState::absent;
}

}  // namespace evsweep
