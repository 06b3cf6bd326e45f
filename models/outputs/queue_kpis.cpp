#include "outputs/queue_kpis.hpp"

namespace evsweep::kpi {

namespace {

/// None of these is ever below zero.
Kpi kpi_of(std::string name, std::string unit, std::string long_name, bool headline, int decimals,
           std::function<double(const Tally&)> value) {
    Variable v;
    v.name = std::move(name);
    v.unit = std::move(unit);
    v.long_name = std::move(long_name);
    v.headline = headline;
    v.decimals = decimals;
    v.lowest = 0.0;
    return {std::move(v), std::move(value)};
}

}  // namespace

std::vector<Kpi> queue_kpis() {
    return {
        kpi_of("wait_mean", "min", "mean wait for a shared point, of vehicles that got one", true, 1,
               [](const Tally& t) { return 60.0 * t.queue.mean_wait_h(); }),
        kpi_of("wait_p95", "min", "wait that 95 % of them did not exceed", true, 1,
               [](const Tally& t) { return 60.0 * t.queue.wait_quantile_h(0.95); }),
        kpi_of("wait_max", "min", "longest wait of them", true, 1,
               [](const Tally& t) { return 60.0 * t.queue.largest_wait_h(); }),
        kpi_of("waited_share", "%", "share of them that waited", true, 1,
               [](const Tally& t) { return 100.0 * t.queue.waited_share(); }),
        kpi_of("came_vehicles", "1", "vehicles that came to shared points", false, 1,
               [](const Tally& t) { return t.queue.came(); }),
        kpi_of("served_vehicles", "1", "vehicles that got a shared point", false, 1,
               [](const Tally& t) { return t.queue.plugged_in(); }),
        kpi_of("left_unserved", "1", "vehicles that left without a point", true, 1,
               [](const Tally& t) { return t.queue.unserved(); }),
        kpi_of("left_unserved_kwh", "kWh", "battery energy that they lacked, a part of unserved_kwh", false, 1,
               [](const Tally& t) { return t.queue.unserved_kwh(); }),
        kpi_of("still_waiting", "1", "vehicles that wait at the end", false, 1,
               [](const Tally& t) { return t.queue.still_waiting(); }),
        kpi_of("swapped_vehicles", "1", "vehicles that left their point to another when they had their target", false, 1,
               [](const Tally& t) { return t.queue.swapped(); }),
        kpi_of("longest_queue", "1", "most vehicles that waited for the points of one group at once", true, 1,
               [](const Tally& t) { return t.queue.longest_queue(); }),
        kpi_of("point_use", "%", "share of their time in which shared points are taken", true, 1,
               [](const Tally& t) { return 100.0 * t.queue.use(); }),
    };
}

std::vector<Kpi> trip_kpis() {
    return {
        kpi_of("short_trips", "1", "trips that took more than the battery had", true, 1,
               [](const Tally& t) { return t.queue.short_trips(); }),
        kpi_of("charged_elsewhere_kwh", "kWh", "battery energy that they took from elsewhere", true, 1,
               [](const Tally& t) { return t.queue.charged_elsewhere_kwh(); }),
    };
}

}  // namespace evsweep::kpi
