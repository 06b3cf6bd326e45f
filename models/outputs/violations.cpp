/// Output `violations`: which limits a replica broke, which of them first, where they were broken worst, and when.

#include <fmt/format.h>

#include <array>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "evsweep/plugins.hpp"
#include "outputs/element_tally.hpp"
#include "outputs/feeder_phases.hpp"

namespace evsweep {
namespace {

struct Params {
    Fraction short_below{0.001};
    Fraction unbalance_limit{0.02};
};

/// The kinds of limits, as `kpis` has them.
enum Kind : std::size_t { low_voltage, high_voltage, unbalance, line, transformer, unsolved, unserved, site, kinds };
constexpr std::array<const char*, kinds> kind_names{"low_voltage", "high_voltage", "unbalance", "line",
                                                    "transformer", "unsolved",     "unserved",  "site"};

/// Several kinds that are one limit where any of them is broken.
struct Together {
    const char *name, *meaning;
    std::vector<Kind> members;
};
const std::vector<Together>& all_together() {
    static const std::vector<Together> list{
        {"any", "any limit broken", {low_voltage, high_voltage, unbalance, line, transformer, unsolved, unserved, site}},
        {"network", "any limit of the network broken", {low_voltage, high_voltage, unbalance, line, transformer, unsolved}},
        {"voltage", "voltage outside the band", {low_voltage, high_voltage}},
        {"loading", "line or transformer above its rating", {line, transformer}}};
    return list;
}

/// When and where one kind was broken in a replica. Elements are places in the kind's list of names.
struct Broken {
    bool is_broken = false;
    Instant first{}, worst_at{};
    double worst = -HUGE_VAL;  ///< by how much, in the kind's own measure
    double element = not_a_number;

    /// `element` is NaN where none is known: without a solution, or of one that is not known to be the worst.
    void see(double excess, double where, Instant now) {
        if (!is_broken) first = worst_at = now;
        is_broken = true;
        if (!(excess > worst)) return;
        worst = excess;
        worst_at = now;
        element = where;
    }
};
using AllBroken = std::array<Broken, kinds>;

struct Signals {
    SubscriptionTo<signals::supply_voltage> supply_voltage;
    std::optional<SubscriptionTo<signals::conductor_current>> conductor_current{};
    std::optional<SubscriptionTo<signals::unbalance>> unbalance{};
    std::optional<SubscriptionTo<signals::site_power>> site_power{};
    SubscriptionTo<signals::site_limit> site_limit{};
};

/// The variables of one kind, or of several kinds together.
struct Variables {
    VariableHandle violation, where, first, worst;
};

/// What all recorders of one study share.
struct Frame {
    const FeederSite& feeder;
    Instant measure_from;
    VoltageBands bands;
    VoltageBand narrowest;
    double voltage_tolerance_pu, highest_loading_pct, site_tolerance, highest_unbalance, short_below;
    RatedConductors rated;
    std::array<std::vector<double>, 2>
        place_of_rated{};  ///< by place in `rated`: its place in the names of lines, of transformers
    std::array<bool, kinds> is_judged{};
    std::array<std::vector<std::string>, kinds> names{};  ///< of elements, by kind
    Signals signals;
    std::array<Variables, kinds> variables{};
    std::vector<std::pair<const Together*, Variables>> together{};
};

bool has_three_phases(const FeederSite& feeder) {
    for (std::size_t bus = 0; bus < feeder.bus.size(); ++bus) {
        const auto begin = feeder.conductor.begin() + feeder.first_conductor[bus];
        const auto end = feeder.conductor.begin() + feeder.first_conductor[bus + 1];
        const auto has = [&](Conductor wire) { return std::find(begin, end, wire) != end; };
        if (has(Conductor::a) && has(Conductor::b) && has(Conductor::c)) return true;
    }
    return false;
}

class ViolationRecorder final : public Recorder {
   public:
    ViolationRecorder(const Frame& frame, const Population& population) : frame_(frame), population_(population) {}

