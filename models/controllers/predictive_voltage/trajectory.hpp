/// What the members of predictive voltage control tell one another: a measurement and a plan.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "evsweep/time.hpp"

namespace evsweep {

/// The longest horizon that a message has room for, in periods.
inline constexpr std::size_t longest_horizon = 12;

/// A power in the present period and the ones after it; only the first `horizon` of them mean something.
using Plan = std::array<double, longest_horizon>;

/// One message, on topic `trajectory`.
struct Trajectory {
    std::uint32_t connector = 0;  ///< whose it is
    Instant measured{};           ///< the period that the message speaks of begins here
    double voltage_pu = 1.0;      ///< at the connection point, while `p_kw` and `q_kvar` were in force
    double p_kw = 0.0;
    double q_kvar = 0.0;
    Instant unplug{};        ///< as the driver has stated it; the plans are 0 from then on
    bool is_plugged = true;  ///< false: the vehicle has left, and its charger draws nothing
    Plan p_plan_kw{};
    Plan q_plan_kvar{};
};

/// The place in a plan of `horizon` periods of the period `l` of somebody who reads it `age` periods later; its last value holds.
[[nodiscard]] inline std::size_t shifted(std::size_t l, std::int64_t age, std::size_t horizon) {
    return std::min(l + static_cast<std::size_t>(age), horizon - 1);
}

}  // namespace evsweep
