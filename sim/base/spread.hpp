/// How one value finds its place among those of a batch: a random permutation, and a scrambled Sobol sequence, entry by entry.
#pragma once

#include <array>
#include <cstdint>

namespace evsweep {

/// Four random words, which choose one permutation or scrambling.
using SpreadKey = std::array<std::uint32_t, 4>;

/// Entry `i` of a random permutation of 0 .. n - 1; i < n. A Feistel network over the next power of four, repeated until the
/// entry is one of these (Black and Rogaway 2002, "Ciphers with arbitrary finite domains", CT-RSA, section 4).
[[nodiscard]] std::uint32_t permuted(std::uint32_t i, std::uint32_t n, const SpreadKey& key);

/// Entry `i` of a one-dimensional Sobol sequence (van der Corput's) whose indices are shuffled and whose digits are scrambled,
/// both by nested uniform permutations (Owen 1995, "Randomly permuted (t,m,s)-nets and (t,s)-sequences"; the shuffle of indices
/// makes sequences with different keys independent of one another: Burley 2020, J. Comput. Graph. Tech. 9(4), section 3.3). 32
/// binary digits; of the first 2^k entries each interval of length 2^-k has one.
[[nodiscard]] std::uint32_t scrambled_sobol(std::uint32_t i, const SpreadKey& key);

}  // namespace evsweep
