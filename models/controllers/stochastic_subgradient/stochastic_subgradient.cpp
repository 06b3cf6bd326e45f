/// The controller `stochastic_subgradient`: stations plan reactive power together before they know what they will be able to
/// give.
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>

#include "controllers/stochastic_subgradient/capacity_columns.hpp"
#include "controllers/stochastic_subgradient/params.hpp"
#include "controllers/stochastic_subgradient/signals.hpp"
#include "controllers/stochastic_subgradient/station_forecasts.hpp"
#include "controllers/stochastic_subgradient/subgradient.hpp"
#include "controllers/stochastic_subgradient/true_capacity.hpp"
#include "controllers/stochastic_subgradient/utilisation.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {

namespace {

SubgradientRules subgradient_rules(const StochasticSubgradientParams& p) {
    SubgradientRules rules{static_cast<std::size_t>(p.iterations), {}};
    if (p.knowledge == CapacityKnowledge::draws) rules.first_step = p.first_step;
    return rules;
}

std::vector<std::vector<ConnectorId>> connectors_of_each(const std::vector<Station>& stations) {
    std::vector<std::vector<ConnectorId>> connectors;
    for (const Station& station : stations) connectors.push_back(station.connectors);
    return connectors;
}

/// What a replica's record of its slots comes to.
struct SlotTally {
    std::uint64_t slots = 0, iterations = 0, late_messages = 0;
    double requested_kvar = 0.0, short_kvar = 0.0, moved_kvar = 0.0;
    [[nodiscard]] double per_slot(double sum) const { return slots > 0 ? sum / static_cast<double>(slots) : 0.0; }
};

/// Where `publish: stations` asks for it.
struct StationBoard {
    using Published = Publication<"kvar", Extent::area, Form::present>;
    Published capacity, request, reactive_power, low, median, high;
};

/// Active power is that of `uncoordinated`: full from plug-in to the target. Members are stations.
class StochasticSubgradient final : public Controller {
   public:
    static constexpr std::string_view name = "stochastic_subgradient";
    static constexpr std::string_view least_settings = "{knowledge: persistence}";
    static constexpr Trial trials[] = {{.settings = least_settings}, {.settings = "{knowledge: rated, period: 1 min}"}};
    static const Schema<StochasticSubgradientParams>& schema() { return StochasticSubgradientParams::schema(); }

    StochasticSubgradient(const StochasticSubgradientParams& params, const Context& context)
        : params_(params),
          connectors_(context.connectors),
          calendar_(context.calendar),
          rng_(context.rng),
          stations_(stations_of(context.own, context.connectors, context.buses)),
          voltage_(context.exchange.subscribe(signals::voltage)),
          grid_(context.exchange.use(services::linear_grid)),
          endpoint_(context.exchange.join(utilisation, connectors_of_each(stations_))),
          station_of_(context.connectors.size(), 0),
          limit_(context.connectors.size(), 0.0) {
        for (std::size_t j = 0; j < stations_.size(); ++j) {
            purposes_.push_back(Purpose("capacity").in(stations_[j].name));
            for (const ConnectorId c : stations_[j].connectors) station_of_[c.index()] = j;
        }
        if (params.forecasts() && !stations_.empty())
            forecasts_.emplace(params.history->fitted,
                               columns_of(*params.history->table, params.history->path, stations_, context));
        if (params.given) {
            given_columns_ = columns_of(*params.given->table, params.given->path, stations_, context);
            check_days(*params.given, params.history ? &*params.history : nullptr, params.period, context);
        } else if (params.knowledge == CapacityKnowledge::oracle) {
            soc_ = context.exchange.subscribe(signals::state_of_charge);
            truth_ = context.exchange.use(services::foresight);
        }
        if (params.publish == StationSignals::stations) declare_signals(context.exchange);
    }

    [[nodiscard]] Cadence cadence() const override { return {.period = params_.period, .on_plug_in = true, .on_message = true}; }

    void decide(Turn& turn, const Connection& connection, Setpoints& setpoints) override {
        for (const ConnectorId c : connection.arrived) setpoints.set(c, full_power(connection, c));
        if (stations_.empty()) return;
        if (!team_) learn_grid(turn);
        const bool has_heard = hear(turn);
        const bool is_slot = turn.now.time_since_epoch() % params_.period == Duration::zero() && planned_at_ != turn.now;
        if (is_slot) return begin_slot(turn, connection, setpoints);
        if (has_heard) go_on(turn);
    }

