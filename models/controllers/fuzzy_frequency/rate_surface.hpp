/// The rules of `fuzzy_frequency`: from a frequency signal and a state of charge to a share of full charging power.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace evsweep {

/// Degrees of membership of a state of charge in L, M and H.
struct ChargeDegrees {
    std::array<double, 3> degrees{};
};

/// L: 1 below 0.25, 0 from 0.5; M: triangle 0.25, 0.55, 0.85; H: 0 up to 0.6, 1 from 0.9. `soc` is a share of capacity.
[[nodiscard]] inline ChargeDegrees charge_degrees(double soc) {
    return {{std::clamp((0.5 - soc) / 0.25, 0.0, 1.0), std::max(0.0, 1.0 - std::abs(soc - 0.55) / 0.3),
             std::clamp((soc - 0.6) / 0.3, 0.0, 1.0)}};
}

/// The rules' shares for one signal, still apart by state of charge. Sugeno's fuzzy inference of order 0 with product and
/// weighted mean (Takagi and Sugeno, IEEE Trans. Syst. Man Cybern. 15, 1985): as the degrees of the signal's five terms add up
/// to 1, the rules of a row may be joined first, once for all vehicles that share the signal.
class SignalRates {
   public:
    /// `saturation_hz` is where the outer terms NB and PB have degree 1; `signal_hz` is positive where power is too much.
    SignalRates(double signal_hz, double saturation_hz) {
        const double place = 2.0 + 2.0 * std::clamp(signal_hz / saturation_hz, -1.0, 1.0);
        const auto lower = std::min<std::size_t>(static_cast<std::size_t>(place), rules.size() - 2);
        const double upper_degree = place - static_cast<double>(lower);
        for (std::size_t j = 0; j < rates_.size(); ++j)
            rates_[j] = (1.0 - upper_degree) * rules[lower][j] + upper_degree * rules[lower + 1][j];
    }

    /// Share of full charging power at `soc`, in [0, 1].
    [[nodiscard]] double at(double soc) const {
        const auto [degrees] = charge_degrees(soc);
        double weighted = 0.0, weight = 0.0;
        for (std::size_t j = 0; j < degrees.size(); ++j) {
            weighted += degrees[j] * rates_[j];
            weight += degrees[j];
        }
        return weighted / weight;
    }

   private:
    /// Rows NB, NS, Z, PS, PB of the signal; columns L, M, H of the state of charge.
    static constexpr std::array<std::array<double, 3>, 5> rules{
        {{0.10, 0.00, 0.00}, {0.45, 0.30, 0.15}, {0.65, 0.60, 0.50}, {0.90, 0.85, 0.80}, {1.00, 1.00, 0.95}}};

    std::array<double, 3> rates_{};
};

}  // namespace evsweep
