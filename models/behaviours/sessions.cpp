/// Recorded charging sessions, replayed as they were or drawn day by day.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "behaviours/day_choice.hpp"
#include "behaviours/placer.hpp"
#include "behaviours/stays.hpp"
#include "behaviours/vehicle_attributes.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {
namespace {

struct Params : VehicleAttributes {
    Params() : VehicleAttributes(neutral()) {}
    FilePath file;
    Layout layout = Layout::acn;
    std::optional<Date> from;
    std::optional<Date> to;
    DayDraw draw = DayDraw::replay;
    Placement placement;
    WhenOccupied when_occupied = WhenOccupied::wait;
    UnderWay under_way = UnderWay::leave_out;
    Random<"1"> target_soc = always<"1">(1.0, "1");
    Random<"h"> stated_departure_error;
};

Schema<Params> make_schema() {
    return with_vehicle_fields(
               Schema<Params>("recorded charging sessions from a CSV file; one vehicle per charging point")
                   .required("file", &Params::file, "CSV file with a header line")
                   .required("layout", &Params::layout, "column layout of the file")
                   .optional("from", &Params::from, "first recorded day to use")
                   .optional("to", &Params::to, "last recorded day to use")
                   .optional("draw", &Params::draw,
                             "replay the days in order, from the scenario's own date on where it was recorded, else from the "
                             "first of the same "
                             "weekday; or draw for each day one of the same weekday")
                   .required("placement", &Params::placement, "which bus each recorded charging point stands at")
                   .optional("when_occupied", &Params::when_occupied,
                             "a stay that begins while the one before it is still there: waits for its end, or is refused; "
                             "counted either way")
                   .optional("under_way", &Params::under_way,
                             "stays that had begun before the start: left out and counted where what they still need is not "
                             "known, or played from there, with what their rating, or the time of their stay in proportion, has "
                             "stored by then")
                   .optional("target_soc", &Params::target_soc, "state of charge that the delivered energy led to",
                             between(0.0, 1.0))
                   .optional("stated_departure_error", &Params::stated_departure_error,
                             "added to the recorded estimate of departure, or else to the true one; absent: as recorded"))
        .relation([](const Params& p) { return p.wrong(); })
        .relation([](const Params& p) -> std::optional<Contradiction> {
            if (p.target_soc.distribution->highest() <= p.highest_soc.distribution->lowest()) return std::nullopt;
            return Contradiction{"target_soc", "can be above highest_soc", "lower it, or raise highest_soc"};
        })
        .relation([](const Params& p) -> std::optional<Contradiction> {
            if (!p.from || !p.to || p.from->day <= p.to->day) return std::nullopt;
            return Contradiction{"from", "is after to", "give from <= to"};
        });
}

/// What is fixed about one group while its recording is read and checked.
class Checked {
   public:
    Checked(const Params& p, const Behaviour::Context& context)
        : p_(p),
          context_(context),
          path_("population." + context.group),
          recording_(read()),
          days_(recording_, p.draw, context, path_) {
        check_counts();
        check_energy();
        check_power();
    }
    [[nodiscard]] const Recording& recording() const { return recording_; }
    [[nodiscard]] const DayChoice& days() const { return days_; }
    [[nodiscard]] Placer placer() const {
        Placement placement = p_.placement;
        placement.recorded = recording_.places;
        return {placement, counts_fit() ? recording_.stations.size() : 0, Residents::distinct, context_};
    }

   private:
    Recording read() const {
        Issues found;
        Recording recording =
            read_recording(p_.file, {p_.layout, p_.from, p_.to, path_, p_.placement.rule == PlacementRule::recorded}, found);
        if (recording.stays.empty() && !found.has_errors())
            found.error(recording.file, path_, "has no usable session on the chosen days", "widen from/to");
        for (const Issue& issue : found.list()) context_.issues->add(issue);
        return recording;
    }

    bool counts_fit() const {
        return p_.placement.rule != PlacementRule::counts || p_.placement.counted() == recording_.stations.size();
    }
    void check_counts() const {
        if (!counts_fit())
            context_.issues->error(context_.at, path_ + ".placement",
                                   fmt::format("counts place {} charging points, but the recording has {}",
                                               p_.placement.counted(), recording_.stations.size()),
                                   "let the counts add up to the recorded number, or use another rule");
    }

    /// The delivered energy must fit between lowest_soc and target_soc of the smallest battery.
    void check_energy() const {
        const bool literal = context_.accounting == Accounting::literal;
        const auto& efficiency = *p_.charge_efficiency.distribution;
        const double stored_per_drawn = literal ? 1.0 / efficiency.lowest() : efficiency.highest();
        const double usable = p_.target_soc.distribution->lowest() - p_.lowest_soc.distribution->highest();
        const double room_kwh = p_.capacity.distribution->lowest() * usable;
        std::size_t too_large = 0;
        const RecordedStay* largest = nullptr;
        for (const auto& stay : recording_.stays) {
            if (stay.energy_kwh * stored_per_drawn > room_kwh * (1.0 + 1e-12)) ++too_large;
            if (!largest || stay.energy_kwh > largest->energy_kwh) largest = &stay;
        }
        if (too_large == 0) return;
        context_.issues->error({recording_.file.file, largest->line, 1}, path_ + ".capacity",
                               fmt::format("{} sessions do not fit the battery: this one, the largest, stores {:.3f} kWh where "
                                           "{:.3f} kWh fit below target_soc",
                                           too_large, largest->energy_kwh * stored_per_drawn, room_kwh),
                               usable > 0.0 ? fmt::format("give a capacity of at least {:.1f} kWh",
                                                          largest->energy_kwh * stored_per_drawn / usable + 0.05)
                                            : std::string("give a target_soc above lowest_soc"));
    }

