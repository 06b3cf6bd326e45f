/// How far three phases are from balance: symmetrical components, unbalance factors, and what returns through the neutral.
#pragma once

#include <array>
#include <complex>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sim/network/sweep/load_flow.hpp"

namespace evsweep {

/// The symmetrical components of three phasors in the order a, b, c.
struct Sequences {
    std::complex<double> zero;
    std::complex<double> positive;
    std::complex<double> negative;
};
[[nodiscard]] Sequences sequences_of(const std::array<std::complex<double>, 3>& phase);

/// |V2| / |V1|, as IEC 61000-3-13 has it; the same from voltages to earth and line to line.
[[nodiscard]] double iec_unbalance(const std::array<std::complex<double>, 3>& to_earth);

/// The largest deviation of the three line-to-line magnitudes from their mean, over the mean, as NEMA MG 1 has it.
[[nodiscard]] double nema_unbalance(const std::array<std::complex<double>, 3>& to_earth);

/// The places of phases a, b and c among a bus's conductors (by ConductorId), where it has all three.
[[nodiscard]] std::optional<std::array<std::size_t, 3>> three_phases(const Feeder& feeder, BusId bus);

/// Voltages to earth of phases a, b, c in pu, where the bus has all three.
[[nodiscard]] std::optional<std::array<std::complex<double>, 3>> phase_voltages(const LoadFlow& flow, BusId bus);

/// What comes back to where power comes from: the current of the neutral, or else what the conductors together leave
/// to the earth. `conductors` name those that have the currents.
[[nodiscard]] std::complex<double> return_current(std::span<const Conductor> conductors,
                                                  std::span<const std::complex<double>> currents);

/// The conductors of a bus.
[[nodiscard]] std::span<const Conductor> conductors_of(const FeederSite& site, BusId bus);

/// What returns at one end of a branch, in A.
struct BranchReturn {
    std::complex<double> neutral_a;              ///< see return_current
    std::optional<std::complex<double>> zero_a;  ///< (I_a + I_b + I_c) / 3, where the bus has all three phases
};
[[nodiscard]] BranchReturn branch_return(const LoadFlow& flow, BranchId branch, End end);

/// The voltage between two phases, or between the legs of a split phase.
struct LineVoltage {
    BusId bus;
    Conductor plus{};
    Conductor minus{};
    std::complex<double> voltage_pu;  ///< of `base_v`
    double base_v = 0.0;              ///< nominal voltage between the two
};
/// Every pair ab, bc, ca and s1 s2 that a bus has; none on a balanced feeder.
[[nodiscard]] std::vector<LineVoltage> line_voltages(const LoadFlow& flow);

/// Reads unbalance factors and return currents at every control step: what does not change is looked up once. Immutable.
class UnbalanceReader {
   public:
    explicit UnbalanceReader(const Feeder& feeder);
    /// The IEC unbalance factor by bus; NaN at buses that lack a phase.
    void fill_unbalance(const LoadFlow& flow, std::span<double> by_bus) const;
    /// The return current by branch in A, at the lower bus.
    void fill_neutral_currents(const LoadFlow& flow, std::span<double> by_branch) const;

   private:
    struct ThreePhases {
        std::uint32_t bus = 0;
        std::uint32_t a = 0, b = 0, c = 0;  ///< conductors
    };
    /// Conductors whose currents add up to what returns: the neutral, or all.
    struct Returning {
        std::uint32_t first = 0;
        std::uint32_t count = 0;
    };
    std::vector<ThreePhases> three_phases_;
    std::vector<Returning> returning_;  ///< by branch
};

}  // namespace evsweep
