#include "sim/network/load_flow.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "evsweep/contracts.hpp"

namespace evsweep {
namespace {

/// A voltage that moves by this much in one sweep is lost; there is no need to wait for infinity.
constexpr double hopeless_change_pu = 1e3;

bool any_nonzero(const auto& column) {
    const auto values = column.raw();
    bool any = false;
    for (const double x : values) any |= (x != 0.0);  // no early exit, so that it vectorises
    return any;
}

bool depends_on_voltage(const BusPower& power) {
    return any_nonzero(power.p_current) || any_nonzero(power.q_current) || any_nonzero(power.p_impedance) ||
           any_nonzero(power.q_impedance);
}

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

BusPower::BusPower(std::size_t conductors)
    : p(conductors),
      p_current(conductors),
      p_impedance(conductors),
      q(conductors),
      q_current(conductors),
      q_impedance(conductors) {}

void BusPower::clear() {
    for (auto* column : {&p, &p_current, &p_impedance}) column->assign(column->size(), Kilowatts{});
    for (auto* column : {&q, &q_current, &q_impedance}) column->assign(column->size(), Kilovars{});
}

LoadFlow::LoadFlow(const Feeder& feeder, LoadFlowOptions options)
    : feeder_(feeder), options_(options), network_(feeder.sweep_network()), asked_(feeder.conductors()) {
    const std::size_t conductors = feeder.conductors();
    for (auto* column : {&v_re_, &v_im_, &i_re_, &i_im_, &voltage_pu_}) column->assign(conductors, 0.0);
    current_a_.assign(feeder.branches() * feeder.phases(), 0.0);
    power_ = {asked_.p.raw(),         asked_.q.raw(),           asked_.p_current.raw(),
              asked_.q_current.raw(), asked_.p_impedance.raw(), asked_.q_impedance.raw()};
    state_ = {v_re_, v_im_, i_re_, i_im_};
    smallest_ratio_ = *std::min_element(network_.ratio.begin(), network_.ratio.end());
    largest_ratio_ = *std::max_element(network_.ratio.begin(), network_.ratio.end());
    start_flat();
}

void LoadFlow::start_flat() {
    const std::size_t phases = feeder_.phases();
    for (std::size_t row = 0; row < phases; ++row) {
        const double lag = 2.0 * std::numbers::pi / 3.0 * static_cast<double>(row);
        const Complex v = std::polar(feeder_.source_voltage_pu(), -lag);
        for (std::size_t c = row; c < v_re_.size(); c += phases) {
            v_re_[c] = v.real();
            v_im_[c] = v.imag();
        }
    }
}

LoadFlowResult LoadFlow::solve(const BusPower& power) {
    EVSWEEP_EXPECTS(power.p.size() == feeder_.conductors(), "one power per conductor of the feeder");
    has_voltage_ = has_current_ = false;
    zip_ = depends_on_voltage(power);
    copy(power.p, asked_.p);
    copy(power.q, asked_.q);
    if (zip_) {
        copy(power.p_current, asked_.p_current);
        copy(power.q_current, asked_.q_current);
        copy(power.p_impedance, asked_.p_impedance);
        copy(power.q_impedance, asked_.q_impedance);
    }
    if (!warm_) start_flat();
    const bool one = feeder_.phases() == 1;
    LoadFlowResult result;
    if (zip_)
        result = one ? sweep<1, Drawn::zip>() : sweep<3, Drawn::zip>();
    else if (feeder_.has_shunts())
        result = one ? sweep<1, Drawn::shunts>() : sweep<3, Drawn::shunts>();
    else
        result = one ? sweep<1, Drawn::power>() : sweep<3, Drawn::power>();
    warm_ = result.status == LoadFlowStatus::converged;
    return result;
}

template <int Phases, Drawn What>
LoadFlowResult LoadFlow::sweep() {
    LoadFlowResult result;
    // Changes are of sweep voltages; the largest ratio makes the test hold for true ones.
    const double enough = options_.tolerance_pu / largest_ratio_;
    double change2 = 0.0;
    inject<Phases, What>(network_, power_, state_);
    while (result.iterations < options_.max_iterations) {
        backward<Phases>(network_, state_);
        // A number that is not finite, anywhere, is in the sum that the source delivers.
        bool finite = true;
        for (std::size_t row = 0; row < Phases; ++row) finite = finite && std::isfinite(i_re_[row]) && std::isfinite(i_im_[row]);
        if (!finite) break;
        ++result.iterations;
        const SweepExtent<double> seen = forward<Phases>(network_, state_);
        inject<Phases, What>(network_, power_, state_);
        change2 = seen.change2;
        const bool settled = change2 <= enough * enough;
        if (settled) result.status = LoadFlowStatus::converged;
        watch_collapse(seen.lowest2, result);
        if (settled || change2 > hopeless_change_pu * hopeless_change_pu) break;
    }
    result.last_change_pu = std::sqrt(change2) * largest_ratio_;
    if (result.status == LoadFlowStatus::diverged) blame_change<Phases, What>(result);
    // Currents of the final voltages: with them source = drawn + loss holds to rounding.
    if (result.status == LoadFlowStatus::converged) backward<Phases>(network_, state_);
    return result;
}

/// Remembers the first collapse of sweeps that are not settled, and judges those that are.
void LoadFlow::watch_collapse(double lowest2, LoadFlowResult& result) {
    const double limit = options_.collapse_pu;
    if (lowest2 * smallest_ratio_ * smallest_ratio_ >= limit * limit) return;
    if (result.status == LoadFlowStatus::collapsed) return;
    double lowest = limit;
    for (std::size_t c = 0; c < v_re_.size(); ++c) {
        const std::size_t bus = c / feeder_.phases();
        const double v = std::abs(sweep_voltage(c)) * network_.ratio[bus];
        if (v >= lowest) continue;
        lowest = v;
        result.worst_bus = BusId(bus);
        result.status = LoadFlowStatus::collapsed;
    }
}

/// Names the bus whose power is not a number, or else whose voltage moves most in one further sweep.
template <int Phases, Drawn What>
void LoadFlow::blame_change(LoadFlowResult& result) {
    inject<Phases, What>(network_, power_, state_);
    for (std::size_t c = 0; c < v_re_.size(); ++c) {
        if (std::isfinite(i_re_[c]) && std::isfinite(i_im_[c])) continue;
        result.worst_bus = BusId(c / Phases);
        return;
    }
    const AlignedVector<double> old_re = v_re_;
    const AlignedVector<double> old_im = v_im_;
    backward<Phases>(network_, state_);
    static_cast<void>(forward<Phases>(network_, state_));
    double most = -1.0;
    for (std::size_t c = 0; c < v_re_.size(); ++c) {
        const double change = std::abs(sweep_voltage(c) - Complex(old_re[c], old_im[c]));
        if (change <= most) continue;
        most = change;
        result.worst_bus = BusId(c / Phases);
    }
}

std::span<const double> LoadFlow::voltage_pu() const {
    if (!has_voltage_) {
        const std::size_t phases = feeder_.phases();
        for (std::size_t c = 0; c < v_re_.size(); ++c)
            voltage_pu_[c] = std::sqrt(v_re_[c] * v_re_[c] + v_im_[c] * v_im_[c]) * network_.ratio[c / phases];
        has_voltage_ = true;
    }
    return voltage_pu_;
}

std::complex<double> LoadFlow::voltage(std::size_t conductor) const {
    return sweep_voltage(conductor) * feeder_.ratio(BusId(conductor / feeder_.phases()));
}

/// Row `row` of an admittance block times the voltages of `bus`.
LoadFlow::Complex LoadFlow::admittance_current(std::span<const Complex> block, BusId bus, std::size_t row) const {
    const std::size_t phases = feeder_.phases();
    Complex current = 0.0;
    for (std::size_t col = 0; col < phases; ++col)
        current += block[row * phases + col] * sweep_voltage(bus.index() * phases + col);
    return current;
}

LoadFlow::Ends LoadFlow::end_currents(BranchId b, std::size_t row) const {
    const FeederBranch& branch = feeder_.branch(b);
    const BusId child(b.index() + 1);
    const Complex series = series_current(child.index() * feeder_.phases() + row);
    const auto half = feeder_.half_shunt(b);
    const Complex upper = series + admittance_current(half, branch.parent, row);
    const Complex lower = -series + admittance_current(half, child, row);
    return branch.from == branch.parent ? Ends{upper, lower} : Ends{lower, upper};
}

/// Amperes per phase for one unit of the sweep's current, at the true voltage of `bus`.
double LoadFlow::ampere_base(BusId bus) const {
    const double volts = feeder_.site().nominal_v[bus.index()] * network_.ratio[bus.index()];
    return 1000.0 * (feeder_.phases() == 3 ? std::sqrt(3.0) : 1.0 / std::sqrt(3.0)) / volts;
}

std::span<const double> LoadFlow::current_a() const {
    if (!has_current_) {
        const std::size_t phases = feeder_.phases();
        for (std::size_t i = 0; i < current_a_.size(); ++i) {
            const BranchId b(i / phases);
            const Ends ends = end_currents(b, i % phases);
            current_a_[i] = std::sqrt(std::max(std::norm(ends.from), std::norm(ends.to))) * ampere_base(feeder_.branch(b).to);
        }
        has_current_ = true;
    }
    return current_a_;
}

std::vector<BranchFlow> LoadFlow::branch_flows() const {
    std::vector<BranchFlow> flows(feeder_.branches());
    const std::size_t phases = feeder_.phases();
    for (std::size_t i = 0; i < flows.size(); ++i) {
        const FeederBranch& branch = feeder_.branch(BranchId(i));
        BranchFlow& flow = flows[i];
        for (std::size_t row = 0; row < phases; ++row) {
            const Ends ends = end_currents(BranchId(i), row);
            const Complex from = sweep_voltage(branch.from.index() * phases + row) * std::conj(ends.from);
            const Complex to = sweep_voltage(branch.to.index() * phases + row) * std::conj(ends.to);
            flow.p_from += Kilowatts(from.real());
            flow.q_from += Kilovars(from.imag());
            flow.p_to += Kilowatts(to.real());
            flow.q_to += Kilovars(to.imag());
            flow.i_from = std::max(flow.i_from, Amperes(std::abs(ends.from) * ampere_base(branch.from)));
            flow.i_to = std::max(flow.i_to, Amperes(std::abs(ends.to) * ampere_base(branch.to)));
        }
    }
    return flows;
}

LoadFlow::Complex LoadFlow::source_power() const {
    Complex power = 0.0;
    for (std::size_t row = 0; row < feeder_.phases(); ++row) power += sweep_voltage(row) * std::conj(series_current(row));
    return power;
}

LoadFlow::Complex LoadFlow::drawn_power() const {
    Complex drawn = 0.0;
    for (std::size_t c = 0; c < v_re_.size(); ++c) drawn += Complex(power_.p[c], power_.q[c]);
    const std::size_t phases = feeder_.phases();
    if (zip_) {
        const auto v = voltage_pu();
        for (std::size_t c = 0; c < v.size(); ++c) {
            drawn += v[c] * Complex(power_.p_current[c], power_.q_current[c]) +
                     v[c] * v[c] * Complex(power_.p_impedance[c], power_.q_impedance[c]);
        }
    }
    if (feeder_.has_shunts()) {
        for (std::size_t c = 0; c < v_re_.size(); ++c) {
            const BusId bus(c / phases);
            drawn += sweep_voltage(c) * std::conj(admittance_current(feeder_.device_shunt(bus), bus, c % phases));
        }
    }
    return drawn;
}

LoadFlow::Complex LoadFlow::loss_power() const {
    const std::size_t phases = feeder_.phases();
    Complex loss = 0.0;
    for (std::size_t c = phases; c < v_re_.size(); ++c) {
        const std::size_t above = network_.parent[c / phases] * phases + c % phases;
        loss += (sweep_voltage(above) - sweep_voltage(c)) * std::conj(series_current(c));
    }
    if (!feeder_.has_shunts()) return loss;
    for (std::size_t c = phases; c < v_re_.size(); ++c) {
        const BusId bus(c / phases);
        const BranchId b(bus.index() - 1);
        const BusId above = feeder_.branch(b).parent;
        const auto half = feeder_.half_shunt(b);
        loss += sweep_voltage(c) * std::conj(admittance_current(half, bus, c % phases));
        loss += sweep_voltage(above.index() * phases + c % phases) * std::conj(admittance_current(half, above, c % phases));
    }
    return loss;
}

}  // namespace evsweep
