/// Output `stays`: who came when, what they asked for and what they got, stay by stay.

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "evsweep/plugins.hpp"
#include "outputs/snapshot_values.hpp"

namespace evsweep {
namespace {

struct Params {
    std::optional<std::vector<int>> replicas{};
};

/// What is recorded of a stay, in the order in which it is declared.
enum Column : std::size_t {
    connector,
    vehicle,
    group,
    bus,
    plug_in,
    unplug,
    stated_departure,
    initial_soc,
    target_soc,
    final_soc,
    capacity,
    charge_rating,
    asked,
    charged,
    discharged,
    missing,
    net_cost,
    is_whole,
    usual_columns
};

/// Of studies in which vehicles share charging points, or make trips, in this order.
struct Further {
    std::optional<VariableHandle> came{}, waited{}, outcome{}, charged_elsewhere{};
};

Variable declared(std::string name, std::string unit, std::string long_name, int decimals, Display display = Display::number) {
    Variable v;
    v.name = std::move(name);
    v.unit = std::move(unit);
    v.long_name = std::move(long_name);
    v.dims = {"stay"};
    v.aggregation = Aggregation::trace;
    v.display = display;
    v.decimals = decimals;
    return v;
}

/// The dimension `stay` has no coordinate: its length differs from replica to replica.
std::array<Variable, usual_columns> all_columns(const std::vector<std::string>& groups) {
    Variable group = declared("group", "1", "group of the population", 0, Display::category);
    group.meanings = groups;
    return {declared("connector", "1", "number of the charging point", 0),
            declared("vehicle", "1", "number of the vehicle", 0),
            std::move(group),
            declared("bus_place", "1", "place of its bus in /feeder/bus", 0),
            declared("plug_in_h", "h", "plug-in", 4, Display::clock),
            declared("unplug_h", "h", "departure, or the end of the study where that is earlier", 4, Display::clock),
            declared("stated_departure_h", "h", "departure that it states when it comes", 4, Display::clock),
            declared("initial_soc", "1", "state of charge at plug-in", 4),
            declared("target_soc", "1", "state of charge that it wants", 4),
            declared("final_soc", "1", "state of charge at departure", 4),
            declared("capacity_kwh", "kWh", "capacity of the battery", 2),
            declared("charge_rating_kw", "kW", "largest power drawn", 2),
            declared("asked_kwh", "kWh", "energy from the grid that the way from plug-in to target takes", 3),
            declared("charged_kwh", "kWh", "energy drawn from the grid", 3),
            declared("discharged_kwh", "kWh", "energy returned to the grid", 3),
            declared("missing_kwh", "kWh", "battery energy missing to the target at departure", 3),
            declared("net_cost", "currency", "paid for the energy drawn, less what the energy returned earned", 4),
            declared("is_whole", "1", "1: it ended by departure; 0: by the end of the study", 0)};
}

Further further_columns(const Output::Context& context) {
    Further further;
    if (!context.queues.empty()) {
        further.came = context.declare.variable(declared("came_h", "h", "coming, before it waits", 4, Display::clock));
        further.waited = context.declare.variable(declared("waited_h", "h", "wait for a shared charging point", 4));
        Variable outcome = declared("outcome", "1", "how the stay ended", 0, Display::category);
        outcome.meanings.assign(std::begin(stay_outcome_names), std::end(stay_outcome_names));
        further.outcome = context.declare.variable(std::move(outcome));
    }
    if (context.has_trips)
        further.charged_elsewhere = context.declare.variable(
            declared("charged_elsewhere_kwh", "kWh", "battery energy that the trip before took beyond what there was", 3));
    return further;
}

/// What all recorders of one study share.
struct Frame {
    std::array<VariableHandle, usual_columns> handles{};
    Instant measure_from;
    SubscriptionTo<signals::price> price;
    SubscriptionTo<signals::sell_price> sell_price;
    SubscriptionTo<signals::drawn_energy> drawn_energy;
    SubscriptionTo<signals::returned_energy> returned_energy;
    Further further{};
};

/// What the stays now at the connectors have cost, with energies read wherever a price changes.
class StayCosts {
   public:
    explicit StayCosts(std::size_t connectors) : cost_(connectors), drawn_kwh_(connectors), returned_kwh_(connectors) {}
    void see(const Frame& frame, const Snapshot& s) {
        const double buy = s.value(frame.price), sell = s.value(frame.sell_price);
        if (buy == buy_ && sell == sell_) return;
        const auto drawn = s[frame.drawn_energy], returned = s[frame.returned_energy];
        for (std::size_t c = 0; c < cost_.size(); ++c) book(c, drawn[c], returned[c]);
        buy_ = buy, sell_ = sell;
    }
    /// Of a stay that ends now; forgets it.
    [[nodiscard]] double of(std::size_t c, double drawn_kwh, double returned_kwh) {
        book(c, drawn_kwh, returned_kwh);
        drawn_kwh_[c] = returned_kwh_[c] = 0.0;
        return std::exchange(cost_[c], 0.0);
    }

