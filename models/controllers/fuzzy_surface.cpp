#include "controllers/fuzzy_surface.hpp"

#include <algorithm>
#include <cmath>

#include "evsweep/contracts.hpp"

namespace evsweep {

double FuzzySurface::Axis::at(std::size_t k) const {
    if (points == 1) return 0.5 * (lowest + highest);
    return lowest + (highest - lowest) * static_cast<double>(k) / static_cast<double>(points - 1);
}

FuzzySurface::FuzzySurface(const std::array<Axis, fuzzy_inputs>& axes, std::vector<double> power)
    : axes_(axes), power_(std::move(power)) {
    std::size_t size = 1;
    for (const Axis& axis : axes_) size *= axis.points;
    EVSWEEP_EXPECTS(power_.size() == size, "a surface has one power per grid point");
}

namespace {

/// Where a value lies on an axis: the grid point below it and the share of the way to the next.
struct Place {
    std::size_t below = 0;
    std::size_t step = 0;  ///< to the next point; 0 on an axis of one point
    double share = 0.0;
};

Place place_on(const FuzzySurface::Axis& axis, double value) {
    if (axis.points == 1) return {};
    const double cells = static_cast<double>(axis.points - 1);
    double position = std::isnan(value) ? 0.5 * cells : (value - axis.lowest) / (axis.highest - axis.lowest) * cells;
    position = std::clamp(position, 0.0, cells);
    const std::size_t below = std::min(static_cast<std::size_t>(position), axis.points - 2);
    return {below, 1, position - static_cast<double>(below)};
}

}  // namespace

/// Multilinear interpolation, one input after the other: 16 corners, then 8, 4, 2, 1.
double FuzzySurface::power(const FuzzyPoint& point) const {
    std::array<double, 1U << fuzzy_inputs> corner{};
    std::array<Place, fuzzy_inputs> place{};
    for (std::size_t d = 0; d < fuzzy_inputs; ++d) place[d] = place_on(axes_[d], point[d]);
    for (std::size_t k = 0; k < corner.size(); ++k) {
        std::size_t row = 0;
        for (std::size_t d = 0; d < fuzzy_inputs; ++d) {
            const std::size_t is_upper = k >> (fuzzy_inputs - 1 - d) & 1U;
            row = row * axes_[d].points + place[d].below + is_upper * place[d].step;
        }
        corner[k] = power_[row];
    }
    std::size_t half = corner.size() / 2;
    for (std::size_t d = 0; d < fuzzy_inputs; ++d, half /= 2)
        for (std::size_t k = 0; k < half; ++k) corner[k] += place[d].share * (corner[k + half] - corner[k]);
    return corner[0];
}

}  // namespace evsweep
