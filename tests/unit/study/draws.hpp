/// Random draws of made-up laws, the same with every standard library.
#pragma once

#include <cmath>
#include <cstdint>
#include <random>

namespace evsweep::test {

class Draws {
   public:
    explicit Draws(std::uint64_t seed = 20250106) : engine_(seed) {}
    double uniform() { return (static_cast<double>(engine_() >> 11U) + 0.5) * 0x1p-53; }
    double exponential() { return -std::log(uniform()); }
    double normal() {
        const double radius = std::sqrt(2.0 * exponential());
        return radius * std::cos(2.0 * 3.14159265358979323846 * uniform());
    }
    bool chance(double p) { return uniform() < p; }

   private:
    std::mt19937_64 engine_;
};

}  // namespace evsweep::test
