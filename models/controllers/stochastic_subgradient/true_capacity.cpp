#include "controllers/stochastic_subgradient/true_capacity.hpp"

#include <algorithm>

#include "evsweep/taper.hpp"

namespace evsweep {

namespace {

/// When a vehicle that charges from `from` on, with `soc` then, has its target.
Instant full_at(const Session& stay, const Population& truth, Instant from, double soc) {
    const std::size_t v = stay.vehicle.index();
    const double rating_kw = truth.connectors.charge_rating[stay.connector.index()];
    if (soc >= stay.target_soc) return from;
    const Vehicles& of = truth.vehicles;
    const Taper taper = Taper::of(rating_kw, of.taper_knee[v], of.taper_end[v]);
    const double soc_per_kwh = of.stored_per_drawn[v] / of.capacity[v];
    return from + from_hours(taper.charging_h(rating_kw, soc, stay.target_soc, soc_per_kwh));
}

/// What the stay leaves of the charger's circle; the battery that is full within a millisecond is.
double limit_at(const Session& stay, const Population& truth, Instant now, Instant then, double soc_now) {
    const std::size_t c = stay.connector.index();
    const bool is_there = stay.plug_in < now;
    const Instant full = full_at(stay, truth, is_there ? now : stay.plug_in, is_there ? soc_now : stay.initial_soc);
    const bool charges = full > then + Duration(1);
    return reactive_limit_kvar(truth.connectors.apparent_rating[c], charges ? truth.connectors.charge_rating[c] : 0.0);
}

}  // namespace

std::vector<double> true_capacity_kvar(const std::vector<Station>& stations, const Population& truth, Instant now, Instant then,
                                       std::span<const double> soc) {
    std::vector<double> of_connector(truth.connectors.size(), 0.0);
    for (const Session& stay : truth.sessions) {
        if (stay.plug_in > then) break;  // in the order of plugging in
        const std::size_t c = stay.connector.index();
        if (stay.unplug > then) of_connector[c] = limit_at(stay, truth, now, then, soc[c]);
    }
    std::vector<double> kvar;
    for (const Station& station : stations) {
        double sum = 0.0;
        for (const ConnectorId c : station.connectors) sum += of_connector[c.index()];
        kvar.push_back(sum);
    }
    return kvar;
}

}  // namespace evsweep
