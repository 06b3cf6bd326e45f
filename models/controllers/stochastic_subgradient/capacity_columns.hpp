/// Which column of a table of capacities belongs to which station of a replica, and what does not fit together.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "controllers/stochastic_subgradient/history.hpp"
#include "controllers/stochastic_subgradient/stations.hpp"
#include "evsweep/controller.hpp"

namespace evsweep {

/// The columns by station. A station without one, and while a scenario is checked a column of no station, goes to
/// `context.issues` with its place; where there is none, a missing one is a PartyError.
[[nodiscard]] std::vector<std::size_t> columns_of(const CapacityTable& table, const std::string& path,
                                                  const std::vector<Station>& stations, const Controller::Context& context);

/// While a scenario is checked: whether the rows of `given` are those of its days. `history`: where there is one of the same
/// file.
void check_days(const GivenCapacities& given, const History* history, Duration period, const Controller::Context& context);

/// The row of `given` that holds at `t`; the last one behind its end.
[[nodiscard]] std::size_t row_at(const GivenCapacities& given, const Calendar& calendar, Instant t);

}  // namespace evsweep
