/// Output `series`: the course of the day at regular marks, put together as bands over the replicas.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <span>
#include <vector>

#include "evsweep/contracts.hpp"
#include "evsweep/plugins.hpp"
#include "evsweep/stationary.hpp"
#include "outputs/feeder_phases.hpp"
#include "outputs/marks.hpp"
#include "outputs/snapshot_values.hpp"

namespace evsweep {
namespace {

struct Params {
    Duration every = std::chrono::minutes(15);
};

Variable band(std::string name, std::string unit, std::string long_name, Sampling sampling, int decimals = 1) {
    Variable v;
    v.name = std::move(name);
    v.unit = std::move(unit);
    v.long_name = std::move(long_name) + text_of(sampling);
    v.dims = {"time"};
    v.aggregation = Aggregation::bands;
    v.sampling = sampling;
    v.decimals = decimals;
    return v;
}

Variable over_solved(Variable variable) {
    variable.over_solved_steps = true;
    return variable;
}

Variable along(std::string dim, Variable variable) {
    variable.dims.push_back(std::move(dim));
    return variable;
}

/// What is recorded by phase, and how far phases differ; only of feeders that are not balanced.
struct PhaseVariables {
    VariableHandle unbalance, neutral, vmin, vmax;
};

/// What is recorded, in the order in which it is declared.
struct Variables {
    VariableHandle demand, source, loss, vmin, vmax, mean_soc, plugged_in, charging, discharging, ev, ev_q, arrivals, departures;
    std::optional<PhaseVariables> phases;
    std::optional<VariableHandle> zone_ev;
    std::optional<VariableHandle> generated, curtailed;
    VariableHandle unsolved;
};

PhaseVariables declare_phases(OutputDeclarations& declare) {
    using enum Sampling;
    PhaseVariables v;
    v.unbalance = declare.variable(
        over_solved(band("unbalance_pct", "%", "highest voltage unbalance factor |V2|/|V1| of all buses", sample, 2)));
    v.neutral =
        declare.variable(over_solved(band("neutral_a", "A", "highest current in a neutral or back through earth", sample)));
    v.vmin = declare.variable(along("phase", over_solved(band("phase_vmin_pu", "pu", "lowest voltage of the phase", sample, 4))));
    v.vmax =
        declare.variable(along("phase", over_solved(band("phase_vmax_pu", "pu", "highest voltage of the phase", sample, 4))));
    return v;
}

/// What there is to record.
struct Kinds {
    bool balanced = false;
    bool has_zones = false;
    bool has_generators = false;
};

Variables declare_variables(OutputDeclarations& declare, const Kinds& kinds) {
    using enum Sampling;
    Variables v;
    v.demand = declare.variable(over_solved(band("demand_kw", "kW", "demand (base load and vehicles)", mean)));
    v.source = declare.variable(over_solved(band("source_kw", "kW", "power from the source, with losses", mean)));
    v.loss = declare.variable(over_solved(band("loss_kw", "kW", "power lost in the feeder", mean)));
    v.vmin = declare.variable(over_solved(band("vmin_pu", "pu", "lowest voltage at any bus", sample, 4)));
    v.vmax = declare.variable(over_solved(band("vmax_pu", "pu", "highest voltage at any bus", sample, 4)));
    v.mean_soc = declare.variable(band("mean_soc", "1", "mean state of charge of all vehicles, there or not", sample, 3));
    v.plugged_in = declare.variable(band("plugged_in", "1", "vehicles plugged in", sample));
    v.charging = declare.variable(band("charging_kw", "kW", "power drawn by vehicles", mean));
    v.discharging = declare.variable(band("discharging_kw", "kW", "power returned by vehicles", mean));
    v.ev = declare.variable(band("ev_kw", "kW", "net power of vehicles", mean));
    v.ev_q = declare.variable(band("ev_kvar", "kvar", "reactive power drawn by vehicles", sample));
    v.arrivals = declare.variable(band("arrivals", "1", "plug-ins", count));
    v.departures = declare.variable(band("departures", "1", "unplugs", count));
    if (kinds.has_generators) {
        v.generated = declare.variable(band("generated_kw", "kW", "power fed in by generators", mean));
        v.curtailed = declare.variable(band("curtailed_kw", "kW", "power that generators could feed in besides", mean));
    }
    if (!kinds.balanced) v.phases = declare_phases(declare);
    if (kinds.has_zones)
        v.zone_ev = declare.variable(
            along("zone", band("zone_ev_kw", "kW", "net power of vehicles per zone, of the control steps", mean)));
    v.unsolved = declare.variable(band("unsolved", "1", unsolved_meaning, sample, 3));
    return v;
}

/// The signals that are read at the marks, and the power of connectors at every control step where there are zones.
struct Signals {
    SubscriptionTo<signals::state_of_charge> state_of_charge;
    SubscriptionTo<signals::fleet_reactive_power> fleet_reactive_power;
    SubscriptionTo<signals::vehicles_connected> vehicles_connected;
    SubscriptionTo<signals::supply_voltage> supply_voltage;
    SubscriptionTo<signals::unbalance> unbalance{};
    SubscriptionTo<signals::neutral_current> neutral_current{};
    SubscriptionTo<signals::power> power{};

