#include "controllers/stochastic_subgradient/params.hpp"

#include <fmt/format.h>

namespace evsweep {

namespace {

std::optional<Contradiction> wrong_slots(const CapacityTable& table, const StochasticSubgradientParams& p, const char* field) {
    if (static_cast<std::int64_t>(table.slots_per_day) * p.period == one_day) return std::nullopt;
    return Contradiction{field,
                         fmt::format("has days of {} slots, and periods of {} do not divide a day into as many",
                                     table.slots_per_day, duration_text(p.period)),
                         "let `period` be the length of a slot"};
}

/// What is tested must not have been trained on.
std::optional<Contradiction> leak(const StochasticSubgradientParams& p) {
    if (!p.history || !p.given) return std::nullopt;
    const CapacityTable& trained = *p.history->table;
    const CapacityTable& tested = *p.given->table;
    const bool is_same = *trained.file == *tested.file || trained.kvar == tested.kvar;
    const int end = trained.first_day + static_cast<int>(p.history->train_days());
    if (!is_same || end <= p.given->from_day()) return std::nullopt;
    const int allowed = p.given->from_day() - trained.first_day;
    return Contradiction{"history",
                         fmt::format("trains on days before {}, and `given` tests on days from {} on: forecasts would know them",
                                     end, p.given->from_day()),
                         fmt::format("give train_days: {} or less, or test on later days", allowed)};
}

std::optional<Contradiction> no_history(const StochasticSubgradientParams& p) {
    if (p.history || !p.forecasts()) return std::nullopt;
    return Contradiction{"history", "is missing, and there is nothing to forecast from",
                         "give a file of past capacities, or another `knowledge`"};
}

Schema<StochasticSubgradientParams> make_schema() {
    Schema<StochasticSubgradientParams> s(
        "Stations plan reactive power together, one slot ahead and before they know what they will be able to give");
    s.optional("knowledge", &StochasticSubgradientParams::knowledge,
               "what a station knows of its capacity in the slot that it plans for")
        .optional("period", &StochasticSubgradientParams::period, "length of a slot", above(0.0))
        .optional("history", &StochasticSubgradientParams::history, "past capacities, from which forecasts are made")
        .optional("given", &StochasticSubgradientParams::given,
                  "capacities in place of those of plugged chargers; absent: what is plugged in can give")
        .optional("iterations", &StochasticSubgradientParams::iterations,
                  "of a plan, each with two exchanges of messages on topic utilisation", between(1.0, 4000.0))
        .optional("first_step", &StochasticSubgradientParams::first_step,
                  "of the iterations with draws, in units of a step that is safe where capacities are known; step i is this over "
                  "(1 + i/20)^0.6",
                  above_up_to(0.0, 100.0))
        .optional("publish", &StochasticSubgradientParams::publish,
                  "stations: capacity, request and (with a history) quantiles of the forecast of every station as signals");
    s.in_steps("period", &StochasticSubgradientParams::period);
    s.used_if([](const StochasticSubgradientParams& p) { return p.forecasts(); }, "with knowledge: draws or point", {"history"});
    s.used_if([](const StochasticSubgradientParams& p) { return p.knowledge == CapacityKnowledge::draws; },
              "with knowledge: draws", {"first_step"});
    s.relation(no_history);
    s.relation([](const StochasticSubgradientParams& p) {
        return p.history ? wrong_slots(*p.history->table, p, "history") : std::nullopt;
    });
    s.relation(
        [](const StochasticSubgradientParams& p) { return p.given ? wrong_slots(*p.given->table, p, "given") : std::nullopt; });
    s.relation(leak);
    return s;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> meanings_of(CapacityKnowledge) {
    return {{"draws", "its own forecast, from which it draws anew in every iteration"},
            {"point", "the mean of its forecast, as if that were certain"},
            {"persistence", "what it can give now, as if that would stay"},
            {"rated", "nothing but the ratings of its chargers"},
            {"oracle", "the truth, as a bound"}};
}

const Schema<StochasticSubgradientParams>& StochasticSubgradientParams::schema() {
    static const Schema<StochasticSubgradientParams> schema = make_schema();
    return schema;
}

}  // namespace evsweep
