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
    v.decimals = decimals;
    return v;
}

/// `axis`: the dimension of the voltages.
std::vector<Variable> described(const std::string& axis) {
    std::vector<Variable> list(places);
    list[demand] = trace("demand_kw", "kW", "demand (base load and vehicles)", {"time"});
    list[source] = trace("source_kw", "kW", "power from the source, with losses", {"time"});
    list[loss] = trace("loss_kw", "kW", "power lost in the feeder", {"time"});
    list[charging] = trace("charging_kw", "kW", "power drawn by vehicles", {"time"});
    list[discharging] = trace("discharging_kw", "kW", "power returned by vehicles", {"time"});
    list[vmin] = trace("vmin_pu", "pu", "lowest voltage at any bus", {"time"}, 4);
    list[mean_soc] = trace("mean_soc", "1", "mean state of charge of all vehicles, there or not", {"time"}, 3);
    list[voltage] = trace("voltage_pu", "pu", "voltage", {"time", axis}, 4);
    list[connector_p] = trace("p_kw", "kW", "power drawn at the connector", {"time", "connector"});
    list[connector_soc] = trace("soc", "1", "state of charge of the connector's vehicle", {"time", "connector"}, 3);
    return list;
}

class TraceRecorder final : public Recorder {
   public:
    TraceRecorder(const Marks& marks, const LiveConductors& live, const Population& population, std::size_t conductors,
                  std::size_t connectors)
        : marks_(marks),
          live_(live),
          soc_(population),
          conductors_(conductors),
          connectors_(connectors),
          arrays_(places, std::vector<double>(marks.size(), not_a_number)) {
        arrays_[voltage].assign(marks.size() * conductors, not_a_number);
        for (const Place p : {connector_p, connector_soc}) arrays_[p].assign(marks.size() * connectors, not_a_number);
    }

    void at(const Snapshot& s) override {
        const auto m = marks_.at(s.now);
        if (!m) return;
        arrays_[charging][*m] = s.charging_kw;
        arrays_[discharging][*m] = s.discharging_kw;
        arrays_[mean_soc][*m] = soc_.mean(s);
        put(s.p_kw, connector_p, *m * connectors_);
        put(s.soc, connector_soc, *m * connectors_);
        if (!s.solved) return;
        arrays_[demand][*m] = demand_kw(s);
        arrays_[source][*m] = s.source_kw;
        arrays_[loss][*m] = s.loss_kw;
        arrays_[vmin][*m] = live_.range(s).min_pu;
        put(s.voltage_pu, voltage, *m * conductors_);
    }
    [[nodiscard]] std::vector<std::vector<double>> finish() override {
        if (connectors_ == 0) arrays_.resize(connector_p);
        return std::move(arrays_);
    }

   private:
    void put(std::span<const double> row, Place place, std::size_t begin) {
        std::copy(row.begin(), row.end(), arrays_[place].begin() + static_cast<std::ptrdiff_t>(begin));
    }

    const Marks& marks_;
    const LiveConductors& live_;
    FleetSoc soc_;
    std::size_t conductors_;
    std::size_t connectors_;
    std::vector<std::vector<double>> arrays_;
};

class Traces final : public Output {
   public:
    static constexpr std::string_view name = "traces";
    static const Schema<Params>& schema() {
        static const auto schema =
            Schema<Params>("power, voltage and state of charge of every bus and connector over time, for chosen replicas")
                .optional("replicas", &Params::replicas, "which replicas, counted from 0", at_least(0))
                .optional("every", &Params::every, "distance of the marks; none: every control step", above(0));
        return schema;
    }

    Traces(const Params& params, const Context& context)
        : replicas_(params.replicas),
          marks_(context, params.every.value_or(context.step), "every"),
          feeder_(*context.feeder),
          live_(feeder_),
          connectors_(context.connectors) {}

    [[nodiscard]] std::vector<Variable> variables() const override {
        auto list = described(conductor_axis(feeder_).name);
        if (connectors_ == 0) list.resize(connector_p);
        return list;
    }
    [[nodiscard]] std::vector<Coordinate> coordinates() const override {
        std::vector<Coordinate> list{marks_.coordinate()};
        list.push_back(conductor_axis(feeder_));
        if (connectors_ == 0) return list;
        list.push_back({.name = "connector", .unit = "1", .long_name = "number of the connector"});
        for (std::size_t c = 0; c < connectors_; ++c) list.back().values.push_back(static_cast<double>(c));
        return list;
    }
    [[nodiscard]] std::unique_ptr<Recorder> start(const Start& start) const override {
        if (std::count(replicas_.begin(), replicas_.end(), static_cast<int>(start.replica.index())) == 0) return nullptr;
        const std::size_t here = start.population->connectors.size();
        EVSWEEP_EXPECTS(here == 0 || here == connectors_, "every replica has the connectors that outputs were told of");
        return std::make_unique<TraceRecorder>(marks_, live_, *start.population, feeder_.conductor.size(), connectors_);
    }

   private:
    std::vector<int> replicas_;
    Marks marks_;
    const FeederSite& feeder_;
    LiveConductors live_;
    std::size_t connectors_;
};

const bool registered = add_plugin<Output, Traces>();

}  // namespace
}  // namespace evsweep
