/// The plugged-in vehicles of the controller `fuzzy`, laid out so that a decision steers sixteen of them at a time.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "controllers/fuzzy/surface.hpp"
#include "controllers/fuzzy/view.hpp"

namespace evsweep {

/// How vehicles follow the rules' power.
struct FuzzyPacing {
    Duration period{};      ///< between decisions
    double approach = 1.0;  ///< share of the way gone per minute
    Duration head_start{};  ///< with how much of that a vehicle begins when it plugs in
    double deadband = 0.0;  ///< share of full power below which powers and changes are not made

    /// Share of the way gone in a while: the same, however many decisions divide it.
    [[nodiscard]] double way_in(Duration time) const { return 1.0 - std::pow(1.0 - approach, 60.0 * hours(time)); }
};

/// The surface at the stress of one decision.
struct FuzzyLayer {
    const FuzzySurface& surface;
    std::span<const double> power;
};

/// Sixteen vehicles as columns, the constants of their stay and where their gradual approach has come to.
struct alignas(64) FuzzyBlock {
    static constexpr std::size_t width = 16;
    using Row = std::array<double, width>;

    Row target_soc{};
    Row hours_per_soc{};  ///< of charging at full power
    Row departure_h{};    ///< as stated, from the scenario's start
    Row full_kw{};
    Row full_return_kw{};
    Row redraw_h_per_kwh{};  ///< hours of charging at full power to draw a returned kWh back
    Row minimum_kw{};
    Row way{};          ///< share of the way to the rules' power that the next decision goes
    Row share{};        ///< of full power, -1 to 1
    Row setpoint_kw{};  ///< in force
    std::array<ConnectorId, width> connector{};
    std::uint32_t changed = 0;  ///< a bit per vehicle whose setpoint the last decision has changed
    std::uint32_t stepped = 0;  ///< a bit per vehicle whose charger has levels
    std::uint32_t tapers = 0;   ///< a bit per vehicle whose battery takes less than full power before its target
};

/// Rows stand closely together: who leaves is replaced by the last.
class FuzzyFleet {
   public:
    FuzzyFleet(const FuzzyPacing& pacing, std::size_t connectors);

    /// Takes in a vehicle that has just plugged in, with a share and a setpoint of 0 and the head start ahead of it; in place of
    /// the one before it at its connector.
    void enter(const FuzzyView& seen, ConnectorId c);
    /// Nothing happens if no vehicle has entered at `c`.
    void leave(ConnectorId c);
    /// The battery has ended the vehicle's setpoint; nothing happens if none has entered at `c`.
    void halt(ConnectorId c);
    /// Steers every vehicle, at an instant of the period.
    void steer(const FuzzyView& seen, const FuzzyLayer& layer, Setpoints& setpoints);
    /// Steers only those at `connectors`, all of them entered, at any instant.
    void steer(const FuzzyView& seen, const FuzzyLayer& layer, Setpoints& setpoints, std::span<const ConnectorId> connectors);

   private:
    static constexpr std::uint32_t nowhere = std::numeric_limits<std::uint32_t>::max();

    FuzzyPacing pacing_;
    double way_per_period_;
    std::vector<FuzzyBlock> block_;
    std::size_t size_ = 0;
    std::vector<std::uint32_t> place_;  ///< by connector: its row, counted through all blocks
};

}  // namespace evsweep
