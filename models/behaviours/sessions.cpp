/// Recorded charging sessions, replayed as they were or drawn day by day.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "behaviours/day_choice.hpp"
#include "behaviours/placer.hpp"
#include "behaviours/recording.hpp"
#include "behaviours/shared_points.hpp"
#include "behaviours/stays.hpp"
#include "behaviours/vehicle_attributes.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {
namespace {

struct Params : VehicleAttributes, PointSharing {
    Params() : VehicleAttributes(neutral()) {}
    FileList file;
    std::optional<Layout> layout;
    RecordingColumns columns;
    std::map<std::string, CellFilter> filter;
    ZoneChoice time_zone;
    std::optional<StampClock> times;
    std::optional<DecimalMark> decimal;
    Unreadable unreadable = Unreadable::refuse;
    std::optional<Date> from;
    std::optional<Date> to;
    DayDraw draw = DayDraw::replay;
    Placement placement;
    WhenOccupied when_occupied = WhenOccupied::wait;
    UnderWay under_way = UnderWay::leave_out;
    Random<"1"> target_soc = always<"1">(1.0, "1");
    Random<"h"> stated_departure_error;
};

/// The layout with what the user says of the files in its place.
RecordingLayout resolved_layout(const Params& p) {
    RecordingLayout layout = p.layout ? layout_of(*p.layout) : RecordingLayout{};
    layout.columns = overridden_by(std::move(layout.columns), p.columns);
    for (const auto& [name, filter] : p.filter) layout.filter[name] = filter;
    layout.times = p.times.value_or(layout.times);
    layout.decimal = p.decimal.value_or(layout.decimal);
    const bool tells_places = p.placement.rule == PlacementRule::recorded;
    for (const auto& [member, usual] : {std::pair(&RecordingColumns::bus, "bus"), {&RecordingColumns::phases, "phases"}}) {
        if (!tells_places)
            layout.columns.*member = {};
        else if (!(layout.columns.*member).is_given())
            (layout.columns.*member).names = {usual};
    }
    return layout;
}

/// Whether rows give the state of charge at plug-in, so that the energy leads to the target and not back from it.
bool tells_soc(const Params& p) { return resolved_layout(p).columns.initial_soc.is_given(); }

/// What must be known of the columns of any recording.
std::optional<Contradiction> missing_column(const Params& p) {
    const RecordingColumns columns = resolved_layout(p).columns;
    const bool is_series = p.layout && layout_of(*p.layout).rows == RowKind::step;
    const bool has_end = columns.plug_out.is_given() || columns.duration.is_given() || is_series;
    const std::pair<const char*, bool> needed[] = {{"plug_in", columns.plug_in.is_given()},
                                                   {"plug_out, or duration", has_end},
                                                   {"energy", columns.energy.is_given()},
                                                   {"station", columns.station.is_given()}};
    std::string missing;
    for (const auto& [name, is_given] : needed)
        if (!is_given) missing += (missing.empty() ? "" : ", ") + std::string(name);
    if (missing.empty()) return std::nullopt;
    if (missing.find("station") == std::string::npos || p.columns.plug_in.is_given())
        return Contradiction{"columns", "says not where there is " + missing, "name the columns of the file that hold it"};
    return Contradiction{
        "layout", "is missing",
        "name a layout (`evsweep describe sessions` lists them), or say in `columns` which columns hold plug_in, "
        "plug_out, energy and station"};
}

/// A place is of no use where the placement does not ask for it.
std::optional<Contradiction> needless_place(const Params& p) {
    const bool is_given = p.columns.bus.is_given() || p.columns.phases.is_given();
    if (!is_given || p.placement.rule == PlacementRule::recorded) return std::nullopt;
    return Contradiction{"columns", "names columns of places, which are not used", "say `placement: {rule: recorded}`",
                         Severity::warning};
}

Schema<Params> own_schema() {
    return with_vehicle_fields(
               Schema<Params>("recorded charging sessions from tables (CSV) or lists of objects (JSON); one vehicle per charging "
                              "point")
                   .required("file", &Params::file, "a file, or a list of them: CSV with a header line, or JSON")
                   .optional("layout", &Params::layout, "whose columns the files have, see below; none: as `columns` says")
                   .optional("columns", &Params::columns, "which columns hold what, where the layout does not know or is wrong")
                   .optional("filter", &Params::filter,
                             "rows that are kept, by the cell of a column: {Site: Main St}, {Site: [A, B]}, {Site: {except: C}}")
                   .optional("time_zone", &Params::time_zone,
                             "whose clock the days are by, e.g. Europe/Oslo; none: that of the layout, or the scenario's")
                   .optional("times", &Params::times,
                             "of times that say no zone: local, or utc; none: as the layout has it, or local")
                   .optional("decimal", &Params::decimal, "mark of decimals; none: as the layout has it, or a point")
                   .optional("unreadable", &Params::unreadable,
                             "rows that cannot be understood: each is an error, or they are left out and counted")
                   .optional("from", &Params::from, "first recorded day to use")
                   .optional("to", &Params::to, "last recorded day to use")
                   .optional("draw", &Params::draw,
                             "replay the days in order, from the scenario's own date on where it was recorded, else from the "
                             "first of the same "
                             "weekday; or draw for each day one of the same weekday, holidays being Sundays")
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
        .relation([](const Params& p) { return p.VehicleAttributes::wrong(); })
        .relation(missing_column)
        .relation(needless_place)
        .relation([](const Params& p) -> std::optional<Contradiction> {
            const bool is_series = p.layout && layout_of(*p.layout).rows == RowKind::step;
            if (!is_series || !tells_soc(p)) return std::nullopt;
            return Contradiction{"columns", "names initial_soc, which rows that are steps of a series do not tell",
                                 "leave it out"};
        })
        .relation([](const Params& p) -> std::optional<Contradiction> {
            if (tells_soc(p) || p.target_soc.distribution->highest() <= p.highest_soc.distribution->lowest()) return std::nullopt;
            return Contradiction{"target_soc", "can be above highest_soc", "lower it, or raise highest_soc"};
        })
        .used_if([](const Params& p) { return !tells_soc(p); }, "without a column initial_soc", {"target_soc"})
        .relation([](const Params& p) -> std::optional<Contradiction> {
            if (!p.from || !p.to || p.from->day <= p.to->day) return std::nullopt;
            return Contradiction{"from", "is after to", "give from <= to"};
        });
}

Schema<Params> make_schema() { return with_point_fields(own_schema()); }

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
        if (tells_soc(p))
            check_targets();
        else
            check_energy();
        check_power();
        check_clock();
    }
    [[nodiscard]] const Recording& recording() const { return recording_; }
    [[nodiscard]] const DayChoice& days() const { return days_; }
    [[nodiscard]] RecordedRows rows() const {
        RecordedRows rows{{}, recording_.left_out, {}};
        for (const RecordedStay& stay : recording_.stays) rows.used.add(stay.energy_kwh);
        rows.how = p_.layout ? "layout " + Value<Layout>::text(*p_.layout) : std::string("columns as given");
        if (recording_.zone) rows.how += ", clock of " + recording_.zone->name();
        return rows;
    }
    [[nodiscard]] Placer placer() const {
        Placement placement = p_.placement;
        placement.recorded = recording_.places;
        return {placement, counts_fit() ? recording_.stations.size() : 0, Residents::distinct, context_};
    }

