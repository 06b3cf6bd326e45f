#include "controllers/car_park/params.hpp"

namespace evsweep {

namespace {

using ParkParams = CarParkParams;

std::optional<Contradiction> missing_series(const ParkParams& p) {
    if (p.plans() && p.sun == SunKnowledge::expected && !p.expected_sun)
        return Contradiction{"sun", "is expected, and nothing says what is", "add `expected_sun`"};
    if (p.sells_reserves() && !(p.reserve_up && p.reserve_down))
        return Contradiction{"reserves", "lack a price", "add `reserve_up` and `reserve_down`"};
    return std::nullopt;
}

std::optional<Contradiction> calls_without_reserves(const ParkParams& p) {
    if (!p.follows_calls() || p.reserves) return std::nullopt;
    return Contradiction{"calls", "has no reserves to follow with", "add `reserves: true`, or leave it out"};
}

void describe_strategy(Schema<ParkParams>& schema) {
    schema
        .required("strategy", &ParkParams::strategy,
                  "optimal: the cheapest plan; immediate: full power from the arrival on; average: the required energy in even "
                  "power over the stay. The last two look at no price and at no cap")
        .optional("v2g", &ParkParams::v2g, "vehicles return energy where that pays")
        .optional("reserves", &ParkParams::reserves, "reserves up and down are sold, at `reserve_up` and `reserve_down`")
        .optional(
            "sun", &ParkParams::sun,
            "what a plan knows of it. none: it plans as if there were none; expected: `expected_sun`; perfect: what it will "
            "be")
        .optional("calls", &ParkParams::calls,
                  "follow: reserves are activated as the signal `reserve_call` says, and the rest of the day is planned anew; "
                  "ignore: nobody activates them")
        .optional("firm", &ParkParams::firm,
                  "reserves are sold only as far as batteries can deliver them, and vehicles make them up until they leave")
        .optional("step", &ParkParams::step,
                  "of the plan, a whole number of control steps; vehicles act in the steps that they are there for all of",
                  above(0.0))
        .in_steps("step", &ParkParams::step);
}

void describe_site(Schema<ParkParams>& schema) {
    schema.required("inverter", &ParkParams::inverter, "of each charger, to and from the grid; a charger is a bus", above(0.0))
        .optional("vehicle_side", &ParkParams::vehicle_side,
                  "what all vehicles at a charger may draw or return together; none: as the inverter", above(0.0))
        .optional("import_cap", &ParkParams::import_cap, "what all chargers may draw together; none: as their inverters",
                  at_least(0.0))
        .optional("export_cap", &ParkParams::export_cap, "what all chargers may feed in together; none: as their inverters",
                  at_least(0.0));
}

void describe_worth(Schema<ParkParams>& schema) {
    schema.optional("wear", &ParkParams::wear, "what a kWh returned costs in battery life", at_least(0.0))
        .optional("unserved", &ParkParams::unserved, "what a kWh costs that a vehicle requires and leaves without", at_least(0.0))
        .optional("reserve_up", &ParkParams::reserve_up, "price of drawing less on call, per kW and hour that this is offered",
                  at_least(0.0))
        .optional("reserve_down", &ParkParams::reserve_down, "price of drawing more on call, likewise", at_least(0.0))
        .optional("expected_sun", &ParkParams::expected_sun, "power of panels as a share of their rating, as it is expected",
                  at_least(0.0))
        .optional("most_nodes", &ParkParams::most_nodes, "how many choices are looked into, where the relaxation leaves any",
                  between(0.0, 1e6))
        .optional("gap", &ParkParams::gap, "the relative gap at which a plan counts as the cheapest", between(0.0, 0.1))
        .optional("publish_reserves", &ParkParams::publish_reserves,
                  "what is sold is published as `reserve_up_sold` and `reserve_down_sold`; of one car park of an alternative");
}

Schema<ParkParams> car_park_schema() {
    Schema<ParkParams> schema(
        "A car park whose charging points share inverters with photovoltaics, by bus: charged at once, evenly, or as prices, "
        "sun, "
        "vehicle-to-grid and reserves make it cheapest");
    describe_strategy(schema);
    describe_site(schema);
    describe_worth(schema);
    schema.relation(missing_series)
        .relation(calls_without_reserves)
        .used_if([](const ParkParams& p) { return p.plans(); }, "with strategy: optimal",
                 {"v2g", "reserves", "sun", "calls", "most_nodes", "gap"})
        .used_if([](const ParkParams& p) { return p.sells_reserves(); }, "with reserves: true",
                 {"reserve_up", "reserve_down", "publish_reserves", "firm"})
        .used_if([](const ParkParams& p) { return p.sun == SunKnowledge::expected; }, "with sun: expected", {"expected_sun"});
    return schema;
}

}  // namespace

const Schema<CarParkParams>& CarParkParams::schema() {
    static const Schema<CarParkParams> schema = car_park_schema();
    return schema;
}

}  // namespace evsweep