    Signals(OutputExchange& exchange, bool balanced, bool has_zones)
        : state_of_charge(exchange.subscribe(signals::state_of_charge)),
          fleet_reactive_power(exchange.subscribe(signals::fleet_reactive_power)),
          vehicles_connected(exchange.subscribe(signals::vehicles_connected)),
          supply_voltage(exchange.subscribe(signals::supply_voltage)) {
        if (!balanced) unbalance = exchange.subscribe(signals::unbalance);
        if (!balanced) neutral_current = exchange.subscribe(signals::neutral_current);
        if (has_zones) power = exchange.subscribe(signals::power);
    }
};

/// What all recorders of one study share.
struct Frame {
    Marks marks;
    SupplyGroups supply;
    bool balanced;
    std::size_t zones;
    Variables variables;
    Signals signals;
};

/// The arrays of one replica, by mark and, where they have one, by their other dimension.
struct Arrays {
    std::vector<double> demand, source, loss, vmin, vmax, mean_soc, plugged_in, charging, discharging, ev, ev_q, arrivals,
        departures, generated, curtailed;
    std::vector<double> unbalance, neutral, phase_vmin, phase_vmax;  ///< only where phases are distinguished
    std::vector<double> zone_ev;
    std::vector<double> unsolved;

    explicit Arrays(const Frame& frame) {
        const std::size_t marks = frame.marks.size();
        for (auto* array : {&demand, &source, &loss, &mean_soc, &plugged_in, &charging, &discharging, &ev, &ev_q, &arrivals,
                            &departures, &generated, &curtailed, &unsolved})
            array->assign(marks, 0.0);
        for (auto* array : {&vmin, &vmax}) array->assign(marks, not_a_number);
        zone_ev.assign(marks * frame.zones, 0.0);
        if (frame.balanced) return;
        for (auto* array : {&unbalance, &neutral}) array->assign(marks, not_a_number);
        for (auto* array : {&phase_vmin, &phase_vmax}) array->assign(marks * frame.supply.size(), not_a_number);
    }
};

class SeriesRecorder final : public Recorder {
   public:
    SeriesRecorder(const Frame& frame, const Population& population)
        : frame_(frame),
          marks_(frame.marks),
          connectors_(population.connectors),
          soc_(population),
          stationary_(static_cast<double>(std::count_if(population.sessions.begin(), population.sessions.end(), never_leaves))),
          zones_(frame.zones),
          arrays_(frame),
          solved_h_(marks_.size(), 0.0),
          connector_kw_(population.connectors.size(), 0.0) {
        const auto& zone = connectors_.zone;
        EVSWEEP_EXPECTS(zones_ == 0 || std::all_of(zone.begin(), zone.end(), [this](auto z) { return z < zones_; }),
                        "every connector is in a zone that outputs know of");
    }

