#include "agents/grid_operator/settings.hpp"

namespace evsweep {

namespace {

Schema<GridOperatorParams> grid_operator_schema() {
    Schema<GridOperatorParams> s(
        "A grid operator who curtails charging points to no less than 4.2 kW each while the grid is beyond a limit, or at set "
        "times "
        "(section 14a EnWG)");
    s.optional(
         "by", &GridOperatorParams::by,
         "what makes it curtail: feeder_head, power from the source; loading, of a branch; voltage, the lowest of the feeder; "
         "clock, the time of day")
        .optional("above", &GridOperatorParams::above, "power at the feeder head beyond which it curtails; needed there",
                  above(0.0))
        .optional("loading", &GridOperatorParams::loading, "current over the rating beyond which it curtails", above(0.0))
        .optional("branch", &GridOperatorParams::branch,
                  "whose loading it measures; empty: the highest of all that have a rating")
        .optional("voltage", &GridOperatorParams::voltage, "voltage below which it curtails", between(0.5, 1.5))
        .optional("from", &GridOperatorParams::from, "time of day at which curtailing begins")
        .optional("until", &GridOperatorParams::until, "time of day at which it ends; before `from`: on the next day");
    s.optional("per", &GridOperatorParams::per,
               "charging_point: each may draw `reduce_to`; site: all charging points of a site together 4.2 kW for the first and "
               "less for each further one, by the simultaneity factors of BK6-22-300; those outside of sites as before")
        .optional("reduce_to", &GridOperatorParams::reduce_to, "power that each charging point keeps; no less than 4.2 kW",
                  between(least_power_kw, 1e6))
        .optional("groups", &GridOperatorParams::groups,
                  "of the population that it may curtail; none: all; only points rated above 4.2 kW")
        .optional("period", &GridOperatorParams::period, "time between looks at the grid, a whole number of control steps",
                  above(0.0))
        .optional("delay", &GridOperatorParams::delay, "from a measurement to the signal that follows from it, in whole periods",
                  at_least(0.0))
        .optional("least_duration", &GridOperatorParams::least_duration, "a curtailment lasts at least so long", at_least(0.0))
        .optional("release", &GridOperatorParams::release,
                  "how far within the limit the grid has to be, as a share of it (of voltages in pu), before curtailing ends",
                  between(0.0, 0.5));
    s.in_steps("period", &GridOperatorParams::period);
    s.relation([](const GridOperatorParams& p) -> std::optional<Contradiction> {
        if (p.by != CurtailBy::feeder_head || p.above) return std::nullopt;
        return Contradiction{"above", "is missing",
                             "say beyond which power at the feeder head it curtails, e.g. `above: 3.2 MW`"};
    });
    s.relation([](const GridOperatorParams& p) -> std::optional<Contradiction> {
        if (p.delay % p.period == Duration::zero()) return std::nullopt;
        return Contradiction{"delay", "is not a whole number of periods", "the period is " + duration_text(p.period)};
    });
    s.used_if([](const GridOperatorParams& p) { return p.by == CurtailBy::feeder_head; }, "with by: feeder_head", {"above"});
    s.used_if([](const GridOperatorParams& p) { return p.by == CurtailBy::loading; }, "with by: loading", {"loading", "branch"});
    s.used_if([](const GridOperatorParams& p) { return p.by == CurtailBy::voltage; }, "with by: voltage", {"voltage"});
    s.used_if([](const GridOperatorParams& p) { return p.by == CurtailBy::clock; }, "with by: clock", {"from", "until"});
    s.used_if([](const GridOperatorParams& p) { return p.by != CurtailBy::clock; }, "with a measurement",
              {"delay", "least_duration", "release"});
    return s;
}

}  // namespace

const Schema<GridOperatorParams>& GridOperatorParams::schema() {
    static const Schema<GridOperatorParams> schema = grid_operator_schema();
    return schema;
}

}  // namespace evsweep
