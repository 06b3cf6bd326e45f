/// A feeder of two buses, a fleet and parties made by hand, whose days can be worked out on paper.
#pragma once

#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "evsweep/agent.hpp"
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

/// The numbers of one snapshot.
struct Noted {
    Instant now{};
    bool solved = false;
    double source_kw = 0.0, source_kvar = 0.0, load_kw = 0.0, loss_kw = 0.0;
    double charging_kw = 0.0, ev_kvar = 0.0;
};

/// What a notebook reads; positions are its slots.
inline std::vector<RecordableSignal> noted_signals() {
    using namespace evsweep::signals;
    std::vector<RecordableSignal> list;
    for (const SignalInfo& info :
         {info_of(feeder_head), info_of(feeder_head_reactive), info_of(load_power), info_of(loss_power), info_of(charging_power),
          info_of(fleet_reactive_power), info_of(power), info_of(earth_voltage), info_of(unbalance)})
        list.push_back({.info = info});
    return list;
}

/// Keeps all that it is notified of.
class Notebook final : public Recorder {
   public:
    std::vector<Noted> snapshots;
    std::vector<Interval> intervals;
    std::vector<SessionRecord> stays;
    std::vector<EventRecord> events;
    std::vector<double> lowest_voltage;       ///< of the second conductor, pu; 0 where there is no solution
    std::vector<std::vector<double>> p_kw;    ///< by control step and connector
    std::vector<std::vector<double>> others;  ///< by control step: what else is recorded, one signal after the other

    void at(const Snapshot& s) override {
        const auto number = [&s](std::uint32_t slot) { return s.read(Slot{slot, 0})[0]; };
        snapshots.push_back({s.now, s.solved, number(0), number(1), number(2), number(3), number(4), number(5)});
        const auto kw = s.read(Slot{6, 0});
        p_kw.emplace_back(kw.begin(), kw.end());
        lowest_voltage.push_back(s.solved ? s.read(Slot{7, 0})[1] : 0.0);
        others.emplace_back();
        for (const std::uint32_t slot : other_slots) {
            const auto values = s.read(Slot{slot, 0});
            others.back().insert(others.back().end(), values.begin(), values.end());
        }
    }
    void over(const Interval& i) override { intervals.push_back(i); }
    void session_ended(const SessionRecord& r) override { stays.push_back(r); }
    void event(const EventRecord& e) override { events.push_back(e); }
    void finish(Recorded&) override {}

    std::vector<std::uint32_t> other_slots;

    [[nodiscard]] std::vector<Instant> instants_of(EventKind kind) const {
        std::vector<Instant> list;
        for (const auto& e : events)
            if (e.kind == kind) list.push_back(e.at);
        return list;
    }
};

/// An output that wants what a notebook keeps.
class WantsEvents final : public Output {
   public:
    [[nodiscard]] std::unique_ptr<Recorder> start(const Start&) const override { return nullptr; }
    [[nodiscard]] bool wants_events() const override { return true; }
};

/// A controller whose decision is a function given by the test.
struct ControllerByRule {
    using Rule = std::function<void(Turn&, const Connection&, Setpoints&)>;
    Cadence cadence;
    /// Declares, and gives the rule.
    std::function<Rule(const Controller::Context&)> declare;
};

/// One that declares nothing.
inline ControllerByRule by_rule(Cadence cadence, std::function<void(const Connection&, Setpoints&)> rule) {
    return {cadence, [rule = std::move(rule)](const Controller::Context&) {
                return [rule](Turn&, const Connection& seen, Setpoints& setpoints) { rule(seen, setpoints); };
            }};
}

/// Sets every arriving vehicle to `p_kw`.
inline ControllerByRule on_arrival(double p_kw, double q_kvar = 0.0) {
    return by_rule({.period = {}, .on_plug_in = true}, [=](const Connection& seen, Setpoints& setpoints) {
        for (ConnectorId c : seen.arrived) setpoints.set(c, Kilowatts(p_kw), Kilovars(q_kvar));
    });
}

/// An agent whose turn is a function given by the test.
struct AgentByRule {
    using Rule = std::function<void(Turn&)>;
    Cadence cadence;
    std::function<Rule(const Agent::Context&)> declare;
};

