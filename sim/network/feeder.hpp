/// The feeder as the simulation uses it: a checked, radial, immutable network with its buses in sweep order.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evsweep/column.hpp"
#include "evsweep/feeder_description.hpp"
#include "evsweep/feeder_site.hpp"
#include "evsweep/ids.hpp"
#include "sim/network/sweep.hpp"

namespace evsweep {

/// One load: totals over its phases at nominal voltage, split into constant impedance, current and power.
struct LoadPoint {
    std::string id;
    BusId bus;
    double p_kw = 0.0;
    double q_kvar = 0.0;
    double share_z = 0.0;
    double share_i = 0.0;
    double share_p = 1.0;
    std::string profile;    ///< overrides the class's profile; may be empty
    std::string bus_class;  ///< of its bus
};

/// What a study may change of a feeder while it is built.
struct BuildOptions {
    std::optional<PerUnit> source_voltage;  ///< instead of the one in the file
};

/// How a branch of the file lies in the tree. Amperes are those of the `to` side's nominal voltage.
struct FeederBranch {
    BusId from;
    BusId to;
    BusId parent;
    BranchKind kind = BranchKind::line;
    double series_ohm = 0.0;  ///< magnitude of the first conductor's own series impedance, at the `to` side's voltage
};

/// A radial network. Buses are numbered depth-first from the source (BusId 0), children in the order of the file, so
/// a parent comes before its children; branch b feeds bus b + 1.
///
/// Nominal ratios, fixed taps and phase shifts are absorbed exactly: bus k's true per-unit voltage is
/// `ratio(k)` times its sweep voltage, `ratio` being the product of the ideal transformers' ratios on the path from the
/// source. Impedances and admittances are scaled to match, and powers are unchanged, so the sweep knows only series
/// impedances and admittances to earth. The power base is 1 kVA per conductor: kW and kvar are per-unit powers as they are.
class Feeder {
   public:
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const std::string& note() const { return note_; }
    [[nodiscard]] const FeederSite& site() const { return site_; }
    [[nodiscard]] std::size_t buses() const { return parent_.size(); }
    [[nodiscard]] std::size_t branches() const { return branches_.size(); }
    /// Conductors per bus: 1 for the balanced equivalent, whose powers are three-phase totals; 3 otherwise.
    [[nodiscard]] std::size_t phases() const { return phases_; }
    /// All conductors; conductor c belongs to bus c / phases().
    [[nodiscard]] std::size_t conductors() const { return phases_ * buses(); }
    /// Parent of each bus; that of the source is the source.
    [[nodiscard]] std::span<const std::uint32_t> parent() const { return parent_; }
    [[nodiscard]] std::span<const LoadPoint> loads() const { return loads_; }
    [[nodiscard]] const FeederBranch& branch(BranchId b) const { return branches_[b.index()]; }
    [[nodiscard]] std::optional<BusId> find_bus(std::string_view name) const;

    /// Magnitude of the source voltage in per unit.
    [[nodiscard]] double source_voltage_pu() const { return source_voltage_pu_; }
    /// True voltage over sweep voltage of a bus, with the source's angle.
    [[nodiscard]] std::complex<double> ratio(BusId bus) const { return ratio_[bus.index()]; }
    /// Columns for the sweep; valid as long as the feeder.
    [[nodiscard]] SweepNetwork sweep_network() const;
    /// Half the shunt admittance of a branch, phases x phases, in the frame of its voltages; at each end once.
    [[nodiscard]] std::span<const std::complex<double>> half_shunt(BranchId b) const;
    /// Shunt devices at a bus, phases x phases, without the branches' shunt admittance.
    [[nodiscard]] std::span<const std::complex<double>> device_shunt(BusId bus) const;
    /// Whether anything is connected from a conductor to earth.
    [[nodiscard]] bool has_shunts() const { return has_shunts_; }

   private:
    friend class FeederBuilder;
    Feeder() = default;

    std::string name_;
    std::string note_;
    FeederSite site_;
    std::size_t phases_ = 1;
    double source_voltage_pu_ = 1.0;
    bool has_shunts_ = false;
    std::vector<std::uint32_t> parent_;
    std::vector<FeederBranch> branches_;
    std::vector<LoadPoint> loads_;
    std::vector<std::complex<double>> ratio_;
    std::vector<std::complex<double>> half_shunt_;    // by branch
    std::vector<std::complex<double>> device_shunt_;  // by bus
    AlignedVector<double> series_re_, series_im_, shunt_re_, shunt_im_, ratio_abs_;
};

/// Checks a description and builds the feeder; every problem is reported, with the bus or branch named, and nothing is
/// returned if there was an error.
[[nodiscard]] std::optional<Feeder> build_feeder(const FeederDescription& description, const BuildOptions& options,
                                                 Issues& issues);

}  // namespace evsweep
