/// The 64-bit FNV-1a hash (Fowler, Noll, Vo): it tells changed bytes from the same ones, and keeps no secret.
#pragma once

#include <cstdint>
#include <span>

namespace evsweep {

inline constexpr std::uint64_t fnv1a_start = 0xcbf29ce484222325ULL;

/// `hash` of what came before, with `bytes` after it.
[[nodiscard]] inline std::uint64_t fnv1a(std::uint64_t hash, std::span<const unsigned char> bytes) {
    for (const unsigned char byte : bytes) hash = (hash ^ byte) * 0x100000001b3ULL;
    return hash;
}

}  // namespace evsweep
