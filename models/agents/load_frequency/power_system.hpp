/// Plant and secondary control of all areas together, moved on by fixed steps.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "agents/load_frequency/plant.hpp"
#include "agents/load_frequency/secondary_control.hpp"
#include "evsweep/time.hpp"

namespace evsweep {

/// The clock of a power system.
struct SystemClock {
    Duration step = std::chrono::milliseconds(10);  ///< of integration
    Duration cycle = std::chrono::seconds(4);       ///< of the secondary control; a whole number of steps
};

/// Begins in balance at the start of the scenario. All spans are by area, in pu of the area's base.
///
/// The order at one instant t: the plant arrives at t; others read it and decide; then, where t is the mark of a cycle, the
/// secondary control acts on the state at t; all that holds until the next step. Hence that cycle is taken when the next step
/// begins, and an instant that nobody comes back to has none.
class PowerSystem {
   public:
    /// Without `secondary` set-points stay at 0. `plant` is in balance and has the step of `clock`; `load` is the disturbance at
    /// the start.
    PowerSystem(AreaPlant plant, const std::optional<SecondarySettings>& secondary, const SystemClock& clock,
                std::span<const double> load);

    /// To `now() + step`: the disturbance goes linearly from that of the last step to `load_at_end`; `relief` holds. `request` is
    /// what connected units have been asked to relieve the area by, so that the secondary control makes up for the rest; empty:
    /// nothing.
    void advance(std::span<const double> load_at_end, std::span<const double> relief, std::span<const double> request = {});

    [[nodiscard]] Instant now() const { return now_; }
    [[nodiscard]] const AreaPlant& plant() const { return plant_; }

   private:
    void act(std::span<const double> request);

    AreaPlant plant_;
    SystemClock clock_;
    std::vector<SecondaryControl> controls_;  ///< by area; empty without secondary control
    std::vector<AreaInput> from_, to_;
    Instant now_{};
};

}  // namespace evsweep
