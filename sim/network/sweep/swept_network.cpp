#include "sim/network/sweep/swept_network.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "evsweep/contracts.hpp"
#include "sim/network/sweep/network_model.hpp"

namespace evsweep {

DrawingPlaces DrawingPlaces::everywhere(const Feeder& feeder, std::vector<Port> extra) {
    std::vector<std::uint32_t> all(feeder.conductors());
    std::iota(all.begin(), all.end(), 0U);
    return {feeder.conductors(), std::move(all), feeder.load_ports().size(), std::move(extra)};
}

DrawingPlaces DrawingPlaces::at(const Feeder& feeder, std::span<const std::uint32_t> conductors, std::vector<Port> extra) {
    std::vector<std::uint32_t> drawing(conductors.begin(), conductors.end());
    for (const LoadPoint& load : feeder.loads())
        for (const std::uint32_t port : load.ports)
            if (port < feeder.conductors()) drawing.push_back(port);
    std::sort(drawing.begin(), drawing.end());
    drawing.erase(std::unique(drawing.begin(), drawing.end()), drawing.end());
    return {feeder.conductors(), std::move(drawing), feeder.load_ports().size(), std::move(extra)};
}

std::optional<std::uint32_t> DrawingPlaces::find(std::size_t port) const {
    if (port >= of_feeder) return static_cast<std::uint32_t>(port - of_feeder + conductors.size());
    const auto found = std::lower_bound(conductors.begin(), conductors.end(), port);
    if (found == conductors.end() || *found != port) return std::nullopt;
    return static_cast<std::uint32_t>(found - conductors.begin());
}

namespace {

/// By conductor: whether a load, a charger or a loop current may be drawn there, or a shunt device, whose power is asked for.
std::vector<std::uint8_t> drawing(const Feeder& feeder, const DrawingPlaces& places) {
    std::vector<std::uint8_t> draws(feeder.conductors() + 1, 0);
    for (const std::uint32_t c : places.conductors) draws[c] = 1;
    const auto add = [&draws](std::span<const Port> ports) {
        for (const Port& port : ports) draws[port.plus] = draws[port.minus] = 1;
    };
    add(feeder.load_ports());
    add(places.extra);
    const NetworkModel& model = feeder.model();
    for (std::size_t bus = 0; bus < model.buses(); ++bus)
        if (!model.shunts_at[bus].empty())
            std::fill(draws.begin() + model.first_conductor[bus], draws.begin() + model.first_conductor[bus + 1],
                      std::uint8_t{1});
    draws.pop_back();  // the earth
    return draws;
}

}  // namespace

SweptNetwork::SweptNetwork(const Feeder& feeder, DrawingPlaces places, std::shared_ptr<const FoldedNetwork> folded)
    : feeder_(feeder),
      places_(std::move(places)),
      folded_(std::move(folded)),
      reduced_(feeder.model(), *folded_, drawing(feeder, places_)) {
    problem_.network = reduced_.sweep();
    take_ports();
    take_live();
    take_loops();
    take_shunts();
    take_loads();
    find_flat_start();
}

std::uint32_t SweptNetwork::here(std::size_t conductor) const {
    const auto place = reduced_.place_of(conductor);
    EVSWEEP_EXPECTS(place, "a conductor where power may be drawn is swept");
    return *place;
}

void SweptNetwork::take_ports() {
    for (const std::uint32_t conductor : places_.conductors) {
        const std::uint32_t c = here(conductor);
        if (plain_.empty() || plain_.back().end != c) plain_.push_back({c, c});
        plain_.back().end = c + 1;
    }
    for (const VoltageResponse& law : feeder_.laws()) laws_.emplace_back(law);
    has_jumps_ = std::any_of(laws_.begin(), laws_.end(), [](const LoadLaw& law) { return law.jumps(); });
    const auto constant = static_cast<std::uint32_t>(laws_.size());
    laws_.emplace_back(VoltageResponse{});
    for (const Port& port : feeder_.load_ports()) ports_.push_back({here(port.plus), here(port.minus), port.rated_pu, port.law});
    for (const Port& port : places_.extra) ports_.push_back({here(port.plus), here(port.minus), port.rated_pu, constant});
    problem_.injection = {plain_, ports_, laws_, [](const LoadLaw& law, double v2) { return law.at(v2).p; },
                          [](const LoadLaw& law, double v2) { return law.at(v2).q; }};
}

void SweptNetwork::take_shunts() {
    const NetworkModel& model = feeder_.model();
    for (std::size_t bus = 0; bus < model.buses(); ++bus)
        if (!model.shunts_at[bus].empty()) shunts_.push_back({static_cast<std::uint32_t>(bus), here(model.first_conductor[bus])});
}

void SweptNetwork::take_loads() {
    const auto loads = feeder_.loads();
    for (std::size_t l = 0; l < loads.size(); ++l)
        for (const std::uint32_t port : loads[l].ports)
            load_parts_.push_back(
                {static_cast<std::uint32_t>(l), places_.find(port).value(), 1.0 / static_cast<double>(loads[l].ports.size())});
}

void SweptNetwork::take_live() {
    for (std::uint32_t c = 0; c < conductors(); ++c) {
        const std::uint32_t full = reduced_.kept()[c];
        const bool may_be_low = feeder_.site().conductor[full] == Conductor::n || feeder_.model().floats[full] != 0;
        if (!may_be_low) live_.push_back(c);
    }
    problem_.live = live_;
}

void SweptNetwork::take_loops() {
    for (const LoopEnd& end : feeder_.model().loop_ends)
        loop_ends_.push_back({here(end.leaf), here(end.main), end.turn_re, end.turn_im});
    problem_.loops = {loop_ends_, folded_->loop_y_re(), folded_->loop_y_im()};
}

/// Loops closed: behind an open one there may be no voltage at all.
void SweptNetwork::find_flat_start() {
    const std::size_t loops = loop_ends_.size();
    flat_re_.assign(conductors() + 1, 0.0);
    flat_im_.assign(conductors() + 1, 0.0);
    AlignedVector<double> i_re(flat_re_.size(), 0.0), i_im(flat_re_.size(), 0.0), trial(trial_rows(loops, conductors()), 0.0);
    AlignedVector<double> loop_re(loops, 0.0), loop_im(loops, 0.0);
    const SweepColumns<double> columns{
        {flat_re_, flat_im_, i_re, i_im}, nullptr, nullptr, loop_re.data(), loop_im.data(), trial.data()};
    sweep_detail::close_loops(problem_.network, problem_.loops, columns);
    if (loops > 0) backward(problem_.network, columns.state);
    static_cast<void>(forward(problem_.network, columns.state));
}

}  // namespace evsweep
