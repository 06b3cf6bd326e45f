/// Output `elements`: where limits are broken and who is served badly, by bus and phase, line, transformer and group of vehicles.

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "evsweep/plugins.hpp"
#include "outputs/element_tally.hpp"
#include "outputs/feeder_phases.hpp"
#include "outputs/service_tally.hpp"
#include "outputs/site_columns.hpp"

namespace evsweep {
namespace {

using element::ElementLimits;
using element::ServiceSums;

/// What is kept of values by element: bands and counts over the replicas, or every replica's own values besides.
enum class Keep { bands, replicas };
std::vector<std::pair<std::string, Keep>> names_of(Keep) { return {{"bands", Keep::bands}, {"replicas", Keep::replicas}}; }

struct Params {
    Keep keep = Keep::bands;
    Fraction short_below{0.001};
};

/// So far below its target, as a share of its capacity, a battery counts as recharged; as in `kpis`.
constexpr Fraction recharged_within(0.01);

/// Groups have numbers of their own in the short table where they are few enough to be read there.
constexpr std::size_t most_groups_shown = 4;

/// A number of a group or a bus.
struct ServiceNumber {
    const char *name, *unit, *meaning;
    int decimals;
    double (*value)(const ServiceSums&);
    bool is_shown = false;  ///< of groups, in the short table
    bool never_negative = true;
};
constexpr std::array service_numbers{
    ServiceNumber{"unserved_kwh", "kWh", "battery energy missing to the target at departure", 1,
                  [](const ServiceSums& s) { return s.unserved_kwh; }, true},
    ServiceNumber{"short_stays", "1", "stays that ended short of their target", 1,
                  [](const ServiceSums& s) { return s.short_stays; }},
    ServiceNumber{"recharge_time", "h", "mean time from plug-in to within 1 % of the target", 2,
                  [](const ServiceSums& s) { return s.mean_recharge_h(); }, true},
    ServiceNumber{"charged_kwh", "kWh", "energy drawn by vehicles", 0, [](const ServiceSums& s) { return s.charged_kwh; }},
    ServiceNumber{"v2g_kwh", "kWh", "energy returned by vehicles", 0, [](const ServiceSums& s) { return s.discharged_kwh; },
                  true},
    ServiceNumber{"net_cost", "currency", "purchases less sales, without energy owed at the end", 2,
                  [](const ServiceSums& s) { return s.net_cost; }, true, false}};

/// A variable by element, as bands, and besides as traces where every replica's own values are kept.
struct ByElement {
    VariableHandle bands;
    std::optional<VariableHandle> traces{};
    void put(Recorded& recorded, std::vector<double> values) const {
        if (traces) recorded.put(*traces, values);
        recorded.put(bands, std::move(values));
    }
};

/// Rated conductors of one kind of branch.
struct RatedAxis {
    const char *name, *meaning;
    std::vector<ConductorId> conductors{};
    std::optional<ByElement> loading{}, overload{};
};

struct Signals {
    SubscriptionTo<signals::supply_voltage> supply_voltage;
    SubscriptionTo<signals::price> price;
    SubscriptionTo<signals::sell_price> sell_price;
    SubscriptionTo<signals::drawn_energy> drawn_energy;
    SubscriptionTo<signals::returned_energy> returned_energy;
    std::optional<SubscriptionTo<signals::conductor_current>> conductor_current{};  ///< where there are ratings
    std::optional<SubscriptionTo<signals::site_power>> site_power{};                ///< where there are sites
    SubscriptionTo<signals::site_limit> site_limit{};
};

struct Variables {
    ByElement vmin, vmax, below, above;
    ByElement site_load{}, site_above{};  ///< where there are sites
    std::array<ByElement, service_numbers.size()> by_bus;
    std::vector<std::pair<std::size_t, std::array<VariableHandle, service_numbers.size()>>> by_group{};  ///< those of vehicles
};

/// What all recorders of one study share.
struct Frame {
    const FeederSite& feeder;
    Instant measure_from;
    double step_minutes;
    ElementLimits limits;
    double short_below;
    LevelHandle recharged;
    std::size_t groups;
    Signals signals;
    std::array<RatedAxis, 2> rated;  ///< lines, transformers
    double site_tolerance = 0.0;     ///< as a share of a site's limit
    Variables variables{};
};

Signals subscribe(OutputExchange& exchange, bool has_ratings, bool has_sites) {
    Signals read{exchange.subscribe(signals::supply_voltage), exchange.subscribe(signals::price),
                 exchange.subscribe(signals::sell_price), exchange.subscribe(signals::drawn_energy),
                 exchange.subscribe(signals::returned_energy)};
    if (has_ratings) read.conductor_current = exchange.subscribe(signals::conductor_current);
    if (!has_sites) return read;
    read.site_power = exchange.subscribe(signals::site_power);
    read.site_limit = exchange.subscribe(signals::site_limit);
    return read;
}

std::array<RatedAxis, 2> rated_axes(const FeederSite& feeder) {
    std::array<RatedAxis, 2> axes{RatedAxis{"line", "line"}, RatedAxis{"transformer", "transformer or regulator"}};
    const RatedConductors rated(feeder);
    for (std::size_t k = 0; k < rated.size(); ++k) axes[rated.is_transformer(k) ? 1 : 0].conductors.push_back(rated.conductor(k));
    return axes;
}

/// Declares variables with their coordinates.
class Declarer {
   public:
    Declarer(const Output::Context& context, Keep keep, Frame& frame) : context_(context), keep_(keep), frame_(frame) {}

