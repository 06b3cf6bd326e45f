/// The agent `optimal_power_flow`: clears a transmission grid period by period with what vehicles draw, and publishes prices.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "agents/optimal_power_flow/publications.hpp"
#include "agents/optimal_power_flow/settings.hpp"
#include "agents/optimal_power_flow/tally.hpp"
#include "evsweep/agent.hpp"
#include "evsweep/energy_meters.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {

namespace {

constexpr std::size_t most_remarks = 5;

std::vector<GroupPlace> places_of_groups(const OptimalPowerFlowParams& p, const Connectors& connectors) {
    std::vector<GroupPlace> places(connectors.groups.size());
    if (places.empty()) return places;
    for (const auto& [group, place] : p.groups) {
        const auto found = std::find(connectors.groups.begin(), connectors.groups.end(), group);
        if (found == connectors.groups.end())
            throw PartyError("groups: '" + group + "' is no group of the population; " + did_you_mean(group, connectors.groups));
        places[static_cast<std::size_t>(found - connectors.groups.begin())] = {place_of(place.bus, p.grid.grid->buses),
                                                                               place.scale};
    }
    return places;
}

class OptimalPowerFlow final : public Agent {
   public:
    static constexpr std::string_view name = "optimal_power_flow";
    // Prices of a past period are not known at the start, so those that are tried clear the coming one.
    static constexpr std::string_view least_settings =
        "{clears: coming, margin: true, groups: {all: {bus: town}}, grid: {reference: plant, "
        "buses: [{id: plant, voltage: [0.95 pu, 1.05 pu]}, {id: town, demand: 50 MW, voltage: [0.95 pu, 1.05 pu]}], branches: "
        "[{from: plant, to: town, r: 0.01 pu, x: 0.1 pu}], "
        "generators: [{bus: plant, p: [0 MW, 100 MW], q: [-50 Mvar, 50 Mvar], cost: {square: 0.01, linear: 20 $/MWh}}]}}";
    static constexpr Trial trials[] = {{least_settings}};
    static const Schema<OptimalPowerFlowParams>& schema() { return OptimalPowerFlowParams::schema(); }

    OptimalPowerFlow(const OptimalPowerFlowParams& p, const Context& context)
        : p_(p),
          grid_(p.studied_grid()),
          step_(context.step),
          places_(places_of_groups(p, context.connectors)),
          energy_(context.exchange.subscribe(signals::group_energy, Freshness::previous)),
          reactive_energy_(context.exchange.subscribe(signals::group_reactive_energy, Freshness::previous)),
          published_(context.exchange, grid_) {
        if (p.clears == ClearedPeriod::coming) power_ = context.exchange.subscribe(signals::group_power, Freshness::previous);
        if (p.feeder) head_ = context.exchange.subscribe(signals::feeder_head, Freshness::previous);
        if (p.feeder) head_reactive_ = context.exchange.subscribe(signals::feeder_head_reactive, Freshness::previous);
        check_times(context);
    }

    [[nodiscard]] Cadence cadence() const override { return {.period = p_.feeder ? step_ : p_.period}; }

    void act(Turn& turn) override {
        if (p_.feeder) read_feeder(turn);
        const Duration now = turn.now.time_since_epoch();
        if (now % p_.period != Duration::zero()) return;
        if (p_.clears == ClearedPeriod::past && now == Duration::zero()) {
            published_.put_nothing(turn);
            read_meters(turn);
        } else {
            clear(turn);
        }
        feeder_ = {};
    }

    [[nodiscard]] std::vector<Counter> counters() const override { return tally_.counters(); }
    [[nodiscard]] std::vector<Remark> remarks() const override {
        if (tally_.without_solution() == 0.0) return {};
        const double more = tally_.without_solution() - static_cast<double>(remarks_.size());
        std::string text = tally_.text() + "; no sum of cost is known";
        if (more > 0.0) text += fmt::format("; {} of them are told one by one, {:.0f} more are not", remarks_.size(), more);
        std::vector<Remark> all{{first_trouble_, text}};
        all.insert(all.end(), remarks_.begin(), remarks_.end());
        return all;
    }

   private:
    /// Power of something beside the grid's own demand.
    struct Power {
        double kw = 0.0, kvar = 0.0;
    };
    struct FeederReadings : Power {
        double count = 0.0;
    };

    /// Every period that a turn clears must have its demand factor, and the feeder is read at control steps.
    void check_times(const Context& context) const {
        if (p_.feeder && p_.period % context.step != Duration::zero())
            throw PartyError("period: " + duration_text(p_.period) + " is not a whole number of control steps of " +
                             duration_text(context.step) + ", at which the feeder is read");
        if (!p_.demand_factor) return;
        const auto turns = (context.horizon - Duration(1)) / p_.period;  // after the one at the start
        const Duration needed = p_.period * (p_.clears == ClearedPeriod::past ? turns : turns + 1);
        if (p_.demand_factor->covers() >= needed) return;
        throw PartyError(
            fmt::format("demand_factor: {} values of {} end after {}, and the periods cleared end after {}; give more values",
                        p_.demand_factor->values.size(), duration_text(p_.demand_factor->every),
                        duration_text(p_.demand_factor->covers()), duration_text(needed)));
    }

    void read_feeder(Turn& turn) {
        feeder_.kw += turn.value(*head_).value();
        feeder_.kvar += turn.value(*head_reactive_).value();
        feeder_.count += 1.0;
    }

