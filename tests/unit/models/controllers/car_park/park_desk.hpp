/// A desk at which the controller of a car park is run through a day of hours: vehicles come and go, batteries follow setpoints,
/// the sun shines. It shares no code with the engine.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "evsweep/charging_need.hpp"
#include "evsweep/plugins.hpp"
#include "evsweep/service.hpp"
#include "models/agents/reserve_calls/signals.hpp"
#include "tests/hand_exchange.hpp"

namespace evsweep::test {

/// Batteries of 20 kWh, 2 of them untouchable, 80 % efficient either way, at 10 kW. Charger k has the bus k, with panels where it
/// is told so. Steps of an hour.
class ParkDesk {
   public:
    static constexpr double capacity_kwh = 20.0, lowest_soc = 0.1, efficiency = 0.8, rating_kw = 10.0;

    std::vector<double> buy, sell;          ///< by hour
    std::vector<double> sun;                ///< by hour, as a share of the rating of the panels
    std::vector<double> calls;              ///< by hour; none: nobody calls
    std::vector<std::vector<double>> p_kw;  ///< by hour, then by connection point: what is drawn
    std::vector<std::vector<double>> soc;   ///< by hour, then by connection point: at its end
    std::vector<std::string> faults;

    ParkDesk() { population_.zones = {"all"}; }

    ConnectorId add_point(std::size_t bus, double return_kw = rating_kw) {
        return add(bus, ResourceKind::vehicle, rating_kw, return_kw);
    }
    ConnectorId add_panels(std::size_t bus, double peak_kw) { return add(bus, ResourceKind::generation, 0.0, peak_kw); }
    void add_stay(ConnectorId point, double from_h, double until_h, double soc_then, double target) {
        Session session;
        session.connector = point;
        session.vehicle = VehicleId(population_.vehicles.size());
        session.plug_in = Instant(from_hours(from_h)), session.unplug = session.stated_departure = Instant(from_hours(until_h));
        session.initial_soc = soc_then, session.target_soc = target;
        population_.sessions.push_back(session);
        Vehicles& v = population_.vehicles;
        v.capacity.push_back(KilowattHours(capacity_kwh));
        v.stored_per_drawn.push_back(Fraction(efficiency)), v.drawn_per_returned.push_back(Fraction(1.0 / efficiency));
        v.lowest_soc.push_back(Fraction(lowest_soc)), v.highest_soc.push_back(Fraction(1.0)),
            v.reserve_soc.push_back(Fraction(lowest_soc));
        v.taper_knee.push_back(Fraction(1.0)), v.taper_end.push_back(Fraction(1.0));
    }
    Vehicles& vehicles() { return population_.vehicles; }

    void run(const std::string& yaml) {
        close();
        HandExchange exchange(size());
        const auto controller = make(yaml, exchange);
        play(*controller, exchange);
        counters_ = controller->counters();
        remarks_ = controller->remarks();
    }

    [[nodiscard]] double counter(const std::string& name) const {
        for (const Counter& c : counters_)
            if (c.name == name) return c.value;
        throw std::runtime_error("no counter " + name);
    }
    [[nodiscard]] std::vector<std::string> remarks() const {
        std::vector<std::string> texts;
        for (const Remark& r : remarks_) texts.push_back(r.text);
        return texts;
    }

   private:
    [[nodiscard]] std::size_t size() const { return population_.connectors.size(); }

    ConnectorId add(std::size_t bus, ResourceKind kind, double charge_kw, double return_kw) {
        Connectors& c = population_.connectors;
        c.bus.push_back(BusId(bus));
        c.zone.push_back(0);
        c.charge_rating.push_back(Kilowatts(charge_kw));
        c.discharge_rating.push_back(Kilowatts(return_kw));
        c.apparent_rating.push_back(KilovoltAmperes(std::max(charge_kw, return_kw)));
        c.minimum_power.push_back({});
        c.level_set.push_back(0);
        c.kind.push_back(kind);
        c.availability.push_back(0);
        return ConnectorId(size() - 1);
    }

    void close() {
        population_.availability = {sun};
        std::stable_sort(population_.sessions.begin(), population_.sessions.end(), [](const Session& a, const Session& b) {
            return std::pair(a.plug_in, a.connector) < std::pair(b.plug_in, b.connector);
        });
        for (std::size_t c = 0; c < size(); ++c)
            (population_.connectors.is_generator(ConnectorId(c)) ? panels_ : points_).push_back(ConnectorId(c));
    }

    std::unique_ptr<Controller> make(const std::string& yaml, HandExchange& exchange) const {
        Issues issues;
        Reader reader{.issues = issues, .step = std::chrono::hours(1)};
        const Node node = parse_yaml(yaml, "controller.yaml", issues);
        const auto configured = read_plugin<Controller>(node, "controllers.it", reader, "car_park");
        if (!configured) throw std::runtime_error(to_text(issues.list().front()));
        return configured->make({.label = "it",
                                 .exchange = exchange,
                                 .connectors = population_.connectors,
                                 .own = points_,
                                 .step = std::chrono::hours(1),
                                 .calendar = calendar(),
                                 .generators = &panels_});
    }

