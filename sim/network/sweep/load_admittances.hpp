/// Sweeps with loads as admittances, for networks in which little else than the loads holds voltages to earth.
///
/// Algorithm. Behind a delta that nothing earths, W_k is the inverse of a stray admittance: a load to earth that is swept as a
/// current throws the voltages about. So what each load draws in proportion to its voltage is folded into the network,
///   y = conj(S) / |u_rated|^2,   V_k = T'_k V_p - W'_k J'_k,   I' = I(V) - y V
/// and only the rest is swept. T' and W' are those of the network with y as shunts; the solutions are the same. It is the way
/// in which OpenDSS iterates, so that where loads in pieces have several solutions, the same one is approached.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "sim/network/sweep/network_model.hpp"
#include "sim/network/sweep/swept_network.hpp"

namespace evsweep {

/// Voltages of all conductors of the feeder and the earth, and loop currents. They mean nothing unless it has settled.
struct LoadAdmittanceSweeps {
    bool settled = false;
    int sweeps = 0;
    AlignedVector<double> v_re, v_im;
    std::vector<double> loop_re, loop_im;
};

/// Such sweeps again and again: it remembers the network with its admittances, of which only what has changed is folded anew,
/// and the last voltages.
class LoadAdmittances {
   public:
    explicit LoadAdmittances(const SweptNetwork& swept);
    LoadAdmittances(const LoadAdmittances&) = delete;  // what is folded refers to its model
    LoadAdmittances& operator=(const LoadAdmittances&) = delete;
    ~LoadAdmittances() = default;

    /// Where sweeps begin: at the voltages at which all loads are their admittances, or at those that were found last.
    enum class Start { flat, last };
    /// Sweeps until voltages settle or `limits.max_iterations` is reached. Power by place, at rated voltage. Settles more tightly
    /// than `limits.tolerance_pu`, so that currents at these voltages balance.
    [[nodiscard]] const LoadAdmittanceSweeps& sweep(const DeviceState& devices, const SweepProblem& limits,
                                                    std::span<const double> p_kw, std::span<const double> q_kvar, Start start);

   private:
    struct Correction;

    [[nodiscard]] bool fold(const DeviceState& devices, std::span<const double> p_kw, std::span<const double> q_kvar);
    void note_moved(const DeviceState& devices, std::vector<std::uint32_t>& changed);
    void note_drawn(std::span<const double> p_kw, std::span<const double> q_kvar, std::vector<std::uint32_t>& changed);
    void start_at(const SweptNetwork& loaded, Start start, AlignedVector<double>& v_re, AlignedVector<double>& v_im);

    const Feeder& feeder_;
    DrawingPlaces places_;
    std::vector<Port> drawing_;            ///< all places where power may be drawn, in the order of the columns of power
    std::vector<std::uint32_t> bus_of_;    ///< of each of them
    std::vector<std::uint32_t> shunt_at_;  ///< by bus: the shunt that its loads are
    NetworkModel model_;
    DeviceState devices_;
    std::vector<double> p_, q_;
    std::shared_ptr<FoldedNetwork> folded_;
    std::shared_ptr<const SweptNetwork> loaded_;
    LoadAdmittanceSweeps found_;
};

}  // namespace evsweep
