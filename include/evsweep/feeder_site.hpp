/// What plug-ins may know of the feeder: names, classes, conductors and loads of its buses, in sweep order.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "evsweep/feeder_description.hpp"
#include "evsweep/ids.hpp"

namespace evsweep {

/// A load as the file has it.
struct SiteLoad {
    std::string id;
    BusId bus;
    double p_kw = 0.0;  ///< at rated voltage
    std::vector<Terminals> terminals;
};

/// A voltage that loads at a bus see, and that voltage limits therefore speak of: between two of its conductors, or one and the
/// earth. Its place in FeederSite::supply is its index everywhere.
struct SupplyVoltage {
    std::uint32_t bus = 0;
    std::uint32_t plus = 0;                ///< by ConductorId
    std::optional<std::uint32_t> minus{};  ///< none: the earth
    double nominal_v = 0.0;                ///< across them: 1 pu (line-to-line where balanced)
};

struct FeederSite {
    std::vector<std::string> bus;  ///< names, parent before child; index = BusId
    std::vector<std::string> bus_class;
    std::vector<double> load_kw;      ///< nominal active load per bus
    std::vector<double> nominal_v;    ///< line-to-line
    std::vector<std::string> branch;  ///< names; index = BranchId; rows between the same two buses are one branch

    /// Bus k has the conductors first_conductor[k] .. first_conductor[k + 1] - 1.
    std::vector<std::uint32_t> first_conductor;
    std::vector<Conductor> conductor;             ///< by ConductorId
    std::vector<std::uint32_t> bus_of_conductor;  ///< by ConductorId: the BusId
    std::vector<double> base_v;                   ///< by ConductorId: voltage to earth that is 1 pu (line-to-line where balanced)
    std::vector<double> rating_a;  ///< by ConductorId: of the branch that feeds this conductor; infinite where unlimited

    std::vector<SiteLoad> loads{};  ///< in the order of the file
    std::vector<double> x{};        ///< by bus: drawing coordinates; NaN where the file has none
    std::vector<double> y{};
    std::vector<SupplyVoltage> supply{};    ///< what loads see at every bus, in the order of buses; see supply_voltages
    std::vector<BranchKind> branch_kind{};  ///< by BranchId

    /// Whether a conductor is behind a transformer (or regulator) that feeds its bus; its rating is then that of the transformer.
    [[nodiscard]] bool is_behind_transformer(ConductorId c) const {
        const std::uint32_t k = bus_of_conductor[c.index()];
        return k > 0 && branch_kind[k - 1] == BranchKind::transformer;
    }

    /// Whether loads everywhere see conductors to earth, so that voltages by supply and by conductor are the same column.
    [[nodiscard]] bool supplies_are_conductors() const {
        if (supply.size() != conductor.size()) return false;
        for (std::size_t i = 0; i < supply.size(); ++i)
            if (supply[i].minus || supply[i].plus != i) return false;
        return true;
    }
    /// Whether the voltage limits speak of this supply: not of the source's, whose voltage is given and cannot be anybody's
    /// doing.
    [[nodiscard]] static bool is_held_to_band(const SupplyVoltage& seen) { return seen.bus != 0; }
    /// "a" (to earth), "a-n", "a-b", "balanced".
    [[nodiscard]] std::string wires_of(const SupplyVoltage& seen) const {
        const std::string plus(name_of(conductor[seen.plus]));
        return seen.minus ? plus + "-" + std::string(name_of(conductor[*seen.minus])) : plus;
    }
    /// The different wires_of: to earth, then to a neutral, then between phases.
    [[nodiscard]] std::vector<std::string> supply_kinds() const {
        std::map<std::array<std::size_t, 3>, std::string> found;
        for (const SupplyVoltage& seen : supply) {
            const auto plus = static_cast<std::size_t>(conductor[seen.plus]);
            const auto minus = seen.minus ? static_cast<std::size_t>(conductor[*seen.minus]) : 0;
            const std::size_t rank = !seen.minus ? 0 : conductor[*seen.minus] == Conductor::n ? 1 : 2;
            found.insert({{rank, plus, minus}, wires_of(seen)});
        }
        std::vector<std::string> names;
        for (const auto& [key, name] : found) names.push_back(name);
        return names;
    }
    /// "bus" where the feeder is balanced, else "bus.a", "bus.a-n", "bus.a-b".
    [[nodiscard]] std::string supply_name(const SupplyVoltage& seen) const {
        return conductor[seen.plus] == Conductor::balanced ? bus[seen.bus] : bus[seen.bus] + "." + wires_of(seen);
    }
    /// "bus" where the feeder is balanced, else "bus.a".
    [[nodiscard]] std::string conductor_name(ConductorId c) const {
        const std::string& name = bus[bus_of_conductor[c.index()]];
        const Conductor wire = conductor[c.index()];
        return wire == Conductor::balanced ? name : name + "." + std::string(name_of(wire));
    }
};

}  // namespace evsweep