    [[nodiscard]] std::vector<Counter> counters() const override {
        std::vector<Counter> list{{"requested_kvar", tally_.per_slot(tally_.requested_kvar)},
                                  {"short_kvar", tally_.per_slot(tally_.short_kvar)},
                                  {"moved_kvar", tally_.moved_kvar},
                                  {"iterations_per_slot", tally_.per_slot(static_cast<double>(tally_.iterations))},
                                  {"late_messages", static_cast<double>(tally_.late_messages)}};
        if (forecasts_)
            for (Counter& counter : forecasts_->counters()) list.push_back(std::move(counter));
        return list;
    }

   private:
    [[nodiscard]] static Kilowatts full_power(const Connection& seen, ConnectorId c) {
        return Kilowatts(seen.admissible_kw(c, seen.connectors->charge_rating[c.index()]));
    }

    void declare_signals(Exchange& exchange) {
        std::vector<std::string> names;
        for (const Station& station : stations_) names.push_back(station.name);
        board_ = StationBoard{
            exchange.publish(signals::station_capacity, names),        exchange.publish(signals::station_request, names),
            exchange.publish(signals::station_reactive_power, names),  exchange.publish(signals::station_capacity_low, names),
            exchange.publish(signals::station_capacity_median, names), exchange.publish(signals::station_capacity_high, names)};
    }

    /// Once: the slopes are those at nominal voltages, which stay.
    void learn_grid(const Turn& turn) {
        if (turn.members(endpoint_) != stations_.size())
            throw PartyError("stations of several parties exchange messages; give one party the groups of all");
        GridModel& grid = turn[grid_];
        LinearRows rows;
        if (!grid.linearise_nominal(rows)) throw PartyError("the feeder without load has no solution that could be linearised");
        const auto place = grid.place_of_connector();
        StationSlopes slopes{stations_.size(), {}};
        for (const Station& seen : stations_)
            for (const Station& drawing : stations_)
                slopes.pu_per_kvar.push_back(rows.per_kvar[place[seen.connectors.front().index()] * grid.places() +
                                                           place[drawing.connectors.front().index()]]);
        team_ = std::make_unique<SubgradientTeam>(subgradient_rules(params_), std::move(slopes));
    }

    // Messages.

    /// Whether something came that the present plan waits for.
    bool hear(const Turn& turn) {
        const std::uint32_t first = turn.first_address(endpoint_);
        bool has_heard = false;
        turn.each_message(endpoint_, [&](const Message<Utilisation>& message) {
            const Utilisation& said = message.body;
            if (said.planned_at != planned_at_) return void(++tally_.late_messages);
            if (said.iteration != team_->iteration() || said.what != awaited_)
                throw PartyError(
                    "messages of one exchange take different times on channel utilisation; give them all the same delay");
            const auto to = message.to == everybody ? std::nullopt : std::optional<std::size_t>(message.to - first);
            if (said.what == Announced::change)
                team_->hear_change(message.from - first, to, said.value);
            else
                team_->hear_deviation(message.from - first, to, said.value);
            has_heard = true;
        });
        return has_heard;
    }

    void post(Turn& turn, Announced what) {
        const std::uint32_t first = turn.first_address(endpoint_);
        awaited_ = what;
        for (std::uint32_t j = 0; j < stations_.size(); ++j) {
            const double value = what == Announced::change ? team_->change_kvar(j) : team_->deviation_pu(j);
            turn.send(endpoint_, first + j, everybody,
                      Utilisation{*planned_at_, static_cast<std::uint32_t>(team_->iteration()), what, value});
        }
    }

    /// Answers are there: the next half of an iteration.
    void go_on(Turn& turn) {
        if (awaited_ == Announced::change) {
            team_->find_deviations();
            return post(turn, Announced::deviation);
        }
        team_->move();
        ++tally_.iterations;
        if (!team_->is_done()) post(turn, Announced::change);
    }

    // Slots.

