#include "behaviours/placement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <set>

namespace evsweep {

namespace {

std::optional<Contradiction> misfit(const Placement& p) {
    const auto belongs = [](const char* field, const char* rule) {
        return Contradiction{field, "does not belong to this rule", std::string("remove it, or use rule: ") + rule};
    };
    if (!p.buses.empty() && p.rule != PlacementRule::round_robin) return belongs("buses", "round_robin");
    if (!p.counts.empty() && p.rule != PlacementRule::counts) return belongs("counts", "counts");
    if (!p.bus_class.empty() && p.rule != PlacementRule::bus_class && p.rule != PlacementRule::loads)
        return belongs("class", "class or loads");
    if (p.share.value() < 1.0 && p.rule != PlacementRule::loads) return belongs("share", "loads");
    if (p.phase && !chooses_phase(p.connection))
        return Contradiction{"phase", "needs a connection that leaves a choice",
                             "add connection: single_phase, two_phase or between_phases"};
    if (p.rule == PlacementRule::round_robin && p.buses.empty())
        return Contradiction{"buses", "is missing", "list the buses that take turns"};
    if (p.rule == PlacementRule::counts && p.counted() == 0)
        return Contradiction{"counts", "places nothing", "give at least one bus with a count above 0"};
    if (p.rule == PlacementRule::bus_class && p.bus_class.empty())
        return Contradiction{"class", "is missing", "name the class of buses"};
    return std::nullopt;
}

/// Where a group's placement stands in the scenario, for what is wrong with it on this feeder.
class Trouble {
   public:
    explicit Trouble(const Behaviour::Context& context) : context_(context) {}
    void report(const std::string& problem, const std::string& hint) {
        context_.issues->error(context_.at, "population." + context_.group + ".placement", problem, hint);
        any_ = true;
    }
    [[nodiscard]] bool any() const { return any_; }

