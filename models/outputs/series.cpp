/// Output `series`: the course of the day at regular marks, put together as bands over the replicas.

#include <algorithm>
#include <chrono>
#include <vector>

#include "evsweep/contracts.hpp"
#include "evsweep/plugins.hpp"
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
    arrivals,
    departures,
    zone_ev,
    places
};

Variable band(std::string name, std::string unit, std::string long_name, int decimals = 1) {
    Variable v;
    v.name = std::move(name);
    v.unit = std::move(unit);
    v.long_name = std::move(long_name);
    v.dims = {"time"};
    v.aggregation = Aggregation::bands;
    v.decimals = decimals;
    return v;
}

std::vector<Variable> described() {
    std::vector<Variable> list(places);
    list[demand] = band("demand_kw", "kW", "demand (base load and vehicles)");
    list[source] = band("source_kw", "kW", "power from the source, with losses");
    list[loss] = band("loss_kw", "kW", "power lost in the feeder");
    list[vmin] = band("vmin_pu", "pu", "lowest voltage at any bus", 4);
    list[mean_soc] = band("mean_soc", "1", "mean state of charge of all vehicles, there or not", 3);
    list[plugged_in] = band("plugged_in", "1", "vehicles plugged in");
    list[charging] = band("charging_kw", "kW", "power drawn by vehicles, mean over the interval from the mark");
    list[discharging] = band("discharging_kw", "kW", "power returned by vehicles, mean over the interval from the mark");
    list[ev] = band("ev_kw", "kW", "net power of vehicles, mean over the interval from the mark");
    list[arrivals] = band("arrivals", "1", "plug-ins in the interval from the mark");
    list[departures] = band("departures", "1", "unplugs in the interval from the mark");
    list[zone_ev] = band("zone_ev_kw", "kW", "net power of vehicles per zone, mean of the control steps from the mark");
    list[zone_ev].dims.emplace_back("zone");
    return list;
}

class SeriesRecorder final : public Recorder {
   public:
    SeriesRecorder(const Marks& marks, const Population& population, std::size_t zones)
        : marks_(marks),
          connectors_(population.connectors),
          soc_(population),
          zones_(zones),
          arrays_(places, std::vector<double>(marks.size(), 0.0)),
          connector_kw_(population.connectors.size(), 0.0) {
        for (const Place p : {demand, source, loss, vmin}) arrays_[p].assign(marks.size(), not_a_number);
        arrays_[zone_ev].assign(marks.size() * zones, 0.0);
        const auto& zone = connectors_.zone;
        EVSWEEP_EXPECTS(zones == 0 || std::all_of(zone.begin(), zone.end(), [zones](auto z) { return z < zones; }),
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
        }
        if (zones_ == 0) arrays_.pop_back();
        return std::move(arrays_);
    }

   private:
    void note(std::size_t m, const Snapshot& s) {
        arrays_[mean_soc][m] = soc_.mean(s);
        arrays_[plugged_in][m] = static_cast<double>(s.plugged_in.size());
        if (!s.solved) return;
        arrays_[demand][m] = demand_kw(s);
        arrays_[source][m] = s.source_kw;
        arrays_[loss][m] = s.loss_kw;
        arrays_[vmin][m] = range_of(s.voltage_pu).min_pu;
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
        for (std::size_t c = 0; c < connector_kw_.size(); ++c) {
            zone_kw[connectors_.zone[c]] += connector_kw_[c] * share;
            connector_kw_[c] = 0.0;
        }
        samples_ = 0;
    }

    const Marks& marks_;
    const Connectors& connectors_;
    FleetSoc soc_;
    std::size_t zones_;
    std::vector<std::vector<double>> arrays_;
    std::vector<double> connector_kw_;  // sum of this interval's samples
    std::size_t zone_interval_ = 0;
    std::size_t samples_ = 0;
};

class Series final : public Output {
   public:
    static constexpr std::string_view name = "series";
    static const Schema<Params>& schema() {
        static const auto schema = Schema<Params>("demand, losses, voltage and fleet over time, as bands over the replicas")
                                       .optional("every", &Params::every, "distance of the marks", above(0));
        return schema;
    }

    Series(const Params& params, const Context& context) : marks_(context, params.every, "every"), zones_(context.zones) {}

    [[nodiscard]] std::vector<Variable> variables() const override {
        auto list = described();
        if (zones_.empty()) list.pop_back();
        return list;
    }
    [[nodiscard]] std::vector<Coordinate> coordinates() const override {
        std::vector<Coordinate> list{marks_.coordinate()};
        if (!zones_.empty()) list.push_back({.name = "zone", .long_name = "place of the connectors", .labels = zones_});
        return list;
    }
    [[nodiscard]] std::unique_ptr<Recorder> start(const Start& start) const override {
        return std::make_unique<SeriesRecorder>(marks_, *start.population, zones_.size());
    }

   private:
    Marks marks_;
    std::vector<std::string> zones_;
};

const bool registered = add_plugin<Output, Series>();

}  // namespace
}  // namespace evsweep
