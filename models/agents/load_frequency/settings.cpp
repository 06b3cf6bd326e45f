#include "agents/load_frequency/settings.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace evsweep {

std::vector<std::pair<std::string, Balance>> names_of(Balance) {
    return {{"at_start", Balance::at_start}, {"schedule", Balance::schedule}, {"nothing", Balance::nothing}};
}

const Schema<ReheatText>& ReheatText::schema() {
    static const Schema<ReheatText> schema =
        Schema<ReheatText>("reheater of a steam turbine")
            .optional("time", &ReheatText::time, "time constant", above(0.0))
            .optional("share", &ReheatText::share, "of the turbine's power that does not pass the reheater", between(0.0, 1.0));
    return schema;
}

const Schema<AreaText>& AreaText::schema() {
    static const Schema<AreaText> schema =
        Schema<AreaText>("a control area, reduced to one machine")
            .required("base", &AreaText::base, "power that is 1 pu in this area", above(0.0))
            .required("inertia", &AreaText::inertia, "M, twice the inertia constant H", above(0.0))
            .optional("damping", &AreaText::damping, "D: load in pu that a frequency of 1 pu less takes away", at_least(0.0))
            .required("droop", &AreaText::droop, "R: frequency in pu that moves the governor by 1 pu", above(0.0))
            .required("governor", &AreaText::governor, "time constant of the governor", above(0.0))
            .required("turbine", &AreaText::turbine, "time constant of the turbine", above(0.0))
            .optional("reheat", &AreaText::reheat, "reheater of the turbine; none: the turbine's power is the shaft's")
            .optional("response", &AreaText::response,
                      "lag between a setpoint of a connected unit and the power that the area feels", at_least(0.0))
            .optional("groups", &AreaText::groups, "population groups whose connection points lie in this area")
            .optional("vehicles_stand_for", &AreaText::vehicles_stand_for,
                      "vehicles of the area per vehicle of the population; powers count as often", above(0.0))
            .optional(
                "balance", &AreaText::balance,
                "at_start: what the groups draw in the first step is part of the balance, and only departures from it act "
                "on the frequency; schedule: so is what a controller has scheduled (signal scheduled_power) at any time, and "
                "without such a controller all that they draw; nothing: all that they draw acts")
            .optional("schedule_delay", &AreaText::schedule_delay,
                      "from a change of the schedule until it counts: that of the commands to the chargers (section `actuation`)",
                      at_least(0.0))
            .used_if([](const AreaText& area) { return area.balance == Balance::schedule; }, "with balance: schedule",
                     {"schedule_delay"});
    return schema;
}

const Schema<TieText>& TieText::schema() {
    static const Schema<TieText> schema =
        Schema<TieText>("a tie line")
            .required("between", &TieText::between, "the two areas; positive flow leaves the first")
            .required("coefficient", &TieText::coefficient,
                      "T: flow per 2 pi f0 and radian of angle, in pu of the first area's base", above(0.0))
            .optional("damping", &TieText::damping, "flow in pu of the first area's base per pu of difference in frequency",
                      at_least(0.0))
            .relation([](const TieText& tie) -> std::optional<Contradiction> {
                if (tie.between.size() == 2 && tie.between[0] != tie.between[1]) return std::nullopt;
                return Contradiction{"between", "does not name two areas", "write e.g. [north, south]"};
            });
    return schema;
}

const Schema<SecondaryText>& SecondaryText::schema() {
    static const Schema<SecondaryText> schema =
        Schema<SecondaryText>("secondary control (AGC), the same in every area")
            .optional("period", &SecondaryText::period, "time between two cycles; a whole number of integration steps",
                      above(0.0))
            .optional("proportional", &SecondaryText::proportional, "set-point in pu per pu of area control error", at_least(0.0))
            .optional("integral", &SecondaryText::integral, "set-point in pu per pu of area control error and second",
                      at_least(0.0))
            .optional("ramp", &SecondaryText::ramp, "largest change of a set-point, as a share of the base; none: no limit",
                      above(0.0));
    return schema;
}

SecondarySettings SecondaryText::settings() const {
    SecondarySettings settings;
    settings.cycle_s = seconds(period);
    settings.proportional = proportional;
    settings.integral_per_s = integral.value();
    if (ramp) settings.ramp_pu_per_s = ramp->value();
    return settings;
}

std::optional<Contradiction> wrong_ties(const std::map<std::string, AreaText>& areas, const std::vector<TieText>& ties) {
    std::vector<std::string> names;
    for (const auto& [name, area] : areas) names.push_back(name);
    std::set<std::set<std::string>> seen;
    std::set<std::string> tied;
    for (const TieText& tie : ties) {
        for (const std::string& name : tie.between)
            if (!areas.contains(name)) return Contradiction{"ties", "'" + name + "' is no area", did_you_mean(name, names)};
        if (!seen.emplace(tie.between.begin(), tie.between.end()).second)
            return Contradiction{"ties", "the tie between '" + tie.between[0] + "' and '" + tie.between[1] + "' is named twice",
                                 "give one tie with the sum of the coefficients"};
        tied.insert(tie.between.begin(), tie.between.end());
    }
    if (areas.size() < 2) return std::nullopt;
    for (const std::string& name : names)
        if (!tied.contains(name))
            return Contradiction{"ties", "none reaches the area '" + name + "'", "name a tie, or take the area out"};
    return std::nullopt;
}

AreaNetwork network_of(Quantity<"Hz"> nominal, const std::map<std::string, AreaText>& areas, const std::vector<TieText>& ties) {
    AreaNetwork network;
    network.nominal_hz = nominal.value();
    std::vector<std::string> names;
    for (const auto& [name, area] : areas) {
        names.push_back(name);
        std::optional<Reheat> reheat;
        if (area.reheat) reheat = Reheat{seconds(area.reheat->time), area.reheat->share.value()};
        network.areas.push_back({name, megawatts(area.base), seconds(area.inertia), area.damping, area.droop.value(),
                                 seconds(area.governor), seconds(area.turbine), reheat, seconds(area.response)});
    }
    const auto place = [&names](const std::string& name) {
        return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
    };
    for (const TieText& tie : ties)
        network.ties.push_back({place(tie.between[0]), place(tie.between[1]), tie.coefficient, tie.damping});
    return network;
}

}  // namespace evsweep
