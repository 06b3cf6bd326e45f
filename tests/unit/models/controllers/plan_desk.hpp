/// A desk at which a planning controller is run through a study on a fake grid: stays come and go, batteries follow setpoints.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "evsweep/controller.hpp"
#include "evsweep/plugins.hpp"
#include "hand_exchange.hpp"
#include "unit/models/controllers/fake_grid.hpp"

namespace evsweep {

/// Batteries of 16 kWh at chargers of 3.6 kVA, 90 % efficient either way; the study starts at noon of 6 January 2025.
struct PlanFleet {
    Population population;
    std::vector<std::uint32_t> place;
    static constexpr double capacity_kwh = 16.0;
    static constexpr double rating_kw = 3.6;
    static constexpr double efficiency = 0.9;

    PlanFleet() { population.zones = {"all"}; }

    ConnectorId add_connector(std::uint32_t at_place = 0, double minimum_kw = 0.0, std::uint32_t level_set = 0) {
        auto& c = population.connectors;
        c.bus.push_back(BusId(at_place));
        c.zone.push_back(0);
        c.charge_rating.push_back(Kilowatts(rating_kw));
        c.discharge_rating.push_back(Kilowatts(rating_kw));
        c.apparent_rating.push_back(KilovoltAmperes(rating_kw));
        c.minimum_power.push_back(Kilowatts(minimum_kw));
        c.level_set.push_back(level_set);
        place.push_back(at_place);
        return ConnectorId(c.size() - 1);
    }
    /// A stay of a new vehicle, hours after the start.
    void add_stay(ConnectorId connector, double from_h, double until_h, double soc, double target = 1.0) {
        auto& v = population.vehicles;
        Session session;
        session.connector = connector;
        session.vehicle = VehicleId(v.size());
        session.plug_in = Instant(from_hours(from_h));
        session.unplug = session.stated_departure = Instant(from_hours(until_h));
        session.initial_soc = soc;
        session.target_soc = target;
        v.capacity.push_back(KilowattHours(capacity_kwh));
        v.stored_per_drawn.push_back(Fraction(efficiency));
        v.drawn_per_returned.push_back(Fraction(1.0 / efficiency));
        v.lowest_soc.push_back(Fraction(0.0));
        v.highest_soc.push_back(Fraction(1.0));
        v.reserve_soc.push_back(Fraction(0.0));
        v.taper_knee.push_back(Fraction(1.0));
        v.taper_end.push_back(Fraction(1.0));
        auto& s = population.sessions;
        const auto later = std::upper_bound(s.begin(), s.end(), session,
                                            [](const Session& a, const Session& b) { return a.plug_in < b.plug_in; });
        s.insert(later, session);
    }
    /// `count` vehicles of `place`, each at its own connector.
    void add(std::size_t count, std::uint32_t at_place, double from_h, double until_h, double soc, double target = 1.0) {
        for (std::size_t i = 0; i < count; ++i) add_stay(add_connector(at_place), from_h, until_h, soc, target);
    }
};

/// What a run gave.
struct PlanRun {
    std::vector<std::vector<double>> p_kw, q_kvar;  ///< [step][place]: what is set when a step begins
    struct Drawn {
        Instant at{};
        std::vector<double> p_kw, q_kvar;  ///< by place
    };
    std::vector<Drawn> at_decisions;  ///< when steps begin and, where the controller asks for it, at plug-ins
    std::vector<double> setpoints;    ///< kW of every connector at every decision, one after the other
    std::vector<double> final_soc;    ///< by session, when it ended
    std::vector<Counter> counters;
    std::vector<Remark> remarks;

    /// kW at a place after the decision at that time; not a number where there was none.
    [[nodiscard]] double drawn_at(Duration time, std::size_t at_place) const {
        for (const Drawn& drawn : at_decisions)
            if (drawn.at == Instant(time)) return drawn.p_kw[at_place];
        return std::numeric_limits<double>::quiet_NaN();
    }
    [[nodiscard]] double counter(const std::string& name) const {
        for (const Counter& c : counters)
            if (c.name == name) return c.value;
        return std::numeric_limits<double>::quiet_NaN();
    }
    [[nodiscard]] double total_kw(std::size_t step) const {
        double sum = 0.0;
        for (const double p : p_kw[step]) sum += p;
        return sum;
    }
    [[nodiscard]] bool tells(const std::string& part) const {
        return std::any_of(remarks.begin(), remarks.end(),
                           [&](const Remark& r) { return r.text.find(part) != std::string::npos; });
    }
};

class PlanDesk {
   public:
    PlanDesk(PlanFleet fleet, FakeGrid::Data data = {}) : fleet_(std::move(fleet)), grid(data, fleet_.place), step_(data.step) {}