    void check_power() const {
        const double rating_kw = p_.charge_rating.distribution->lowest();
        const auto hurried = std::count_if(
            recording_.stays.begin(), recording_.stays.end(),
            [rating_kw](const RecordedStay& stay) { return stay.energy_kwh > rating_kw * hours(stay.unplug - stay.plug_in); });
        if (hurried > 0)
            context_.issues->warning(recording_.file, path_ + ".charge_rating",
                                     fmt::format("{} of {} sessions took more than the charge rating gives in their time",
                                                 hurried, recording_.stays.size()),
                                     "they will end short of their target; raise charge_rating if that is not meant");
    }

    const Params& p_;
    const Behaviour::Context& context_;
    std::string path_;
    Recording recording_;
    DayChoice days_;
};

class SessionsBehaviour final : public Behaviour {
   public:
    static constexpr std::string_view name = "sessions";
    static const Schema<Params>& schema() {
        static const Schema<Params> schema = make_schema();
        return schema;
    }
    SessionsBehaviour(const Params& p, const Context& context) : SessionsBehaviour(p, context, Checked(p, context)) {}

    const GroupPlaces& places() const override { return placer_.places(); }

    void draw(const Rng& rng, Population& population) const override {
        const std::size_t first_vehicle = population.vehicles.size();
        Stays stays(population, context_.group, {p_.when_occupied, p_.under_way}, context_.horizon, placer_.count());
        placer_.append_connectors(rng, population);
        vehicles_.append(rng, placer_.count(), population);
        std::vector<double> target(placer_.count());
        std::vector<double> error_h(placer_.count(), 0.0);
        for (int day = -days_reached_; day < days_.scenario_days() && placer_.count() > 0; ++day) {
            const auto recorded = days_.recorded(rng, day);
            if (!recorded) continue;
            const auto draw_index = static_cast<std::uint32_t>(day);
            sample(*p_.target_soc.distribution, rng, Purpose("target soc").in(context_.group), draw_index, target);
            if (const auto* error = p_.stated_departure_error.distribution.get())
                sample(*error, rng, Purpose("stated departure error").in(context_.group), draw_index, error_h);
            for (const RecordedStay& recorded_stay : stays_of(*recorded)) {
                const std::size_t i = recorded_stay.station;
                Stay stay = on_day(recorded_stay, day, from_hours(error_h[i]));
                const Vehicles& v = population.vehicles;
                const double stored_kwh = recorded_stay.energy_kwh * v.stored_per_drawn[first_vehicle + i];
                stay.target_soc = target[i];
                stay.initial_soc = std::max(0.0, target[i] - stored_kwh / v.capacity[first_vehicle + i]);
                stay.is_metered = true;
                stays.add(i, stay);
            }
        }
        stays.finish();
    }

   private:
    SessionsBehaviour(const Params& p, const Context& context, const Checked& checked)
        : p_(p),
          context_(context),
          recorded_(checked.recording().stays),
          days_(checked.days()),
          days_reached_(days_reached(recorded_)),
          placer_(checked.placer()),
          vehicles_(p, {}, context) {}

    /// How many days after that of its plug-in the longest stay ends; stays of so many days before the start can reach into it.
    static int days_reached(const std::vector<RecordedStay>& stays) {
        constexpr auto longest = std::chrono::days(366);
        Duration end{};
        for (const RecordedStay& stay : stays) end = std::max(end, stay.unplug);
        return static_cast<int>(std::chrono::floor<std::chrono::days>(std::min<Duration>(end, longest)).count());
    }

    std::span<const RecordedStay> stays_of(std::chrono::local_days day) const {
        const auto [begin, end] = std::equal_range(recorded_.begin(), recorded_.end(), RecordedStay{0, 0, day, {}, {}, {}, 0.0},
                                                   [](const RecordedStay& a, const RecordedStay& b) { return a.day < b.day; });
        return {begin, end};
    }

    /// The recorded stay on the scenario's `day`-th day, without states of charge.
    Stay on_day(const RecordedStay& recorded, int day, Duration error) const {
        const Instant midnight = context_.calendar.midnight(context_.calendar.day(Instant{}) + std::chrono::days(day));
        Stay stay;
        stay.plug_in = midnight + recorded.plug_in;
        stay.unplug = midnight + recorded.unplug;
        stay.stated_departure = std::max(stay.plug_in, midnight + recorded.stated_departure + error);
        return stay;
    }

    Params p_;
    Context context_;
    std::vector<RecordedStay> recorded_;
    DayChoice days_;
    int days_reached_;
    Placer placer_;
    VehicleSampler vehicles_;
};

const bool registered = add_plugin<Behaviour, SessionsBehaviour>();

}  // namespace
}  // namespace evsweep
