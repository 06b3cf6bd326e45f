/// A desk at which `inverter_functions` is fed by hand: one inverter of each kind, a clock, and the voltage that it sees.
#pragma once

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "evsweep/controller.hpp"
#include "evsweep/plugins.hpp"
#include "hand_exchange.hpp"

namespace evsweep::test {

/// Connector 0 is a roof and connector 1 a bidirectional charger with a vehicle; both have 100 kVA. Powers are those given, in
/// shares of these, as in the standard.
class InverterDesk {
   public:
    struct Ratings {
        double roof_kw = 100.0;
        double charge_kw = 100.0;
        double return_kw = 100.0;
    };

    InverterDesk(const std::string& settings, Duration period, Ratings ratings) : period_(period) {
        add(0.0, ratings.roof_kw, ResourceKind::generation);
        add(ratings.charge_kw, ratings.return_kw, ResourceKind::vehicle);
        connectors_.availability = {0, 0};
        Reader reader{.issues = issues, .step = period};
        const std::string every = "{period: " + duration_text(period) + (settings == "{}" ? "" : ", ") + settings.substr(1);
        const Node node = parse_yaml(every, "controller.yaml", issues);
        const auto configured = read_plugin<Controller>(node, "controllers.it", reader, "inverter_functions");
        if (!configured) throw std::runtime_error(texts());
        controller_ = configured->make({.label = "it",
                                        .exchange = exchange,
                                        .connectors = connectors_,
                                        .own = own_,
                                        .step = period,
                                        .level_sets = &level_sets_,
                                        .horizon = horizon_,
                                        .generators = &generators_});
        setpoints_ = std::make_unique<SetpointTable>(2);
        available_kw = ratings.roof_kw;
        wanted_kw = ratings.charge_kw;
    }
    explicit InverterDesk(const std::string& settings, Duration period = std::chrono::minutes(1))
        : InverterDesk(settings, period, Ratings{}) {}

    /// One turn at the voltage, and the clock moves on by the period.
    void turn(double pu) {
        voltage_ = {pu, pu};
        exchange.show(signals::voltage, voltage_);
        p_min_ = {-available_kw, -connectors_.discharge_rating[1]};
        p_max_ = {0.0, std::min(wanted_kw, connectors_.charge_rating[1])};
        Connection seen;
        seen.now = now;
        seen.horizon = horizon_;
        seen.plugged_in = own_;
        if (now == Instant{}) seen.arrived = own_;
        seen.generators = generators_;
        seen.p_min_kw = p_min_;
        seen.p_max_kw = p_max_;
        seen.connectors = &connectors_;
        seen.level_sets = &level_sets_;
        Turn its_turn = exchange.turn(now);
        Setpoints setpoints(*setpoints_);
        controller_->decide(its_turn, seen, setpoints);
        setpoints_->accept();
        now += period_;
    }
    void turns(int count, double pu) {
        for (int k = 0; k < count; ++k) turn(pu);
    }

    [[nodiscard]] double roof_q() const { return -setpoints_->q_kvar(ConnectorId(0)) / 100.0; }
    [[nodiscard]] double roof_p() const { return std::min(available_kw, -setpoints_->p_kw(ConnectorId(0))) / 100.0; }
    [[nodiscard]] double car_q() const { return -setpoints_->q_kvar(ConnectorId(1)) / 100.0; }
    [[nodiscard]] double car_p() const { return -setpoints_->p_kw(ConnectorId(1)) / 100.0; }
    [[nodiscard]] double roof_setpoint_kva() const {
        return std::hypot(setpoints_->p_kw(ConnectorId(0)), setpoints_->q_kvar(ConnectorId(0)));
    }
    [[nodiscard]] double car_setpoint_kva() const {
        return std::hypot(setpoints_->p_kw(ConnectorId(1)), setpoints_->q_kvar(ConnectorId(1)));
    }
    [[nodiscard]] double counter(const std::string& name) const {
        for (const Counter& counter : controller_->counters())
            if (counter.name == name) return counter.value;
        throw std::runtime_error("no counter " + name);
    }
    [[nodiscard]] std::vector<Remark> remarks() const { return controller_->remarks(); }
    [[nodiscard]] std::string texts() const {
        std::string all;
        for (const Issue& issue : issues.list()) all += to_text(issue) + "\n";
        return all;
    }

    double available_kw = 0.0;  ///< of the roof
    double wanted_kw = 0.0;     ///< that the vehicle's battery takes
    Instant now{};
    HandExchange exchange{2};
    Issues issues;

   private:
    void add(double charge_kw, double return_kw, ResourceKind kind) {
        connectors_.bus.push_back(BusId(0));
        connectors_.zone.push_back(0);
        connectors_.charge_rating.push_back(Kilowatts(charge_kw));
        connectors_.discharge_rating.push_back(Kilowatts(return_kw));
        connectors_.apparent_rating.push_back(KilovoltAmperes(100.0));
        connectors_.minimum_power.push_back({});
        connectors_.level_set.push_back(0);
        connectors_.kind.push_back(kind);
    }

    Duration period_;
    Connectors connectors_;
    std::vector<std::vector<double>> level_sets_{{}};
    std::vector<ConnectorId> own_{ConnectorId(1)}, generators_{ConnectorId(0)};
    std::vector<double> voltage_, p_min_, p_max_;
    Instant horizon_{std::chrono::hours(48)};
    std::unique_ptr<Controller> controller_;
    std::unique_ptr<SetpointTable> setpoints_;
};

/// Everything that reading these settings reports, a line each.
inline std::string issues_of_inverter(const std::string& settings) {
    Issues issues;
    Reader reader{.issues = issues, .step = std::chrono::minutes(1)};
    const Node node = parse_yaml(settings, "controller.yaml", issues);
    (void)read_plugin<Controller>(node, "controllers.it", reader, "inverter_functions");
    std::string all;
    for (const Issue& issue : issues.list()) all += to_text(issue) + "\n";
    return all;
}

}  // namespace evsweep::test
