/// A two-hour day on a two-bus feeder, small enough to work out by hand, that is played to any output.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "evsweep/document.hpp"
#include "evsweep/output.hpp"
#include "evsweep/plugins.hpp"
#include "unit/models/shown_signals.hpp"
#include "unit/models/sites.hpp"

namespace evsweep::rig {

using std::chrono::minutes;
using Texts = std::vector<std::string>;
/// One control step: what its snapshot shows, then the energies until the next.
struct Step {
    double load_kw, charging_kw, discharging_kw, loss_kw, end_pu, current_a, price;
    double charged_kwh, discharged_kwh;
    bool solved = true;
    std::vector<double> p_kw{0.0, 0.0, 0.0};
    std::vector<double> soc{0.2, 0.4, 0.9};
    int connected = 0;
    double ev_kvar = 0.0;
    std::vector<double> drawn_kwh{0.0, 0.0, 0.0}, returned_kwh{0.0, 0.0, 0.0};  ///< of the stays now at the connectors
    double base_outside = std::numeric_limits<double>::quiet_NaN();  ///< whether the feeder without vehicles is outside the band
};

/// Demand 100, 290, 280, 200 kW and 50, 125, 145, 100 kWh at 0, 30, 60, 90 min; sold at 0.6 of the price. Vehicles draw 12 kvar
/// at 30 min and give 30 at 60.
inline std::vector<Step> worked_day() {
    std::vector<Step> day{{100, 0, 0, 2, 0.98, 50, 0.1, 0, 0},
                          {200, 90, 0, 9, 0.94, 101, 0.2, 25, 0},
                          {300, 0, 20, 8, 0.95, 100, 0.3, 5, 10},
                          {150, 50, 0, 4, 0.94, 20, 0.4, 25, 0}};
    day[1].ev_kvar = 12;
    day[2].ev_kvar = -30;
    return day;
}

/// All that a step shows on the feeder of two buses. What is electrical is NaN where the step has no solution.
inline Shown shown_by(const Step& step) {
    const auto electrical = [&](Values values) {
        if (!step.solved) std::fill(values.begin(), values.end(), std::nan(""));
        return values;
    };
    const Values voltages = electrical({1.02, step.end_pu});
    return {{"charging_power", {step.charging_kw}},
            {"discharging_power", {step.discharging_kw}},
            {"fleet_reactive_power", {step.ev_kvar}},
            {"power", step.p_kw},
            {"drawn_energy", step.drawn_kwh},
            {"returned_energy", step.returned_kwh},
            {"state_of_charge", step.soc},
            {"vehicles_connected", {static_cast<double>(step.connected)}},
            {"outside_band_without_vehicles", {step.base_outside}},
            {"price", {step.price}},
            {"sell_price", {0.6 * step.price}},
            {"load_power", electrical({step.load_kw})},
            {"loss_power", electrical({step.loss_kw})},
            {"feeder_head", electrical({step.load_kw + step.charging_kw - step.discharging_kw + step.loss_kw})},
            {"voltage", electrical(Values(3, step.end_pu))},
            {"supply_voltage", voltages},
            {"earth_voltage", voltages},
            {"conductor_current", electrical({0.0, step.current_a})}};
}

/// What a test finds of an output: what it declared, and, once it has been played, its arrays by name.
struct Made {
    OutputDeclarations declared;
    std::unique_ptr<Output> output;

