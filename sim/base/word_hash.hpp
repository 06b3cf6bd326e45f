/// A hash of many bytes at the speed of memory: FNV-1a (Fowler, Noll, Vo) over words of eight bytes in four lanes. It tells
/// changed bytes from the same ones, and keeps no secret; its value depends on the machine's order of bytes.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>

#include "sim/base/fnv1a.hpp"

namespace evsweep {

/// A change within one word always changes it: a lane's step is one-to-one.
[[nodiscard]] inline std::uint64_t word_hash(std::span<const unsigned char> bytes) {
    constexpr std::uint64_t prime = 0x100000001b3ULL;
    std::array<std::uint64_t, 4> lane{fnv1a_start, fnv1a_start + 1, fnv1a_start + 2, fnv1a_start + 3};
    const std::size_t whole = bytes.size() / sizeof lane * sizeof lane;
    for (std::size_t at = 0; at < whole; at += sizeof lane) {
        std::array<std::uint64_t, 4> word;
        std::memcpy(word.data(), bytes.data() + at, sizeof word);
        for (std::size_t k = 0; k < lane.size(); ++k) lane[k] = (lane[k] ^ word[k]) * prime;
    }
    std::uint64_t hash = fnv1a(fnv1a_start, bytes.subspan(whole));
    for (const std::uint64_t value : lane) {
        hash = (hash ^ value) * prime;
        hash ^= hash >> 32U;  // products carry upwards only: what changed high in a word is brought down
    }
    return (hash ^ bytes.size()) * prime;
}

}  // namespace evsweep
