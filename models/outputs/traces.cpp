/// Output `traces`: everything about a few chosen replicas, step by step, to look into what happened.

#include <algorithm>
#include <optional>
#include <span>
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

/// What is recorded, in the order in which it is declared.
struct Variables {
    VariableHandle demand, source, loss, charging, discharging, vmin, mean_soc, voltage;
    std::optional<VariableHandle> earth_voltage;  ///< where these are not what loads see
    std::optional<VariableHandle> power, soc;     ///< where there are connectors
};

Variables declare_variables(OutputDeclarations& declare, const FeederSite& feeder, std::size_t connectors) {
    Variables v;
    v.demand = declare.variable(trace("demand_kw", "kW", "demand (base load and vehicles)", {"time"}));
    v.source = declare.variable(trace("source_kw", "kW", "power from the source, with losses", {"time"}));
    v.loss = declare.variable(trace("loss_kw", "kW", "power lost in the feeder", {"time"}));
    v.charging = declare.variable(trace("charging_kw", "kW", "power drawn by vehicles", {"time"}));
    v.discharging = declare.variable(trace("discharging_kw", "kW", "power returned by vehicles", {"time"}));
    v.vmin = declare.variable(trace("vmin_pu", "pu", "lowest voltage at any bus", {"time"}, 4));
    v.mean_soc = declare.variable(trace("mean_soc", "1", "mean state of charge of all vehicles, there or not", {"time"}, 3));
    v.voltage = declare.variable(trace("voltage_pu", "pu", "voltage that loads see", {"time", supply_axis(feeder).name}, 4));
    if (!feeder.supplies_are_conductors())
        v.earth_voltage =
            declare.variable(trace("earth_voltage_pu", "pu", "voltage to earth", {"time", conductor_axis(feeder).name}, 4));
    if (connectors == 0) return v;
    v.power = declare.variable(trace("p_kw", "kW", "power drawn at the connector", {"time", "connector"}));
    v.soc = declare.variable(trace("soc", "1", "state of charge of the connector's vehicle", {"time", "connector"}, 3));
    return v;
}

/// The signals that are read at the marks.
struct Signals {
    SubscriptionTo<signals::feeder_head> feeder_head;
    SubscriptionTo<signals::load_power> load_power;
    SubscriptionTo<signals::loss_power> loss_power;
    SubscriptionTo<signals::charging_power> charging_power;
    SubscriptionTo<signals::discharging_power> discharging_power;
    SubscriptionTo<signals::supply_voltage> supply_voltage;
    SubscriptionTo<signals::power> power;
    SubscriptionTo<signals::state_of_charge> state_of_charge;
    SubscriptionTo<signals::earth_voltage> earth_voltage{};

    Signals(OutputExchange& exchange, const FeederSite& feeder)
        : feeder_head(exchange.subscribe(signals::feeder_head)),
          load_power(exchange.subscribe(signals::load_power)),
          loss_power(exchange.subscribe(signals::loss_power)),
          charging_power(exchange.subscribe(signals::charging_power)),
          discharging_power(exchange.subscribe(signals::discharging_power)),
          supply_voltage(exchange.subscribe(signals::supply_voltage)),
          power(exchange.subscribe(signals::power)),
          state_of_charge(exchange.subscribe(signals::state_of_charge)) {
        if (!feeder.supplies_are_conductors()) earth_voltage = exchange.subscribe(signals::earth_voltage);
    }
};

/// What all recorders of one study share.
struct Frame {
    const FeederSite& feeder;
    Marks marks;
    SupplyGroups supply;
    std::size_t connectors;
    Variables variables;
    Signals signals;
};

/// A column by mark, or by mark and place, that is filled row by row.
class Rows {
   public:
    Rows(std::size_t marks, std::size_t width) : values_(marks * width, not_a_number) {}
    void put(std::size_t m, double value) { values_[m] = value; }
    void put(std::size_t m, std::span<const double> row) {
        std::copy(row.begin(), row.end(), values_.begin() + static_cast<std::ptrdiff_t>(m * row.size()));
    }
    [[nodiscard]] std::vector<double> take() { return std::move(values_); }

