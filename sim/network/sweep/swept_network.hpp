/// The network that load flows with the same ports sweep: taps set, and power drawn at known places only.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "evsweep/column.hpp"
#include "sim/network/feeder.hpp"
#include "sim/network/sweep/iterate.hpp"
#include "sim/network/sweep/reduced_network.hpp"

namespace evsweep {

/// Where power may be drawn. Places number the columns of power: conductors that draw constant power to earth, in the
/// order of their feeder, then the feeder's load ports, then `extra` ports, which draw constant power.
struct DrawingPlaces {
    /// From every conductor.
    static DrawingPlaces everywhere(const Feeder& feeder, std::vector<Port> extra = {});
    /// Only where the feeder has loads, and from `conductors`.
    static DrawingPlaces at(const Feeder& feeder, std::span<const std::uint32_t> conductors, std::vector<Port> extra = {});

    [[nodiscard]] std::size_t size() const { return conductors.size() + load_ports + extra.size(); }
    /// The place of a port of the feeder (a conductor, or beyond them one of `Feeder::load_ports`), or beyond those of an
    /// extra one; none where it cannot draw.
    [[nodiscard]] std::optional<std::uint32_t> find(std::size_t port) const;
    friend bool operator==(const DrawingPlaces&, const DrawingPlaces&) = default;

    std::size_t of_feeder = 0;              ///< all conductors of the feeder
    std::vector<std::uint32_t> conductors;  ///< that draw, ascending
    std::size_t load_ports = 0;
    std::vector<Port> extra;
};

/// What an iteration reads: the feeder's network without what no power can reach (ReducedNetwork). Immutable, shared by load
/// flows; the feeder must outlive it.
class SweptNetwork {
   public:
    SweptNetwork(const Feeder& feeder, DrawingPlaces places, std::shared_ptr<const FoldedNetwork> folded);
    SweptNetwork(const SweptNetwork&) = delete;  // its spans follow its columns
    SweptNetwork& operator=(const SweptNetwork&) = delete;
    ~SweptNetwork() = default;

    [[nodiscard]] const Feeder& feeder() const { return feeder_; }
    [[nodiscard]] const DrawingPlaces& places() const { return places_; }
    [[nodiscard]] const std::shared_ptr<const FoldedNetwork>& folded() const { return folded_; }
    /// Without tolerance and cap.
    [[nodiscard]] const SweepProblem& problem() const { return problem_; }
    [[nodiscard]] const ReducedNetwork& reduced() const { return reduced_; }
    /// Conductors that are swept, without the earth.
    [[nodiscard]] std::size_t conductors() const { return reduced_.conductors(); }
    /// Whether these are all conductors of the feeder.
    [[nodiscard]] bool is_whole() const { return conductors() == feeder_.conductors(); }
    /// The bus of a conductor that is swept.
    [[nodiscard]] BusId bus_of(std::size_t conductor) const {
        return BusId(feeder_.site().bus_of_conductor[reduced_.kept()[conductor]]);
    }
    /// Whether a load jumps at some voltage (LoadLaw::jumps).
    [[nodiscard]] bool has_jumps() const { return has_jumps_; }
    /// Voltages while nothing is drawn, earth included: they have the right angles behind every transformer.
    [[nodiscard]] std::span<const double> flat_re() const { return flat_re_; }
    [[nodiscard]] std::span<const double> flat_im() const { return flat_im_; }

    /// The conductor that is swept for one of the feeder where power may be drawn; the earth's for the earth.
    [[nodiscard]] std::uint32_t here(std::size_t conductor) const;

    /// What one place has of one load (Feeder::loads).
    struct LoadPart {
        std::uint32_t load = 0;
        std::uint32_t place = 0;
        double share = 1.0;
    };
    [[nodiscard]] std::span<const LoadPart> load_parts() const { return load_parts_; }
    /// A bus with shunt devices, and its first conductor among those that are swept; all of its are.
    struct ShuntBus {
        std::uint32_t bus = 0;
        std::uint32_t first = 0;
    };
    [[nodiscard]] std::span<const ShuntBus> shunts() const { return shunts_; }

   private:
    void take_ports();
    void take_live();
    void take_loops();
    void take_shunts();
    void take_loads();
    void find_flat_start();

    const Feeder& feeder_;
    DrawingPlaces places_;
    std::shared_ptr<const FoldedNetwork> folded_;
    ReducedNetwork reduced_;
    std::vector<PowerRun> plain_;
    std::vector<Port> ports_;
    std::vector<LoadLaw> laws_;
    bool has_jumps_ = false;
    std::vector<std::uint32_t> live_;
    std::vector<LoopEnd> loop_ends_;
    std::vector<ShuntBus> shunts_;
    std::vector<LoadPart> load_parts_;
    AlignedVector<double> flat_re_, flat_im_;
    SweepProblem problem_{};
};

}  // namespace evsweep
