#include "sim/engine/staircase.hpp"

#include <cmath>

#include "evsweep/contracts.hpp"

namespace evsweep {

namespace {

constexpr int parts = 10;        ///< of the way, one for each step
constexpr double last_taus = 2;  ///< length of the last step, which plays all that the exponential has left: half of it

Duration whole_ms(double ms) { return Duration(std::llround(ms)); }

}  // namespace

Staircase::Staircase(Duration tau) : tau_(tau) {
    EVSWEEP_EXPECTS(tau >= Duration::zero(), "a time constant is not negative");
    begin_.push_back(Duration::zero());
    if (tau == Duration::zero()) return;
    const auto tau_ms = static_cast<double>(tau.count());
    for (int part = 1; part <= parts; ++part) {
        const bool is_last = part == parts;
        const double from_ms = static_cast<double>(begin_.back().count());
        const Duration until = is_last ? begin_.back() + whole_ms(last_taus * tau_ms)
                                       : whole_ms(-tau_ms * std::log(1.0 - static_cast<double>(part) / parts));
        if (until == begin_.back()) continue;  // a millisecond is longer than the step
        const double length_ms = static_cast<double>((until - begin_.back()).count());
        const double left_in_the_end = is_last ? 0.0 : left_after(until);
        left_.push_back((std::exp(-from_ms / tau_ms) - left_in_the_end) * tau_ms / length_ms);
        begin_.push_back(until);
    }
}

double Staircase::left_after(Duration time) const {
    if (tau_ == Duration::zero()) return 0.0;
    return std::exp(-static_cast<double>(time.count()) / static_cast<double>(tau_.count()));
}

}  // namespace evsweep