    void declare() {
        const Coordinate supplies = supply_axis(frame_.feeder);
        declare_voltages(supplies.name);
        context_.declare.coordinate(supplies);
        for (RatedAxis& axis : frame_.rated)
            if (!axis.conductors.empty()) declare_loadings(axis);
        if (!context_.sites.empty()) declare_sites();
        declare_buses();
        if (supplies.name != "bus")
            context_.declare.coordinate({.name = "bus", .long_name = "bus, parent before child", .labels = frame_.feeder.bus});
        declare_groups();
    }

   private:
    ByElement by_element(Variable variable, const std::string& along) {
        variable.dims = {along};
        variable.aggregation = Aggregation::bands;
        Variable trace = variable;
        ByElement declared{context_.declare.variable(std::move(variable))};
        if (keep_ == Keep::bands) return declared;
        trace.name += "_values";
        trace.aggregation = Aggregation::trace;
        trace.event.clear();
        declared.traces = context_.declare.variable(std::move(trace));
        return declared;
    }
    ByElement minutes(std::string name, std::string meaning, std::string event, const std::string& along) {
        return by_element({.name = std::move(name),
                           .unit = "min",
                           .long_name = std::move(meaning),
                           .headline = true,
                           .decimals = 0,
                           .event = std::move(event),
                           .lowest = 0.0,
                           .highest = 60.0 * hours(Instant(context_.horizon) - context_.measure_from)},
                          along);
    }
    void declare_voltages(const std::string& along) {
        Variables& v = frame_.variables;
        const auto extreme = [&](const char* name, const char* meaning) {
            return by_element({.name = name, .unit = "pu", .long_name = meaning, .decimals = 4, .over_solved_steps = true},
                              along);
        };
        v.vmin = extreme("vmin_pu", "lowest voltage");
        v.vmax = extreme("vmax_pu", "highest voltage");
        v.below = minutes("minutes_below_band", "time with the voltage below the band",
                          "voltage below " + context_.bands.lower_text(), along);
        v.above = minutes("minutes_above_band", "time with the voltage above the band",
                          "voltage above " + context_.bands.upper_text(), along);
    }
    void declare_loadings(RatedAxis& axis) {
        const std::string name(axis.name);
        axis.loading = by_element({.name = name + "_loading_max_pct",
                                   .unit = "%",
                                   .long_name = "highest loading",
                                   .decimals = 1,
                                   .over_solved_steps = true,
                                   .lowest = 0.0},
                                  name);
        axis.overload = minutes(name + "_overload_minutes", "time above the rating", name + " above its rating", name);
        Coordinate coordinate{.name = name, .long_name = std::string(axis.meaning) + " with a rating"};
        if (!is_balanced(frame_.feeder)) coordinate.long_name += ", by conductor";
        for (const ConductorId c : axis.conductors) coordinate.labels.push_back(fed_by(frame_.feeder, c));
        context_.declare.coordinate(std::move(coordinate));
    }
    void declare_sites() {
        Variables& v = frame_.variables;
        v.site_load = by_element(
            {.name = "site_load_max_pct", .unit = "%", .long_name = "highest power over the site's limit", .decimals = 1},
            "site");
        v.site_above = minutes("site_above_minutes", "time above the site's limit", "site above its limit", "site");
        context_.declare.coordinate({.name = "site", .long_name = "site with a limit of its own", .labels = context_.sites});
    }
    void declare_buses() {
        for (std::size_t k = 0; k < service_numbers.size(); ++k) {
            Variable variable = variable_of(service_numbers[k]);
            variable.name += "_by_bus";
            variable.long_name += ", of the charging points at the bus";
            if (std::string_view(service_numbers[k].name) == "short_stays") {
                variable.event = "vehicle left short of its target";
                variable.headline = true;
            }
            frame_.variables.by_bus[k] = by_element(std::move(variable), "bus");
        }
    }
    void declare_groups() {
        const bool are_few = context_.groups.size() > 1 && context_.groups.size() <= most_groups_shown;
        for (std::size_t g = 0; g < context_.groups.size(); ++g) {
            if (g < context_.only_generates.size() && context_.only_generates[g] != 0) continue;
            const std::string& group = context_.groups[g];
            auto& declared =
                frame_.variables.by_group.emplace_back(g, std::array<VariableHandle, service_numbers.size()>{}).second;
            for (std::size_t k = 0; k < service_numbers.size(); ++k) {
                Variable variable = variable_of(service_numbers[k]);
                variable.name = group + "_" + variable.name;
                variable.long_name = group + ": " + variable.long_name;
                variable.headline = are_few && service_numbers[k].is_shown;
                declared[k] = context_.declare.variable(std::move(variable));
            }
        }
    }
    static Variable variable_of(const ServiceNumber& number) {
        Variable variable{.name = number.name, .unit = number.unit, .long_name = number.meaning, .decimals = number.decimals};
        if (number.never_negative) variable.lowest = 0.0;
        return variable;
    }

