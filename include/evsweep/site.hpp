/// Sites: parts of the feeder with a limit of their own, such as a house, a car park, or what is behind a transformer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "evsweep/ids.hpp"

namespace evsweep {

/// A site in one replica. Which sites there are, and their limits, is the same in every replica; which charging points stand in
/// them may be drawn.
struct Site {
    std::string name;
    double limit_kw = 0.0;                ///< most that it may draw
    std::vector<ConnectorId> connectors;  ///< charging points that count, ascending
    std::vector<std::uint32_t> loads;     ///< base loads that count, as places in FeederSite::loads; empty: none do
};

}  // namespace evsweep
