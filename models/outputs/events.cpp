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

class EventRecorder final : public Recorder {
   public:
    explicit EventRecorder(Instant measure_from) : measure_from_(measure_from) {}

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
    [[nodiscard]] std::vector<std::vector<double>> finish() override {
        std::vector<std::vector<double>> arrays;
        for (auto* column : {&time_h_, &kind_, &connector_, &soc_, &p_kw_, &device_, &state_})
            arrays.push_back(std::move(*column));
        return arrays;
    }

   private:
    Instant measure_from_;
    std::vector<double> time_h_, kind_, connector_, soc_, p_kw_, device_, state_;
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

class Events final : public Output {
   public:
    static constexpr std::string_view name = "events";
    static const Schema<Params>& schema() {
        static const auto schema = Schema<Params>("log of plug-ins, thresholds, measurements and decisions, for chosen replicas")
                                       .optional("replicas", &Params::replicas, "which replicas, counted from 0", at_least(0));
        return schema;
    }

    Events(const Params& params, const Context& context) : replicas_(params.replicas), measure_from_(context.measure_from) {}

    /// The dimension `event` has no coordinate: its length differs from replica to replica.
    [[nodiscard]] std::vector<Variable> variables() const override {
        std::vector<Variable> list{
            column("time_h", "h", "time of the event", 4),
            column("kind", "1", "what happened", 0),
            column("connector", "1", "number of the connector; NaN where none is concerned", 0),
            column("soc", "1", "state of charge at the connector", 3),
            column("p_kw", "kW", "power drawn at the connector after the event", 2),
            column("device", "1", "regulator or capacitor control, as in the feeder file; NaN for others", 0),
            column("state", "1", "its tap, or its steps that are on, after the event", 5)};
        list[0].display = Display::clock;
        list[1].display = Display::category;
        list[1].meanings.assign(std::begin(event_kind_names), std::end(event_kind_names));
        return list;
    }
    [[nodiscard]] bool wants_events() const override { return true; }
    [[nodiscard]] std::unique_ptr<Recorder> start(const Start& start) const override {
        if (std::count(replicas_.begin(), replicas_.end(), static_cast<int>(start.replica.index())) == 0) return nullptr;
        return std::make_unique<EventRecorder>(measure_from_);
    }

   private:
    std::vector<int> replicas_;
    Instant measure_from_;
};

const bool registered = add_plugin<Output, Events>();

}  // namespace
}  // namespace evsweep