   private:
    const Behaviour::Context& context_;
    bool any_ = false;
};

std::optional<BusId> find_bus(const std::string& name, const FeederSite& feeder, Trouble& trouble) {
    const auto found = std::find(feeder.bus.begin(), feeder.bus.end(), name);
    if (found != feeder.bus.end()) return BusId(static_cast<std::size_t>(found - feeder.bus.begin()));
    trouble.report("unknown bus '" + name + "'", did_you_mean(name, feeder.bus));
    return std::nullopt;
}

std::vector<BusId> buses_named(const std::vector<std::string>& names, const FeederSite& feeder, Trouble& trouble) {
    std::vector<BusId> buses;
    for (const auto& name : names)
        if (const auto bus = find_bus(name, feeder, trouble)) buses.push_back(*bus);
    return buses;
}

std::vector<BusId> buses_of_class(const std::string& name, const FeederSite& feeder, Trouble& trouble) {
    std::vector<BusId> buses;
    for (std::size_t b = 0; b < feeder.bus.size(); ++b)
        if (feeder.bus_class[b] == name) buses.emplace_back(b);
    if (!buses.empty()) return buses;
    std::set<std::string> known(feeder.bus_class.begin(), feeder.bus_class.end());
    known.erase("");
    trouble.report("the feeder has no bus of class '" + name + "'", did_you_mean(name, {known.begin(), known.end()}));
    return buses;
}

std::vector<BusId> in_turn(const std::vector<BusId>& buses, std::size_t count) {
    std::vector<BusId> places;
    for (std::size_t i = 0; i < count && !buses.empty(); ++i) places.push_back(buses[i % buses.size()]);
    return places;
}

/// `count` places in sweep order, shared out by a weight per bus.
std::vector<BusId> by_weight(std::size_t count, const std::vector<double>& weights, Trouble& trouble) {
    std::vector<BusId> places;
    if (std::none_of(weights.begin(), weights.end(), [](double w) { return w > 0.0; })) {
        if (!trouble.any()) trouble.report("the feeder has no load to follow", "use another rule, e.g. round_robin");
        return places;
    }
    const auto shares = apportion(count, weights);
    for (std::size_t b = 0; b < shares.size(); ++b) places.insert(places.end(), shares[b], BusId(b));
    return places;
}

std::vector<double> counts_by_bus(const Placement& placement, const FeederSite& feeder, Trouble& trouble) {
    std::vector<double> weights(feeder.bus.size(), 0.0);
    for (const auto& [name, count] : placement.counts)
        if (const auto bus = find_bus(name, feeder, trouble)) weights[bus->index()] = count;
    return weights;
}

std::vector<double> load_by_bus(const FeederSite& feeder) {
    std::vector<double> weights = feeder.load_kw;
    for (double& w : weights) w = std::max(w, 0.0);
    return weights;
}

/// Loads that a vehicle may live at, as places in FeederSite::loads.
std::vector<std::size_t> homes(const Placement& placement, const FeederSite& feeder) {
    std::vector<std::size_t> loads;
    for (std::size_t l = 0; l < feeder.loads.size(); ++l) {
        const SiteLoad& load = feeder.loads[l];
        const bool in_class = placement.bus_class.empty() || feeder.bus_class[load.bus.index()] == placement.bus_class;
        if (load.p_kw > 0.0 && in_class) loads.push_back(l);
    }
    return loads;
}

/// The first `count` of all homes in an order that the study's seed draws once for all shares and replicas.
std::vector<std::size_t> drawn_homes(const Placement& placement, std::size_t count, const Behaviour::Context& context,
                                     Trouble& trouble) {
    std::vector<std::size_t> loads = homes(placement, *context.feeder);
    const double there = std::floor(asked_number(placement, *context.feeder) + 0.5);
    if (loads.empty()) {
        const auto of_class = placement.bus_class.empty() ? "" : " at buses of class '" + placement.bus_class + "'";
        trouble.report("the feeder has no loads" + of_class, "use another rule, e.g. round_robin");
        return {};
    }
    if (static_cast<double>(count) > there) {
        trouble.report(fmt::format("there are {} loads for {} charging points", there, count),
                       "rule loads places one at each load: raise share, or place fewer");
        return {};
    }
    const Rng rng(context.seed, 0);
    const Purpose purpose = Purpose("home").in(context.group);
    std::vector<double> lot(context.feeder->loads.size());
    for (const std::size_t l : loads) lot[l] = rng.uniform(purpose, static_cast<std::uint32_t>(l));
    std::stable_sort(loads.begin(), loads.end(), [&](std::size_t a, std::size_t b) { return lot[a] < lot[b]; });
    loads.resize(count);
    return loads;
}

std::vector<BusId> buses_for(const Placement& placement, std::size_t count, const FeederSite& feeder, Trouble& trouble) {
    switch (placement.rule) {
        case PlacementRule::round_robin:
            return in_turn(buses_named(placement.buses, feeder, trouble), count);
        case PlacementRule::counts:
            return by_weight(count, counts_by_bus(placement, feeder, trouble), trouble);
        case PlacementRule::bus_class:
            return in_turn(buses_of_class(placement.bus_class, feeder, trouble), count);
        case PlacementRule::load:
            return by_weight(count, load_by_bus(feeder), trouble);
        case PlacementRule::loads:
            break;  // has loads, see drawn_homes
    }
    return {};
}

}  // namespace

std::vector<std::pair<std::string, PlacementRule>> names_of(PlacementRule) {
    return {{"round_robin", PlacementRule::round_robin},
            {"counts", PlacementRule::counts},
            {"class", PlacementRule::bus_class},
            {"load", PlacementRule::load},
            {"loads", PlacementRule::loads}};
}

const Schema<Placement>& Placement::schema() {
    static const Schema<Placement> schema =
        Schema<Placement>("which bus each charging point stands at")
            .required("rule", &Placement::rule,
                      "in turn over a list, by counts, evenly over a class of buses, in proportion to nominal load, or one at "
                      "each load")
            .optional("buses", &Placement::buses, "round_robin: charging point i stands at bus (i mod n) of this list")
            .optional("counts", &Placement::counts, "counts: number of charging points by bus", at_least(0))
            .optional("class", &Placement::bus_class,
                      "class: evenly over the buses of this class, in sweep order; loads: only loads at such buses")
            .optional("share", &Placement::share,
                      "loads: share of the loads that get one charging point each, drawn by the seed; a larger share keeps "
                      "the places of a smaller one",
                      between(0.0, 1.0))
            .optional("connection", &Placement::connection,
                      "wires at an unbalanced feeder: all phases of the bus, one, two or three of them to neutral or earth, "
                      "both legs of a split phase, or one pair of phases")
            .optional("phase", &Placement::phase,
                      "the phase a one- or two-phase connection begins with: given, drawn for each charging point, in turn, or "
                      "as its load is wired; absent: load for rule loads, else random")
            .relation(misfit);
    return schema;
}

std::size_t Placement::counted() const {
    std::size_t sum = 0;
    for (const auto& [name, count] : counts) sum += static_cast<std::size_t>(std::max(count, 0));
    return sum;
}

double asked_number(const Placement& placement, const FeederSite& feeder) {
    if (placement.rule == PlacementRule::counts) return static_cast<double>(placement.counted());
    return static_cast<double>(homes(placement, feeder).size()) * placement.share.value();
}

Places place(const Placement& placement, std::size_t count, const Behaviour::Context& context) {
    const FeederSite& feeder = *context.feeder;
    Trouble trouble(context);
    Places places;
    std::vector<std::size_t> loads;
    const bool at_loads = placement.rule == PlacementRule::loads;
    if (at_loads) {
        loads = drawn_homes(placement, count, context, trouble);
        for (const std::size_t l : loads) places.bus.push_back(feeder.loads[l].bus);
    } else {
        places.bus = buses_for(placement, count, feeder, trouble);
    }
    if (trouble.any()) return {};
    const PhaseRule phase = placement.phase.value_or(at_loads ? PhaseRule::load : PhaseRule::random);
    places.wiring = wire({placement.connection, phase, places.bus, loads}, context);
    std::map<BusId, std::uint32_t> zone_of;
    for (const BusId bus : places.bus) {
        const auto [entry, is_new] = zone_of.try_emplace(bus, static_cast<std::uint32_t>(places.zones.size()));
        if (is_new) places.zones.push_back("bus " + feeder.bus[bus.index()]);
        places.zone.push_back(entry->second);
    }
    return places;
}

void append_connectors(const Places& places, Population& population) {
    std::vector<std::uint32_t> zone_of;
    for (const std::string& name : places.zones) {
        const auto found = std::find(population.zones.begin(), population.zones.end(), name);
        zone_of.push_back(static_cast<std::uint32_t>(found - population.zones.begin()));
        if (found == population.zones.end()) population.zones.push_back(name);
    }
    Connectors& connectors = population.connectors;
    if (!places.wiring.empty()) {
        connectors.wiring.resize(connectors.bus.size());  // groups before this one may have said nothing
        connectors.wiring.insert(connectors.wiring.end(), places.wiring.begin(), places.wiring.end());
    }
    connectors.bus.insert(connectors.bus.end(), places.bus.begin(), places.bus.end());
    for (const std::uint32_t zone : places.zone) connectors.zone.push_back(zone_of[zone]);
}

std::vector<std::size_t> apportion(std::size_t total, const std::vector<double>& weights) {
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    std::vector<std::size_t> shares;
    std::vector<double> remainders;
    for (const double w : weights) {
        const double quota = static_cast<double>(total) * w / sum;
        // A quota that misses a whole number by rounding only is that number.
        const double whole = std::floor(quota + 1e-9);
        shares.push_back(static_cast<std::size_t>(whole));
        remainders.push_back(quota - whole);
    }
    std::vector<std::size_t> order(weights.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return remainders[a] > remainders[b]; });
    const std::size_t given = std::accumulate(shares.begin(), shares.end(), std::size_t{0});
    for (std::size_t k = 0; k < total - given; ++k) ++shares[order[k]];
    return shares;
}

}  // namespace evsweep
