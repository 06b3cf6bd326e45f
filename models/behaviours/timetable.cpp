/// Buses with a timetable: each is in its depot between its blocks, and comes back with what it left with less what the trip
/// took.
#include <fmt/format.h>

#include <algorithm>

#include "behaviours/placer.hpp"
#include "behaviours/shared_points.hpp"
#include "behaviours/stays.hpp"
#include "behaviours/timetable_blocks.hpp"
#include "behaviours/vehicle_attributes.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {
namespace {

struct Params : VehicleAttributes, PointSharing {
    Params() : VehicleAttributes(neutral()) {}
    FilePath file;
    Placement placement;
    Random<"kWh"> per_km;
    Random<"1"> energy_factor = always<"1">(1.0, "1");
    Random<"h"> delay = always<"h">(0.0, "0 h");
    Random<"1"> first_soc = always<"1">(1.0, "1");
    Random<"1"> target_soc = always<"1">(1.0, "1");
    std::map<std::string, VehicleClass> classes;
};

std::optional<Contradiction> wrong_buses(const Params& p) {
    if (p.placement.gives_number())
        return Contradiction{"placement", "gives a number of charging points, and the timetable has its own",
                             "take rule: round_robin with the depot's bus"};
    if (p.target_soc.distribution->highest() > p.highest_soc.distribution->lowest())
        return Contradiction{"target_soc", "can be above highest_soc", "lower it, or raise highest_soc"};
    if (p.first_soc.distribution->lowest() < p.lowest_soc.distribution->highest() ||
        p.first_soc.distribution->highest() > p.highest_soc.distribution->lowest())
        return Contradiction{"first_soc", "can be outside what the battery uses", "give it between lowest_soc and highest_soc"};
    for (const auto& [name, law] :
         {std::pair{"energy_factor", p.energy_factor.distribution.get()}, std::pair{"delay", p.delay.distribution.get()}})
        if (law->lowest() < 0.0) return Contradiction{name, "can be negative", "give a law from 0 on"};
    return std::nullopt;
}

Schema<Params> bus_fields() {
    Schema<Params> s(
        "buses with a timetable, in their depot between blocks; each comes back with what it left with less its trip");
    s.required("file", &Params::file,
               "table (CSV) of blocks: bus, leaves, returns (5:10; 25:10 is of the next day), km or kwh (battery energy), and "
               "perhaps days (daily, weekday, weekend, holiday, mon to sun)")
        .required("placement", &Params::placement, "the bus of the feeder at which the depot stands")
        .optional("per_km", &Params::per_km, "battery energy per km, drawn by block and day; for a table with km", at_least(0.0))
        .optional("energy_factor", &Params::energy_factor,
                  "factor on the energy of all trips of a day, e.g. for heating, drawn by day for all buses together")
        .optional("delay", &Params::delay, "how late a bus comes back, drawn by block and day")
        .optional("first_soc", &Params::first_soc, "state of charge when a bus is first in the depot", between(0.0, 1.0))
        .optional("target_soc", &Params::target_soc, "state of charge that a bus wants before it leaves", between(0.0, 1.0))
        .optional("classes", &Params::classes, "classes of buses, with shares and what is different about them");
    return s;
}

Schema<Params> bus_schema() {
    return with_point_fields(with_vehicle_fields(bus_fields()))
        .relation([](const Params& p) { return wrong_classes(p, p.classes); })
        .relation(wrong_buses);
}

class BusTimetable final : public Behaviour {
   public:
    static constexpr std::string_view name = "timetable";
    static const Schema<Params>& schema() {
        static const Schema<Params> schema = bus_schema();
        return schema;
    }

    BusTimetable(const Params& p, const Context& context)
        : p_(p),
          context_(context),
          timetable_(read_timetable(p.file, "population." + context.group + ".file", *context.issues)),
          placer_(p.placement, timetable_.buses.size(), Residents::alike, context),
          vehicles_(p, p.classes, context),
          points_(p, placer_.places(), placer_.count(), context) {
        const std::string path = "population." + context.group;
        if (timetable_.has_km && !p.per_km.distribution)
            context.issues->error(context.at, path + ".per_km", "is missing, and the timetable gives km",
                                  "say how much a bus takes, e.g. per_km: 1.2 kWh");
        if (!timetable_.has_km && p.per_km.distribution)
            context.issues->warning(context.at, path + ".per_km", "has no effect: the timetable gives the energy", "remove it");
    }

    const GroupPlaces& places() const override { return placer_.places(); }

    void draw(const Rng& rng, Population& population) const override {
        const std::size_t first = population.connectors.size();
        Stays stays(population, context_.group, {}, context_.horizon, timetable_.blocks.size() * days());
        placer_.append_connectors(rng, population);
        vehicles_.append(rng, placer_.count(), population);
        if (placer_.count() > 0 && placer_.count() == timetable_.buses.size()) add_stays(rng, population.vehicles, stays);
        stays.finish();
        points_.share(population, first);
    }

   private:
    /// A block of one day.
    struct Trip {
        Instant leaves{};
        Instant returns{};
        double kwh = 0.0;
    };
    struct Bus {
        std::size_t number = 0;
        double capacity_kwh = 0.0;
        double lowest_soc = 0.0;
        double first_soc = 0.0;
    };
    static constexpr int days_ahead = 8;   // within which a bus that is in the depot leaves again
    static constexpr int days_before = 4;  // whose blocks may end within the study

