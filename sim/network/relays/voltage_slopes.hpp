/// How the voltages of a solved load flow change with the reactive power at a few places: single columns of small_change.hpp, for
/// those who need no more of a linearised feeder than that.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "evsweep/column.hpp"
#include "sim/network/sweep/load_flow.hpp"
#include "sim/network/sweep/load_slopes.hpp"

namespace evsweep {

/// The feeder around one solution, which must outlive it and stay as it is.
class VoltageSlopes {
   public:
    using Complex = std::complex<double>;

    explicit VoltageSlopes(const LoadFlow& solved);

    /// Follows one kvar more that is given, in equal parts at these places of power. False where that does not settle.
    [[nodiscard]] bool follow(std::span<const std::uint32_t> places);
    /// Change of the voltage of a conductor of the feeder, in pu per kvar and in the frame of the sweep.
    [[nodiscard]] Complex change(std::size_t conductor) const { return {all_.v_re[conductor], all_.v_im[conductor]}; }

   private:
    [[nodiscard]] Port port_of(std::uint32_t place) const;
    void give(std::uint32_t place, double share);

    const LoadFlow& solved_;
    LoadSlopes slopes_;
    SmallChange change_;
    std::vector<double> at_rest_;  ///< the source
    AlignedVector<double> own_re_, own_im_, loop_re_, loop_im_, trial_;
    AlignedVector<double> v_re_, v_im_, i_re_, i_im_, all_v_re_, all_v_im_, all_i_re_, all_i_im_;
    SweepState<double> state_{}, all_{};
};

}  // namespace evsweep
