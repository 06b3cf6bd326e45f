#include "outputs/site_kpis.hpp"

namespace evsweep::kpi {

std::vector<Kpi> site_kpis(const Frame& frame) {
    return {
        {{.name = "site_minutes_above_limit",
          .unit = "min",
          .long_name = "time with a site above its limit",
          .headline = true,
          .decimals = 0},
         [](const Tally& t) { return t.network.minutes(t.sites.steps_above); }},
        {{.name = "site_excess_max_kw",
          .unit = "kW",
          .long_name = "most that a site was above its limit",
          .headline = true,
          .decimals = 1,
          .lowest = 0.0},
         [](const Tally& t) { return t.sites.excess_kw.value; }},
        {{.name = "site_worst",
          .unit = "1",
          .long_name = "site that was furthest above its limit",
          .display = Display::category,
          .meanings = frame.sites,
          .decimals = 0},
         [](const Tally& t) { return t.sites.excess_kw.value > 0.0 ? static_cast<double>(t.sites.worst) : not_a_number; }},
        {{.name = "site_excess_kwh",
          .unit = "kWh",
          .long_name = "energy drawn above the limits of sites",
          .decimals = 1,
          .lowest = 0.0},
         [](const Tally& t) { return t.sites.excess_kwh; }},
        {{.name = "site_load_max_pct", .unit = "%", .long_name = "highest power of a site over its limit", .decimals = 1},
         [](const Tally& t) { return t.sites.load_pct.value; }},
    };
}

}  // namespace evsweep::kpi