    void at(const Snapshot& s) override {
        const auto m = marks_.interval_of(s.now);
        if (!m) return;
        if (marks_.at(s.now)) note(*m, s);
        sample_zones(*m, s);
    }
    void over(const Interval& i) override {
        const auto m = marks_.interval_of(i.begin);
        if (!m) return;
        arrays_.charging[*m] += i.charged_kwh;
        arrays_.discharging[*m] += i.discharged_kwh;
        arrays_.generated[*m] += i.generated_kwh;
        arrays_.curtailed[*m] += i.curtailed_kwh;
        if (!i.solved) return;
        solved_h_[*m] += hours(i.end - i.begin);
        arrays_.demand[*m] += i.load_kwh + i.charged_kwh - i.discharged_kwh;
        arrays_.source[*m] += i.source_kwh;
        arrays_.loss[*m] += i.loss_kwh;
    }
    /// Stays have both ends, so that counting them needs no stream of events. A stay that the horizon cuts ends with
    /// it, which is in no interval.
    void session_ended(const SessionRecord& r) override {
        if (never_leaves(r.session)) return;
        if (const auto m = marks_.interval_of(r.session.plug_in)) arrays_.arrivals[*m] += 1.0;
        if (const auto m = marks_.interval_of(r.end)) arrays_.departures[*m] += 1.0;
    }
    void finish(Recorded& recorded) override {
        close_zone_interval();
        take_means();
        const Variables& v = frame_.variables;
        recorded.put(v.demand, std::move(arrays_.demand));
        recorded.put(v.source, std::move(arrays_.source));
        recorded.put(v.loss, std::move(arrays_.loss));
        recorded.put(v.vmin, std::move(arrays_.vmin));
        recorded.put(v.vmax, std::move(arrays_.vmax));
        recorded.put(v.mean_soc, std::move(arrays_.mean_soc));
        recorded.put(v.plugged_in, std::move(arrays_.plugged_in));
        recorded.put(v.charging, std::move(arrays_.charging));
        recorded.put(v.discharging, std::move(arrays_.discharging));
        recorded.put(v.ev, std::move(arrays_.ev));
        recorded.put(v.ev_q, std::move(arrays_.ev_q));
        recorded.put(v.arrivals, std::move(arrays_.arrivals));
        recorded.put(v.departures, std::move(arrays_.departures));
        if (v.phases) put_phases(*v.phases, recorded);
        if (v.generated) recorded.put(*v.generated, std::move(arrays_.generated));
        if (v.curtailed) recorded.put(*v.curtailed, std::move(arrays_.curtailed));
        if (v.zone_ev) recorded.put(*v.zone_ev, std::move(arrays_.zone_ev));
        recorded.put(v.unsolved, std::move(arrays_.unsolved));
    }

   private:
    /// Energies become mean powers: of the whole interval where they are always known, of its solved steps where they are not.
    void take_means() {
        for (std::size_t m = 0; m < marks_.size(); ++m) {
            arrays_.charging[m] /= marks_.hours_of(m);
            arrays_.discharging[m] /= marks_.hours_of(m);
            arrays_.generated[m] /= marks_.hours_of(m);
            arrays_.curtailed[m] /= marks_.hours_of(m);
            arrays_.ev[m] = arrays_.charging[m] - arrays_.discharging[m];
            for (auto* energy : {&arrays_.demand, &arrays_.source, &arrays_.loss})
                (*energy)[m] = solved_h_[m] > 0.0 ? (*energy)[m] / solved_h_[m] : not_a_number;
        }
    }
    void put_phases(const PhaseVariables& v, Recorded& recorded) {
        recorded.put(v.unbalance, std::move(arrays_.unbalance));
        recorded.put(v.neutral, std::move(arrays_.neutral));
        recorded.put(v.vmin, std::move(arrays_.phase_vmin));
        recorded.put(v.vmax, std::move(arrays_.phase_vmax));
    }

    void note(std::size_t m, const Snapshot& s) {
        arrays_.mean_soc[m] = soc_.mean(s[frame_.signals.state_of_charge]);
        arrays_.ev_q[m] = s.value(frame_.signals.fleet_reactive_power);
        arrays_.plugged_in[m] = s.value(frame_.signals.vehicles_connected) - stationary_;  // which are there all the time
        arrays_.unsolved[m] = s.solved ? 0.0 : 1.0;
        if (!s.solved) return;
        const auto supply_pu = s[frame_.signals.supply_voltage];
        const VoltageRange range = frame_.supply.range(supply_pu);
        arrays_.vmin[m] = range.min_pu;
        arrays_.vmax[m] = range.max_pu;
        if (!frame_.balanced) note_phases(m, s, supply_pu);
    }

