/// Which voltages are judged at a bus: those that loads see there. The only place that decides it.
#pragma once

#include <vector>

#include "evsweep/feeder_site.hpp"
#include "sim/network/build/feeder_checks.hpp"

namespace evsweep {

/// Whether each conductor of each bus of the description has metal to earth somewhere: a line, a coil, the source, or a shunt
/// above 10 VA that is no capacitor. Where none has, the voltage to earth is what stray admittances make of it, and no load sees
/// it.
class EarthReference {
   public:
    /// The source holds its voltages to earth in any case; whether loads see them is for the description to say.
    enum class Source { holds, as_described };
    EarthReference(const FeederDescription& description, const CheckedRows& rows, Source source);
    /// `bus` by position in the description.
    [[nodiscard]] bool is_earthed(std::size_t bus, Conductor conductor) const;
    /// Conductors of the same piece of metal have the same number.
    [[nodiscard]] std::size_t piece_of(std::size_t bus, Conductor conductor) const { return up_[node(bus, conductor)]; }

   private:
    [[nodiscard]] static std::size_t node(std::size_t bus, Conductor conductor);
    [[nodiscard]] std::size_t root_of(std::size_t node);
    void join(std::size_t a, std::size_t b);
    void join(std::size_t bus, const Terminals& ends);
    void join(const ClosedRow& row, const CheckedRows& rows);

    std::vector<std::size_t> up_;  ///< by node: the last of the same piece of metal; the earth is the last of all
};

/// What loads see at each bus: every phase (or leg of a split phase) to the neutral where the bus has one, else to earth, or
/// between phases where none of them is earthed (`is_earthed`, by ConductorId). All else of `site` is known.
[[nodiscard]] std::vector<SupplyVoltage> supply_voltages(const FeederSite& site, const std::vector<bool>& is_earthed);

}  // namespace evsweep
