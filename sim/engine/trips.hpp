/// With what vehicles come back from their trips: what they left with, less what the trip took.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "sim/fleet/charging_state.hpp"

namespace evsweep {

/// What the vehicles of one replica last left with.
class Trips {
   public:
    /// The population outlives it.
    explicit Trips(const Population& population) : population_(&population) {
        if (population.has_trips()) left_with_.resize(population.vehicles.size());
    }

    /// With what the vehicle of this stay comes. A trip that takes more than there is above the battery's floor takes the rest
    /// from elsewhere; a vehicle that was not here before comes as the stay says.
    [[nodiscard]] Arrival arrival(const Session& stay) const {
        if (!stay.trip_kwh || left_with_.empty()) return {stay.initial_soc, 0.0};
        const std::size_t v = stay.vehicle.index();
        const std::optional<double>& left_with = left_with_[v];
        if (!left_with) return {stay.initial_soc, 0.0};
        const double capacity_kwh = population_->vehicles.capacity[v];
        const double floor = std::min(*left_with, population_->vehicles.lowest_soc[v]);
        const double soc = *left_with - *stay.trip_kwh / capacity_kwh;
        return {std::max(soc, floor), std::max(0.0, floor - soc) * capacity_kwh};
    }
    /// It leaves, charged or not.
    void leave(const SessionRecord& record) {
        if (!left_with_.empty()) left_with_[record.session.vehicle.index()] = record.final_soc;
    }

   private:
    const Population* population_;
    std::vector<std::optional<double>> left_with_;  ///< state of charge by vehicle; empty where nobody makes trips
};

}  // namespace evsweep
