#include "outputs/energy_kpis.hpp"

namespace evsweep::kpi {

std::vector<Kpi> power_kpis() {
    return {
        {{.name = "peak_kw", .unit = "kW", .long_name = "peak demand (base load and vehicles)", .headline = true, .decimals = 0},
         [](const Tally& t) { return t.network.demand_kw.value; }},
        {{.name = "peak_time_h",
          .unit = "h",
          .long_name = "time of the peak demand",
          .display = Display::clock,
          .headline = true,
          .decimals = 2},
         [](const Tally& t) { return hour_of(t.network.demand_kw); }},
        {{.name = "peak_hourly_kw", .unit = "kW", .long_name = "highest mean demand over a clock hour", .decimals = 0},
         [](const Tally& t) { return t.energy.clock_hours.highest_kw(); }},
        {{.name = "peak_hourly_time_h",
          .unit = "h",
          .long_name = "begin of the clock hour with the highest mean demand",
          .display = Display::clock,
          .decimals = 2},
         [](const Tally& t) { return t.energy.clock_hours.highest_from_h(); }},
        {{.name = "peak_mark_kw", .unit = "kW", .long_name = "peak demand at the marks", .decimals = 0},
         [](const Tally& t) { return t.network.demand_mark_kw.value; }},
        {{.name = "peak_mark_time_h",
          .unit = "h",
          .long_name = "time of the peak demand at the marks",
          .display = Display::clock,
          .decimals = 2},
         [](const Tally& t) { return hour_of(t.network.demand_mark_kw); }},
        {{.name = "source_peak_kw", .unit = "kW", .long_name = "peak power from the source, with losses", .decimals = 0},
         [](const Tally& t) { return t.network.source_kw.value; }},
        {{.name = "reverse_peak_kw",
          .unit = "kW",
          .long_name = "highest power from the feeder back into the source",
          .headline = true,
          .decimals = 0,
          .notable_where = "reverse_peak_kw",
          .lowest = 0.0},
         [](const Tally& t) { return t.network.reverse_kw.value; }},
        {{.name = "load_factor", .unit = "1", .long_name = "mean demand over peak demand"},
         [](const Tally& t) {
             return t.network.demand_kw.value > 0.0 ? t.energy.mean_demand_kw() / t.network.demand_kw.value : not_a_number;
         }},
        {{.name = "peak_to_valley_kw", .unit = "kW", .long_name = "highest less lowest demand", .decimals = 0},
         [](const Tally& t) { return t.network.demand_kw.value - t.network.valley_kw.value; }},
    };
}

std::vector<Kpi> energy_kpis() {
    return {
        {{.name = "energy_kwh",
          .unit = "kWh",
          .long_name = "energy demand (base load and vehicles)",
          .headline = true,
          .decimals = 0},
         [](const Tally& t) { return t.energy.if_solved(t.energy.demand_kwh); }},
        {{.name = "source_energy_kwh", .unit = "kWh", .long_name = "energy from the source, with losses", .decimals = 0},
         [](const Tally& t) { return t.energy.if_solved(t.energy.source_kwh); }},
        {{.name = "reverse_energy_kwh",
          .unit = "kWh",
          .long_name = "energy from the feeder back into the source",
          .decimals = 0,
          .lowest = 0.0},
         [](const Tally& t) { return t.energy.if_solved(t.energy.reverse_kwh); }},
        {{.name = "loss_energy_kwh", .unit = "kWh", .long_name = "energy lost in the feeder", .headline = true, .decimals = 1},
         [](const Tally& t) { return t.energy.if_solved(t.energy.loss_kwh); }},
        {{.name = "loss_max_kw", .unit = "kW", .long_name = "highest loss", .headline = true, .decimals = 1},
         [](const Tally& t) { return t.network.loss_kw.value; }},
        {{.name = "loss_max_mark_kw", .unit = "kW", .long_name = "highest loss at the marks", .decimals = 1},
         [](const Tally& t) { return t.network.loss_mark_kw.value; }},
    };
}

std::vector<Kpi> generator_kpis() {
    return {
        {{.name = "generated_kwh",
          .unit = "kWh",
          .long_name = "energy fed in by generators",
          .headline = true,
          .decimals = 0,
          .notable_where = "generated_kwh",
          .lowest = 0.0},
         [](const Tally& t) { return t.energy.generated_kwh; }},
        {{.name = "curtailed_kwh",
          .unit = "kWh",
          .long_name = "energy that generators could have fed in besides",
          .headline = true,
          .decimals = 1,
          .notable_where = "curtailed_kwh",
          .lowest = 0.0},
         [](const Tally& t) { return t.energy.curtailed_kwh; }},
    };
}

}  // namespace evsweep::kpi
