/// The aggregator's problem as numbers: prices, limits of the group's power, and the stays that it may charge and discharge.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace evsweep {

/// One stay, in whole steps of the plan. Powers are at the grid side, energies in the battery.
struct ProfitStay {
    std::uint32_t first = 0;  ///< the first step that it is there for all of
    std::uint32_t end = 0;    ///< one past the last such step
    double energy_kwh = 0.0;  ///< at the beginning of `first`
    double target_kwh = 0.0;  ///< wanted at the end of step `end` - 1
    double lowest_kwh = 0.0;  ///< no discharging below it
    double highest_kwh = 0.0;
    double charge_kw = 0.0;           ///< full power drawn
    double discharge_kw = 0.0;        ///< full power returned; 0: charging only
    double stored_per_drawn = 1.0;    ///< kWh stored per kWh drawn
    double drawn_per_returned = 1.0;  ///< kWh taken from the battery per kWh returned
};

/// Columns by step. min sum_t h [(buy_t) c_t - sell_t d_t + wear d_t] over the stays, while floor <= base_t + sum(c - d) <= cap.
struct ProfitProblem {
    double step_h = 1.0;
    double wear_per_kwh = 0.0;  ///< currency per kWh returned
    double cap_kw = std::numeric_limits<double>::infinity();
    double floor_kw = -std::numeric_limits<double>::infinity();
    std::vector<double> buy_per_kwh;  ///< currency, fees included
    std::vector<double> sell_per_kwh;
    std::vector<double> base_high_kw;  ///< largest power beside the stays within the step, with what the feeder loses
    std::vector<double> base_low_kw;   ///< smallest
    std::vector<ProfitStay> stays;
    [[nodiscard]] std::size_t steps() const { return buy_per_kwh.size(); }
};

/// A stay whose target full power cannot reach in its whole steps, and what it can.
struct LoweredTarget {
    std::size_t stay = 0;
    double wanted_kwh = 0.0;
    double reached_kwh = 0.0;
};

/// Lowers every target to what is within reach at full power, and tells which.
[[nodiscard]] std::vector<LoweredTarget> lower_targets(ProfitProblem& problem);

}  // namespace evsweep
