#include "controllers/fuzzy/surface.hpp"

#include "evsweep/contracts.hpp"

namespace evsweep {

namespace {

/// Compiled for three instruction sets, all without fused products: the same bits from each.
#if defined(__x86_64__) && defined(__ELF__)
[[gnu::target_clones("avx512f", "avx2", "default")]]
#endif
void blend(const double* lower, const double* upper, double share, std::span<double> out) {
    for (std::size_t k = 0; k < out.size(); ++k) out[k] = FuzzySurface::between(lower[k], upper[k], share);
}

}  // namespace

double FuzzySurface::Axis::at(std::size_t k) const {
    if (points == 1) return 0.5 * (lowest + highest);
    return lowest + (highest - lowest) * static_cast<double>(k) / static_cast<double>(points - 1);
}

FuzzySurface::FuzzySurface(const std::array<Axis, fuzzy_inputs>& axes, const std::vector<double>& power) : axes_(axes) {
    std::size_t size = 1;
    for (std::size_t d = 0; d < fuzzy_inputs; ++d) {
        const double top = static_cast<double>(axes[d].points - 1);
        scale_[d] = {axes[d].lowest, top / (axes[d].highest - axes[d].lowest), top};
        size *= axes[d].points;
    }
    EVSWEEP_EXPECTS(power.size() == size, "a surface has one power per grid point");
    soc_stride_ = axes_[2].points + 1;
    voltage_stride_ = (axes_[1].points + 1) * soc_stride_;
    layer_size_ = (axes_[0].points + 1) * voltage_stride_;
    lay_out(power);
}

void FuzzySurface::lay_out(const std::vector<double>& power) {
    const auto repeated = [this](std::size_t d, std::size_t k) { return std::min(k, axes_[d].points - 1); };
    layers_.reserve((axes_[3].points + 1) * layer_size_);
    for (std::size_t stress = 0; stress <= axes_[3].points; ++stress)
        for (std::size_t row = 0; row < layer_size_; ++row) {
            const std::size_t voltage = repeated(0, row / voltage_stride_);
            const std::size_t soc = repeated(1, row % voltage_stride_ / soc_stride_);
            const std::size_t pressure = repeated(2, row % soc_stride_);
            const std::size_t given = (voltage * axes_[1].points + soc) * axes_[2].points + pressure;
            layers_.push_back(power[given * axes_[3].points + repeated(3, stress)]);
        }
}

void FuzzySurface::cut(double stress, std::span<double> layer) const {
    const auto [below, share] = scale(FuzzyInput::stress).place(stress);
    const double* lower = layers_.data() + below * layer_size_;
    blend(lower, lower + layer_size_, share, layer.first(layer_size_));
}

double FuzzySurface::power(const FuzzyPoint& point) const {
    const FuzzyPlace voltage = scale_[0].place(point[0]);
    const FuzzyPlace soc = scale_[1].place(point[1]);
    const FuzzyPlace pressure = scale_[2].place(point[2]);
    const FuzzyPlace stress = scale_[3].place(point[3]);
    const double* corner =
        layers_.data() + stress.below * layer_size_ + voltage.below * voltage_stride_ + soc.below * soc_stride_ + pressure.below;
    const auto pair = [&](std::size_t k) {
        return between(pair_at(corner + k), pair_at(corner + k + layer_size_), Pair(stress.share));
    };
    const Pair both = ends(pair, voltage.share, soc.share);
    return between<double>(both[0], both[1], pressure.share);
}

}  // namespace evsweep
