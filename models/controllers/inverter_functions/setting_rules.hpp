/// What completes the settings of `inverter_functions` by category, and what must hold between them (ranges of the standard).
#pragma once

#include <optional>
#include <string>

#include "controllers/inverter_functions/params.hpp"

namespace evsweep::inverter_settings {

inline constexpr double rounding = 1e-9;  ///< of sums of settings

void complete(InverterFunctionsParams& p);
void complete(TripParams& p);
void add_relations(Schema<InverterFunctionsParams>& schema);

/// Table 9: P1, P2 and P3 are at least a tenth apart. `prefix` is that of the fields.
[[nodiscard]] std::optional<Contradiction> wrong_watt_points(Fraction p1, Fraction p2, Fraction p3, const std::string& prefix);
/// Tables 11 to 13.
[[nodiscard]] std::optional<Contradiction> wrong_trip(const TripParams& p);

}  // namespace evsweep::inverter_settings
