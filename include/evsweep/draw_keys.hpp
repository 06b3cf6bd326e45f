/// Draws of a charging point are found by who it is: its group and its number in there, never its row in the whole fleet.
#pragma once

#include <cstdint>
#include <vector>

#include "evsweep/population.hpp"
#include "evsweep/rng.hpp"

namespace evsweep {

/// Purpose and entity of the draws of one charging point.
struct DrawKey {
    Purpose purpose;
    std::uint32_t entity = 0;
};

/// The keys of all charging points for one purpose; by ConnectorId. A charging point of no group is known by its row.
[[nodiscard]] inline std::vector<DrawKey> draw_keys(Purpose purpose, const Connectors& connectors) {
    std::vector<Purpose> of_group;
    for (const std::string& group : connectors.groups) of_group.push_back(purpose.in(group));
    std::vector<DrawKey> keys;
    for (std::size_t c = 0; c < connectors.size(); ++c) {
        const bool has_group = c < connectors.group.size();
        keys.push_back(has_group ? DrawKey{of_group[connectors.group[c]], connectors.number[c]}
                                 : DrawKey{purpose, static_cast<std::uint32_t>(c)});
    }
    return keys;
}

}  // namespace evsweep