   private:
    Recording read() const {
        Issues found;
        RecordingChoice choice{resolved_layout(p_)};
        choice.zone = zone(choice.layout.zone, found);
        choice.from = p_.from;
        choice.to = p_.to;
        choice.path = path_;
        choice.tells_places = p_.placement.rule == PlacementRule::recorded;
        choice.has_layout = p_.layout.has_value();
        choice.unreadable = p_.unreadable;
        const bool is_balanced = context_.feeder->conductor.front() == Conductor::balanced;
        if (is_balanced && !p_.columns.phases.is_given()) choice.layout.columns.phases = {};  // there are none to name
        if (found.has_errors()) return note(found), Recording{};
        Recording recording = read_recordings(p_.file.files, choice, found);
        if (recording.stays.empty() && !found.has_errors()) {
            std::string why = "has no usable session on the chosen days";
            for (const RowsLeftOut& left_out : recording.left_out)
                why += fmt::format(", {} rows {}", left_out.rows.count, left_out.reason);
            found.error(recording.place(), path_, std::move(why), "widen from/to, or the filter");
        }
        note(found);
        return recording;
    }

    /// Whose clock the recording's days are by.
    std::shared_ptr<const TimeZone> zone(const std::string& of_layout, Issues& found) const {
        if (p_.time_zone.zone) return p_.time_zone.zone;
        const auto& scenario = context_.calendar.zone();
        if (of_layout.empty() || (scenario && scenario->name() == of_layout)) return scenario;
        return find_time_zone(of_layout, context_.at, path_ + ".layout", found);
    }