    /// What was planned in the last slot is applied as far as it goes, and the plan for the next one begins.
    void begin_slot(Turn& turn, const Connection& connection, Setpoints& setpoints) {
        std::vector<StationState> states = measure(turn, setpoints);
        look_at_chargers(connection);
        const std::vector<double> capacity = present_capacity(turn.now);
        learn(turn.now, capacity);
        const std::vector<double> plan = team_->plan_kvar();
        const std::vector<double> applied = apply(plan, connection, setpoints);
        if (board_) publish(turn, plan, applied);
        const std::vector<double> expected = expect(turn, capacity);
        planned_at_ = turn.now;
        for (std::size_t j = 0; j < stations_.size(); ++j) {
            states[j].start_kvar = applied[j];
            states[j].bound_kvar = params_.knowledge == CapacityKnowledge::draws ? stations_[j].rated_kvar : expected[j];
        }
        team_->begin(states, expected);
        last_capacity_ = capacity;
        post(turn, Announced::change);
    }

    /// Voltages with the reactive power that was in force then. Without a load-flow solution nobody knows of a deviation.
    std::vector<StationState> measure(const Turn& turn, const Setpoints& setpoints) const {
        const auto voltage_pu = turn[voltage_];
        std::vector<StationState> states;
        for (const Station& station : stations_) {
            StationState state;
            const double seen = voltage_pu[station.connectors.front().index()];
            if (std::isfinite(seen)) state.voltage_pu = seen;
            for (const ConnectorId c : station.connectors) state.in_force_kvar += setpoints.q_kvar(c);
            states.push_back(state);
        }
        return states;
    }

    /// What each charger leaves of its circle beside the active power that it will draw; 0 without a vehicle.
    void look_at_chargers(const Connection& connection) {
        std::fill(limit_.begin(), limit_.end(), 0.0);
        for (const ConnectorId c : connection.plugged_in)
            limit_[c.index()] = reactive_limit_kvar(connectors_.apparent_rating[c.index()], full_power(connection, c).value());
    }

    [[nodiscard]] double limit_of(const Station& station) const {
        double sum = 0.0;
        for (const ConnectorId c : station.connectors) sum += limit_[c.index()];
        return sum;
    }

    [[nodiscard]] std::vector<double> given_at(Instant t) const {
        const std::size_t row = row_at(*params_.given, calendar_, t);
        std::vector<double> kvar;
        for (const std::size_t column : given_columns_) kvar.push_back(params_.given->table->kvar[column][row]);
        return kvar;
    }

    /// As the stations know them.
    [[nodiscard]] std::vector<double> present_capacity(Instant now) const {
        if (params_.given) return given_at(now);
        std::vector<double> kvar;
        for (const Station& station : stations_) kvar.push_back(limit_of(station));
        return kvar;
    }

    [[nodiscard]] SlotTime slot_time(Instant t) const {
        const Duration since_midnight = calendar_.time_of_day(t).since_midnight;
        const unsigned weekday = calendar_.weekday(t).iso_encoding();
        return {static_cast<std::size_t>(since_midnight / params_.period), hours(since_midnight) / 24.0,
                weekday >= 6 || calendar_.is_holiday(calendar_.day(t))};
    }

    /// Forecasts are judged by what has come. Where capacities are given, the first slot is forecast from those before it.
    void learn(Instant now, const std::vector<double>& capacity) {
        if (!forecasts_) return;
        if (!forecasts_->has_forecast()) {
            if (!params_.given || params_.given->first_row() < 2 || now != Instant{}) return;
            forecasts_->forecast(slot_time(now), given_at(now - params_.period), given_at(now - 2 * params_.period));
        }
        forecasts_->learn(capacity);
    }

    /// By station; its chargers share in proportion to what each can give.
    std::vector<double> apply(const std::vector<double>& plan, const Connection& connection, Setpoints& setpoints) {
        const std::vector<double> given = params_.given ? given_at(connection.now) : std::vector<double>();
        std::vector<double> applied, share;
        capacity_.clear();
        for (std::size_t j = 0; j < stations_.size(); ++j) {
            const double physical = limit_of(stations_[j]);
            const double most = given.empty() ? physical : std::min(physical, params_.given->text.factor.value() * given[j]);
            applied.push_back(std::clamp(plan[j], -most, most));
            share.push_back(physical > 0.0 ? applied[j] / physical : 0.0);
            capacity_.push_back(most);
            tally_.requested_kvar += std::abs(plan[j]);
            tally_.short_kvar += std::abs(plan[j] - applied[j]);
        }
        for (const ConnectorId c : connection.plugged_in) {
            const double limit = limit_[c.index()];
            const double own = std::clamp(share[station_of_[c.index()]] * limit, -limit, limit);
            tally_.moved_kvar += std::abs(own - setpoints.q_kvar(c));
            setpoints.set(c, full_power(connection, c), Kilovars(own));
        }
        ++tally_.slots;
        return applied;
    }

