#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "sim/network/build/feeder_checks.hpp"

namespace evsweep {
namespace {

template <class Row>
std::vector<std::string> ids_of(const std::vector<Row>& rows) {
    std::vector<std::string> ids;
    for (const Row& row : rows) ids.push_back(row.id);
    return ids;
}

class ControlChecks {
   public:
    ControlChecks(const FeederDescription& description, Issues& issues) : description_(description), issues_(issues) {}

    void run() {
        for (const RegulatorRow& row : description_.regulators) regulator(row);
        for (const CapacitorControlRow& row : description_.capacitor_controls) capacitor(row);
        for (const InjectionControlRow& row : description_.injection_controls) injection(row);
        for (const ProfileRow& row : description_.profiles) profile(row);
    }

   private:
    void need(bool holds, const Position& at, const std::string& path, const std::string& problem, const std::string& hint) {
        if (!holds) issues_.error(at, path, problem, hint);
    }

    void regulator(const RegulatorRow& row) {
        const std::string path = "regulator " + row.id;
        unique(row.id, row.at, path);
        const auto& rows = description_.transformers;
        const auto found =
            std::find_if(rows.begin(), rows.end(), [&](const TransformerRow& t) { return t.id == row.transformer; });
        if (found == rows.end())
            return issues_.error(row.at, path, "unknown transformer '" + row.transformer + "'",
                                 did_you_mean(row.transformer, ids_of(rows)));
        need(found->closed, row.at, path, "its transformer is open", "remove it");
        if (row.tap_winding)
            need(row.winding < found->windings.size(), row.at, path,
                 fmt::format("transformer {} has no winding {}", found->id, row.winding + 1),
                 fmt::format("it has {}", found->windings.size()));
        if (row.winding < found->windings.size())
            need(row.coil < found->windings[row.winding].coils.size(), row.at, path,
                 fmt::format("its winding has no coil {}", row.coil + 1),
                 fmt::format("it has {}", found->windings[row.winding].coils.size()));
        need(row.pt_ratio > 0.0 && row.bus_pt_ratio.value_or(1.0) > 0.0, row.at, path,
             "the ratio of its voltage transformer is not positive", "e.g. 20");
        need(row.ct_primary.value() > 0.0, row.at, path, "the rating of its current transformer is not positive", "e.g. 700 A");
        for (const RelaySetting* setting : {&row.forward, &row.reverse}) {
            need(setting->set_v > 0.0 && setting->band_v > 0.0, row.at, path, "its voltage and band are not positive",
                 "e.g. 122 V and 2 V");
            need(setting->delay >= Duration::zero(), row.at, path, "its delay is negative", "give 0 s or more");
        }
        need(row.tap_delay >= Duration::zero() && row.max_steps >= 1, row.at, path, "it moves no tap",
             "at least one step at a time");
        const std::size_t tapped = row.tap_winding.value_or(row.winding);
        need(tapped < found->windings.size(), row.at, path,
             fmt::format("transformer {} has no winding {}", found->id, tapped + 1),
             fmt::format("it has {}", found->windings.size()));
        if (tapped < found->windings.size())
            need(found->windings[tapped].taps.steps > 0, row.at, path, "its winding has no taps", "e.g. 32 steps");
        if (row.bus.empty()) return;
        need_conductors(row.at, path, row.bus, {row.bus_conductor});
    }

    /// The bus is known and has these conductors.
    void need_conductors(const Position& at, const std::string& path, const std::string& name,
                         const std::vector<std::optional<Conductor>>& conductors) {
        const auto& rows = description_.buses;
        const auto bus = std::find_if(rows.begin(), rows.end(), [&](const BusRow& row) { return row.id == name; });
        if (bus == rows.end()) {
            return issues_.error(at, path, "unknown bus '" + name + "'", did_you_mean(name, ids_of(rows)));
        }
        for (const auto& wire : conductors) {
            const bool has = !wire || std::count(bus->conductors.begin(), bus->conductors.end(), *wire) > 0;
            need(has, at, path, fmt::format("bus {} has no conductor {}", name, wire ? name_of(*wire) : ""),
                 "name one that it has");
        }
    }

