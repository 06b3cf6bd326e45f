#include "feeder_formats/opendss/network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <type_traits>

namespace evsweep::opendss {
namespace {

constexpr int neutral_node = 4;
constexpr int highest_node = neutral_node;

/// Works out the ends of elements.
class Planner {
   public:
    Planner(Circuit& circuit, PropertyReader& reader) : circuit_(circuit), reader_(reader) {}

    template <class T, class Ends>
    void place(Store<T>& store, std::vector<Placed<T>>& placed, Ends ends_of) {
        for (const T& element : store.objects()) {
            if (!element.enabled) continue;
            const std::string path = store.name() + "." + element.name;
            Placed<T> one{&element, {}, circuit_.open.count(path) == 0};
            path_ = path;
            ends_of(one);
            if (!one.ends.empty()) placed.push_back(std::move(one));
        }
    }

    /// One end: nodes not given are 1, 2, 3 of the phases, and earth for a conductor beyond.
    bool add_end(std::vector<Terminal>& ends, const Object& element, std::size_t terminal, int phases, int conductors) {
        if (terminal >= element.buses.size() || element.buses[terminal].name.empty()) {
            reader_.error(element.at, path_, fmt::format("end {} has no bus", terminal + 1), "name its buses");
            ends.clear();
            return false;
        }
        const BusRef& ref = element.buses[terminal];
        Terminal end{ref.name, {}};
        for (int i = 0; i < conductors; ++i) {
            const auto at = static_cast<std::size_t>(i);
            end.nodes.push_back(at < ref.nodes.size() ? ref.nodes[at] : i < phases ? i + 1 : 0);
        }
        const auto known = std::min<std::ptrdiff_t>(std::max(phases, conductors), std::ssize(ref.nodes));
        const bool too_many = std::any_of(ref.nodes.begin() + known, ref.nodes.end(), [](int node) { return node != 0; });
        if (too_many)
            reader_.warning(
                ref.at, path_,
                fmt::format("names {} nodes at bus {}, and has {} conductors there: the others are not used, as in OpenDSS",
                            ref.nodes.size(), ref.name, conductors),
                "agree the phases with the nodes");
        ends.push_back(std::move(end));
        return true;
    }

    /// Nodes named for phases that the line code has not are left out.
    void between(std::vector<Terminal>& ends, const Line& line) {
        const int phases = std::max(line.phases, line.phases_given);
        if (add_end(ends, line, 0, phases, line.phases)) add_end(ends, line, 1, phases, line.phases);
    }
    /// A capacitor or reactor without a second bus goes to earth.
    template <class T>
    void shunt(Placed<T>& placed) {
        const T& element = *placed.element;
        const int conductors = element.phases + (element.delta && element.phases < 3 ? 1 : 0);
        if (!add_end(placed.ends, element, 0, conductors, conductors)) return;
        if (!element.delta && element.buses.size() > 1 && !element.buses[1].name.empty())
            add_end(placed.ends, element, 1, element.phases, element.phases);
    }
    template <class T>
    void injection(Placed<T>& placed) {
        const T& element = *placed.element;
        const int more = !element.delta || element.phases < 3 ? 1 : 0;
        if (!add_end(placed.ends, element, 0, element.phases, element.phases + more)) return;
        if (element.delta && more > 0 && placed.ends.front().nodes.back() == 0 &&
            std::ssize(element.buses.front().nodes) <= element.phases)
            reader_.warning(element.buses.front().at, path_, "is a delta whose last node is not named, so that it goes to earth",
                            "name all its nodes, as in BUS.1.2");
    }