    /// The mean power of each group since the last reading.
    std::vector<Power> read_meters(Turn& turn) {
        const auto kwh = turn[energy_], kvarh = turn[reactive_energy_];
        std::vector<Power> powers(places_.size());
        last_kwh_.resize(places_.size(), 0.0), last_kvarh_.resize(places_.size(), 0.0);
        const double h = hours(p_.period);
        for (std::size_t g = 0; g < places_.size(); ++g) {
            powers[g] = {(kwh[g] - last_kwh_[g]) / h, (kvarh[g] - last_kvarh_[g]) / h};
            last_kwh_[g] = kwh[g], last_kvarh_[g] = kvarh[g];
        }
        return powers;
    }

    std::vector<Power> powers_of_groups(Turn& turn) {
        std::vector<Power> metered = read_meters(turn);
        if (p_.clears == ClearedPeriod::past) return metered;
        // Active power as it stands; of reactive power there is only what was metered.
        for (std::size_t g = 0; g < metered.size(); ++g) metered[g].kw = turn[*power_][g];
        return metered;
    }

    GridDemand demand_at(Turn& turn) {
        const Duration now = turn.now.time_since_epoch();
        const Duration begin = p_.clears == ClearedPeriod::past ? now - p_.period : now;
        GridDemand demand = demand_of(grid_, p_.demand_factor ? p_.demand_factor->mean(begin, begin + p_.period) : 1.0);
        const auto add = [&demand](std::size_t bus, double kw, double kvar) {
            demand.p_mw[bus] += kw / 1000.0;
            demand.q_mvar[bus] += kvar / 1000.0;
        };
        for (const auto& [bus, power] : p_.more_demand) add(place_of(bus, grid_.buses), power.p.value(), power.q.value());
        const std::vector<Power> groups = powers_of_groups(turn);
        for (std::size_t g = 0; g < groups.size(); ++g)
            if (places_[g].is_placed()) add(*places_[g].bus, places_[g].scale * groups[g].kw, places_[g].scale * groups[g].kvar);
        if (p_.feeder) {
            const double scale = p_.feeder->scale / feeder_.count;
            add(place_of(p_.feeder->bus, grid_.buses), scale * feeder_.kw, scale * feeder_.kvar);
        }
        return demand;
    }

    void clear(Turn& turn) {
        const GridDemand demand = demand_at(turn);
        published_.put_nothing(turn);
        published_.put_demand(turn, demand);
        if (!is_known(demand)) {
            note_trouble(turn.now);
            return tally_.count_unknown();
        }
        const GridDispatch result = dispatch(grid_, demand, p_.objective);
        if (!result.is_solved()) note_trouble(turn.now);
        tally_.count(result, hours(p_.period), p_.objective == GridObjective::cost);
        if (!result.is_solved()) return explain(turn, result);
        published_.put_missing(turn, 0.0);
        published_.put(turn, result, p_.published_flows ? flows_with_published_error(grid_, result) : result.flows);
        if (p_.objective == GridObjective::cost) published_.put_prices(turn, result, places_);
        if (p_.margin) measure_margin(turn, demand);
    }

    /// A meter, or a load flow without a solution, may have given no number.
    static bool is_known(const GridDemand& demand) {
        const auto is_number = [](double value) { return std::isfinite(value); };
        return std::all_of(demand.p_mw.begin(), demand.p_mw.end(), is_number) &&
               std::all_of(demand.q_mvar.begin(), demand.q_mvar.end(), is_number);
    }

    void measure_margin(Turn& turn, const GridDemand& demand) {
        const auto factor = loadability(grid_, demand, std::vector<bool>(grid_.buses.size(), true));
        published_.put_margin(turn, factor.value_or(no_number_known));
        tally_.count_margin(factor.value_or(no_number_known));
    }

    void note_trouble(Instant now) {
        if (tally_.without_solution() == 0.0) first_trouble_ = now;
    }

    void explain(Turn& turn, const GridDispatch& result) {
        if (result.shortage) published_.put_missing(turn, result.shortage->sum_mw);
        if (remarks_.size() >= most_remarks) return;
        remarks_.push_back(
            {turn.now, result.shortage
                           ? "infeasible: " + shortage_text(grid_, *result.shortage) + "; no price exists"
                           : fmt::format("not converged: after {} steps balances miss by {:.1e} pu; no price is known",
                                         result.steps, result.residuals.balance_pu)});
    }

    OptimalPowerFlowParams p_;
    GridCase grid_;
    Duration step_;
    std::vector<GroupPlace> places_;  ///< by group of the population
    Subscription<"kWh", Extent::group, Form::present> energy_;
    Subscription<"kvarh", Extent::group, Form::present> reactive_energy_;
    std::optional<Subscription<"kW", Extent::group, Form::present>> power_{};
    std::optional<Subscription<"kW", Extent::feeder, Form::present>> head_{};
    std::optional<Subscription<"kvar", Extent::feeder, Form::present>> head_reactive_{};
    GridPublications published_;
    GridTally tally_{};
    std::vector<double> last_kwh_{}, last_kvarh_{};
    FeederReadings feeder_{};
    std::vector<Remark> remarks_{};  ///< of the first periods without a solution
    Instant first_trouble_{};
};

const bool registered = add_plugin<Agent, OptimalPowerFlow>();

}  // namespace

}  // namespace evsweep
