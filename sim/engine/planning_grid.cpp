#include "sim/engine/planning_grid.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "evsweep/contracts.hpp"
#include "sim/engine/place_hops.hpp"

namespace evsweep {

namespace {

/// Rows are derivatives of the exact solution, so it has to be one.
constexpr double tightest_tolerance_pu = 1e-12;

/// A tighter tolerance takes more sweeps, by less than half where the scenario's is 1e-8 pu.
LoadFlowOptions planning_options(const LoadFlowSettings& settings) {
    return {std::min(settings.tolerance.value(), tightest_tolerance_pu), 2 * settings.max_iterations, settings.collapse.value()};
}

std::vector<std::vector<std::uint32_t>> places_of_points(const ChargingPorts& ports) {
    std::vector<std::vector<std::uint32_t>> together(ports.metering_points());
    const auto point = ports.metering_point();
    for (std::size_t c = 0; c < point.size(); ++c) {
        const auto places = ports.places(ConnectorId(c));
        together[point[c]].assign(places.begin(), places.end());
    }
    return together;
}

/// What chargers see, by metering point.
std::vector<std::vector<LinearLoadFlow::ChargerPair>> pairs_of_points(const ChargingPorts& ports) {
    std::vector<std::vector<LinearLoadFlow::ChargerPair>> pairs(ports.metering_points());
    for (std::size_t point = 0; point < pairs.size(); ++point)
        for (const ChargingNetwork::Pair& pair : ports.pairs(point))
            pairs[point].push_back({pair.plus, pair.minus, pair.nominal_pu});
    return pairs;
}

std::string_view name_of(BranchKind kind) {
    switch (kind) {
        case BranchKind::line:
            return "line";
        case BranchKind::switch_:
            return "switch";
        case BranchKind::transformer:
            return "transformer";
    }
    return {};
}

}  // namespace

PlanningGrid::PlanningGrid(const Scenario& scenario, const BaseDemand& base, const ChargingPorts& ports, StopRequest stop)
    : demand_(base),
      ports_(&ports),
      step_(scenario.time.step),
      stop_(std::move(stop)),
      base_(base, *ports.network()),
      drawn_together_(places_of_points(ports)),
      load_flow_(ports.network(), planning_options(scenario.load_flow)),
      linear_(load_flow_.feeder(), drawn_together_) {
    linear_.show_chargers(pairs_of_points(ports));
    name_elements(scenario.limits);
}

void PlanningGrid::name_elements(const Limits& limits) {
    const FeederSite& site = load_flow_.feeder().site();
    const auto branch = [&](std::size_t b) {
        return std::string(name_of(load_flow_.feeder().branch(BranchId(b)).kind)) + " " + site.branch[b];
    };
    const VoltageBands bands = limits.bands_of(site);
    for (const std::uint32_t i : linear_.voltages())
        voltages_.push_back({"voltage at bus " + site.supply_name(site.supply[i]), bands.of(i).min_pu, bands.of(i).max_pu});
    constexpr double unlimited = std::numeric_limits<double>::infinity();
    for (const std::uint32_t c : linear_.currents()) {
        const Conductor wire = site.conductor[c];
        const std::string phase = wire == Conductor::balanced ? "" : "." + std::string(evsweep::name_of(wire));
        loadings_.push_back({"current in " + branch(site.bus_of_conductor[c] - 1) + phase, -unlimited, 1.0});
    }
    for (const BranchId b : linear_.transformers()) loadings_.push_back({"power of " + branch(b.index()), -unlimited, 1.0});
}

void PlanningGrid::serve(const ChargingPorts& ports) {
    if (&ports == ports_) return;
    EVSWEEP_EXPECTS(ports.network() == ports_->network(), "a planning grid serves charging points of one network");
    ports_ = &ports;
    drawn_together_ = places_of_points(ports);
    linear_.draw_together(drawn_together_);
    linear_.show_chargers(pairs_of_points(ports));
}

void PlanningGrid::stand_as(const DeviceState& devices) {
    const auto transformers = load_flow_.feeder().transformers();
    for (std::size_t t = 0; t < transformers.size(); ++t)
        for (std::size_t w = 0; w < transformers[t].windings.size(); ++w)
            load_flow_.set_tap(t, w, devices.tap[transformers[t].first_tap + w]);
    for (std::size_t s = 0; s < devices.steps_on.size(); ++s) load_flow_.set_steps(s, devices.steps_on[s]);
}

std::size_t PlanningGrid::step_of(Instant at) const {
    const auto last = static_cast<std::int64_t>(demand_.steps()) - 1;
    return static_cast<std::size_t>(std::clamp<std::int64_t>(at.time_since_epoch() / step_, 0, last));
}

void PlanningGrid::draw(std::size_t step, std::span<const double> p_kw, std::span<const double> q_kvar) {
    PortPower& power = load_flow_.power();
    load_flow_.draw(base_.at(step));
    for (std::size_t place = 0; place < places(); ++place) {
        const double part = 1.0 / static_cast<double>(drawn_together_[place].size());
        for (const std::uint32_t there : drawn_together_[place]) {
            power.p[there] += part * p_kw[place];
            power.q[there] += part * q_kvar[place];
        }
    }
}

bool PlanningGrid::linearise(Instant at, std::span<const double> p_kw, std::span<const double> q_kvar, LinearGrid& grid) {
    EVSWEEP_EXPECTS(p_kw.size() == places() && q_kvar.size() == places(), "there is one power for each place of the grid");
    stop_.obey();
    draw(step_of(at), p_kw, q_kvar);
    load_flow_.restart();  // from where it starts must leave no trace in what is found
    if (load_flow_.solve().status != LoadFlowStatus::converged) return false;
    grid.p_kw.assign(p_kw.begin(), p_kw.end());
    grid.q_kvar.assign(q_kvar.begin(), q_kvar.end());
    return linear_.linearise(load_flow_, grid);
}

bool PlanningGrid::linearise_nominal(LinearRows& charger_voltage) {
    stop_.obey();
    load_flow_.power().clear();
    load_flow_.restart();
    if (load_flow_.solve().status != LoadFlowStatus::converged) return false;
    return linear_.linearise_nominal(load_flow_, charger_voltage);
}

std::vector<std::uint32_t> PlanningGrid::hops() const {
    std::vector<BusId> bus;
    for (std::size_t place = 0; place < places(); ++place) bus.push_back(ports_->bus_of_point(place));
    return place_hops(load_flow_.feeder(), bus);
}

}  // namespace evsweep
