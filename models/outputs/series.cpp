/// Output `series`: the course of the day at regular marks, put together as bands over the replicas.

#include <algorithm>
#include <chrono>
#include <vector>

#include "evsweep/contracts.hpp"
#include "evsweep/plugins.hpp"
#include "outputs/feeder_phases.hpp"
#include "outputs/marks.hpp"
#include "outputs/snapshot_values.hpp"

namespace evsweep {
namespace {

struct Params {
    Duration every = std::chrono::minutes(15);
};

/// Places of the arrays, in the order of `variables()`.
enum Place : std::size_t {
    demand,
    source,
    loss,
    vmin,
    mean_soc,
    plugged_in,
    charging,
    discharging,
    ev,
    ev_q,
    arrivals,
    departures,
    unbalance,
    neutral,
    phase_vmin,
    phase_vmax,
    zone_ev,
    unsolved,
    places
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

std::vector<Variable> described() {
    using enum Sampling;
    std::vector<Variable> list(places);
    list[demand] = band("demand_kw", "kW", "demand (base load and vehicles)", mean);
    list[source] = band("source_kw", "kW", "power from the source, with losses", mean);
    list[loss] = band("loss_kw", "kW", "power lost in the feeder", mean);
    list[vmin] = band("vmin_pu", "pu", "lowest voltage at any bus", sample, 4);
    list[mean_soc] = band("mean_soc", "1", "mean state of charge of all vehicles, there or not", sample, 3);
    list[plugged_in] = band("plugged_in", "1", "vehicles plugged in", sample);
    list[charging] = band("charging_kw", "kW", "power drawn by vehicles", mean);
    list[discharging] = band("discharging_kw", "kW", "power returned by vehicles", mean);
    list[ev] = band("ev_kw", "kW", "net power of vehicles", mean);
    list[ev_q] = band("ev_kvar", "kvar", "reactive power drawn by vehicles", sample);
    list[arrivals] = band("arrivals", "1", "plug-ins", count);
    list[departures] = band("departures", "1", "unplugs", count);
    list[unbalance] = band("unbalance_pct", "%", "highest voltage unbalance factor |V2|/|V1| of all buses", sample, 2);
    list[neutral] = band("neutral_a", "A", "highest current in a neutral or back through earth", sample);
    list[phase_vmin] = band("phase_vmin_pu", "pu", "lowest voltage of the phase", sample, 4);
    list[phase_vmax] = band("phase_vmax_pu", "pu", "highest voltage of the phase", sample, 4);
    for (const Place p : {phase_vmin, phase_vmax}) list[p].dims.emplace_back("phase");
    list[zone_ev] = band("zone_ev_kw", "kW", "net power of vehicles per zone, of the control steps", mean);
    list[zone_ev].dims.emplace_back("zone");
    list[unsolved] = band("unsolved", "1", unsolved_meaning, sample, 3);
    for (const Place p : {demand, source, loss, vmin, unbalance, neutral, phase_vmin, phase_vmax})
        list[p].over_solved_steps = true;
    return list;
}

/// What all recorders of one study share.
struct Frame {
    Marks marks;
    SupplyGroups supply;
    bool balanced = true;
    std::vector<std::string> zones;

    [[nodiscard]] bool has(std::size_t place) const {
        if (place == zone_ev) return !zones.empty();
        if (place == unsolved) return true;
        return place < unbalance || !balanced;
    }
};

class SeriesRecorder final : public Recorder {
   public:
    SeriesRecorder(const Frame& frame, const Population& population)
        : frame_(frame),
          marks_(frame.marks),
          connectors_(population.connectors),
          soc_(population),
          zones_(frame.zones.size()),
          arrays_(places, std::vector<double>(marks_.size(), 0.0)),
          solved_h_(marks_.size(), 0.0),
          connector_kw_(population.connectors.size(), 0.0) {
        for (const Place p : {vmin, unbalance, neutral}) arrays_[p].assign(marks_.size(), not_a_number);
        for (const Place p : {phase_vmin, phase_vmax}) arrays_[p].assign(marks_.size() * frame.supply.size(), not_a_number);
        arrays_[zone_ev].assign(marks_.size() * zones_, 0.0);
        const auto& zone = connectors_.zone;
        EVSWEEP_EXPECTS(zones_ == 0 || std::all_of(zone.begin(), zone.end(), [this](auto z) { return z < zones_; }),
                        "every connector is in a zone that outputs were told of");
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
        arrays_[charging][*m] += i.charged_kwh;
        arrays_[discharging][*m] += i.discharged_kwh;
        if (!i.solved) return;
        solved_h_[*m] += hours(i.end - i.begin);
        arrays_[demand][*m] += i.load_kwh + i.charged_kwh - i.discharged_kwh;
        arrays_[source][*m] += i.source_kwh;
        arrays_[loss][*m] += i.loss_kwh;
    }
    /// Stays tell both ends, so that counting them needs no stream of events. A stay that the horizon cuts ends with
    /// it, which is in no interval.
    void session_ended(const SessionRecord& r) override {
        if (const auto m = marks_.interval_of(r.session.plug_in)) arrays_[arrivals][*m] += 1.0;
        if (const auto m = marks_.interval_of(r.end)) arrays_[departures][*m] += 1.0;
    }
    [[nodiscard]] std::vector<std::vector<double>> finish() override {
        close_zone_interval();
        for (std::size_t m = 0; m < marks_.size(); ++m) {
            arrays_[charging][m] /= marks_.hours_of(m);
            arrays_[discharging][m] /= marks_.hours_of(m);
            arrays_[ev][m] = arrays_[charging][m] - arrays_[discharging][m];
            for (const Place p : {demand, source, loss})  // of the solved steps; where there are none nobody knows
                arrays_[p][m] = solved_h_[m] > 0.0 ? arrays_[p][m] / solved_h_[m] : not_a_number;
        }
        std::vector<std::vector<double>> kept;
        for (std::size_t p = 0; p < places; ++p)
            if (frame_.has(p)) kept.push_back(std::move(arrays_[p]));
        return kept;
    }

