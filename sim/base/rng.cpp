#include "evsweep/rng.hpp"

#include <Random123/philox.h>

#include <cmath>

#include "sim/base/spread.hpp"

namespace evsweep {

namespace {

using Philox = r123::Philox4x32;

// Odd multiples of 2^-53: never 0 or 1, exact in a double, and symmetric about 1/2.
double open_unit(std::uint64_t bits) { return static_cast<double>(static_cast<std::int64_t>((bits >> 11U) | 1U)) * 0x1p-53; }

std::uint64_t joined(std::uint32_t high, std::uint32_t low) { return (static_cast<std::uint64_t>(high) << 32U) | low; }

Philox::key_type key_of(std::uint64_t seed) {
    return {{static_cast<std::uint32_t>(seed & 0xFFFFFFFFU), static_cast<std::uint32_t>(seed >> 32U)}};
}

// What a whole batch shares is drawn by another key, so that it is no draw of any replica.
constexpr std::uint64_t of_batches = 0x6A09E667F3BCC909U;

}  // namespace

double Rng::uniform(Purpose purpose, std::uint32_t entity, std::uint32_t draw) const {
    double u = 0.0;
    uniforms(purpose, entity, draw, {&u, 1});
    return u;
}

void Rng::uniforms(Purpose purpose, std::uint32_t first_entity, std::uint32_t draw, std::span<double> out) const {
    const Philox::key_type key = key_of(seed_);
    Philox::ctr_type counter{{first_entity, draw, purpose.key(), replica_}};
    if (design_.kind != DrawKind::independent) return spread_uniforms(purpose, first_entity, draw, out);
    for (double& u : out) {
        const auto block = Philox{}(counter, key);
        u = open_unit(joined(block[1], block[0]));
        ++counter[0];
    }
}

/// The replica's own draw says where in its interval the value lies, the batch's which interval that is.
void Rng::spread_uniforms(Purpose purpose, std::uint32_t first_entity, std::uint32_t draw, std::span<double> out) const {
    const Philox::key_type key = key_of(seed_), batch_key = key_of(seed_ ^ of_batches);
    const std::uint32_t place = replica_ % design_.batch, batch = replica_ / design_.batch;
    std::uint32_t entity = first_entity;
    for (double& u : out) {
        const auto own = Philox{}({{entity, draw, purpose.key(), replica_}}, key);
        const auto shared = Philox{}({{entity, draw, purpose.key(), batch}}, batch_key);
        const SpreadKey keys{shared[0], shared[1], shared[2], shared[3]};
        if (design_.kind == DrawKind::latin_hypercube) {
            const double stratum = permuted(place, design_.batch, keys);
            const double value = (stratum + open_unit(joined(own[1], own[0]))) / design_.batch;
            u = value < 1.0 ? value : std::nextafter(1.0, 0.0);
        } else {
            u = open_unit(joined(scrambled_sobol(place, keys), own[0]));
        }
        ++entity;
    }
}

}  // namespace evsweep
