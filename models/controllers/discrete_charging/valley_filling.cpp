/// The controller `valley_filling`: chargers that are on or off, so that the load is as even as can be, with few switchings.
#include <algorithm>
#include <limits>
#include <optional>

#include "controllers/discrete_charging/valley_plan.hpp"
#include "evsweep/charging_need.hpp"
#include "evsweep/plugins.hpp"
#include "evsweep/stationary.hpp"

namespace evsweep {

namespace {

struct ValleyFillingParams {
    Kilowatts power{};
    Duration period = std::chrono::minutes(15);
    int sweeps = 60;
    bool receding = false;
    std::optional<SlotLimits> limits{};
};

Schema<ValleyFillingParams> valley_filling_schema() {
    using P = ValleyFillingParams;
    Schema<P> schema(
        "Chargers that are on or off fill the valley of the load within limits, then hand slots to one another until switchings "
        "are few "
        "(smooth optimal coordinated discrete charging, SOCDC; Sun, Huang, Tan, Tsang 2018)");
    schema.required("power", &P::power, "of a charger that is on; one that all its chargers have", above(0.0))
        .optional("period", &P::period, "length of a slot, a whole number of control steps", above(0.0))
        .optional(
            "sweeps", &P::sweeps,
            "how often all pairs of vehicles behind one transformer exchange slots, so that they switch less; 0: stage 1 alone",
            between(0.0, 10000.0))
        .optional(
            "receding", &P::receding,
            "false: one plan at the start that knows all stays; true: a plan in every slot, for the vehicles that are there")
        .optional("limits", &P::limits, "what transformers and feeder may carry, by slot; absent: no limits");
    schema.in_steps("period", &P::period);
    return schema;
}

/// Numbers of all plans of a replica.
struct PlanRecord {
    int plans = 0;
    double primal_kw2 = 0.0, dual_kw2 = 0.0;
    double worst_gap_kw2 = 0.0, worst_violation_kw = 0.0;
    double unserved_slots = 0.0, short_slots = 0.0;  ///< of the plan that leaves out most
    double runs_of_flow = 0.0, runs = 0.0;

    void add(const SwitchingPlan& plan) {
        ++plans;
        primal_kw2 = plan.proof.primal_kw2;
        dual_kw2 = plan.proof.dual_kw2;
        worst_gap_kw2 = std::max(worst_gap_kw2, std::abs(plan.proof.gap_kw2()));
        worst_violation_kw = std::max(worst_violation_kw, plan.proof.worst_violation_kw);
        unserved_slots = std::max(unserved_slots, static_cast<double>(plan.needed - plan.too_short - plan.served));
        short_slots = std::max(short_slots, static_cast<double>(plan.too_short));
        runs_of_flow = plan.runs_of_flow;
        runs = plan.runs;
    }
    [[nodiscard]] double of_the_only_plan(double number) const {
        return plans == 1 ? number : std::numeric_limits<double>::quiet_NaN();
    }
};

class ValleyFilling final : public Controller {
   public:
    static constexpr std::string_view name = "valley_filling";
    static constexpr std::string_view least_settings = "{power: 3.7 kW}";
    // A power that all chargers of the trials have is slower than their full power, by which targets are judged there.
    static constexpr Trial trials[] = {
        {.settings = least_settings, .meets_targets = false, .knows_tapers = false},
        {.settings = "{power: 3.7 kW, receding: true, sweeps: 5}", .meets_targets = false, .knows_tapers = false}};
    static const Schema<ValleyFillingParams>& schema() {
        static const Schema<ValleyFillingParams> schema = valley_filling_schema();
        return schema;
    }

    ValleyFilling(const ValleyFillingParams& params, const Context& context)
        : params_(params),
          slots_(params.power, params.period, params.limits, context),
          tally_(slots_, context.connectors.size()),
          own_(&context.own),
          rng_(context.rng),
          stop_(context.stop),
          need_(context.exchange),
          base_(context.exchange.subscribe(signals::base_demand_forecast)) {
        if (!params.receding) foresight_ = context.exchange.use(services::foresight);
    }

