/// Finds the reactive powers at which generators hold their voltages, all together, for each changes what the others see.
///
/// With v_i(q) the voltage that generator i sees and s_i the set one, q_i within [min_i, max_i] is sought such that
///   v_i = s_i  between the limits,   v_i <= s_i  at max_i,   v_i >= s_i  at min_i
/// (a generator comes back from a limit when the voltage allows it). Newton's method: in each step the voltages are straight
/// lines v + S dq, and the problem with them, a linear complementarity problem in a box, is solved by block principal pivoting
/// (Judice and Pires 1994), which ends because S is a P-matrix where more reactive power at any generator lifts the voltage. S
/// is measured once by load flows with a little more of each q, and then follows the steps (Broyden 1965).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace evsweep {

class ControlledNetwork;
class HoldRelay;

class HoldingGroup {
   public:
    /// A relay that holds, and its number among the injection controls.
    struct Member {
        std::size_t control = 0;
        HoldRelay* relay = nullptr;
    };

    /// Relays have looked at the present solution; afterwards they, and the network, give what holds their voltages as far as
    /// that was found.
    void act(ControlledNetwork& network, std::span<const Member> members);
    /// That were solved so far.
    [[nodiscard]] int load_flows() const { return load_flows_; }

   private:
    int load_flows_ = 0;
};

}  // namespace evsweep