    void note(const Issues& found) const {
        for (const Issue& issue : found.list()) context_.issues->add(issue);
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
        context_.issues->error(recording_.at(*largest), path_ + ".capacity",
                               fmt::format("{} sessions do not fit the battery: this one, the largest, stores {:.3f} kWh where "
                                           "{:.3f} kWh fit below target_soc",
                                           too_large, largest->energy_kwh * stored_per_drawn, room_kwh),
                               usable > 0.0 ? fmt::format("give a capacity of at least {:.1f} kWh",
                                                          largest->energy_kwh * stored_per_drawn / usable + 0.05)
                                            : std::string("give a target_soc above lowest_soc"));
    }

    /// What the energy leads to must be within the battery, or the vehicle ends short of it.
    void check_targets() const {
        const bool literal = context_.accounting == Accounting::literal;
        const auto& efficiency = *p_.charge_efficiency.distribution;
        const double stored_per_drawn = literal ? 1.0 / efficiency.lowest() : efficiency.highest();
        const double capacity_kwh = p_.capacity.distribution->lowest();
        const double ceiling = p_.highest_soc.distribution->lowest();
        std::size_t too_high = 0;
        const RecordedStay* first = nullptr;
        for (const auto& stay : recording_.stays) {
            if (*stay.initial_soc + stay.energy_kwh * stored_per_drawn / capacity_kwh <= ceiling * (1.0 + 1e-12)) continue;
            if (too_high++ == 0) first = &stay;
        }
        if (too_high > 0)
            context_.issues->warning(recording_.at(*first), path_ + ".highest_soc",
                                     fmt::format("{} of {} sessions, this one first, want to be above {:g} of their battery",
                                                 too_high, recording_.stays.size(), ceiling),
                                     "they will end short of that; raise capacity or highest_soc if that is not meant");
    }

    void check_power() const {
        const double rating_kw = p_.charge_rating.distribution->lowest();
        const auto hurried =
            std::count_if(recording_.stays.begin(), recording_.stays.end(),
                          [rating_kw](const RecordedStay& stay) { return stay.energy_kwh > rating_kw * hours(stay.lasts); });
        if (hurried > 0)
            context_.issues->warning(recording_.place(), path_ + ".charge_rating",
                                     fmt::format("{} of {} sessions took more than the charge rating gives in their time",
                                                 hurried, recording_.stays.size()),
                                     "they will end short of their target; raise charge_rating if that is not meant");
    }