    void at(const Snapshot& s) override {
        if (s.now < frame_.measure_from) return;
        if (frame_.signals.site_power) see_sites(s);
        if (!s.solved) return see_no_solution(s.now);
        see_voltages(s[frame_.signals.supply_voltage], s.now);
        if (frame_.signals.conductor_current) see_loadings(s[*frame_.signals.conductor_current], s.now);
        if (frame_.signals.unbalance) see_unbalance(s[*frame_.signals.unbalance], s.now);
    }
    void session_ended(const SessionRecord& r) override {
        if (r.end < frame_.measure_from || !r.complete) return;
        const double missing = r.session.target_soc - r.final_soc;
        if (missing > frame_.short_below)
            broken_[unserved].see(missing, static_cast<double>(population_.connectors.bus[r.session.connector.index()].index()),
                                  r.end);
    }
    void finish(Recorded& recorded) override {
        for (std::size_t k = 0; k < kinds; ++k)
            if (frame_.is_judged[k]) put(frame_.variables[k], broken_[k], broken_[k].element, recorded);
        for (const auto& [of, variables] : frame_.together) {
            const Broken* first = first_of(*of);
            put(variables, first ? *first : Broken{}, first ? code_of(*of, first) : not_a_number, recorded);
        }
    }

   private:
    /// A feeder without a solution cannot be operated: the step is beyond every limit, as in `kpis`.
    void see_no_solution(Instant now) {
        for (const Kind kind : {low_voltage, unbalance, line, transformer, unsolved})
            broken_[kind].see(HUGE_VAL, not_a_number, now);
    }

    void see_voltages(std::span<const double> supply_pu, Instant now) {
        const double tolerance_pu = frame_.voltage_tolerance_pu;
        const VoltageRange all = range_of(supply_pu);
        if (frame_.narrowest.min_pu - all.min_pu > tolerance_pu)
            see_worst(low_voltage, supply_pu, now, [](const VoltageBand& band, double pu) { return band.min_pu - pu; });
        if (all.max_pu - frame_.narrowest.max_pu > tolerance_pu)
            see_worst(high_voltage, supply_pu, now, [](const VoltageBand& band, double pu) { return pu - band.max_pu; });
    }

    template <class Excess>
    void see_worst(Kind kind, std::span<const double> supply_pu, Instant now, const Excess& excess_pu) {
        double most_pu = -HUGE_VAL;
        std::size_t at = 0;
        for (std::size_t i = 0; i < supply_pu.size(); ++i) {
            if (!FeederSite::is_held_to_band(frame_.feeder.supply[i])) continue;
            const double beyond_pu = excess_pu(frame_.bands.of(i), supply_pu[i]);
            if (!(beyond_pu > most_pu)) continue;
            most_pu = beyond_pu;
            at = i;
        }
        if (most_pu > frame_.voltage_tolerance_pu) broken_[kind].see(most_pu, static_cast<double>(at), now);
    }

    void see_loadings(std::span<const double> current_a, Instant now) {
        std::array<double, 2> highest_pct{};
        std::array<std::size_t, 2> at{};
        for (std::size_t k = 0; k < frame_.rated.size(); ++k) {
            const std::size_t kind = frame_.rated.is_transformer(k) ? 1 : 0;
            const double pct = frame_.rated.loading_pct(current_a, k);
            if (!(pct > highest_pct[kind])) continue;
            highest_pct[kind] = pct;
            at[kind] = k;
        }
        for (const std::size_t kind : {0, 1})
            if (highest_pct[kind] > frame_.highest_loading_pct)
                broken_[kind == 0 ? line : transformer].see(highest_pct[kind], frame_.place_of_rated[kind][at[kind]], now);
    }

