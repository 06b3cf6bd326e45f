#include <Eigen/LU>
#include <algorithm>
#include <cmath>

#include "sim/network/sweep/iterate.hpp"
#include "sim/network/sweep/network_model.hpp"

namespace evsweep {
namespace {

using Index = Eigen::Index;
using Complex = std::complex<double>;

void put(const Block& block, std::size_t at, AlignedVector<double>& re, AlignedVector<double>& im) {
    for (Index e = 0; e < block.size(); ++e) {
        re[at + static_cast<std::size_t>(e)] = block.data()[e].real();
        im[at + static_cast<std::size_t>(e)] = block.data()[e].imag();
    }
}

}  // namespace

std::vector<CoilEquations> coils_of(const Link& link, std::span<const double> tap) {
    std::vector<CoilEquations> coils = link.fixed;
    for (const LinkTransformer& transformer : link.transformers) coils.push_back(equations_of(transformer, tap));
    return coils;
}

FoldedNetwork::FoldedNetwork(const NetworkModel& model, const DeviceState& devices) : model_(model) {
    const std::size_t buses = model.buses();
    t_at_.assign(buses + 1, 0);
    w_at_.assign(buses + 1, 0);
    for (std::size_t k = 0; k < buses; ++k) {
        const std::size_t n = model.conductors_of(k);
        t_at_[k + 1] = t_at_[k] + n * model.above(k);
        w_at_[k + 1] = w_at_[k] + (k > 0 ? n * n : 0);
    }
    for (auto* column : {&t_re_, &t_im_}) column->assign(t_at_.back(), 0.0);
    for (auto* column : {&w_re_, &w_im_}) column->assign(w_at_.back(), 0.0);
    y_.resize(buses);
    s_.resize(buses);
    device_y_.resize(buses);
    identity_.assign(buses, 0);
    plain_.assign(buses, 0);
    for (std::size_t k = buses; k-- > 0;) fold_bus(k, devices);
    find_runs();
    find_loop_admittance();
}

void FoldedNetwork::update(const DeviceState& devices, std::span<const std::uint32_t> changed) {
    std::vector<bool> is_dirty(model_.buses(), false);
    for (const std::uint32_t k : changed) is_dirty[k] = true;
    for (std::size_t k = model_.buses(); k-- > 0;) {
        if (!is_dirty[k]) continue;
        is_dirty[model_.parent[k]] = true;
        fold_bus(k, devices);
    }
    find_runs();
    find_loop_admittance();
}

/// Sums what the bus carries, folds it through its link and puts the blocks where the sweep reads them.
void FoldedNetwork::fold_bus(std::size_t bus, const DeviceState& devices) {
    const auto n = static_cast<Index>(model_.conductors_of(bus));
    Block y = Block::Zero(n, n);
    device_y_[bus].resize(0, 0);
    for (const std::uint32_t shunt : model_.shunts_at[bus]) {
        const ShuntDevice& device = model_.shunts[shunt];
        y += device.y * (static_cast<double>(devices.steps_on[shunt]) / device.steps);
    }
    if (!model_.shunts_at[bus].empty()) device_y_[bus] = y;
    if (!model_.held.empty())
        for (Index c = 0; c < n; ++c) y(c, c) += model_.held[model_.first_conductor[bus] + static_cast<std::size_t>(c)];
    for (const std::uint32_t child : model_.children[bus]) {
        const std::uint32_t* up = model_.up.data() + model_.first_up[child];
        const std::uint32_t first = model_.first_conductor[bus];
        for (Index i = 0; i < s_[child].rows(); ++i)
            for (Index j = 0; j < s_[child].cols(); ++j) y(up[i] - first, up[j] - first) += s_[child](i, j);
    }
    y_[bus] = y;
    if (bus == 0) return fold_source();
    FoldedLink folded;
    const FoldError error = fold(coils_of(model_.links[bus], devices.tap), y, folded);
    if (error != FoldError::none) {
        error_ = error;
        error_bus_ = static_cast<std::uint32_t>(bus);
        return;
    }
    // Only the parent's conductors that the link touches.
    const std::uint32_t* up = model_.up.data() + model_.first_up[bus];
    const auto q = static_cast<Index>(model_.above(bus));
    const std::uint32_t first = model_.first_conductor[model_.parent[bus]];
    Block t(n, q), s(q, q);
    for (Index j = 0; j < q; ++j) {
        t.col(j) = folded.t.col(up[j] - first);
        for (Index i = 0; i < q; ++i) s(i, j) = folded.s(up[i] - first, up[j] - first);
    }
    s_[bus] = s;
    identity_[bus] = is_identity(t);
    plain_[bus] = identity_[bus] != 0 && y.isZero(0.0) && s.isZero(0.0);
    put(t, t_at_[bus], t_re_, t_im_);
    put(folded.w, w_at_[bus], w_re_, w_im_);
}

/// The source behind its impedance: V_0 = D E - D Z I_0, D = (1 + Z y)^-1.
void FoldedNetwork::fold_source() {
    const Block zy = model_.source_z * y_[0];
    const Block d = (Block::Identity(zy.rows(), zy.cols()) + zy).eval().partialPivLu().inverse();
    const Block w = d * model_.source_z;
    const BlockVector v = d * model_.source;
    const auto n = static_cast<std::size_t>(v.size());
    for (auto* column : {&source_re_, &source_im_}) column->assign(n, 0.0);
    for (auto* column : {&source_w_re_, &source_w_im_}) column->assign(n * n, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
        source_re_[i] = v(static_cast<Index>(i)).real();
        source_im_[i] = v(static_cast<Index>(i)).imag();
    }
    put(w, 0, source_w_re_, source_w_im_);
}

/// Groups buses of one shape that follow one another.
void FoldedNetwork::find_runs() {
    runs_.clear();
    for (std::uint32_t k = 1; k < model_.buses(); ++k) {
        const auto n = static_cast<std::uint8_t>(model_.conductors_of(k));
        const auto q = static_cast<std::uint8_t>(model_.above(k));
        const bool identity = identity_[k] != 0;
        if (!runs_.empty()) {
            SweepRun& run = runs_.back();
            if (run.conductors == n && run.above == q && run.identity == identity) {
                run.end_bus = k + 1;
                continue;
            }
        }
        runs_.push_back({k, k + 1, n, q, identity, model_.first_conductor[k], model_.first_up[k], t_at_[k], w_at_[k]});
    }
}

/// The inverse of voltage gap per loop current, found by the sweep itself: one unit current after the other with the source
/// at rest.
void FoldedNetwork::find_loop_admittance() {
    const std::size_t ends = model_.loop_ends.size();
    if (ends == 0 || error_ != FoldError::none) return;
    const std::size_t places = model_.conductors() + 1;
    AlignedVector<double> v_re(places), v_im(places), i_re(places), i_im(places);
    const SweepState<double> state{v_re, v_im, i_re, i_im};
    AlignedVector<double> at_rest(source_re_.size(), 0.0);
    SweepNetwork net = sweep();
    net.source_re = net.source_im = at_rest;
    Eigen::MatrixXcd impedance(ends, ends);
    for (std::size_t j = 0; j < ends; ++j) {
        std::fill(i_re.begin(), i_re.end(), 0.0);
        std::fill(i_im.begin(), i_im.end(), 0.0);
        i_re[model_.loop_ends[j].leaf] = model_.loop_ends[j].turn_re;
        i_im[model_.loop_ends[j].leaf] = -model_.loop_ends[j].turn_im;
        i_re[model_.loop_ends[j].main] = -1.0;
        backward(net, state);
        static_cast<void>(forward(net, state));
        for (std::size_t i = 0; i < ends; ++i) {
            const auto gap = sweep_detail::gap_of(model_.loop_ends[i], state);
            impedance(static_cast<Index>(i), static_cast<Index>(j)) = Complex(-gap.re, -gap.im);
        }
    }
    // Loops of cables and loops through admittances to earth are of very different sizes, which is no error.
    const Eigen::VectorXd size = impedance.diagonal().cwiseAbs().cwiseSqrt();
    const Eigen::VectorXd scale = size.cwiseInverse();
    const bool is_sized = size.minCoeff() > 0.0;
    const Eigen::PartialPivLU<Eigen::MatrixXcd> factors(
        is_sized ? Eigen::MatrixXcd(scale.asDiagonal() * impedance * scale.asDiagonal()) : impedance);
    if (!is_sized || !(factors.rcond() > 1e-12)) {
        error_ = FoldError::shorted;
        error_bus_ = 0;
        return;
    }
    const Eigen::MatrixXcd admittance =  // stored by columns, read by rows
        (scale.asDiagonal() * factors.inverse() * scale.asDiagonal()).transpose();
    for (auto* column : {&loop_y_re_, &loop_y_im_}) column->resize(ends * ends);
    for (std::size_t e = 0; e < ends * ends; ++e) {
        loop_y_re_[e] = admittance.data()[e].real();
        loop_y_im_[e] = admittance.data()[e].imag();
    }
}

SweepNetwork FoldedNetwork::sweep() const {
    return {runs_, model_.up, t_re_, t_im_, w_re_, w_im_, source_re_, source_im_, source_w_re_, source_w_im_};
}

}  // namespace evsweep
