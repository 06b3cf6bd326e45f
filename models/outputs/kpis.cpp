/// Output `kpis`: the numbers by which a planner compares controllers, one per replica.

#include <chrono>
#include <vector>

#include "evsweep/plugins.hpp"
#include "outputs/energy_kpis.hpp"
#include "outputs/kpi_events.hpp"
#include "outputs/phase_kpis.hpp"
#include "outputs/queue_kpis.hpp"
#include "outputs/site_kpis.hpp"
#include "outputs/violation_kpis.hpp"

namespace evsweep {
namespace {

using kpi::hour_of;
using kpi::Kpi;
using kpi::Tally;

/// So far below its target, as a share of its capacity, a battery counts as recharged.
constexpr Fraction recharged_within(0.01);

struct Params {
    Duration mark_every = std::chrono::hours(1);
    Fraction short_below{0.001};
    Fraction unbalance_limit{0.02};
    std::map<std::string, kpi::EventChoice> events;
};

std::vector<Kpi> voltage_kpis(const FeederSite& feeder) {
    return {
        {{.name = "vmin_pu", .unit = "pu", .long_name = "lowest voltage at any bus", .headline = true, .decimals = 4},
         [](const Tally& t) { return t.network.vmin_pu.value; }},
        {{.name = "vmin_bus",
          .unit = "1",
          .long_name = "bus with the lowest voltage",
          .display = Display::category,
          .meanings = feeder.bus,
          .decimals = 0},
         [&feeder](const Tally& t) {
             if (std::isnan(t.network.vmin_pu.value)) return not_a_number;
             return static_cast<double>(feeder.supply[t.network.vmin_at].bus);
         }},
        {{.name = "vmin_time_h",
          .unit = "h",
          .long_name = "time of the lowest voltage",
          .display = Display::clock,
          .decimals = 2},
         [](const Tally& t) { return hour_of(t.network.vmin_pu); }},
        {{.name = "vmin_mark_pu", .unit = "pu", .long_name = "lowest voltage at the marks", .decimals = 4},
         [](const Tally& t) { return t.network.vmin_mark_pu.value; }},
        {{.name = "vmax_pu",
          .unit = "pu",
          .long_name = "highest voltage at any bus",
          .headline = true,
          .decimals = 4,
          .notable_where = "minutes_above_band"},
         [](const Tally& t) { return t.network.vmax_pu.value; }},
    };
}

std::vector<Kpi> band_kpis() {
    return {
        {{.name = "minutes_outside_band",
          .unit = "min",
          .long_name = "time with a voltage outside the band",
          .headline = true,
          .decimals = 0},
         [](const Tally& t) { return t.network.minutes(t.network.steps_outside); }},
        {{.name = "minutes_below_band", .unit = "min", .long_name = "time with a voltage below the band", .decimals = 0},
         [](const Tally& t) { return t.network.minutes(t.network.steps_below); }},
        {{.name = "minutes_above_band",
          .unit = "min",
          .long_name = "time with a voltage above the band",
          .headline = true,
          .decimals = 0},
         [](const Tally& t) { return t.network.minutes(t.network.steps_above); }},
        {{.name = "minutes_002_outside_band",
          .unit = "min",
          .long_name = "time with a voltage more than 0.02 pu outside the band",
          .decimals = 0},
         [](const Tally& t) { return t.network.minutes(t.network.steps_far_outside[0]); }},
        {{.name = "minutes_005_outside_band",
          .unit = "min",
          .long_name = "time with a voltage more than 0.05 pu outside the band",
          .decimals = 0},
         [](const Tally& t) { return t.network.minutes(t.network.steps_far_outside[1]); }},
        {{.name = "beyond_band_max_pu", .unit = "pu", .long_name = "furthest that a voltage is outside the band", .decimals = 4},
         [](const Tally& t) { return t.network.beyond_band_pu.value; }},
        {{.name = "vehicle_minutes_outside_band",
          .unit = "min",
          .long_name = "time outside the band that vehicles cause",
          .headline = true,
          .decimals = 0},
         [](const Tally& t) { return t.network.minutes(t.network.steps_caused); }},
    };
}

std::vector<Kpi> loading_kpis() {
    return {
        {{.name = "overload_minutes",
          .unit = "min",
          .long_name = "time with a branch above its rating",
          .headline = true,
          .decimals = 0},
         [](const Tally& t) { return t.network.minutes(t.network.steps_overloaded); }},
        {{.name = "overload_110_minutes",
          .unit = "min",
          .long_name = "time with a branch above 110 % of its rating",
          .headline = true,
          .decimals = 0},
         [](const Tally& t) { return t.network.minutes(t.network.steps_deeply_overloaded[0]); }},
        {{.name = "overload_120_minutes",
          .unit = "min",
          .long_name = "time with a branch above 120 % of its rating",
          .headline = true,
          .decimals = 0},
         [](const Tally& t) { return t.network.minutes(t.network.steps_deeply_overloaded[1]); }},
        {{.name = "overload_kvah",
          .unit = "kVAh",
          .long_name = "energy carried beyond the ratings of branches",
          .headline = true,
          .decimals = 1},
         [](const Tally& t) { return t.network.solved_steps > 0 ? t.network.overload_kvah : not_a_number; }},
        {{.name = "loading_max_pct", .unit = "%", .long_name = "highest loading of a rated branch", .decimals = 1},
         [](const Tally& t) { return t.network.loading_pct.value; }},
    };
}

std::vector<Kpi> device_kpis() {
    return {
        {{.name = "tap_steps", .unit = "1", .long_name = "steps that tap changers moved", .decimals = 0},
         [](const Tally& t) { return t.energy.tap_steps; }},
        {{.name = "capacitor_switchings", .unit = "1", .long_name = "switchings of capacitors", .decimals = 0},
         [](const Tally& t) { return t.energy.switchings; }},
        {{.name = "unsolved_minutes",
          .unit = "min",
          .long_name = "time without a load-flow solution",
          .headline = true,
          .decimals = 0},
         [](const Tally& t) { return t.network.minutes(t.network.unsolved_steps); }},
    };
}

std::vector<Kpi> fleet_kpis() {
    return {
        {{.name = "charged_kwh", .unit = "kWh", .long_name = "energy drawn by vehicles", .decimals = 0},
         [](const Tally& t) { return t.energy.charged_kwh; }},
        {{.name = "v2g_kwh", .unit = "kWh", .long_name = "energy returned by vehicles", .headline = true, .decimals = 0},
         [](const Tally& t) { return t.energy.discharged_kwh; }},
        {{.name = "ev_kvar",
          .unit = "kvar",
          .long_name = "highest reactive power of vehicles, drawn or given",
          .headline = true,
          .decimals = 0},
         [](const Tally& t) { return t.network.ev_kvar.value; }},
        {{.name = "recharge_time",
          .unit = "h",
          .long_name = "mean time from plug-in to within 1 % of the target",
          .headline = true,
          .decimals = 2},
         [](const Tally& t) { return t.fleet.recharge_h(); }},
        {{.name = "unserved_kwh",
          .unit = "kWh",
          .long_name = "battery energy missing to the target at departure",
          .headline = true,
          .decimals = 1},
         [](const Tally& t) { return t.fleet.unserved_kwh(); }},
        {{.name = "owed_kwh",
          .unit = "kWh",
          .long_name = "battery energy still owed at the end: missing to the targets of vehicles then plugged in",
          .headline = true,
          .decimals = 1,
          .notable_beside = "charged_kwh",
          .notable_share = 0.001},
         [](const Tally& t) { return t.fleet.owed_kwh(); }},
        {{.name = "short_vehicles",
          .unit = "1",
          .long_name = "vehicles that left short of their target",
          .headline = true,
          .decimals = 1},
         [](const Tally& t) { return t.fleet.short_vehicles(); }},
        {{.name = "v2g_vehicles", .unit = "1", .long_name = "vehicles that returned energy", .decimals = 1},
         [](const Tally& t) { return t.fleet.v2g_vehicles(); }},
        {{.name = "cycles", .unit = "1", .long_name = "equivalent full cycles per vehicle while plugged in", .headline = true},
         [](const Tally& t) { return t.fleet.cycles(); }},
        {{.name = "dropped_sessions", .unit = "1", .long_name = "stays left out", .headline = true, .decimals = 1},
         [](const Tally& t) { return static_cast<double>(t.fleet.stays_asked().dropped().count); }},
        {{.name = "dropped_kwh",
          .unit = "kWh",
          .long_name = "energy that stays left out ask for; in no other row",
          .headline = true,
          .decimals = 1},
         [](const Tally& t) { return t.fleet.stays_asked().dropped().kwh; }},
        {{.name = "waiting_sessions",
          .unit = "1",
          .long_name = "stays that waited for their charging point",
          .headline = true,
          .decimals = 1},
         [](const Tally& t) { return static_cast<double>(t.fleet.stays_asked().waited.count); }},
    };
}

std::vector<Kpi> money_kpis() {
    return {
        {{.name = "purchases", .unit = "currency", .long_name = "paid for charging", .decimals = 2},
         [](const Tally& t) { return t.energy.purchases; }},
        {{.name = "sales", .unit = "currency", .long_name = "earned by returning energy", .decimals = 2},
         [](const Tally& t) { return t.energy.sales; }},
        {{.name = "net_cost",
          .unit = "currency",
          .long_name = "purchases less sales, without energy owed at the end",
          .headline = true,
          .decimals = 2},
         [](const Tally& t) { return t.energy.purchases - t.energy.sales; }},
        {{.name = "owed_cost",
          .unit = "currency",
          .long_name = "price at the end of the energy still owed",
          .headline = true,
          .decimals = 2,
          .notable_beside = "purchases",
          .notable_share = 0.001},
         [](const Tally& t) { return t.fleet.owed_drawn_kwh() * t.energy.price_at_end; }},
    };
}

/// What is read from load flows, and so from the solved steps only; minutes beyond limits count the other steps.
std::vector<Kpi> of_solved_steps(std::vector<Kpi> part) {
    for (Kpi& kpi : part) kpi.variable.over_solved_steps = kpi.variable.unit != "min";
    return part;
}

std::vector<Kpi> never_negative(std::vector<Kpi> part) {
    for (Kpi& kpi : part) kpi.variable.lowest = 0.0;
    return part;
}

/// Minutes are of the measured time, all of it at most.
void bound_minutes(std::vector<Kpi>& list, const kpi::Frame& frame) {
    for (Kpi& kpi : list) {
        if (kpi.variable.unit != "min") continue;
        kpi.variable.lowest = 0.0;
        kpi.variable.highest = 60.0 * hours(frame.end - frame.measure_from);
    }
}

std::vector<Kpi> all_kpis(const kpi::Frame& frame) {
    std::vector<Kpi> list;
    const FeederSite& feeder = frame.feeder;
    const auto add = [&list](std::vector<Kpi> part) {
        for (auto& kpi : part) list.push_back(std::move(kpi));
    };
    add(of_solved_steps(kpi::power_kpis()));
    add(of_solved_steps(kpi::energy_kpis()));
    if (frame.has_generators) add(kpi::generator_kpis());
    add(of_solved_steps(voltage_kpis(feeder)));
    add(of_solved_steps(band_kpis()));
    add(of_solved_steps(loading_kpis()));
    add(device_kpis());
    if (!frame.balanced) add(of_solved_steps(kpi::phase_kpis(frame)));
    add(never_negative(fleet_kpis()));
    add(money_kpis());
    if (!frame.sites.empty()) add(kpi::site_kpis(frame));
    add(kpi::violation_kpis(frame));
    bound_minutes(list, frame);
    if (frame.has_queues) add(kpi::queue_kpis());
    if (frame.has_trips) add(kpi::trip_kpis());
    return list;
}

/// A KPI that has been declared.
struct DeclaredKpi {
    VariableHandle variable;
    std::function<double(const Tally&)> value;
};

class KpiRecorder final : public Recorder {
   public:
    KpiRecorder(const kpi::Frame& frame, const std::vector<DeclaredKpi>& kpis, const Population& population)
        : kpis_(kpis),
          measure_from_(frame.measure_from),
          tally_{kpi::NetworkTally(frame), kpi::EnergyTally(frame.calendar), kpi::FleetTally(population, frame),
                 kpi::SiteTally(frame), kpi::QueueTally(population, frame.measure_from, frame.end)},
          has_queues_(frame.has_queues || frame.has_trips) {}

