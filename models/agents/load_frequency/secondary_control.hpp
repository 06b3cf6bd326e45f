/// Secondary control (AGC) of one area: from the area control error to the set-point of its governor.
#pragma once

#include <algorithm>
#include <optional>

namespace evsweep {

/// Proportional and integral part, taken once per cycle.
struct SecondarySettings {
    double cycle_s = 4.0;
    double proportional = 0.0;
    double integral_per_s = 0.0;
    std::optional<double> ramp_pu_per_s{};  ///< largest change of the set-point; none: no limit
    double windup_band_pu = 0.05;           ///< where the ramp limits, the integral stays this near to the set-point
};

/// One area's set-point in pu of its base. At each cycle, with the error e (positive: too little power):
///
///     I += Ki e cycle,   set moves towards Kp e + I, by no more than ramp * cycle
class SecondaryControl {
   public:
    explicit SecondaryControl(const SecondarySettings& settings) : settings_(settings) {}

    /// One cycle with `error_pu`, in pu of the base: -ACE, and what was asked of others in addition. Returns the set-point.
    double act(double error_pu) {
        integral_ += settings_.integral_per_s * error_pu * settings_.cycle_s;
        const double wanted = settings_.proportional * error_pu + integral_;
        setpoint_ = settings_.ramp_pu_per_s ? limited(wanted, *settings_.ramp_pu_per_s * settings_.cycle_s) : wanted;
        return setpoint_;
    }
    [[nodiscard]] double setpoint_pu() const { return setpoint_; }

   private:
    /// The set-point after at most `reach` of its way to `wanted`.
    double limited(double wanted, double reach) {
        const double moved = std::clamp(wanted, setpoint_ - reach, setpoint_ + reach);
        if (moved != wanted)
            integral_ = std::clamp(integral_, moved - settings_.windup_band_pu, moved + settings_.windup_band_pu);
        return moved;
    }

    SecondarySettings settings_;
    double integral_ = 0.0;
    double setpoint_ = 0.0;
};

}  // namespace evsweep