   private:
    void note(std::size_t m, const Snapshot& s) {
        arrays_[mean_soc][m] = soc_.mean(s);
        arrays_[ev_q][m] = s.ev_kvar;
        arrays_[plugged_in][m] = static_cast<double>(s.plugged_in.size());
        arrays_[unsolved][m] = s.solved ? 0.0 : 1.0;
        if (!s.solved) return;
        arrays_[vmin][m] = frame_.supply.range(s).min_pu;
        if (!frame_.balanced) note_phases(m, s);
    }

    void note_phases(std::size_t m, const Snapshot& s) {
        const std::size_t phases = frame_.supply.size();
        for (std::size_t k = 0; k < phases; ++k) {
            const VoltageRange range = frame_.supply.range(s, k);
            arrays_[phase_vmin][m * phases + k] = range.min_pu;
            arrays_[phase_vmax][m * phases + k] = range.max_pu;
        }
        for (const double factor : s.unbalance)
            if (!(100.0 * factor <= arrays_[unbalance][m]) && !std::isnan(factor)) arrays_[unbalance][m] = 100.0 * factor;
        for (const double amperes : s.neutral_a)
            if (!(amperes <= arrays_[neutral][m])) arrays_[neutral][m] = amperes;
    }

    /// Adds up whole columns, which the compiler can do several connectors at a time, and sorts them into zones only
    /// once per interval.
    void sample_zones(std::size_t m, const Snapshot& s) {
        if (zones_ == 0) return;
        if (m != zone_interval_) close_zone_interval();
        zone_interval_ = m;
        ++samples_;
        const std::size_t n = connector_kw_.size();
        for (std::size_t c = 0; c < n; ++c) connector_kw_[c] += s.p_kw[c];
    }
    void close_zone_interval() {
        if (samples_ == 0) return;
        const double share = 1.0 / static_cast<double>(samples_);
        double* zone_kw = arrays_[zone_ev].data() + zone_interval_ * zones_;
        const auto& zone = connectors_.zone;
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
    std::size_t zones_;
    std::vector<std::vector<double>> arrays_;
    std::vector<double> solved_h_;      // by interval
    std::vector<double> connector_kw_;  // sum of this interval's samples
    std::size_t zone_interval_ = 0;
    std::size_t samples_ = 0;
};

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

    Series(const Params& params, const Context& context)
        : frame_{Marks(context, params.every, "every"), SupplyGroups(*context.feeder), is_balanced(*context.feeder),
                 context.zones} {}

    [[nodiscard]] std::vector<Variable> variables() const override {
        auto all = described();
        std::vector<Variable> list;
        for (std::size_t p = 0; p < places; ++p)
            if (frame_.has(p)) list.push_back(std::move(all[p]));
        return list;
    }
    [[nodiscard]] std::vector<Coordinate> coordinates() const override {
        std::vector<Coordinate> list{frame_.marks.coordinate()};
        if (!frame_.balanced)
            list.push_back(
                {.name = "phase",
                 .long_name = "wires that loads see: phase or leg to earth (a) or to the neutral (a-n), or phase to phase",
                 .labels = frame_.supply.names()});
        if (!frame_.zones.empty())
            list.push_back({.name = "zone", .long_name = "place of the connectors", .labels = frame_.zones});
        return list;
    }
    [[nodiscard]] std::unique_ptr<Recorder> start(const Start& start) const override {
        return std::make_unique<SeriesRecorder>(frame_, *start.population);
    }
    [[nodiscard]] bool wants_unbalance() const override { return true; }

   private:
    Frame frame_;
};

const bool registered = add_plugin<Output, Series>();

}  // namespace
}  // namespace evsweep
