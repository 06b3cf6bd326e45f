#include "controllers/optimal_schedule/params.hpp"

#include <algorithm>

namespace evsweep {

namespace {

using Wrong = std::optional<Contradiction>;

void add_task(Schema<OptimalScheduleParams>& schema) {
    schema
        .required("strategy", &OptimalScheduleParams::strategy,
                  "smart: charging is shifted; smart_q: and vehicles draw or give reactive power; v2g: charging is shifted and "
                  "vehicles discharge; v2g_q: all of it")
        .required("mode", &OptimalScheduleParams::mode,
                  "day_ahead: perfect information on all stays; receding: knows the vehicles that are plugged in, and forecasts")
        .optional("objective", &OptimalScheduleParams::objective,
                  "recharge_time: least sum of squared deficits of charge at the ends of control steps; cost: cheapest energy "
                  "under the scenario's prices; peak: "
                  "least sum of squared feeder-head power, which fills the valley; loss: least energy lost in the feeder")
        .optional("throughput_weight", &OptimalScheduleParams::throughput_weight,
                  "cost of one step of charging or discharging at full power, in units of the objective; keeps energy from going "
                  "in circles; default 1e-3 with v2g, else 0",
                  at_least(0.0))
        .optional("haste", &OptimalScheduleParams::haste,
                  "weight of squared deficits for cost, peak and loss: among nearly equal schedules the early one; default 1e-4",
                  at_least(0.0))
        .optional("shortfall_price", &OptimalScheduleParams::shortfall_price,
                  "what a kWh missing at departure costs, in units of the objective; default: ten times the dearest kWh, and "
                  "nothing for recharge_time, which asks for every kWh anyway",
                  at_least(0.0));
}

void add_times(Schema<OptimalScheduleParams>& schema) {
    schema
        .optional(
            "every", &OptimalScheduleParams::every,
            "time between plans, a whole number of control steps; default 24 h day_ahead, 15 min receding, at least one step",
            above(0.0))
        .optional(
            "replan_on_plug_in", &OptimalScheduleParams::replan_on_plug_in,
            "receding: plan anew at the first control step after a plug-in, besides every so often; until then each newcomer "
            "is planned for alone, at the prices of the plan in force and within the room that the grid has. false: "
            "newcomers wait for the next plan")
        .optional("horizon", &OptimalScheduleParams::horizon,
                  "how far a plan looks ahead; day_ahead: at the stays that begin by then, to their ends", above(0.0))
        .optional("arrivals", &OptimalScheduleParams::arrivals,
                  "receding: forecast lets stays of another draw of the same fleet stand in for vehicles that are yet to come");
}

void add_limits(Schema<OptimalScheduleParams>& schema) {
    schema.optional("limits", &OptimalScheduleParams::limits, "off: plans know no limits of the grid")
        .optional("voltage_min", &OptimalScheduleParams::voltage_min,
                  "lowest voltage that plans keep; default: the scenario's limit", above(0.0))
        .optional("voltage_max", &OptimalScheduleParams::voltage_max,
                  "highest voltage that plans keep; default: the scenario's limit", above(0.0))
        .optional("loading_max", &OptimalScheduleParams::loading_max, "highest loading of lines and transformers that plans keep",
                  above_up_to(0.0, 10.0))
        .optional(
            "limit_price", &OptimalScheduleParams::limit_price,
            "what breaking a limit by 1 pu for one step costs, in units of the objective; default: ten times what the power "
            "behind it could be worth, so that limits are broken only where no schedule keeps them",
            above(0.0))
        .optional("linearisations", &OptimalScheduleParams::linearisations,
                  "how often a plan is made at the most; each time the grid is linearised at the one before", at_least(1.0))
        .optional("violation_tolerance", &OptimalScheduleParams::violation_tolerance,
                  "a plan is good when its exact load flow breaks limits by no more", above(0.0));
}

void add_manners(Schema<OptimalScheduleParams>& schema) {
    schema
        .optional("withhold_reactive", &OptimalScheduleParams::withhold_reactive,
                  "plans with reactive power but does not set it: shows what that power is good for")
        .optional("certify", &OptimalScheduleParams::certify,
                  "compute a lower bound of the objective after each plan, which no controller that keeps the linearised limits "
                  "can beat; default yes for day_ahead, no for receding")
        .optional("threads", &OptimalScheduleParams::threads,
                  "threads that share the vehicles of one plan; any number gives the same plan", between(1.0, 256.0));
}

Wrong check_haste(const OptimalScheduleParams& p) {
    if (!p.haste || p.objective != ScheduleGoal::recharge_time) return std::nullopt;
    return Contradiction{"haste", "is given, but recharge_time is nothing but haste",
                         "leave it out, or choose another objective"};
}

Wrong check_arrivals(const OptimalScheduleParams& p) {
    if (p.arrivals == ArrivalForecast::none || !p.is_day_ahead()) return std::nullopt;
    return Contradiction{"arrivals", "is a forecast, but day_ahead knows all arrivals", "use mode: receding, or leave it out"};
}

Wrong check_horizon(const OptimalScheduleParams& p) {
    if (p.horizon >= p.period()) return std::nullopt;
    return Contradiction{"horizon", "is shorter than the time between plans",
                         "vehicles would be without a plan; give at least " + Value<Duration>::text(p.period())};
}

Wrong check_voltages(const OptimalScheduleParams& p) {
    if (!p.voltage_min || !p.voltage_max || *p.voltage_min < *p.voltage_max) return std::nullopt;
    return Contradiction{"voltage_min", "is not below voltage_max", "no voltage could be kept"};
}

Wrong check_withheld(const OptimalScheduleParams& p) {
    if (!p.withhold_reactive || p.is_reactive()) return std::nullopt;
    return Contradiction{"withhold_reactive", "is given, but this strategy plans no reactive power", "use smart_q or v2g_q"};
}

}  // namespace

Duration OptimalScheduleParams::period() const {
    return every.value_or(is_day_ahead() ? one_day : Duration(std::chrono::minutes(15)));
}

const Schema<OptimalScheduleParams>& OptimalScheduleParams::schema() {
    static const Schema<OptimalScheduleParams> schema = [] {
        Schema<OptimalScheduleParams> s(
            "Charging schedules that are optimal for every single vehicle within the limits of the grid (Mukherjee, "
            "Kariniotakis, Sossan). Plans use every control step that a vehicle is there for, in part or in whole. They know "
            "neither tapers nor steps of chargers; what batteries and chargers did not follow is counted (unfollowed_kwh) and "
            "made up for as far as there is time and room");
        add_task(s);
        add_times(s);
        add_limits(s);
        add_manners(s);
        s.defaults([](OptimalScheduleParams& p, const Given& given) {
            if (!given("every")) p.every = given.whole_steps(p.period());
            if (!given("horizon")) p.horizon = std::max(p.horizon, p.period());
        });
        for (const auto check : {check_haste, check_arrivals, check_horizon, check_voltages, check_withheld}) s.relation(check);
        s.used_if([](const OptimalScheduleParams& p) { return p.keeps_limits(); }, "with limits: on",
                  {"voltage_min", "voltage_max", "loading_max", "limit_price", "violation_tolerance"});
        s.used_if([](const OptimalScheduleParams& p) { return !p.is_day_ahead(); }, "with mode: receding", {"replan_on_plug_in"});
        return s;
    }();
    return schema;
}

}  // namespace evsweep
