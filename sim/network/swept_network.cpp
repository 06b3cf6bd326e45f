#include "sim/network/swept_network.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "sim/network/network_model.hpp"

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

SweptNetwork::SweptNetwork(const Feeder& feeder, DrawingPlaces places, std::shared_ptr<const FoldedNetwork> folded)
    : feeder_(feeder), places_(std::move(places)), folded_(std::move(folded)) {
    problem_.network = folded_->sweep();
    problem_.loops = {feeder.model().loop_ends, folded_->loop_y_re(), folded_->loop_y_im()};
    flat_re_.assign(feeder.conductors() + 1, 0.0);
    flat_im_.assign(feeder.conductors() + 1, 0.0);
    take_ports();
    take_live();
    find_flat_start();
}

SweptNetwork::~SweptNetwork() = default;

void SweptNetwork::take_ports() {
    for (const std::uint32_t c : places_.conductors) {
        if (plain_.empty() || plain_.back().end != c) plain_.push_back({c, c});
        plain_.back().end = c + 1;
    }
    ports_.assign(feeder_.load_ports().begin(), feeder_.load_ports().end());
    for (const VoltageResponse& law : feeder_.laws()) laws_.emplace_back(law);
    for (Port port : places_.extra) {
        port.law = static_cast<std::uint32_t>(laws_.size());
        ports_.push_back(port);
    }
    laws_.emplace_back(VoltageResponse{});
    problem_.injection = {plain_, ports_, laws_, [](const LoadLaw& law, double v2) { return law.at(v2).p; },
                          [](const LoadLaw& law, double v2) { return law.at(v2).q; }};
}

void SweptNetwork::take_live() {
    for (std::uint32_t c = 0; c < feeder_.conductors(); ++c)
        if (feeder_.site().conductor[c] != Conductor::n) live_.push_back(c);
    problem_.live = live_;
}

void SweptNetwork::find_flat_start() {
    AlignedVector<double> i_re(flat_re_.size(), 0.0);
    AlignedVector<double> i_im(flat_re_.size(), 0.0);
    static_cast<void>(forward(problem_.network, SweepState<double>{flat_re_, flat_im_, i_re, i_im}));
}

}  // namespace evsweep