    [[nodiscard]] std::size_t days() const {
        return static_cast<std::size_t>(context_.horizon / one_day) + days_before + days_ahead + 1;
    }
    [[nodiscard]] Purpose purpose(std::string_view what) const { return Purpose(what).in(context_.group); }

    /// Blocks of a day, keyed by their number in the table; those of a bus are a selection of all.
    void add_trips(const Rng& rng, int day, std::vector<std::vector<Trip>>& by_bus) const {
        const auto date = context_.calendar.day(Instant{}) + std::chrono::days(day);
        const auto key = static_cast<std::uint32_t>(day);
        const std::size_t n = timetable_.blocks.size();
        std::vector<double> per_km(n, 0.0), delay_h(n), factor(1);
        if (p_.per_km.distribution) sample(*p_.per_km.distribution, rng, purpose("energy per km"), key, per_km);
        sample(*p_.delay.distribution, rng, purpose("delay"), key, delay_h);
        sample(*p_.energy_factor.distribution, rng, purpose("energy factor"), key, factor);
        for (std::size_t b = 0; b < n; ++b) {
            const Block& block = timetable_.blocks[b];
            if (!runs_on(block, date)) continue;
            const double kwh = timetable_.has_km ? block.km * per_km[b] : block.kwh;
            by_bus[block.bus].push_back({context_.calendar.instant(LocalTime(date) + block.leaves),
                                         context_.calendar.instant(LocalTime(date) + block.returns) + from_hours(delay_h[b]),
                                         kwh * factor[0]});
        }
    }
    /// Holidays are Sundays unless the table names holidays.
    [[nodiscard]] bool runs_on(const Block& block, std::chrono::local_days date) const {
        const auto names = [](const Block& any, Weekday day) { return std::count(any.days.begin(), any.days.end(), day) > 0; };
        Weekday day = kind_of_day(context_.calendar, date);
        const auto& all = timetable_.blocks;
        if (day == Weekday::holiday &&
            std::none_of(all.begin(), all.end(), [&](const Block& any) { return names(any, Weekday::holiday); }))
            day = Weekday::sun;
        return names(block, day);
    }

    void add_stays(const Rng& rng, const Vehicles& vehicles, Stays& stays) const {
        const std::size_t first = vehicles.size() - timetable_.buses.size();
        std::vector<std::vector<Trip>> by_bus(timetable_.buses.size());
        for (int day = -days_before; day + days_before < static_cast<int>(days()); ++day) add_trips(rng, day, by_bus);
        std::vector<double> first_soc(by_bus.size());
        sample(*p_.first_soc.distribution, rng, purpose("first soc"), 0, first_soc);
        for (std::size_t bus = 0; bus < by_bus.size(); ++bus) {
            const Bus at{bus, vehicles.capacity[first + bus], vehicles.lowest_soc[first + bus], first_soc[bus]};
            add_stays_of(rng, at, by_bus[bus], stays);
        }
    }

    /// A bus is in the depot from the end of one trip to the begin of the next; one that is late leaves for the next at once, and
    /// comes back with what both have taken.
    void add_stays_of(const Rng& rng, const Bus& bus, std::vector<Trip>& trips, Stays& stays) const {
        std::stable_sort(trips.begin(), trips.end(), [](const Trip& a, const Trip& b) { return a.leaves < b.leaves; });
        Instant back{};
        double taken_kwh = 0.0;
        bool was_here = false;
        const auto stay_until = [&](Instant leaves) {
            if (back >= Instant(context_.horizon)) return;
            add_stay(rng, bus, back, leaves, was_here ? std::optional(taken_kwh) : std::nullopt, stays);
            was_here = true;
            taken_kwh = 0.0;
        };
        for (const Trip& trip : trips) {
            const bool is_over = trip.returns <= Instant{};
            if (is_over) continue;
            if (trip.leaves > back)
                stay_until(trip.leaves);
            else if (was_here && back < Instant(context_.horizon))
                stays.leave_out_impossible(0.0);
            taken_kwh += trip.kwh;
            back = std::max(back, trip.returns);
        }
        stay_until(std::max(back, Instant(context_.horizon)) + one_day);
    }

    void add_stay(const Rng& rng, const Bus& bus, Instant comes, Instant leaves, std::optional<double> trip_kwh,
                  Stays& stays) const {
        const auto day = static_cast<std::uint32_t>((context_.calendar.day(comes) - context_.calendar.day(Instant{})).count());
        const auto entity = static_cast<std::uint32_t>(bus.number);
        double target = 0.0;
        sample(*p_.target_soc.distribution, rng, purpose("target soc"), day, {&target, 1}, entity);
        PointSharer points = points_;
        points.draw(rng, day, 1, entity);
        Stay stay{comes, leaves, leaves, bus.first_soc, target};
        if (trip_kwh) stay.initial_soc = std::max(bus.lowest_soc, target - *trip_kwh / bus.capacity_kwh);
        stay.trip_kwh = trip_kwh;
        points.put(0, stay);
        stays.add(bus.number, stay);
    }

    Params p_;
    Context context_;
    Timetable timetable_;
    Placer placer_;
    VehicleSampler vehicles_;
    PointSharer points_;
};

const bool registered = add_plugin<Behaviour, BusTimetable>();

}  // namespace
}  // namespace evsweep
