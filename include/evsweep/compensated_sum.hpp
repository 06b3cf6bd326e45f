/// A running sum that does not drift, however many terms it has.
#pragma once

#include <cmath>

namespace evsweep {

/// Adds up doubles together with the rounding error of every addition (TwoSum; Knuth, The Art of Computer Programming 2, 4.2.2,
/// theorem B), so that after any number of terms the sum is right to about its last digit.
class CompensatedSum {
   public:
    void add(double value) {
        const double sum = sum_ + value;
        const double taken = sum - sum_;
        lost_ += (sum_ - (sum - taken)) + (value - taken);
        sum_ = sum;
    }
    /// Infinite or NaN where a term or the sum is.
    [[nodiscard]] double value() const { return std::isfinite(lost_) ? sum_ + lost_ : sum_; }

   private:
    double sum_ = 0.0;
    double lost_ = 0.0;
};

}  // namespace evsweep
