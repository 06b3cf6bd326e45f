/// How voltages at the places of chargers follow the power drawn there: all that the members know of the grid.
#pragma once

#include <cstddef>
#include <vector>

namespace evsweep {

/// Rows of one voltage each, columns of one drawing place each, both by place: [voltage][drawing].
struct VoltageSlopes {
    std::size_t places = 0;
    std::vector<double> pu_per_kw;
    std::vector<double> pu_per_kvar;
    [[nodiscard]] double p(std::size_t voltage, std::size_t drawing) const { return pu_per_kw[voltage * places + drawing]; }
    [[nodiscard]] double q(std::size_t voltage, std::size_t drawing) const { return pu_per_kvar[voltage * places + drawing]; }
};

}  // namespace evsweep
