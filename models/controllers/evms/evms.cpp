/// The controller `evms`: coordinated vehicle-to-grid in the evening peak, refilling under a cap in the night.
#include <algorithm>
#include <optional>

#include "controllers/evms/literal.hpp"
#include "controllers/evms/net_demand.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {

namespace {

using Wrong = std::optional<Contradiction>;

Schema<EvmsParams> evms_schema() {
    using P = EvmsParams;
    Schema<P> schema("V2G while the base demand peaks, then refilling under a cap by least laxity (Vashisth et al. 2025)");
    schema.optional("reading", &P::reading, "net_demand is the controller; literal follows the published equations word by word")
        .optional("period", &P::period, "time between decisions; a whole number of control steps, at least one", above(0.0))
        .optional("peak_setpoint", &P::peak_setpoint, "base demand above it is the peak; V2G holds the net demand down to it")
        .optional("peak_release", &P::peak_release, "the peak is over when base demand is further than this below the setpoint",
                  at_least(0.0))
        .optional("cap", &P::cap, "charging starts only while the net demand stays at or below it")
        .optional("charging_from", &P::charging_from, "time of day from which charging is started")
        .optional("charging_until", &P::charging_until, "time of day until which charging is started")
        .optional("legs_from", &P::legs_from, "as charging_from, for the literal reading")
        .optional("soc_margin", &P::soc_margin, "V2G starts only above the reserve by this much", between(0.0, 1.0))
        .optional("pause_laxity", &P::pause_laxity,
                  "charging with no more laxity (time that it can wait, tapers counted) than this is never paused; by default at "
                  "least override_laxity",
                  at_least(0.0))
        .optional("override_laxity", &P::override_laxity,
                  "charging with no more laxity than this starts whatever the cap says; by default at least a period",
                  at_least(0.0));
    schema.in_steps("period", &P::period).defaults([](P& p, const Given& given) {
        if (!given("override_laxity")) p.override_laxity = std::max(p.override_laxity, p.period);
        if (!given("pause_laxity")) p.pause_laxity = std::max(p.pause_laxity, p.override_laxity);
    });
    schema.relation([](const P& p) -> Wrong {
        if (p.override_laxity >= p.period) return std::nullopt;
        return Contradiction{"override_laxity", "is shorter than the period", "vehicles would be late; give at least one period"};
    });
    schema.relation([](const P& p) -> Wrong {
        if (p.pause_laxity >= p.override_laxity) return std::nullopt;
        return Contradiction{"pause_laxity", "is shorter than override_laxity", "a paused vehicle would start again at once"};
    });
    schema.used_if([](const P& p) { return p.reading == EvmsReading::literal; }, "with reading: literal", {"legs_from"});
    schema.used_if([](const P& p) { return p.reading == EvmsReading::net_demand; }, "with reading: net_demand",
                   {"peak_setpoint", "peak_release", "charging_from", "soc_margin", "pause_laxity"});
    return schema;
}

class Evms final : public Controller {
   public:
    static constexpr std::string_view name = "evms";
    static constexpr Trial trials[] = {{""}, {"{cap: 3100 kW, peak_setpoint: 3060 kW}"}, {"{reading: literal}", false}};
    static const Schema<EvmsParams>& schema() {
        static const Schema<EvmsParams> schema = evms_schema();
        return schema;
    }

    Evms(const EvmsParams& params, const Context& context)
        : period_(params.period),
          need_(context.exchange),
          base_demand_(context.exchange.subscribe(signals::base_demand)),
          base_forecast_(context.exchange.subscribe(signals::base_demand_forecast)) {
        if (params.reading == EvmsReading::literal)
            literal_.emplace(params, context.connectors.size());
        else
            net_demand_.emplace(params, context.connectors.size());
    }

    [[nodiscard]] Cadence cadence() const override { return {.period = period_, .on_plug_in = literal_.has_value()}; }

    void decide(Turn& turn, const Connection& connection, Setpoints& setpoints) override {
        EvmsView seen(need_.at(turn, connection));
        seen.base_demand_kw = turn.value(base_demand_).value();
        seen.base_forecast = turn[base_forecast_];
        if (literal_)
            literal_->decide(seen, setpoints);
        else
            net_demand_->decide(seen, setpoints);
    }

    [[nodiscard]] std::vector<Counter> counters() const override {
        const std::size_t overrides = literal_ ? literal_->overrides() : net_demand_->overrides();
        return {{"overrides", static_cast<double>(overrides)}};
    }

   private:
    Duration period_;
    ChargingNeed need_;
    Subscription<"kW", Extent::feeder, Form::present> base_demand_;
    Subscription<"kW", Extent::feeder, Form::forecast> base_forecast_;
    std::optional<NetDemandRule> net_demand_;
    std::optional<LiteralRule> literal_;
};

const bool registered = add_plugin<Controller, Evms>();

}  // namespace

}  // namespace evsweep
