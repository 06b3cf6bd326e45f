/// How a charger that approaches its command gradually is played where powers are held from event to event.
#pragma once

#include <cstddef>
#include <vector>

#include "evsweep/time.hpp"

namespace evsweep {

/// The first-order approach exp(-t/tau) of what is left of a way, as a staircase. Each step goes the same part of the way, ends
/// on a whole millisecond and has the mean of the exponential over its own time, so that the energy of every step, and of the
/// whole way (tau times the change), is exact; what is left in the end is part of the last step. The staircase is never further
/// from the exponential than 6 % of the way, and has arrived after 4.3 tau.
class Staircase {
   public:
    /// Of no steps where `tau` is 0: the way takes no time.
    explicit Staircase(Duration tau);

    [[nodiscard]] std::size_t steps() const { return left_.size(); }
    /// When a step begins, counted from the start of the way; of `steps()` when the last one ends.
    [[nodiscard]] Duration begin(std::size_t step) const { return begin_[step]; }
    /// The share of the way that is left in a step, 0 from the last one's end on.
    [[nodiscard]] double left(std::size_t step) const { return step < left_.size() ? left_[step] : 0.0; }
    /// The share that is left after this time by the exponential itself, from where the next way begins.
    [[nodiscard]] double left_after(Duration time) const;

   private:
    Duration tau_;
    std::vector<Duration> begin_;
    std::vector<double> left_;
};

}  // namespace evsweep