    /// Stays during which the recording's clock was set, where the scenario's never is.
    void check_clock() const {
        if (!recording_.zone || context_.calendar.zone()) return;
        const auto moved = std::count_if(recording_.stays.begin(), recording_.stays.end(), [this](const RecordedStay& stay) {
            return days_.may_use(stay.day) && stay.unplug - stay.plug_in != stay.lasts;
        });
        if (moved > 0)
            context_.issues->warning(
                recording_.place(), path_,
                fmt::format("the clock of {} is set during {} stays, which are longer or shorter by that here, "
                            "because the scenario's clock is never set",
                            recording_.zone->name(), moved),
                "say `zone: " + recording_.zone->name() + "` in the section `time`");
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
    std::optional<RecordedRows> recorded_rows() const override { return rows_; }

    void draw(const Rng& rng, Population& population) const override {
        const std::size_t first_vehicle = population.vehicles.size();
        Stays stays(population, context_.group, {p_.when_occupied, p_.under_way}, context_.horizon, placer_.count());
        placer_.append_connectors(rng, population);
        vehicles_.append(rng, placer_.count(), population);
        std::vector<double> target(placer_.count());
        std::vector<double> error_h(placer_.count(), 0.0);
        PointSharer points = points_;
        for (int day = -days_reached_; day < days_.scenario_days() && placer_.count() > 0; ++day) {
            const auto recorded = days_.recorded(rng, day);
            if (!recorded) continue;
            const auto draw_index = static_cast<std::uint32_t>(day);
            sample(*p_.target_soc.distribution, rng, Purpose("target soc").in(context_.group), draw_index, target);
            if (const auto* error = p_.stated_departure_error.distribution.get())
                sample(*error, rng, Purpose("stated departure error").in(context_.group), draw_index, error_h);
            points.draw(rng, draw_index, placer_.count());
            for (const RecordedStay& recorded_stay : stays_of(*recorded)) {
                const std::size_t i = recorded_stay.station;
                Stay stay = on_day(recorded_stay, day, from_hours(error_h[i]));
                const Vehicles& v = population.vehicles;
                const double stored_kwh = recorded_stay.energy_kwh * v.stored_per_drawn[first_vehicle + i];
                const double stored = stored_kwh / v.capacity[first_vehicle + i];
                stay.initial_soc = recorded_stay.initial_soc.value_or(std::max(0.0, target[i] - stored));
                stay.target_soc = recorded_stay.initial_soc ? stay.initial_soc + stored : target[i];
                stay.is_metered = true;
                points.put(i, stay);
                stays.add(i, stay);
            }
        }
        stays.finish();
        points.share(population, population.connectors.size() - placer_.count());
    }

   private:
    SessionsBehaviour(const Params& p, const Context& context, const Checked& checked)
        : p_(p),
          context_(context),
          recorded_(checked.recording().stays),
          zone_(checked.recording().zone),
          rows_(checked.rows()),
          days_(checked.days()),
          days_reached_(days_reached(recorded_)),
          placer_(checked.placer()),
          vehicles_(p, {}, context),
          points_(p, placer_.places(), placer_.count(), context) {}

    /// How many days after that of its plug-in the longest stay ends; stays of so many days before the start can reach into it.
    static int days_reached(const std::vector<RecordedStay>& stays) {
        constexpr auto longest = std::chrono::days(366);
        Duration end{};
        for (const RecordedStay& stay : stays) end = std::max(end, stay.unplug);
        return static_cast<int>(std::chrono::floor<std::chrono::days>(std::min<Duration>(end, longest)).count());
    }

    std::span<const RecordedStay> stays_of(std::chrono::local_days day) const {
        const auto [begin, end] = std::equal_range(recorded_.begin(), recorded_.end(), RecordedStay{.day = day},
                                                   [](const RecordedStay& a, const RecordedStay& b) { return a.day < b.day; });
        return {begin, end};
    }

    /// The recorded stay on the scenario's `day`-th day, without states of charge. On its own date, by the same clock, it is
    /// played at its very instants; on another date its plug-in and departure keep their time of day.
    Stay on_day(const RecordedStay& recorded, int day, Duration error) const {
        const Calendar& calendar = context_.calendar;
        const auto date = calendar.day(Instant{}) + std::chrono::days(day);
        const bool is_own_clock = recorded.begin && calendar.zone() && calendar.zone()->name() == zone_->name();
        Stay stay;
        if (is_own_clock && date == recorded.day) {
            stay.plug_in = calendar.instant(*recorded.begin);
            stay.unplug = stay.plug_in + recorded.lasts;
            stay.stated_departure = std::max(stay.plug_in, stay.plug_in + recorded.stated_after + error);
        } else {
            stay.plug_in = calendar.instant(date + recorded.plug_in);
            stay.unplug = calendar.instant(date + recorded.unplug);
            stay.stated_departure = std::max(stay.plug_in, calendar.instant(date + recorded.stated_departure) + error);
        }
        return stay;
    }

    Params p_;
    Context context_;
    std::vector<RecordedStay> recorded_;
    std::shared_ptr<const TimeZone> zone_;
    RecordedRows rows_;
    DayChoice days_;
    int days_reached_;
    Placer placer_;
    VehicleSampler vehicles_;
    PointSharer points_;
};

const bool registered = add_plugin<Behaviour, SessionsBehaviour>();

}  // namespace
}  // namespace evsweep
