/// The controller `voltage_droop`: reactive power from the own voltage by a fixed curve, as inverters have it, for comparison.
#include <algorithm>
#include <cmath>
#include <optional>

#include "evsweep/controller.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {

namespace {

struct DroopParams {
    Duration period = std::chrono::minutes(1);
    PerUnit deadband{0.01};
    PerUnit full_at{0.04};
    Fraction approach{0.5};
};

/// Active power is that of `uncoordinated`. With e = V - 1 the reactive power goes, each period, a share of the way to
///   sign(e) S min(1, max(0, |e| - deadband) / (full_at - deadband))
/// within the circle of the inverter beside its active power; it draws where the voltage is high.
class VoltageDroop final : public Controller {
   public:
    static constexpr std::string_view name = "voltage_droop";
    static const Schema<DroopParams>& schema() {
        using P = DroopParams;
        static const Schema<P> schema = [] {
            Schema<P> s("Full power from plug-in to target, and reactive power from the own voltage by a fixed curve");
            s.optional("period", &P::period, "time between measurements", above(0.0))
                .optional("deadband", &P::deadband, "deviation from 1 pu up to which there is none", at_least(0.0))
                .optional("full_at", &P::full_at, "deviation from which on it is all that the inverter has", above(0.0))
                .optional("approach", &P::approach, "share of the way that it goes in each period", above_up_to(0.0, 1.0));
            s.in_steps("period", &P::period);
            s.relation([](const P& p) -> std::optional<Contradiction> {
                if (p.full_at > p.deadband) return std::nullopt;
                return Contradiction{"full_at", "is not beyond the deadband", "give a larger deviation"};
            });
            return s;
        }();
        return schema;
    }

    VoltageDroop(const DroopParams& params, const Context& context)
        : params_(params), voltage_(context.exchange.subscribe(signals::voltage)) {}

    [[nodiscard]] Cadence cadence() const override { return {.period = params_.period, .on_plug_in = true}; }

    void decide(Turn& turn, const Connection& seen, Setpoints& setpoints) override {
        for (const ConnectorId c : seen.arrived) setpoints.set(c, full_power(seen, c));
        if (turn.now.time_since_epoch() % params_.period != Duration::zero()) return;
        const auto voltage_pu = turn[voltage_];
        for (const ConnectorId c : seen.plugged_in) {
            const Kilowatts p = full_power(seen, c);
            const double s_kva = seen.connectors->apparent_rating[c.index()];
            const double most_kvar = std::sqrt(std::max(0.0, s_kva * s_kva - p.value() * p.value()));
            const double q_kvar = setpoints.q_kvar(c);
            const double wish_kvar = std::clamp(curve_kvar(voltage_pu[c.index()], s_kva), -most_kvar, most_kvar);
            const double next_kvar = q_kvar + params_.approach.value() * (wish_kvar - q_kvar);
            moved_kvar_ += std::abs(std::clamp(next_kvar, -most_kvar, most_kvar) - q_kvar);
            setpoints.set(c, p, Kilovars(std::clamp(next_kvar, -most_kvar, most_kvar)));
        }
    }

    [[nodiscard]] std::vector<Counter> counters() const override { return {{"moved_kvar", moved_kvar_}}; }

   private:
    [[nodiscard]] static Kilowatts full_power(const Connection& seen, ConnectorId c) {
        return Kilowatts(seen.admissible_kw(c, seen.connectors->charge_rating[c.index()]));
    }
    [[nodiscard]] double curve_kvar(double voltage_pu, double s_kva) const {
        const double beyond = std::max(0.0, std::abs(voltage_pu - 1.0) - params_.deadband.value());
        const double share = std::min(1.0, beyond / (params_.full_at.value() - params_.deadband.value()));
        return voltage_pu > 1.0 ? share * s_kva : -share * s_kva;
    }

    DroopParams params_;
    Subscription<"pu", Extent::connector, Form::present> voltage_;
    double moved_kvar_ = 0.0;
};

const bool registered = add_plugin<Controller, VoltageDroop>();

}  // namespace

}  // namespace evsweep
