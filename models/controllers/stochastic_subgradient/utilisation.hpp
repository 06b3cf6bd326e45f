/// What stations tell one another while they plan reactive power together: one number per iteration, twice.
#pragma once

#include <cstdint>

#include "evsweep/exchange.hpp"
#include "evsweep/time.hpp"

namespace evsweep {

/// What the number of a message is.
enum class Announced : std::uint8_t {
    change,     ///< kvar: what the station would draw, less what was in force when voltages were measured
    deviation,  ///< pu: the voltage at the station less 1, with the changes that it has heard of
};

/// One message, on topic `utilisation`.
struct Utilisation {
    Instant planned_at{};         ///< the plan that it belongs to was begun then
    std::uint32_t iteration = 0;  ///< from 0
    Announced what = Announced::change;
    double value = 0.0;
};

inline constexpr Topic<Utilisation> utilisation{"utilisation"};

}  // namespace evsweep
