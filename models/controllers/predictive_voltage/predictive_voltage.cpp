/// The controller `predictive_voltage`: chargers hold the voltage with reactive power by plans that they tell one another.
#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include "controllers/predictive_voltage/central_plan.hpp"
#include "controllers/predictive_voltage/params.hpp"
#include "controllers/predictive_voltage/team.hpp"
#include "evsweep/charging_need.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {

namespace {

constexpr Topic<Trajectory> trajectory{"trajectory"};

PlanRules rules_of(const PredictiveVoltageParams& p) {
    return {.grid = {p.period, static_cast<std::size_t>(p.horizon)},
            .rho = p.smoothing,
            .is_damped = p.damping == PlanDamping::safe,
            .trust = p.trust};
}

/// One member of the topic for each connection point.
std::vector<std::vector<ConnectorId>> one_each(const std::vector<ConnectorId>& own) {
    std::vector<std::vector<ConnectorId>> members;
    for (const ConnectorId c : own) members.push_back({c});
    return members;
}

/// Active power is that of `uncoordinated`: full from plug-in to the target. Members are connectors.
class PredictiveVoltage final : public Controller {
   public:
    static constexpr std::string_view name = "predictive_voltage";
    static const Schema<PredictiveVoltageParams>& schema() { return PredictiveVoltageParams::schema(); }

    PredictiveVoltage(const PredictiveVoltageParams& params, const Context& context)
        : params_(params),
          rules_(rules_of(params)),
          own_(context.own),
          need_(context.exchange),
          voltage_(context.exchange.subscribe(signals::voltage)),
          grid_(context.exchange.use(services::linear_grid)),
          is_new_(context.connectors.size(), 0) {
        if (params.knowledge == PlanKnowledge::neighbours) endpoint_ = context.exchange.join(trajectory, one_each(context.own));
    }

    [[nodiscard]] Cadence cadence() const override {
        return {.period = params_.period, .on_plug_in = true, .on_message = endpoint_.has_value()};
    }

    void decide(Turn& turn, const Connection& connection, Setpoints& setpoints) override {
        if (!team_) learn_grid(turn);
        for (const ConnectorId c : connection.arrived) {
            is_new_[c.index()] = 1;
            setpoints.set(c, full_power(connection, c));
        }
        const bool is_period = turn.now.time_since_epoch() % params_.period == Duration::zero() && begun_ != turn.now;
        if (endpoint_) hear(turn);
        if (is_period) return begin(turn, connection, setpoints);
        if (begun_ == turn.now && rounds_left_ > 0) next_round(turn, setpoints);
    }

    [[nodiscard]] std::vector<Counter> counters() const override {
        const UsedMessages used = team_ ? team_->used_messages() : UsedMessages{};
        return {
            {"moved_kvar", moved_kvar_ + moved_in_period_kvar_},
            {"rounds", static_cast<double>(rounds_)},
            {"share_at_circle",
             member_periods_ > 0 ? static_cast<double>(at_circle_ + at_circle_now_) / static_cast<double>(member_periods_) : 0.0},
            {"mean_message_age_min",
             minutes_of(used.count > 0 ? static_cast<double>(used.summed_age) / static_cast<double>(used.count) : 0.0)},
            {"oldest_message_min", minutes_of(static_cast<double>(used.oldest))}};
    }

   private:
    [[nodiscard]] double minutes_of(double periods) const { return periods * 60.0 * hours(params_.period); }
    [[nodiscard]] static Kilowatts full_power(const Connection& seen, ConnectorId c) {
        return Kilowatts(seen.admissible_kw(c, seen.connectors->charge_rating[c.index()]));
    }

    /// Once: the slopes are those at nominal voltages, which stay.
    void learn_grid(const Turn& turn) {
        GridModel& grid = turn[grid_];
        LinearRows rows;
        if (!grid.linearise_nominal(rows)) throw PartyError("the feeder without load has no solution that could be linearised");
        const auto place = grid.place_of_connector();
        for (double& slope : rows.per_kvar) slope *= params_.slope_factor;
        slopes_ = {grid.places(), std::move(rows.per_kw), std::move(rows.per_kvar)};
        place_.assign(place.begin(), place.end());
        std::vector<std::uint8_t> hears;
        if (params_.reach)
            for (const std::uint32_t steps : grid.hops())
                hears.push_back(steps <= static_cast<std::uint32_t>(*params_.reach) ? 1 : 0);
        team_ = std::make_unique<PredictiveTeam>(rules_, slopes_, place_, std::move(hears));
        central_ = std::make_unique<CentralPlan>(rules_, slopes_, place_);
    }

    void hear(const Turn& turn) {
        const std::uint32_t first = turn.first_address(*endpoint_);
        turn.each_message(*endpoint_, [&](const Message<Trajectory>& message) {
            if (params_.rounds > 1 && message.arrived > message.sent)
                throw PartyError(
                    "messages take time on channel trajectory, so that there is one exchange in a period: give rounds: 1");
            const std::uint32_t from = message.body.connector;
            if (message.to == everybody) return team_->hear_all(from, message.body, message.arrived);
            has_losses_ = true;
            team_->hear(static_cast<std::uint32_t>(own_[message.to - first].index()), from, message.body, message.arrived);
        });
    }

