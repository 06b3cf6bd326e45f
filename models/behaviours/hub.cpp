/// A public charging hub: ever other vehicles come at random, wait for a point, charge and go.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "behaviours/placer.hpp"
#include "behaviours/shared_points.hpp"
#include "behaviours/stays.hpp"
#include "behaviours/vehicle_attributes.hpp"
#include "evsweep/by_day.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {
namespace {

constexpr std::uint32_t most_per_hour = 4096;  // numbers of vehicles that come within one hour

struct Params : VehicleAttributes, PointSharing {
    Params() : VehicleAttributes(neutral()) { patience = always<"h">(12.0, "12 h"); }
    ByDay<double> arrivals;
    std::vector<double> by_hour;
    Random<"h"> stay;
    Random<"1"> initial_soc;
    Random<"kWh"> energy;
    Random<"1"> target_soc;
    std::optional<int> most_vehicles;
    Placement placement;
    std::map<std::string, VehicleClass> classes;

    [[nodiscard]] double factor(std::size_t hour) const { return by_hour.empty() ? 1.0 : by_hour[hour]; }
    /// Vehicles per hour when most come.
    [[nodiscard]] double most_arrivals() const {
        double factors = by_hour.empty() ? 1.0 : *std::max_element(by_hour.begin(), by_hour.end());
        return factors * *std::max_element(arrivals.values.begin(), arrivals.values.end());
    }
    /// Mean hours from coming to the latest departure.
    [[nodiscard]] double mean_hold_h() const {
        return stay.distribution ? stay.distribution->mean() : patience.distribution->mean() + service.distribution->mean();
    }
};

std::optional<Contradiction> wrong_times(const Params& p) {
    if (!p.points) return Contradiction{"points", "is missing", "say how many there are, e.g. `points: {count: 4}`"};
    if (static_cast<bool>(p.service.distribution) == static_cast<bool>(p.stay.distribution))
        return Contradiction{p.stay.distribution ? "stay" : "service",
                             p.stay.distribution ? "is given beside service" : "is missing",
                             "give `service`, the time at the point, or `stay`, the time from coming to leaving"};
    const auto is_given = [](const auto& law) { return law.distribution != nullptr; };
    if (is_given(p.initial_soc) == is_given(p.energy))
        return Contradiction{is_given(p.energy) ? "energy" : "initial_soc",
                             is_given(p.energy) ? "is given beside initial_soc" : "is missing",
                             "give `initial_soc`, or `energy`, which is asked for from the grid"};
    return std::nullopt;
}

std::optional<Contradiction> wrong_arrivals(const Params& p) {
    if (!p.by_hour.empty() && p.by_hour.size() != 24)
        return Contradiction{"by_hour", fmt::format("has {} entries where 24 belong", p.by_hour.size()),
                             "give a factor for each hour of the day, from 0:00 on"};
    if (p.most_arrivals() > most_per_hour / 8.0)
        return Contradiction{"arrivals", fmt::format("reaches {:g} vehicles in an hour", p.most_arrivals()),
                             fmt::format("at most {:g}; divide them over several hubs", most_per_hour / 8.0)};
    if (!p.most_vehicles && !std::isfinite(p.mean_hold_h()))
        return Contradiction{"most_vehicles", "is missing, and stays have no finite mean to tell it by",
                             "say how many vehicles there may be at once"};
    return std::nullopt;
}

std::optional<Contradiction> wrong_states(const Params& p) {
    if (p.target_soc.distribution->highest() > p.highest_soc.distribution->lowest())
        return Contradiction{"target_soc", "can be above highest_soc", "lower it, or raise highest_soc"};
    if (p.initial_soc.distribution && (p.initial_soc.distribution->lowest() < p.lowest_soc.distribution->highest() ||
                                       p.initial_soc.distribution->highest() > p.highest_soc.distribution->lowest()))
        return Contradiction{"initial_soc", "can be outside what the battery uses", "give it between lowest_soc and highest_soc"};
    if (p.initial_soc.distribution)
        return wrong_swaps(p.points, p.initial_soc.distribution->lowest(), p.target_soc.distribution->highest());
    const double room_kwh =
        p.capacity.distribution ? p.capacity.distribution->lowest() * p.target_soc.distribution->lowest() : 0.0;
    if (!p.classes.empty() || p.energy.distribution->highest() * p.charge_efficiency.distribution->highest() <= room_kwh)
        return std::nullopt;
    return Contradiction{"energy", "can be more than an empty battery takes up to its target",
                         "vehicles then come empty and ask for less; give a larger capacity, or a law with an upper end",
                         Severity::warning};
}

Schema<Params> hub_fields() {
    Schema<Params> s("a public charging hub: ever other vehicles come at random, wait for a point, charge and go");
    s.required("arrivals", &Params::arrivals,
               "vehicles that come in an hour, in the mean (a Poisson process); may differ by day: {weekday: 6, weekend: 3}",
               between(0.0, 1e3))
        .optional("by_hour", &Params::by_hour,
                  "24 factors on the arrivals, one for each hour of the day by the clock; empty: all hours are alike",
                  between(0.0, 1e3))
        .optional("stay", &Params::stay,
                  "time from coming to leaving, plugged in or not, instead of `service`; vehicles may leave uncharged",
                  at_least(0.0))
        .optional("initial_soc", &Params::initial_soc, "state of charge with which vehicles come", between(0.0, 1.0))
        .optional("energy", &Params::energy, "energy from the grid up to the target, instead of `initial_soc`", above(0.0))
        .required("target_soc", &Params::target_soc, "state of charge that they want", between(0.0, 1.0))
        .optional("most_vehicles", &Params::most_vehicles,
                  "most vehicles that there may be at once, each counted from its coming to the latest hour at which it might "
                  "leave; others are left out and counted; absent: so many that hardly ever one is",
                  between(1, 1e5))
        .required("placement", &Params::placement, "the bus at which the hub stands")
        .optional("classes", &Params::classes, "classes of vehicles, with shares and what is different about them");
    return s;
}

Schema<Params> hub_schema() {
    return with_point_fields(with_vehicle_fields(hub_fields()))
        .relation([](const Params& p) { return wrong_classes(p, p.classes); })
        .relation(wrong_times)
        .relation([](const Params& p) { return wrong_times(p) ? std::nullopt : wrong_arrivals(p); })
        .relation([](const Params& p) { return wrong_times(p) ? std::nullopt : wrong_states(p); })
        .relation([](const Params& p) -> std::optional<Contradiction> {
            if (!p.placement.gives_number()) return std::nullopt;
            return Contradiction{"placement", "gives a number of charging points, and the hub has its own",
                                 "take rule: round_robin with one bus"};
        });
}

/// The u-quantile of Poisson's law.
std::uint32_t poisson_quantile(double mean, double u) {
    double term = std::exp(-mean), sum = term;
    std::uint32_t k = 0;
    while (sum < u && k + 1 < most_per_hour) {
        ++k;
        term *= mean / k;
        sum += term;
    }
    return k;
}

class Hub final : public Behaviour {
   public:
    static constexpr std::string_view name = "hub";
    static constexpr std::string_view least_settings =
        "{points: {count: 2}, arrivals: 3, service: 40 min, capacity: 60 kWh, charge_rating: 50 kW, initial_soc: 0.3, "
        "target_soc: 0.8, placement: {rule: class, class: shop}}";
    static const Schema<Params>& schema() {
        static const Schema<Params> schema = hub_schema();
        return schema;
    }

