/// What plug-ins may know of the feeder: names, classes, conductors and loads of its buses, in sweep order.
#pragma once

#include <cstdint>
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

    /// Whether the voltage limits speak of this conductor: not of a neutral, which is meant to be near zero, nor of the source's,
    /// whose voltage is given and cannot be anybody's doing.
    [[nodiscard]] bool is_held_to_band(ConductorId c) const {
        return bus_of_conductor[c.index()] != 0 && conductor[c.index()] != Conductor::n;
    }
    /// "bus" where the feeder is balanced, else "bus.a".
    [[nodiscard]] std::string conductor_name(ConductorId c) const {
        const std::string& name = bus[bus_of_conductor[c.index()]];
        const Conductor wire = conductor[c.index()];
        return wire == Conductor::balanced ? name : name + "." + std::string(name_of(wire));
    }
};

}  // namespace evsweep
