#include "agents/load_frequency/plant.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace evsweep {

namespace {

/// Inputs per area, in the order of `AreaInput`.
constexpr std::size_t inputs_per_area = 3;

void fill_column(std::span<const AreaInput> inputs, std::vector<double>& column) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        column[inputs_per_area * i] = inputs[i].load;
        column[inputs_per_area * i + 1] = inputs[i].relief;
        column[inputs_per_area * i + 2] = inputs[i].setpoint;
    }
}

}  // namespace

std::vector<AreaPlant::Place> AreaPlant::places_of(const AreaNetwork& network) {
    std::vector<Place> places;
    std::size_t next = 0;
    for (const AreaModel& area : network.areas) {
        Place place{next, next + 1, next + 2, next + 2, next};
        next += 3;
        if (area.reheat) place.power = next++;
        if (area.response_s > 0.0) place.lag = next++;
        places.push_back(place);
    }
    return places;
}

std::size_t AreaPlant::state_count(const AreaNetwork& network) {
    std::size_t count = network.ties.size();
    for (const AreaModel& area : network.areas) count += 3U + (area.reheat ? 1U : 0U) + (area.response_s > 0.0 ? 1U : 0U);
    return count;
}

std::vector<double> AreaPlant::exports_of(const AreaNetwork& network, const std::vector<Place>& places) {
    const std::size_t states = state_count(network);
    const std::size_t first_angle = states - network.ties.size();
    std::vector<double> exports(network.areas.size() * states);
    for (std::size_t k = 0; k < network.ties.size(); ++k) {
        const TieModel& tie = network.ties[k];
        const double base_ratio = network.areas[tie.from].base_mw / network.areas[tie.to].base_mw;
        for (const auto& [area, sign] : {std::pair{tie.from, 1.0}, std::pair{tie.to, -base_ratio}}) {
            double* row = exports.data() + area * states;
            row[first_angle + k] += sign * 2.0 * std::numbers::pi * network.nominal_hz * tie.coefficient_pu;
            row[places[tie.from].speed] += sign * tie.damping_pu;
            row[places[tie.to].speed] -= sign * tie.damping_pu;
        }
    }
    return exports;
}

LinearSystem AreaPlant::system_of(const AreaNetwork& network, const std::vector<Place>& places) {
    const std::size_t states = state_count(network);
    const auto exports = exports_of(network, places);
    LinearSystem system(states, inputs_per_area * network.areas.size());
    for (std::size_t i = 0; i < network.areas.size(); ++i) {
        const AreaModel& area = network.areas[i];
        const Place& at = places[i];
        const std::size_t load = inputs_per_area * i, relief = load + 1, setpoint = load + 2;
        for (std::size_t j = 0; j < states; ++j) system.rate(at.speed, j) -= exports[i * states + j] / area.inertia_s;
        system.rate(at.speed, at.speed) -= area.damping_pu / area.inertia_s;
        const double direct = area.reheat ? area.reheat->share : 1.0;
        system.rate(at.speed, at.turbine) += direct / area.inertia_s;
        if (area.reheat) system.rate(at.speed, at.power) += (1.0 - direct) / area.inertia_s;
        system.gain(at.speed, load) = -1.0 / area.inertia_s;
        system.rate(at.governor, at.governor) = -1.0 / area.governor_s;
        system.rate(at.governor, at.speed) = -1.0 / (area.droop_pu * area.governor_s);
        system.gain(at.governor, setpoint) = 1.0 / area.governor_s;
        system.rate(at.turbine, at.turbine) = -1.0 / area.turbine_s;
        system.rate(at.turbine, at.governor) = 1.0 / area.turbine_s;
        if (area.reheat) {
            system.rate(at.power, at.power) = -1.0 / area.reheat->time_s;
            system.rate(at.power, at.turbine) = 1.0 / area.reheat->time_s;
        }
        if (area.response_s > 0.0) {
            system.rate(at.speed, at.lag) = 1.0 / area.inertia_s;
            system.rate(at.lag, at.lag) = -1.0 / area.response_s;
            system.gain(at.lag, relief) = 1.0 / area.response_s;
        } else {
            system.gain(at.speed, relief) = 1.0 / area.inertia_s;
        }
    }
    for (std::size_t k = 0; k < network.ties.size(); ++k) {
        const std::size_t angle = states - network.ties.size() + k;
        system.rate(angle, places[network.ties[k].from].speed) = 1.0;
        system.rate(angle, places[network.ties[k].to].speed) = -1.0;
    }
    return system;
}

AreaPlant::Parts::Parts(AreaNetwork given, double step_s)
    : network(std::move(given)),
      places(places_of(network)),
      system(system_of(network, places)),
      steps(system, step_s),
      export_of(exports_of(network, places)) {}

AreaPlant::AreaPlant(AreaNetwork network, double step_s)
    : parts_(std::make_shared<const Parts>(std::move(network), step_s)),
      state_(parts_->system.states),
      next_(parts_->system.states),
      from_(parts_->system.inputs),
      to_(parts_->system.inputs),
      exports_(parts_->network.areas.size()) {}

void AreaPlant::advance(std::span<const AreaInput> from, std::span<const AreaInput> to) {
    fill_column(from, from_);
    fill_column(to, to_);
    parts_->steps.advance(state_, from_, to_, next_);
    state_.swap(next_);
    for (std::size_t i = 0; i < exports_.size(); ++i) {
        const double* row = parts_->export_of.data() + i * state_.size();
        exports_[i] = std::inner_product(state_.begin(), state_.end(), row, 0.0);
    }
}

double AreaPlant::deviation_hz(std::size_t area) const { return parts_->network.nominal_hz * state_[parts_->places[area].speed]; }

double AreaPlant::export_mw(std::size_t area) const { return export_pu(area) * parts_->network.areas[area].base_mw; }

double AreaPlant::bias_pu(std::size_t area) const {
    const AreaModel& model = parts_->network.areas[area];
    return 1.0 / model.droop_pu + model.damping_pu;
}

double AreaPlant::control_error_pu(std::size_t area) const {
    return export_pu(area) + bias_pu(area) * state_[parts_->places[area].speed];
}

double AreaPlant::relief_pu(std::size_t area) const {
    if (parts_->network.areas[area].response_s > 0.0) return state_[parts_->places[area].lag];
    return to_[inputs_per_area * area + 1];
}

std::optional<Loss> AreaPlant::lost(double limit_hz) const {
    std::optional<Loss> worst;
    for (std::size_t i = 0; i < areas(); ++i) {
        const double deviation = deviation_hz(i);
        if (std::abs(deviation) <= limit_hz) continue;
        if (!worst || !(std::abs(deviation) <= std::abs(worst->deviation_hz))) worst = Loss{i, deviation};
    }
    return worst;
}

}  // namespace evsweep
