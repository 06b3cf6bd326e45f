/// Why there is no plan, and whose target was lowered, in words.
#pragma once

#include <string>

#include "controllers/aggregator_profit/feeder_room.hpp"

namespace evsweep {

/// "a cap of 200 kW cannot be kept: at 20:00 on 2024-02-13 base load and losses are 250 kW, 50 kW above it, and ...".
[[nodiscard]] std::string reason_of(const HopelessStep& step, const ProfitProblem& problem, const StepWindow& window,
                                    const Calendar& calendar);

/// Of a problem that the solver found infeasible: the least cap, or the highest floor, under which there is a plan.
[[nodiscard]] std::string reason_of_infeasible(const ProfitProblem& problem, const LinearOptions& options);

/// "vehicle 12 cannot reach its target: 54 kWh are wanted at 07:00 on ..., 31.2 kWh is what 3 steps at 7.4 kW lead to".
[[nodiscard]] std::string text_of(const LoweredTarget& lowered, const ReservedStay& stay, const StepWindow& window,
                                  const Calendar& calendar);

}  // namespace evsweep
