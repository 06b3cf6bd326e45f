/// A folded network without the conductors at which nothing can be drawn: fewer conductors to sweep, the same answer.
///
/// The folded form V_k = T_k V_p - W_k J_k, J_p += T_k^T J_k (symbols: sweep.hpp) is all that is used, so every kind of link
/// is reduced alike, and exactly:
///   dead ends   a conductor at which nothing is drawn, and that no conductor below leans on, has J = 0. No other voltage
///               depends on it, so it is left out; of a bus whichever conductors remain are swept.
///   series      of a bus m where nothing is drawn and that feeds one bus c only, J_m = T_c^T J_c; putting V_m into the
///               equation of c feeds c from the parent of m, by
///                   T_c := T_c T_m,   W_c := W_c + T_c W_m T_c^T
///               with the plain transpose; where T is the identity, impedances add.
///   ideal       if W_m = 0 (a closed switch), the same holds for each of the buses that m feeds, for they do not meet in W_m.
/// The source stays as it is. What was left out is linear in what stayed, see recovery.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "evsweep/column.hpp"
#include "sim/network/sweep/recovery.hpp"

namespace evsweep {

struct NetworkModel;
class FoldedNetwork;

class ReducedNetwork {
   public:
    /// `draws`: nonzero for the conductors of the full network where a load or a port may draw a current that is not folded.
    /// The ends of loops count as such without being asked for. `full` must have been folded without an error; neither it nor
    /// the model is needed later. Takes time in proportion to the conductors.
    ReducedNetwork(const NetworkModel& model, const FoldedNetwork& full, std::span<const std::uint8_t> draws);

    [[nodiscard]] std::size_t conductors() const { return kept_.size(); }
    [[nodiscard]] std::size_t buses() const { return buses_; }
    /// What the sweep reads, over own conductors.
    [[nodiscard]] SweepNetwork sweep() const {
        return {runs_, up_, t_re_, t_im_, w_re_, w_im_, source_re_, source_im_, source_w_re_, source_w_im_};
    }
    /// Conductors of the full network, by own conductor; ascending.
    [[nodiscard]] std::span<const std::uint32_t> kept() const { return kept_; }
    /// Own conductor of one of the full network, if it is kept. The earth (one beyond the last) is the earth here.
    [[nodiscard]] std::optional<std::uint32_t> place_of(std::size_t conductor) const {
        if (place_[conductor] == nowhere) return std::nullopt;
        return place_[conductor];
    }
    /// How the full network is found, with its own `SweepNetwork`.
    [[nodiscard]] Recovery recovery() const { return {kept_, voltages_, currents_}; }

   private:
    friend class NetworkReduction;
    static constexpr std::uint32_t nowhere = 0xffffffff;

    std::size_t buses_ = 1;
    std::vector<std::uint32_t> kept_;
    std::vector<std::uint32_t> place_;  ///< by conductor of the full network, and the earth
    std::vector<LeftOutVoltage> voltages_;
    std::vector<LeftOutCurrent> currents_;
    std::vector<SweepRun> runs_;
    std::vector<std::uint32_t> up_;
    AlignedVector<double> t_re_, t_im_, w_re_, w_im_;
    AlignedVector<double> source_re_, source_im_, source_w_re_, source_w_im_;
};

}  // namespace evsweep