    Hub(const Params& p, const Context& context)
        : p_(p),
          context_(context),
          placer_(p.placement, rows(p), Residents::alike, context),
          vehicles_(p, p.classes, context),
          points_(p, placer_.places(), placer_.count(), context) {}

    const GroupPlaces& places() const override { return placer_.places(); }

    void draw(const Rng& rng, Population& population) const override {
        const std::size_t first = population.connectors.size();
        Stays stays(population, context_.group, {}, context_.horizon,
                    static_cast<std::size_t>(p_.most_arrivals() * hours(context_.horizon)) + 1);
        placer_.append_connectors(rng, population);
        vehicles_.append(rng, placer_.count(), population);
        Rows rows{std::vector<Instant>(placer_.count())};
        for (const Coming& coming : all_comings(rng)) give_row(coming, population, rows, stays);
        stays.finish();
        points_.share(population, first);
    }

   private:
    /// A vehicle that comes, before it has a row.
    struct Coming {
        Stay stay{};
        double energy_kwh = 0.0;  ///< from the grid; where that is given instead of the state of charge
    };
    /// The rows of one replica while they are given away.
    struct Rows {
        std::vector<Instant> free_from;
    };

    /// With the tail of a normal law beyond six deviations.
    static std::size_t rows(const Params& p) {
        if (p.most_vehicles) return static_cast<std::size_t>(*p.most_vehicles);
        const double mean = p.most_arrivals() * p.mean_hold_h();
        return static_cast<std::size_t>(std::ceil(mean + 6.0 * std::sqrt(mean))) + 10;
    }

