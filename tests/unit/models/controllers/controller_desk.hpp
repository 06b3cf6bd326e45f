/// A desk at which a controller is fed by hand: rows of vehicles, a clock, and what the meters are said to show.
#pragma once

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "evsweep/controller.hpp"
#include "evsweep/plugins.hpp"
#include "hand_exchange.hpp"

namespace evsweep {

/// A controller's parameters as read from YAML text; problems go to `issues`.
inline std::optional<Configured<Controller>> configure_controller(const std::string& name, const std::string& yaml,
                                                                  Issues& issues) {
    Reader reader{issues};
    const Node node = yaml.empty() ? Node{} : parse_yaml(yaml, "controller.yaml", issues);
    return read_plugin<Controller>(node, "controllers.it", reader, name);
}

/// Lossless batteries of 40 kWh unless said otherwise; the scenario starts at noon of Monday, 6 January 2025.
class ControllerDesk {
   public:
    struct Car {
        double soc = 0.5;
        double target = 0.9;
        double departure_h = 20.0;  ///< hours after the start
        double charge_kw = 5.0;
        double return_kw = 10.0;
        double reserve = 0.2;
    };

    ConnectorId park(const Car& car) {
        const ConnectorId c(connectors_.size());
        connectors_.bus.push_back(BusId(0));
        connectors_.zone.push_back(0);
        connectors_.charge_rating.push_back(Kilowatts(car.charge_kw));
        connectors_.discharge_rating.push_back(Kilowatts(car.return_kw));
        connectors_.apparent_rating.push_back(KilovoltAmperes(std::max(car.charge_kw, car.return_kw)));
        connectors_.minimum_power.push_back(Kilowatts(0.0));
        connectors_.level_set.push_back(0);
        cars_.push_back(car);
        voltage_.push_back(1.0);
        own_.push_back(c);
        arrived_.push_back(c);
        plugged_in_.push_back(c);
        return c;
    }
    void start(const std::string& name, const std::string& yaml = {}) {
        Issues issues;
        const auto configured = configure_controller(name, yaml, issues);
        if (!configured) throw std::runtime_error(issues.list().empty() ? "not read" : to_text(issues.list().front()));
        controller_ = configured->make({.label = "it",
                                        .exchange = exchange_,
                                        .connectors = connectors_,
                                        .own = own_,
                                        .step = std::chrono::minutes(1),
                                        .calendar = calendar,
                                        .rng = Rng(1, 0),
                                        .level_sets = &level_sets_,
                                        .horizon = horizon,
                                        .issues = issues_of_check});
        setpoints_ = std::make_unique<SetpointTable>(connectors_.size());
    }
    void unplug(ConnectorId c) {
        setpoints_->set(c, {}, {});
        std::erase(plugged_in_, c);
        left_.push_back(c);
    }
    void set_soc(ConnectorId c, double soc) { cars_[c.index()].soc = soc; }
    void set_voltage(ConnectorId c, double pu) { voltage_[c.index()] = pu; }
    /// The battery ends the setpoint itself, at `soc`.
    void halt(ConnectorId c, double soc) {
        set_soc(c, soc);
        setpoints_->set(c, {}, {});
        halted_.push_back(c);
    }
    /// Lets the fleet follow its setpoints for `minutes`; batteries stop at target and reserve.
    void follow(double minutes) {
        for (ConnectorId c : plugged_in_) {
            Car& car = cars_[c.index()];
            const double before = car.soc;
            car.soc += p_kw(c) * minutes / 60.0 / capacity_kwh;
            if (p_kw(c) > 0.0 && car.soc >= car.target - 1e-12) halt(c, car.target);
            if (p_kw(c) < 0.0 && car.soc <= car.reserve + 1e-12) halt(c, car.reserve);
            energy_kwh[c.index()] += (car.soc - before) * capacity_kwh;
        }
    }