   private:
    Circuit& circuit_;
    PropertyReader& reader_;
    std::string path_;
};

}  // namespace

Plan make_plan(Circuit& circuit, PropertyReader& reader) {
    Plan plan;
    Planner planner(circuit, reader);
    planner.place(circuit.sources, plan.sources,
                  [&](auto& one) { planner.add_end(one.ends, *one.element, 0, one.element->phases, one.element->phases); });
    planner.place(circuit.lines, plan.lines, [&](auto& one) { planner.between(one.ends, *one.element); });
    planner.place(circuit.transformers, plan.transformers, [&](auto& one) {
        const int phases = one.element->phases;
        for (std::size_t w = 0; w < one.element->windings.size(); ++w)
            if (!planner.add_end(one.ends, *one.element, w, phases, phases + 1)) return;
    });
    planner.place(circuit.reactors, plan.reactors, [&](auto& one) { planner.shunt(one); });
    planner.place(circuit.capacitors, plan.capacitors, [&](auto& one) { planner.shunt(one); });
    planner.place(circuit.loads, plan.loads, [&](auto& one) { planner.injection(one); });
    planner.place(circuit.generators, plan.generators, [&](auto& one) { planner.injection(one); });
    planner.place(circuit.pv_systems, plan.pv_systems, [&](auto& one) { planner.injection(one); });
    planner.place(circuit.storages, plan.storages, [&](auto& one) { planner.injection(one); });
    return plan;
}

double volts_across(double kv, int phases, bool delta) {
    return (!delta && (phases == 2 || phases == 3) ? kv / std::numbers::sqrt3 : kv) * 1000.0;
}

namespace {

/// Whether the delta of a transformer goes to the next phase (1) or to the one before (-1).
int delta_direction(const Transformer& t) {
    if (t.windings[0].delta == t.windings[1].delta) return 1;
    const std::size_t high = t.windings[0].kv >= t.windings[1].kv ? 0 : 1;
    return t.windings[high].delta == t.high_leads ? 1 : -1;
}

}  // namespace

std::vector<CoilNodes> coils_of(const Placed<Transformer>& transformer, std::size_t winding) {
    const Transformer& t = *transformer.element;
    const auto& nodes = transformer.ends[winding].nodes;
    const int phases = t.phases;
    const int direction = delta_direction(t);
    std::vector<CoilNodes> coils;
    for (int k = 0; k < phases; ++k) {
        int other = phases;  // the neutral; also the second end of a single coil
        if (t.windings[winding].delta && phases > 1) {
            other = k + direction;
            if (phases > 2) other = (other + phases) % phases;
            if (other < 0) other = 2;
        }
        coils.push_back({nodes[static_cast<std::size_t>(k)], nodes[static_cast<std::size_t>(other)]});
    }
    return coils;
}

Network::Network(const Plan& plan, Circuit& circuit, PropertyReader& reader) {
    note(plan.sources);
    note(plan.lines);
    note(plan.transformers);
    note(plan.reactors);
    note(plan.capacitors);
    note(plan.loads);
    note(plan.generators);
    note(plan.pv_systems);
    note(plan.storages);
    check_nodes(reader);
    join(plan);
    if (!plan.sources.empty()) spread(plan), find_floating(plan, reader);
    set_nominal(circuit, reader);
}

template <class T>
void Network::note(const std::vector<Placed<T>>& placed) {
    for (const auto& one : placed)
        for (std::size_t end = 0; end < one.ends.size(); ++end) note(one.ends[end], one.element->buses[end].at);
}

void Network::note(const Terminal& end, const Position& at) {
    const auto [found, is_new] = index_.emplace(end.bus, buses_.size());
    if (is_new) {
        buses_.emplace_back();
        buses_.back().name = end.bus;
        buses_.back().at = at;
    }
    for (const int node : end.nodes)
        if (node != 0) buses_[found->second].nodes.insert(node);
}

void Network::check_nodes(PropertyReader& reader) const {
    for (const Bus& bus : buses_)
        if (!bus.nodes.empty() && *bus.nodes.rbegin() > highest_node)
            reader.error(bus.at, "bus " + bus.name, fmt::format("has a node {}", *bus.nodes.rbegin()),
                         "nodes 1, 2 and 3 are phases, 4 is a neutral, and there are no others");
}

void Network::join(const Plan& plan) {
    edges_.resize(buses_.size());
    const auto both = [&](const Terminal& a, const Terminal& b) {
        edges_[index_.at(a.bus)].push_back({nullptr, index_.at(b.bus)});
        edges_[index_.at(b.bus)].push_back({nullptr, index_.at(a.bus)});
    };
    for (const auto& line : plan.lines)
        if (line.closed) both(line.ends[0], line.ends[1]);
    for (const auto& reactor : plan.reactors)
        if (reactor.closed && is_series(reactor)) both(reactor.ends[0], reactor.ends[1]);
    for (const auto& t : plan.transformers)
        for (const Terminal& end : t.ends)
            if (t.closed) edges_[index_.at(end.bus)].push_back({&t, 0});
}

/// Nodes that current reaches from one another.
class Network::NodeGroups {
   public:
    explicit NodeGroups(std::size_t buses) : parent_(buses * nodes_of_bus) { std::iota(parent_.begin(), parent_.end(), 0U); }
    [[nodiscard]] static std::size_t place(std::size_t bus, int node) {
        return bus * nodes_of_bus + static_cast<std::size_t>(std::min(node, highest_node));
    }
    std::size_t of(std::size_t at) {
        while (parent_[at] != at) at = parent_[at] = parent_[parent_[at]];
        return at;
    }
    void join(std::size_t a, std::size_t b) { parent_[of(a)] = of(b); }

