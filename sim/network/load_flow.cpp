#include "sim/network/load_flow.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "evsweep/contracts.hpp"
#include "sim/network/network_model.hpp"

namespace evsweep {
namespace {

/// A voltage that moves by this much in one sweep is lost; there is no need to wait for infinity.
constexpr double hopeless_change_pu = 1e3;

void copy(const auto& from, auto& to) { std::copy(from.raw().begin(), from.raw().end(), to.raw().begin()); }

}  // namespace

std::string_view name_of(LoadFlowStatus status) {
    switch (status) {
        case LoadFlowStatus::converged:
            return "converged";
        case LoadFlowStatus::diverged:
            return "diverged";
        case LoadFlowStatus::collapsed:
            return "collapsed";
    }
    return {};
}

void PortPower::clear() {
    p.assign(p.size(), Kilowatts{});
    q.assign(q.size(), Kilovars{});
}

void PortPower::add(const LoadPoint& load, double scale) {
    const double part = scale / static_cast<double>(load.ports.size());
    for (const std::uint32_t port : load.ports) {
        p[port] += load.p_kw * part;
        q[port] += load.q_kvar * part;
    }
}

LoadFlow::LoadFlow(const Feeder& feeder, LoadFlowOptions options, std::vector<Port> extra)
    : feeder_(feeder),
      options_(options),
      extra_(std::move(extra)),
      devices_(feeder.initial_devices()),
      folded_(feeder.folded()),
      network_(folded_->sweep()),
      asked_(feeder.ports() + extra_.size()) {
    const std::size_t conductors = feeder.conductors();
    for (auto* column : {&v_re_, &v_im_, &i_re_, &i_im_}) column->assign(conductors + 1, 0.0);  // the last is the earth
    voltage_pu_.assign(conductors, 0.0);
    current_a_.assign(conductors, 0.0);
    state_ = {v_re_, v_im_, i_re_, i_im_};
    loop_current_.assign(feeder.model().loop_ends.size(), 0.0);
    loop_gap_.assign(loop_current_.size(), 0.0);
    for (const VoltageResponse& law : feeder.laws()) laws_.emplace_back(law);
    start_flat();
}

void LoadFlow::set_tap(std::size_t transformer, std::size_t winding, double tap) {
    const FeederTransformer& t = feeder_.transformers()[transformer];
    double& now = devices_.tap[t.first_tap + winding];
    if (now == tap) return;
    now = tap;
    moved_.push_back(t.link);
}

void LoadFlow::set_steps(std::size_t shunt, int steps_on) {
    if (devices_.steps_on[shunt] == steps_on) return;
    devices_.steps_on[shunt] = steps_on;
    moved_.push_back(feeder_.model().shunts[shunt].bus);
}

/// Folds what has moved, into a network of its own: the feeder's is shared.
void LoadFlow::refold() {
    if (!own_) own_ = std::make_shared<FoldedNetwork>(*folded_);
    own_->update(devices_, moved_);
    folded_ = own_;
    network_ = folded_->sweep();
    moved_.clear();
}

/// The voltages of the network without load: they have the right angles behind every transformer.
void LoadFlow::start_flat() {
    for (auto* column : {&v_re_, &v_im_, &i_re_, &i_im_}) std::fill(column->begin(), column->end(), 0.0);
    std::fill(loop_current_.begin(), loop_current_.end(), 0.0);
    static_cast<void>(forward(network_, state_));
}

/// Adds what flows from one conductor of a port to the other, for power `s` at voltage `u` between them.
void LoadFlow::draw(const Port& port, double p, double q, double u_re, double u_im, double u2) {
    const double re = (p * u_re + q * u_im) / u2;
    const double im = (p * u_im - q * u_re) / u2;
    i_re_[port.plus] += re;
    i_im_[port.plus] += im;
    i_re_[port.minus] -= re;
    i_im_[port.minus] -= im;
}

/// Currents drawn at the present voltages.
void LoadFlow::inject() {
    const std::size_t conductors = feeder_.conductors();
    const auto p = std::as_const(asked_.p).raw();
    const auto q = std::as_const(asked_.q).raw();
    inject_power<double>(p.first(conductors), q.first(conductors), state_);
    std::size_t number = conductors;
    for (const Port& port : feeder_.load_ports()) {
        const double u_re = v_re_[port.plus] - v_re_[port.minus];
        const double u_im = v_im_[port.plus] - v_im_[port.minus];
        const double u2 = u_re * u_re + u_im * u_im;
        const Drawn drawn = laws_[port.law].at(u2 / (port.rated_pu * port.rated_pu));
        if (u2 > 0.0) draw(port, p[number] * drawn.p, q[number] * drawn.q, u_re, u_im, u2);
        ++number;
    }
    for (const Port& port : extra_) {
        const double u_re = v_re_[port.plus] - v_re_[port.minus];
        const double u_im = v_im_[port.plus] - v_im_[port.minus];
        const double u2 = u_re * u_re + u_im * u_im;
        if (u2 > 0.0) draw(port, p[number], q[number], u_re, u_im, u2);
        ++number;
    }
    const auto& ends = feeder_.model().loop_ends;
    for (std::size_t l = 0; l < ends.size(); ++l) {
        i_re_[ends[l].leaf] += loop_current_[l].real();
        i_im_[ends[l].leaf] += loop_current_[l].imag();
        i_re_[ends[l].main] -= loop_current_[l].real();
        i_im_[ends[l].main] -= loop_current_[l].imag();
    }
}

/// Compensation (Shirmohammadi et al. 1988): loop currents that take away the voltage gaps at the break points. Returns
/// whether there were none worth mentioning.
bool LoadFlow::close_loops() {
    const auto& ends = feeder_.model().loop_ends;
    if (ends.empty()) return true;
    double widest = 0.0;
    for (std::size_t l = 0; l < ends.size(); ++l) {
        loop_gap_[l] = at(ends[l].leaf) - at(ends[l].main);
        widest = std::max(widest, std::norm(loop_gap_[l]));
    }
    folded_->close_gaps(loop_gap_, loop_current_);
    return widest <= options_.tolerance_pu * options_.tolerance_pu;
}

LoadFlowResult LoadFlow::solve(const PortPower& power) {
    EVSWEEP_EXPECTS(power.p.size() == ports(), "one power per port of the load flow");
    has_voltage_ = has_current_ = false;
    copy(power.p, asked_.p);
    copy(power.q, asked_.q);
    if (!moved_.empty()) refold();
    if (!warm_) start_flat();
    LoadFlowResult result = sweep();
    warm_ = result.status == LoadFlowStatus::converged;
    if (!warm_) blame(result);
    return result;
}

LoadFlowResult LoadFlow::sweep() {
    LoadFlowResult result;
    const double enough = options_.tolerance_pu * options_.tolerance_pu;
    double change2 = 0.0;
    inject();
    while (result.iterations < options_.max_iterations) {
        backward(network_, state_);
        // A number that is not finite, anywhere, is in the sum that the source delivers.
        double delivered = 0.0;
        for (std::size_t row = 0; row < network_.source_re.size(); ++row) delivered += i_re_[row] + i_im_[row];
        if (!std::isfinite(delivered)) break;
        ++result.iterations;
        change2 = forward(network_, state_);
        const bool closed = close_loops();
        inject();
        if (change2 <= enough && closed) {
            result.status = LoadFlowStatus::converged;
            break;
        }
        if (change2 > hopeless_change_pu * hopeless_change_pu) break;
    }
    result.last_change_pu = std::sqrt(change2);
    if (result.status != LoadFlowStatus::converged) return result;
    watch_collapse(result);
    backward(network_, state_);  // currents of the final voltages: with them source = drawn + loss holds to rounding
    return result;
}

/// The conductor with the lowest voltage, neutrals apart.
std::size_t LoadFlow::lowest_conductor(double& lowest) const {
    std::size_t where = 0;
    lowest = std::numeric_limits<double>::infinity();
    const auto& wire = feeder_.site().conductor;
    for (std::size_t c = 0; c < wire.size(); ++c) {
        const double v2 = v_re_[c] * v_re_[c] + v_im_[c] * v_im_[c];
        if (v2 >= lowest || wire[c] == Conductor::n) continue;
        lowest = v2;
        where = c;
    }
    lowest = std::sqrt(lowest);
    return where;
}

void LoadFlow::watch_collapse(LoadFlowResult& result) const {
    double lowest = 0.0;
    const std::size_t where = lowest_conductor(lowest);
    if (lowest >= options_.collapse_pu) return;
    result.status = LoadFlowStatus::collapsed;
    result.worst_bus = BusId(feeder_.site().bus_of_conductor[where]);
}

/// Why there is no solution: sweeps once more from the start and tells the first voltage that collapses, else the bus whose
/// power is not a number, else the bus that moves most in the last sweep.
void LoadFlow::blame(LoadFlowResult& result) {
    if (result.status == LoadFlowStatus::collapsed) return;
    start_flat();
    std::size_t moved = 0;
    AlignedVector<double> old_re, old_im;
    for (int i = 0; i < result.iterations && result.status != LoadFlowStatus::collapsed; ++i) {
        old_re = v_re_, old_im = v_im_;
        inject();
        backward(network_, state_);
        static_cast<void>(forward(network_, state_));
        static_cast<void>(close_loops());
        watch_collapse(result);
    }
    if (result.status == LoadFlowStatus::collapsed) return;
    inject();
    double most = -1.0;
    for (std::size_t c = 0; c < feeder_.conductors(); ++c) {
        const bool finite = std::isfinite(i_re_[c]) && std::isfinite(i_im_[c]);
        const double change = !finite          ? std::numeric_limits<double>::infinity()
                              : old_re.empty() ? 0.0
                                               : std::abs(at(c) - Complex(old_re[c], old_im[c]));
        if (change > most) most = change, moved = c;
    }
    result.worst_bus = BusId(feeder_.site().bus_of_conductor[moved]);
}

}  // namespace evsweep