    void publish(Turn& turn, const std::vector<double>& plan, const std::vector<double>& applied) {
        for (std::size_t j = 0; j < stations_.size(); ++j) {
            const bool knows = forecasts_ && forecasts_->has_forecast();
            const auto quantile = [&](double share) {
                return knows ? forecasts_->of(j).quantile(share) : std::numeric_limits<double>::quiet_NaN();
            };
            turn[board_->capacity][j] = capacity_[j];
            turn[board_->request][j] = plan[j];
            turn[board_->reactive_power][j] = applied[j];
            turn[board_->low][j] = quantile(0.1);
            turn[board_->median][j] = quantile(0.5);
            turn[board_->high][j] = quantile(0.9);
        }
    }

    /// What stations reckon with in the next slot, by station, or by iteration and station.
    std::vector<double> expect(const Turn& turn, const std::vector<double>& capacity) {
        const Instant next = turn.now + params_.period;
        if (forecasts_)
            forecasts_->forecast(slot_time(next), capacity,
                                 last_capacity_.empty() ? before_first(turn.now, capacity) : last_capacity_);
        std::vector<double> kvar;
        switch (params_.knowledge) {
            case CapacityKnowledge::draws:
                return forecasts_->draws(static_cast<std::size_t>(params_.iterations), rng_, purposes_,
                                         static_cast<std::uint32_t>(turn.now.time_since_epoch() / params_.period));
            case CapacityKnowledge::point:
                for (std::size_t j = 0; j < stations_.size(); ++j) kvar.push_back(forecasts_->of(j).mean());
                return kvar;
            case CapacityKnowledge::persistence:
                return capacity;
            case CapacityKnowledge::rated:
                for (const Station& station : stations_) kvar.push_back(station.rated_kvar);
                return kvar;
            case CapacityKnowledge::oracle:
                break;
        }
        if (!params_.given) return true_capacity_kvar(stations_, turn[*truth_], turn.now, next, turn[*soc_]);
        for (const double given : given_at(next)) kvar.push_back(params_.given->text.factor.value() * given);
        return kvar;
    }

    /// Capacities of the slot before the first; as now where nobody knows.
    [[nodiscard]] std::vector<double> before_first(Instant now, const std::vector<double>& capacity) const {
        return params_.given && params_.given->first_row() > 0 ? given_at(now - params_.period) : capacity;
    }

    StochasticSubgradientParams params_;
    const Connectors& connectors_;
    Calendar calendar_;
    Rng rng_;
    std::vector<Station> stations_;
    std::vector<Purpose> purposes_;  ///< of draws, by station
    Subscription<"pu", Extent::connector, Form::present> voltage_;
    Use<GridModel> grid_;
    Endpoint<Utilisation> endpoint_;
    std::optional<Subscription<"1", Extent::connector, Form::present>> soc_;  ///< of the oracle
    std::optional<Use<const Population>> truth_;                              ///< likewise
    std::optional<StationBoard> board_;

    std::unique_ptr<SubgradientTeam> team_;
    std::optional<StationForecasts> forecasts_;
    std::vector<std::size_t> given_columns_;  ///< by station
    std::vector<std::size_t> station_of_;     ///< by connector
    std::vector<double> limit_;               ///< kvar, by connector
    std::vector<double> capacity_;            ///< kvar, by station, in this slot
    std::vector<double> last_capacity_;       ///< as stations knew them in the slot before; empty before the first
    std::optional<Instant> planned_at_;       ///< when the present plan began
    Announced awaited_ = Announced::change;   ///< what the stations tell one another now
    SlotTally tally_;
};

const bool registered = add_plugin<Controller, StochasticSubgradient>();

}  // namespace

}  // namespace evsweep
