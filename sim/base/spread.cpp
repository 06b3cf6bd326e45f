#include "sim/base/spread.hpp"

namespace evsweep {

namespace {

/// The finaliser of MurmurHash3: every bit of the input moves every bit of the output with a chance of about one half.
std::uint32_t mixed(std::uint32_t h) {
    h ^= h >> 16U;
    h *= 0x85EBCA6BU;
    h ^= h >> 13U;
    h *= 0xC2B2AE35U;
    h ^= h >> 16U;
    return h;
}

std::uint32_t mixed(std::uint32_t a, std::uint32_t b) { return mixed(a ^ mixed(b + 0x9E3779B9U)); }

std::uint32_t reversed_bits(std::uint32_t x) {
    x = (x >> 16U) | (x << 16U);
    x = ((x & 0xFF00FF00U) >> 8U) | ((x & 0x00FF00FFU) << 8U);
    x = ((x & 0xF0F0F0F0U) >> 4U) | ((x & 0x0F0F0F0FU) << 4U);
    x = ((x & 0xCCCCCCCCU) >> 2U) | ((x & 0x33333333U) << 2U);
    return ((x & 0xAAAAAAAAU) >> 1U) | ((x & 0x55555555U) << 1U);
}

/// Flips each digit, from the highest on, by a coin that belongs to the digits above it.
std::uint32_t nested_permutation(std::uint32_t x, std::uint32_t key_a, std::uint32_t key_b) {
    std::uint32_t result = 0;
    for (unsigned level = 0; level < 32; ++level) {
        const std::uint32_t above = level == 0 ? 0U : x >> (32U - level);
        const std::uint32_t coin = mixed(mixed(above, key_a + level), key_b) >> 31U;
        const std::uint32_t digit = (x >> (31U - level)) & 1U;
        result = (result << 1U) | (digit ^ coin);
    }
    return result;
}

}  // namespace

std::uint32_t permuted(std::uint32_t i, std::uint32_t n, const SpreadKey& key) {
    unsigned half = 1;  // bits of either half
    while (half < 16 && (std::uint64_t{1} << (2 * half)) < n) ++half;
    const std::uint32_t mask = (1U << half) - 1U;
    constexpr std::uint32_t rounds = 8;
    do {
        std::uint32_t left = i >> half, right = i & mask;
        for (std::uint32_t round = 0; round < rounds; ++round) {
            const std::uint32_t next = left ^ (mixed(mixed(right, key[round % 4] + round), key[(round + 1) % 4]) & mask);
            left = right;
            right = next;
        }
        i = (left << half) | right;
    } while (i >= n);
    return i;
}

std::uint32_t scrambled_sobol(std::uint32_t i, const SpreadKey& key) {
    const std::uint32_t index = nested_permutation(i, key[0], key[1]);
    return nested_permutation(reversed_bits(index), key[2], key[3]);
}

}  // namespace evsweep
