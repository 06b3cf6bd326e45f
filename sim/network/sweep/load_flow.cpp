#include "sim/network/sweep/load_flow.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "evsweep/contracts.hpp"
#include "sim/network/sweep/load_admittances.hpp"
#include "sim/network/sweep/loading_path.hpp"
#include "sim/network/sweep/network_model.hpp"

namespace evsweep {

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

namespace {

void share_out(const LoadPoint& load, double scale, PortPower& power, auto&& place_of) {
    const double part = scale / static_cast<double>(load.ports.size());
    for (const std::uint32_t port : load.ports) {
        power.p[place_of(port)] += load.p_kw * part;
        power.q[place_of(port)] += load.q_kvar * part;
    }
}

}  // namespace

void PortPower::add(const LoadPoint& load, double scale) {
    share_out(load, scale, *this, [](std::uint32_t port) { return port; });
}

void PortPower::add(const LoadPoint& load, double scale, const DrawingPlaces& places) {
    share_out(load, scale, *this, [&places](std::uint32_t port) {
        const auto place = places.find(port);
        EVSWEEP_EXPECTS(place, "power may be drawn where the feeder has loads");
        return *place;
    });
}

LoadFlow::LoadFlow(const Feeder& feeder, LoadFlowOptions options, std::vector<Port> extra)
    : LoadFlow(std::make_shared<SweptNetwork>(feeder, DrawingPlaces::everywhere(feeder, std::move(extra)), feeder.folded()),
               options) {}

LoadFlow::LoadFlow(std::shared_ptr<const SweptNetwork> network, LoadFlowOptions options)
    : feeder_(network->feeder()), options_(options), devices_(feeder_.initial_devices()), asked_(network->places().size()) {
    adopt(std::move(network));
    voltage_pu_.assign(feeder_.conductors(), 0.0);
    for (auto* column : {&current_a_, &fed_re_, &fed_im_}) column->assign(feeder_.conductors(), 0.0);
    for (const double base_v : feeder_.site().base_v)
        amperes_per_unit_.push_back(1000.0 / base_v / (feeder_.is_balanced() ? std::sqrt(3.0) : 1.0));
    find_supply_pairs();
    loop_re_.assign(feeder_.model().loop_ends.size(), 0.0);
    loop_im_ = loop_re_;
    start_flat();
}

LoadFlow::~LoadFlow() = default;
LoadFlow::LoadFlow(LoadFlow&&) noexcept = default;

void LoadFlow::find_supply_pairs() {
    const FeederSite& site = feeder_.site();
    if (site.supplies_are_conductors()) return;
    for (const SupplyVoltage& seen : site.supply)
        supply_pairs_.push_back(
            {seen.plus, seen.minus.value_or(seen.plus), site.base_v[seen.plus] / seen.nominal_v, !seen.minus.has_value()});
    supply_pu_.assign(supply_pairs_.size(), 0.0);
}

/// Sweeps this network from now on.
void LoadFlow::adopt(std::shared_ptr<const SweptNetwork> network) {
    swept_ = std::move(network);
    problem_ = swept_->problem();
    problem_.tolerance_pu = options_.tolerance_pu;
    problem_.max_iterations = options_.max_iterations;
    for (auto* column : {&v_re_, &v_im_, &i_re_, &i_im_}) column->resize(swept_->conductors() + 1, 0.0);
    trial_.resize(trial_rows(problem_.loops.ends.size(), swept_->conductors()));
    all_ = {v_re_, v_im_, i_re_, i_im_};
    if (swept_->is_whole()) return;
    for (auto* column : {&all_v_re_, &all_v_im_, &all_i_re_, &all_i_im_}) column->resize(feeder_.conductors() + 1, 0.0);
    all_ = {all_v_re_, all_v_im_, all_i_re_, all_i_im_};
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

/// Folds what has moved, into a network of its own: the first one is shared.
void LoadFlow::refold() {
    if (!own_) own_ = std::make_shared<FoldedNetwork>(*swept_->folded());
    own_->update(devices_, moved_);
    adopt(std::make_shared<SweptNetwork>(feeder_, swept_->places(), own_));
    moved_.clear();
}

void LoadFlow::start_flat() {
    std::copy(swept_->flat_re().begin(), swept_->flat_re().end(), v_re_.begin());
    std::copy(swept_->flat_im().begin(), swept_->flat_im().end(), v_im_.begin());
    std::fill(loop_re_.begin(), loop_re_.end(), 0.0);
    std::fill(loop_im_.begin(), loop_im_.end(), 0.0);
}

SweepColumns<double> LoadFlow::columns() {
    return {{v_re_, v_im_, i_re_, i_im_},
            std::as_const(asked_.p).raw().data(),
            std::as_const(asked_.q).raw().data(),
            loop_re_.data(),
            loop_im_.data(),
            trial_.data()};
}

void LoadFlow::draw(const PortPower& power) {
    EVSWEEP_EXPECTS(power.p.size() == ports(), "one power per place of the load flow");
    std::copy(power.p.raw().begin(), power.p.raw().end(), asked_.p.raw().begin());
    std::copy(power.q.raw().begin(), power.q.raw().end(), asked_.q.raw().begin());
}

LoadFlowResult LoadFlow::solve() {
    prepare();
    if (needs_load_admittances_) {
        LoadFlowResult result;
        if (sweep_with_load_admittances(result)) return remember(result);
    }
    SweepColumns<double> all = columns();
    const SweepOutcome<double> found = iterate(problem_, all);
    return conclude(found.settled, static_cast<int>(found.iterations), found.change2, found.lowest2);
}

/// Makes the columns ready for an iteration.
void LoadFlow::prepare() {
    forget_answers();
    if (!moved_.empty()) refold();
    sweeps_to_start_ = 0;
    start();
}

/// Where loads jump with their voltage there may be several solutions. The one that sweeps with loads as admittances approach is
/// that of OpenDSS: at first from all loads as admittances, then from the last solution. Plain sweeps only confirm it.
void LoadFlow::start() {
    if (!warm_) start_flat();
    if (!swept_->has_jumps()) return;
    const LoadAdmittanceSweeps& found = load_admittance_sweeps();
    sweeps_to_start_ = found.sweeps;
    if (found.settled) take(found);
}

void LoadFlow::recover_all() const {
    has_all_ = true;
    if (swept_->is_whole()) return;
    // `recover` only reads what was swept; a state of columns to read does not exist.
    auto& self = const_cast<LoadFlow&>(*this);
    recover(folded().sweep(), swept_->reduced().recovery(), self.columns().state, all_);
}

/// What an iteration on the columns has come to.
LoadFlowResult LoadFlow::conclude(bool settled, int iterations, double change2, double lowest2) {
    LoadFlowResult result;
    result.iterations = sweeps_to_start_ + iterations;
    result.last_change_pu = std::sqrt(change2);
    if (!settled) forget_answers();
    if (settled)
        judge(lowest2, result);
    else if (!sweep_with_load_admittances(result))
        follow(result);
    return remember(result);
}

/// Only a solution is where the next one starts.
LoadFlowResult LoadFlow::remember(const LoadFlowResult& result) {
    warm_ = result.status == LoadFlowStatus::converged;
    if (!warm_) forget_answers();
    return result;
}

void LoadFlow::forget_answers() { has_voltage_ = has_supply_ = has_current_ = has_fed_ = has_all_ = has_sums_ = false; }

const LoadAdmittanceSweeps& LoadFlow::load_admittance_sweeps() {
    using Start = LoadAdmittances::Start;
    if (!by_admittances_) by_admittances_ = std::make_unique<LoadAdmittances>(*swept_);
    return by_admittances_->sweep(devices_, problem_, std::as_const(asked_.p).raw(), std::as_const(asked_.q).raw(),
                                  warm_ ? Start::last : Start::flat);
}

/// Begins at what such sweeps have found.
void LoadFlow::take(const LoadAdmittanceSweeps& found) {
    const auto kept = swept_->reduced().kept();
    for (std::size_t c = 0; c < kept.size(); ++c) v_re_[c] = found.v_re[kept[c]], v_im_[c] = found.v_im[kept[c]];
    loop_re_ = found.loop_re;
    loop_im_ = found.loop_im;
}

/// Where loads hold voltages to earth: another way to sweep. Its voltages are taken as they are, for with these coefficients a
/// rounding of the currents is a large voltage; the currents are those of the voltages.
bool LoadFlow::sweep_with_load_admittances(LoadFlowResult& result) {
    if (feeder_.model().held_by_loads.empty()) return false;
    const LoadAdmittanceSweeps& found = load_admittance_sweeps();
    result.iterations += found.sweeps;
    needs_load_admittances_ = found.settled;
    if (!found.settled) return false;
    take(found);
    SweepColumns<double> all = columns();
    sweep_detail::inject_all(problem_, all);
    backward(problem_.network, all.state);
    recover_all();
    std::copy(found.v_re.begin(), found.v_re.end(), all_.v_re.begin());
    std::copy(found.v_im.begin(), found.v_im.end(), all_.v_im.begin());
    result.has_load_admittances = true;
    judge(std::norm(swept_voltage(lowest_conductor())), result);
    return true;
}

/// A solution with a voltage below the limit is a collapse.
void LoadFlow::judge(double lowest2, LoadFlowResult& result) const {
    result.status = LoadFlowStatus::converged;
    if (lowest2 >= options_.collapse_pu * options_.collapse_pu) return;
    result.status = LoadFlowStatus::collapsed;
    result.worst_bus = swept_->bus_of(lowest_conductor());
}

/// Plain sweeps have found no solution: goes the way from no load.
void LoadFlow::follow(LoadFlowResult& result) {
    start_flat();
    const LoadingPath path = follow_loading(problem_, columns(), std::as_const(asked_.p).raw(), std::as_const(asked_.q).raw());
    result.iterations += path.sweeps;
    result.is_followed = path.end != LoadingPath::End::lost;
    if (path.end == LoadingPath::End::lost) return blame(result);
    if (path.end == LoadingPath::End::reached) return judge(std::norm(swept_voltage(lowest_conductor())), result);
    result.status = LoadFlowStatus::collapsed;
    result.highest_share = path.highest_share;
    result.worst_bus = swept_->bus_of(lowest_conductor());
}

/// The live one of the swept conductors with the lowest voltage.
std::size_t LoadFlow::lowest_conductor() const {
    const auto lower = [this](std::uint32_t a, std::uint32_t b) {
        return std::norm(swept_voltage(a)) < std::norm(swept_voltage(b));
    };
    return *std::min_element(problem_.live.begin(), problem_.live.end(), lower);
}

/// Where no solution was found: sweeps once more from the start, and takes the bus whose power is not a number, else the bus that
/// moves most in the last sweep.
void LoadFlow::blame(LoadFlowResult& result) {
    start_flat();
    SweepColumns<double> all = columns();
    AlignedVector<double> old_re, old_im;
    for (int i = 0; i < problem_.max_iterations; ++i) {
        sweep_detail::inject_all(problem_, all);
        backward(problem_.network, all.state);
        if (!std::isfinite(i_re_[0] + i_im_[0])) break;
        old_re = v_re_, old_im = v_im_;
        static_cast<void>(forward(problem_.network, all.state));
    }
    sweep_detail::inject_all(problem_, all);
    double most = -1.0;
    for (std::size_t c = 0; c < swept_->conductors(); ++c) {
        const bool finite = std::isfinite(i_re_[c]) && std::isfinite(i_im_[c]);
        const double change = !finite          ? std::numeric_limits<double>::infinity()
                              : old_re.empty() ? 0.0
                                               : std::abs(swept_voltage(c) - Complex(old_re[c], old_im[c]));
        if (change > most) most = change, result.worst_bus = swept_->bus_of(c);
    }
}

}  // namespace evsweep