    [[nodiscard]] static Calendar calendar() { return Calendar(std::chrono::local_days(std::chrono::year(2025) / 1 / 6)); }

    void play(Controller& controller, HandExchange& exchange) {
        SetpointTable table(size());
        soc_.assign(size(), 0.0);
        for (const ConnectorId c : panels_) table.set(c, Kilowatts(-population_.connectors.discharge_rating[c.index()]), {});
        for (std::size_t hour = 0; hour < buy.size(); ++hour) {
            come_and_go(Instant(std::chrono::hours(hour)), table);
            decide(controller, exchange, table, hour);
            move(table, hour);
        }
    }

    void come_and_go(Instant now, SetpointTable& table) {
        plugged_in_.clear();
        present_.assign(size(), nullptr);
        for (const Session& s : population_.sessions) {
            if (s.unplug == now) table.set(s.connector, {}, {});
            if (s.plug_in > now || s.unplug <= now) continue;
            if (s.plug_in == now) soc_[s.connector.index()] = s.initial_soc;
            present_[s.connector.index()] = &s;
            plugged_in_.push_back(s.connector);
        }
        std::sort(plugged_in_.begin(), plugged_in_.end());
        table.accept();
    }

    void decide(Controller& controller, HandExchange& exchange, SetpointTable& table, std::size_t hour) {
        std::vector<double> p_min(size(), 0.0), p_max(size(), 0.0), target(size(), 0.0), departure(size(), 0.0);
        const auto all = [this](double value) { return std::vector<double>(size(), value); };
        for (const ConnectorId c : plugged_in_) {
            const std::size_t i = c.index();
            p_max[i] = soc_[i] < 1.0 ? rating_kw : 0.0;
            p_min[i] = soc_[i] > lowest_soc ? -population_.connectors.discharge_rating[i] : 0.0;
            target[i] = present_[i]->target_soc;
        }
        for (const ConnectorId c : panels_) p_min[c.index()] = -sun[hour] * population_.connectors.discharge_rating[c.index()];
        const std::vector<double> reserve = all(lowest_soc), capacity = all(capacity_kwh), stored = all(efficiency),
                                  drawn = all(1.0 / efficiency), unity = all(1.0);
        exchange.show(signals::state_of_charge, soc_), exchange.show(signals::target_soc, target);
        exchange.show(signals::reserve_soc, reserve), exchange.show(signals::capacity, capacity);
        exchange.show(signals::stored_per_drawn, stored), exchange.show(signals::drawn_per_returned, drawn);
        exchange.show(signals::taper_knee, unity), exchange.show(signals::taper_end, unity);
        exchange.show(signals::stated_departure, departure);
        exchange.show_forecasts_by(std::chrono::hours(1));
        exchange.show(signals::price_forecast, buy), exchange.show(signals::sell_price_forecast, sell);
        exchange.show(signals::price, buy[hour]), exchange.show(signals::sell_price, sell[hour]);
        exchange.show(signals::reserve_call, hour < calls.size() ? calls[hour] : 0.0);
        exchange.offer(services::foresight, static_cast<const Population*>(&population_));
        Connection seen;
        seen.now = Instant(std::chrono::hours(hour)), seen.horizon = Instant(std::chrono::hours(buy.size()));
        seen.calendar = calendar();
        seen.plugged_in = plugged_in_, seen.generators = panels_;
        seen.p_min_kw = p_min, seen.p_max_kw = p_max;
        seen.connectors = &population_.connectors, seen.level_sets = &population_.level_sets;
        Turn turn = exchange.turn(seen.now);
        Setpoints setpoints(table);
        controller.decide(turn, seen, setpoints);
        for (const ConnectorId c : table.changed()) note_fault(table, c, hour, p_min, p_max);
        table.accept();
    }

    void note_fault(const SetpointTable& table, ConnectorId c, std::size_t hour, const std::vector<double>& p_min,
                    const std::vector<double>& p_max) {
        const std::size_t i = c.index();
        const double lowest = population_.connectors.is_generator(c) ? -population_.connectors.discharge_rating[i] : p_min[i];
        if (table.p_kw(c) >= lowest - 1e-9 && table.p_kw(c) <= p_max[i] + 1e-9) return;
        faults.push_back(std::to_string(i) + " in hour " + std::to_string(hour) + ": " + std::to_string(table.p_kw(c)) + " kW");
    }

    void move(const SetpointTable& table, std::size_t hour) {
        p_kw.emplace_back(size(), 0.0);
        for (const ConnectorId c : plugged_in_) {
            const double p = table.p_kw(c);
            p_kw.back()[c.index()] = p;
            soc_[c.index()] += (p > 0.0 ? p * efficiency : p / efficiency) / capacity_kwh;
        }
        for (const ConnectorId c : panels_)
            p_kw.back()[c.index()] = std::max(table.p_kw(c), -sun[hour] * population_.connectors.discharge_rating[c.index()]);
        soc.push_back(soc_);
    }

    Population population_;
    std::vector<ConnectorId> points_, panels_, plugged_in_;
    std::vector<const Session*> present_;
    std::vector<double> soc_;
    std::vector<Counter> counters_;
    std::vector<Remark> remarks_;
};

}  // namespace evsweep::test
