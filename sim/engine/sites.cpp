#include "sim/engine/sites.hpp"

#include <algorithm>

namespace evsweep {

namespace {

/// By group of the connectors: whether the site counts it.
std::vector<std::uint8_t> counted_groups(const SitePlan& site, const Connectors& connectors) {
    std::vector<std::uint8_t> counted;
    for (const std::string& group : connectors.groups)
        counted.push_back(site.groups.empty() || std::count(site.groups.begin(), site.groups.end(), group) > 0 ? 1 : 0);
    return counted;
}

}  // namespace

std::vector<Site> sites_of(std::span<const SitePlan> sites, const Connectors& connectors) {
    std::vector<Site> filled;
    for (const SitePlan& site : sites) {
        filled.push_back(site.site);
        const std::vector<std::uint8_t> counted = counted_groups(site, connectors);
        for (std::size_t c = 0; c < connectors.size(); ++c) {
            if (site.at_bus[connectors.bus[c].index()] == 0 || connectors.is_generator(ConnectorId(c))) continue;
            const bool has_group = c < connectors.group.size();
            if (has_group ? counted[connectors.group[c]] != 0 : site.groups.empty()) filled.back().connectors.emplace_back(c);
        }
    }
    return filled;
}

}  // namespace evsweep