    /// All vehicles of the horizon in the order in which they come. Who comes is keyed by day, hour and number within it.
    std::vector<Coming> all_comings(const Rng& rng) const {
        std::vector<Coming> all;
        PointSharer points = points_;
        const auto first_day = context_.calendar.day(Instant{});
        for (int day = 0;; ++day) {
            const auto date = first_day + std::chrono::days(day);
            if (context_.calendar.midnight(date) >= Instant(context_.horizon)) break;
            for (std::uint32_t hour = 0; hour < 24; ++hour)
                add_hour(rng, date, static_cast<std::uint32_t>(day), hour, points, all);
        }
        std::stable_sort(all.begin(), all.end(),
                         [](const Coming& a, const Coming& b) { return a.stay.plug_in < b.stay.plug_in; });
        return all;
    }

    /// Within an hour arrivals are as many as Poisson's law says, each at any time of it.
    void add_hour(const Rng& rng, std::chrono::local_days date, std::uint32_t day, std::uint32_t hour, PointSharer& points,
                  std::vector<Coming>& all) const {
        const double mean = p_.arrivals.on(kind_of_day(context_.calendar, date)) * p_.factor(hour);
        const std::uint32_t count = poisson_quantile(mean, rng.uniform(purpose("arrivals"), hour, day));
        if (mean <= 0.0 || count == 0) return;
        const std::uint32_t first = hour * most_per_hour;
        const auto drawn = [&](const Distribution* law, std::string_view what) {
            std::vector<double> values(count, 0.0);
            if (law) sample(*law, rng, purpose(what), day, values, first);
            return values;
        };
        std::vector<double> time(count);
        rng.uniforms(purpose("arrival time"), first, day, time);
        const auto stay_h = drawn(p_.stay.distribution.get(), "stay"),
                   target = drawn(p_.target_soc.distribution.get(), "target soc"),
                   initial = drawn(p_.initial_soc.distribution.get(), "initial soc"),
                   energy = drawn(p_.energy.distribution.get(), "energy");
        points.draw(rng, day, count, first);
        for (std::uint32_t k = 0; k < count; ++k) {
            Coming coming{{}, energy[k]};
            Stay& stay = coming.stay;
            stay.plug_in = context_.calendar.instant(LocalTime(date) + from_hours(hour + time[k]));
            stay.unplug = stay.stated_departure = stay.plug_in + from_hours(stay_h[k]);
            stay.initial_soc = initial[k];
            stay.target_soc = target[k];
            points.put(k, stay);
            if (stay.service) stay.unplug = stay.plug_in + *stay.patience + *stay.service;
            if (stay.service) stay.stated_departure = stay.plug_in + *stay.service;
            if (stay.plug_in >= Instant{} && stay.plug_in < Instant(context_.horizon)) all.push_back(coming);
        }
    }

    /// The row that has been free for the longest time; a vehicle that finds none is left out and counted.
    void give_row(const Coming& coming, const Population& population, Rows& rows, Stays& stays) const {
        if (rows.free_from.empty()) return;  // the placement is wrong, which has been reported
        const auto row = std::min_element(rows.free_from.begin(), rows.free_from.end());
        const auto i = static_cast<std::size_t>(row - rows.free_from.begin());
        const std::size_t vehicle = population.vehicles.size() - rows.free_from.size() + i;
        const double soc_per_kwh = population.vehicles.stored_per_drawn[vehicle] / population.vehicles.capacity[vehicle];
        Stay stay = coming.stay;
        if (p_.energy.distribution) stay.initial_soc = stay.target_soc - coming.energy_kwh * soc_per_kwh;
        stay.initial_soc =
            std::clamp(stay.initial_soc, population.vehicles.lowest_soc[vehicle], population.vehicles.highest_soc[vehicle]);
        if (*row > stay.plug_in) return stays.leave_out_for_room(std::max(0.0, stay.target_soc - stay.initial_soc) / soc_per_kwh);
        *row = std::max(stay.unplug, stay.plug_in + Duration(1));
        stays.add(i, stay);
    }

    [[nodiscard]] Purpose purpose(std::string_view what) const { return Purpose(what).in(context_.group); }

    Params p_;
    Context context_;
    Placer placer_;
    VehicleSampler vehicles_;
    PointSharer points_;
};

const bool registered = add_plugin<Behaviour, Hub>();

}  // namespace
}  // namespace evsweep