    /// Measures, moves plans on, and posts. Where answers come at this very instant there is a turn for each round; until then,
    /// and where none come, everybody plans with what has been heard so far.
    void begin(Turn& turn, const Connection& connection, Setpoints& setpoints) {
        moved_kvar_ += std::exchange(moved_in_period_kvar_, 0.0);
        at_circle_ += std::exchange(at_circle_now_, 0);
        begun_ = turn.now;
        const std::vector<OwnState> states = measure(turn, connection, setpoints);
        member_periods_ += states.size();
        team_->begin(turn.now, states);
        std::fill(is_new_.begin(), is_new_.end(), std::uint8_t{0});
        if (!endpoint_) return plan_centrally(turn, setpoints);
        rounds_left_ = params_.rounds;
        post(turn);
        const bool expects_answers = has_answers_ && !has_losses_;
        has_answers_ = false;
        if (expects_answers) return;
        at_begin_ = team_->plans();
        used_at_begin_ = team_->used_messages();
        for (int round = 0; round < params_.rounds; ++round) team_->solve();
        rounds_ += static_cast<std::uint64_t>(params_.rounds);
        set(setpoints);
    }

    void next_round(Turn& turn, Setpoints& setpoints) {
        if (rounds_left_ == params_.rounds && !at_begin_.empty()) {
            team_->set_plans(at_begin_);  // what was planned without answers does not count
            team_->set_used_messages(used_at_begin_);
            rounds_ -= static_cast<std::uint64_t>(params_.rounds);
            at_begin_.clear();
        }
        has_answers_ = true;
        team_->solve();
        ++rounds_;
        if (--rounds_left_ > 0) post(turn);
        if (rounds_left_ == 0 || has_losses_) set(setpoints);
    }

    void post(Turn& turn) {
        const std::uint32_t first = turn.first_address(*endpoint_);
        for (std::size_t k = 0; k < team_->plugged().size(); ++k) {
            const ConnectorId c(team_->plugged()[k].member);
            const auto member = static_cast<std::uint32_t>(std::lower_bound(own_.begin(), own_.end(), c) - own_.begin());
            turn.send(*endpoint_, first + member, everybody, team_->message_of(k));
        }
    }

    void plan_centrally(const Turn& turn, Setpoints& setpoints) {
        std::vector<Plan> plans;
        for (std::size_t k = 0; k < team_->plugged().size(); ++k) plans.push_back(team_->plan_kvar(k));
        central_->solve(turn.now, team_->plugged(), plans);
        for (std::size_t k = 0; k < plans.size(); ++k) team_->set_plan(k, plans[k]);
        ++rounds_;
        set(setpoints);
    }

    std::vector<OwnState> measure(const Turn& turn, const Connection& connection, const Setpoints& setpoints) {
        const ChargingView seen = need_.at(turn, connection);
        const auto voltage_pu = turn[voltage_];
        std::vector<OwnState> states;
        for (const ConnectorId c : connection.plugged_in) {
            const std::size_t i = c.index();
            OwnState own;
            own.member = static_cast<std::uint32_t>(i);
            own.is_new = is_new_[i] != 0;
            own.voltage_pu = voltage_pu[i];
            own.p_kw = is_at_once(connection, c) ? 0.0 : setpoints.p_kw(c);
            own.q_kvar = setpoints.q_kvar(c);
            own.unplug = seen.stated_departure(c);
            own.apparent_kva = connection.connectors->apparent_rating[i];
            own.p_now_kw = full_power(connection, c).value();
            const double needed = needed_h(seen, c);
            constexpr double rounding_h = 1e-7;
            for (std::size_t l = 0; l < rules_.grid.horizon; ++l)
                if (needed > static_cast<double>(l) * hours(params_.period) + rounding_h) own.p_plan_kw[l] = own.p_now_kw;
            own.p_plan_kw[0] = own.p_now_kw;
            states.push_back(own);
        }
        return states;
    }

    /// Whether the vehicle has plugged in at this very instant: its power was not yet drawn when the voltage was measured.
    [[nodiscard]] static bool is_at_once(const Connection& seen, ConnectorId c) {
        return std::binary_search(seen.arrived.begin(), seen.arrived.end(), c);
    }

    void set(Setpoints& setpoints) {
        moved_in_period_kvar_ = 0.0;
        at_circle_now_ = 0;
        for (std::size_t k = 0; k < team_->plugged().size(); ++k) {
            const OwnState& own = team_->plugged()[k];
            const double q_kvar = team_->plan_kvar(k)[0];
            setpoints.set(ConnectorId(own.member), Kilowatts(own.p_now_kw), Kilovars(q_kvar));
            moved_in_period_kvar_ += std::abs(q_kvar - own.q_kvar);
            if (std::hypot(own.p_now_kw, q_kvar) > own.apparent_kva - 1e-9) ++at_circle_now_;
        }
    }

    PredictiveVoltageParams params_;
    PlanRules rules_;
    const std::vector<ConnectorId>& own_;
    ChargingNeed need_;
    Subscription<"pu", Extent::connector, Form::present> voltage_;
    Use<GridModel> grid_;
    std::optional<Endpoint<Trajectory>> endpoint_;  ///< none where all is known
    std::vector<std::uint8_t> is_new_;              ///< by connector: plugged in since the last period began

    VoltageSlopes slopes_;
    std::vector<std::uint32_t> place_;  ///< by connector
    std::unique_ptr<PredictiveTeam> team_;
    std::unique_ptr<CentralPlan> central_;

    std::optional<Instant> begun_;  ///< the present period
    int rounds_left_ = 0;           ///< of it
    std::vector<Plan> at_begin_;    ///< plans before anything was planned without answers; empty: nothing was
    UsedMessages used_at_begin_;
    bool has_answers_ = false;  ///< whether messages came at the instant of the last period
    bool has_losses_ = false;   ///< whether members hear different things

    double moved_kvar_ = 0.0, moved_in_period_kvar_ = 0.0;
    std::uint64_t rounds_ = 0, member_periods_ = 0, at_circle_ = 0, at_circle_now_ = 0;
};

const bool registered = add_plugin<Controller, PredictiveVoltage>();

}  // namespace

}  // namespace evsweep
