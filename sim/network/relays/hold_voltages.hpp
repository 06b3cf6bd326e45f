/// Finds the reactive powers at which generators hold their voltages, all together, for each changes what the others see.
///
/// With v_i(q) the voltage that generator i sees and s_i the set one, q_i within [min_i, max_i] is sought such that
///   v_i = s_i  between the limits,   v_i <= s_i  at max_i,   v_i >= s_i  at min_i
/// so that a generator leaves a limit as soon as the voltage allows it. Newton's method: in each step the voltages are straight
/// lines v + S dq with the exact slopes S, and the problem with them, a linear complementarity problem in a box, is solved by
/// block principal pivoting (Judice and Pires 1994), which ends where S is a P-matrix. Slopes are kept as long as steps with them
/// take nine tenths of what is missing.
#pragma once

#include <cstddef>
#include <optional>
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
    [[nodiscard]] bool know_slopes(const ControlledNetwork& network, std::span<const Member> members);
    [[nodiscard]] std::vector<double> aim(std::span<const Member> members) const;
    [[nodiscard]] bool go(ControlledNetwork& network, std::span<const Member> members, const std::vector<double>& q_kvar);

    int load_flows_ = 0;
    std::optional<double> gave_up_at_;    ///< what was missing where steps led no further; none: they did
    std::vector<std::size_t> slopes_of_;  ///< controls; empty: slopes are not known, or have become poor
    std::vector<double> slopes_;          ///< row-major, pu of the voltage of one control per kvar of another
};

/// q in [low, high] at which off + S (q - start) is 0, or positive at `low`, or negative at `high`; S is row-major.
[[nodiscard]] std::vector<double> held_in_box(std::span<const double> slopes, std::span<const double> off,
                                              std::span<const double> start, std::span<const double> low,
                                              std::span<const double> high);

}  // namespace evsweep
