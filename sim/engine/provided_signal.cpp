#include "sim/engine/provided_signal.hpp"

namespace evsweep {

std::map<std::string_view, ProvidedSignal>& provided_signals() {
    static std::map<std::string_view, ProvidedSignal> table;
    return table;
}

std::map<std::string_view, ProvidedService>& provided_services() {
    static std::map<std::string_view, ProvidedService> table;
    return table;
}

std::size_t size_of(Extent extent, const ReplicaSite& site, const Connectors& connectors, std::size_t areas) {
    const FeederSite& feeder = site.feeder.site();
    switch (extent) {
        case Extent::feeder:
            return 1;
        case Extent::bus:
            return feeder.bus.size();
        case Extent::branch:
            return site.feeder.branches();
        case Extent::conductor:
            return feeder.conductor.size();
        case Extent::supply:
            return feeder.supply.size();
        case Extent::connector:
            return connectors.size();
        case Extent::group:
            return site.scenario.population.size();
        case Extent::area:
            return areas;
        case Extent::site:
            return site.sites.size();
    }
    return 0;
}

}  // namespace evsweep