    const Output::Context& context_;
    Keep keep_;
    Frame& frame_;
};

class ElementRecorder final : public Recorder {
   public:
    ElementRecorder(const Frame& frame, const Population& population)
        : frame_(frame),
          voltages_(frame.feeder.supply.size(), frame.limits),
          loadings_(frame.limits),
          sites_(frame.site_tolerance),
          service_(population, frame.groups, frame.feeder.bus.size(), frame.short_below, frame.recharged) {}

    void at(const Snapshot& s) override {
        if (s.now < frame_.measure_from) return;
        const Signals& read = frame_.signals;
        const element::PricePair prices{s.value(read.price), s.value(read.sell_price)};
        if (service_.needs_energies(prices)) service_.see(prices, s[read.drawn_energy], s[read.returned_energy]);
        if (read.site_power) sites_.see(s[*read.site_power], s[read.site_limit]);
        ++(s.solved ? solved_steps_ : unsolved_steps_);
        if (!s.solved) return;
        voltages_.see(s[read.supply_voltage]);
        if (read.conductor_current) loadings_.see(s[*read.conductor_current]);
    }
    void session_ended(const SessionRecord& r) override {
        if (r.end >= frame_.measure_from) service_.see(r);
    }
    void finish(Recorded& recorded) override {
        put_voltages(recorded);
        for (const RatedAxis& axis : frame_.rated)
            if (!axis.conductors.empty()) put_loadings(axis, recorded);
        if (frame_.signals.site_power) {
            frame_.variables.site_load.put(recorded, sites_.highest_pct());
            frame_.variables.site_above.put(recorded, sites_.minutes_above(frame_.step_minutes));
        }
        put_service(recorded);
    }

   private:
    /// A step without a solution is beyond the lower limit of the band and beyond every rating, as in the KPIs.
    [[nodiscard]] double minutes(double steps) const { return frame_.step_minutes * (steps + unsolved_steps_); }
    [[nodiscard]] double if_seen(double extreme) const {
        return solved_steps_ > 0.0 && std::isfinite(extreme) ? extreme : not_a_number;
    }

