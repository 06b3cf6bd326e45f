/// A lane that counts what is done with it, so that the kernels themselves show how much arithmetic a load flow is.
#pragma once

#include <cmath>
#include <cstdint>

#include "sim/network/sweep/lane.hpp"

namespace evsweep::bench {

/// Flops are sums, differences, products and larger-ofs; a fused multiplication and addition is two. Comparisons, choices and
/// masks are none.
struct Operations {
    std::int64_t flops = 0, divisions = 0, roots = 0;
};

class CountingLane {
   public:
    CountingLane() = default;
    CountingLane(double value) : value_(value) {}

    [[nodiscard]] double value() const { return value_; }
    /// Since the start of the program.
    static Operations& done() {
        static Operations operations;
        return operations;
    }

    friend CountingLane operator+(CountingLane a, CountingLane b) { return flop(a.value_ + b.value_); }
    friend CountingLane operator-(CountingLane a, CountingLane b) { return flop(a.value_ - b.value_); }
    friend CountingLane operator*(CountingLane a, CountingLane b) { return flop(a.value_ * b.value_); }
    friend CountingLane operator/(CountingLane a, CountingLane b) {
        ++done().divisions;
        return a.value_ / b.value_;
    }
    friend bool operator<(CountingLane a, CountingLane b) { return a.value_ < b.value_; }
    friend bool operator<=(CountingLane a, CountingLane b) { return a.value_ <= b.value_; }
    friend bool operator>=(CountingLane a, CountingLane b) { return a.value_ >= b.value_; }

    static CountingLane flop(double value) {
        ++done().flops;
        return value;
    }

   private:
    double value_ = 0.0;
};

}  // namespace evsweep::bench

namespace evsweep {

/// As wide as the narrowest pack, for kernels do a little less where lanes are single.
template <>
struct Lanes<bench::CountingLane> {
    using Lane = bench::CountingLane;
    using Mask = bool;
    static constexpr std::size_t width = 2;

    static constexpr Mask all() { return true; }
    static bool any(Mask m) { return m; }
    static Lane larger(Lane a, Lane b) { return Lane::flop(a < b ? b.value() : a.value()); }
    static Lane pick(Mask m, Lane yes, Lane no) { return m ? yes : no; }
    static Lane keep(Mask active, Lane now, Lane before) { return pick(active, now, before); }
    static Mask finite(Lane x) { return std::isfinite(x.value()); }
    static Lane root(Lane x) {
        ++Lane::done().roots;
        return std::sqrt(x.value());
    }
    template <class Function>
    static Lane each(Lane x, Function&& function) {
        return function(x.value());
    }
};

}  // namespace evsweep
