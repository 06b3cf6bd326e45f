#include "sim/network/sweep/branch_currents.hpp"

#include "sim/network/sweep/network_model.hpp"

namespace evsweep {

BranchCurrents::Complex BranchCurrents::downward(std::size_t bus, std::size_t row) const {
    const std::size_t first = model_.first_conductor[bus];
    const Block& y = folded_.admittance(bus);
    Complex current = swept(first + row);
    for (Eigen::Index col = 0; col < y.cols(); ++col)
        current += y(static_cast<Eigen::Index>(row), col) * voltage(first + static_cast<std::size_t>(col));
    return current;
}

BranchCurrents::Complex BranchCurrents::upward(std::size_t bus, std::size_t col) const {
    const std::size_t first = model_.first_conductor[bus];
    const std::uint32_t* up = model_.up.data() + model_.first_up[bus];
    const Block& s = folded_.shown(bus);
    Complex current = 0.0;
    for (std::size_t row = 0; row < model_.conductors_of(bus); ++row)
        current += folded_.transfer(bus, row, col) * swept(first + row);
    for (Eigen::Index i = 0; i < s.cols(); ++i) current += s(static_cast<Eigen::Index>(col), i) * voltage(up[i]);
    return current;
}

}  // namespace evsweep