    [[nodiscard]] PlanRun run(const std::string& yaml) {
        Issues issues;
        Reader reader{issues};
        const Node node = parse_yaml(yaml, "controller.yaml", issues);
        const auto configured = read_plugin<Controller>(node, "controllers.it", reader, "optimal_schedule");
        if (!configured) throw std::runtime_error(to_text(issues.list().front()));
        test::HandExchange exchange(fleet_.population.connectors.size());
        std::vector<ConnectorId> own;
        for (std::size_t c = 0; c < fleet_.population.connectors.size(); ++c) own.emplace_back(c);
        const auto controller = configured->make({.label = "it",
                                                  .exchange = exchange,
                                                  .connectors = fleet_.population.connectors,
                                                  .own = own,
                                                  .step = step_,
                                                  .calendar = calendar()});
        return play(*controller, exchange);
    }

    [[nodiscard]] static Calendar calendar() {
        return Calendar(std::chrono::local_days(std::chrono::year(2025) / 1 / 6) + std::chrono::hours(12));
    }

   private:
    PlanFleet fleet_;

   public:
    FakeGrid grid;
    double hours_of_study = 24.0;
    std::vector<double> buy, sell;         ///< by step; empty: the controller is told no prices
    const Population* expected = nullptr;  ///< a forecast of stays

   private:
    [[nodiscard]] PlanRun play(Controller& controller, test::HandExchange& exchange) {
        const std::size_t connectors = fleet_.population.connectors.size();
        present_.assign(connectors, none);
        soc_.assign(connectors, 0.0);
        arrived_.clear();
        SetpointTable setpoints(connectors);
        PlanRun run;
        run.final_soc.assign(fleet_.population.sessions.size(), -1.0);
        const Instant end(from_hours(hours_of_study));
        const bool asked_at_plug_in = controller.cadence().on_plug_in;
        for (now_ = Instant{}; now_ < end; now_ = next_instant()) {
            const bool is_step = now_.time_since_epoch() % step_ == Duration::zero();
            const bool has_come = come_and_go(setpoints, run);
            if (is_step || (has_come && asked_at_plug_in)) {
                decide(controller, exchange, setpoints);
                note(setpoints, is_step, run);
            }
            move(setpoints);
        }
        for (std::size_t c = 0; c < connectors; ++c)
            if (present_[c] != none) run.final_soc[present_[c]] = soc_[c];
        run.counters = controller.counters();
        run.remarks = controller.remarks();
        return run;
    }

    /// The next control step, or the next plug-in or unplugging where that comes before.
    [[nodiscard]] Instant next_instant() const {
        Instant next = now_ + step_ - now_.time_since_epoch() % step_;
        for (const Session& s : fleet_.population.sessions)
            for (const Instant t : {s.plug_in, s.unplug})
                if (t > now_) next = std::min(next, t);
        return next;
    }

    /// Returns whether somebody has come.
    bool come_and_go(SetpointTable& setpoints, PlanRun& run) {
        const auto& sessions = fleet_.population.sessions;
        for (std::size_t c = 0; c < present_.size(); ++c) {
            if (present_[c] == none || sessions[present_[c]].unplug > now_) continue;
            run.final_soc[present_[c]] = soc_[c];
            present_[c] = none;
            setpoints.set(ConnectorId(c), {}, {});
            std::erase(arrived_, ConnectorId(c));
        }
        bool has_come = false;
        for (std::size_t s = 0; s < sessions.size(); ++s) {
            if (sessions[s].plug_in != now_ || sessions[s].unplug <= now_) continue;
            const std::size_t c = sessions[s].connector.index();
            present_[c] = s;
            soc_[c] = sessions[s].initial_soc;
            arrived_.push_back(ConnectorId(c));
            has_come = true;
        }
        setpoints.accept();
        return has_come;
    }

