/// Events that a study names itself: that a KPI is above or below a value, so that its probability is told with an interval.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "evsweep/schema.hpp"
#include "outputs/kpi_tally.hpp"

namespace evsweep::kpi {

/// An entry of `events`: exactly one of the bounds is given, in the unit of the KPI.
struct EventChoice {
    std::string kpi;
    std::optional<double> above;
    std::optional<double> below;
    static const Schema<EventChoice>& schema();
};

/// One event each, 1 where the KPI is beyond the bound and NaN where it is not known. Throws ContractViolation, in words for
/// people, where there is no such KPI, or where an event has the name of one.
[[nodiscard]] std::vector<Kpi> chosen_events(const std::map<std::string, EventChoice>& choices, const std::vector<Kpi>& known);

}  // namespace evsweep::kpi