    [[nodiscard]] const Variable& variable(const std::string& name) const {
        for (const Variable& v : declared.variables())
            if (v.name == name) return v;
        throw std::out_of_range("no variable " + name);
    }
    [[nodiscard]] const Coordinate& coordinate(const std::string& name) const {
        for (const Coordinate& c : declared.coordinates())
            if (c.name == name) return c;
        throw std::out_of_range("no coordinate " + name);
    }
    /// Ends a recorder; throws where it does not fill a variable.
    [[nodiscard]] std::map<std::string, Values> finish(Recorder& recorder) const {
        Recorded recorded(declared.variables().size());
        recorder.finish(recorded);
        std::map<std::string, Values> arrays;
        for (std::size_t v = 0; v < declared.variables().size(); ++v) {
            auto& array = recorded.arrays()[v];
            if (!array) throw std::logic_error("not filled: " + declared.variables()[v].name);
            arrays[declared.variables()[v].name] = std::move(*array);
        }
        return arrays;
    }
};

/// Two buses and a line rated at 100 A, three connectors in two zones and two groups, four vehicles.
struct Rig {
    FeederSite feeder = make_site({{.name = "source"}, {.name = "end", .load_kw = 400, .rating_a = 100}}, 400);
    Population fleet;
    std::function<VoltageBand(double nominal_v)> band_at = [](double) { return VoltageBand{0.945, 1.05}; };
    mutable ShownSignals signals;
    mutable std::vector<Fraction> levels;
    mutable OutputDeclarations unused;
    Output::Context context{.label = "it", .declare = unused, .exchange = signals, .levels = levels};

    Rig() {
        context.calendar = Calendar(std::chrono::local_days(std::chrono::year(2025) / 1 / 6) + std::chrono::hours(12));
        context.step = minutes(30);
        context.horizon = minutes(120);
        context.feeder = &feeder;
        context.zones = {"north", "south"};
        context.groups = {"homes", "offices"};
        context.connectors = 3;
        fleet.zones = context.zones;
        fleet.connectors.bus.assign(3, BusId(1));
        fleet.connectors.zone = {0, 1, 0};
        for (const double kwh : {40.0, 30.0, 50.0, 40.0}) {
            fleet.vehicles.capacity.push_back(KilowattHours(kwh));
            fleet.vehicles.stored_per_drawn.push_back(Fraction(0.9));
        }
        for (std::size_t c = 0; c < 2; ++c) fleet.sessions.push_back({ConnectorId(c), VehicleId(c)});
        fleet.stays.push_back({.group = "homes", .impossible = {2, 12.0}, .occupied = {1, 4.5}});
    }
    Rig(const Rig&) = delete;

    /// `settings`: a map, as YAML.
    [[nodiscard]] Made make(const std::string& type, const std::string& settings = "{}") const {
        Issues issues;
        Reader reader{issues};
        const Node node = parse_yaml(settings, "settings.yaml", issues);
        const auto configured = plugins<Output>().at(type).configure(node, "outputs." + type, reader);
        if (!configured) throw std::runtime_error(to_text(issues.list().front()));
        Made made;
        made.output = configured->make(context_with(made.declared));
        return made;
    }
    [[nodiscard]] std::unique_ptr<Recorder> record(const Made& made, std::size_t replica = 0) const {
        return made.output->start({ReplicaId(replica), &fleet});
    }
    void play(Recorder& recorder, const std::vector<Step>& day) const {
        for (std::size_t k = 0; k < day.size(); ++k) {
            signals.shown = shown_by(day[k]);
            recorder.at(Snapshot(instant(k), k, day[k].solved, signals));
            book(recorder, day[k], k);
        }
    }
    /// Plays the day, after the stays, and gives the arrays.
    [[nodiscard]] std::map<std::string, Values> played(const Made& made, const std::vector<Step>& day,
                                                       const std::vector<SessionRecord>& stays = {}) const {
        const auto recorder = record(made);
        for (const SessionRecord& s : stays) recorder->session_ended(s);
        play(*recorder, day);
        return made.finish(*recorder);
    }
    [[nodiscard]] Instant instant(std::size_t k) const { return Instant(context.step * static_cast<std::int64_t>(k)); }

