/// The vehicles of one replica as columns: connectors, vehicles, and sessions that bring them together.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "evsweep/column.hpp"
#include "evsweep/feeder_description.hpp"
#include "evsweep/ids.hpp"
#include "evsweep/quantity.hpp"
#include "evsweep/time.hpp"

namespace evsweep {

/// The pairs of conductors between which a charging point draws, in equal parts. Empty: all phases of its bus against
/// the neutral or earth, the two legs of a split phase, or the one conductor of a balanced feeder.
using Wiring = std::vector<Terminals>;

/// Where a charging point stands or may stand: a bus, and the wires there.
struct ChargingPlace {
    BusId bus;
    Wiring wiring;
    friend bool operator==(const ChargingPlace&, const ChargingPlace&) = default;
};

/// What stands behind a connection point. A stationary battery is a vehicle that never leaves (see stationary.hpp).
enum class ResourceKind : std::uint8_t {
    vehicle,     ///< batteries come and go, or stay
    generation,  ///< a generator whose power follows a series: nothing plugs in, and it can be curtailed
};

/// Who gets a shared charging point that becomes free.
enum class QueueRule : std::uint8_t {
    first_come,   ///< whoever has waited longest
    reservation,  ///< whoever has booked it from now on or earlier; else whoever has waited longest, before the next booking
};

/// Charging points that more vehicles share than there are. Each of these vehicles has a connector of its own, of which no more
/// than `points` are occupied at once; who finds none free waits.
struct PointQueue {
    std::string name;
    std::uint32_t points = 1;
    QueueRule rule = QueueRule::first_come;
    bool swaps = false;                  ///< a vehicle that has reached its target leaves its point to the next, where one waits
    std::optional<Duration> kept_for{};  ///< a booked point is kept so long for who is late; none: until it would leave again
};

/// Connection points: charging points, and generators such as photovoltaics. Powers are at the grid side. Rows keep their index
/// for the whole study.
struct Connectors {
    std::vector<std::string> groups;    ///< names of the population groups
    std::vector<std::uint32_t> group;   ///< by connector: index into `groups`
    std::vector<std::uint32_t> number;  ///< by connector: which of its group it is; with the group, what draws are keyed by
    std::vector<BusId> bus;
    std::vector<Wiring> wiring;               ///< by connector; empty altogether where none says anything
    std::vector<std::uint32_t> zone;          ///< index into Population::zones
    Column<Kilowatts> charge_rating;          ///< largest active power drawn
    Column<Kilowatts> discharge_rating;       ///< largest active power returned; 0: not bidirectional
    Column<KilovoltAmperes> apparent_rating;  ///< P^2 + Q^2 <= S^2; at least both active ratings
    Column<Kilowatts> minimum_power;          ///< smallest non-zero |P|
    std::vector<std::uint32_t> level_set;     ///< index into Population::level_sets; 0 is "continuous"
    std::vector<ResourceKind> kind;           ///< by connector; empty altogether where all are charging points
    std::vector<std::uint32_t> availability;  ///< row of Population::availability; by connector, or empty as `kind`
    std::vector<std::uint32_t> queue;         ///< row of Population::queues; 0, or empty altogether: no point is shared
    [[nodiscard]] std::size_t size() const { return bus.size(); }
    /// Row of Population::queues.
    [[nodiscard]] std::uint32_t queue_of(ConnectorId c) const { return c.index() < queue.size() ? queue[c.index()] : 0; }
    [[nodiscard]] bool has_generators() const { return std::count(kind.begin(), kind.end(), ResourceKind::generation) > 0; }
    [[nodiscard]] bool is_generator(ConnectorId c) const {
        return c.index() < kind.size() && kind[c.index()] == ResourceKind::generation;
    }
    /// From here on connectors without a kind are of `last`; those before them that have none are charging points.
    void close_kinds(ResourceKind last, std::size_t from) {
        if (last == ResourceKind::vehicle && kind.empty()) return;
        kind.resize(from, ResourceKind::vehicle);
        kind.resize(size(), last);
        availability.resize(size(), 0);
    }
    [[nodiscard]] ChargingPlace place(ConnectorId c) const {
        return {bus[c.index()], c.index() < wiring.size() ? wiring[c.index()] : Wiring{}};
    }
    /// All connectors that have no group yet become those of `name`, numbered in their order.
    void form_group(const std::string& name) {
        groups.push_back(name);
        for (std::uint32_t k = 0; group.size() < size(); ++k) {
            group.push_back(static_cast<std::uint32_t>(groups.size() - 1));
            number.push_back(k);
        }
    }
};

/// Batteries with their on-board conversion.
struct Vehicles {
    Column<KilowattHours> capacity;
    Column<Fraction> stored_per_drawn;    ///< kWh into the battery per kWh from the grid (charging efficiency)
    Column<Fraction> drawn_per_returned;  ///< kWh out of the battery per kWh into the grid (1 / discharging efficiency)
    Column<Fraction> lowest_soc;          ///< the battery's own floor
    Column<Fraction> highest_soc;         ///< the battery's own ceiling
    Column<Fraction> reserve_soc;         ///< vehicle-to-grid stops here (>= lowest_soc)
    Column<Fraction> taper_knee;          ///< state of charge where the power limit starts to fall; 1: no taper
    Column<Fraction> taper_end;           ///< power limit at state of charge 1, as a share of the charge rating
    [[nodiscard]] std::size_t size() const { return capacity.size(); }
};

/// One stay of a vehicle at a connector: [plug_in, unplug).
struct Session {
    ConnectorId connector;
    VehicleId vehicle;
    Instant plug_in{};
    Instant unplug{};  ///< the truth; controllers see only `stated_departure`
    Instant stated_departure{};
    double initial_soc = 0.0;
    double target_soc = 0.0;
    // Of vehicles that share charging points. `plug_in` is then when it comes, and may wait; `unplug` is when it leaves at the
    // latest, plugged in or not.
    std::optional<Duration> service{};   ///< it stays so long once it is plugged in; `stated_departure` moves with the wait
    std::optional<Duration> patience{};  ///< it leaves without charging if it has waited so long; none: at `unplug`
    std::optional<Instant> booked{};     ///< from when on a point is kept for it
    // Of a vehicle that has been here before.
    std::optional<double> trip_kwh{};  ///< it comes with what it last left with, less this; `initial_soc` is then a guess only