    [[nodiscard]] Cadence cadence() const override { return {.period = params_.period, .on_plug_in = true}; }

    void decide(Turn& turn, const Connection& connection, Setpoints& setpoints) override {
        if (connection.now >= connection.horizon) return;
        const ChargingView seen = need_.at(turn, connection);
        const Forecast base = turn[base_];
        tally_.take_note(seen);
        if (params_.receding)
            decide_receding(seen, base, setpoints);
        else
            decide_day_ahead(turn, seen, base, setpoints);
        if (slots_.begins_at(seen.now)) tally_.count_slot(this_slot(seen, base), seen);
    }

    [[nodiscard]] std::vector<Counter> counters() const override {
        std::vector<Counter> list = tally_.counters();
        list.push_back({"overrides", static_cast<double>(overrides_)});
        list.push_back({"plans", static_cast<double>(record_.plans)});
        list.push_back({"unserved_slots", record_.unserved_slots});
        list.push_back({"short_slots", record_.short_slots});
        list.push_back({"worst_gap_kw2", record_.worst_gap_kw2});
        list.push_back({"worst_violation_kw", record_.worst_violation_kw});
        if (params_.receding) return list;
        list.push_back({"primal_kw2", record_.of_the_only_plan(record_.primal_kw2)});
        list.push_back({"dual_kw2", record_.of_the_only_plan(record_.dual_kw2)});
        list.push_back({"runs_of_stage_1", record_.of_the_only_plan(record_.runs_of_flow)});
        return list;
    }

    [[nodiscard]] std::vector<Remark> remarks() const override { return remarks_; }

   private:
    [[nodiscard]] DiscreteProblem this_slot(const ChargingView& seen, const Forecast& base) const {
        const std::uint32_t now = slots_.slot_at(seen.now);
        return slots_.problem(now, now + 1, base);
    }

    void make_plan(const ChargingView& seen, const Forecast& base, std::vector<ExpectedStay> stays) {
        const std::uint32_t first = slots_.slot_at(seen.now);
        std::uint32_t end = first + 1;
        for (const ExpectedStay& stay : stays) end = std::max(end, slots_.first_from(std::min(stay.until, seen.horizon)));
        if (!params_.receding) end = slots_.first_from(seen.horizon);  // the sum of squares is over all of the study
        constexpr double numbers = 4294967296.0;
        const double draw = rng_.uniform(Purpose("valley_filling"), static_cast<std::uint32_t>(record_.plans));
        const PlanEffort effort{static_cast<std::uint32_t>(params_.sweeps), static_cast<std::uint64_t>(draw * numbers), stop_};
        plan_ = plan_switching(slots_, first, end, std::move(stays), base, effort);
        record_.add(*plan_);
        note(seen);
    }

    /// The first time that something is wrong is told; later ones are like it, and counted.
    void note(const ChargingView& seen) {
        if (plan_->cut && !told_shortage_) {
            remarks_.push_back({seen.now, shortage_text(*plan_, slots_, *seen.connectors)});
            told_shortage_ = true;
        }
        if (plan_->too_short > 0 && !told_short_stays_) {
            remarks_.push_back({seen.now, short_stays_text(*plan_)});
            told_short_stays_ = true;
        }
        std::string above = base_above_text(*plan_, slots_);
        if (above.empty() || told_base_) return;
        remarks_.push_back({seen.now, std::move(above)});
        told_base_ = true;
    }

    void decide_day_ahead(const Turn& turn, const ChargingView& seen, const Forecast& base, Setpoints& setpoints) {
        if (!plan_) {
            make_plan(seen, base, foreseen_stays(turn[*foresight_], seen));
            stays_at_.resize(seen.connectors->size());
            for (std::size_t s = 0; s < plan_->stays.size(); ++s) stays_at_[plan_->stays[s].connector.index()].push_back(s);
        }
        for (const ConnectorId c : seen.plugged_in) {
            const auto& here = stays_at_[c.index()];
            const auto stay = std::find_if(here.begin(), here.end(), [&](std::size_t s) {
                return plan_->stays[s].from <= seen.now && seen.now < plan_->stays[s].until;
            });
            tally_.set(seen, c, stay != here.end() && plan_->is_on(*stay, slots_.slot_at(seen.now)), setpoints);
        }
    }

