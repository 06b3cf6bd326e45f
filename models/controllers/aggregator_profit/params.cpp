#include "controllers/aggregator_profit/params.hpp"

namespace evsweep {

namespace {

Schema<AggregatorProfitParams> aggregator_schema() {
    return Schema<AggregatorProfitParams>(
               "Cheapest energy for a fleet whose stays are known, within a cap and a floor of the feeder's power")
        .required("knowledge", &AggregatorProfitParams::knowledge,
                  "of prices. perfect: what they will be; day_ahead: what they were expected to be (`prices.day_ahead`), planned "
                  "once; rolling: that, corrected by the price of the hour, and planned anew every `step`")
        .optional("strategy", &AggregatorProfitParams::strategy,
                  "v1g: charging is shifted; v2g: and vehicles return energy where that pays")
        .optional("step", &AggregatorProfitParams::step,
                  "of the plan, a whole number of control steps; vehicles act in the steps that they are there for all of",
                  above(0.0))
        .optional("cap", &AggregatorProfitParams::cap,
                  "highest power at the feeder's head, base load and losses included; none: no limit")
        .optional("floor", &AggregatorProfitParams::floor, "lowest power there, likewise; none: no limit")
        .optional("wear", &AggregatorProfitParams::wear, "what a kWh returned costs in battery life", at_least(0.0))
        .optional("error_decay", &AggregatorProfitParams::error_decay,
                  "rolling: share of the hour's difference from what was expected that is expected to be left an hour later",
                  between(0.0, 1.0))
        .optional("losses", &AggregatorProfitParams::losses,
                  "planned: cap and floor hold with the losses of the feeder, by its load flow at the plan; ignored: they hold "
                  "for base load and vehicles alone")
        .relation([](const AggregatorProfitParams& p) -> std::optional<Contradiction> {
            if (!p.cap || !p.floor || p.floor->value() <= p.cap->value()) return std::nullopt;
            return Contradiction{"floor", "is above the cap", "lower it, or raise the cap"};
        });
}

}  // namespace

const Schema<AggregatorProfitParams>& AggregatorProfitParams::schema() {
    static const Schema<AggregatorProfitParams> schema = aggregator_schema();
    return schema;
}

}  // namespace evsweep
