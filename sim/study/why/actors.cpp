#include "sim/study/why/actors.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "evsweep/stationary.hpp"
#include "sim/study/why/base_by_bus.hpp"

namespace evsweep {

namespace {

/// Puts actors together at one moment.
class ActorList {
   public:
    ActorList(const LoadedStudy& study, const Population& population, const Moment& moment)
        : study_(study), population_(population), moment_(moment), ports_(*study.network, population.connectors) {}

    std::vector<Actor> list() {
        for (std::size_t c = 0; c < population_.connectors.size(); ++c) add_connector(ConnectorId(c));
        add_base_loads();
        return std::move(actors_);
    }

   private:
    void add_connector(ConnectorId c) {
        Actor actor;
        actor.connector = c;
        actor.bus = population_.connectors.bus[c.index()];
        actor.p_kw = moment_.p_kw[c.index()];
        actor.q_kvar = moment_.q_kvar[c.index()];
        const bool is_idle = actor.p_kw == 0.0 && actor.q_kvar == 0.0;
        if (population_.connectors.is_generator(c)) {
            if (is_idle) return;
            actor.kind = ActorKind::generator;
            actor.number = static_cast<std::uint32_t>(c.index());
        } else {
            const auto vehicle = occupant_at(population_, c, moment_.at);
            if (!vehicle) return;
            actor.kind = is_battery(c) ? ActorKind::battery : ActorKind::vehicle;
            actor.number = static_cast<std::uint32_t>(vehicle->index());
        }
        const auto places = ports_.places(c);
        const double part = 1.0 / static_cast<double>(places.size());
        for (const std::uint32_t place : places)
            if (!is_idle) actor.draws.push_back({place, actor.p_kw * part, actor.q_kvar * part});
        actors_.push_back(std::move(actor));
    }

    [[nodiscard]] bool is_battery(ConnectorId c) const {
        return std::any_of(population_.sessions.begin(), population_.sessions.end(),
                           [c](const Session& s) { return s.connector == c && never_leaves(s); });
    }

    void add_base_loads() {
        const std::vector<double> p = base_by_place(ports_, moment_.port_kw, moment_.p_kw);
        const std::vector<double> q = base_by_place(ports_, moment_.port_kvar, moment_.q_kvar);
        const std::vector<BusId> bus = bus_of_places(*study_.network->swept());
        std::vector<Actor> by_bus(study_.feeder->buses());
        for (std::uint32_t place = 0; place < bus.size(); ++place) {
            if (p[place] == 0.0 && q[place] == 0.0) continue;
            Actor& actor = by_bus[bus[place].index()];
            actor.number = static_cast<std::uint32_t>(bus[place].index());
            actor.bus = bus[place];
            actor.draws.push_back({place, p[place], q[place]});
            actor.p_kw += p[place];
            actor.q_kvar += q[place];
        }
        for (Actor& actor : by_bus)
            if (!actor.draws.empty()) actors_.push_back(std::move(actor));
    }

    const LoadedStudy& study_;
    const Population& population_;
    const Moment& moment_;
    ChargingPorts ports_;
    std::vector<Actor> actors_;
};

/// Sets the factors of the loads at a bus to zero, for the whole time.
void silence_loads(const Feeder& feeder, Duration horizon, BusId bus, LoadFactors& factors) {
    const auto loads = feeder.loads();
    if (!factors.vary()) {
        factors.every = horizon;
        factors.loads = loads.size();
        factors.factor.assign(loads.size(), 1.0);
    }
    for (std::size_t k = 0; k < factors.factor.size(); ++k)
        if (loads[k % loads.size()].bus == bus) factors.factor[k] = 0.0;
}

void silence_generator(ConnectorId c, Population& population) {
    Availability none(population.availability.empty() ? 0 : population.availability.front().size(), 0.0);
    population.availability.push_back(std::move(none));
    population.connectors.availability[c.index()] = static_cast<std::uint32_t>(population.availability.size() - 1);
}

}  // namespace

std::string_view name_of(ActorKind kind) {
    constexpr std::string_view names[] = {"vehicle", "battery", "generator", "base load"};
    return names[static_cast<std::size_t>(kind)];
}

std::string Actor::text(const FeederSite& feeder) const {
    if (kind == ActorKind::base_load) return (p_kw < 0.0 ? "feed-in at bus " : "loads at bus ") + feeder.bus[bus.index()];
    return std::string(name_of(kind)) + " " + std::to_string(number);
}

std::string Actor::wires(const SweptNetwork& network) const {
    const FeederSite& site = network.feeder().site();
    const DrawingPlaces& places = network.places();
    std::set<Conductor> seen;
    const auto note = [&](std::uint32_t conductor) {
        if (conductor < site.conductor.size() && site.conductor[conductor] != Conductor::n)
            seen.insert(site.conductor[conductor]);
    };
    for (const PlacePower& draw : draws) {
        if (draw.place < places.conductors.size()) {
            note(places.conductors[draw.place]);
            continue;
        }
        const std::size_t k = draw.place - places.conductors.size();
        const Port& port = k < places.load_ports ? network.feeder().load_ports()[k] : places.extra[k - places.load_ports];
        note(port.plus), note(port.minus);
    }
    std::string text;
    for (const Conductor wire : seen) text += (text.empty() ? "" : "-") + std::string(name_of(wire));
    return text;
}

std::vector<Actor> actors_of(const LoadedStudy& study, const Population& population, const Moment& moment) {
    return ActorList(study, population, moment).list();
}

std::optional<VehicleId> occupant_at(const Population& population, ConnectorId c, Instant at) {
    for (const Session& session : population.sessions)
        if (session.connector == c && session.plug_in <= at && at < session.unplug) return session.vehicle;
    return std::nullopt;
}

std::function<void(Population&)> without(const LoadedStudy& study, const Actor& actor) {
    switch (actor.kind) {
        case ActorKind::vehicle:
        case ActorKind::battery:
            return [vehicle = VehicleId(actor.number)](Population& population) {
                std::erase_if(population.sessions, [vehicle](const Session& s) { return s.vehicle == vehicle; });
            };
        case ActorKind::generator:
            return [c = ConnectorId(actor.number)](Population& population) { silence_generator(c, population); };
        case ActorKind::base_load:
            return [feeder = study.feeder, horizon = study.scenario.time.duration, bus = actor.bus](Population& population) {
                silence_loads(*feeder, horizon, bus, population.load_factors);
            };
    }
    return {};
}

void leave_out_vehicles(Population& population) {
    std::erase_if(population.sessions, [](const Session& s) { return !never_leaves(s); });
}

}  // namespace evsweep
