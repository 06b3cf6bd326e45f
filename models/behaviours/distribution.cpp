/// Vehicles that come and go by independent draws: arrival, departure, states of charge, battery and charger.
#include <algorithm>
#include <array>

#include "behaviours/day_pattern.hpp"
#include "behaviours/placer.hpp"
#include "behaviours/shared_points.hpp"
#include "behaviours/stays.hpp"
#include "behaviours/vehicle_attributes.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {
namespace {

struct Params : VehicleAttributes, PointSharing {
    Params() : VehicleAttributes(neutral()) {}
    std::optional<int> vehicles;
    Fraction penetration{1.0};
    Placement placement;
    ByDay<Random<"h">> arrival;
    ByDay<Random<"h">> departure;
    ByDay<DepartureDay> departure_day = DepartureDay::next;
    ByDay<Random<"1">> initial_soc;
    ByDay<Random<"1">> target_soc;
    std::vector<Weekday> days{Weekday::mon, Weekday::tue, Weekday::wed, Weekday::thu, Weekday::fri, Weekday::sat, Weekday::sun};
    UnderWay under_way = UnderWay::leave_out;
    ByDay<Random<"h">> stated_departure_error;
    std::map<std::string, DayPattern> other_days;
    std::map<std::string, VehicleClass> classes;

