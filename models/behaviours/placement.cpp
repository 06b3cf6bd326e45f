#include "behaviours/placement.hpp"

#include <algorithm>
#include <cmath>

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
    if (p.rule == PlacementRule::recorded && p.connection != ChargerConnection::all)
        return Contradiction{"connection", "is for the recording to say",
                             "remove it; column phases of the recording tells the wires"};
    if (p.rule == PlacementRule::round_robin && p.buses.empty())
        return Contradiction{"buses", "is missing", "list the buses that take turns"};
    if (p.rule == PlacementRule::counts && p.counted() == 0)
        return Contradiction{"counts", "places nothing", "give at least one bus with a count above 0"};
    if (p.rule == PlacementRule::bus_class && p.bus_class.empty())
        return Contradiction{"class", "is missing", "name the class of buses"};
    return std::nullopt;
}

}  // namespace

std::vector<std::pair<std::string, PlacementRule>> names_of(PlacementRule) {
    return {
        {"round_robin", PlacementRule::round_robin},   {"counts", PlacementRule::counts}, {"class", PlacementRule::bus_class},
        {"proportional", PlacementRule::proportional}, {"loads", PlacementRule::loads},   {"recorded", PlacementRule::recorded}};
}

std::vector<std::pair<std::string, PlacementRule>> former_names_of(PlacementRule) {
    return {{"load", PlacementRule::proportional}};
}

std::vector<std::pair<std::string, Redraw>> names_of(Redraw) { return {{"replica", Redraw::replica}, {"study", Redraw::study}}; }

const Schema<Placement>& Placement::schema() {
    static const Schema<Placement> schema =
        Schema<Placement>("which bus each charging point stands at; one more charging point never moves the others")
            .required(
                "rule", &Placement::rule,
                "in turn over a list, by counts, in turn over a class of buses, in proportion to the nominal load of buses, "
                "one at each load, or where the columns bus and phases of a recording have it")
            .optional(
                "buses", &Placement::buses,
                "round_robin: charging point i stands at bus (i mod n) of this list, which is taken as it is: nothing is drawn")
            .optional("counts", &Placement::counts,
                      "counts: number of charging points by bus; with a penetration below 100 % a drawn part of these points, "
                      "above it whole rounds and a drawn part; recorded charging points in their order, bus by bus of the feeder",
                      at_least(0))
            .optional("class", &Placement::bus_class,
                      "class: in turn over the buses of this class, in a drawn order; loads: only loads at such buses")
            .optional("share", &Placement::share,
                      "loads: share of the loads that get one charging point each, which ones is drawn; a larger share keeps "
                      "the places of a smaller one",
                      between(0.0, 1.0))
            .optional("redraw", &Placement::redraw,
                      "what is drawn about places (homes, buses, phases): anew for every replica, or once for the study by its "
                      "seed; then intervals over replicas leave out how uncertain places are")
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
    return static_cast<double>(homes_of(placement, feeder).size()) * placement.share.value();
}

std::size_t number_at(Fraction penetration, std::optional<int> given, const Placement& placement, const FeederSite& feeder) {
    const double full = given ? static_cast<double>(*given) : asked_number(placement, feeder);
    return static_cast<std::size_t>(std::floor(full * penetration.value() + 0.5));
}

std::vector<std::size_t> homes_of(const Placement& placement, const FeederSite& feeder) {
    std::vector<std::size_t> loads;
    for (std::size_t l = 0; l < feeder.loads.size(); ++l) {
        const SiteLoad& load = feeder.loads[l];
        const bool in_class = placement.bus_class.empty() || feeder.bus_class[load.bus.index()] == placement.bus_class;
        if (load.p_kw > 0.0 && in_class) loads.push_back(l);
    }
    return loads;
}

std::optional<Contradiction> wrong_units(const Placement& placement, std::optional<int> units, std::string_view of) {
    const bool counted = placement.gives_number();
    if (counted && units)
        return Contradiction{"units", "contradicts a placement that gives the number",
                             "remove it: loads or counts give the number"};
    if (!counted && !units) return Contradiction{"units", "is missing", "give the number of " + std::string(of)};
    return std::nullopt;
}

}  // namespace evsweep
