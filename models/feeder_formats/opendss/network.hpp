/// How the elements of a circuit hang together: nodes of every bus, what the source reaches, and at which voltage.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "evsweep/feeder_description.hpp"
#include "feeder_formats/opendss/circuit.hpp"

namespace evsweep::opendss {

/// Where the conductors of one end of an element go; node 0 is earth.
struct Terminal {
    std::string bus;
    std::vector<int> nodes;
};

/// An element in service with its ends.
template <class T>
struct Placed {
    const T* element = nullptr;
    std::vector<Terminal> ends;
    bool closed = true;
};

/// The element of a name; null where it is not in service. Placed elements stand in the order of their class.
template <class T>
[[nodiscard]] const Placed<T>* placed_of(const std::vector<Placed<T>>& all, const Store<T>& store, const std::string& name) {
    const T* element = store.look_up(name);
    const auto found = std::lower_bound(all.begin(), all.end(), element,
                                        [](const Placed<T>& one, const T* other) { return std::less<>{}(one.element, other); });
    return element && found != all.end() && found->element == element ? &*found : nullptr;
}

/// All elements in service whose ends are known.
struct Plan {
    std::vector<Placed<Source>> sources;
    std::vector<Placed<Line>> lines;
    std::vector<Placed<Transformer>> transformers;
    std::vector<Placed<Reactor>> reactors;
    std::vector<Placed<Capacitor>> capacitors;
    std::vector<Placed<Load>> loads;
    std::vector<Placed<Generator>> generators;
    std::vector<Placed<PvSystem>> pv_systems;
    std::vector<Placed<Storage>> storages;
};

/// Works the ends out, with OpenDSS's defaults for nodes that are not given; reports elements without buses.
[[nodiscard]] Plan make_plan(Circuit& circuit, PropertyReader& reader);

/// Whether a capacitor or reactor joins two buses.
template <class T>
[[nodiscard]] bool is_series(const Placed<T>& placed) {
    return placed.ends.size() == 2 && placed.ends[0].bus != placed.ends[1].bus;
}

/// Whether each phase of a load stands between its node and earth.
[[nodiscard]] inline bool is_earthed_wye(const Placed<Load>& placed) {
    return !placed.element->delta && placed.ends.front().nodes.back() == 0;
}

/// Rated voltage across one coil of a winding, or one phase of a load or shunt: kV is line to line for 2 and 3 phases.
[[nodiscard]] double volts_across(double kv, int phases, bool delta);

/// The two places of each coil of a winding.
struct CoilNodes {
    int plus = 0;
    int minus = 0;
};
[[nodiscard]] std::vector<CoilNodes> coils_of(const Placed<Transformer>& transformer, std::size_t winding);

struct Bus {
    std::string name;
    std::set<int> nodes;     ///< that are fed, without earth
    std::set<int> floating;  ///< that nothing but the charging of lines gives a voltage
    Position at;
    bool reached = false;
    bool split = false;     ///< nodes 1 and 2 are the legs of a split-phase secondary
    double to_earth = 0.0;  ///< V, without load and at the rated ratio of all transformers
    double nominal = 0.0;   ///< V, in the sense of `BusRow`
};

class Network {
   public:
    Network(const Plan& plan, Circuit& circuit, PropertyReader& reader);

    /// In the order of their first use.
    [[nodiscard]] const std::vector<Bus>& buses() const { return buses_; }
    [[nodiscard]] const Bus& bus(const std::string& name) const { return buses_[index_.at(name)]; }
    /// Whether there is such a bus with a voltage.
    [[nodiscard]] bool knows(const std::string& name) const {
        const auto found = index_.find(name);
        return found != index_.end() && buses_[found->second].reached;
    }
    [[nodiscard]] bool reaches(const Terminal& end) const { return bus(end.bus).reached; }
    /// Whether only the charging of lines gives the node a voltage.
    [[nodiscard]] bool floats(const std::string& name, int node) const { return bus(name).floating.count(node) > 0; }
    /// The conductor of a node; none for earth.
    [[nodiscard]] std::optional<Conductor> conductor(const std::string& bus, int node) const;

   private:
    class NodeGroups;

    template <class T>
    void note(const std::vector<Placed<T>>& placed);
    void note(const Terminal& end, const Position& at);
    template <class T>
    void join_nodes(const std::vector<Placed<T>>& placed, NodeGroups& groups) const;
    template <class T>
    void check_fed(const std::vector<Placed<T>>& placed, const std::string& class_name, PropertyReader& reader) const;
    void find_floating(const Plan& plan, PropertyReader& reader);
    void join(const Plan& plan);
    void spread(const Plan& plan);
    void leave_transformer(const Placed<Transformer>& transformer, const std::string& from);
    void visit(std::size_t bus, double to_earth, bool split);
    void set_nominal(Circuit& circuit, PropertyReader& reader);
    void check_nodes(PropertyReader& reader) const;

    struct Edge {
        const Placed<Transformer>* transformer = nullptr;
        std::size_t other = 0;  ///< of a line
    };
    std::vector<Bus> buses_;
    std::map<std::string, std::size_t> index_;
    std::vector<std::vector<Edge>> edges_;
    std::vector<std::size_t> queue_;
};

}  // namespace evsweep::opendss
