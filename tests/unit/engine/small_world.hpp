/// A feeder of two buses and a fleet told by hand, whose days can be worked out on paper.
#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "evsweep/controller.hpp"
#include "evsweep/plugins.hpp"
#include "sim/engine/ensemble.hpp"

namespace evsweep::small_world {

/// Source - line - load bus; 10 kV, 1 + 1j ohm, 1000 kW + 200 kvar.
inline Feeder two_buses(double load_kw = 1000.0) {
    FeederDescription d;
    d.name = "two buses";
    d.buses = {{.id = "source", .nominal = Volts(10000.0)}, {.id = "village", .nominal = Volts(10000.0)}};
    BranchRow line;
    line.id = "line";
    line.from = "source";
    line.to = "village";
    line.series_ohm = {{1.0, 1.0}};
    line.shunt_s = {{0.0, 0.0}};
    d.branches = {line};
    d.loads = {{.id = "houses", .bus = "village", .p = Kilowatts(load_kw), .q = Kilovars(0.2 * load_kw)}};
    d.sources = {{.bus = "source"}};
    Issues issues;
    return build_feeder(d, {}, issues).value();
}

inline Scenario a_day(Duration step = std::chrono::minutes(1)) {
    Scenario s;
    s.time.step = step;
    s.time.duration = evsweep::one_day;
    return s;
}

/// One vehicle of 40 kWh, 10 kW either way, 90 % efficient either way, reserve 0.2.
struct Fleet {
    Population population;

    void add(Session session, double knee = 1.0) {
        auto& c = population.connectors;
        auto& v = population.vehicles;
        if (population.zones.empty()) population.zones = {"village"};
        session.connector = ConnectorId(c.size());
        session.vehicle = VehicleId(v.size());
        c.bus.push_back(BusId(1));
        c.zone.push_back(0);
        c.charge_rating.push_back(Kilowatts(10.0));
        c.discharge_rating.push_back(Kilowatts(10.0));
        c.apparent_rating.push_back(KilovoltAmperes(12.0));
        c.minimum_power.push_back(Kilowatts(1.0));
        c.level_set.push_back(0);
        v.capacity.push_back(KilowattHours(40.0));
        v.stored_per_drawn.push_back(Fraction(0.9));
        v.drawn_per_returned.push_back(Fraction(1.0 / 0.9));
        v.lowest_soc.push_back(Fraction(0.0));
        v.highest_soc.push_back(Fraction(1.0));
        v.reserve_soc.push_back(Fraction(0.2));
        v.taper_knee.push_back(Fraction(knee));
        v.taper_end.push_back(Fraction(0.1));
        population.sessions.push_back(session);
    }
};

/// A stay with plug-in and unplug in hours and states of charge.
inline Session stay(double plug_in_h, double unplug_h, double from, double to) {
    Session s;
    s.plug_in = Instant(from_hours(plug_in_h));
    s.unplug = Instant(from_hours(unplug_h));
    s.stated_departure = s.unplug;
    s.initial_soc = from;
    s.target_soc = to;
    return s;
}

/// Keeps all that it is told.
class Notebook final : public Recorder {
   public:
    std::vector<Snapshot> snapshots;  ///< their spans are dead; scalars only
    std::vector<Interval> intervals;
    std::vector<SessionRecord> stays;
    std::vector<EventRecord> events;
    std::vector<double> lowest_voltage;
    std::vector<std::vector<double>> p_kw;  ///< by control step and connector

    void at(const Snapshot& s) override {
        snapshots.push_back(s);
        p_kw.emplace_back(s.p_kw.begin(), s.p_kw.end());
        lowest_voltage.push_back(s.solved ? s.voltage_pu[1] : 0.0);
    }
    void over(const Interval& i) override { intervals.push_back(i); }
    void session_ended(const SessionRecord& r) override { stays.push_back(r); }
    void event(const EventRecord& e) override { events.push_back(e); }
    [[nodiscard]] std::vector<std::vector<double>> finish() override { return {}; }

    [[nodiscard]] std::vector<Instant> instants_of(EventKind kind) const {
        std::vector<Instant> list;
        for (const auto& e : events)
            if (e.kind == kind) list.push_back(e.at);
        return list;
    }
};

/// A controller whose decision is a function given by the test.
class Told final : public Controller {
   public:
    using Rule = std::function<void(const Observation&, Setpoints&)>;
    Told(Cadence cadence, Needs needs, Rule rule) : cadence_(cadence), needs_(needs), rule_(std::move(rule)) {}
    [[nodiscard]] Needs needs() const override { return needs_; }
    [[nodiscard]] Cadence cadence() const override { return cadence_; }
    void decide(const Observation& seen, Setpoints& setpoints) override { rule_(seen, setpoints); }

   private:
    Cadence cadence_;
    Needs needs_;
    Rule rule_;
};

/// Sets every arriving vehicle to `p_kw`.
inline Told on_arrival(double p_kw, double q_kvar = 0.0) {
    return {{.period = {}, .on_plug_in = true, .on_unplug = false}, {}, [=](const Observation& seen, Setpoints& setpoints) {
                for (ConnectorId c : seen.arrived) setpoints.set(c, p_kw, q_kvar);
            }};
}

struct Run {
    Notebook notes;
    ReplicaOutcome outcome;
};

inline Run run(const Scenario& scenario, const Feeder& feeder, const Population& population, Controller& controller) {
    Run result;
    const BaseDemand base(scenario, feeder);
    const ChargingNetwork network(feeder, places_of(population.connectors));
    const ReplicaSite site{scenario, feeder, base, network};
    Stopwatch watch;
    Ensemble ensemble(site, watch);
    ensemble.add(population, controller, Rng(1, 0)).record_with(result.notes, true);
    result.outcome = ensemble.run().front();
    return result;
}

/// A controller as YAML text asks for it, in a scenario of this step.
inline Configured<Controller> configured(const std::string& name, const std::string& yaml, Duration step) {
    Issues issues;
    Reader reader{.issues = issues, .step = step};
    auto read = read_plugin<Controller>(parse_yaml(yaml, "controller.yaml", issues), "controllers.it", reader, name);
    if (!read) throw std::runtime_error(issues.list().empty() ? "not read" : to_text(issues.list().front()));
    return std::move(*read);
}

inline Run run_configured(const std::string& name, const std::string& yaml, const Scenario& scenario,
                          const Population& population) {
    Controller::Context context;
    context.connectors = &population.connectors;
    context.step = scenario.time.step;
    context.calendar = scenario.time.start;
    const auto controller = configured(name, yaml, scenario.time.step).make(context);
    return run(scenario, two_buses(), population, *controller);
}

}  // namespace evsweep::small_world
