/// Currents at the ends of branches, from the columns of all conductors: of a solved load flow, or of a small change of one.
#pragma once

#include <complex>
#include <cstddef>

#include "sim/network/sweep/sweep.hpp"

namespace evsweep {

struct NetworkModel;
class FoldedNetwork;

/// They are linear in the columns: V, and J as the backward sweep leaves it. Per unit; all three outlive it.
class BranchCurrents {
   public:
    using Complex = std::complex<double>;

    BranchCurrents(const NetworkModel& model, const FoldedNetwork& folded, const SweepState<double>& all)
        : model_(model), folded_(folded), all_(all) {}

    [[nodiscard]] Complex voltage(std::size_t c) const { return {all_.v_re[c], all_.v_im[c]}; }
    /// Current out of the link of `bus` into its conductor `row`: what loads, devices and branches below draw.
    [[nodiscard]] Complex downward(std::size_t bus, std::size_t row) const;
    /// Current out of the parent into the link of `bus`, by the conductors `up`.
    [[nodiscard]] Complex upward(std::size_t bus, std::size_t col) const;
    /// What all that hangs on the source draws from one of its conductors.
    [[nodiscard]] Complex source(std::size_t row) const { return downward(0, row); }

   private:
    [[nodiscard]] Complex swept(std::size_t c) const { return {all_.i_re[c], all_.i_im[c]}; }

    const NetworkModel& model_;
    const FoldedNetwork& folded_;
    const SweepState<double>& all_;
};

}  // namespace evsweep
