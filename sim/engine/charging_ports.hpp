/// Where charging points draw their power from the load flow, and the voltage that their meters see.
#pragma once

#include <compare>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "evsweep/population.hpp"
#include "sim/network/load_flow.hpp"

namespace evsweep {

/// The charging points of a fleet in the network that its load flows sweep. Immutable, shared by replicas; the feeder
/// outlives it.
class ChargingPorts {
   public:
    ChargingPorts(const Feeder& feeder, const Connectors& connectors);

    /// Power may be drawn where the feeder has loads, and where there are charging points.
    [[nodiscard]] const std::shared_ptr<const SweptNetwork>& network() const { return network_; }
    /// Whether these are the ports of `connectors`, too.
    [[nodiscard]] bool serve(const Connectors& connectors) const;

    /// The places (DrawingPlaces) at which a charging point draws, in equal parts.
    [[nodiscard]] std::span<const std::uint32_t> places(ConnectorId c) const {
        return std::span(place_).subspan(first_place_[c.index()], first_place_[c.index() + 1] - first_place_[c.index()]);
    }
    /// A charging point at a place, and which part of its power it draws there.
    struct Share {
        ConnectorId connector;
        double part = 1.0;
    };
    [[nodiscard]] std::span<const Share> drawing_at(std::size_t place) const {
        return std::span(share_).subspan(first_share_[place], first_share_[place + 1] - first_share_[place]);
    }

    /// Charging points with the same wires at the same bus see one voltage: they have one metering point.
    [[nodiscard]] std::size_t metering_points() const { return points_.size(); }
    [[nodiscard]] std::span<const std::uint32_t> metering_point() const { return point_; }  ///< by connector
    /// Voltage at a metering point in pu of its nominal value: the mean over its pairs of conductors.
    [[nodiscard]] double voltage_pu(std::size_t point, const LoadFlow& flow) const;

   private:
    struct Pair {
        std::uint32_t plus = 0;  ///< conductors of the feeder; in `points_` of the swept network
        std::uint32_t minus = 0;
        double nominal_pu = 1.0;
        friend auto operator<=>(const Pair&, const Pair&) = default;
    };
    using Pairs = std::vector<Pair>;
    using PlaceOfWires = std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t>;

    [[nodiscard]] Pairs pairs_of(const Feeder& feeder, const Connectors& connectors, std::size_t c) const;
    void find_metering_points(const std::vector<Pairs>& wires);
    [[nodiscard]] PlaceOfWires find_network(const Feeder& feeder);
    void find_places(const PlaceOfWires& place_of);

    std::vector<BusId> bus_;
    std::vector<Wiring> wiring_;
    std::uint32_t earth_ = 0;
    std::vector<Pairs> points_;         ///< by metering point
    std::vector<std::uint32_t> point_;  ///< by connector
    std::shared_ptr<const SweptNetwork> network_;
    std::vector<std::uint32_t> place_, first_place_;  ///< by connector, and one beyond the last
    std::vector<Share> share_;
    std::vector<std::uint32_t> first_share_;  ///< by place, and one beyond the last
};

}  // namespace evsweep