    /// How far above is judged as a share of the limit, as loadings are.
    void see_sites(const Snapshot& s) {
        const auto power_kw = s[*frame_.signals.site_power], limit_kw = s[frame_.signals.site_limit];
        double highest = 1.0;
        std::size_t at = 0;
        for (std::size_t i = 0; i < power_kw.size(); ++i) {
            if (!(power_kw[i] > highest * limit_kw[i])) continue;
            highest = power_kw[i] / limit_kw[i];
            at = i;
        }
        if (highest > 1.0 + frame_.site_tolerance) broken_[site].see(highest, static_cast<double>(at), s.now);
    }

    void see_unbalance(std::span<const double> factor, Instant now) {
        double highest = 0.0;
        std::size_t at = 0;
        for (std::size_t b = 0; b < factor.size(); ++b) {
            if (!(factor[b] > highest)) continue;
            highest = factor[b];
            at = b;
        }
        if (highest > frame_.highest_unbalance) broken_[unbalance].see(highest, static_cast<double>(at), now);
    }

    /// The member that was broken first; none where none was.
    [[nodiscard]] const Broken* first_of(const Together& together) const {
        const Broken* first = nullptr;
        for (const Kind kind : together.members)
            if (frame_.is_judged[kind] && broken_[kind].is_broken && (!first || broken_[kind].first < first->first))
                first = &broken_[kind];
        return first;
    }
    [[nodiscard]] double code_of(const Together& together, const Broken* member) const {
        const auto is_it = [&](Kind kind) { return &broken_[kind] == member; };
        const auto found = std::find_if(together.members.begin(), together.members.end(), is_it);
        return static_cast<double>(found - together.members.begin());
    }

    static void put(const Variables& variables, const Broken& broken, double where, Recorded& recorded) {
        const auto hour = [&](Instant at) { return broken.is_broken ? hours(at.time_since_epoch()) : not_a_number; };
        recorded.put(variables.violation, broken.is_broken ? 1.0 : 0.0);
        recorded.put(variables.where, where);
        recorded.put(variables.first, hour(broken.first));
        recorded.put(variables.worst, hour(broken.worst_at));
    }