    [[nodiscard]] std::vector<ExpectedStay> foreseen_stays(const Population& fleet, const ChargingView& seen) const {
        std::vector<ExpectedStay> stays;
        for (const Session& session : fleet.sessions) {
            if (!std::binary_search(own_->begin(), own_->end(), session.connector)) continue;
            if (session.unplug <= seen.now || session.plug_in >= seen.horizon) continue;
            const std::size_t v = session.vehicle.index();
            const double wanted = std::min(session.target_soc, fleet.vehicles.highest_soc[v]) - session.initial_soc;
            const double kwh = std::max(0.0, wanted) * fleet.vehicles.capacity[v] / fleet.vehicles.stored_per_drawn[v];
            stays.push_back({session.connector, session.plug_in, planned_departure(session), kwh});
        }
        return stays;
    }

    /// Within a slot only newcomers are looked at, and only those who cannot wait for the next.
    void decide_receding(const ChargingView& seen, const Forecast& base, Setpoints& setpoints) {
        if (!slots_.begins_at(seen.now)) return start_urgent(seen, base, setpoints);
        std::vector<ExpectedStay> stays;
        for (const ConnectorId c : seen.plugged_in) stays.push_back(present_stay(seen, c));
        if (stays.empty()) return;
        make_plan(seen, base, std::move(stays));
        for (std::size_t s = 0; s < plan_->stays.size(); ++s)
            tally_.set(seen, plan_->stays[s].connector, plan_->is_on(s, plan_->first), setpoints);
    }

    /// A battery that takes nothing needs nothing. Who stays longer than stated may leave at any time.
    [[nodiscard]] ExpectedStay present_stay(const ChargingView& seen, ConnectorId c) const {
        const double kwh = seen.p_max_kw[c.index()] > 0.0 ? needed_kwh(seen, c) : 0.0;
        const Instant until = std::max(seen.stated_departure(c), seen.now + params_.period);
        return {c, seen.now, until, kwh, tally_.is_on(c)};
    }

    void start_urgent(const ChargingView& seen, const Forecast& base, Setpoints& setpoints) {
        const DiscreteProblem of_slot = this_slot(seen, base);
        SlotRoom room(of_slot, tally_.on_by_group(seen));
        for (const ConnectorId c : seen.arrived) {
            const ExpectedStay stay = present_stay(seen, c);
            const std::uint32_t next = slots_.first_from(seen.now), last = std::max(next, slots_.slot_at(stay.until));
            if (slots_.slots_for(stay.kwh) <= last - next || !room.take(slots_.group_of(c))) continue;
            ++overrides_;
            tally_.set(seen, c, true, setpoints);
        }
    }

    ValleyFillingParams params_;
    ChargingSlots slots_;
    SwitchTally tally_;
    const std::vector<ConnectorId>* own_;
    Rng rng_;
    StopRequest stop_;
    ChargingNeed need_;
    Subscription<"kW", Extent::feeder, Form::forecast> base_;
    std::optional<Use<const Population>> foresight_{};
    std::optional<SwitchingPlan> plan_{};
    std::vector<std::vector<std::size_t>> stays_at_;  ///< by connector: stays of the plan
    PlanRecord record_;
    std::uint64_t overrides_ = 0;  ///< newcomers that were switched on within a slot, beside any plan
    std::vector<Remark> remarks_;
    bool told_shortage_ = false, told_short_stays_ = false, told_base_ = false;
};

const bool registered = add_plugin<Controller, ValleyFilling>();

}  // namespace

}  // namespace evsweep