    void put_voltages(Recorded& recorded) {
        const std::size_t n = frame_.feeder.supply.size();
        std::vector<double> vmin(n), vmax(n), below(n), above(n);
        for (std::size_t i = 0; i < n; ++i) {
            const bool is_held = FeederSite::is_held_to_band(frame_.feeder.supply[i]);
            vmin[i] = if_seen(voltages_.lowest_pu()[i]);
            vmax[i] = if_seen(voltages_.highest_pu()[i]);
            below[i] = is_held ? minutes(voltages_.steps_below()[i]) : not_a_number;
            above[i] = is_held ? frame_.step_minutes * voltages_.steps_above()[i] : not_a_number;
        }
        const Variables& v = frame_.variables;
        v.vmin.put(recorded, std::move(vmin));
        v.vmax.put(recorded, std::move(vmax));
        v.below.put(recorded, std::move(below));
        v.above.put(recorded, std::move(above));
    }
    void put_loadings(const RatedAxis& axis, Recorded& recorded) {
        std::vector<double> loading, overload;
        for (const ConductorId c : axis.conductors) {
            loading.push_back(if_seen(loadings_.highest_pct(c)));
            overload.push_back(minutes(loadings_.steps_over(c)));
        }
        axis.loading->put(recorded, std::move(loading));
        axis.overload->put(recorded, std::move(overload));
    }
    void put_service(Recorded& recorded) {
        const Variables& v = frame_.variables;
        for (std::size_t k = 0; k < service_numbers.size(); ++k) {
            const auto value = service_numbers[k].value;
            for (const auto& [group, declared] : v.by_group) recorded.put(declared[k], value(service_.groups()[group]));
            std::vector<double> by_bus;
            for (const ServiceSums& bus : service_.buses()) by_bus.push_back(bus.has_vehicles ? value(bus) : not_a_number);
            v.by_bus[k].put(recorded, std::move(by_bus));
        }
    }

    const Frame& frame_;
    element::VoltageColumns voltages_;
    element::LoadingColumns loadings_;
    element::SiteColumns sites_;
    element::ServiceTally service_;
    double solved_steps_ = 0.0, unsolved_steps_ = 0.0;
};

ElementLimits limits_of(const Output::Context& context) {
    ElementLimits limits{context.bands, element::narrowest_of(context.bands, *context.feeder), context.voltage_tolerance_pu,
                         100.0 * (1.0 + context.loading_tolerance)};
    for (const double rating : context.feeder->rating_a) limits.pct_per_ampere.push_back(100.0 / rating);
    return limits;
}

Frame frame_of(const Output::Context& context, const Params& params) {
    const FeederSite& feeder = *context.feeder;
    std::array<RatedAxis, 2> rated = rated_axes(feeder);
    const bool has_ratings = !rated[0].conductors.empty() || !rated[1].conductors.empty();
    return {.feeder = feeder,
            .measure_from = context.measure_from,
            .step_minutes = 60.0 * hours(context.step),
            .limits = limits_of(context),
            .short_below = params.short_below.value(),
            .recharged = context.watch(recharged_within),
            .groups = context.groups.size(),
            .signals = subscribe(context.exchange, has_ratings, !context.sites.empty()),
            .rated = std::move(rated),
            .site_tolerance = context.loading_tolerance};
}

class Elements final : public Output {
   public:
    static constexpr std::string_view name = "elements";
    static constexpr bool is_default = true;
    static const Schema<Params>& schema() {
        static const auto schema =
            Schema<Params>(
                "by bus and phase, line, transformer and site: extremes, minutes beyond limits and in how many replicas; by "
                "group and "
                "bus: "
                "service and cost")
                .optional("keep", &Params::keep,
                          "bands: mean, quantiles and counts over the replicas; replicas: every replica's own values besides")
                .optional("short_below", &Params::short_below,
                          "how far below its target a vehicle may leave without counting as short", between(0, 1));
        return schema;
    }

    Elements(const Params& params, const Context& context) : frame_(frame_of(context, params)) {
        Declarer(context, params.keep, frame_).declare();
    }

    [[nodiscard]] std::unique_ptr<Recorder> start(const Start& start) const override {
        return std::make_unique<ElementRecorder>(frame_, *start.population);
    }

   private:
    Frame frame_;
};

const bool registered = add_plugin<Output, Elements>();

}  // namespace
}  // namespace evsweep
