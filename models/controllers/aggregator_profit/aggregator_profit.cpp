/// The controller `aggregator_profit`: buys, and where it may sells, energy for a fleet whose stays are reserved, within a cap
/// and a floor of the feeder's power, by a plan in whole steps.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

#include "controllers/aggregator_profit/feeder_room.hpp"
#include "controllers/aggregator_profit/params.hpp"
#include "controllers/aggregator_profit/price_knowledge.hpp"
#include "controllers/aggregator_profit/profit_plan.hpp"
#include "controllers/aggregator_profit/reasons.hpp"
#include "controllers/aggregator_profit/reserved_stays.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {

namespace {

/// What a plan may keep back for losses at the cap, where another round might use it.
constexpr double most_unused_kw = 1e-3;

/// A plan in force.
struct PlanInForce {
    StepWindow window;
    std::vector<ReservedStay> stays;
    ProfitProblem problem;
    ProfitPlan plan;
};

/// Numbers of all plans of a replica.
struct ProfitTally {
    int plans = 0, solves = 0, nodes = 0;
    double worst_gap = 0.0, worst_violation = 0.0;
    double first_cost = 0.0;
    double unfollowed_kwh = 0.0;

    void add(const ProfitPlan& plan) {
        ++solves;
        nodes += plan.nodes;
        worst_gap = std::max(worst_gap, plan.certificate.relative_gap);
        worst_violation = std::max({worst_violation, plan.certificate.row_violation, plan.certificate.range_violation});
    }
};

class AggregatorProfit final : public Controller {
   public:
    static constexpr std::string_view name = "aggregator_profit";
    static constexpr std::string_view least_settings = "{knowledge: perfect}";
    /// Plans in whole steps leave the parts of steps at both ends of a stay unused, and may fall short by design.
    static constexpr Trial trials[] = {
        {.settings = least_settings, .meets_targets = false, .knows_tapers = false},
        {.settings = "{knowledge: day_ahead, strategy: v1g}", .meets_targets = false, .knows_tapers = false},
        {.settings = "{knowledge: rolling, cap: 3260 kW}", .meets_targets = false, .knows_tapers = false}};
    static const Schema<AggregatorProfitParams>& schema() { return AggregatorProfitParams::schema(); }

    AggregatorProfit(const AggregatorProfitParams& params, const Context& context)
        : params_(params),
          own_(context.own),
          need_(context.exchange),
          prices_(params_, context.exchange),
          stays_(context.exchange.use(services::foresight)) {
        options_.stop = context.stop;
        if (params.cap || params.floor) base_ = context.exchange.subscribe(signals::base_demand_forecast);
        if (params.plans_losses()) grid_ = context.exchange.use(services::linear_grid);
        if (params.step % context.step != Duration::zero())
            throw PartyError("step: " + Value<Duration>::text(params.step) +
                             " is not a whole number of control steps; time.step is " + Value<Duration>::text(context.step));
    }

    [[nodiscard]] Cadence cadence() const override { return {.period = params_.step}; }
    /// What is bought cheaply may be worth more later, and at negative prices at once.
    [[nodiscard]] bool charges_past_targets() const override { return true; }

    void decide(Turn& turn, const Connection& connection, Setpoints& setpoints) override {
        const ChargingView seen = need_.at(turn, connection);
        if (!in_force_ || params_.knowledge == PriceKnowledge::rolling) make_plan(turn, seen);
        follow(seen, setpoints);
    }

    [[nodiscard]] std::vector<Counter> counters() const override {
        const bool plans_once = params_.knowledge != PriceKnowledge::rolling;
        return {{"plans", static_cast<double>(tally_.plans)},
                {"solves", static_cast<double>(tally_.solves)},
                {"branched_nodes", static_cast<double>(tally_.nodes)},
                {"worst_relative_gap", tally_.worst_gap},
                {"worst_violation", tally_.worst_violation},
                {"planned_cost", plans_once ? tally_.first_cost : std::numeric_limits<double>::quiet_NaN()},
                {"lowered_targets", static_cast<double>(lowered_.size())},
                {"unfollowed_kwh", tally_.unfollowed_kwh}};
    }

    [[nodiscard]] std::vector<Remark> remarks() const override { return remarks_; }

   private:
    void make_plan(const Turn& turn, const ChargingView& seen) {
        PlanInForce next;
        next.window = StepWindow::from(seen.now, params_.step, seen.horizon);
        next.stays = reserved_stays(seen, turn[stays_], own_, next.window, params_);
        next.problem = problem_of(turn, next);
        tell_lowered(lower_targets(next.problem), next, seen);
        for (std::size_t s = 0; s < next.stays.size(); ++s) next.stays[s].stay = next.problem.stays[s];
        solve_within_limits(turn, seen, next);
        if (++tally_.plans == 1) tally_.first_cost = next.plan.cost;
        in_force_ = std::move(next);
    }

