/// The cheapest slots of time before a departure that are long enough for what a vehicle needs.
#pragma once

#include <cstdint>
#include <vector>

#include "evsweep/forecast.hpp"
#include "evsweep/time.hpp"

namespace evsweep::heuristic {

/// Slots begin at whole multiples of their length from the start of the scenario. Among slots of one price the earlier is
/// cheaper.
class CheapestSlots {
   public:
    explicit CheapestSlots(Duration length) : length_(length) {}

    /// The price of every slot: the mean over it. Beyond the forecast the last one holds.
    void know(const Forecast& price);
    [[nodiscard]] bool knows_prices() const { return !price_.empty(); }

    [[nodiscard]] std::uint32_t at(Instant t) const { return static_cast<std::uint32_t>(t.time_since_epoch() / length_); }
    /// Puts into `chosen`, ascending, the cheapest slots between two instants that last `needed_h` together; all where they do
    /// not.
    void choose(Instant from, Instant until, double needed_h, std::vector<std::uint32_t>& chosen);
    /// Hours of a slot between two instants.
    [[nodiscard]] double hours_of(std::uint32_t slot, Instant from, Instant until) const;

   private:
    [[nodiscard]] double price(std::uint32_t slot) const { return price_[std::min<std::size_t>(slot, price_.size() - 1)]; }

    Duration length_;
    std::vector<double> price_;
    std::vector<std::uint32_t> window_;  ///< while choosing
};

}  // namespace evsweep::heuristic