    void at(const Snapshot& s) override {
        if (s.now < measure_from_) return;
        tally_.network.see(s);
        tally_.sites.see(s);
    }
    void over(const Interval& i) override {
        if (i.begin < measure_from_) return;
        tally_.energy.see(i);
        tally_.fleet.see(i);
    }
    void session_ended(const SessionRecord& r) override {
        // Who leaves in the measured time counts, whenever they came; who is still there does as well.
        if (r.end < measure_from_) return;
        tally_.fleet.see(r);
        if (has_queues_) tally_.queue.see(r);
    }
    void finish(Recorded& recorded) override {
        for (const DeclaredKpi& kpi : kpis_) recorded.put(kpi.variable, kpi.value(tally_));
    }

   private:
    const std::vector<DeclaredKpi>& kpis_;
    Instant measure_from_;
    Tally tally_;
    bool has_queues_;
};

kpi::Limits limits_of(const Output::Context& context, const Params& params) {
    return {context.bands, context.voltage_tolerance_pu, context.loading_tolerance, params.unbalance_limit.value(),
            params.short_below.value()};
}

kpi::Frame frame_of(const Output::Context& context, const Params& params) {
    const FeederSite& feeder = *context.feeder;
    const bool balanced = is_balanced(feeder);
    RatedConductors rated(feeder);
    kpi::Signals signals(context.exchange, !rated.empty(), !balanced);
    if (!context.sites.empty()) signals.subscribe_to_sites(context.exchange);
    return {.feeder = feeder,
            .balanced = balanced,
            .has_generators = context.has_generators,
            .has_queues = !context.queues.empty(),
            .has_trips = context.has_trips,
            .calendar = context.calendar,
            .step = context.step,
            .measure_from = context.measure_from,
            .end = Instant(context.horizon),
            .marks = Marks(context, params.mark_every, "mark_every"),
            .rated = std::move(rated),
            .phases = LivePhases(feeder),
            .supply = SupplyGroups(feeder),
            .limits = limits_of(context, params),
            .signals = signals,
            .recharged = context.watch(recharged_within),
            .sites = context.sites};
}

class Kpis final : public Output {
   public:
    static constexpr std::string_view name = "kpis";
    static constexpr bool is_default = true;
    static const Schema<Params>& schema() {
        static const auto schema =
            Schema<Params>("peak, losses, voltages, service, wear and cost, one number per replica")
                .optional("mark_every", &Params::mark_every,
                          "distance of the marks at which the *_mark KPIs look; at least one control step", above(0))
                .in_steps("mark_every", &Params::mark_every)
                .optional("short_below", &Params::short_below,
                          "how far below its target a vehicle may leave without counting as short", between(0, 1))
                .optional("unbalance_limit", &Params::unbalance_limit,
                          "unbalance factor |V2|/|V1| above which unbalance_minutes counts; unbalanced feeders only",
                          between(0, 1))
                .optional(
                    "events", &Params::events,
                    "events whose probability is asked for, by name, e.g. `long_low: {kpi: minutes_below_band, above: 60}`");
        return schema;
    }

    Kpis(const Params& params, const Context& context) : frame_(frame_of(context, params)) {
        std::vector<Kpi> list = all_kpis(frame_);
        for (Kpi& event : kpi::chosen_events(params.events, list)) list.push_back(std::move(event));
        for (Kpi& kpi : list) {
            const VariableHandle variable = context.declare.variable(std::move(kpi.variable));
            kpis_.push_back({variable, std::move(kpi.value)});
        }
    }

    [[nodiscard]] std::unique_ptr<Recorder> start(const Start& start) const override {
        return std::make_unique<KpiRecorder>(frame_, kpis_, *start.population);
    }

   private:
    kpi::Frame frame_;
    std::vector<DeclaredKpi> kpis_;
};

const bool registered = add_plugin<Output, Kpis>();

}  // namespace
}  // namespace evsweep