    void capacitor(const CapacitorControlRow& row) {
        const std::string path = "capacitor control " + row.id;
        unique(row.id, row.at, path);
        const auto known = ids_of(description_.shunts);
        if (std::find(known.begin(), known.end(), row.capacitor) == known.end())
            issues_.error(row.at, path, "unknown capacitor '" + row.capacitor + "'", did_you_mean(row.capacitor, known));
        need(row.pt_ratio > 0.0 && row.ct_ratio > 0.0, row.at, path, "a ratio is not positive", "e.g. 60");
        need(row.least_share >= 0.0, row.at, path, "its least share is negative", "e.g. 0.5");
        need(std::min({row.delay_on, row.delay_off, row.dead_time}) >= Duration::zero(), row.at, path, "a delay is negative",
             "give 0 s or more");
        const bool low_is_on = row.signal == CapacitorSignal::voltage || row.signal == CapacitorSignal::power_factor;
        const auto axis = [&](double x) { return row.signal == CapacitorSignal::power_factor && x < 0.0 ? x + 2.0 : x; };
        const bool overlap = low_is_on ? axis(row.on) >= axis(row.off) : row.on <= row.off;
        if (row.signal != CapacitorSignal::time && overlap)
            issues_.warning(row.at, path, "its settings call for on and off at once", "it will switch for ever; part them");
        if (row.signal != CapacitorSignal::time || row.voltage_override) watched(row, path);
    }

    /// The branch that a capacitor control looks at.
    void watched(const CapacitorControlRow& row, const std::string& path) {
        std::vector<std::optional<Conductor>> wires{row.conductor};
        if (row.across) wires.insert(wires.end(), {row.across->plus, row.across->minus});
        const auto is_it = [&](const auto& element) { return element.id == row.element; };
        const auto& lines = description_.branches;
        const auto& transformers = description_.transformers;
        const auto line = std::find_if(lines.begin(), lines.end(), is_it);
        const auto transformer = std::find_if(transformers.begin(), transformers.end(), is_it);
        std::vector<std::string> elements = ids_of(lines);
        for (const std::string& id : ids_of(transformers)) elements.push_back(id);
        if (line == lines.end() && transformer == transformers.end())
            return issues_.error(row.at, path, "unknown branch '" + row.element + "'", did_you_mean(row.element, elements));
        need(line != lines.end() ? line->closed : transformer->closed, row.at, path, "the branch that it watches is open",
             "watch a closed one");
        if (line != lines.end())
            need_conductors(row.at, path, row.at_to_end ? line->to : line->from, wires);
        else if (transformer->windings.size() > 1)
            need_conductors(row.at, path, transformer->windings[row.at_to_end ? 1 : 0].bus, wires);
    }

    void injection(const InjectionControlRow& row) {
        const std::string path = "injection control " + row.id;
        unique(row.id, row.at, path);
        const auto known = ids_of(description_.loads);
        if (std::find(known.begin(), known.end(), row.load) == known.end())
            issues_.error(row.at, path, "unknown load or generator '" + row.load + "'", did_you_mean(row.load, known));
        else
            need(controlled_.insert(row.load).second, row.at, path, row.load + " has a control already", "give it one");
        for (const WatchedVoltage& seen : row.watched) {
            need_conductors(row.at, path, seen.bus, {seen.across.plus, seen.across.minus});
            need(seen.across.plus != seen.across.minus, row.at, path, "watches the voltage from a place to itself",
                 "name two conductors, or one and the earth");
        }
        need(row.delay >= Duration::zero(), row.at, path, "its delay is negative", "give 0 s or more");
        if (const auto* hold = std::get_if<HoldVoltage>(&row.law)) holding(row, *hold, path);
        check_inverter(row, issues_);
    }

    void holding(const InjectionControlRow& row, const HoldVoltage& law, const std::string& path) {
        need(law.set.value() > 0.0, row.at, path, "the voltage that it holds is not positive", "e.g. 1.01 pu");
        need(law.q_min <= law.q_max, row.at, path, "its lowest reactive power is above the highest", "exchange q_min and q_max");
    }

    void profile(const ProfileRow& row) {
        const std::string path = "profile " + row.id;
        unique(row.id, row.at, path);
        need(!row.values.empty(), row.at, path, "has no values", "give at least one");
        need(row.q_values.empty() || row.q_values.size() == row.values.size(), row.at, path,
             "has not as many values of reactive power as of power", "give both, or leave those of reactive power out");
        need(row.every > Duration::zero(), row.at, path, "its interval is not positive", "e.g. 1 h");
    }

    void unique(const std::string& id, const Position& at, const std::string& path) {
        need(!id.empty() && seen_.insert(path).second, at, path, id.empty() ? "the id is empty" : "duplicate id", "name it once");
    }

    const FeederDescription& description_;
    Issues& issues_;
    std::set<std::string> seen_;
    std::set<std::string> controlled_;  ///< loads
};

}  // namespace

void check_controls(const FeederDescription& description, Issues& issues) { ControlChecks(description, issues).run(); }

}  // namespace evsweep