    const Frame& frame_;
    const Population& population_;
    AllBroken broken_{};
};

/// Declares the variables of one limit: `where` lists what `NAME_element` or `NAME_kind` may say.
Variables declared(const Output::Context& context, const std::string& name, const std::string& meaning, const std::string& suffix,
                   const std::string& what, std::vector<std::string> where) {
    const auto clock = [&](const std::string& of, const std::string& long_name) {
        return context.declare.variable(
            {.name = name + of, .unit = "h", .long_name = meaning + ": " + long_name, .display = Display::clock, .decimals = 2});
    };
    const VariableHandle violation = context.declare.variable({.name = name + "_violation",
                                                               .unit = "1",
                                                               .long_name = meaning,
                                                               .display = Display::event,
                                                               .decimals = 0,
                                                               .lowest = 0.0,
                                                               .highest = 1.0});
    const VariableHandle place = context.declare.variable({.name = name + suffix,
                                                           .unit = "1",
                                                           .long_name = meaning + ": " + what,
                                                           .display = Display::category,
                                                           .meanings = std::move(where),
                                                           .decimals = 0});
    return {violation, place, clock("_first_h", "when first"), clock("_worst_h", "when it was worst")};
}

std::string meaning_of(Kind kind, const Frame& frame) {
    switch (kind) {
        case low_voltage:
            return "voltage below " + frame.bands.lower_text();
        case high_voltage:
            return "voltage above " + frame.bands.upper_text();
        case unbalance:
            return fmt::format("unbalance factor above {:g} %", 100.0 * frame.highest_unbalance);
        case line:
            return "line above its rating";
        case transformer:
            return "transformer above its rating";
        case unsolved:
            return "step without a load-flow solution";
        case site:
            return "site above its limit";
        case unserved:
        case kinds:
            break;
    }
    return "vehicle left short of its target";
}

void declare_all(const Output::Context& context, Frame& frame) {
    for (std::size_t k = 0; k < kinds; ++k)
        if (frame.is_judged[k])
            frame.variables[k] = declared(context, kind_names[k], meaning_of(static_cast<Kind>(k), frame), "_element",
                                          "where it was worst", frame.names[k]);
    for (const Together& together : all_together()) {
        std::vector<std::string> members;
        bool any = false;
        for (const Kind kind : together.members) {
            if (kind == site && !frame.is_judged[site]) continue;  // the last of its list
            members.emplace_back(kind_names[kind]);
            any = any || frame.is_judged[kind];
        }
        if (any)
            frame.together.emplace_back(&together, declared(context, together.name, together.meaning, "_kind",
                                                            "which limit was broken first", std::move(members)));
    }
}

void name_elements(Frame& frame) {
    const FeederSite& feeder = frame.feeder;
    for (const SupplyVoltage& seen : feeder.supply) frame.names[low_voltage].push_back(feeder.supply_name(seen));
    frame.names[high_voltage] = frame.names[low_voltage];
    frame.names[unbalance] = frame.names[unserved] = feeder.bus;
    for (std::size_t k = 0; k < frame.rated.size(); ++k) {
        const std::size_t kind = frame.rated.is_transformer(k) ? 1 : 0;
        auto& names = frame.names[kind == 0 ? line : transformer];
        frame.place_of_rated[kind].resize(frame.rated.size(), not_a_number);
        frame.place_of_rated[kind][k] = static_cast<double>(names.size());
        names.push_back(fed_by(feeder, frame.rated.conductor(k)));
    }
}

Frame frame_of(const Output::Context& context, const Params& params) {
    const FeederSite& feeder = *context.feeder;
    const bool has_unbalance = !is_balanced(feeder) && has_three_phases(feeder);
    RatedConductors rated(feeder);
    Signals read{context.exchange.subscribe(signals::supply_voltage)};
    if (!rated.empty()) read.conductor_current = context.exchange.subscribe(signals::conductor_current);
    if (has_unbalance) read.unbalance = context.exchange.subscribe(signals::unbalance);
    if (!context.sites.empty()) {
        read.site_power = context.exchange.subscribe(signals::site_power);
        read.site_limit = context.exchange.subscribe(signals::site_limit);
    }
    Frame frame{.feeder = feeder,
                .measure_from = context.measure_from,
                .bands = context.bands,
                .narrowest = element::narrowest_of(context.bands, feeder),
                .voltage_tolerance_pu = context.voltage_tolerance_pu,
                .highest_loading_pct = 100.0 * (1.0 + context.loading_tolerance),
                .site_tolerance = context.loading_tolerance,
                .highest_unbalance = params.unbalance_limit.value(),
                .short_below = params.short_below.value(),
                .rated = std::move(rated),
                .signals = read};
    const bool is_held = std::any_of(feeder.supply.begin(), feeder.supply.end(), FeederSite::is_held_to_band);
    frame.is_judged = {is_held, is_held, has_unbalance,         frame.rated.has_lines(), frame.rated.has_transformers(),
                       true,    true,    !context.sites.empty()};
    name_elements(frame);
    frame.names[site] = context.sites;
    return frame;
}

class Violations final : public Output {
   public:
    static constexpr std::string_view name = "violations";
    static const Schema<Params>& schema() {
        static const auto schema =
            Schema<Params>(
                "which limits a replica broke, which of them first, where worst and when; what hosting capacity is found by")
                .optional("short_below", &Params::short_below,
                          "how far below its target a vehicle may leave without counting as short", between(0, 1))
                .optional("unbalance_limit", &Params::unbalance_limit,
                          "unbalance factor |V2|/|V1| above which a step counts; unbalanced feeders only", between(0, 1));
        return schema;
    }

    Violations(const Params& params, const Context& context) : frame_(frame_of(context, params)) { declare_all(context, frame_); }

    [[nodiscard]] std::unique_ptr<Recorder> start(const Start& start) const override {
        return std::make_unique<ViolationRecorder>(frame_, *start.population);
    }

   private:
    Frame frame_;
};

const bool registered = add_plugin<Output, Violations>();

}  // namespace
}  // namespace evsweep
