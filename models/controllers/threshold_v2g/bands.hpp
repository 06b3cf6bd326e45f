/// Turns signals into opinions (charge, idle, discharge) by bands with hysteresis, for the `threshold_v2g` controller.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

namespace evsweep {

/// What a signal, or a connector, is for.
enum class Action : std::int8_t { discharge = -1, idle = 0, charge = 1 };

/// Two thresholds of one signal. A signal whose low side means trouble (voltage) discharges below `low` and charges
/// above `high`; one whose high side means trouble (demand, price) the other way round.
struct Band {
    enum class Trouble : std::uint8_t { low, high };

    double low = 0.0;
    double high = 0.0;
    double hysteresis = 0.0;  ///< how far beyond a threshold a band is left again
    Trouble trouble = Trouble::low;

    /// The opinion on `value` after the opinion `before`: a band once entered is left only `hysteresis` behind its
    /// threshold. A value that is not a number (nothing metered yet) leaves the opinion as it was.
    [[nodiscard]] Action opinion(double value, Action before) const {
        const Action below = trouble == Trouble::low ? Action::discharge : Action::charge;
        const Action above = trouble == Trouble::low ? Action::charge : Action::discharge;
        if (value <= low) return below;
        if (value >= high) return above;
        if (before == below && value <= low + hysteresis) return below;
        if (before == above && value >= high - hysteresis) return above;
        return value > low && value < high ? Action::idle : before;
    }

    /// Values strictly between the two leave the opinion `before` as it was.
    struct Hold {
        double above = 0.0;
        double below = 0.0;
    };
    [[nodiscard]] Hold hold(Action before) const {
        constexpr double infinity = std::numeric_limits<double>::infinity();
        if (before == Action::idle) return {low, high};
        const bool is_low_side = (before == Action::discharge) == (trouble == Trouble::low);
        return is_low_side ? Hold{-infinity, std::min(high, low + hysteresis)} : Hold{std::max(low, high - hysteresis), infinity};
    }
};

}  // namespace evsweep
