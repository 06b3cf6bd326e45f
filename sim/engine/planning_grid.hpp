/// The grid as controllers that plan ahead may know it: linear rows around any power of the chargers, under the forecast base
/// load.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "evsweep/linear_grid.hpp"
#include "evsweep/scenario.hpp"
#include "evsweep/stop.hpp"
#include "sim/engine/base_power.hpp"
#include "sim/engine/charging_ports.hpp"
#include "sim/network/sweep/linear_load_flow.hpp"
#include "sim/network/sweep/load_flow.hpp"

namespace evsweep {

/// Serves all replicas of one thread, one after the other: what it answers depends on the step, the powers, the devices and the
/// charging points alone, never on what was asked before. Belongs to one thread. Places are the metering points of `ports`.
class PlanningGrid final : public GridModel {
   public:
    /// `base` and `ports` outlive it; of the scenario it takes time step, limits and load-flow settings.
    PlanningGrid(const Scenario& scenario, const BaseDemand& base, const ChargingPorts& ports, StopRequest stop = {});

    /// From now on it is the grid of the replica whose charging points are at `ports`, of the same network; these outlive it.
    void serve(const ChargingPorts& ports);

    /// From now on taps and capacitor steps stand as they do in a replica (LoadFlow::devices). Before every decision; it costs
    /// little where none has moved.
    void stand_as(const DeviceState& devices);

    [[nodiscard]] std::size_t places() const override { return ports_->metering_points(); }
    [[nodiscard]] std::span<const std::uint32_t> place_of_connector() const override { return ports_->metering_point(); }
    [[nodiscard]] std::span<const GridElement> voltages() const override { return voltages_; }
    [[nodiscard]] std::span<const GridElement> loadings() const override { return loadings_; }
    /// Steps beyond the study's end are like its last one, those before its beginning like its first. Throws
    /// Stopped once a stop was requested.
    [[nodiscard]] bool linearise(Instant at, std::span<const double> p_kw, std::span<const double> q_kvar,
                                 LinearGrid& grid) override;
    [[nodiscard]] bool linearise_nominal(LinearRows& charger_voltage) override;
    [[nodiscard]] std::vector<std::uint32_t> hops() const override;

   private:
    void name_elements(const Limits& limits);
    [[nodiscard]] std::size_t step_of(Instant at) const;
    void draw(std::size_t step, std::span<const double> p_kw, std::span<const double> q_kvar);

    const BaseDemand& demand_;
    const ChargingPorts* ports_;
    Duration step_;
    StopRequest stop_;
    BasePower base_;
    std::vector<std::vector<std::uint32_t>> drawn_together_;  ///< by place: places of the load flow
    LoadFlow load_flow_;
    LinearLoadFlow linear_;
    std::vector<GridElement> voltages_, loadings_;
};

}  // namespace evsweep
