/// The controller `optimal_schedule`: plans the charging of every single vehicle within the limits of the grid, and follows the
/// plan.
#include <algorithm>
#include <limits>
#include <optional>

#include "controllers/optimal_schedule/params.hpp"
#include "controllers/optimal_schedule/plan_follower.hpp"
#include "controllers/optimal_schedule/plan_maker.hpp"
#include "controllers/optimal_schedule/plan_newcomers.hpp"
#include "controllers/optimal_schedule/plan_remarks.hpp"
#include "evsweep/contracts.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {

namespace {

/// Numbers of all plans of a replica.
struct PlanTally {
    int plans = 0;
    int linearisations = 0;
    int iterations = 0;
    double objective = 0.0;
    double bound = 0.0;
    double relative_gap = 0.0;
    double worst_excess = 0.0;
    double worst_violation = 0.0;

    /// Plans of several days overlap, and the sum of what they say is about no problem that anybody has.
    [[nodiscard]] double of_the_only_plan(double number) const {
        return plans == 1 ? number : std::numeric_limits<double>::quiet_NaN();
    }

    void add(const ChargingPlan& plan) {
        ++plans;
        linearisations += plan.linearisations;
        iterations += plan.iterations;
        objective += plan.schedule.objective - plan.surplus;
        for (const Breach& breach : plan.excesses) worst_excess = std::max(worst_excess, breach.amount);
        for (const Breach& breach : plan.breaches) worst_violation = std::max(worst_violation, breach.amount);
        if (!plan.certificate) return;
        bound += plan.certificate->bound_of_any_control - plan.surplus;
        relative_gap = std::max(relative_gap, plan.certificate->relative_gap);
    }
};

/// Mean state of charge of the vehicles when a plan has been carried out, over those it knows.
double mean_soc_after(const ChargingPlan& plan) {
    const VehicleSteps steps(plan.problem);
    double sum = 0.0;
    std::size_t known = 0;
    for (std::size_t v = 0; v < plan.stays.size(); ++v) {
        if (plan.stays[v].is_expected) continue;
        const bool acts = steps.first[v] < steps.first[v + 1];
        sum += plan.stays[v].full_soc - (acts ? plan.schedule.deficit[steps.first[v + 1] - 1] : plan.problem.vehicles[v].deficit);
        ++known;
    }
    return known > 0 ? sum / static_cast<double>(known) : 0.0;
}

/// kW, then kvar, of all places as connectors are set.
std::vector<double> power_of(const PlanView& seen, const Setpoints& setpoints) {
    const std::size_t places = seen.grid->places();
    const auto place = seen.grid->place_of_connector();
    std::vector<double> power(2 * places, 0.0);
    for (const ConnectorId c : seen.plugged_in) {
        power[place[c.index()]] += setpoints.p_kw(c);
        power[places + place[c.index()]] += setpoints.q_kvar(c);
    }
    return power;
}

class OptimalSchedule final : public Controller {
   public:
    static constexpr std::string_view name = "optimal_schedule";
    static constexpr std::string_view least_settings = "{strategy: smart, mode: receding, every: 2 h}";
    static constexpr Trial trials[] = {{.settings = least_settings, .knows_tapers = false}};
    static const Schema<OptimalScheduleParams>& schema() { return OptimalScheduleParams::schema(); }

    OptimalSchedule(const OptimalScheduleParams& params, const Context& context)
        : params_(params),
          step_(context.step),
          maker_(params, context.stop),
          newcomers_(params, context.stop),
          foreseen_(context.connectors.size()),
          follower_(context.connectors.size(), params.withhold_reactive ? ReactiveUse::withheld : ReactiveUse::as_planned),
          need_(context.exchange) {
        subscribe(context.exchange);
        EVSWEEP_EXPECTS(step_ > Duration::zero(), "a controller knows the control step");
        if (params.period() % step_ != Duration::zero())
            throw PartyError("every: " + Value<Duration>::text(params.period()) +
                             " is not a whole number of control steps; time.step is " + Value<Duration>::text(step_));
    }

    /// Whose plan is made anew for newcomers at the next control step, or knows them, is asked when they come, too.
    [[nodiscard]] Cadence cadence() const override {
        return {.period = step_, .on_plug_in = params_.is_day_ahead() || params_.replan_on_plug_in};
    }

    void decide(Turn& turn, const Connection& connection, Setpoints& setpoints) override {
        const PlanView seen = view_at(turn, connection);
        if (seen.now.time_since_epoch() % step_ != Duration::zero()) return set_newcomers(seen, setpoints);
        if (is_time_to_plan(seen)) make_plan(seen);
        follower_.set(seen, setpoints);
        if (follower_.is_behind()) catch_up(seen, setpoints);
    }

    [[nodiscard]] std::vector<Counter> counters() const override {
        std::vector<Counter> list{{"plans", static_cast<double>(tally_.plans)},
                                  {"linearisations", static_cast<double>(tally_.linearisations)},
                                  {"iterations", static_cast<double>(tally_.iterations)},
                                  {"stalled_plans", static_cast<double>(remarks_.stalled())},
                                  {"unfollowed_kwh", follower_.unfollowed_kwh()},
                                  {"planned_return_kwh", follower_.planned_return_kwh()}};
        if (params_.keeps_limits()) {
            list.push_back({"worst_excess_pu", tally_.worst_excess});
            list.push_back({"worst_violation_pu", tally_.worst_violation});
        }
        if (params_.is_day_ahead()) {
            list.push_back({"objective", tally_.of_the_only_plan(tally_.objective)});
            list.push_back({"final_mean_soc", final_soc_});
        }
        if (params_.certifies()) list.push_back({"worst_relative_gap", tally_.relative_gap});
        if (params_.certifies() && params_.is_day_ahead()) list.push_back({"lower_bound", tally_.of_the_only_plan(tally_.bound)});
        return list;
    }

