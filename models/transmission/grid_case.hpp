/// A meshed transmission grid: buses, branches and generators with costs, checked and ready to be solved.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "evsweep/issues.hpp"

namespace evsweep {

/// Of a branch or generator without a limit.
inline constexpr double grid_unlimited = std::numeric_limits<double>::infinity();

struct GridBus {
    std::string name;
    double p_mw = 0.0, q_mvar = 0.0;          ///< demand
    double shunt_mw = 0.0, shunt_mvar = 0.0;  ///< drawn and injected at 1 pu
    double v_min = 0.0, v_max = 0.0;          ///< pu
};

/// A line, or a transformer where it has a ratio or a shift; pu of the case's base.
struct GridBranch {
    std::string name;
    std::uint32_t from = 0, to = 0;
    double r = 0.0, x = 0.0;
    double charging_from = 0.0, charging_to = 0.0;  ///< susceptance that stands at each end
    double ratio = 1.0, shift_rad = 0.0;            ///< of an ideal transformer at the from end
    double limit_mva = grid_unlimited;              ///< at either end
};

/// Costs square P^2 + linear P + constant, in currency per h with P in MW.
struct GridGenerator {
    std::string name;
    std::uint32_t bus = 0;
    double p_min_mw = 0.0, p_max_mw = 0.0;
    double q_min_mvar = 0.0, q_max_mvar = 0.0;
    double square = 0.0, linear = 0.0, constant = 0.0;
};

/// Connected, with at least one generator; the angle of `reference` is 0.
struct GridCase {
    std::string name;
    double base_mva = 100.0;
    std::uint32_t reference = 0;
    std::vector<GridBus> buses{};
    std::vector<GridBranch> branches{};
    std::vector<GridGenerator> generators{};
};

/// The place of a name among the members; the number of members where it is none.
template <class Member>
[[nodiscard]] std::size_t place_of(const std::string& name, const std::vector<Member>& members) {
    std::size_t i = 0;
    while (i < members.size() && members[i].name != name) ++i;
    return i;
}
template <class Member>
[[nodiscard]] std::vector<std::string> names_of_members(const std::vector<Member>& members) {
    std::vector<std::string> names;
    for (const Member& member : members) names.push_back(member.name);
    return names;
}

}  // namespace evsweep