    /// When it says that it leaves, if it is plugged in at `begin`.
    [[nodiscard]] Instant stated_end(Instant begin) const {
        return service ? begin + (stated_departure - plug_in) : stated_departure;
    }
};

/// How many stays, and how much energy from the grid they ask for.
struct StaySum {
    std::size_t count = 0;
    double kwh = 0.0;
    void add(double asked_kwh) { ++count, kwh += asked_kwh; }
    StaySum& operator+=(const StaySum& other) {
        count += other.count;
        kwh += other.kwh;
        return *this;
    }
};

/// The stays of one group in one replica, and what became of those that could not be played as they were drawn.
struct StayTally {
    std::string group{};
    std::size_t vehicles = 0;
    StaySum played{};      ///< the sessions; of these
    StaySum waited{};      ///< began when the stay before them at their charging point ended
    StaySum continued{};   ///< had begun before the start, and are played from there
    StaySum impossible{};  ///< left out: they end before they begin
    StaySum occupied{};    ///< left out: their charging point was taken
    StaySum under_way{};   ///< left out: they had begun before the start, and what they still need is not known
    StaySum no_room{};     ///< left out: more vehicles at once than the group has rows for
    [[nodiscard]] StaySum dropped() const {
        StaySum sum = impossible;
        sum += occupied;
        sum += no_room;
        return sum += under_way;
    }
    StayTally& operator+=(const StayTally& other) {
        vehicles += other.vehicles;
        for (const auto member : {&StayTally::played, &StayTally::waited, &StayTally::continued, &StayTally::impossible,
                                  &StayTally::occupied, &StayTally::under_way, &StayTally::no_room})
            this->*member += other.*member;
        return *this;
    }
};

/// What generators could feed in by control step, as a share (0 to 1) of their `discharge_rating`.
using Availability = std::vector<double>;

/// The base load of one replica over what its profiles say: each load's power is multiplied by the factor of the mark that holds.
struct LoadFactors {
    Duration every{};            ///< a whole number of control steps
    std::size_t loads = 0;       ///< as FeederSite::loads
    std::vector<double> factor;  ///< [mark][load], >= 0; empty: all are 1
    [[nodiscard]] bool vary() const { return !factor.empty(); }
    /// Factors that hold at an instant of the study, by load.
    [[nodiscard]] std::span<const double> at(Instant t) const {
        const auto mark = static_cast<std::size_t>(t.time_since_epoch() / every);
        return std::span(factor).subspan(mark * loads, loads);
    }
};

/// Everything random about one replica: its fleet, what generators could feed in, and its base load.
struct Population {
    std::vector<std::string> zones;                   ///< names of places for reporting, e.g. "zone 3"
    std::vector<std::vector<double>> level_sets{{}};  ///< discrete powers (kW, ascending, without 0); set 0 is empty
    std::vector<PointQueue> queues{{}};               ///< shared charging points; row 0 stands for those that nobody shares
    Connectors connectors;
    Vehicles vehicles;
    std::vector<Session> sessions;           ///< ordered by (plug_in, connector); disjoint per connector
    std::vector<StayTally> stays;            ///< by group, in the order of their draws
    std::vector<Availability> availability;  ///< rows that generators follow; Connectors::availability
    LoadFactors load_factors;

    /// Whether any charging point is shared.
    [[nodiscard]] bool has_queues() const { return queues.size() > 1; }
    /// Whether what vehicles come with depends on what they were charged with before.
    [[nodiscard]] bool has_trips() const {
        return std::any_of(sessions.begin(), sessions.end(), [](const Session& s) { return s.trip_kwh.has_value(); });
    }
    /// Of all groups together.
    [[nodiscard]] StayTally all_stays() const {
        StayTally sum;
        for (const StayTally& tally : stays) sum += tally;
        return sum;
    }
};

}  // namespace evsweep