    [[nodiscard]] std::vector<Remark> remarks() const override {
        return remarks_.remarks(follower_.unfollowed_kwh(), follower_.first_unfollowed());
    }

   private:
    void subscribe(Exchange& exchange) {
        if (params_.sees_grid()) grid_ = exchange.use(services::linear_grid);
        if (params_.is_day_ahead()) foresight_ = exchange.use(services::foresight);
        if (params_.arrivals == ArrivalForecast::forecast) arrivals_ = exchange.use(services::arrivals);
        if (params_.objective != ScheduleGoal::cost) return;
        price_ = exchange.subscribe(signals::price_forecast);
        sell_price_ = exchange.subscribe(signals::sell_price_forecast);
    }

    [[nodiscard]] PlanView view_at(const Turn& turn, const Connection& connection) const {
        PlanView seen(need_.at(turn, connection));
        if (grid_) seen.grid = &turn[*grid_];
        if (foresight_) seen.foreseen = &turn[*foresight_];
        if (arrivals_) seen.expected = &turn[*arrivals_];
        if (!price_) return seen;
        seen.price_forecast = turn[*price_];
        seen.sell_forecast = turn[*sell_price_];
        return seen;
    }

    [[nodiscard]] bool is_time_to_plan(const PlanView& seen) const {
        if (!plan_ || seen.now >= planned_until_) return true;
        return !params_.is_day_ahead() && params_.replan_on_plug_in && (have_come_ || !seen.arrived.empty());
    }

    /// Between two control steps: a day-ahead plan knows who comes; others plan for the newcomers alone until the next step.
    void set_newcomers(const PlanView& seen, Setpoints& setpoints) {
        have_come_ = true;
        if (params_.is_day_ahead()) return follower_.set_newcomers(seen, setpoints);
        follower_.welcome(seen);
        PlanRoom room = params_.keeps_limits() ? room_beside(seen, power_of(seen, setpoints)) : PlanRoom();
        newcomers_.set(seen, *plan_, room, setpoints);
    }

    /// In a step of the plan, whose power counts as drawn whether those who are to come have come or not.
    void catch_up(const PlanView& seen, Setpoints& setpoints) {
        const auto step = static_cast<std::size_t>((seen.now - plan_->window.start) / step_);
        const std::size_t width = plan_->power.size() / plan_->window.steps;
        PlanRoom room =
            params_.keeps_limits() ? room_beside(seen, std::span(plan_->power).subspan(step * width, width)) : PlanRoom();
        follower_.catch_up(seen, room, setpoints);
    }

    [[nodiscard]] PlanRoom room_beside(const PlanView& seen, std::span<const double> power) const {
        return PlanRoom(*seen.grid, params_, seen.now, power);
    }

    void make_plan(const PlanView& seen) {
        PlanWindow window = PlanWindow::from(seen.now, step_, params_.horizon, seen.horizon);
        const std::vector<PlannedStay> stays = stays_for(seen, window);
        if (params_.is_day_ahead()) window = window.to_end_of(stays, seen.horizon);
        ChargingPlan next = maker_.make(seen, window, stays, plan_ ? &*plan_ : nullptr);
        plan_ = std::move(next);
        planned_until_ = seen.now + params_.period();
        have_come_ = false;
        follower_.follow(*plan_);
        tally_.add(*plan_);
        final_soc_ = mean_soc_after(*plan_);
        if (params_.keeps_limits() && window.steps > 0) {
            const PlanLimitsOf limits{*seen.grid, params_};
            remarks_.note(*plan_, &limits, planned_until_);
        } else {
            remarks_.note(*plan_, nullptr, planned_until_);
        }
    }

    [[nodiscard]] std::vector<PlannedStay> stays_for(const PlanView& seen, const PlanWindow& window) {
        if (params_.is_day_ahead()) return foreseen_.within(seen, window);
        auto stays = stays_of_plugged_in(seen);
        if (params_.arrivals == ArrivalForecast::forecast) add_expected_stays(seen, window, stays);
        return stays;
    }

    OptimalScheduleParams params_;
    Duration step_;
    PlanMaker maker_;
    NewcomerPlans newcomers_;
    ForeseenStays foreseen_;
    PlanFollower follower_;
    ChargingNeed need_;
    std::optional<Use<GridModel>> grid_{};
    std::optional<Use<const Population>> foresight_{}, arrivals_{};
    std::optional<Subscription<"currency/kWh", Extent::feeder, Form::forecast>> price_{}, sell_price_{};
    PlanRemarks remarks_;
    PlanTally tally_;
    std::optional<ChargingPlan> plan_;
    Instant planned_until_{};
    bool have_come_ = false;  ///< somebody, since the last plan and between two steps
    double final_soc_ = 0.0;
};

const bool registered = add_plugin<Controller, OptimalSchedule>();

}  // namespace

}  // namespace evsweep
