/// The controller `price_following`: each vehicle charges in the cheapest time before its stated departure, as far as limits go.
#include <vector>

#include "controllers/heuristics/cheapest_slots.hpp"
#include "controllers/heuristics/in_order.hpp"
#include "evsweep/plugins.hpp"
#include "evsweep/values.hpp"

namespace evsweep {

namespace {

struct PriceFollowingParams : heuristic::Settings {
    Duration slot = std::chrono::minutes(15);
};

Schema<PriceFollowingParams> price_following_schema() {
    using P = PriceFollowingParams;
    Schema<P> s(
        "Full power in the cheapest time before the stated departure that is long enough; who wants power at the same time gets "
        "it in "
        "the order of departures, as far as limits of sites and feeder go");
    heuristic::declare_settings(s);
    s.optional("slot", &P::slot, "of time that is chosen by its price, in whole periods; among equal prices the earlier one",
               above(0.0));
    s.in_steps("slot", &P::slot).defaults([](P& p, const Given& given) {
        if (!given("slot")) p.slot = p.period * ((p.slot + p.period - Duration(1)) / p.period);
    });
    s.relation([](const P& p) -> std::optional<Contradiction> {
        if (p.slot % p.period == Duration::zero()) return std::nullopt;
        return Contradiction{"slot", "is not a whole number of periods", "the period is " + duration_text(p.period)};
    });
    return s;
}

class PriceFollowing final : public Controller {
   public:
    static constexpr std::string_view name = "price_following";
    static constexpr Trial trials[] = {{""}, {"{limit: 20 kW, limited: charging}", false}, {"{limit: 3150 kW}", false}};
    static const Schema<PriceFollowingParams>& schema() {
        static const Schema<PriceFollowingParams> schema = price_following_schema();
        return schema;
    }

    PriceFollowing(const PriceFollowingParams& params, const Context& context)
        : period_(params.period),
          room_(params, context, heuristic::WithoutLimit::accept),
          waiting_(context),
          on_(context),
          slots_(params.slot),
          chosen_(context.connectors.size()),
          need_(context.exchange),
          price_(context.exchange.subscribe(signals::price_forecast)) {}

    [[nodiscard]] Cadence cadence() const override { return {.period = period_, .on_plug_in = true, .on_unplug = true}; }

    void decide(Turn& turn, const Connection& connection, Setpoints& setpoints) override {
        if (!slots_.knows_prices()) slots_.know(turn[price_]);
        const ChargingView seen = need_.at(turn, connection);
        const std::uint32_t slot = slots_.at(seen.now);
        waiting_.update(seen, room_, [](ConnectorId) { return 0.0; });
        for (const ConnectorId c : seen.left) on_.leave(c, room_);
        for (const ConnectorId c : seen.halted) on_.leave(c, room_);
        for (const ConnectorId c : seen.arrived)
            if (waiting_.contains(c)) plan(seen, c), place(seen, c, slot, setpoints);
        if (slot != slot_) begin_slot(seen, slot, setpoints);
        slot_ = slot;
        const bool is_due = seen.now.time_since_epoch() % period_ == Duration::zero();
        rule_.share(turn, is_due, seen, on_, room_, setpoints);
    }

    [[nodiscard]] std::vector<Counter> counters() const override {
        return {{"ties", static_cast<double>(rule_.ties())},
                {"turns_without_room", static_cast<double>(room_.turns_without_room())},
                {"plans_changed", static_cast<double>(plans_changed_)}};
    }

   private:
    void plan(const ChargingView& seen, ConnectorId c) {
        slots_.choose(seen.now, seen.stated_departure(c), needed_h(seen, c), chosen_[c.index()]);
    }
    /// Who has got less than planned chooses anew among what is left.
    void begin_slot(const ChargingView& seen, std::uint32_t slot, Setpoints& setpoints) {
        constexpr double rounding_h = 1e-6;
        for (const ConnectorId c : waiting_.members()) {
            const double planned = planned_h(seen, c, slot);
            if (planned < needed_h(seen, c) - rounding_h && planned < time_left_h(seen, c) - rounding_h) {
                plan(seen, c);
                ++plans_changed_;
            }
            place(seen, c, slot, setpoints);
        }
    }
    [[nodiscard]] double planned_h(const ChargingView& seen, ConnectorId c, std::uint32_t slot) const {
        const auto& chosen = chosen_[c.index()];
        double planned = 0.0;
        for (auto it = std::lower_bound(chosen.begin(), chosen.end(), slot); it != chosen.end(); ++it)
            planned += slots_.hours_of(*it, seen.now, seen.stated_departure(c));
        return planned;
    }
    /// Lets a vehicle charge in this slot, or not; after its stated departure one that is still there does.
    void place(const ChargingView& seen, ConnectorId c, std::uint32_t slot, Setpoints& setpoints) {
        const auto& chosen = chosen_[c.index()];
        const bool is_late = seen.stated_departure(c) <= seen.now;
        if (is_late || std::binary_search(chosen.begin(), chosen.end(), slot))
            return on_.enter(seen, c, seen.stated_departure_ms[c.index()]);
        if (!on_.contains(c)) return;
        on_.leave(c, room_);
        setpoints.set(c, {});
    }

    Duration period_;
    heuristic::ChargingRoom room_;
    heuristic::Roster waiting_, on_;  ///< all that want energy; those of them that charge in this slot
    heuristic::InOrder rule_;
    heuristic::CheapestSlots slots_;
    std::vector<std::vector<std::uint32_t>> chosen_;  ///< by connector
    ChargingNeed need_;
    Subscription<"currency/kWh", Extent::feeder, Form::forecast> price_;
    std::uint32_t slot_ = static_cast<std::uint32_t>(-1);
    std::size_t plans_changed_ = 0;
};

const bool registered = add_plugin<Controller, PriceFollowing>();

}  // namespace

}  // namespace evsweep
