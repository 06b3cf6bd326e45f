/// A desk at which a controller is fed by hand: rows of vehicles, a clock, and what the meters are said to show.
#pragma once

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "evsweep/controller.hpp"
#include "evsweep/plugins.hpp"

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
        arrived_.push_back(c);
        plugged_in_.push_back(c);
        return c;
    }
    void start(const std::string& name, const std::string& yaml = {}) {
        Issues issues;
        const auto configured = configure_controller(name, yaml, issues);
        if (!configured) throw std::runtime_error(issues.list().empty() ? "not read" : to_text(issues.list().front()));
        Controller::Context context;
        context.connectors = &connectors_;
        context.calendar = calendar;
        context.rng = Rng(1, 0);
        controller_ = configured->make(context);
        setpoints_ = std::make_unique<Setpoints>(connectors_.size());
    }
    void unplug(ConnectorId c) {
        setpoints_->set(c, 0.0);
        std::erase(plugged_in_, c);
        left_.push_back(c);
    }
    void set_soc(ConnectorId c, double soc) { cars_[c.index()].soc = soc; }
    void set_voltage(ConnectorId c, double pu) { voltage_[c.index()] = pu; }
    /// The battery ends the setpoint itself, at `soc`.
    void halt(ConnectorId c, double soc) {
        set_soc(c, soc);
        setpoints_->set(c, 0.0);
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
        Observation seen;
        seen.now = Instant(from_hours(hour));
        seen.calendar = calendar;
        seen.plugged_in = plugged_in_;
        seen.arrived = arrived_;
        seen.left = left_;
        seen.halted = halted_;
        fill_columns();
        show_columns(seen);
        seen.feeder_head_kw = feeder_head_kw;
        seen.price = price;
        prices_.assign(24, mean_price);
        seen.price_forecast = {std::chrono::hours(1), prices_};
        seen.base_forecast = {std::chrono::minutes(1), base_kw};
        if (!base_kw.empty()) seen.base_demand_kw = seen.base_forecast.at(seen.now);
        seen.connectors = &connectors_;
        seen.level_sets = &level_sets_;
        controller_->decide(seen, *setpoints_);
        setpoints_->settle();
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
    [[nodiscard]] const Controller& controller() const { return *controller_; }
    void set_base(double kw) { base_kw.assign(2880, kw); }

    static constexpr double capacity_kwh = 40.0;
    Calendar calendar{std::chrono::local_days(std::chrono::year(2025) / 1 / 6) + std::chrono::hours(12)};
    std::vector<double> base_kw;  ///< by minute
    std::vector<double> energy_kwh = std::vector<double>(64, 0.0);
    double feeder_head_kw = 0.0;
    double price = 1.0;
    double mean_price = 1.0;

   private:
    void fill_columns() {
        const std::size_t n = cars_.size();
        p_min_.assign(n, 0.0), p_max_.assign(n, 0.0), soc_.assign(n, 0.0), reserve_.assign(n, 0.0), target_.assign(n, 0.0);
        capacity_.assign(n, capacity_kwh), unity_.assign(n, 1.0);
        departure_.assign(n, Instant{});
        for (std::size_t i = 0; i < n; ++i) {
            const Car& car = cars_[i];
            p_max_[i] = car.soc < car.target ? car.charge_kw : 0.0;
            p_min_[i] = car.soc > car.reserve ? -car.return_kw : 0.0;
            soc_[i] = car.soc;
            reserve_[i] = car.reserve;
            target_[i] = car.target;
            departure_[i] = Instant(from_hours(car.departure_h));
        }
    }
    void show_columns(Observation& seen) const {
        seen.p_min_kw = p_min_;
        seen.p_max_kw = p_max_;
        seen.soc = soc_;
        seen.reserve_soc = reserve_;
        seen.capacity_kwh = capacity_;
        seen.stored_per_drawn = unity_;
        seen.drawn_per_returned = unity_;
        seen.taper_knee = unity_;
        seen.taper_end = unity_;
        seen.target_soc = target_;
        seen.stated_departure = departure_;
        seen.voltage_pu = voltage_;
    }

    Connectors connectors_;
    std::vector<std::vector<double>> level_sets_{{}};
    std::vector<Car> cars_;
    std::vector<ConnectorId> plugged_in_, arrived_, left_, halted_;
    std::vector<double> p_min_, p_max_, soc_, reserve_, target_, capacity_, unity_, voltage_, prices_;
    std::vector<Instant> departure_;
    std::unique_ptr<Controller> controller_;
    std::unique_ptr<Setpoints> setpoints_;
};

}  // namespace evsweep