   private:
    void book(std::size_t c, double drawn_kwh, double returned_kwh) {
        cost_[c] += (drawn_kwh - drawn_kwh_[c]) * buy_ - (returned_kwh - returned_kwh_[c]) * sell_;
        drawn_kwh_[c] = drawn_kwh, returned_kwh_[c] = returned_kwh;
    }

    std::vector<double> cost_, drawn_kwh_, returned_kwh_;  ///< by connector
    double buy_ = 0.0, sell_ = 0.0;
};

class StayRecorder final : public Recorder {
   public:
    StayRecorder(const Frame& frame, const Population& population)
        : frame_(frame), population_(population), costs_(population.connectors.size()) {}

    void at(const Snapshot& s) override { costs_.see(frame_, s); }
    void session_ended(const SessionRecord& r) override {
        const Session& s = r.session;
        const std::size_t c = s.connector.index();
        const double cost = costs_.of(c, r.charged_kwh, r.discharged_kwh);
        if (r.end < frame_.measure_from) return;
        const double asked_soc = std::max(0.0, s.target_soc - s.initial_soc);
        const double efficiency = population_.vehicles.stored_per_drawn[s.vehicle.index()];
        const auto put = [this](Column column, double value) { values_[column].push_back(value); };
        put(connector, static_cast<double>(c));
        put(vehicle, static_cast<double>(s.vehicle.index()));
        put(group, static_cast<double>(population_.connectors.group[c]));
        put(bus, static_cast<double>(population_.connectors.bus[c].index()));
        const bool was_plugged_in = r.outcome == StayOutcome::served || r.outcome == StayOutcome::swapped;
        put(plug_in, was_plugged_in ? hours(r.begin.time_since_epoch()) : not_a_number);
        put(unplug, hours(r.end.time_since_epoch()));
        put(stated_departure, hours(s.stated_departure.time_since_epoch()));
        put(initial_soc, s.initial_soc);
        put(target_soc, s.target_soc);
        put(final_soc, r.final_soc);
        put(capacity, r.capacity_kwh);
        put(charge_rating, population_.connectors.charge_rating[c]);
        put(asked, asked_soc * r.capacity_kwh / efficiency);
        put(charged, r.charged_kwh);
        put(discharged, r.discharged_kwh);
        put(missing, std::max(0.0, s.target_soc - r.final_soc) * r.capacity_kwh);
        put(net_cost, cost);
        put(is_whole, r.complete ? 1.0 : 0.0);
        came_.push_back(hours(s.plug_in.time_since_epoch()));
        waited_.push_back(hours(r.begin - s.plug_in));
        outcome_.push_back(static_cast<double>(r.outcome));
        charged_elsewhere_.push_back(r.charged_elsewhere_kwh);
    }
    void finish(Recorded& recorded) override {
        for (std::size_t k = 0; k < usual_columns; ++k) recorded.put(frame_.handles[k], std::move(values_[k]));
        const Further& further = frame_.further;
        for (auto& [handle, column] :
             {std::pair(further.came, &came_), std::pair(further.waited, &waited_), std::pair(further.outcome, &outcome_),
              std::pair(further.charged_elsewhere, &charged_elsewhere_)})
            if (handle) recorded.put(*handle, std::move(*column));
    }

   private:
    const Frame& frame_;
    const Population& population_;
    StayCosts costs_;
    std::array<std::vector<double>, usual_columns> values_;
    std::vector<double> came_, waited_, outcome_, charged_elsewhere_;
};

class Stays final : public Output {
   public:
    static constexpr std::string_view name = "stays";
    static const Schema<Params>& schema() {
        static const auto schema = Schema<Params>("every stay: plug-in, departure, states of charge, energy asked for and got")
                                       .optional("replicas", &Params::replicas, "which replicas, counted from 0; none: all");
        return schema;
    }

    Stays(const Params& params, const Context& context)
        : replicas_(params.replicas),
          frame_{{},
                 context.measure_from,
                 context.exchange.subscribe(signals::price),
                 context.exchange.subscribe(signals::sell_price),
                 context.exchange.subscribe(signals::drawn_energy),
                 context.exchange.subscribe(signals::returned_energy)} {
        auto variables = all_columns(context.groups);
        for (std::size_t k = 0; k < usual_columns; ++k) frame_.handles[k] = context.declare.variable(std::move(variables[k]));
        frame_.further = further_columns(context);
    }

    [[nodiscard]] std::unique_ptr<Recorder> start(const Start& start) const override {
        const auto wanted = static_cast<int>(start.replica.index());
        if (replicas_ && std::count(replicas_->begin(), replicas_->end(), wanted) == 0) return nullptr;
        return std::make_unique<StayRecorder>(frame_, *start.population);
    }

   private:
    std::optional<std::vector<int>> replicas_;
    Frame frame_;
};

const bool registered = add_plugin<Output, Stays>();

}  // namespace
}  // namespace evsweep