    [[nodiscard]] std::array<DayLaws, kinds_of_days> usual() const {
        std::array<DayLaws, kinds_of_days> laws;
        for (std::size_t k = 0; k < kinds_of_days; ++k) {
            const auto day = static_cast<Weekday>(k);
            laws[k] = {arrival.on(day),     departure.on(day),  departure_day.on(day),
                       initial_soc.on(day), target_soc.on(day), stated_departure_error.on(day)};
        }
        return laws;
    }
    /// Whether anything is said of holidays.
    [[nodiscard]] bool names_holidays() const {
        bool found = arrival.names_holiday() || departure.names_holiday() || departure_day.names_holiday() ||
                     initial_soc.names_holiday() || target_soc.names_holiday() || stated_departure_error.names_holiday();
        for (const auto& [name, pattern] : other_days)
            found = found || std::find(pattern.days.begin(), pattern.days.end(), Weekday::holiday) != pattern.days.end();
        return found;
    }
    /// Lowest state of charge with which a vehicle comes on any day.
    [[nodiscard]] double lowest_initial() const {
        double soc = 1.0;
        for (const auto& law : initial_soc.values) soc = std::min(soc, law.distribution->lowest());
        for (const auto& [name, pattern] : other_days)
            if (pattern.initial_soc.distribution) soc = std::min(soc, pattern.initial_soc.distribution->lowest());
        return soc;
    }
    /// Highest state of charge that is wanted on any day.
    [[nodiscard]] double highest_target() const {
        double target = 0.0;
        for (const auto& law : target_soc.values) target = std::max(target, law.distribution->highest());
        for (const auto& [name, pattern] : other_days)
            if (pattern.target_soc.distribution) target = std::max(target, pattern.target_soc.distribution->highest());
        return target;
    }
};

std::optional<Contradiction> wrong_number(const Params& p) {
    const bool counted = p.placement.gives_number();
    if (counted && p.vehicles) {
        const bool by_loads = p.placement.rule == PlacementRule::loads;
        return Contradiction{
            "vehicles", by_loads ? "contradicts placement at loads" : "contradicts placement by counts",
            by_loads ? "remove it: the share of the loads gives the number" : "remove it: the counts give the number"};
    }
    if (!counted && !p.vehicles) return Contradiction{"vehicles", "is missing", "give the number of vehicles"};
    return std::nullopt;
}

/// A target that no vehicle of some class could reach would leave every stay short.
std::optional<Contradiction> unreachable_target(const Params& p) {
    const double target = p.highest_target();
    const Contradiction wrong{"target_soc", "can be above highest_soc", "lower it, or raise highest_soc"};
    if (p.classes.empty() && p.highest_soc.distribution->lowest() < target) return wrong;
    for (const auto& [name, own] : p.classes)
        if (p.overridden_by(own).highest_soc.distribution->lowest() < target) return wrong;
    return std::nullopt;
}

/// A vehicle that keeps more than its target in reserve never discharges.
std::optional<Contradiction> low_target(const Params& p) {
    double target = 0.0;
    for (const auto& law : p.target_soc.values) target = std::max(target, law.distribution->highest());
    const auto is_low = [target](const VehicleAttributes& a) {
        return target < std::max(a.lowest_soc.distribution->lowest(), a.reserve_soc.distribution->lowest());
    };
    bool low = p.classes.empty() && is_low(p);
    for (const auto& [name, own] : p.classes) low = low || is_low(p.overridden_by(own));
    if (!low) return std::nullopt;
    return Contradiction{"target_soc", "is below lowest_soc or reserve_soc, so that there is nothing to discharge",
                         "is the reserve right?", Severity::warning};
}

Schema<Params> own_schema() {
    return with_vehicle_fields(
               Schema<Params>("vehicles that come and go by independent draws")
                   .optional("vehicles", &Params::vehicles,
                             "number of vehicles at 100 % penetration; not with placement by counts or at loads", between(0, 1e6))
                   .optional("penetration", &Params::penetration, "share of that number that there is, rounded half up",
                             between(0.0, 100.0))
                   .required("placement", &Params::placement, "which bus each vehicle's charging point stands at")
                   .required(
                       "arrival", &Params::arrival,
                       "plug-in, by the clock as hours after midnight of the day; may exceed 24 h. This and the next ones may "
                       "differ by day: {weekday: ..., weekend: ...}, with mon to sun and holiday")
                   .required("departure", &Params::departure,
                             "unplugging, by the clock as hours after midnight of the departure day")
                   .optional("departure_day", &Params::departure_day, "day of departure: that of arrival, or the next")
                   .required("initial_soc", &Params::initial_soc, "state of charge at plug-in", between(0.0, 1.0))
                   .required("target_soc", &Params::target_soc, "state of charge wanted at departure", between(0.0, 1.0))
                   .optional("days", &Params::days,
                             "days of the week on which vehicles arrive; holidays are like Sundays unless `holiday` is named")
                   .optional("other_days", &Params::other_days,
                             "how the same vehicles come and go on other days of the week, e.g. at weekends, by name")
                   .optional("under_way", &Params::under_way,
                             "stays that had begun before the start: left out and counted, or played from there, with what their "
                             "rating, or the time of their stay in proportion, has stored by then")
                   .optional("stated_departure_error", &Params::stated_departure_error,
                             "added to the true departure to give the stated one; absent: stated truly")
                   .optional("classes", &Params::classes, "classes of vehicles, with shares and what is different about them"))
        .relation(wrong_number)
        .relation(unreachable_target)
        .relation(low_target)
        .relation([](const Params& p) { return wrong_patterns(p.other_days); })
        .relation([](const Params& p) { return wrong_classes(p, p.classes); });
}

Schema<Params> make_schema() {
    return with_point_fields(own_schema()).relation([](const Params& p) {
        return wrong_swaps(p.points, p.lowest_initial(), p.highest_target());
    });
}

/// The days whose arrivals can fall inside the horizon, or still be there at its start, as offsets from the scenario's first day.
struct DayRange {
    int first = 0;
    int last = 0;
};

class DistributionBehaviour final : public Behaviour {
   public:
    static constexpr std::string_view name = "distribution";
    static constexpr std::string_view least_settings =
        "{vehicles: 3, capacity: 40 kWh, charge_rating: 7 kW, arrival: 18 h, departure: 7 h, initial_soc: 0.4, target_soc: 0.9, "
        "placement: {rule: proportional}}";
    static const Schema<Params>& schema() {
        static const Schema<Params> schema = make_schema();
        return schema;
    }
    DistributionBehaviour(const Params& p, const Context& context)
        : context_(context),
          under_way_(p.under_way),
          placer_(p.placement, number_at(p.penetration, p.vehicles, p.placement, *context.feeder), Residents::alike, context),
          vehicles_(p, p.classes, context),
          points_(p, placer_.places(), placer_.count(), context),
          week_(laws_of_week(p.usual(), p.days, p.other_days)),
          days_(reachable_days()) {
        if (p.names_holidays() && !context.calendar.has_holidays())
            context.issues->warning(context.at, "population." + context.group, "says what holds on holidays, and there are none",
                                    "list them in `time.holidays`");
    }

    const GroupPlaces& places() const override { return placer_.places(); }

    void draw(const Rng& rng, Population& population) const override {
        Stays stays(population, context_.group, {WhenOccupied::refuse, under_way_}, context_.horizon,
                    placer_.count() * days_of_arrival());
        placer_.append_connectors(rng, population);
        vehicles_.append(rng, placer_.count(), population);
        const std::size_t first = population.connectors.size() - placer_.count();
        Columns columns(placer_.count());
        PointSharer points = points_;
        for (int day = days_.first; day <= days_.last; ++day) {
            const auto& laws = laws_on(date_of(day));
            if (!laws) continue;
            draw_day(rng, static_cast<std::uint32_t>(day), *laws, columns);
            points.draw(rng, static_cast<std::uint32_t>(day), placer_.count());
            append_day(date_of(day), laws->departure_day, columns, points, stays);
        }
        stays.finish();
        points.share(population, first);
    }

