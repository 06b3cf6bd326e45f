/// What connected units do for their areas: how much less they draw than in the balance, and how much less they are asked to
/// draw.
#pragma once

#include <deque>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "agents/load_frequency/settings.hpp"
#include "agents/load_frequency/signals.hpp"
#include "evsweep/exchange.hpp"
#include "evsweep/population.hpp"

namespace evsweep {

/// Reads the powers of the groups and turns them into relief of the areas, in pu of their bases.
class VehiclePower {
   public:
    /// `areas` in the order of `network`; `step` is the time between turns. Throws PartyError where an area names a group that
    /// the population does not have.
    VehiclePower(const std::map<std::string, AreaText>& areas, const AreaNetwork& network, Duration step,
                 const Connectors& connectors, Exchange& exchange);

    /// Takes what the groups have drawn, and were asked, since the last turn.
    void take(const Turn& turn);
    /// What each area's units draw less than in the balance: behind no lag yet.
    [[nodiscard]] std::span<const double> relief_pu() const { return relief_; }
    /// What they are asked to draw less; empty where nobody asks anything.
    [[nodiscard]] std::span<const double> request_pu() const { return request_; }

    /// By group: the index of its area; -1: in none.
    [[nodiscard]] std::span<const int> area_of_group() const { return group_area_; }
    /// By group: vehicles of its area per vehicle; 0: in none.
    [[nodiscard]] double stands_for(std::size_t group) const;

   private:
    /// How one area's units count.
    struct Share {
        Balance balance{};
        double vehicles_stand_for = 1.0;
        double pu_per_kw = 0.0;
        Duration schedule_delay{};
    };
    /// What groups were scheduled to draw from an instant on.
    struct Schedule {
        Instant from{};
        std::vector<double> kw{};
    };

    [[nodiscard]] std::span<const double> group_kw(const Turn& turn);
    void take_drawn(std::span<const double> kw);
    void note_schedule(Instant now, std::span<const double> scheduled_kw);
    [[nodiscard]] const Schedule& schedule_at(Instant t) const;
    void take_departures(Instant now, std::span<const double> kw);
    void take_request(std::span<const double> asked_kw);

    std::vector<Share> shares_;  ///< by area
    Duration step_;
    Duration longest_delay_{};
    std::deque<Schedule> schedules_{};  ///< ascending; those that no area waits for any more are gone
    std::vector<int> group_area_;
    bool is_one_group_ = false;  ///< then the sums of the fleet are its power
    double fleet_kw_ = 0.0;
    Subscription<"kW", Extent::group, Form::present> group_power_{}, scheduled_, asked_;
    Subscription<"kW", Extent::feeder, Form::present> charging_{}, discharging_{};
    std::vector<double> relief_, request_{};  ///< by area
    std::vector<double> balance_{};           ///< relief in the first step; empty before it
};

}  // namespace evsweep