    void note_phases(std::size_t m, const Snapshot& s, std::span<const double> supply_pu) {
        const std::size_t phases = frame_.supply.size();
        for (std::size_t k = 0; k < phases; ++k) {
            const VoltageRange range = frame_.supply.range(supply_pu, k);
            arrays_.phase_vmin[m * phases + k] = range.min_pu;
            arrays_.phase_vmax[m * phases + k] = range.max_pu;
        }
        for (const double factor : s[frame_.signals.unbalance])
            if (!(100.0 * factor <= arrays_.unbalance[m]) && !std::isnan(factor)) arrays_.unbalance[m] = 100.0 * factor;
        for (const double amperes : s[frame_.signals.neutral_current])
            if (!(amperes <= arrays_.neutral[m])) arrays_.neutral[m] = amperes;
    }

    /// Adds up whole columns, which the compiler can do several connectors at a time, and sorts them into zones only
    /// once per interval.
    void sample_zones(std::size_t m, const Snapshot& s) {
        if (zones_ == 0) return;
        if (m != zone_interval_) close_zone_interval();
        zone_interval_ = m;
        ++samples_;
        const auto p_kw = s[frame_.signals.power];
        const std::size_t n = connector_kw_.size();
        for (std::size_t c = 0; c < n; ++c) connector_kw_[c] += p_kw[c];
    }
    void close_zone_interval() {
        if (samples_ == 0) return;
        const double share = 1.0 / static_cast<double>(samples_);
        double* zone_kw = arrays_.zone_ev.data() + zone_interval_ * zones_;
        const auto& zone = connectors_.zone;
        if (!connectors_.kind.empty())  // generators are no vehicles
            for (std::size_t c = 0; c < zone.size(); ++c)
                if (connectors_.is_generator(ConnectorId(c))) connector_kw_[c] = 0.0;
        for (std::size_t c = 0; c < zone.size();) {  // neighbours are mostly of one zone: add them up before storing
            const auto z = zone[c];
            double kw = zone_kw[z];
            for (; c < zone.size() && zone[c] == z; ++c) kw += connector_kw_[c] * share;
            zone_kw[z] = kw;
        }
        std::fill(connector_kw_.begin(), connector_kw_.end(), 0.0);
        samples_ = 0;
    }

    const Frame& frame_;
    const Marks& marks_;
    const Connectors& connectors_;
    FleetSoc soc_;
    double stationary_;  // resources that are no vehicles
    std::size_t zones_;
    Arrays arrays_;
    std::vector<double> solved_h_;      // by interval
    std::vector<double> connector_kw_;  // sum of this interval's samples
    std::size_t zone_interval_ = 0;
    std::size_t samples_ = 0;
};

Frame frame_of(const Output::Context& context, const Params& params) {
    const Kinds kinds{is_balanced(*context.feeder), !context.zones.empty(), context.has_generators};
    return {Marks(context, params.every, "every"),
            SupplyGroups(*context.feeder),
            kinds.balanced,
            context.zones.size(),
            declare_variables(context.declare, kinds),
            Signals(context.exchange, kinds.balanced, kinds.has_zones)};
}

class Series final : public Output {
   public:
    static constexpr std::string_view name = "series";
    static constexpr bool is_default = true;
    static const Schema<Params>& schema() {
        static const auto schema =
            Schema<Params>(
                "demand, losses, voltage and fleet over time, as bands over the replicas; kW are means over the "
                "interval from each mark, voltages, states of charge and kvar are as they are at the mark")
                .optional("every", &Params::every, "distance of the marks; at least one control step", above(0))
                .in_steps("every", &Params::every);
        return schema;
    }

    Series(const Params& params, const Context& context) : frame_(frame_of(context, params)) {
        context.declare.coordinate(frame_.marks.coordinate());
        if (!frame_.balanced)
            context.declare.coordinate(
                {.name = "phase",
                 .long_name = "wires that loads see: phase or leg to earth (a) or to the neutral (a-n), or phase to phase",
                 .labels = frame_.supply.names()});
        if (frame_.zones > 0)
            context.declare.coordinate({.name = "zone", .long_name = "place of the connectors", .labels = context.zones});
    }

    [[nodiscard]] std::unique_ptr<Recorder> start(const Start& start) const override {
        return std::make_unique<SeriesRecorder>(frame_, *start.population);
    }

   private:
    Frame frame_;
};

const bool registered = add_plugin<Output, Series>();

}  // namespace
}  // namespace evsweep
