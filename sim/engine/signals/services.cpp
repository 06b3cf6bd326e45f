// Services for parties that plan ahead.
#include "evsweep/contracts.hpp"
#include "evsweep/service.hpp"
#include "sim/engine/provided_signal.hpp"

namespace evsweep {

namespace {

/// The grid with taps and capacitors as they stand now. Where they have not found their places yet, they do so before.
void* linear_grid(World& w) {
    if (w.network.devices().have_to_settle()) w.settle_devices();
    PlanningGrid& grid = w.shared.planning_grid(w.ports);
    grid.stand_as(w.network.load_flow().devices());
    return static_cast<GridModel*>(&grid);
}

std::optional<Lack> powers_follow_voltage(const ReplicaSite& site) {
    const auto controls = site.feeder.injection_controls();
    if (controls.empty()) return std::nullopt;
    return Lack{"plans with a linear model of the feeder, which does not know that the power of '" + controls.front().load +
                    "' follows the voltage",
                "remove the injection controls from the feeder, or take a controller that does not plan"};
}

void* expected_stays(World& w) {
    EVSWEEP_EXPECTS(w.expected_stays, "a forecast of stays is there for whoever uses it");
    return const_cast<Population*>(w.expected_stays);
}

void* true_stays(World& w) { return const_cast<Population*>(&w.population); }

bool provide_services() {
    const auto enter = [](const ProvidedService& service) { provided_services().emplace(service.name, service); };
    enter({services::linear_grid.name, linear_grid, false, powers_follow_voltage});
    enter({services::arrivals.name, expected_stays, true, nullptr});
    enter({services::foresight.name, true_stays, true, nullptr});
    return true;
}

const bool registered = provide_services();

}  // namespace

}  // namespace evsweep
