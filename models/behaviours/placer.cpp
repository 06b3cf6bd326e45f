#include "behaviours/placer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "evsweep/connections.hpp"

namespace evsweep {

namespace {

/// Where a group's placement stands in the scenario, for what is wrong with it on this feeder.
class Misfits {
   public:
    explicit Misfits(const Behaviour::Context& context) : context_(context) {}
    void report(const std::string& problem, const std::string& hint) { report(context_.at, problem, hint); }
    void report(const Position& at, const std::string& problem, const std::string& hint) {
        context_.issues->error(at, "population." + context_.group + ".placement", problem, hint);
    }

   private:
    const Behaviour::Context& context_;
};

std::optional<BusId> find_bus(const std::string& name, const FeederSite& feeder, Misfits& misfits) {
    const auto found = std::find(feeder.bus.begin(), feeder.bus.end(), name);
    if (found != feeder.bus.end()) return BusId(static_cast<std::size_t>(found - feeder.bus.begin()));
    misfits.report("unknown bus '" + name + "'", did_you_mean(name, feeder.bus));
    return std::nullopt;
}

/// The conductors of a bus.
std::vector<Conductor> wires_at(BusId bus, const FeederSite& feeder) {
    const auto first = feeder.conductor.begin();
    return {first + feeder.first_conductor[bus.index()], first + feeder.first_conductor[bus.index() + 1]};
}

/// The wires that a recording names: two phases against one another, one or three of them to the neutral or earth. Nothing
/// (reported) where the bus has none such.
std::optional<Wiring> recorded_wires(const RecordedPlace& place, BusId bus, const FeederSite& feeder, Misfits& misfits) {
    const std::vector<Conductor> there = wires_at(bus, feeder);
    const bool is_balanced = has_conductor(there, Conductor::balanced);
    if (place.phases.empty() || (is_balanced && place.phases == "abc")) return Wiring{};
    if (is_balanced) {
        misfits.report(place.at, "phases '" + place.phases + "' are not at bus " + place.bus + ": the feeder is balanced",
                       "leave the cell empty, or write abc");
        return std::nullopt;
    }
    const auto wanted = conductors_of(place.phases);
    const bool has_all =
        wanted && std::all_of(wanted->begin(), wanted->end(), [&](Conductor wire) { return has_conductor(there, wire); });
    if (!has_all || wanted->size() > 3) {
        misfits.report(place.at, "phases '" + place.phases + "' are not at bus " + place.bus + " (" + name_of(there) + ")",
                       "name one, two or three of these");
        return std::nullopt;
    }
    if (wanted->size() == 2) return Wiring{{wanted->front(), wanted->back()}};
    return star(*wanted, there);
}

/// One for each charging point of the recording; none where one of them does not fit.
std::vector<Spot> spots_recorded(const Placement& placement, const FeederSite& feeder, Misfits& misfits) {
    if (placement.recorded.empty())
        misfits.report("rule recorded needs a recording that tells places",
                       "use behaviour sessions with rows that name buses, or another rule");
    std::vector<Spot> spots;
    for (const RecordedPlace& place : placement.recorded) {
        const auto found = std::find(feeder.bus.begin(), feeder.bus.end(), place.bus);
        if (place.bus.empty()) {
            misfits.report(place.at, "the bus of a charging point is empty", "name a bus of the feeder");
            continue;
        }
        if (found == feeder.bus.end()) {
            misfits.report(place.at, "unknown bus '" + place.bus + "'", did_you_mean(place.bus, feeder.bus));
            continue;
        }
        const BusId bus(static_cast<std::size_t>(found - feeder.bus.begin()));
        if (const auto wires = recorded_wires(place, bus, feeder, misfits)) spots.push_back({bus, std::nullopt, wires});
    }
    if (spots.size() < placement.recorded.size()) spots.clear();
    return spots;
}

/// Empty where one of them is unknown.
std::vector<BusId> buses_named(const std::vector<std::string>& names, const FeederSite& feeder, Misfits& misfits) {
    std::vector<BusId> buses;
    for (const auto& name : names)
        if (const auto bus = find_bus(name, feeder, misfits)) buses.push_back(*bus);
    if (buses.size() < names.size()) buses.clear();
    return buses;
}

std::vector<BusId> buses_counted(const Placement& placement, const FeederSite& feeder, Misfits& misfits) {
    std::vector<std::string> names;
    for (const auto& entry : placement.counts) names.push_back(entry.first);
    const std::vector<BusId> found = buses_named(names, feeder, misfits);
    std::vector<BusId> buses;
    for (std::size_t k = 0; k < found.size(); ++k)
        buses.insert(buses.end(), static_cast<std::size_t>(placement.counts.at(names[k])), found[k]);
    std::stable_sort(buses.begin(), buses.end());
    return buses;
}

std::vector<BusId> buses_of_class(const std::string& name, const FeederSite& feeder, Misfits& misfits) {
    std::vector<BusId> buses;
    for (std::size_t b = 0; b < feeder.bus.size(); ++b)
        if (feeder.bus_class[b] == name) buses.emplace_back(b);
    if (!buses.empty()) return buses;
    std::set<std::string> known(feeder.bus_class.begin(), feeder.bus_class.end());
    known.erase("");
    misfits.report("the feeder has no bus of class '" + name + "'", did_you_mean(name, {known.begin(), known.end()}));
    return buses;
}

std::vector<BusId> buses_with_load(const FeederSite& feeder, Misfits& misfits) {
    std::vector<BusId> buses;
    for (std::size_t b = 0; b < feeder.bus.size(); ++b)
        if (feeder.load_kw[b] > 0.0) buses.emplace_back(b);
    if (buses.empty()) misfits.report("the feeder has no load to follow", "use another rule, e.g. round_robin");
    return buses;
}

/// Loads of which `count` get a charging point; none where there are too few.
std::vector<std::size_t> homes_for(const Placement& placement, std::size_t count, const FeederSite& feeder, Misfits& misfits) {
    std::vector<std::size_t> loads = homes_of(placement, feeder);
    const double there = std::floor(asked_number(placement, feeder) + 0.5);
    if (loads.empty()) {
        const auto of_class = placement.bus_class.empty() ? "" : " at buses of class '" + placement.bus_class + "'";
        misfits.report("the feeder has no loads" + of_class, "use another rule, e.g. round_robin");
    } else if (static_cast<double>(count) > there) {
        misfits.report(fmt::format("there are {} loads for {} charging points", there, count),
                       "rule loads places one at each load: raise share, or place fewer");
        loads.clear();
    }
    return loads;
}

std::string text_of(const Wiring& wiring) {
    std::string text;
    for (const Terminals& wires : wiring) text += name_of(wires) + ' ';
    return text;
}

constexpr double golden_ratio = 0.618033988749894848;

/// How charging points are wired unless their spot says it: where a recording names phases, every spot does.
ChargerConnection connection_of(const Placement& placement) {
    const auto names_phases = [](const RecordedPlace& place) { return !place.phases.empty() && place.phases != "abc"; };
    const bool is_recorded = std::any_of(placement.recorded.begin(), placement.recorded.end(), names_phases);
    return placement.rule == PlacementRule::recorded && is_recorded ? ChargerConnection::between_phases : placement.connection;
}

}  // namespace

Placer::Placer(const Placement& placement, std::size_t count, Residents residents, const Behaviour::Context& context)
    : placement_(placement),
      count_(count),
      residents_(residents),
      feeder_(*context.feeder),
      of_study_(context.seed, 0),
      purpose_(Purpose("place").in(context.group)),
      wirer_(connection_of(placement),
             placement.phase.value_or(placement.rule == PlacementRule::loads ? PhaseRule::load : PhaseRule::random), context) {
    find_candidates(context);
    if (candidates_.empty()) count_ = 0;
    if (count_ == 0) return;
    if (wirer_.follows_load() && placement.rule != PlacementRule::loads) {
        loads_at_.resize(feeder_.bus.size());
        for (std::size_t l = 0; l < feeder_.loads.size(); ++l) loads_at_[feeder_.loads[l].bus.index()].push_back(l);
    }
    find_possible();
    if (!wirer_.is_silent())
        wirer_.report_misfits(placement_.redraw == Redraw::study ? drawn_spots(of_study_) : possible_spots(), context);
}

/// Keyed by the name of load or bus, and, where names repeat or are missing, by how many of it came before.
void Placer::add(const std::vector<Spot>& spots) {
    std::map<std::string, std::uint32_t> occasions;
    for (const Spot& spot : spots) {
        const std::string& bus = feeder_.bus[spot.bus.index()];
        const std::string& name = spot.load && !feeder_.loads[*spot.load].id.empty() ? feeder_.loads[*spot.load].id : bus;
        candidates_.push_back({spot, purpose_.in(name), Purpose(name).key(), occasions[name]++, 0.0});
    }
}

void Placer::find_candidates(const Behaviour::Context& context) {
    Misfits misfits(context);
    const auto add_buses = [this](const std::vector<BusId>& buses) {
        std::vector<Spot> spots;
        for (const BusId bus : buses) spots.push_back({bus});
        add(spots);
    };
    switch (placement_.rule) {
        case PlacementRule::round_robin:
            return add_buses(buses_named(placement_.buses, feeder_, misfits));
        case PlacementRule::counts:
            return add_buses(buses_counted(placement_, feeder_, misfits));
        case PlacementRule::bus_class:
            return add_buses(buses_of_class(placement_.bus_class, feeder_, misfits));
        case PlacementRule::proportional:
            add_buses(buses_with_load(feeder_, misfits));
            return weigh_by_load();
        case PlacementRule::recorded:
            return add(spots_recorded(placement_, feeder_, misfits));
        case PlacementRule::loads:
            break;
    }
    std::vector<Spot> homes;
    for (const std::size_t l : homes_for(placement_, count_, feeder_, misfits)) homes.push_back({feeder_.loads[l].bus, l});
    add(homes);
}

void Placer::weigh_by_load() {
    double sum = 0.0;
    for (Candidate& c : candidates_) c.weight = sum += feeder_.load_kw[c.spot.bus.index()];
    for (Candidate& c : candidates_) c.weight /= sum;
}

/// One, but with wires like those of a load one for each load there.
std::vector<Spot> Placer::spots_of(const Candidate& candidate) const {
    const BusId bus = candidate.spot.bus;
    if (loads_at_.empty() || loads_at_[bus.index()].empty()) return {candidate.spot};
    std::vector<Spot> spots;
    for (const std::size_t load : loads_at_[bus.index()]) spots.push_back({bus, load});
    return spots;
}

/// All that some draw gives.
std::vector<Spot> Placer::possible_spots() const {
    std::vector<Spot> spots;
    for (std::size_t k = 0; k < (is_listed() ? std::min(count_, candidates_.size()) : candidates_.size()); ++k)
        for (const Spot& spot : spots_of(candidates_[k])) spots.push_back(spot);
    return spots;
}

bool Placer::draws_phase(const Candidate& candidate) const {
    std::set<std::string> ways;
    for (const Spot& spot : spots_of(candidate))
        for (const Wiring& wiring : wirer_.options(spot)) ways.insert(text_of(wiring));
    return wirer_.draws() && ways.size() > 1;
}

void Placer::find_possible() {
    std::set<std::pair<std::size_t, std::string>> known;
    const auto add_place = [&](const Spot& spot, const Wiring& wiring) {
        if (known.emplace(spot.bus.index(), text_of(wiring)).second) places_.possible.push_back({spot.bus, wiring});
    };
    if (placement_.redraw == Redraw::study) {
        const std::vector<Spot> spots = drawn_spots(of_study_);
        for (std::size_t i = 0; i < spots.size(); ++i) add_place(spots[i], wirer_.wire(i, spots[i], of_study_));
    } else {
        for (const Spot& spot : possible_spots()) {
            if (wirer_.is_silent()) add_place(spot, {});
            for (const Wiring& wiring : wirer_.options(spot)) add_place(spot, wiring);
        }
    }
    if (is_random()) places_.drawn = placement_.redraw == Redraw::study ? PlaceDraw::per_study : PlaceDraw::per_replica;
    places_.how = description();
}

bool Placer::is_listed() const {
    const bool is_counted = placement_.rule == PlacementRule::counts && residents_ == Residents::distinct;
    return placement_.rule == PlacementRule::round_robin || placement_.rule == PlacementRule::recorded || is_counted;
}

bool Placer::is_random() const {
    if (std::any_of(candidates_.begin(), candidates_.end(), [this](const Candidate& c) { return draws_phase(c); })) return true;
    if (is_listed() || candidates_.size() == 1) return false;
    if (placement_.rule == PlacementRule::proportional || residents_ == Residents::distinct) return true;
    return count_ % candidates_.size() != 0;  // else every candidate has as many, whatever the order
}

std::string Placer::description() const {
    const std::size_t n = candidates_.size();
    const std::string points = fmt::format("{} charging point{}", count_, count_ == 1 ? "" : "s");
    switch (placement_.rule) {
        case PlacementRule::round_robin:
            return points + fmt::format(" in turn over the {} buses listed", n);
        case PlacementRule::counts:
            return points + (count_ < n ? fmt::format(" at {} of {} points counted by bus", count_, n)
                                        : fmt::format(" at {} points counted by bus", n));
        case PlacementRule::bus_class:
            return points + fmt::format(" in turn over {} buses of class '{}'", n, placement_.bus_class);
        case PlacementRule::proportional:
            return points + fmt::format(" in proportion to the load of {} buses", n);
        case PlacementRule::recorded:
            return points + " where the recording has them";
        case PlacementRule::loads:
            break;
    }
    return points + fmt::format(", one each at {} of {} loads", count_, n);
}

Rng Placer::rng_of_places(const Rng& replica) const { return placement_.redraw == Redraw::study ? of_study_ : replica; }

/// Candidates by their lots, so that the first so many of them are among the first of more.
std::vector<std::size_t> Placer::drawn_order(const Rng& rng) const {
    std::vector<double> lot;
    for (const Candidate& c : candidates_) lot.push_back(rng.uniform(c.purpose, c.entity, c.occasion));
    std::vector<std::size_t> order(candidates_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return lot[a] < lot[b]; });
    return order;
}

