#include "outputs/violation_kpis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace evsweep::kpi {

namespace {

/// A kind of limit: whether the feeder has anything to hold against it, and how often it was broken.
struct LimitKind {
    std::string name, meaning;
    bool is_judged = true;
    std::function<double(const Tally&)> broken;
};

bool has_three_phases(const FeederSite& feeder) {
    const auto at_bus = [&](std::size_t bus, Conductor wire) {
        const auto begin = feeder.conductor.begin();
        return std::count(begin + feeder.first_conductor[bus], begin + feeder.first_conductor[bus + 1], wire) > 0;
    };
    for (std::size_t bus = 0; bus < feeder.bus.size(); ++bus)
        if (at_bus(bus, Conductor::a) && at_bus(bus, Conductor::b) && at_bus(bus, Conductor::c)) return true;
    return false;
}

std::vector<LimitKind> network_limits(const Frame& frame) {
    const Limits& limits = frame.limits;
    const bool is_held = std::any_of(frame.feeder.supply.begin(), frame.feeder.supply.end(), FeederSite::is_held_to_band);
    return {{"low_voltage", "voltage below " + limits.bands.lower_text(), is_held,
             [](const Tally& t) { return static_cast<double>(t.network.steps_below); }},
            {"high_voltage", "voltage above " + limits.bands.upper_text(), is_held,
             [](const Tally& t) { return static_cast<double>(t.network.steps_above); }},
            {"unbalance", fmt::format("unbalance factor above {:g} %", 100.0 * limits.unbalance),
             !frame.balanced && has_three_phases(frame.feeder),
             [](const Tally& t) { return static_cast<double>(t.network.steps_unbalanced); }},
            {"line", "line above its rating", frame.rated.has_lines(),
             [](const Tally& t) { return static_cast<double>(t.network.steps_line_overloaded); }},
            {"transformer", "transformer above its rating", frame.rated.has_transformers(),
             [](const Tally& t) { return static_cast<double>(t.network.steps_transformer_overloaded); }},
            {"unsolved", "step without a load-flow solution", true,
             [](const Tally& t) { return static_cast<double>(t.network.unsolved_steps); }}};
}

LimitKind service_limit() {
    return {"unserved", "vehicle left short of its target", true, [](const Tally& t) { return t.fleet.short_vehicles(); }};
}

/// Of a scenario with sites, where it is judged without a load flow.
LimitKind site_limit() {
    return {"site", "site above its limit", true, [](const Tally& t) { return static_cast<double>(t.sites.steps_above); }};
}

/// Any of several kinds; those that are not judged say nothing.
LimitKind any_of_kinds(std::string name, std::string meaning, std::vector<LimitKind> kinds) {
    std::erase_if(kinds, [](const LimitKind& kind) { return !kind.is_judged; });
    return {std::move(name), std::move(meaning), !kinds.empty(), [kinds = std::move(kinds)](const Tally& t) {
                double most = 0.0;
                for (const LimitKind& kind : kinds) most = std::max(most, kind.broken(t));
                return most;
            }};
}

Kpi kpi_of(LimitKind kind) {
    const auto value = [is_judged = kind.is_judged, broken = std::move(kind.broken)](const Tally& t) {
        if (!is_judged) return not_a_number;
        return broken(t) > 0.0 ? 1.0 : 0.0;
    };
    return {{.name = kind.name + "_violation",
             .unit = "1",
             .long_name = std::move(kind.meaning),
             .display = Display::event,
             .headline = true,
             .decimals = 0,
             .lowest = 0.0,
             .highest = 1.0},
            value};
}

}  // namespace

std::vector<Kpi> violation_kpis(const Frame& frame) {
    std::vector<LimitKind> kinds = network_limits(frame);
    std::vector<LimitKind> all = kinds;
    all.push_back(service_limit());
    if (!frame.sites.empty()) all.push_back(site_limit());
    std::vector<Kpi> list;
    list.push_back(kpi_of(any_of_kinds("any", "any limit broken", all)));
    list.push_back(kpi_of(any_of_kinds("network", "any limit of the network broken", std::move(kinds))));
    for (LimitKind& kind : all) list.push_back(kpi_of(std::move(kind)));
    return list;
}

}  // namespace evsweep::kpi