    void decide(double hour) {
        Connection seen;
        seen.now = Instant(from_hours(hour));
        seen.horizon = horizon;
        seen.calendar = calendar;
        seen.plugged_in = plugged_in_;
        seen.arrived = arrived_;
        seen.left = left_;
        seen.halted = halted_;
        seen.connectors = &connectors_;
        seen.level_sets = &level_sets_;
        fill_columns();
        seen.p_min_kw = p_min_;
        seen.p_max_kw = p_max_;
        show(seen.now);
        Turn turn = exchange_.turn(seen.now);
        Setpoints setpoints(*setpoints_);
        controller_->decide(turn, seen, setpoints);
        setpoints_->accept();
        arrived_.clear();
        left_.clear();
        halted_.clear();
    }

    [[nodiscard]] double p_kw(ConnectorId c) const { return setpoints_->p_kw(c); }
    [[nodiscard]] double soc(ConnectorId c) const { return cars_[c.index()].soc; }
    [[nodiscard]] double counter(const std::string& name) const {
        for (const auto& counter : controller_->counters())
            if (counter.name == name) return counter.value;
        return std::numeric_limits<double>::quiet_NaN();
    }
    /// What the controller has declared.
    [[nodiscard]] const test::HandExchange& exchange() const { return exchange_; }
    void set_base(double kw) { base_kw.assign(2880, kw); }

    static constexpr double capacity_kwh = 40.0;
    Calendar calendar{std::chrono::local_days(std::chrono::year(2025) / 1 / 6) + std::chrono::hours(12)};
    Instant horizon{std::chrono::hours(48)};
    Issues* issues_of_check = nullptr;  ///< where the controller is made as for the check of a scenario
    std::vector<double> base_kw;        ///< by minute
    std::vector<double> energy_kwh = std::vector<double>(64, 0.0);
    double feeder_head_kw = 0.0;
    double price = 1.0;
    double mean_price = 1.0;

   private:
    void fill_columns() {
        const std::size_t n = cars_.size();
        p_min_.assign(n, 0.0), p_max_.assign(n, 0.0), soc_.assign(n, 0.0), reserve_.assign(n, 0.0), target_.assign(n, 0.0);
        capacity_.assign(n, capacity_kwh), unity_.assign(n, 1.0);
        departure_ms_.assign(n, 0.0);
        for (std::size_t i = 0; i < n; ++i) {
            const Car& car = cars_[i];
            p_max_[i] = car.soc < car.target ? car.charge_kw : 0.0;
            p_min_[i] = car.soc > car.reserve ? -car.return_kw : 0.0;
            soc_[i] = car.soc;
            reserve_[i] = car.reserve;
            target_[i] = car.target;
            departure_ms_[i] = static_cast<double>(from_hours(car.departure_h).count());
        }
    }
    void show(Instant now) {
        exchange_.count(Extent::connector, cars_.size());
        exchange_.show(signals::state_of_charge, soc_);
        exchange_.show(signals::reserve_soc, reserve_);
        exchange_.show(signals::capacity, capacity_);
        for (const auto& ratio :
             {signals::stored_per_drawn, signals::drawn_per_returned, signals::taper_knee, signals::taper_end})
            exchange_.show(ratio, unity_);
        exchange_.show(signals::target_soc, target_);
        exchange_.show(signals::stated_departure, departure_ms_);
        exchange_.show(signals::voltage, voltage_);
        exchange_.show(signals::feeder_head, feeder_head_kw);
        exchange_.show(signals::price, price);
        prices_.assign(1440, mean_price);
        exchange_.show_forecasts_by(std::chrono::minutes(1));
        exchange_.show(signals::price_forecast, prices_);
        if (base_kw.empty()) return;
        exchange_.show(signals::base_demand_forecast, base_kw);
        exchange_.show(signals::base_demand, Forecast{std::chrono::minutes(1), base_kw}.at(now));
    }

    Connectors connectors_;
    std::vector<std::vector<double>> level_sets_{{}};
    std::vector<Car> cars_;
    std::vector<ConnectorId> plugged_in_, arrived_, left_, halted_;
    std::vector<double> p_min_, p_max_, soc_, reserve_, target_, capacity_, unity_, voltage_, prices_, departure_ms_;
    std::vector<ConnectorId> own_;
    test::HandExchange exchange_;
    std::unique_ptr<Controller> controller_;
    std::unique_ptr<SetpointTable> setpoints_;
};

}  // namespace evsweep
