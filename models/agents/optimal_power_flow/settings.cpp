#include "agents/optimal_power_flow/settings.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace evsweep {

namespace {

double opf_mega(double kilo) { return kilo / 1000.0; }

/// The first key that is no member, if any.
template <class Value, class Member>
std::optional<Contradiction> unknown_member(const char* field, const char* what, const std::map<std::string, Value>& map,
                                            const std::vector<Member>& members) {
    for (const auto& [name, value] : map)
        if (place_of(name, members) == members.size())
            return Contradiction{field, fmt::format("'{}' is no {} of the grid", name, what),
                                 did_you_mean(name, names_of_members(members))};
    return std::nullopt;
}

std::optional<Contradiction> unknown_bus(const OptimalPowerFlowParams& p) {
    const auto& buses = p.grid.grid->buses;
    const auto check = [&](const char* field, const std::string& bus) -> std::optional<Contradiction> {
        if (place_of(bus, buses) < buses.size()) return std::nullopt;
        return Contradiction{field, "'" + bus + "' is no bus of the grid", did_you_mean(bus, names_of_members(buses))};
    };
    for (const auto& [name, group] : p.groups)
        if (auto wrong = check("groups", group.bus)) return wrong;
    if (p.feeder)
        if (auto wrong = check("feeder", p.feeder->bus)) return wrong;
    return unknown_member("more_demand", "bus", p.more_demand, buses);
}

std::optional<Contradiction> wrong_dispatch(const OptimalPowerFlowParams& p) {
    const auto& generators = p.grid.grid->generators;
    if (auto wrong = unknown_member("dispatch", "generator", p.dispatch, generators)) return wrong;
    std::string problem, hint;
    for (const auto& [name, power] : p.dispatch) {
        const GridGenerator& g = generators[place_of(name, generators)];
        const double mw = opf_mega(power.p.value()), mvar = opf_mega(power.q.value());
        if (mw >= g.p_min_mw && mw <= g.p_max_mw && mvar >= g.q_min_mvar && mvar <= g.q_max_mvar) continue;
        const bool is_first = problem.empty();
        problem += fmt::format("{}generator '{}' cannot give {} MW and {} Mvar", is_first ? "" : "; ", name, mw, mvar);
        hint += (is_first ? "its limits are " : "; those of '" + name + "' are ") +
                fmt::format("{} to {} MW and {} to {} Mvar", g.p_min_mw, g.p_max_mw, g.q_min_mvar, g.q_max_mvar);
    }
    if (problem.empty()) return std::nullopt;
    return Contradiction{"dispatch", std::move(problem), std::move(hint)};
}

/// Vehicles are in the power of the feeder already.
std::optional<Contradiction> vehicles_twice(const OptimalPowerFlowParams& p) {
    if (!p.feeder || p.groups.empty()) return std::nullopt;
    return Contradiction{"feeder", "stands beside groups, whose vehicles it holds already: they would count twice",
                         "give the one or the other"};
}

std::optional<Contradiction> wrong_ratings(const OptimalPowerFlowParams& p) {
    if (auto wrong = unknown_member("ratings", "branch", p.ratings, p.grid.grid->branches)) return wrong;
    for (const auto& [name, rating] : p.ratings)
        if (!(rating > KilovoltAmperes{}))
            return Contradiction{"ratings", fmt::format("that of '{}' is not positive", name), "give a power above 0"};
    return std::nullopt;
}

}  // namespace

std::vector<std::pair<std::string, ClearedPeriod>> names_of(ClearedPeriod) {
    return {{"past", ClearedPeriod::past}, {"coming", ClearedPeriod::coming}};
}

const Schema<GridPlaceText>& GridPlaceText::schema() {
    static const Schema<GridPlaceText> schema =
        Schema<GridPlaceText>("where power is drawn from the grid")
            .required("bus", &GridPlaceText::bus, "bus of the grid")
            .optional("scale", &GridPlaceText::scale, "how many of it there are at the bus; powers count as often",
                      at_least(0.0));
    return schema;
}

const Schema<GridPowerText>& GridPowerText::schema() {
    static const Schema<GridPowerText> schema = Schema<GridPowerText>("a power")
                                                    .optional("p", &GridPowerText::p, "active power")
                                                    .optional("q", &GridPowerText::q, "reactive power");
    return schema;
}

const Schema<DemandFactorText>& DemandFactorText::schema() {
    static const Schema<DemandFactorText> schema =
        Schema<DemandFactorText>("a factor over time")
            .required("every", &DemandFactorText::every, "time for which a value holds", above(0.0))
            .required("values", &DemandFactorText::values, "one after the other, from the start of the scenario", at_least(0.0));
    return schema;
}

double DemandFactorText::mean(Duration begin, Duration end) const {
    double sum = 0.0;
    for (Duration at = begin; at < end;) {
        const auto k = at / every;
        const Duration until = std::min(end, every * (k + 1));
        sum += values[static_cast<std::size_t>(k)] * static_cast<double>((until - at).count());
        at = until;
    }
    return sum / static_cast<double>((end - begin).count());
}

const Schema<OptimalPowerFlowParams>& OptimalPowerFlowParams::schema() {
    using P = OptimalPowerFlowParams;
    static const Schema<P> schema =
        Schema<P>("AC optimal power flow of a transmission grid: dispatch and nodal prices from the power of vehicles")
            .required("grid", &P::grid,
                      "buses, branches and generators: the project's own format, as a file or in place (pu are of its `base`, "
                      "100 MVA where it "
                      "names none), or a MATPOWER case (.m)")
            .optional("period", &P::period, "time between clearings; each counts for so long", above(0.0))
            .optional("clears", &P::clears,
                      "past: the period that ends, from the energy metered in it; coming: the one that begins, with the power of "
                      "the groups at that instant")
            .optional("objective", &P::objective,
                      "what is minimised: the cost of generation, or losses (then there are no prices)")
            .optional("groups", &P::groups, "by group of the population: where its vehicles stand in the grid")
            .optional("feeder", &P::feeder,
                      "where the whole feeder stands, with base load and losses: the mean of its head at the control steps")
            .optional("demand_factor", &P::demand_factor, "times the demand of every bus in the file; none: 1")
            .optional("more_demand", &P::more_demand, "by bus: a demand beside that of the file; below 0 is returned")
            .optional("dispatch", &P::dispatch, "by generator: a set-point that it is held at")
            .optional("ratings", &P::ratings, "by branch: a rating in place of that of the file")
            .optional("margin", &P::margin, "publish demand_margin with every clearing")
            .optional("published_flows", &P::published_flows,
                      "publish flows as printed in the 5-bus study, whose charging current has a wrong sign")
            .relation(unknown_bus)
            .relation(vehicles_twice)
            .relation(wrong_dispatch)
            .relation(wrong_ratings);
    return schema;
}

GridCase OptimalPowerFlowParams::studied_grid() const {
    GridCase studied = *grid.grid;
    for (const auto& [name, rating] : ratings)
        studied.branches[place_of(name, studied.branches)].limit_mva = opf_mega(rating.value());
    for (const auto& [name, power] : dispatch) {
        GridGenerator& g = studied.generators[place_of(name, studied.generators)];
        g.p_min_mw = g.p_max_mw = opf_mega(power.p.value());
        g.q_min_mvar = g.q_max_mvar = opf_mega(power.q.value());
    }
    return studied;
}

}  // namespace evsweep
