/// Small feeders as plug-ins see them, for the tests of models.
#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "evsweep/feeder_site.hpp"
#include "sim/network/build/supply_voltages.hpp"

namespace evsweep {

/// One bus of a made-up feeder.
struct SiteBus {
    std::string name{};
    std::string bus_class{};
    double load_kw = 0.0;
    std::vector<Conductor> conductors{Conductor::balanced};
    double rating_a = HUGE_VAL;  ///< of the branch that feeds it
    BranchKind fed_by = BranchKind::line;
};

/// Every bus fed from the one before it, by a branch named after both.
inline FeederSite make_site(const std::vector<SiteBus>& buses, double nominal_v) {
    FeederSite site;
    for (const SiteBus& bus : buses) {
        const auto k = static_cast<std::uint32_t>(site.bus.size());
        if (k > 0) {
            site.branch.push_back(site.bus.back() + "-" + bus.name);
            site.branch_kind.push_back(bus.fed_by);
        }
        site.bus.push_back(bus.name);
        site.bus_class.push_back(bus.bus_class);
        site.load_kw.push_back(bus.load_kw);
        site.nominal_v.push_back(nominal_v);
        site.first_conductor.push_back(static_cast<std::uint32_t>(site.conductor.size()));
        for (const Conductor c : bus.conductors) {
            const double per_wire = c == Conductor::balanced ? 1.0 : c >= Conductor::s1 ? 0.5 : 1.0 / std::sqrt(3.0);
            site.conductor.push_back(c);
            site.bus_of_conductor.push_back(k);
            site.base_v.push_back(nominal_v * per_wire);
            site.rating_a.push_back(bus.rating_a);
        }
    }
    site.first_conductor.push_back(static_cast<std::uint32_t>(site.conductor.size()));
    site.supply = supply_voltages(site, std::vector<bool>(site.conductor.size(), true));
    return site;
}

}  // namespace evsweep
