/// Sites of a study, and the charging points that one replica has in each of them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "evsweep/population.hpp"
#include "evsweep/site.hpp"

namespace evsweep {

/// What is the same about a site in all replicas.
struct SitePlan {
    Site site;                         ///< without connectors, which a replica draws
    std::vector<std::uint8_t> at_bus;  ///< by BusId: 1 where its charging points stand
    std::vector<std::string> groups;   ///< of the population; none: all
};

/// The sites with the charging points that these connectors have there. Generators are no charging points.
[[nodiscard]] std::vector<Site> sites_of(std::span<const SitePlan> sites, const Connectors& connectors);

}  // namespace evsweep
