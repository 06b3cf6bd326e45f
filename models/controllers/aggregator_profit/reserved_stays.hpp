/// The stays that an aggregator plans for: those there and those to come, as reserved, in whole steps of the plan.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "controllers/aggregator_profit/params.hpp"
#include "controllers/aggregator_profit/profit_problem.hpp"
#include "evsweep/charging_need.hpp"
#include "evsweep/step_window.hpp"
#include "solvers/linear_program/linear_program.hpp"

namespace evsweep {

/// A stay with where it is and whose.
struct ReservedStay {
    ConnectorId connector{};
    std::uint32_t session = 0;  ///< index into the fleet's sessions
    std::uint32_t vehicle = 0;  ///< as results number vehicles
    bool goes_on = false;       ///< beyond the window
    ProfitStay stay{};
};

/// All stays of `own` connectors with at least one whole step in the window, in the order of the fleet's sessions. Those that are
/// there have their present state of charge. A stay that goes on after the window wants its target at the window's end.
[[nodiscard]] std::vector<ReservedStay> reserved_stays(const ChargingView& seen, const Population& fleet,
                                                       const std::vector<ConnectorId>& own, const StepWindow& window,
                                                       const AggregatorProfitParams& params);

/// Of two plans of the same stays: where the later one may begin to look, from where the earlier one ended.
[[nodiscard]] LinearBasis basis_from(const std::vector<ReservedStay>& earlier, const LinearBasis& known,
                                     const std::vector<ReservedStay>& now, std::size_t steps_ago);

}  // namespace evsweep
