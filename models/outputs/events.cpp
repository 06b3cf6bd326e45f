/// Output `events`: the log of a few chosen replicas, event by event.

#include <algorithm>
#include <vector>

#include "evsweep/plugins.hpp"
#include "outputs/snapshot_values.hpp"

namespace evsweep {
namespace {

struct Params {
    std::vector<int> replicas{0};
};

Variable column(std::string name, std::string unit, std::string long_name, int decimals) {
    Variable v;
    v.name = std::move(name);
    v.unit = std::move(unit);
    v.long_name = std::move(long_name);
    v.dims = {"event"};
    v.aggregation = Aggregation::trace;
    v.decimals = decimals;
    return v;
}

/// What is recorded of an event, in the order in which it is declared.
struct Columns {
    VariableHandle time_h, kind, connector, soc, p_kw, device, state;
};

/// The dimension `event` has no coordinate: its length differs from replica to replica.
Columns declare_columns(OutputDeclarations& declare) {
    Variable time = column("time_h", "h", "time of the event", 4);
    time.display = Display::clock;
    Variable kind = column("kind", "1", "what happened", 0);
    kind.display = Display::category;
    kind.meanings.assign(std::begin(event_kind_names), std::end(event_kind_names));
    Columns columns;
    columns.time_h = declare.variable(std::move(time));
    columns.kind = declare.variable(std::move(kind));
    columns.connector = declare.variable(column("connector", "1", "number of the connector; NaN where none is concerned", 0));
    columns.soc = declare.variable(column("soc", "1", "state of charge at the connector", 3));
    columns.p_kw = declare.variable(column("p_kw", "kW", "power drawn at the connector after the event", 2));
    columns.device =
        declare.variable(column("device", "1", "regulator or capacitor control, as in the feeder file; NaN for others", 0));
    columns.state = declare.variable(column("state", "1", "its tap, or its steps that are on, after the event", 5));
    return columns;
}

class EventRecorder final : public Recorder {
   public:
    EventRecorder(const Columns& columns, Instant measure_from) : columns_(columns), measure_from_(measure_from) {}

    void event(const EventRecord& e) override {
        if (e.at < measure_from_) return;
        time_h_.push_back(hours(e.at.time_since_epoch()));
        kind_.push_back(static_cast<double>(e.kind));
        connector_.push_back(e.connector ? static_cast<double>(e.connector->index()) : not_a_number);
        soc_.push_back(e.connector ? e.soc : not_a_number);
        p_kw_.push_back(e.connector ? e.p_kw : not_a_number);
        device_.push_back(e.device ? static_cast<double>(*e.device) : not_a_number);
        state_.push_back(e.device ? e.state : not_a_number);
    }
    void finish(Recorded& recorded) override {
        recorded.put(columns_.time_h, std::move(time_h_));
        recorded.put(columns_.kind, std::move(kind_));
        recorded.put(columns_.connector, std::move(connector_));
        recorded.put(columns_.soc, std::move(soc_));
        recorded.put(columns_.p_kw, std::move(p_kw_));
        recorded.put(columns_.device, std::move(device_));
        recorded.put(columns_.state, std::move(state_));
    }

   private:
    const Columns& columns_;
    Instant measure_from_;
    std::vector<double> time_h_, kind_, connector_, soc_, p_kw_, device_, state_;
};

class Events final : public Output {
   public:
    static constexpr std::string_view name = "events";
    static const Schema<Params>& schema() {
        static const auto schema = Schema<Params>("log of plug-ins, thresholds, measurements and decisions, for chosen replicas")
                                       .optional("replicas", &Params::replicas, "which replicas, counted from 0", at_least(0));
        return schema;
    }

    Events(const Params& params, const Context& context)
        : replicas_(params.replicas), measure_from_(context.measure_from), columns_(declare_columns(context.declare)) {}

    [[nodiscard]] bool wants_events() const override { return true; }
    [[nodiscard]] std::unique_ptr<Recorder> start(const Start& start) const override {
        if (std::count(replicas_.begin(), replicas_.end(), static_cast<int>(start.replica.index())) == 0) return nullptr;
        return std::make_unique<EventRecorder>(columns_, measure_from_);
    }

   private:
    std::vector<int> replicas_;
    Instant measure_from_;
    Columns columns_;
};

const bool registered = add_plugin<Output, Events>();

}  // namespace
}  // namespace evsweep
