/// Turns the stays of a group into sessions that are disjoint per charging point and in order, and counts what became of them.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "evsweep/population.hpp"
#include "evsweep/schema.hpp"

namespace evsweep {

/// What becomes of a stay that begins while the one before it is still there.
enum class WhenOccupied { wait, refuse };
[[nodiscard]] std::vector<std::pair<std::string, WhenOccupied>> names_of(WhenOccupied);

/// What is taken for stored already by a stay that had begun before the start, so that it can be played from there.
enum class UnderWay {
    leave_out,  ///< nothing is: it is played only where the rest of a delivered energy is known all the same
    at_rating,  ///< what its charge rating gives in the time since plug-in
    evenly,     ///< the share of its energy that the time since plug-in is of its whole time
};
[[nodiscard]] std::vector<std::pair<std::string, UnderWay>> names_of(UnderWay);

struct StayRules {
    WhenOccupied when_occupied = WhenOccupied::refuse;
    UnderWay under_way = UnderWay::leave_out;
};

/// One stay at one of the group's charging points.
struct Stay {
    Instant plug_in{};
    Instant unplug{};
    Instant stated_departure{};
    double initial_soc = 0.0;
    double target_soc = 0.0;
    bool is_metered = false;  ///< its energy was delivered within its time, as far as the rating gives it
    // As in Session, of vehicles that share charging points or make trips.
    std::optional<Duration> service{}, patience{};
    std::optional<Instant> booked{};
    std::optional<double> trip_kwh{};
};

/// Takes the stays of one group, whose vehicle i stands at its connector i. Make it before the group's connectors and
/// vehicles are appended, add stays when they are there, in any order, and finish once.
class Stays {
   public:
    /// `room`: how many stays are expected.
    Stays(Population& population, std::string group, StayRules rules, Duration horizon, std::size_t room);

    /// A stay at the group's `i`-th connector.
    void add(std::size_t i, const Stay& stay) { asked_.push_back({i, stay}); }
    /// A stay that is left out because the group has no row for one more vehicle.
    void leave_out_for_room(double asked_kwh) { tally_.no_room.add(asked_kwh); }
    /// One that would end before it begins.
    void leave_out_impossible(double asked_kwh) { tally_.impossible.add(asked_kwh); }
    /// Plays, in the order of their arrival, what can be played, counts the rest, and puts the new sessions in order with those
    /// of other groups.
    void finish();

   private:
    struct Asked {
        std::size_t connector;  ///< of the group
        Stay stay;
    };

    void play(const Asked& asked);
    [[nodiscard]] bool enter(const Asked& asked, Stay& stay);
    [[nodiscard]] std::optional<double> soc_at_start(const Asked& asked) const;
    [[nodiscard]] double soc_per_kwh(std::size_t i) const;
    [[nodiscard]] double asked_kwh(std::size_t i, const Stay& stay) const;
    void sort_sessions();

    Population& population_;
    StayRules rules_;
    Instant end_;
    std::size_t first_connector_;
    std::size_t first_vehicle_;
    std::size_t first_session_;
    std::vector<Asked> asked_;
    std::vector<Instant> occupied_until_;  ///< by connector of the group
    StayTally tally_;
};

}  // namespace evsweep
