/// The controller `voltage_droop`: reactive power from the own voltage by a fixed curve, as inverters have it, for comparison.
#include <algorithm>
#include <cmath>
#include <map>
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
    std::optional<PerUnit> curtail_from;
    std::optional<PerUnit> curtail_all_at;
};

std::optional<Contradiction> wrong_curve(const DroopParams& p) {
    if (p.full_at <= p.deadband) return Contradiction{"full_at", "is not beyond the deadband", "give a larger deviation"};
    if (p.curtail_from.has_value() != p.curtail_all_at.has_value())
        return Contradiction{p.curtail_from ? "curtail_all_at" : "curtail_from", "is missing",
                             "give both ends of the curve, or neither"};
    if (p.curtail_from && *p.curtail_all_at <= *p.curtail_from)
        return Contradiction{"curtail_all_at", "is not above curtail_from", "give a higher voltage"};
    return std::nullopt;
}

/// Active power of vehicles is that of `uncoordinated`. With e = V - 1 the reactive power goes, each period, a share of the way
/// to
///   sign(e) S min(1, max(0, |e| - deadband) / (full_at - deadband))
/// within the circle of the inverter beside its active power; it draws where the voltage is high. Generators (photovoltaics) do
/// the same beside what is available, and their active power is limited, the same share of the way each period, to
///   rating min(1, max(0, (curtail_all_at - V) / (curtail_all_at - curtail_from))).
class VoltageDroop final : public Controller {
   public:
    static constexpr std::string_view name = "voltage_droop";
    static constexpr bool steers_generators = true;
    static const Schema<DroopParams>& schema() {
        using P = DroopParams;
        static const Schema<P> schema = [] {
            Schema<P> s(
                "Full power from plug-in to target, and reactive power from the own voltage by a fixed curve; photovoltaics "
                "likewise, curtailed by voltage where that is asked for");
            s.optional("period", &P::period, "time between measurements", above(0.0))
                .optional("deadband", &P::deadband, "deviation from 1 pu up to which there is none", at_least(0.0))
                .optional("full_at", &P::full_at, "deviation from which on it is all that the inverter has", above(0.0))
                .optional("approach", &P::approach, "share of the way that it goes in each period", above_up_to(0.0, 1.0));
            s.optional("curtail_from", &P::curtail_from,
                       "voltage from which on generators feed in less than their rating; none: they are not curtailed",
                       between(0.5, 2.0))
                .optional("curtail_all_at", &P::curtail_all_at, "voltage from which on they feed in nothing", between(0.5, 2.0));
            s.in_steps("period", &P::period);
            s.relation(wrong_curve);
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
            setpoints.set(c, p, next_reactive(seen, c, p.value(), voltage_pu[c.index()], setpoints.q_kvar(c)));
        }
        for (const ConnectorId c : seen.generators) steer(seen, c, voltage_pu[c.index()], setpoints);
    }

    [[nodiscard]] std::vector<Counter> counters() const override { return {{"moved_kvar", moved_kvar_}}; }

   private:
    /// The next reactive power of an inverter that has this voltage and gives or draws `p_kw`.
    [[nodiscard]] Kilovars next_reactive(const Connection& seen, ConnectorId c, double p_kw, double voltage_pu, double q_kvar) {
        const double s_kva = seen.connectors->apparent_rating[c.index()];
        const double most_kvar = std::sqrt(std::max(0.0, s_kva * s_kva - p_kw * p_kw));
        const double wish_kvar = std::clamp(curve_kvar(voltage_pu, s_kva), -most_kvar, most_kvar);
        const double next_kvar = std::clamp(q_kvar + params_.approach.value() * (wish_kvar - q_kvar), -most_kvar, most_kvar);
        moved_kvar_ += std::abs(next_kvar - q_kvar);
        return Kilovars(next_kvar);
    }
    /// A generator gives what is available up to the curve; reactive power has what is left of the circle beside that, and the
    /// active power of the time until the next period what is left beside the reactive power.
    void steer(const Connection& seen, ConnectorId c, double voltage_pu, Setpoints& setpoints) {
        const double rating_kw = seen.connectors->discharge_rating[c.index()],
                     s_kva = seen.connectors->apparent_rating[c.index()];
        double& curve_kw = curtailed_to_.try_emplace(c.index(), rating_kw).first->second;
        curve_kw += params_.approach.value() * (rating_kw * kept_share(voltage_pu) - curve_kw);
        const double given_kw = std::min(curve_kw, -seen.p_min_kw[c.index()]);
        const Kilovars q = next_reactive(seen, c, given_kw, voltage_pu, setpoints.q_kvar(c));
        const double beside_kw = std::sqrt(std::max(0.0, s_kva * s_kva - q.value() * q.value()));
        setpoints.set(c, Kilowatts(-std::min(curve_kw, beside_kw)), q);
    }
    [[nodiscard]] double kept_share(double voltage_pu) const {
        if (!params_.curtail_from) return 1.0;
        const double all_pu = params_.curtail_all_at->value();
        return std::clamp((all_pu - voltage_pu) / (all_pu - params_.curtail_from->value()), 0.0, 1.0);
    }
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
    std::map<std::size_t, double>
        curtailed_to_;  ///< by connector of a generator: where its active power is on its way to the curve
    double moved_kvar_ = 0.0;
};

const bool registered = add_plugin<Controller, VoltageDroop>();

}  // namespace

}  // namespace evsweep
