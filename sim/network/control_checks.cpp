#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "sim/network/feeder_checks.hpp"

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
        need(row.winding < found->windings.size(), row.at, path,
             fmt::format("transformer {} has no winding {}", found->id, row.winding + 1),
             fmt::format("it has {}", found->windings.size()));
        if (row.winding < found->windings.size())
            need(row.coil < found->windings[row.winding].coils.size(), row.at, path,
                 fmt::format("its winding has no coil {}", row.coil + 1),
                 fmt::format("it has {}", found->windings[row.winding].coils.size()));
        need(row.pt_ratio > 0.0 && std::isfinite(row.pt_ratio), row.at, path,
             "the ratio of its voltage transformer is not positive", "e.g. 20");
        need(row.ct_primary.value() > 0.0, row.at, path, "the rating of its current transformer is not positive", "e.g. 700 A");
        for (const RelaySetting* setting : {&row.forward, &row.reverse}) {
            need(setting->set_v > 0.0 && setting->band_v > 0.0, row.at, path, "its voltage and band are not positive",
                 "e.g. 122 V and 2 V");
            need(setting->delay >= Duration::zero(), row.at, path, "its delay is negative", "give 0 s or more");
        }
        need(row.tap_delay >= Duration::zero() && row.max_steps >= 1, row.at, path, "it moves no tap",
             "at least one step at a time");
    }

    void capacitor(const CapacitorControlRow& row) {
        const std::string path = "capacitor control " + row.id;
        unique(row.id, row.at, path);
        const auto known = ids_of(description_.shunts);
        if (std::find(known.begin(), known.end(), row.capacitor) == known.end())
            issues_.error(row.at, path, "unknown capacitor '" + row.capacitor + "'", did_you_mean(row.capacitor, known));
        need(row.pt_ratio > 0.0 && row.ct_ratio > 0.0, row.at, path, "a ratio is not positive", "e.g. 60");
        std::vector<std::string> elements = ids_of(description_.branches);
        for (const std::string& id : ids_of(description_.transformers)) elements.push_back(id);
        const bool needs_element = row.signal != CapacitorSignal::time || row.voltage_override;
        if (needs_element && std::find(elements.begin(), elements.end(), row.element) == elements.end())
            issues_.error(row.at, path, "unknown branch '" + row.element + "'", did_you_mean(row.element, elements));
    }

    void profile(const ProfileRow& row) {
        const std::string path = "profile " + row.id;
        unique(row.id, row.at, path);
        need(!row.values.empty(), row.at, path, "has no values", "give at least one");
        need(row.every > Duration::zero(), row.at, path, "its interval is not positive", "e.g. 1 h");
        need(std::all_of(row.values.begin(), row.values.end(), [](double v) { return std::isfinite(v); }), row.at, path,
             "has values that are not finite", "give numbers");
    }

    void unique(const std::string& id, const Position& at, const std::string& path) {
        need(!id.empty() && seen_.insert(path).second, at, path, id.empty() ? "the id is empty" : "duplicate id", "name it once");
    }

    const FeederDescription& description_;
    Issues& issues_;
    std::set<std::string> seen_;
};

}  // namespace

void check_controls(const FeederDescription& description, Issues& issues) { ControlChecks(description, issues).run(); }

}  // namespace evsweep
