#include "evsweep/rng.hpp"

#include <Random123/philox.h>

namespace evsweep {

namespace {

// Odd multiples of 2^-53: never 0 or 1, exact in a double, and symmetric about 1/2.
double open_unit(std::uint32_t low, std::uint32_t high) {
    const std::uint64_t bits = (static_cast<std::uint64_t>(high) << 32U) | low;
    return static_cast<double>(static_cast<std::int64_t>((bits >> 11U) | 1U)) * 0x1p-53;
}

}  // namespace

double Rng::uniform(Purpose purpose, std::uint32_t entity, std::uint32_t draw) const {
    double u = 0.0;
    uniforms(purpose, entity, draw, {&u, 1});
    return u;
}

void Rng::uniforms(Purpose purpose, std::uint32_t first_entity, std::uint32_t draw, std::span<double> out) const {
    const r123::Philox4x32::key_type key{
        {static_cast<std::uint32_t>(seed_ & 0xFFFFFFFFU), static_cast<std::uint32_t>(seed_ >> 32U)}};
    r123::Philox4x32::ctr_type counter{{first_entity, draw, purpose.key(), replica_}};
    for (double& u : out) {
        const auto block = r123::Philox4x32{}(counter, key);
        u = open_unit(block[0], block[1]);
        ++counter[0];
    }
}

}  // namespace evsweep