   private:
    static constexpr std::size_t nodes_of_bus = highest_node + 1;
    std::vector<std::size_t> parent_;
};

/// Current passes a line along each conductor, no load from one phase to another by way of the earth, and any other element
/// between all its nodes.
template <class T>
void Network::join_nodes(const std::vector<Placed<T>>& placed, NodeGroups& groups) const {
    for (const Placed<T>& one : placed) {
        if (!one.closed) continue;
        if constexpr (std::is_same_v<T, Load>)
            if (is_earthed_wye(one)) continue;
        std::vector<std::size_t> first(one.ends.front().nodes.size(), 0);  // an earth: no place of a node
        for (const Terminal& end : one.ends)
            for (std::size_t i = 0; i < end.nodes.size(); ++i) {
                if (end.nodes[i] == 0) continue;
                const std::size_t place = NodeGroups::place(index_.at(end.bus), end.nodes[i]);
                std::size_t& other = first[std::is_same_v<T, Line> ? i : 0];
                if (other != 0) groups.join(other, place);
                other = place;
            }
    }
}

/// Neutrals are left to the network: their voltages are reported where they are determined.
void Network::find_floating(const Plan& plan, PropertyReader& reader) {
    NodeGroups groups(buses_.size());
    join_nodes(plan.lines, groups);
    join_nodes(plan.transformers, groups);
    join_nodes(plan.reactors, groups);
    join_nodes(plan.capacitors, groups);
    join_nodes(plan.loads, groups);
    join_nodes(plan.generators, groups);
    join_nodes(plan.pv_systems, groups);
    join_nodes(plan.storages, groups);
    std::set<std::size_t> fed;
    for (const auto& source : plan.sources) {
        const Terminal& end = source.ends.front();
        for (const int node : end.nodes)
            if (node != 0) fed.insert(groups.of(NodeGroups::place(index_.at(end.bus), node)));
    }
    for (std::size_t k = 0; k < buses_.size(); ++k)
        for (int node = 1; node < neutral_node; ++node)
            if (buses_[k].reached && buses_[k].nodes.count(node) > 0 && fed.count(groups.of(NodeGroups::place(k, node))) == 0)
                buses_[k].floating.insert(node), buses_[k].nodes.erase(node);
    check_fed(plan.transformers, "transformer", reader);
    check_fed(plan.reactors, "reactor", reader);
    check_fed(plan.capacitors, "capacitor", reader);
    check_fed(plan.loads, "load", reader);
    check_fed(plan.generators, "generator", reader);
    check_fed(plan.pv_systems, "pvsystem", reader);
    check_fed(plan.storages, "storage", reader);
}

template <class T>
void Network::check_fed(const std::vector<Placed<T>>& placed, const std::string& class_name, PropertyReader& reader) const {
    for (const Placed<T>& one : placed)
        for (std::size_t e = 0; e < one.ends.size(); ++e) {
            const Terminal& end = one.ends[e];
            const auto node = std::find_if(end.nodes.begin(), end.nodes.end(), [&](int n) { return floats(end.bus, n); });
            if (node == end.nodes.end()) continue;
            if constexpr (std::is_same_v<T, Load>)
                if (is_earthed_wye(one) &&
                    std::any_of(end.nodes.begin(), end.nodes.end(), [&](int n) { return n != 0 && !floats(end.bus, n); }))
                    continue;  // its other phases draw nothing
            reader.error(one.element->buses[e].at, class_name + "." + one.element->name,
                         fmt::format("nothing feeds node {} of bus {}", *node, end.bus),
                         "check the phases and nodes of the lines to it");
        }
}

void Network::spread(const Plan& plan) {
    const Source& source = *plan.sources.front().element;
    visit(index_.at(plan.sources.front().ends.front().bus), volts_across(source.base_kv, source.phases, false), false);
    for (std::size_t next = 0; next < queue_.size(); ++next) {
        const std::size_t from = queue_[next];
        for (const Edge& edge : edges_[from]) {
            if (edge.transformer)
                leave_transformer(*edge.transformer, buses_[from].name);
            else
                visit(edge.other, buses_[from].to_earth, buses_[from].split);
        }
    }
}

void Network::visit(std::size_t index, double to_earth, bool split) {
    Bus& bus = buses_[index];
    if (bus.reached) return;
    bus.reached = true;
    bus.to_earth = to_earth;
    bus.split = split;
    queue_.push_back(index);
}

namespace {

/// How many times its bus's voltage to earth a coil sees.
double share_of(const CoilNodes& coil, bool split) {
    const auto is_phase = [](int node) { return node >= 1 && node <= 3; };
    if (!is_phase(coil.plus) || !is_phase(coil.minus)) return 1.0;
    return split ? 2.0 : std::numbers::sqrt3;
}

/// Whether two windings are the halves of a centre-tapped secondary at that bus: from 1 to earth and from earth to 2.
bool is_centre_tapped(const Placed<Transformer>& t, const std::string& bus) {
    bool first = false;
    bool second = false;
    if (t.element->phases != 1) return false;
    for (std::size_t w = 0; w < t.ends.size(); ++w) {
        if (t.ends[w].bus != bus) continue;
        const CoilNodes coil = coils_of(t, w).front();
        if (coil.plus != 0 && coil.minus != 0) continue;
        const int node = coil.plus + coil.minus;
        (node == 1 ? first : second) = (node == 1 ? first : second) || node == 1 || node == 2;
    }
    return first && second;
}

}  // namespace

void Network::leave_transformer(const Placed<Transformer>& transformer, const std::string& from) {
    const Transformer& t = *transformer.element;
    const auto rated = [&](std::size_t w) { return volts_across(t.windings[w].kv, t.phases, t.windings[w].delta); };
    std::size_t here = 0;
    while (transformer.ends[here].bus != from) ++here;
    const Bus& source = buses_[index_.at(from)];
    if (rated(here) <= 0.0) return;
    const double coil = source.to_earth * share_of(coils_of(transformer, here).front(), source.split);
    for (std::size_t w = 0; w < transformer.ends.size(); ++w) {
        const std::string& to = transformer.ends[w].bus;
        const bool split = is_centre_tapped(transformer, to);
        const double across = coil * rated(w) / rated(here);
        if (to != from) visit(index_.at(to), across / share_of(coils_of(transformer, w).front(), split), split);
    }
}

/// The base of the list that is nearest, or the voltage itself.
void Network::set_nominal(Circuit& circuit, PropertyReader& reader) {
    for (Bus& bus : buses_) {
        if (!bus.reached) continue;
        double kv = bus.to_earth * std::numbers::sqrt3 / 1000.0;
        const auto distance = [kv](double base) { return base > 0.0 ? std::abs(1.0 - kv / base) : HUGE_VAL; };
        const auto& bases = circuit.voltage_bases;
        const auto nearest =
            std::min_element(bases.begin(), bases.end(), [&](double a, double b) { return distance(a) < distance(b); });
        constexpr double far = 2.0;  // a base beyond is one of other voltages
        const bool is_near = nearest != bases.end() && kv < far * *nearest && kv > *nearest / far;
        if (const auto given = circuit.bus_bases.find(bus.name); given != circuit.bus_bases.end())
            kv = given->second;
        else if (is_near)
            kv = *nearest;
        else if (!bases.empty())
            reader.note("set voltagebases", bus.at, fmt::format("holds none near {:.4g} kV, which counts itself", kv), "add it");
        bus.nominal = (bus.split ? 2.0 / std::numbers::sqrt3 : 1.0) * kv * 1000.0;
    }
}

std::optional<Conductor> Network::conductor(const std::string& name, int node) const {
    if (node <= 0 || node > highest_node) return std::nullopt;
    if (node == 4) return Conductor::n;
    if (bus(name).split && node <= 2) return node == 1 ? Conductor::s1 : Conductor::s2;
    constexpr Conductor phases[] = {Conductor::a, Conductor::b, Conductor::c};
    return phases[node - 1];
}

}  // namespace evsweep::opendss