/// In proportion to load: charging point i stands where frac(u + i golden ratio) falls on the cumulative load, u drawn. Each of
/// them is then at a bus with a probability that is its share of the load; the points of the sequence lie evenly, so that no bus
/// is more than a few charging points away from its share (Kronecker sequence; Niederreiter 1992, section 3.1).
std::vector<Spot> Placer::drawn_spots(const Rng& rng) const {
    std::vector<Spot> spots;
    if (placement_.rule == PlacementRule::proportional) {
        const double u = rng.uniform(purpose_, 0);
        for (std::size_t i = 0; i < count_; ++i) {
            const double at = u + static_cast<double>(i) * golden_ratio;
            const auto found = std::upper_bound(candidates_.begin(), candidates_.end(), at - std::floor(at),
                                                [](double x, const Candidate& c) { return x < c.weight; });
            spots.push_back((found == candidates_.end() ? candidates_.back() : *found).spot);
        }
    } else {
        const std::vector<std::size_t> order = is_listed() ? std::vector<std::size_t>{} : drawn_order(rng);
        for (std::size_t i = 0; i < count_; ++i) {
            const std::size_t turn = i % candidates_.size();
            spots.push_back(candidates_[order.empty() ? turn : order[turn]].spot);
        }
    }
    if (!loads_at_.empty()) choose_loads(spots, rng);
    return spots;
}

