/// Appends a group's sessions to a population so that they stay disjoint per connector and in order.
#pragma once

#include <vector>

#include "evsweep/population.hpp"

namespace evsweep {

/// One stay at one of the group's connectors.
struct Stay {
    Instant plug_in{};
    Instant unplug{};
    Instant stated_departure{};
    double initial_soc = 0.0;
    double target_soc = 0.0;
};

/// Takes the stays of one group, whose vehicle i stands at its connector i. Make it before the group's connectors and
/// vehicles are appended, add stays of a connector in the order of their arrival, and finish once.
class Stays {
   public:
    /// `days`: on how many of them a connector may have a stay, so that room is made once.
    Stays(Population& population, std::size_t connectors, std::size_t days);

    /// Drops, and counts, a stay that ends before it begins or begins before the last one there has ended.
    void add(std::size_t i, const Stay& stay);
    /// Puts the new sessions in order with those that other groups have appended.
    void finish();

   private:
    Population& population_;
    std::size_t first_connector_;
    std::size_t first_vehicle_;
    std::size_t first_session_;
    std::vector<Instant> occupied_until_;  ///< by connector of the group
};

}  // namespace evsweep