    [[nodiscard]] ProfitProblem problem_of(const Turn& turn, const PlanInForce& next) const {
        ProfitProblem problem;
        const std::size_t steps = next.window.steps;
        problem.step_h = hours(params_.step);
        problem.wear_per_kwh = params_.wear.value();
        if (params_.cap) problem.cap_kw = params_.cap->value();
        if (params_.floor) problem.floor_kw = params_.floor->value();
        PlanPrices prices = prices_.at(turn, steps);
        problem.buy_per_kwh = std::move(prices.buy), problem.sell_per_kwh = std::move(prices.sell);
        BaseRange base =
            base_ ? base_range(turn[*base_], next.window) : BaseRange{std::vector<double>(steps), std::vector<double>(steps)};
        problem.base_high_kw = std::move(base.high_kw), problem.base_low_kw = std::move(base.low_kw);
        for (const ReservedStay& stay : next.stays) problem.stays.push_back(stay.stay);
        return problem;
    }

    void tell_lowered(const std::vector<LoweredTarget>& list, const PlanInForce& next, const ChargingView& seen) {
        for (const LoweredTarget& lowered : list) {
            const ReservedStay& stay = next.stays[lowered.stay];
            // What the study's end cuts off is owed then, which KPIs tell.
            if (stay.goes_on || !lowered_.insert(stay.session).second) continue;
            remarks_.push_back({seen.now, text_of(lowered, stay, next.window, seen.calendar)});
        }
    }

    /// Plans, looks at the feeder's head, and plans again with the losses found there, until cap and floor hold and nothing that
    /// matters is kept back for losses that are not there.
    void solve_within_limits(const Turn& turn, const ChargingView& seen, PlanInForce& next) {
        constexpr int most_rounds = 40, exact_rounds = 12;
        LinearBasis start = start_of(next);
        for (int round = 0; round < most_rounds; ++round) {
            next.plan = make_profit_plan(next.problem, options_, &start);
            tally_.add(next.plan);
            if (next.plan.status != LinearStatus::optimal) throw PartyError(why_not(next, seen));
            if (!grid_) return;
            const Allowance allowance = round < exact_rounds ? Allowance::as_found : Allowance::growing;
            const HeadCheck head =
                take_losses(turn[*grid_], turn[*base_], next.window, next.stays, next.plan, allowance, next.problem);
            if (head.is_kept() && (head.unused_kw < most_unused_kw || allowance == Allowance::growing)) return;
            start = next.plan.basis;
        }
        throw PartyError(
            fmt::format("no plan with the feeder's losses keeps cap and floor after {} rounds; change them", most_rounds));
    }

    [[nodiscard]] std::string why_not(const PlanInForce& next, const ChargingView& seen) const {
        if (next.plan.status == LinearStatus::unproven)
            return fmt::format(
                "no plan was proven the cheapest within {} branchings; buying and selling at once would pay, as with a negative "
                "fee or "
                "a selling price above the buying one: mend the prices, or use strategy v1g",
                next.plan.nodes);
        if (next.plan.status != LinearStatus::infeasible)
            return "the plan was not solved to the end: " + std::string(name_of(next.plan.status));
        if (const auto step = hopeless_step(next.problem)) return reason_of(*step, next.problem, next.window, seen.calendar);
        return reason_of_infeasible(next.problem, options_);
    }

    [[nodiscard]] LinearBasis start_of(const PlanInForce& next) const {
        if (!in_force_) return {};
        const auto steps_ago = static_cast<std::size_t>((next.window.start - in_force_->window.start) / params_.step);
        return basis_from(in_force_->stays, in_force_->plan.basis, next.stays, steps_ago);
    }

    /// Sets what the plan has for the step that begins now; vehicles that it has nothing for rest.
    void follow(const ChargingView& seen, Setpoints& setpoints) {
        const auto step = static_cast<std::size_t>((seen.now - in_force_->window.start) / params_.step);
        std::vector<double> wish_kw(seen.connectors->size(), 0.0);
        for (std::size_t s = 0; s < in_force_->stays.size(); ++s) {
            const ReservedStay& reserved = in_force_->stays[s];
            if (step < reserved.stay.first || step >= reserved.stay.end) continue;
            const std::size_t k = step - reserved.stay.first;
            wish_kw[reserved.connector.index()] = in_force_->plan.charge_kw[s][k] - in_force_->plan.discharge_kw[s][k];
        }
        for (const ConnectorId c : seen.plugged_in) {
            const double wished = std::abs(wish_kw[c.index()]) < power_rounding_kw ? 0.0 : wish_kw[c.index()];
            const double set = wished == 0.0 ? 0.0 : seen.admissible_kw(c, wished);
            setpoints.set(c, Kilowatts(set));
            tally_.unfollowed_kwh += std::abs(wished - set) * hours(params_.step);
        }
    }

    AggregatorProfitParams params_;
    const std::vector<ConnectorId>& own_;
    ChargingNeed need_;
    PriceView prices_;
    Use<const Population> stays_;
    std::optional<Subscription<"kW", Extent::feeder, Form::forecast>> base_{};
    std::optional<Use<GridModel>> grid_{};
    LinearOptions options_;
    std::optional<PlanInForce> in_force_;
    ProfitTally tally_;
    std::set<std::uint32_t> lowered_;  ///< sessions whose targets were
    std::vector<Remark> remarks_;
};

const bool registered = add_plugin<Controller, AggregatorProfit>();

}  // namespace

}  // namespace evsweep