    void decide(Controller& controller, test::HandExchange& exchange, SetpointTable& table) {
        const auto& population = fleet_.population;
        const std::size_t n = present_.size();
        std::vector<ConnectorId> plugged_in;
        std::vector<double> p_min(n, 0.0), p_max(n, 0.0), target(n, 0.0), reserve(n, 0.0), capacity(n, PlanFleet::capacity_kwh),
            stored(n, PlanFleet::efficiency), drawn(n, 1.0 / PlanFleet::efficiency), unity(n, 1.0), departure_ms(n, 0.0);
        for (std::size_t c = 0; c < n; ++c) {
            if (present_[c] == none) continue;
            const Session& session = population.sessions[present_[c]];
            plugged_in.push_back(ConnectorId(c));
            target[c] = session.target_soc;
            departure_ms[c] = static_cast<double>(session.stated_departure.time_since_epoch().count());
            p_max[c] = soc_[c] < session.target_soc ? PlanFleet::rating_kw : 0.0;
            p_min[c] = soc_[c] > 0.0 ? -PlanFleet::rating_kw : 0.0;
        }
        Connection seen;
        seen.now = now_;
        seen.calendar = calendar();
        seen.plugged_in = plugged_in;
        seen.arrived = arrived_;
        seen.p_min_kw = p_min, seen.p_max_kw = p_max;
        seen.connectors = &population.connectors;
        seen.level_sets = &population.level_sets;
        seen.horizon = Instant(from_hours(hours_of_study));
        exchange.show(signals::state_of_charge, soc_);
        exchange.show(signals::reserve_soc, reserve);
        exchange.show(signals::capacity, capacity);
        exchange.show(signals::stored_per_drawn, stored);
        exchange.show(signals::drawn_per_returned, drawn);
        exchange.show(signals::taper_knee, unity);
        exchange.show(signals::taper_end, unity);
        exchange.show(signals::target_soc, target);
        exchange.show(signals::stated_departure, departure_ms);
        offer(exchange);
        Turn turn = exchange.turn(now_);
        Setpoints setpoints(table);
        controller.decide(turn, seen, setpoints);
        for (const ConnectorId c : table.changed()) expect_followable(table, c, p_min, p_max);
        table.accept();
        arrived_.clear();
    }

    /// What plans are made with.
    void offer(test::HandExchange& exchange) {
        exchange.show_forecasts_by(step_);
        exchange.show(signals::price_forecast, buy);
        exchange.show(signals::sell_price_forecast, sell);
        exchange.offer(services::linear_grid, static_cast<GridModel*>(&grid));
        exchange.offer(services::foresight, static_cast<const Population*>(&fleet_.population));
        exchange.offer(services::arrivals, expected);
    }

    void expect_followable(const SetpointTable& setpoints, ConnectorId c, const std::vector<double>& p_min,
                           const std::vector<double>& p_max) const {
        const std::size_t i = c.index();
        const double p = setpoints.p_kw(c), q = setpoints.q_kvar(c), s = PlanFleet::rating_kw;
        const auto& population = fleet_.population;
        const bool is_good = present_[i] != none && p >= p_min[i] - 1e-9 && p <= p_max[i] + 1e-9 &&
                             p * p + q * q <= s * s * (1.0 + 1e-9) &&
                             is_step_of(population.connectors, population.level_sets, c, p);
        if (!is_good) throw std::runtime_error("connector " + std::to_string(i) + " cannot follow " + std::to_string(p) + " kW");
    }

    void note(const SetpointTable& setpoints, bool is_step, PlanRun& run) const {
        std::vector<double> p(grid.places(), 0.0), q(grid.places(), 0.0);
        for (std::size_t c = 0; c < present_.size(); ++c) {
            p[fleet_.place[c]] += setpoints.p_kw(ConnectorId(c));
            q[fleet_.place[c]] += setpoints.q_kvar(ConnectorId(c));
            run.setpoints.push_back(setpoints.p_kw(ConnectorId(c)));
        }
        run.at_decisions.push_back({now_, p, q});
        if (!is_step) return;
        run.p_kw.push_back(p);
        run.q_kvar.push_back(q);
    }

    void move(SetpointTable& setpoints) {
        for (std::size_t c = 0; c < present_.size(); ++c) {
            if (present_[c] == none) continue;
            const Session& session = fleet_.population.sessions[present_[c]];
            const double h = hours(next_instant() - now_);
            const double p = setpoints.p_kw(ConnectorId(c));
            const double before = soc_[c];
            soc_[c] += (p > 0.0 ? p * PlanFleet::efficiency : p / PlanFleet::efficiency) * h / PlanFleet::capacity_kwh;
            if (p > 0.0 && soc_[c] >= session.target_soc - 1e-12) {
                soc_[c] = std::max(before, session.target_soc);
                setpoints.set(ConnectorId(c), {}, Kilovars(setpoints.q_kvar(ConnectorId(c))));
            }
            if (p < 0.0 && soc_[c] <= 1e-12) soc_[c] = 0.0;
        }
        setpoints.accept();
    }

    static constexpr std::size_t none = static_cast<std::size_t>(-1);
    Duration step_;
    Instant now_{};
    std::vector<std::size_t> present_;  ///< by connector: the session there
    std::vector<double> soc_;
    std::vector<ConnectorId> arrived_;
};

}  // namespace evsweep
