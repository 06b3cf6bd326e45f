/// Energies of the control step that is running: powers held from one load flow to the next, and what the fleet counts.
#pragma once

#include <optional>
#include <vector>

#include "evsweep/output.hpp"
#include "sim/fleet/charging_state.hpp"
#include "sim/fleet/generator_state.hpp"

namespace evsweep {

/// Energies of all that stands at connection points since the start.
struct SiteEnergy {
    FleetEnergy fleet{};
    GeneratorEnergy generators{};
};

/// Books one step at a time. Base load and losses are held from each load flow until the next one; what the vehicles drew
/// beyond the power they had in them, and generators did not feed in, came from the source of the feeder.
class StepBooks {
   public:
    /// Powers of one load flow; none where it had no solution.
    struct Held {
        double source_kw = 0.0;
        double load_kw = 0.0;
        double loss_kw = 0.0;
        double ev_kw = 0.0;         ///< drawn less returned
        double generated_kw = 0.0;  ///< fed in by generators
    };

    /// What energy costs in a step, currency per kWh.
    struct Prices {
        double buy = 0.0;
        double sell = 0.0;
    };
    /// Opens a step that begins now with these powers; none where there is no solution.
    void open(Instant now, const Prices& prices, const std::optional<Held>& powers, const SiteEnergy& energy);
    [[nodiscard]] bool is_open() const { return begin_.has_value(); }
    /// From now on these powers hold. Nothing happens while no step is open.
    void hold(Instant now, const std::optional<Held>& powers);
    /// What devices have moved; at the very end of a step it counts for the next.
    void count(Instant now, int tap_steps, int switchings);
    /// Closes the open step.
    [[nodiscard]] Interval close(Instant end, const SiteEnergy& energy);

   private:
    void accrue(Instant now);

    struct Begin {
        Instant at{};
        Prices prices{};
        SiteEnergy energy{};  ///< until then
    };
    std::optional<Begin> begin_;
    std::optional<Held> held_;
    Instant since_{};     ///< when `held_` began to hold
    Held energy_kwh_;     ///< so far, in kWh
    bool solved_ = true;  ///< some powers have held all the time
    struct Moves {
        Instant at{};
        int tap_steps = 0, switchings = 0;
    };
    std::vector<Moves> moves_;
};

}  // namespace evsweep
