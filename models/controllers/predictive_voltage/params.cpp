#include "controllers/predictive_voltage/params.hpp"

#include "controllers/predictive_voltage/trajectory.hpp"

namespace evsweep {

const Schema<PredictiveVoltageParams>& PredictiveVoltageParams::schema() {
    using P = PredictiveVoltageParams;
    static const Schema<P> schema = [] {
        Schema<P> s(
            "Chargers hold the voltage near 1 pu with reactive power: each plans ahead and tells the others (Hu et al. 2022)");
        s.optional(
             "knowledge", &P::knowledge,
             "neighbours: each charger plans from its own measurement and the messages that reach it, on topic trajectory; all: "
             "one problem with the true values of all, as a bound")
            .optional("period", &P::period, "time between measurements, and length of a step of the plans", above(0.0))
            .optional("horizon", &P::horizon, "periods that a plan covers, with the present one",
                      between(1.0, static_cast<double>(longest_horizon)))
            .optional("smoothing", &P::smoothing, "price of a change of reactive power from period to period, in pu^2/kvar^2",
                      at_least(0.0))
            .optional("rounds", &P::rounds, "exchanges of plans in one period; more than one need a channel that takes no time",
                      between(1.0, 1000.0))
            .optional(
                "reach", &P::reach,
                "steps along the feeder, from a bus with chargers to the next, over which messages are used; 0: those of the own "
                "bus; absent: all",
                at_least(0.0))
            .optional("damping", &P::damping,
                      "safe: everybody goes a share of the way to the own optimum such that all together come nearer to the "
                      "common one; "
                      "none: all of the way, which does not settle")
            .optional("trust", &P::trust, "how long after its arrival a message counts", at_least(0.0))
            .optional("slope_factor", &P::slope_factor,
                      "on what the chargers take for the effect of reactive power, to see what a wrong model does", above(0.0));
        s.in_steps("period", &P::period);
        s.used_if([](const P& p) { return p.knowledge == PlanKnowledge::neighbours; }, "with knowledge: neighbours",
                  {"rounds", "reach", "damping", "trust"});
        s.relation([](const P& p) -> std::optional<Contradiction> {
            if (p.knowledge == PlanKnowledge::neighbours || p.smoothing > 0.0) return std::nullopt;
            return Contradiction{"smoothing", "is 0, so that chargers at one place have no one optimum",
                                 "give a little, e.g. 1e-12"};
        });
        return s;
    }();
    return schema;
}

}  // namespace evsweep
