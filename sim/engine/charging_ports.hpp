/// Where charging points draw their power from the load flow, and the voltage that their meters see.
#pragma once

#include <span>
#include <vector>

#include "evsweep/population.hpp"
#include "sim/engine/charging_network.hpp"
#include "sim/network/sweep/load_flow.hpp"

namespace evsweep {

/// The charging points of one fleet in the network that its load flows sweep. Immutable.
class ChargingPorts {
   public:
    /// `connectors` stand at places of `network`, which outlives them.
    ChargingPorts(const ChargingNetwork& network, const Connectors& connectors);

    [[nodiscard]] const std::shared_ptr<const SweptNetwork>& network() const { return network_.swept(); }
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

    /// Metering points of the network that these charging points have, numbered as they come.
    [[nodiscard]] std::size_t metering_points() const { return points_.size(); }
    [[nodiscard]] std::span<const std::uint32_t> metering_point() const { return point_; }  ///< by connector
    /// What a metering point sees, and where power is drawn there, in the same order.
    [[nodiscard]] std::span<const ChargingNetwork::Pair> pairs(std::size_t point) const {
        return network_.metering_point(points_[point]);
    }
    [[nodiscard]] BusId bus_of_point(std::size_t point) const;
    /// Voltage at a metering point in pu of its nominal value: the mean over its pairs of conductors.
    [[nodiscard]] double voltage_pu(std::size_t point, const LoadFlow& flow) const;

   private:
    void find_metering_points(const Connectors& connectors);
    void find_places();

    const ChargingNetwork& network_;
    std::vector<BusId> bus_;
    std::vector<Wiring> wiring_;
    std::vector<std::size_t> points_;                 ///< by metering point: its number in the network
    std::vector<std::uint32_t> point_;                ///< by connector
    std::vector<std::uint32_t> place_, first_place_;  ///< by connector, and one beyond the last
    std::vector<Share> share_;
    std::vector<std::uint32_t> first_share_;  ///< by place, and one beyond the last
};

}  // namespace evsweep