class RuledController final : public Controller {
   public:
    RuledController(const ControllerByRule& rule, const Context& context)
        : cadence_(rule.cadence), rule_(rule.declare(context)) {}
    [[nodiscard]] Cadence cadence() const override { return cadence_; }
    void decide(Turn& turn, const Connection& seen, Setpoints& setpoints) override { rule_(turn, seen, setpoints); }

   private:
    Cadence cadence_;
    ControllerByRule::Rule rule_;
};

class RuledAgent final : public Agent {
   public:
    RuledAgent(const AgentByRule& rule, const Context& context) : cadence_(rule.cadence), rule_(rule.declare(context)) {}
    [[nodiscard]] Cadence cadence() const override { return cadence_; }
    void act(Turn& turn) override { rule_(turn); }

   private:
    Cadence cadence_;
    AgentByRule::Rule rule_;
};

inline PartyChoice party(const std::string& label, const ControllerByRule& rule, std::vector<std::string> groups = {}) {
    Configured<Controller> configured;
    configured.label = configured.type = label;
    configured.make = [rule](const Controller::Context& context) { return std::make_unique<RuledController>(rule, context); };
    return {label, "controllers.it.parties." + label, std::move(configured), std::move(groups)};
}
inline PartyChoice party(const std::string& label, const AgentByRule& rule) {
    Configured<Agent> configured;
    configured.label = configured.type = label;
    configured.make = [rule](const Agent::Context& context) { return std::make_unique<RuledAgent>(rule, context); };
    return {label, "controllers.it.parties." + label, std::move(configured)};
}

/// All that the replicas of a test share.
class StudySite {
   public:
    StudySite(const Scenario& of, const Feeder& on, const std::vector<ChargingPlace>& places)
        : scenario(of),
          feeder(on),
          base(scenario, feeder),
          network(feeder, places),
          signals(noted_signals()),
          shared{scenario, feeder, base, network, {}, meters, channels, signals} {}
    StudySite(const StudySite&) = delete;

    /// One more signal that notebooks keep; before anything runs.
    void note(const SignalInfo& info, std::size_t size) {
        signals.push_back({.info = info, .members = {}, .size = size});
        shared.signals = signals;
    }

    const Scenario scenario;
    const Feeder& feeder;
    const BaseDemand base;
    const ChargingNetwork network;
    std::map<std::string, MeterSettings, std::less<>> meters;
    std::map<std::string, std::shared_ptr<const Channel>, std::less<>> channels;
    std::vector<RecordableSignal> signals;
    ReplicaSite shared;
};

struct Run {
    Notebook notes;
    ReplicaOutcome outcome;
    RunProfile profile;
};

/// One replica at a site under these parties.
inline Run run(StudySite& site, const Population& population, std::vector<PartyChoice> parties,
               const Population* expected = nullptr) {
    Run result;
    for (std::size_t slot = noted_signals().size(); slot < site.signals.size(); ++slot)
        result.notes.other_slots.push_back(static_cast<std::uint32_t>(slot));
    const Alternative alternative{.label = "it", .type = "it", .settings = {}, .parties = std::move(parties)};
    PartySet set(site.shared, &alternative, population, Rng(1, 0));
    Stopwatch watch(&result.profile, Activity::events);
    Ensemble ensemble(site.shared, watch);
    Replica& replica = ensemble.add(population, set, Rng(1, 0));
    replica.recording().add(result.notes, WantsEvents());
    if (expected) replica.expect_stays(*expected);
    result.outcome = ensemble.run().front();
    return result;
}

inline Run run(const Scenario& scenario, const Feeder& feeder, const Population& population, std::vector<PartyChoice> parties) {
    StudySite site(scenario, feeder, places_of(population.connectors));
    return run(site, population, std::move(parties));
}
inline Run run(const Scenario& scenario, const Feeder& feeder, const Population& population, const ControllerByRule& rule) {
    return run(scenario, feeder, population, std::vector<PartyChoice>{party("it", rule)});
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
    std::vector<PartyChoice> parties;
    parties.push_back({"it", "controllers.it", configured(name, yaml, scenario.time.step)});
    return run(scenario, two_buses(), population, std::move(parties));
}

}  // namespace evsweep::small_world
