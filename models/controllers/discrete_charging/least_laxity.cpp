/// The controller `least_laxity`: in every slot, who can wait least charges, as many as limits leave room for.
#include <algorithm>
#include <optional>

#include "controllers/discrete_charging/slots.hpp"
#include "evsweep/charging_need.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {

namespace {

struct LeastLaxityParams {
    Kilowatts power{};
    Duration period = std::chrono::minutes(15);
    std::optional<SlotLimits> limits{};
};

Schema<LeastLaxityParams> least_laxity_schema() {
    using P = LeastLaxityParams;
    Schema<P> schema(
        "Chargers that are on or off: in every slot the vehicles that can wait least, as many as limits have room for");
    schema.required("power", &P::power, "of a charger that is on; one that all its chargers have", above(0.0))
        .optional("period", &P::period, "length of a slot, a whole number of control steps", above(0.0))
        .optional("limits", &P::limits, "what transformers and feeder may carry, by slot; absent: no limits");
    schema.in_steps("period", &P::period);
    return schema;
}

class LeastLaxity final : public Controller {
   public:
    static constexpr std::string_view name = "least_laxity";
    static constexpr std::string_view least_settings = "{power: 3.7 kW}";
    // A power that all chargers of the trials have is slower than their full power, by which targets are judged there.
    static constexpr Trial trials[] = {{.settings = least_settings, .meets_targets = false, .knows_tapers = false}};
    static const Schema<LeastLaxityParams>& schema() {
        static const Schema<LeastLaxityParams> schema = least_laxity_schema();
        return schema;
    }

    LeastLaxity(const LeastLaxityParams& params, const Context& context)
        : period_(params.period),
          slots_(params.power, params.period, params.limits, context),
          tally_(slots_, context.connectors.size()),
          need_(context.exchange),
          base_(context.exchange.subscribe(signals::base_demand_forecast)) {}

    [[nodiscard]] Cadence cadence() const override { return {.period = period_, .on_plug_in = true}; }

    /// Those who are on within a slot stay on until its end; newcomers get what room is left.
    void decide(Turn& turn, const Connection& connection, Setpoints& setpoints) override {
        if (connection.now >= connection.horizon) return;
        const ChargingView seen = need_.at(turn, connection);
        tally_.take_note(seen);
        const std::uint32_t now = slots_.slot_at(seen.now);
        const DiscreteProblem of_slot = slots_.problem(now, now + 1, turn[base_]);
        const bool begins = slots_.begins_at(seen.now);
        std::vector<std::uint32_t> on = begins ? std::vector<std::uint32_t>(slots_.groups(), 0) : tally_.on_by_group(seen);
        SlotRoom room(of_slot, std::move(on));
        for (const ConnectorId c : by_laxity(seen, begins ? seen.plugged_in : seen.arrived)) {
            const bool can_charge = seen.p_max_kw[c.index()] > 0.0 && is_below_target(seen, c);
            tally_.set(seen, c, can_charge && room.take(slots_.group_of(c)), setpoints);
        }
        if (begins) tally_.count_slot(of_slot, seen);
    }

    [[nodiscard]] std::vector<Counter> counters() const override { return tally_.counters(); }

   private:
    /// Hours that charging at the power of this controller can wait; ties go to the lower number.
    [[nodiscard]] std::vector<ConnectorId> by_laxity(const ChargingView& seen, std::span<const ConnectorId> candidates) const {
        std::vector<std::pair<double, ConnectorId>> ranked;
        for (const ConnectorId c : candidates)
            ranked.emplace_back(time_left_h(seen, c) - needed_kwh(seen, c) / slots_.power_kw(), c);
        std::sort(ranked.begin(), ranked.end());
        std::vector<ConnectorId> order;
        for (const auto& [laxity, c] : ranked) order.push_back(c);
        return order;
    }

    Duration period_;
    ChargingSlots slots_;
    SwitchTally tally_;
    ChargingNeed need_;
    Subscription<"kW", Extent::feeder, Form::forecast> base_;
};

const bool registered = add_plugin<Controller, LeastLaxity>();

}  // namespace

}  // namespace evsweep
