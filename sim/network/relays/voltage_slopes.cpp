#include "sim/network/relays/voltage_slopes.hpp"

#include <algorithm>
#include <utility>

#include "sim/network/sweep/network_model.hpp"

namespace evsweep {

namespace {

/// Steps of Newton's method need no more.
constexpr double slope_tolerance = 1e-11;

}  // namespace

VoltageSlopes::VoltageSlopes(const LoadFlow& solved) : solved_(solved) {
    const SweptNetwork& network = solved.network();
    change_.network = network.problem().network;
    at_rest_.assign(change_.network.source_re.size(), 0.0);
    change_.network.source_re = change_.network.source_im = at_rest_;
    change_.loops = network.problem().loops;
    change_.tolerance = slope_tolerance;
    const std::size_t rows = network.conductors() + 1;
    for (auto* column : {&own_re_, &own_im_, &v_re_, &v_im_, &i_re_, &i_im_}) column->assign(rows, 0.0);
    for (auto* column : {&loop_re_, &loop_im_}) column->assign(change_.loops.ends.size(), 0.0);
    trial_.assign(trial_rows(change_.loops.ends.size(), network.conductors()), 0.0);
    all_ = state_ = {v_re_, v_im_, i_re_, i_im_};
    for (std::size_t c = 0; c + 1 < rows; ++c) {
        v_re_[c] = solved.swept_voltage(c).real();
        v_im_[c] = solved.swept_voltage(c).imag();
    }
    slopes_.find(network.problem().injection, state_, std::as_const(solved.power().p).raw(),
                 std::as_const(solved.power().q).raw());
    change_.to_earth = slopes_.to_earth;
    change_.between = slopes_.between;
    if (network.is_whole()) return;
    for (auto* column : {&all_v_re_, &all_v_im_, &all_i_re_, &all_i_im_}) column->assign(solved.feeder().conductors() + 1, 0.0);
    all_ = {all_v_re_, all_v_im_, all_i_re_, all_i_im_};
}

/// Places are numbered along the runs of constant power to earth, then the ports.
Port VoltageSlopes::port_of(std::uint32_t place) const {
    const Injection& injection = solved_.network().problem().injection;
    for (const PowerRun& run : injection.plain) {
        if (place < run.end - run.begin) return {run.begin + place, static_cast<std::uint32_t>(v_re_.size() - 1), 1.0, 0};
        place -= run.end - run.begin;
    }
    return injection.ports[place];
}

/// The current of -j `share` kvar at rated voltage, in the sense of a load.
void VoltageSlopes::give(std::uint32_t place, double share) {
    const Injection& injection = solved_.network().problem().injection;
    const std::size_t earth = v_re_.size() - 1;
    const Port port = port_of(place);
    const auto voltage = [&](std::size_t c) { return c == earth ? Complex() : solved_.swept_voltage(c); };
    const Complex u = voltage(port.plus) - voltage(port.minus);
    if (u == Complex()) return;
    const bool is_plain = place < solved_.places().conductors.size();
    const double factor = is_plain ? 1.0 : drawing_state(port, injection.laws[port.law], u).factor.q;
    const Complex current = Complex(0.0, share * factor) / std::conj(u);
    own_re_[port.plus] += current.real(), own_im_[port.plus] += current.imag();
    own_re_[port.minus] -= current.real(), own_im_[port.minus] -= current.imag();
}

bool VoltageSlopes::follow(std::span<const std::uint32_t> places) {
    for (auto* column : {&own_re_, &own_im_, &v_re_, &v_im_, &i_re_, &i_im_, &loop_re_, &loop_im_})
        std::fill(column->begin(), column->end(), 0.0);
    for (const std::uint32_t place : places) give(place, 1.0 / static_cast<double>(places.size()));
    const SweepColumns<double> columns{state_, nullptr, nullptr, loop_re_.data(), loop_im_.data(), trial_.data()};
    if (!evsweep::follow<double>(change_, {columns, own_re_.data(), own_im_.data()})) return false;
    const SweptNetwork& network = solved_.network();
    if (!network.is_whole()) recover(network.folded()->sweep(), network.reduced().recovery(), state_, all_);
    return true;
}

}  // namespace evsweep
