// The results of a solved load flow: voltages, currents at the ends of branches, and the balance of power.
#include <algorithm>
#include <cmath>

#include "evsweep/contracts.hpp"
#include "sim/network/sweep/branch_currents.hpp"
#include "sim/network/sweep/load_flow.hpp"
#include "sim/network/sweep/network_model.hpp"

namespace evsweep {
namespace {

using Complex = LoadFlow::Complex;

BlockVector voltages_at(const LoadFlow& flow, std::size_t bus) {
    const NetworkModel& model = flow.feeder().model();
    BlockVector v(static_cast<Eigen::Index>(model.conductors_of(bus)));
    for (Eigen::Index c = 0; c < v.size(); ++c) {
        const std::size_t place = model.first_conductor[bus] + static_cast<std::size_t>(c);
        v(c) = {flow.all().v_re[place], flow.all().v_im[place]};
    }
    return v;
}

/// One of the rows that feed bus k: its equations, the currents of its coils and the voltages at its ends.
struct RowCurrents {
    CoilEquations equations;
    Eigen::VectorXcd j;
    BlockVector below, above;
};

RowCurrents row_currents(const LoadFlow& flow, std::size_t k, std::size_t part) {
    const NetworkModel& model = flow.feeder().model();
    const std::vector<CoilEquations> coils = coils_of(model.links[k], flow.devices().tap);
    RowCurrents row{coils[part], {}, voltages_at(flow, k), voltages_at(flow, model.parent[k])};
    BlockVector down(row.below.size());
    const BranchCurrents at_ends = flow.branch_currents();
    for (Eigen::Index c = 0; c < down.size(); ++c) down(c) = at_ends.downward(k, static_cast<std::size_t>(c));
    for (const CoilEquations& each : coils)
        if (each.shunt_child.size() > 0) down += each.shunt_child * row.below;
    row.j = coil_currents(coils, part, down, row.below, row.above);
    return row;
}

}  // namespace

std::span<const double> LoadFlow::voltage_pu() const {
    if (!has_voltage_) {
        const SweepState<double>& v = all();
        for (std::size_t c = 0; c < voltage_pu_.size(); ++c)
            voltage_pu_[c] = std::sqrt(v.v_re[c] * v.v_re[c] + v.v_im[c] * v.v_im[c]);
        has_voltage_ = true;
    }
    return voltage_pu_;
}

std::span<const double> LoadFlow::supply_pu() const {
    if (supply_pairs_.empty()) return voltage_pu();
    if (has_supply_) return supply_pu_;
    const auto to_earth = voltage_pu();
    const SweepState<double>& v = all();
    for (std::size_t i = 0; i < supply_pairs_.size(); ++i) {
        const SupplyPair& pair = supply_pairs_[i];
        const double re = v.v_re[pair.plus] - v.v_re[pair.minus];
        const double im = v.v_im[pair.plus] - v.v_im[pair.minus];
        supply_pu_[i] = pair.is_to_earth ? to_earth[pair.plus] : std::sqrt(re * re + im * im) * pair.per_nominal;
    }
    has_supply_ = true;
    return supply_pu_;
}

LoadFlow::Complex LoadFlow::voltage(std::size_t conductor) const {
    return at(conductor) * feeder_.rotation(BusId(feeder_.site().bus_of_conductor[conductor]));
}

std::vector<LoadFlow::Complex> LoadFlow::end_currents(BranchId b, End end) const {
    const NetworkModel& model = feeder_.model();
    const FeederBranch& branch = feeder_.branch(b);
    const std::size_t child = b.index() + 1;
    const BusId bus = end == End::from ? branch.from : branch.to;
    const auto turn = feeder_.is_balanced() ? feeder_.rotation(bus) : Complex(1.0);
    const double amperes =
        1000.0 / feeder_.site().base_v[model.first_conductor[bus.index()]] / (feeder_.is_balanced() ? std::sqrt(3.0) : 1.0);
    std::vector<Complex> currents(model.conductors_of(bus.index()));
    const BranchCurrents at_ends = branch_currents();
    if (bus.index() == child) {
        for (std::size_t row = 0; row < currents.size(); ++row) currents[row] = -at_ends.downward(child, row);
    } else {
        for (std::size_t j = 0; j < model.above(child); ++j)
            currents[model.up[model.first_up[child] + j] - model.first_conductor[bus.index()]] = at_ends.upward(child, j);
    }
    for (Complex& current : currents) current *= amperes * turn;
    return currents;
}

std::vector<LoadFlow::Complex> LoadFlow::end_currents(const FeederRow& row, End end) const {
    const std::size_t k = row.branch.index() + 1;
    const std::size_t before = row.is_transformer ? feeder_.model().links[k].fixed.size() : 0;
    const RowCurrents found = row_currents(*this, k, before + row.part);
    const CoilEquations& e = found.equations;
    const bool is_below = (end == End::to) == row.runs_down;
    BlockVector into = is_below ? BlockVector(-e.m.transpose() * found.j) : BlockVector(e.n.transpose() * found.j);
    if (is_below && e.shunt_child.size() > 0) into += e.shunt_child * found.below;
    if (!is_below && e.shunt_parent.size() > 0) into += e.shunt_parent * found.above;
    const std::size_t bus = is_below ? k : feeder_.model().parent[k];
    const double phases = feeder_.is_balanced() ? std::sqrt(3.0) : 1.0;
    const double amperes = 1000.0 / feeder_.site().base_v[feeder_.model().first_conductor[bus]] / phases;
    into *= amperes * (feeder_.is_balanced() ? feeder_.rotation(BusId(bus)) : Complex(1.0));
    return {into.begin(), into.end()};
}

LoadFlow::FedCurrents LoadFlow::fed_currents() const {
    if (has_fed_) return {fed_re_, fed_im_};
    const NetworkModel& model = feeder_.model();
    std::copy_n(all().i_re.begin(), fed_re_.size(), fed_re_.begin());
    std::copy_n(all().i_im.begin(), fed_im_.size(), fed_im_.begin());
    const BranchCurrents at_ends = branch_currents();
    for (std::size_t k = 0; k < feeder_.buses(); ++k) {
        if (folded().is_plain(k)) continue;
        for (std::size_t row = 0; row < model.conductors_of(k); ++row) {
            const Complex current = k > 0 ? at_ends.downward(k, row) : 0.0;
            fed_re_[model.first_conductor[k] + row] = current.real();
            fed_im_[model.first_conductor[k] + row] = current.imag();
        }
    }
    has_fed_ = true;
    return {fed_re_, fed_im_};
}

std::vector<LoadFlow::Complex> LoadFlow::end_powers(BranchId b, End end) const {
    const FeederBranch& branch = feeder_.branch(b);
    return powers(end == End::from ? branch.from : branch.to, end_currents(b, end));
}

std::vector<LoadFlow::Complex> LoadFlow::end_powers(const FeederRow& row, End end) const {
    const std::size_t k = row.branch.index() + 1;
    const bool is_below = (end == End::to) == row.runs_down;
    return powers(BusId(is_below ? k : feeder_.model().parent[k]), end_currents(row, end));
}

/// In kVA, of currents in A at a bus.
std::vector<LoadFlow::Complex> LoadFlow::powers(BusId bus, std::vector<Complex> currents) const {
    const std::size_t first = feeder_.site().first_conductor[bus.index()];
    for (std::size_t row = 0; row < currents.size(); ++row) {
        const double kilovolts = feeder_.site().base_v[first + row] / 1000.0 * (feeder_.is_balanced() ? std::sqrt(3.0) : 1.0);
        currents[row] = voltage(first + row) * kilovolts * std::conj(currents[row]);
    }
    return currents;
}

std::span<const double> LoadFlow::current_a() const {
    if (has_current_) return current_a_;
    const FedCurrents fed = fed_currents();
    for (std::size_t c = 0; c < current_a_.size(); ++c)
        current_a_[c] = std::sqrt(fed.re[c] * fed.re[c] + fed.im[c] * fed.im[c]) * amperes_per_unit_[c];
    const BranchCurrents at_ends = branch_currents();
    for (std::size_t k = 1; k < feeder_.buses(); ++k) {
        if (folded().is_plain(k)) continue;
        for (std::size_t c = feeder_.site().first_conductor[k]; c < feeder_.site().first_conductor[k + 1]; ++c)
            if (const CurrentEnd end = current_end(c); end.is_above)
                current_a_[c] = std::abs(at_ends.upward(k, end.place)) * end.amperes_per_unit;
    }
    has_current_ = true;
    return current_a_;
}

/// Where a branch has admittances, or is a transformer, its two ends differ.
LoadFlow::CurrentEnd LoadFlow::current_end(std::size_t c) const {
    const NetworkModel& model = feeder_.model();
    const std::size_t k = feeder_.site().bus_of_conductor[c];
    EVSWEEP_EXPECTS(k > 0, "a conductor of the source is fed by no branch");
    const FeederBranch& branch = feeder_.branch(BranchId(k - 1));
    const auto row = static_cast<std::uint32_t>(c - model.first_conductor[k]);
    // A balanced transformer is rated at its `to` side, wherever that is.
    if (feeder_.is_balanced() && branch.kind == BranchKind::transformer && branch.to == branch.parent)
        return {true, 0, amperes_per_unit_[model.first_conductor[branch.parent.index()]]};
    const CurrentEnd below{false, row, amperes_per_unit_[c]};
    if (branch.mates.empty() || folded().is_plain(k)) return below;
    const auto up = std::span(model.up).subspan(model.first_up[k], model.above(k));
    const auto mate = std::find(up.begin(), up.end(), branch.mates[row]);
    if (mate == up.end()) return below;
    const auto place = static_cast<std::uint32_t>(mate - up.begin());
    const FedCurrents fed = fed_currents();
    const bool is_larger = std::norm(branch_currents().upward(k, place)) > fed.re[c] * fed.re[c] + fed.im[c] * fed.im[c];
    return is_larger ? CurrentEnd{true, place, amperes_per_unit_[c]} : below;
}

BranchFlow LoadFlow::branch_flow(BranchId b) const {
    BranchFlow flow;
    for (const Complex s : end_powers(b, End::from)) flow.p_from += Kilowatts(s.real()), flow.q_from += Kilovars(s.imag());
    for (const Complex s : end_powers(b, End::to)) flow.p_to += Kilowatts(s.real()), flow.q_to += Kilovars(s.imag());
    for (const Complex i : end_currents(b, End::from)) flow.i_from = std::max(flow.i_from, Amperes(std::abs(i)));
    for (const Complex i : end_currents(b, End::to)) flow.i_to = std::max(flow.i_to, Amperes(std::abs(i)));
    return flow;
}

std::vector<BranchFlow> LoadFlow::branch_flows() const {
    std::vector<BranchFlow> flows;
    for (std::size_t b = 0; b < feeder_.branches(); ++b) flows.push_back(branch_flow(BranchId(b)));
    return flows;
}

LoadFlow::Complex LoadFlow::coil_voltage(std::size_t transformer, std::size_t winding, std::size_t coil) const {
    const FeederTransformer& t = feeder_.transformers()[transformer];
    const LinkWinding& w = feeder_.model().links[t.link].transformers[t.place].windings[winding];
    const std::size_t first = feeder_.site().first_conductor[t.bus[winding].index()];
    const auto end = [&](int place) { return place < 0 ? Complex(0.0) : at(first + static_cast<std::size_t>(place)); };
    return (end(w.coils[coil].plus) - end(w.coils[coil].minus)) * feeder_.site().base_v[first];
}

/// Coil currents come from the link's equations, for coils of a delta share their conductors.
LoadFlow::Complex LoadFlow::coil_current(std::size_t transformer, std::size_t winding, std::size_t coil) const {
    const FeederTransformer& t = feeder_.transformers()[transformer];
    const Eigen::VectorXcd j = row_currents(*this, t.link, feeder_.model().links[t.link].fixed.size() + t.place).j;
    // Row (coil, w) leads from winding 0 to winding w + 1.
    const std::size_t others = t.windings.size() - 1;
    const auto row = [&](std::size_t w) { return j(static_cast<Eigen::Index>(coil * others + w)); };
    Complex current = 0.0;
    if (winding > 0) current = row(winding - 1);
    for (std::size_t w = 0; winding == 0 && w < others; ++w) current -= row(w);
    const double volts = t.windings[winding].rated.value() * devices_.tap[t.first_tap + winding];
    return current * 1000.0 / volts;
}

/// V_0 conj(Y_0 V_0): what all admittances take at the source's side. The source is always swept, its conductors first.
LoadFlow::Complex LoadFlow::admittance_power() const {
    const Block& y = folded().admittance(0);
    Complex power = 0.0;
    for (Eigen::Index row = 0; row < y.rows(); ++row)
        for (Eigen::Index col = 0; col < y.cols(); ++col)
            power += swept_voltage(static_cast<std::size_t>(row)) *
                     std::conj(y(row, col) * swept_voltage(static_cast<std::size_t>(col)));
    return power;
}

LoadFlow::Complex LoadFlow::source_power() const {
    Complex power = admittance_power();
    for (std::size_t row = 0; row < feeder_.model().conductors_of(0); ++row)
        power += swept_voltage(row) * std::conj(Complex(i_re_[row], i_im_[row]));
    return power;
}

LoadFlow::Complex LoadFlow::shunt_power() const {
    Complex drawn = 0.0;
    for (const SweptNetwork::ShuntBus& shunt : swept_->shunts()) {
        const Block& y = folded().devices(shunt.bus);
        for (Eigen::Index i = 0; i < y.rows(); ++i)
            for (Eigen::Index j = 0; j < y.cols(); ++j)
                drawn += swept_voltage(shunt.first + static_cast<std::size_t>(i)) *
                         std::conj(y(i, j) * swept_voltage(shunt.first + static_cast<std::size_t>(j)));
    }
    return drawn;
}

/// The sums over ports and branches; lanes have them ready.
void LoadFlow::take_stock() const {
    has_sums_ = true;
    auto& self = const_cast<LoadFlow&>(*this);  // the sums only read; columns to read from do not exist
    const SweepColumns<double> swept = self.columns();
    drawn_at_ports_ = drawn_at_ports(problem_.injection, swept);
    lost_on_the_way_ = lost_on_the_way(problem_.network, problem_.loops, swept);
}

LoadFlow::Complex LoadFlow::drawn_power() const {
    if (!has_sums_) take_stock();
    return Complex(drawn_at_ports_.p, drawn_at_ports_.q) + shunt_power();
}

LoadFlow::Complex LoadFlow::loss_power() const {
    if (!has_sums_) take_stock();
    return Complex(lost_on_the_way_.p, lost_on_the_way_.q) + admittance_power() - shunt_power();
}

}  // namespace evsweep
