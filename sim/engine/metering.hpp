/// Metering: the only place that sees both the truth and what controllers are shown of it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "evsweep/controller.hpp"
#include "evsweep/draw_keys.hpp"
#include "evsweep/rng.hpp"
#include "evsweep/scenario.hpp"

namespace evsweep {

/// Takes readings on the control grid and shows them late, noisy and rounded as the scenario says.
/// A value asked for before the first reading is old enough is the first reading.
class Metering {
   public:
    /// Delays are whole numbers of `step`. `point_of`: by connector, the metering point whose voltage it sees; outlives the
    /// meters. Noise is keyed by the group of a connector and its number there.
    Metering(const MeteringSettings& settings, std::span<const std::uint32_t> point_of, const Connectors& connectors,
             Duration step, Rng rng);

    /// Takes the readings of control step `step`. `voltage_pu` by metering point.
    void read(std::size_t step, std::span<const double> voltage_pu, double feeder_head_kw,
              std::span<const ConnectorId> plugged_in);
    /// A step whose load flow had no solution: the last reading stands for the missing one. Before any reading the
    /// meters show 1 pu and 0 kW.
    void miss(std::size_t step);
    /// Shows the latest reading at `connectors`, e.g. where vehicles have just plugged in between two readings.
    void show_voltages(std::span<const ConnectorId> connectors);
    /// Voltages as metered, by connector; rows without a vehicle keep an older reading, 1 before the first.
    [[nodiscard]] std::span<const double> voltage_pu() const { return shown_voltage_.raw(); }
    [[nodiscard]] double feeder_head_kw() const { return shown_head_kw_; }

   private:
    void show_head();

    MeteringSettings settings_;
    std::span<const std::uint32_t> point_of_;
    std::vector<DrawKey> noise_key_;  ///< by connector
    Rng rng_;
    std::size_t voltage_delay_;  ///< in steps
    std::size_t head_delay_;
    std::vector<std::vector<double>> voltages_;  ///< ring of the last readings, by metering point
    std::vector<double> heads_;
    std::size_t last_step_ = 0;
    Column<PerUnit> shown_voltage_;
    double shown_head_kw_ = 0.0;
};

}  // namespace evsweep
