/// Output `traces`: everything about a few chosen replicas, step by step, to look into what happened.

#include <algorithm>
#include <optional>
#include <vector>

#include "evsweep/contracts.hpp"
#include "evsweep/plugins.hpp"
#include "outputs/feeder_phases.hpp"
#include "outputs/marks.hpp"
#include "outputs/snapshot_values.hpp"

namespace evsweep {
namespace {

struct Params {
    std::vector<int> replicas{0};
    std::optional<Duration> every;
};

/// Places of the arrays, in the order of `variables()`.
enum Place : std::size_t {
    demand,
    source,
    loss,
    charging,
    discharging,
    vmin,
    mean_soc,
    voltage,
    earth_voltage,
    connector_p,
    connector_soc,
    places
};

Variable trace(std::string name, std::string unit, std::string long_name, std::vector<std::string> dims, int decimals = 2) {
    Variable v;
    v.name = std::move(name);
    v.unit = std::move(unit);
    v.long_name = std::move(long_name);
    v.dims = std::move(dims);
    v.aggregation = Aggregation::trace;
    v.sampling = Sampling::sample;
    v.decimals = decimals;
    return v;
}

/// Axes: the dimensions of the voltages.
std::vector<Variable> described(const std::string& supply_axis, const std::string& conductor_axis) {
    std::vector<Variable> list(places);
    list[demand] = trace("demand_kw", "kW", "demand (base load and vehicles)", {"time"});
    list[source] = trace("source_kw", "kW", "power from the source, with losses", {"time"});
    list[loss] = trace("loss_kw", "kW", "power lost in the feeder", {"time"});
    list[charging] = trace("charging_kw", "kW", "power drawn by vehicles", {"time"});
    list[discharging] = trace("discharging_kw", "kW", "power returned by vehicles", {"time"});
    list[vmin] = trace("vmin_pu", "pu", "lowest voltage at any bus", {"time"}, 4);
    list[mean_soc] = trace("mean_soc", "1", "mean state of charge of all vehicles, there or not", {"time"}, 3);
    list[voltage] = trace("voltage_pu", "pu", "voltage that loads see", {"time", supply_axis}, 4);
    list[earth_voltage] = trace("earth_voltage_pu", "pu", "voltage to earth", {"time", conductor_axis}, 4);
    list[connector_p] = trace("p_kw", "kW", "power drawn at the connector", {"time", "connector"});
    list[connector_soc] = trace("soc", "1", "state of charge of the connector's vehicle", {"time", "connector"}, 3);
    return list;
}

/// What all recorders of one study share.
struct Frame {
    Marks marks;
    const FeederSite& feeder;
    SupplyGroups supply;
    bool to_earth = true;  ///< loads everywhere see voltages to earth
    std::size_t connectors = 0;

    [[nodiscard]] bool has(std::size_t place) const {
        if (place == earth_voltage) return !to_earth;
        return place < connector_p || connectors > 0;
    }
};

class TraceRecorder final : public Recorder {
   public:
    TraceRecorder(const Frame& frame, const Population& population)
        : frame_(frame),
          marks_(frame.marks),
          soc_(population),
          arrays_(places, std::vector<double>(marks_.size(), not_a_number)) {
        arrays_[voltage].assign(marks_.size() * frame.feeder.supply.size(), not_a_number);
        arrays_[earth_voltage].assign(frame.to_earth ? 0 : marks_.size() * frame.feeder.conductor.size(), not_a_number);
        for (const Place p : {connector_p, connector_soc}) arrays_[p].assign(marks_.size() * frame.connectors, not_a_number);
    }

    void at(const Snapshot& s) override {
        const auto m = marks_.at(s.now);
        if (!m) return;
        arrays_[charging][*m] = s.charging_kw;
        arrays_[discharging][*m] = s.discharging_kw;
        arrays_[mean_soc][*m] = soc_.mean(s);
        put(s.p_kw, connector_p, *m);
        put(s.soc, connector_soc, *m);
        if (!s.solved) return;
        arrays_[demand][*m] = demand_kw(s);
        arrays_[source][*m] = s.source_kw;
        arrays_[loss][*m] = s.loss_kw;
        arrays_[vmin][*m] = frame_.supply.range(s).min_pu;
        put(s.supply_pu, voltage, *m);
        if (!frame_.to_earth) put(s.voltage_pu, earth_voltage, *m);
    }
    [[nodiscard]] std::vector<std::vector<double>> finish() override {
        std::vector<std::vector<double>> kept;
        for (std::size_t p = 0; p < places; ++p)
            if (frame_.has(p)) kept.push_back(std::move(arrays_[p]));
        return kept;
    }

   private:
    void put(std::span<const double> row, Place place, std::size_t m) {
        std::copy(row.begin(), row.end(), arrays_[place].begin() + static_cast<std::ptrdiff_t>(m * row.size()));
    }

    const Frame& frame_;
    const Marks& marks_;
    FleetSoc soc_;
    std::vector<std::vector<double>> arrays_;
};

class Traces final : public Output {
   public:
    static constexpr std::string_view name = "traces";
    static const Schema<Params>& schema() {
        static const auto schema =
            Schema<Params>(
                "power, voltage and state of charge of every bus and connector as they are at the marks, for chosen replicas")
                .optional("replicas", &Params::replicas, "which replicas, counted from 0", at_least(0))
                .optional("every", &Params::every, "distance of the marks; none: every control step", above(0));
        return schema;
    }

    Traces(const Params& params, const Context& context)
        : replicas_(params.replicas),
          frame_{Marks(context, params.every.value_or(context.step), "every"), *context.feeder, SupplyGroups(*context.feeder),
                 context.feeder->supplies_are_conductors(), context.connectors} {}

    [[nodiscard]] std::vector<Variable> variables() const override {
        auto all = described(supply_axis(frame_.feeder).name, conductor_axis(frame_.feeder).name);
        std::vector<Variable> list;
        for (std::size_t p = 0; p < places; ++p)
            if (frame_.has(p)) list.push_back(std::move(all[p]));
        return list;
    }
    [[nodiscard]] std::vector<Coordinate> coordinates() const override {
        std::vector<Coordinate> list{frame_.marks.coordinate(), supply_axis(frame_.feeder)};
        if (!frame_.to_earth) list.push_back(conductor_axis(frame_.feeder));
        if (frame_.connectors == 0) return list;
        list.push_back({.name = "connector", .unit = "1", .long_name = "number of the connector"});
        for (std::size_t c = 0; c < frame_.connectors; ++c) list.back().values.push_back(static_cast<double>(c));
        return list;
    }
    [[nodiscard]] std::unique_ptr<Recorder> start(const Start& start) const override {
        if (std::count(replicas_.begin(), replicas_.end(), static_cast<int>(start.replica.index())) == 0) return nullptr;
        const std::size_t here = start.population->connectors.size();
        EVSWEEP_EXPECTS(here == 0 || here == frame_.connectors, "every replica has the connectors that outputs were told of");
        return std::make_unique<TraceRecorder>(frame_, *start.population);
    }

   private:
    std::vector<int> replicas_;
    Frame frame_;
};

const bool registered = add_plugin<Output, Traces>();

}  // namespace
}  // namespace evsweep
