#include "sim/network/sweep/linear_load_flow.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "evsweep/contracts.hpp"
#include "sim/network/sweep/load_slopes.hpp"
#include "sim/network/sweep/network_model.hpp"

namespace evsweep {

namespace {

bool is_loop_end(const NetworkModel& model, std::uint32_t conductor) {
    return std::any_of(model.loop_ends.begin(), model.loop_ends.end(),
                       [conductor](const LoopEnd& end) { return end.leaf == conductor; });
}

}  // namespace

LinearLoadFlow::LinearLoadFlow(const Feeder& feeder, std::vector<std::vector<std::uint32_t>> drawn_together, InstructionSet set)
    : feeder_(feeder), drawn_together_(std::move(drawn_together)), kernel_(lane_kernel(set)) {
    EVSWEEP_EXPECTS(is_available(set), "load flows are linearised with an instruction set that this machine has");
    const FeederSite& site = feeder.site();
    for (std::uint32_t i = 0; i < site.supply.size(); ++i)
        if (FeederSite::is_held_to_band(site.supply[i]) && !is_loop_end(feeder.model(), site.supply[i].plus))
            voltages_.push_back(i);
    for (std::uint32_t c = 0; c < feeder.conductors(); ++c)
        if (std::isfinite(site.rating_a[c])) currents_.push_back(c);
    for (std::size_t b = 0; b < feeder.branches(); ++b)
        if (std::isfinite(feeder.branch(BranchId(b)).rated_kva)) transformers_.emplace_back(b);
    voltage_weight_.resize(voltages_.size());
    current_rows_.resize(currents_.size());
    power_rows_.resize(transformers_.size());
}

bool LinearLoadFlow::linearise(const LoadFlow& solved, LinearGrid& grid) {
    make_room(solved);
    find_slopes(solved);
    shape(grid);
    write_values(solved, grid);
    for (std::size_t column = 0; column < columns(); ++column) {
        if (column % kernel_->width == 0 && !follow_columns(column)) return false;
        show_column(column);
        keep_for_curvature(solved, column);
        write_column(solved, column, grid);
        write_charger_column(column, grid.charger_voltage);
        if (!std::isfinite(entry(grid.source, 0, column))) return false;  // a number that is none, anywhere, is in this sum
    }
    write_curvature(grid);
    return true;
}

void LinearLoadFlow::make_room(const LoadFlow& solved) {
    const SweptNetwork& network = solved.network();
    change_.network = network.problem().network;
    at_rest_.assign(change_.network.source_re.size(), 0.0);
    change_.network.source_re = change_.network.source_im = at_rest_;
    change_.loops = network.problem().loops;
    const std::size_t rows = network.conductors() + 1;
    for (auto* column : {&loop_re_, &loop_im_}) column->resize(change_.loops.ends.size() * kernel_->width);
    for (auto* column : {&lane_v_re_, &lane_v_im_, &lane_i_re_, &lane_i_im_, &own_re_, &own_im_})
        column->resize(rows * kernel_->width);
    lane_trial_.resize(trial_rows(change_.loops.ends.size(), network.conductors()) * kernel_->width);
    for (auto* column : {&v_re_, &v_im_, &i_re_, &i_im_}) column->resize(rows, 0.0);
    all_ = state_ = {v_re_, v_im_, i_re_, i_im_};
    kept_v_.resize(2 * network.conductors() * columns());
    kept_i_.resize(kept_v_.size());
    if (network.is_whole()) return;
    for (auto* column : {&all_v_re_, &all_v_im_, &all_i_re_, &all_i_im_}) column->resize(feeder_.conductors() + 1, 0.0);
    all_ = {all_v_re_, all_v_im_, all_i_re_, all_i_im_};
}

/// Differentiates what is drawn at every place. All that hangs between one conductor and earth becomes one slope.
void LinearLoadFlow::find_slopes(const LoadFlow& solved) {
    const Injection& injection = solved.network().problem().injection;
    const auto earth = static_cast<std::uint32_t>(solved.network().conductors());
    const LoadLaw constant{VoltageResponse{}};
    place_slopes_.clear();
    power_slopes_.clear();
    between_.clear();
    earth_slope_.assign(earth + 1, {});
    for (const PowerRun& run : injection.plain)
        for (std::uint32_t c = run.begin; c < run.end; ++c) add_place(solved, place_slopes_.size(), {c, earth, 1.0, 0}, constant);
    for (const Port& port : injection.ports) add_place(solved, place_slopes_.size(), port, injection.laws[port.law]);
    to_earth_.clear();
    for (std::uint32_t c = 0; c < earth; ++c)
        if (const CurrentSlope& s = earth_slope_[c]; s.re_re != 0.0 || s.re_im != 0.0 || s.im_re != 0.0 || s.im_im != 0.0)
            to_earth_.push_back({c, s});
    change_.to_earth = to_earth_;
    change_.between = between_;
}

/// h, g and dS / u of one place (small_change.hpp). Where there is no voltage nothing is drawn.
void LinearLoadFlow::add_place(const LoadFlow& solved, std::size_t place, const Port& port, const LoadLaw& law) {
    const std::size_t earth = earth_slope_.size() - 1;
    const auto voltage = [&](std::size_t c) { return c == earth ? Complex() : solved.swept_voltage(c); };
    const Complex u = voltage(port.plus) - voltage(port.minus);
    PlaceSlope& of_place = place_slopes_.emplace_back(PlaceSlope{port.plus, port.minus, {}, {}, 0.0});
    if (u == Complex()) return;
    const double p = std::as_const(solved.power().p).raw()[place];
    const double q = std::as_const(solved.power().q).raw()[place];
    const DrawingState drawn = drawing_state(port, law, u);
    of_place.per_kw = drawn.factor.p / std::conj(u);
    of_place.per_kvar = Complex(0.0, -drawn.factor.q) / std::conj(u);
    of_place.kw_per_kw = drawn.factor.p;
    if (p == 0.0 && q == 0.0) return;
    const CurrentSlope slope = current_slope(drawn, u, p, q);
    if (port.minus == earth)
        earth_slope_[port.plus] += slope;
    else if (port.plus == earth)
        earth_slope_[port.minus] += slope;
    else
        between_.push_back({port.plus, port.minus, slope});
    if (p * drawn.slope.p != 0.0) power_slopes_.push_back({port.plus, port.minus, 2.0 * p * drawn.slope.p * std::conj(u)});
}

/// Adds what a column itself draws, in a lane.
void LinearLoadFlow::draw(std::size_t column, std::size_t lane, double share) {
    for (const std::uint32_t place : drawn_together_[place_of(column)]) {
        const PlaceSlope& slope = place_slopes_[place];
        const Complex current = share * (is_active(column) ? slope.per_kw : slope.per_kvar);
        const std::size_t plus = slope.plus * kernel_->width + lane;
        const std::size_t minus = slope.minus * kernel_->width + lane;
        own_re_[plus] += current.real(), own_im_[plus] += current.imag();
        own_re_[minus] -= current.real(), own_im_[minus] -= current.imag();
    }
}

/// dV and dI of as many columns as there are lanes, from `first` on.
bool LinearLoadFlow::follow_columns(std::size_t first) {
    const std::size_t lanes = std::min(kernel_->width, columns() - first);
    const std::size_t n = state_.v_re.size() - 1;
    for (auto* values : {&lane_v_re_, &lane_v_im_, &own_re_, &own_im_, &loop_re_, &loop_im_})
        std::fill(values->begin(), values->end(), 0.0);
    for (std::size_t l = 0; l < lanes; ++l)
        draw(first + l, l, 1.0 / static_cast<double>(drawn_together_[place_of(first + l)].size()));
    const PackedColumns packed{lane_v_re_.data(), lane_v_im_.data(), lane_i_re_.data(), lane_i_im_.data(),  nullptr,
                               nullptr,           loop_re_.data(),   loop_im_.data(),   lane_trial_.data(), n};
    if (!kernel_->follow(change_, {packed, own_re_.data(), own_im_.data()})) return false;
    std::array<double*, most_lanes> to{};
    const auto keep = [&](const AlignedVector<double>& from, std::vector<double>& kept, std::size_t part) {
        for (std::size_t l = 0; l < lanes; ++l) to[l] = kept.data() + (2 * (first + l) + part) * n;
        kernel_->unpack(from.data(), n, lanes, to.data());
    };
    keep(lane_v_re_, kept_v_, 0);
    keep(lane_v_im_, kept_v_, 1);
    keep(lane_i_re_, kept_i_, 0);
    keep(lane_i_im_, kept_i_, 1);
    return true;
}

/// Puts the dV and dI of a column where they can be swept. The earth stays at rest.
void LinearLoadFlow::show_column(std::size_t column) {
    const std::size_t n = state_.v_re.size() - 1;
    const auto show = [&](const std::vector<double>& kept, std::size_t part, AlignedVector<double>& values) {
        std::copy_n(kept.begin() + static_cast<std::ptrdiff_t>((2 * column + part) * n), n, values.begin());
    };
    show(kept_v_, 0, v_re_);
    show(kept_v_, 1, v_im_);
    show(kept_i_, 0, i_re_);
    show(kept_i_, 1, i_im_);
}

}  // namespace evsweep