   private:
    /// The draws of one day, by vehicle.
    struct Columns {
        explicit Columns(std::size_t n) : arrival_h(n), departure_h(n), initial_soc(n), target_soc(n), error_h(n) {}
        std::vector<double> arrival_h, departure_h, initial_soc, target_soc, error_h;
    };

    std::chrono::local_days first_date() const { return context_.calendar.day(Instant{}); }
    std::chrono::local_days date_of(int day) const { return first_date() + std::chrono::days(day); }
    const std::optional<DayLaws>& laws_on(std::chrono::local_days date) const {
        return week_[static_cast<std::size_t>(kind_of_day(context_.calendar, date))];
    }
    std::size_t days_of_arrival() const {
        std::size_t count = 0;
        for (int day = days_.first; day <= days_.last; ++day) count += laws_on(date_of(day)) ? 1 : 0;
        return count;
    }

    /// Bounded by what Rng can draw (2^-53 <= u <= 1 - 2^-53), and by a week either way for laws with heavy tails.
    DayRange reachable_days() const {
        constexpr double week_h = 168.0;
        double low = week_h;
        double high = -week_h;  // the last arrival or departure that the laws of a day may give
        for (const auto& laws : week_) {
            if (!laws) continue;
            low = std::min(low, std::max(laws->arrival.distribution->quantile(0x1p-53), -week_h));
            high = std::max(high, std::min(laws->arrival.distribution->quantile(1.0 - 0x1p-53), week_h));
            const double until_next = laws->departure_day == DepartureDay::next ? 24.0 : 0.0;
            high = std::max(high, std::min(laws->departure.distribution->quantile(1.0 - 0x1p-53), week_h) + until_next);
        }
        const auto opens = [this](int day) {
            return hours(context_.calendar.midnight(first_date() + std::chrono::days(day)).time_since_epoch());
        };
        DayRange range{-8, -8};
        while (opens(range.first) + high < 0.0) ++range.first;
        range.last = range.first - 1;
        while (opens(range.last + 1) + low < hours(context_.horizon)) ++range.last;
        return range;
    }

    void draw_day(const Rng& rng, std::uint32_t day, const DayLaws& laws, Columns& columns) const {
        const auto purpose = [this](std::string_view what) { return Purpose(what).in(context_.group); };
        sample(*laws.arrival.distribution, rng, purpose("arrival"), day, columns.arrival_h);
        sample(*laws.departure.distribution, rng, purpose("departure"), day, columns.departure_h);
        sample(*laws.initial_soc.distribution, rng, purpose("initial soc"), day, columns.initial_soc);
        sample(*laws.target_soc.distribution, rng, purpose("target soc"), day, columns.target_soc);
        std::fill(columns.error_h.begin(), columns.error_h.end(), 0.0);
        if (laws.stated_departure_error.distribution)
            sample(*laws.stated_departure_error.distribution, rng, purpose("stated departure error"), day, columns.error_h);
    }

    void append_day(std::chrono::local_days day, DepartureDay departure_day, const Columns& columns, const PointSharer& points,
                    Stays& stays) const {
        const Calendar& calendar = context_.calendar;
        const LocalTime midnight = day;
        const LocalTime departure_midnight = midnight + (departure_day == DepartureDay::next ? one_day : Duration{});
        for (std::size_t i = 0; i < columns.arrival_h.size(); ++i) {
            const Instant plug_in = calendar.instant(midnight + from_hours(columns.arrival_h[i]));
            const Instant unplug = calendar.instant(departure_midnight + from_hours(columns.departure_h[i]));
            const Instant stated = std::max(plug_in, unplug + from_hours(columns.error_h[i]));
            Stay stay{plug_in, unplug, stated, columns.initial_soc[i], columns.target_soc[i]};
            points.put(i, stay);
            stays.add(i, stay);
        }
    }

    Context context_;
    UnderWay under_way_;
    Placer placer_;
    VehicleSampler vehicles_;
    PointSharer points_;
    LawsOfWeek week_;  ///< none where nobody arrives
    DayRange days_;
};

const bool registered = add_plugin<Behaviour, DistributionBehaviour>();

}  // namespace
}  // namespace evsweep
