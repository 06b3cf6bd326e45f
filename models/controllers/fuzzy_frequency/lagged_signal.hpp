/// A first-order filter of a signal that is read now and then.
#pragma once

#include <cmath>

namespace evsweep {

/// T y' = x - y, exact for an x that is linear between two readings. Begins with y = x = 0.
class LaggedSignal {
   public:
    /// `time_s` is T in seconds; 0: the signal itself.
    explicit LaggedSignal(double time_s) : time_s_(time_s) {}

    /// The filter's output at a reading `x`, `since_s` > 0 after the one before.
    double read(double x, double since_s) {
        if (time_s_ > 0.0) {
            const double kept = std::exp(-since_s / time_s_);
            const double of_new = 1.0 - (1.0 - kept) * time_s_ / since_s;
            y_ = kept * y_ + of_new * x + (1.0 - kept - of_new) * last_;
        } else {
            y_ = x;
        }
        last_ = x;
        return y_;
    }
    [[nodiscard]] double value() const { return y_; }

   private:
    double time_s_;
    double y_ = 0.0;
    double last_ = 0.0;
};

}  // namespace evsweep