   private:
    std::vector<double> values_;
};

class TraceRecorder final : public Recorder {
   public:
    TraceRecorder(const Frame& frame, const Population& population)
        : frame_(frame),
          soc_of_fleet_(population),
          voltage_(frame.marks.size(), frame.feeder.supply.size()),
          earth_voltage_(frame.variables.earth_voltage ? frame.marks.size() : 0, frame.feeder.conductor.size()),
          power_(frame.marks.size(), frame.connectors),
          soc_(frame.marks.size(), frame.connectors) {}

    void at(const Snapshot& s) override {
        const auto m = frame_.marks.at(s.now);
        if (!m) return;
        const Signals& read = frame_.signals;
        const double charging_kw = s.value(read.charging_power);
        const double discharging_kw = s.value(read.discharging_power);
        const auto soc = s[read.state_of_charge];
        charging_.put(*m, charging_kw);
        discharging_.put(*m, discharging_kw);
        mean_soc_.put(*m, soc_of_fleet_.mean(soc));
        power_.put(*m, s[read.power]);
        soc_.put(*m, soc);
        if (!s.solved) return;
        const auto supply_pu = s[read.supply_voltage];
        demand_.put(*m, demand_kw(s.value(read.load_power), charging_kw, discharging_kw));
        source_.put(*m, s.value(read.feeder_head));
        loss_.put(*m, s.value(read.loss_power));
        vmin_.put(*m, frame_.supply.range(supply_pu).min_pu);
        voltage_.put(*m, supply_pu);
        if (frame_.variables.earth_voltage) earth_voltage_.put(*m, s[read.earth_voltage]);
    }
    void finish(Recorded& recorded) override {
        const Variables& v = frame_.variables;
        recorded.put(v.demand, demand_.take());
        recorded.put(v.source, source_.take());
        recorded.put(v.loss, loss_.take());
        recorded.put(v.charging, charging_.take());
        recorded.put(v.discharging, discharging_.take());
        recorded.put(v.vmin, vmin_.take());
        recorded.put(v.mean_soc, mean_soc_.take());
        recorded.put(v.voltage, voltage_.take());
        if (v.earth_voltage) recorded.put(*v.earth_voltage, earth_voltage_.take());
        if (v.power) recorded.put(*v.power, power_.take());
        if (v.soc) recorded.put(*v.soc, soc_.take());
    }

   private:
    const Frame& frame_;
    FleetSoc soc_of_fleet_;
    Rows demand_{frame_.marks.size(), 1}, source_{demand_}, loss_{demand_}, charging_{demand_}, discharging_{demand_};
    Rows vmin_{demand_}, mean_soc_{demand_};
    Rows voltage_, earth_voltage_, power_, soc_;
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
          frame_{*context.feeder,
                 Marks(context, params.every.value_or(context.step), "every"),
                 SupplyGroups(*context.feeder),
                 context.connectors,
                 declare_variables(context.declare, *context.feeder, context.connectors),
                 Signals(context.exchange, *context.feeder)} {
        context.declare.coordinate(frame_.marks.coordinate());
        context.declare.coordinate(supply_axis(frame_.feeder));
        if (frame_.variables.earth_voltage) context.declare.coordinate(conductor_axis(frame_.feeder));
        if (frame_.connectors > 0) context.declare.coordinate(connector_axis(frame_.connectors));
    }

    [[nodiscard]] std::unique_ptr<Recorder> start(const Start& start) const override {
        if (std::count(replicas_.begin(), replicas_.end(), static_cast<int>(start.replica.index())) == 0) return nullptr;
        const std::size_t here = start.population->connectors.size();
        EVSWEEP_EXPECTS(here == 0 || here == frame_.connectors, "every replica has the connectors that outputs know of");
        return std::make_unique<TraceRecorder>(frame_, *start.population);
    }

   private:
    std::vector<int> replicas_;
    Frame frame_;
};

const bool registered = add_plugin<Output, Traces>();

}  // namespace
}  // namespace evsweep
