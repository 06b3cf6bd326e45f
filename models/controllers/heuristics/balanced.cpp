/// The controller `balanced`: limits spread evenly over who wants energy, or each vehicle's energy evenly over its stay.
#include <optional>

#include "controllers/heuristics/fair_shares.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {

namespace {

enum class Spread { limit, stay };
std::vector<std::pair<std::string, Spread>> names_of(Spread) { return {{"limit", Spread::limit}, {"stay", Spread::stay}}; }

struct BalancedParams : heuristic::Settings {
    Spread spread = Spread::limit;
    Kilowatts step{0.5};
};

/// The power that is just enough until the stated departure, or the charger's next step above it; full power where the battery
/// tapers before its target, or the time is over.
double just_enough_kw(const ChargingView& seen, ConnectorId c, double full_kw) {
    const std::size_t i = c.index();
    const double left_h = time_left_h(seen, c);
    if (left_h <= 0.0 || tapers_below(seen, c, seen.target_soc[i])) return full_kw;
    return heuristic::step_up_kw(seen, c, needed_kwh(seen, c) / left_h, full_kw);
}

/// What vehicles are to have: as wished when they came, and more where they have fallen behind since.
struct WishedPower {
    static constexpr bool is_full = false;
    const std::vector<double>& wished_kw;
    double operator()(ConnectorId c) const { return wished_kw[c.index()]; }
};

class Balanced final : public Controller {
   public:
    static constexpr std::string_view name = "balanced";
    static constexpr Trial trials[] = {
        {""}, {"{spread: stay}"}, {"{limit: 20 kW, limited: charging}", false}, {"{limit: 3150 kW, step: 0 kW}", false}};
    static const Schema<BalancedParams>& schema() {
        static const Schema<BalancedParams> schema = [] {
            Schema<BalancedParams> s(
                "Limits of sites and feeder spread evenly over all that want energy; or each vehicle's energy spread over its "
                "stay, "
                "and limits over these wishes");
            heuristic::declare_settings(s);
            s.optional("spread", &BalancedParams::spread,
                       "limit: everybody wants full power; stay: the power that is just enough until the stated departure")
                .optional(
                    "step", &BalancedParams::step,
                    "shares are whole multiples of it, and what that leaves goes to the lower charging points, one step each, so "
                    "that a small change of a limit moves few chargers; 0 kW: exactly even",
                    at_least(0.0));
            s.used_if([](const BalancedParams& p) { return p.spread == Spread::limit; }, "with spread: limit", {"step"});
            return s;
        }();
        return schema;
    }

    Balanced(const BalancedParams& params, const Context& context)
        : period_(params.period),
          room_(params, context,
                params.spread == Spread::limit ? heuristic::WithoutLimit::warn : heuristic::WithoutLimit::accept),
          roster_(context),
          shares_(params.spread == Spread::limit ? params.step.value() : 0.0, room_.rows()) {
        if (params.spread == Spread::limit) return;
        need_.emplace(context.exchange);
        wished_kw_.assign(context.connectors.size(), 0.0);
    }

    [[nodiscard]] Cadence cadence() const override { return {.period = period_, .on_plug_in = true, .on_unplug = true}; }

    void decide(Turn& turn, const Connection& seen, Setpoints& setpoints) override {
        const bool is_due = seen.now.time_since_epoch() % period_ == Duration::zero();
        roster_.update(seen, room_, [](ConnectorId) { return 0.0; });
        if (!need_) return shares_.share(turn, is_due, seen, roster_, room_, setpoints, heuristic::FullPower{roster_});
        const ChargingView view = need_->at(turn, seen);
        for (const ConnectorId c : seen.arrived)
            if (roster_.contains(c)) wish(view, c);
        for (const ConnectorId c : roster_.members())
            if (setpoints.p_kw(c) < wished_kw_[c.index()] - heuristic::negligible_kw) wish(view, c);
        shares_.share(turn, is_due, seen, roster_, room_, setpoints, WishedPower{wished_kw_});
    }

    [[nodiscard]] std::vector<Counter> counters() const override {
        return {{"ties", static_cast<double>(shares_.ties())},
                {"turns_without_room", static_cast<double>(room_.turns_without_room())}};
    }

   private:
    /// Of a newcomer, or of a vehicle that has less than it wished; the others go on with what they have.
    void wish(const ChargingView& seen, ConnectorId c) {
        wished_kw_[c.index()] = just_enough_kw(seen, c, roster_.full_kw(c));
        roster_.touch();
    }

    Duration period_;
    heuristic::ChargingRoom room_;
    heuristic::Roster roster_;
    heuristic::FairShares shares_;
    std::optional<ChargingNeed> need_{};
    std::vector<double> wished_kw_;  ///< by connector
};

const bool registered = add_plugin<Controller, Balanced>();

}  // namespace

}  // namespace evsweep
