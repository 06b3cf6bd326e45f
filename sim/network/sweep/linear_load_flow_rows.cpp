// What follows from the columns of a small change: rows of voltages, loadings, source and loss.
#include <Eigen/Core>
#include <cmath>
#include <utility>

#include "sim/network/sweep/linear_load_flow.hpp"
#include "sim/network/sweep/network_model.hpp"

namespace evsweep {

namespace {

using Complex = LinearLoadFlow::Complex;

/// conj(x) / |x|: turns x, and what lies along it, to the real axis.
Complex turn_back(Complex x) {
    const double size = std::abs(x);
    return size > 0.0 ? std::conj(x) / size : Complex(1.0);
}

/// A voltage that loads see, or a change of it.
Complex across(const SweepState<double>& v, const SupplyVoltage& pair) {
    const Complex plus(v.v_re[pair.plus], v.v_im[pair.plus]);
    return pair.minus ? plus - Complex(v.v_re[*pair.minus], v.v_im[*pair.minus]) : plus;
}

/// Calls `use` with each conductor of a branch at one end and the current into the branch there.
template <class Use>
void for_each_end(const NetworkModel& model, const BranchCurrents& currents, std::size_t bus, bool is_above, Use&& use) {
    if (is_above) {
        for (std::size_t j = 0; j < model.above(bus); ++j)
            use(std::size_t{model.up[model.first_up[bus] + j]}, currents.upward(bus, j), j);
        return;
    }
    for (std::size_t row = 0; row < model.conductors_of(bus); ++row)
        use(std::size_t{model.first_conductor[bus]} + row, -currents.downward(bus, row), row);
}

}  // namespace

void LinearLoadFlow::shape(LinearGrid& grid) const {
    const auto size = [this](LinearRows& rows, std::size_t count) {
        rows.value.resize(count);
        rows.per_kw.resize(count * places());
        rows.per_kvar.resize(count * places());
    };
    grid.places = places();
    size(grid.voltage, voltages_.size());
    size(grid.charger_voltage, chargers_.size());
    size(grid.along, currents_.size() + transformers_.size());
    size(grid.across, currents_.size() + transformers_.size());
    size(grid.source, 2);
    size(grid.loss, 1);
    grid.loss_curvature.resize(columns() * columns());
}

void LinearLoadFlow::write_values(const LoadFlow& solved, LinearGrid& grid) {
    const SweepState<double>& v = solved.all();
    const auto seen = solved.supply_pu();
    for (std::size_t row = 0; row < voltages_.size(); ++row) {
        const SupplyVoltage& pair = feeder_.site().supply[voltages_[row]];
        grid.voltage.value[row] = seen[voltages_[row]];
        voltage_weight_[row] = turn_back(across(v, pair));
        if (pair.minus) voltage_weight_[row] *= feeder_.site().base_v[pair.plus] / pair.nominal_v;
    }
    for (std::size_t row = 0; row < currents_.size(); ++row) write_current(solved, row, grid.along);
    for (std::size_t row = 0; row < transformers_.size(); ++row) write_power(solved, row, grid.along);
    write_chargers(solved, grid.charger_voltage);
    std::fill(grid.across.value.begin(), grid.across.value.end(), 0.0);
    grid.source.value[0] = solved.source_kw();
    grid.source.value[1] = solved.source_kvar();
    grid.loss.value[0] = solved.loss_kw();
}

void LinearLoadFlow::write_current(const LoadFlow& solved, std::size_t row, LinearRows& along) {
    const std::uint32_t c = currents_[row];
    const std::uint32_t bus = feeder_.site().bus_of_conductor[c];
    const LoadFlow::CurrentEnd end = solved.current_end(c);
    const BranchCurrents currents = solved.branch_currents();
    const Complex current = end.is_above ? currents.upward(bus, end.place) : currents.downward(bus, end.place);
    const double per_unit = end.amperes_per_unit / feeder_.site().rating_a[c];
    current_rows_[row] = {bus, end, turn_back(current) * per_unit};
    along.value[row] = std::abs(current) * per_unit;
}

void LinearLoadFlow::write_power(const LoadFlow& solved, std::size_t row, LinearRows& along) {
    const FeederBranch& branch = feeder_.branch(transformers_[row]);
    const std::size_t bus = transformers_[row].index() + 1;
    const BranchCurrents currents = solved.branch_currents();
    PowerRow side{static_cast<std::uint32_t>(bus), branch.from == branch.parent, {}, {}};
    Complex power = 0.0;
    for_each_end(feeder_.model(), currents, bus, side.is_above, [&](std::size_t c, Complex current, std::size_t place) {
        side.current[place] = current;
        power += currents.voltage(c) * std::conj(current);
    });
    side.weight = turn_back(power) / branch.rated_kva;
    power_rows_[row] = side;
    along.value[currents_.size() + row] = std::abs(power) / branch.rated_kva;
}

/// Voltages and loadings. J has been swept backward.
void LinearLoadFlow::write_column(const LoadFlow& solved, std::size_t column, LinearGrid& grid) {
    const SweptNetwork& network = solved.network();
    const FoldedNetwork& folded = *network.folded();
    if (!network.is_whole()) recover(folded.sweep(), network.reduced().recovery(), state_, all_);
    for (std::size_t row = 0; row < voltages_.size(); ++row) {
        const Complex change = across(all_, feeder_.site().supply[voltages_[row]]);
        entry(grid.voltage, row, column) =
            voltage_weight_[row].real() * change.real() - voltage_weight_[row].imag() * change.imag();
    }
    const BranchCurrents changes(feeder_.model(), folded, all_);
    const auto write = [&](std::size_t row, Complex share) {
        entry(grid.along, row, column) = share.real();
        entry(grid.across, row, column) = share.imag();
    };
    for (std::size_t row = 0; row < currents_.size(); ++row) {
        const auto& [bus, end, weight] = current_rows_[row];
        write(row, weight * (end.is_above ? changes.upward(bus, end.place) : changes.downward(bus, end.place)));
    }
    for (std::size_t row = 0; row < transformers_.size(); ++row) {
        const PowerRow& side = power_rows_[row];
        Complex power = 0.0;
        for_each_end(feeder_.model(), changes, side.bus, side.is_above, [&](std::size_t c, Complex current, std::size_t place) {
            const Complex v(solved.all().v_re[c], solved.all().v_im[c]);
            power += changes.voltage(c) * std::conj(side.current[place]) + v * std::conj(current);
        });
        write(currents_.size() + row, side.weight * power);
    }
    write_balance(solved, column, grid);
}

/// What the source delivers, V_0 conj(J_0 + Y_0 V_0), and what of that is not drawn.
void LinearLoadFlow::write_balance(const LoadFlow& solved, std::size_t column, LinearGrid& grid) const {
    const BranchCurrents currents = solved.branch_currents();
    const BranchCurrents changes(feeder_.model(), *solved.network().folded(), all_);
    Complex power = 0.0;
    for (std::size_t c = 0; c < at_rest_.size(); ++c)
        power += changes.voltage(c) * std::conj(currents.source(c)) + currents.voltage(c) * std::conj(changes.source(c));
    entry(grid.source, 0, column) = power.real();
    entry(grid.source, 1, column) = power.imag();
    entry(grid.loss, 0, column) = power.real() - drawn_kw_change(solved, column);
}

/// What places, loads that follow the voltage and shunt devices draw more.
double LinearLoadFlow::drawn_kw_change(const LoadFlow& solved, std::size_t column) const {
    double drawn = 0.0;
    const auto& places = drawn_together_[place_of(column)];
    if (is_active(column))
        for (const std::uint32_t place : places) drawn += place_slopes_[place].kw_per_kw / static_cast<double>(places.size());
    for (const PowerSlope& slope : power_slopes_)
        drawn += (slope.weight * (change_at(slope.plus) - change_at(slope.minus))).real();
    for (const auto& [bus, first] : solved.network().shunts()) {
        const Block& y = solved.network().folded()->devices(bus);
        for (Eigen::Index i = 0; i < y.rows(); ++i)
            for (Eigen::Index j = 0; j < y.cols(); ++j) {
                const std::size_t one = first + static_cast<std::size_t>(i);
                const std::size_t two = first + static_cast<std::size_t>(j);
                drawn += (change_at(one) * std::conj(y(i, j) * solved.swept_voltage(two)) +
                          solved.swept_voltage(one) * std::conj(y(i, j) * change_at(two)))
                             .real();
            }
    }
    return drawn;
}

/// The network is linear and the source at rest, so the loss of the change alone is what the source delivers in it less what is
/// drawn: -Re sum dV_c conj(I_c) with the currents I that loads and shunt devices draw, and at the source with what it delivers
/// taken off. Sweeps backward in between, for that is in J.
void LinearLoadFlow::keep_for_curvature(const LoadFlow& solved, std::size_t column) {
    const SweptNetwork& network = solved.network();
    const std::size_t n = network.conductors();
    double* const re = kept_i_.data() + 2 * n * column;
    double* const im = re + n;
    const auto add = [&](std::size_t c, Complex current) { re[c] += current.real(), im[c] += current.imag(); };
    const auto add_admittance = [&](const Block& y, std::size_t first, double sign) {
        for (Eigen::Index i = 0; i < y.rows(); ++i)
            for (Eigen::Index j = 0; j < y.cols(); ++j)
                add(first + static_cast<std::size_t>(i), sign * y(i, j) * change_at(first + static_cast<std::size_t>(j)));
    };
    for (const auto& [bus, first] : network.shunts()) add_admittance(network.folded()->devices(bus), first, 1.0);
    backward(change_.network, state_);
    add_admittance(network.folded()->admittance(0), 0, -1.0);
    for (std::size_t c = 0; c < at_rest_.size(); ++c) add(c, -Complex(i_re_[c], i_im_[c]));
}

/// The bilinear form of that loss, made symmetric: half the quadratic form is the loss of a change.
void LinearLoadFlow::write_curvature(LinearGrid& grid) const {
    if (columns() == 0) return;
    const auto count = static_cast<Eigen::Index>(columns());
    const auto rows = static_cast<Eigen::Index>(kept_v_.size()) / count;
    const Eigen::Map<const Eigen::MatrixXd> v(kept_v_.data(), rows, count);
    const Eigen::Map<const Eigen::MatrixXd> i(kept_i_.data(), rows, count);
    Eigen::Map<Eigen::MatrixXd> curvature(grid.loss_curvature.data(), count, count);
    curvature.noalias() = v.transpose() * i;
    for (Eigen::Index one = 0; one < count; ++one)
        for (Eigen::Index two = 0; two <= one; ++two)
            curvature(one, two) = curvature(two, one) = -(curvature(one, two) + curvature(two, one));
}

}  // namespace evsweep
