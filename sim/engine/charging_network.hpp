/// The network that all replicas of a study sweep: power may be drawn wherever a charging point of any of them may stand.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "evsweep/behaviour.hpp"
#include "sim/network/sweep/load_flow.hpp"

namespace evsweep {

/// Made once from all places of all groups; so a load flow finds the same bits whichever of them a replica uses. Immutable,
/// shared by threads; the feeder outlives it.
class ChargingNetwork {
   public:
    ChargingNetwork(const Feeder& feeder, const std::vector<ChargingPlace>& places);

    /// Power may be drawn where the feeder has loads, and at all places.
    [[nodiscard]] const std::shared_ptr<const SweptNetwork>& swept() const { return swept_; }

    /// A charging point draws in equal parts between pairs of conductors. Those with the same pairs at the same bus see one
    /// voltage: they have one metering point.
    struct Pair {
        std::uint32_t plus = 0;  ///< conductors of the swept network
        std::uint32_t minus = 0;
        double nominal_pu = 1.0;
        std::uint32_t place = 0;  ///< of DrawingPlaces
    };
    using MeteringPoint = std::vector<Pair>;
    [[nodiscard]] const MeteringPoint& metering_point(std::size_t point) const { return points_[point]; }
    /// The metering point of a place, which has to be one of those that this was made of.
    [[nodiscard]] std::size_t find(const ChargingPlace& place) const;

   private:
    /// A pair of conductors of the feeder.
    struct Wires {
        std::uint32_t plus = 0;
        std::uint32_t minus = 0;
        double nominal_pu = 1.0;
        friend auto operator<=>(const Wires&, const Wires&) = default;
    };
    using PlaceOfWires = std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t>;

    [[nodiscard]] std::vector<Wires> wires_of(const ChargingPlace& place) const;
    [[nodiscard]] PlaceOfWires make_network(const std::vector<std::vector<Wires>>& wires);

    const Feeder& feeder_;
    std::uint32_t earth_ = 0;
    std::shared_ptr<const SweptNetwork> swept_;
    std::map<std::vector<Wires>, std::size_t> known_;  ///< metering point by the wires of the feeder
    std::vector<MeteringPoint> points_;
};

/// Where the connectors of one fleet stand.
[[nodiscard]] std::vector<ChargingPlace> places_of(const Connectors& connectors);

}  // namespace evsweep
