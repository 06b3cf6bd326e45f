/// What the kernels need of a lane beyond arithmetic: masks and choices. A lane is a double or a pack of them.
#pragma once

#include <cmath>
#include <cstddef>

namespace evsweep {

template <class Lane>
struct Lanes;

template <>
struct Lanes<double> {
    using Mask = bool;
    static constexpr std::size_t width = 1;

    static constexpr Mask all() { return true; }
    static bool any(Mask m) { return m; }
    static double larger(double a, double b) { return a < b ? b : a; }
    static double pick(Mask m, double yes, double no) { return m ? yes : no; }
    /// The new value in lanes that still move. A single lane that does not is never swept.
    static double keep(Mask, double now, double) { return now; }
    static Mask finite(double x) { return std::isfinite(x); }
    static double root(double x) { return std::sqrt(x); }
    /// `function` of every lane.
    template <class Function>
    static double each(double x, Function&& function) {
        return function(x);
    }
};

}  // namespace evsweep