   private:
    [[nodiscard]] Output::Context context_with(OutputDeclarations& declare) const {
        Output::Context copy{.label = context.label, .declare = declare, .exchange = signals, .levels = levels};
        copy.calendar = context.calendar;
        copy.step = context.step;
        copy.horizon = context.horizon;
        copy.measure_from = context.measure_from;
        copy.feeder = context.feeder;
        copy.zones = context.zones;
        copy.connectors = context.connectors;
        copy.bands = VoltageBands(feeder, band_at);
        copy.voltage_tolerance_pu = context.voltage_tolerance_pu;
        copy.loading_tolerance = context.loading_tolerance;
        copy.groups = context.groups;
        copy.sites = context.sites;
        return copy;
    }
    void book(Recorder& recorder, const Step& step, std::size_t k) const {
        Interval i;
        i.begin = instant(k);
        i.end = instant(k + 1);
        i.solved = step.solved;
        i.charged_kwh = step.charged_kwh;
        i.discharged_kwh = step.discharged_kwh;
        i.stored_kwh = 0.9 * step.charged_kwh;
        i.released_kwh = 1.25 * step.discharged_kwh;
        i.price = step.price;
        i.sell_price = 0.6 * step.price;
        if (step.solved) {
            i.load_kwh = step.load_kw * 0.5;
            i.loss_kwh = step.loss_kw * 0.5;
            i.source_kwh = i.load_kwh + i.charged_kwh - i.discharged_kwh + i.loss_kwh;
        }
        recorder.over(i);
    }
};

/// The same stay that came to the first level watched for at an instant, or never.
inline SessionRecord with_level(SessionRecord r, std::optional<Instant> reached) {
    static std::deque<std::optional<Instant>> kept;  // spans into it stay valid
    kept.push_back(reached);
    r.reached = {&kept.back(), 1};
    return r;
}

/// A stay from `from` to `to` that ends `short_by` below its target of 0.8.
inline SessionRecord stay(std::size_t vehicle, minutes from, minutes to, double capacity_kwh, double short_by = 0.0) {
    SessionRecord r;
    r.session.vehicle = VehicleId(vehicle);
    r.session.plug_in = Instant(from);
    r.session.unplug = Instant(to);
    r.session.target_soc = 0.8;
    r.end = Instant(to);
    r.final_soc = 0.8 - short_by;
    r.capacity_kwh = capacity_kwh;
    return with_level(r, std::nullopt);
}

/// A source with three phases, a bus with a neutral behind a branch of 100 A, and a lateral of phase a; an hour of two steps.
struct UnbalancedRig : Rig {
    UnbalancedRig() {
        using enum Conductor;
        feeder = make_site({{"source", "", 0.0, {a, b, c}}, {"end", "", 400.0, {a, b, c, n}, 100.0}, {"lateral", "", 0.0, {a}}},
                           400.0);
        context.horizon = minutes(60);
    }
    /// What a step shows of the electrical signals, in a fleet that does nothing. Nothing electrical: the step has no solution.
    [[nodiscard]] std::map<std::string, Values> played(const Made& made, const std::vector<Shown>& steps) const {
        const auto recorder = record(made);
        for (std::size_t k = 0; k < steps.size(); ++k) {
            signals.shown = shown_by({0, 0, 0, 0, 1, 0, 0, 0, 0, !steps[k].empty(), Values(3, 0.0), Values(3, 0.0)});
            for (const auto& [name, values] : steps[k]) signals.shown[name] = values;
            recorder->at(Snapshot(instant(k), k, !steps[k].empty(), signals));
        }
        return made.finish(*recorder);
    }
};

/// The band is 0.945 to 1.05 pu. The neutral at the end lifts to 0.02 and 0.05 pu, so that phase a to the neutral is lower than
/// to earth: in the second step it is below the band. There phase a is low at the lateral, too, and c to the neutral is high in
/// both.
inline std::vector<Shown> worked_hour() {
    const double none = std::nan("");
    return {{{"earth_voltage", {1.02, 1.02, 1.02, 0.99, 1.00, 1.06, 0.02, 0.98}},
             {"supply_voltage", {1.02, 1.02, 1.02, 0.97, 1.00, 1.06, 0.98}},
             {"conductor_current", {0, 0, 0, 50, 60, 40, 20, 10}},
             {"unbalance", {0.0, 0.015, none}},
             {"neutral_current", {20, 10}}},
            {{"earth_voltage", {1.02, 1.02, 1.02, 0.95, 1.01, 1.07, 0.05, 0.93}},
             {"supply_voltage", {1.02, 1.02, 1.02, 0.92, 1.01, 1.07, 0.93}},
             {"conductor_current", {0, 0, 0, 120, 30, 40, 90, 20}},
             {"unbalance", {0.001, 0.031, none}},
             {"neutral_current", {90, 20}}}};
}

}  // namespace evsweep::rig
