#include "sim/study/write_connectors.hpp"

#include <algorithm>

#include "sim/record/result_file.hpp"
#include "sim/study/study_result.hpp"

namespace evsweep {

namespace {

const std::string connectors_group = "/connectors";

/// "a", "a-b", "a-n,b-n": the wires between which a charging point draws; empty: all phases of its bus.
std::string wires_text(const Connectors& connectors, std::size_t c) {
    if (c >= connectors.wiring.size()) return "";
    std::string text;
    for (const Terminals& pair : connectors.wiring[c]) {
        text += text.empty() ? "" : ",";
        text += pair.plus ? std::string(name_of(*pair.plus)) : "0";
        if (pair.minus) text += "-" + std::string(name_of(*pair.minus));
    }
    return text;
}

}  // namespace

void write_connectors(ResultFile& file, const StudyResult& result) {
    const Connectors& connectors = result.connectors;
    if (connectors.size() == 0) return;
    std::vector<double> numbers;
    std::vector<std::string> groups, wires, bus_names;
    std::vector<std::int32_t> buses;
    for (std::size_t c = 0; c < connectors.size(); ++c) {
        numbers.push_back(static_cast<double>(c));
        groups.push_back(connectors.groups[connectors.group[c]]);
        wires.push_back(wires_text(connectors, c));
        buses.push_back(static_cast<std::int32_t>(connectors.bus[c].index()));
        bus_names.push_back(result.feeder.bus[connectors.bus[c].index()]);
    }
    const std::string where = result.places_differ ? ", in replica 0; other replicas have other places" : ", in every replica";
    const auto texts = [&](const char* name, const std::string& meaning, const std::vector<std::string>& column) {
        file.write({connectors_group, name, {"connector"}, {{"long_name", meaning}}}, column);
    };
    const auto ratings = [&](const char* name, const char* unit, const char* meaning, std::span<const double> column) {
        file.write({connectors_group, name, {"connector"}, {{"units", unit}, {"long_name", meaning}}}, column);
    };
    file.annotate(connectors_group,
                  {{"long_name", "charging points; outputs with the dimension `connector` count them like this"},
                   {"places_differ", std::int64_t{result.places_differ}}});
    file.write({connectors_group, "connector", {"connector"}, {{"long_name", "number of the charging point"}}}, numbers);
    texts("group", "its group of the population", groups);
    texts("bus", "its bus" + where, bus_names);
    file.write({connectors_group, "bus_place", {"connector"}, {{"long_name", "place of that bus in /feeder/bus"}}}, buses);
    texts("wires", "between which it draws, e.g. a-n; empty: all phases of its bus" + where, wires);
    ratings("charge_rating_kw", "kW", "largest power drawn", connectors.charge_rating.raw());
    ratings("discharge_rating_kw", "kW", "largest power returned; 0: not bidirectional", connectors.discharge_rating.raw());
    ratings("apparent_rating_kva", "kVA", "largest apparent power", connectors.apparent_rating.raw());
    ratings("minimum_power_kw", "kW", "smallest power but zero", connectors.minimum_power.raw());
}

}  // namespace evsweep
