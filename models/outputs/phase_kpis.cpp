#include "outputs/phase_kpis.hpp"

#include <string>
#include <utility>

namespace evsweep::kpi {

namespace {

/// A KPI whose values are codes of names.
Kpi category(std::string name, std::string long_name, std::vector<std::string> meanings,
             std::function<double(const Tally&)> value) {
    return {{.name = std::move(name),
             .unit = "1",
             .long_name = std::move(long_name),
             .display = Display::category,
             .meanings = std::move(meanings),
             .decimals = 0},
            std::move(value)};
}

std::vector<Kpi> places_of_extremes(const Frame& frame) {
    const FeederSite* feeder = &frame.feeder;
    const SupplyGroups* supply = &frame.supply;
    const auto wires = [supply](std::size_t at, double seen) {
        return std::isnan(seen) ? not_a_number : static_cast<double>(supply->group_of(at));
    };
    return {
        category("vmin_phase", "phase with the lowest voltage", supply->names(),
                 [=](const Tally& t) { return wires(t.network.vmin_at, t.network.vmin_pu.value); }),
        category("vmax_bus", "bus with the highest voltage", feeder->bus,
                 [=](const Tally& t) {
                     if (std::isnan(t.network.vmax_pu.value)) return not_a_number;
                     return static_cast<double>(feeder->supply[t.network.vmax_at].bus);
                 }),
        category("vmax_phase", "phase with the highest voltage", supply->names(),
                 [=](const Tally& t) { return wires(t.network.vmax_at, t.network.vmax_pu.value); }),
    };
}

/// Voltages between the wires of a group. "a-n" is "an" in the names of variables.
std::vector<Kpi> of_supply(const Frame& frame, std::size_t k) {
    const std::string& wires = frame.supply.name(k);
    const std::string what = wires.find('-') == std::string::npos ? "phase " + wires : wires;
    std::string id = wires;
    std::erase(id, '-');
    return {
        {{.name = "vmin_" + id + "_pu", .unit = "pu", .long_name = "lowest voltage of " + what, .decimals = 4},
         [k](const Tally& t) { return t.network.supply[k].vmin_pu.value; }},
        {{.name = "vmax_" + id + "_pu", .unit = "pu", .long_name = "highest voltage of " + what, .decimals = 4},
         [k](const Tally& t) { return t.network.supply[k].vmax_pu.value; }},
        {{.name = "minutes_outside_band_" + id,
          .unit = "min",
          .long_name = "time with a voltage of " + what + " outside the band",
          .decimals = 0},
         [k](const Tally& t) { return t.network.minutes(t.network.supply[k].steps_outside); }},
    };
}

Kpi of_loading(const Frame& frame, std::size_t k) {
    const std::string& phase = frame.phases.name(k);
    return {{.name = "loading_max_" + phase + "_pct",
             .unit = "%",
             .long_name = "highest loading of a rated branch in phase " + phase,
             .decimals = 1},
            [k](const Tally& t) { return t.network.phase_loading_pct[k].value; }};
}

std::vector<Kpi> of_unbalance(const FeederSite& feeder) {
    return {
        {{.name = "unbalance_max_pct",
          .unit = "%",
          .long_name = "highest voltage unbalance factor |V2|/|V1|",
          .headline = true,
          .decimals = 2},
         [](const Tally& t) { return 100.0 * t.network.unbalance.value; }},
        category("unbalance_bus", "bus with the highest unbalance factor", feeder.bus,
                 [](const Tally& t) {
                     if (std::isnan(t.network.unbalance.value)) return not_a_number;
                     return static_cast<double>(t.network.unbalance_bus.index());
                 }),
        {{.name = "unbalance_time_h",
          .unit = "h",
          .long_name = "time of the highest unbalance factor",
          .display = Display::clock,
          .decimals = 2},
         [](const Tally& t) { return hour_of(t.network.unbalance); }},
        {{.name = "unbalance_minutes",
          .unit = "min",
          .long_name = "time with an unbalance factor above the limit",
          .headline = true,
          .decimals = 0},
         [](const Tally& t) { return t.network.minutes(t.network.steps_unbalanced); }},
        {{.name = "neutral_max_a",
          .unit = "A",
          .long_name = "highest current in a neutral or back through earth (three times the zero sequence)",
          .decimals = 1},
         [](const Tally& t) { return t.network.neutral_a.value; }},
        category("neutral_branch", "branch with the highest neutral current", feeder.branch,
                 [](const Tally& t) {
                     if (std::isnan(t.network.neutral_a.value)) return not_a_number;
                     return static_cast<double>(t.network.neutral_branch.index());
                 }),
    };
}

}  // namespace

std::vector<Kpi> phase_kpis(const Frame& frame) {
    std::vector<Kpi> list = places_of_extremes(frame);
    const auto add = [&list](std::vector<Kpi> part) {
        for (auto& kpi : part) list.push_back(std::move(kpi));
    };
    for (std::size_t k = 0; k < frame.supply.size(); ++k) add(of_supply(frame, k));
    for (std::size_t k = 0; k < frame.phases.size() && !frame.rated.empty(); ++k) list.push_back(of_loading(frame, k));
    add(of_unbalance(frame.feeder));
    return list;
}

}  // namespace evsweep::kpi
