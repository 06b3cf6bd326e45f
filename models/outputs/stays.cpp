/// Output `stays`: who came when, what they asked for and what they got, stay by stay.

#include <algorithm>
#include <array>
#include <optional>
#include <string>
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
    is_whole,
    columns
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
std::array<Variable, columns> all_columns(const std::vector<std::string>& groups) {
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
            declared("is_whole", "1", "1: it ended by departure; 0: by the end of the study", 0)};
}

using Handles = std::array<VariableHandle, columns>;

class StayRecorder final : public Recorder {
   public:
    StayRecorder(const Handles& handles, Instant measure_from, const Population& population)
        : handles_(handles), measure_from_(measure_from), population_(population) {}

    void session_ended(const SessionRecord& r) override {
        if (r.end < measure_from_) return;
        const Session& s = r.session;
        const std::size_t c = s.connector.index();
        const double asked_soc = std::max(0.0, s.target_soc - s.initial_soc);
        const double efficiency = population_.vehicles.stored_per_drawn[s.vehicle.index()];
        const auto put = [this](Column column, double value) { values_[column].push_back(value); };
        put(connector, static_cast<double>(c));
        put(vehicle, static_cast<double>(s.vehicle.index()));
        put(group, static_cast<double>(population_.connectors.group[c]));
        put(bus, static_cast<double>(population_.connectors.bus[c].index()));
        put(plug_in, hours(s.plug_in.time_since_epoch()));
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
        put(is_whole, r.complete ? 1.0 : 0.0);
    }
    void finish(Recorded& recorded) override {
        for (std::size_t k = 0; k < columns; ++k) recorded.put(handles_[k], std::move(values_[k]));
    }

   private:
    const Handles& handles_;
    Instant measure_from_;
    const Population& population_;
    std::array<std::vector<double>, columns> values_;
};

class Stays final : public Output {
   public:
    static constexpr std::string_view name = "stays";
    static const Schema<Params>& schema() {
        static const auto schema = Schema<Params>("every stay: plug-in, departure, states of charge, energy asked for and got")
                                       .optional("replicas", &Params::replicas, "which replicas, counted from 0; none: all");
        return schema;
    }

    Stays(const Params& params, const Context& context) : replicas_(params.replicas), measure_from_(context.measure_from) {
        auto variables = all_columns(context.groups);
        for (std::size_t k = 0; k < columns; ++k) handles_[k] = context.declare.variable(std::move(variables[k]));
    }

    [[nodiscard]] std::unique_ptr<Recorder> start(const Start& start) const override {
        const auto wanted = static_cast<int>(start.replica.index());
        if (replicas_ && std::count(replicas_->begin(), replicas_->end(), wanted) == 0) return nullptr;
        return std::make_unique<StayRecorder>(handles_, measure_from_, *start.population);
    }

   private:
    std::optional<std::vector<int>> replicas_;
    Instant measure_from_;
    Handles handles_{};
};

const bool registered = add_plugin<Output, Stays>();

}  // namespace
}  // namespace evsweep
