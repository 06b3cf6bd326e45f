// Signals of sites: what each may draw, and what it draws.
#include <algorithm>
#include <vector>

#include "sim/engine/provided_signal.hpp"
#include "sim/engine/sites.hpp"

namespace evsweep {

namespace {

SignalReader limit(const World& world) {
    std::vector<double> kw;
    for (const SitePlan& site : world.site.sites) kw.push_back(site.site.limit_kw);
    return [kw = std::move(kw)](World&) { return std::span<const double>(kw); };
}

/// Base loads at nominal voltage, as drawn for the replica.
double base_load_kw(const World& w, const Site& site, std::size_t step) {
    double kw = 0.0;
    for (const std::uint32_t load : site.loads) kw += w.site.feeder.loads()[load].p_kw * w.base_load.scale(step, load);
    return kw;
}

SignalReader power(const World& world) {
    return [sites = sites_of(world.site.sites, world.population.connectors),
            kw = std::vector<double>(world.site.sites.size())](World& w) mutable {
        const auto k = static_cast<std::size_t>(w.now.time_since_epoch() / w.site.scenario.time.step);
        const std::size_t step = std::min(k, w.site.base.steps() - 1);
        const auto p_kw = w.fleet.p_kw();
        for (std::size_t s = 0; s < sites.size(); ++s) {
            kw[s] = base_load_kw(w, sites[s], step);
            for (const ConnectorId c : sites[s].connectors) kw[s] += p_kw[c.index()];
        }
        return std::span<const double>(kw);
    };
}

const bool registered[] = {
    provide_column(signals::site_limit, Origin::given, limit),
    provide(signals::site_power, Origin::batteries, power),
};

}  // namespace

}  // namespace evsweep
