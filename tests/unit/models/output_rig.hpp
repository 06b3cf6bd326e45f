/// A two-hour day on a two-bus feeder, small enough to work out by hand, that is played to any output.
#pragma once

#include <chrono>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "evsweep/output.hpp"
#include "evsweep/plugins.hpp"
#include "sites.hpp"

namespace evsweep::rig {

using std::chrono::minutes;

/// One control step: what its snapshot shows, then the energies until the next.
struct Step {
    double load_kw, charging_kw, discharging_kw, loss_kw, end_pu, current_a, price;
    double charged_kwh, discharged_kwh;
    bool solved = true;
    std::vector<double> p_kw{0.0, 0.0, 0.0};
    std::vector<double> soc{0.2, 0.4, 0.9};
    std::vector<ConnectorId> plugged_in{};
    double ev_kvar = 0.0;
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

/// Two buses and a line rated at 100 A, three connectors in two zones, four vehicles.
struct Rig {
    FeederSite feeder = make_site({{.name = "source"}, {.name = "end", .load_kw = 400, .rating_a = 100}}, 400);
    Population fleet;
    Output::Context context;

    Rig() {
        context.calendar = Calendar(std::chrono::local_days(std::chrono::year(2025) / 1 / 6) + std::chrono::hours(12));
        context.step = minutes(30);
        context.horizon = minutes(120);
        context.feeder = &feeder;
        context.zones = {"north", "south"};
        context.connectors = 3;
        context.voltage_min_pu = 0.945;
        context.voltage_max_pu = 1.05;
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

    [[nodiscard]] std::unique_ptr<Output> make(const std::string& type,
                                               const std::vector<std::pair<std::string, std::string>>& settings = {}) const {
        Node node = Node::make_map({});
        for (const auto& [key, value] : settings)
            node.entries.push_back({Node::make_scalar(key, {}), Node::make_scalar(value, {})});
        Issues issues;
        Reader reader{issues};
        const auto configured = plugins<Output>().at(type).configure(node, "outputs." + type, reader);
        if (!configured) throw std::runtime_error(to_text(issues.list().front()));
        return configured->make(context);
    }
    [[nodiscard]] std::unique_ptr<Recorder> record(const Output& output, std::size_t replica = 0) const {
        return output.start({ReplicaId(replica), &fleet});
    }
    void play(Recorder& recorder, const std::vector<Step>& day) const {
        for (std::size_t k = 0; k < day.size(); ++k) {
            show(recorder, day[k], k);
            book(recorder, day[k], k);
        }
    }

   private:
    [[nodiscard]] Instant instant(std::size_t k) const { return Instant(context.step * static_cast<std::int64_t>(k)); }

    void show(Recorder& recorder, const Step& step, std::size_t k) const {
        Snapshot s;
        s.now = instant(k);
        s.step = k;
        s.solved = step.solved;
        s.charging_kw = step.charging_kw;
        s.discharging_kw = step.discharging_kw;
        s.ev_kvar = step.ev_kvar;
        s.p_kw = step.p_kw;
        s.soc = step.soc;
        s.plugged_in = step.plugged_in;
        s.price = step.price;
        s.sell_price = 0.6 * step.price;
        const std::vector<double> voltage{1.02, step.end_pu};
        const std::vector<double> current{0.0, step.current_a};
        if (step.solved) {
            s.load_kw = step.load_kw;
            s.loss_kw = step.loss_kw;
            s.source_kw = step.load_kw + step.charging_kw - step.discharging_kw + step.loss_kw;
            s.voltage_pu = s.supply_pu = voltage;
            s.current_a = current;
        }
        recorder.at(s);
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
    return r;
}

}  // namespace evsweep::rig
