/// The feeder as the simulation uses it: a checked, immutable network with its buses in sweep order.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evsweep/feeder_description.hpp"
#include "evsweep/feeder_site.hpp"
#include "evsweep/ids.hpp"
#include "sim/network/device_state.hpp"

namespace evsweep {

struct NetworkModel;
class FoldedNetwork;

/// Two conductors of a bus, or one and the earth, between which power is drawn.
struct Port {
    std::uint32_t plus = 0;
    std::uint32_t minus = 0;  ///< Feeder::conductors() is the earth
    double rated_pu = 1.0;    ///< voltage at which the response is 1, in pu of the bus
    std::uint32_t law = 0;    ///< index into Feeder::laws
};

/// One load: totals at rated voltage, drawn in equal parts at its ports.
struct LoadPoint {
    std::string id;
    BusId bus;
    double p_kw = 0.0;
    double q_kvar = 0.0;
    std::vector<std::uint32_t> ports;  ///< places in PortPower
    std::string profile;               ///< overrides the class's profile; may be empty
    std::string bus_class;             ///< of its bus
};

/// What a study may change of a feeder while it is built.
struct BuildOptions {
    std::optional<PerUnit> source_voltage;  ///< instead of the one in the file
};

/// How a branch of the file lies in the tree.
struct FeederBranch {
    BusId from;
    BusId to;
    BusId parent;
    BranchKind kind = BranchKind::line;
    double series_ohm = 0.0;           ///< magnitude of the first conductor's own series impedance, at the `to` side's voltage
    std::vector<std::uint32_t> mates;  ///< per conductor of the lower bus: the same wire above; empty for transformers
    double rated_kva = std::numeric_limits<double>::infinity();  ///< of a transformer; infinite where unlimited, and for others
};

/// Where a row of the file (a line, switch or transformer) stands in its branch.
struct FeederRow {
    std::string id;
    BranchId branch;
    std::size_t part = 0;         ///< among the rows of its kind in the branch
    bool is_transformer = false;  ///< one with windings
    bool runs_down = true;        ///< its `from` end is at the upper bus
};

/// Where a transformer's windings are, for relays that look at them.
struct FeederTransformer {
    std::string id;
    std::vector<WindingRow> windings;
    std::vector<BusId> bus;     ///< by winding
    std::uint32_t link = 0;     ///< the bus below
    std::size_t place = 0;      ///< among the transformers of that link
    std::size_t first_tap = 0;  ///< DeviceState::tap of winding w is at first_tap + w
};

/// A network fed from one source. Buses are numbered depth-first from the source (BusId 0), children in the order of
/// the file, so a parent comes before its children; branch b feeds bus b + 1. Rows between the same two buses are one
/// branch. A loop is opened at the end of its last branch; that end is one more bus, named after the true one with a
/// stroke, whose voltage equals the true one's.
///
/// The power base is 1 kVA per conductor: kW and kvar are per-unit powers as they are.
class Feeder {
   public:
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const std::string& note() const { return note_; }
    [[nodiscard]] const FeederSite& site() const { return site_; }
    [[nodiscard]] std::size_t buses() const { return site_.bus.size(); }
    [[nodiscard]] std::size_t branches() const { return branches_.size(); }
    [[nodiscard]] std::size_t conductors() const { return site_.conductor.size(); }
    [[nodiscard]] bool is_balanced() const { return site_.conductor.front() == Conductor::balanced; }
    /// How many numbers a PortPower of the feeder's own loads has: one for constant power from each conductor to
    /// earth, then one per entry of `load_ports`.
    [[nodiscard]] std::size_t ports() const { return conductors() + load_ports_.size(); }
    /// Loads between conductors, and loads that follow the voltage.
    [[nodiscard]] std::span<const Port> load_ports() const { return load_ports_; }
    [[nodiscard]] std::span<const VoltageResponse> laws() const { return laws_; }
    [[nodiscard]] std::span<const LoadPoint> loads() const { return loads_; }
    [[nodiscard]] const FeederBranch& branch(BranchId b) const { return branches_[b.index()]; }
    [[nodiscard]] std::span<const FeederTransformer> transformers() const { return transformers_; }
    [[nodiscard]] std::span<const ShuntRow> shunts() const { return shunts_; }
    [[nodiscard]] std::span<const RegulatorRow> regulators() const { return regulators_; }
    [[nodiscard]] std::span<const CapacitorControlRow> capacitor_controls() const { return capacitor_controls_; }
    /// With all the voltages that they watch, and these with their rated voltage.
    [[nodiscard]] std::span<const InjectionControlRow> injection_controls() const { return injection_controls_; }
    [[nodiscard]] std::span<const ProfileRow> profiles() const { return profiles_; }
    [[nodiscard]] std::optional<BusId> find_bus(std::string_view name) const;
    /// The conductor of a bus, if it has it.
    [[nodiscard]] std::optional<ConductorId> find_conductor(BusId bus, Conductor conductor) const;
    [[nodiscard]] std::optional<BranchId> find_branch(std::string_view row) const;
    /// A closed row of the file; null where there is none of that id.
    [[nodiscard]] const FeederRow* find_row(std::string_view id) const;
    /// True per-unit angle over the sweep's: phase shifts of a balanced feeder's transformers and its source.
    [[nodiscard]] std::complex<double> rotation(BusId bus) const { return rotation_[bus.index()]; }
    /// Taps and steps as in the file.
    [[nodiscard]] const DeviceState& initial_devices() const;
    [[nodiscard]] const NetworkModel& model() const { return *model_; }
    /// Folded with the initial devices; shared by all load flows until they move a tap.
    [[nodiscard]] const std::shared_ptr<const FoldedNetwork>& folded() const { return folded_; }
    /// Folded with other taps and steps.
    [[nodiscard]] std::shared_ptr<const FoldedNetwork> folded_with(const DeviceState& devices) const;

   private:
    friend class FeederBuilder;
    Feeder() = default;

    std::string name_;
    std::string note_;
    FeederSite site_;
    std::vector<FeederBranch> branches_;
    std::vector<FeederRow> rows_;  ///< of the file, by id
    std::vector<LoadPoint> loads_;
    std::vector<Port> load_ports_;
    std::vector<VoltageResponse> laws_;
    std::vector<FeederTransformer> transformers_;
    std::vector<ShuntRow> shunts_;
    std::vector<RegulatorRow> regulators_;
    std::vector<CapacitorControlRow> capacitor_controls_;
    std::vector<InjectionControlRow> injection_controls_;
    std::vector<ProfileRow> profiles_;
    std::vector<std::complex<double>> rotation_;
    std::shared_ptr<const NetworkModel> model_;
    std::shared_ptr<const FoldedNetwork> folded_;
};

/// Whether anything in the feeder moves by itself: taps, capacitors or injections.
[[nodiscard]] inline bool has_relays(const Feeder& feeder) {
    return !feeder.regulators().empty() || !feeder.capacitor_controls().empty() || !feeder.injection_controls().empty();
}

/// Checks a description and builds the feeder; every problem is reported, with the bus or branch named, and nothing is
/// returned if there was an error.
[[nodiscard]] std::optional<Feeder> build_feeder(const FeederDescription& description, const BuildOptions& options,
                                                 Issues& issues);

}  // namespace evsweep
