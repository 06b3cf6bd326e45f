/// Stations: the charging points of one group with the same wires at the same bus, which plan as one.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "evsweep/population.hpp"

namespace evsweep {

/// One member of the topic.
struct Station {
    std::string name;  ///< bus, wires and group: "701.ca.work"; bus and group where chargers have no wires named
    std::vector<ConnectorId> connectors;  ///< ascending
    double rated_kvar = 0.0;              ///< of all its chargers together, while none of them charges
};

/// The stations of these charging points, in the order of their first ones. `buses`: names by BusId.
[[nodiscard]] std::vector<Station> stations_of(const std::vector<ConnectorId>& own, const Connectors& connectors,
                                               const std::vector<std::string>* buses);

/// Largest reactive power (kvar) beside `p_kw` within the circle of `apparent_kva`.
[[nodiscard]] inline double reactive_limit_kvar(double apparent_kva, double p_kw) {
    return std::sqrt(std::max(0.0, apparent_kva * apparent_kva - p_kw * p_kw));
}

}  // namespace evsweep
