/// The network behind a feeder: links, devices and loops in per unit, and how taps and steps fold them into a sweep.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <complex>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "evsweep/column.hpp"
#include "sim/network/device_state.hpp"
#include "sim/network/sweep/link.hpp"
#include "sim/network/sweep/sweep.hpp"

namespace evsweep {

/// All that joins one bus to its parent.
struct Link {
    std::vector<CoilEquations> fixed;           ///< lines, switches and balanced transformers
    std::vector<LinkTransformer> transformers;  ///< whose taps may move
};

/// All coils of a link at the given taps: the fixed ones, then its transformers'.
[[nodiscard]] std::vector<CoilEquations> coils_of(const Link& link, std::span<const double> tap);

/// A shunt device with its admittance at all steps.
struct ShuntDevice {
    std::uint32_t bus = 0;
    Block y;
    int steps = 1;
};

/// Buses in sweep order; immutable.
struct NetworkModel {
    std::vector<std::uint32_t> first_conductor;  ///< by bus, and one beyond the last
    std::vector<std::uint32_t> parent;           ///< by bus
    std::vector<Link> links;                     ///< by bus; the source's is empty
    std::vector<std::vector<std::uint32_t>> children;
    std::vector<std::uint32_t> up;                      ///< conductors of the parent that feed a bus
    std::vector<std::uint32_t> first_up;                ///< by bus: its place in `up`, and one beyond the last
    std::vector<ShuntDevice> shunts;                    ///< by ShuntRow
    std::vector<std::vector<std::uint32_t>> shunts_at;  ///< by bus
    std::vector<LoopEnd> loop_ends;
    std::vector<double> held;  ///< by conductor: admittance to earth, 0 in sum (fed_conductors.hpp); or empty
    BlockVector source;        ///< open-circuit voltages
    Block source_z;
    DeviceState initial;
    std::vector<std::uint8_t> floats;         ///< by conductor: whether no metal ties its voltage to earth
    std::vector<std::uint8_t> held_by_loads;  ///< by conductor: whether loads alone hold its voltage to earth; or empty

    [[nodiscard]] std::size_t buses() const { return parent.size(); }
    [[nodiscard]] std::size_t conductors() const { return first_conductor.back(); }
    [[nodiscard]] std::size_t conductors_of(std::size_t bus) const { return first_conductor[bus + 1] - first_conductor[bus]; }
    [[nodiscard]] std::size_t bus_of(std::uint32_t conductor) const {
        const auto next = std::upper_bound(first_conductor.begin(), first_conductor.end(), conductor);
        return static_cast<std::size_t>(next - first_conductor.begin()) - 1;
    }
    [[nodiscard]] std::size_t above(std::size_t bus) const { return first_up[bus + 1] - first_up[bus]; }
};

/// A network with its taps and steps set: what the sweep reads, and what currents are found from afterwards.
class FoldedNetwork {
   public:
    FoldedNetwork(const NetworkModel& model, const DeviceState& devices);

    /// Folds anew what depends on the links and shunts of `changed` buses.
    void update(const DeviceState& devices, std::span<const std::uint32_t> changed);

    /// The bus that cannot be folded, if any, and why.
    [[nodiscard]] FoldError error() const { return error_; }
    [[nodiscard]] std::uint32_t error_bus() const { return error_bus_; }

    [[nodiscard]] SweepNetwork sweep() const;
    /// Admittance at a bus of its devices and of all that lies below, without the link that feeds it.
    [[nodiscard]] const Block& admittance(std::size_t bus) const { return y_[bus]; }
    /// Admittance that the link of `bus` and all below show to the conductors `up` of its parent.
    [[nodiscard]] const Block& shown(std::size_t bus) const { return s_[bus]; }
    /// Shunt devices at a bus at their present steps; empty where there are none.
    [[nodiscard]] const Block& devices(std::size_t bus) const { return device_y_[bus]; }
    /// Whether the link of `bus` passes voltages and currents on unchanged, with nothing to earth there or below.
    [[nodiscard]] bool is_plain(std::size_t bus) const { return plain_[bus] != 0; }
    /// An entry of T_k.
    [[nodiscard]] std::complex<double> transfer(std::size_t bus, std::size_t row, std::size_t col) const {
        const std::size_t e = t_at_[bus] + row * model_.above(bus) + col;
        return {t_re_[e], t_im_[e]};
    }
    /// Change of loop currents per voltage gap, row-major over `NetworkModel::loop_ends`.
    [[nodiscard]] std::span<const double> loop_y_re() const { return loop_y_re_; }
    [[nodiscard]] std::span<const double> loop_y_im() const { return loop_y_im_; }

   private:
    void fold_bus(std::size_t bus, const DeviceState& devices);
    void fold_source();
    void find_runs();
    void find_loop_admittance();

    const NetworkModel& model_;
    FoldError error_ = FoldError::none;
    std::uint32_t error_bus_ = 0;
    std::vector<std::size_t> t_at_, w_at_;
    AlignedVector<double> t_re_, t_im_, w_re_, w_im_;
    AlignedVector<double> source_re_, source_im_, source_w_re_, source_w_im_;
    std::vector<SweepRun> runs_;
    std::vector<Block> y_, s_, device_y_;
    std::vector<std::uint8_t> identity_, plain_;
    std::vector<double> loop_y_re_, loop_y_im_;
};

}  // namespace evsweep
