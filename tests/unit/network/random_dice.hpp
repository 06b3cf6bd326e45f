/// Random numbers and choices for generators of circuits.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

namespace evsweep::testing {

/// Numbers that are the same for a seed whatever the standard library.
class Dice {
   public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}
    double draw(double low, double high) { return low + (high - low) * static_cast<double>(engine_() >> 11) * 0x1p-53; }
    bool chance(double p) { return draw(0.0, 1.0) < p; }
    std::size_t pick(std::size_t n) { return std::min(n - 1, static_cast<std::size_t>(draw(0.0, static_cast<double>(n)))); }
    template <class T>
    const T& among(const std::vector<T>& all) {
        return all[pick(all.size())];
    }

   private:
    std::mt19937_64 engine_;
};

/// What the generator knows of a bus beyond its row: buses of one zone have the same voltage and phase shift.
struct Spot {
    std::size_t zone = 0;
    bool floats = false;  ///< no metal ties its phases to earth
    double kva = 3000.0;  ///< what may be drawn there and below
};

}  // namespace evsweep::testing