/// Charging points at one bus are wired like its loads in turn, beginning with a drawn one.
void Placer::choose_loads(std::vector<Spot>& spots, const Rng& rng) const {
    std::map<BusId, std::size_t> turn;
    for (Spot& spot : spots) {
        const auto& loads = loads_at_[spot.bus.index()];
        if (loads.empty()) continue;
        const std::string& bus = feeder_.bus[spot.bus.index()];
        const auto [next, is_first] = turn.try_emplace(spot.bus, 0);
        if (is_first) {
            const double u = rng.uniform(purpose_.in(bus), Purpose(bus).key(), ~std::uint32_t{0});
            next->second = static_cast<std::size_t>(u * static_cast<double>(loads.size()));
        }
        spot.load = loads[next->second++ % loads.size()];
    }
}

void Placer::append_connectors(const Rng& rng, Population& population) const {
    std::map<std::string, std::uint32_t> zone_of;
    for (std::size_t z = 0; z < population.zones.size(); ++z) zone_of.emplace(population.zones[z], static_cast<std::uint32_t>(z));
    const auto name_of_zone = [this](BusId bus) { return "bus " + feeder_.bus[bus.index()]; };
    for (const ChargingPlace& place : places_.possible) {
        const std::string name = name_of_zone(place.bus);
        const auto next = static_cast<std::uint32_t>(population.zones.size());
        if (zone_of.emplace(name, next).second) population.zones.push_back(name);
    }
    if (count_ == 0) return;
    Connectors& connectors = population.connectors;
    const Rng of_places = rng_of_places(rng);
    const std::vector<Spot> spots = drawn_spots(of_places);
    // Groups before this one may have said nothing of wires.
    if (!wirer_.is_silent()) connectors.wiring.resize(connectors.bus.size());
    for (std::size_t i = 0; i < spots.size(); ++i) {
        connectors.bus.push_back(spots[i].bus);
        connectors.zone.push_back(zone_of.at(name_of_zone(spots[i].bus)));
        if (!wirer_.is_silent()) connectors.wiring.push_back(wirer_.wire(i, spots[i], of_places));
    }
}

}  // namespace evsweep
