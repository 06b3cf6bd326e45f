/// The largest and the smallest value that was seen, and when.
#pragma once

#include "evsweep/time.hpp"
#include "outputs/rounding.hpp"
#include "outputs/snapshot_values.hpp"

namespace evsweep::kpi {

/// The largest value seen and when it was first reached, NaN while nothing was seen. Neither a rise that is no more than rounding
/// nor the order of sums decides when a flat maximum is said to be.
struct Highest {
    double value = not_a_number;
    Instant when{};
    /// Whether it was reached now.
    bool see(double candidate, Instant now) {
        if (!is_beyond_rounding(noted_, candidate)) {
            if (candidate > value) value = candidate;
            return false;
        }
        value = noted_ = candidate;
        when = now;
        return true;
    }

   private:
    double noted_ = not_a_number;  ///< the value at `when`
};

/// The smallest value seen, likewise.
struct Lowest {
    double value = not_a_number;
    Instant when{};
    bool see(double candidate, Instant now) {
        if (!is_beyond_rounding(candidate, noted_)) {
            if (candidate < value) value = candidate;
            return false;
        }
        value = noted_ = candidate;
        when = now;
        return true;
    }

   private:
    double noted_ = not_a_number;
};

}  // namespace evsweep::kpi
