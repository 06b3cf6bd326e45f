/// A made-up study of a 33-bus feeder, whose numbers are simple formulas, for tests of what comes after the simulation.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "sim/statistics/statistics.hpp"
#include "sim/study/study_result.hpp"

namespace evsweep::synthetic {

/// A repeatable number in [0, 1) that looks irregular.
inline double scatter(std::size_t replica, std::size_t salt) {
    const double x = std::sin(static_cast<double>(replica * 12 + salt) * 12.9898) * 43758.5453;
    return x - std::floor(x);
}

inline FeederSite feeder_site(std::vector<std::int32_t>& parent, std::vector<double>& series_ohm) {
    FeederSite site;
    auto add_bus = [&](std::int32_t from, double ohm) {
        const std::size_t index = site.bus.size();
        site.bus.push_back(std::to_string(index + 1));
        site.bus_class.emplace_back(index % 3 == 0 ? "commercial" : "residential");
        site.load_kw.push_back(index == 0 ? 0.0 : 60.0 + static_cast<double>(index % 5) * 30.0);
        site.nominal_v.push_back(12660.0);
        site.first_conductor.push_back(static_cast<std::uint32_t>(index));
        site.conductor.push_back(Conductor::balanced);
        site.bus_of_conductor.push_back(static_cast<std::uint32_t>(index));
        site.base_v.push_back(12660.0);
        site.supply.push_back({static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index), {}, 12660.0});
        site.rating_a.push_back(index == 1 ? 400.0 : HUGE_VAL);
        parent.push_back(from);
        series_ohm.push_back(ohm);
        if (from < 0) return;
        site.branch.push_back(std::to_string(from + 1) + "-" + std::to_string(index + 1));
    };
    add_bus(-1, 0.0);
    for (std::int32_t i = 1; i < 18; ++i) add_bus(i - 1, 0.4 + 0.1 * (i % 4));
    for (std::int32_t i = 18; i < 22; ++i) add_bus(i == 18 ? 1 : i - 1, 0.6);
    for (std::int32_t i = 22; i < 25; ++i) add_bus(i == 22 ? 2 : i - 1, 0.8);
    for (std::int32_t i = 25; i < 33; ++i) add_bus(i == 25 ? 5 : i - 1, 0.5);
    site.first_conductor.push_back(static_cast<std::uint32_t>(site.bus.size()));
    return site;
}

/// One value of a made-up day per replica, at hour `h` after noon, for controller `c` (-1: no vehicles).
struct Day {
    int controller;
    std::size_t replica;
    [[nodiscard]] double base_kw(double h) const {
        return 2400.0 + 1000.0 * std::exp(-std::pow((h - 8.0) / 2.5, 2)) + 500.0 * std::exp(-std::pow((h - 20.0) / 3, 2));
    }
    [[nodiscard]] double ev_kw(double h) const {
        if (controller < 0) return 0.0;
        const double size = 1200.0 * (0.9 + 0.2 * scatter(replica, 1));
        const double peak_h = (controller == 0 ? 8.3 : 13.0 + controller) + 0.6 * (scatter(replica, 2) - 0.5);
        const double returned = controller == 2 ? 400.0 * std::exp(-std::pow(h - 8.0, 2)) : 0.0;
        return size * std::exp(-std::pow((h - peak_h) / (2.0 + controller), 2)) - returned;
    }
    [[nodiscard]] double demand_kw(double h) const { return base_kw(h) + ev_kw(h); }
    [[nodiscard]] double voltage_pu(double h, double ohm) const { return 1.0 - demand_kw(h) * ohm * 2.2e-6; }
};

inline std::vector<double> marks() {
    std::vector<double> hours_since_start;
    for (int i = 0; i < 96; ++i) hours_since_start.push_back(0.25 * i);
    return hours_since_start;
}

/// Bands of `value(replica, element)` over the replicas, by definition and without the study's own code paths.
template <class ValueOf>
Bands bands_of(std::size_t replicas, std::size_t size, const std::vector<double>& levels, ValueOf value) {
    Bands bands;
    bands.mean.resize(size);
    bands.quantiles.assign(levels.size(), std::vector<double>(size));
    for (std::size_t i = 0; i < size; ++i) {
        std::vector<double> sample;
        for (std::size_t r = 0; r < replicas; ++r) sample.push_back(value(r, i));
        bands.mean[i] = estimate_mean(sample, 0.95).mean;
        const auto found = quantiles(sample, levels);
        for (std::size_t q = 0; q < levels.size(); ++q) bands.quantiles[q][i] = found[q];
    }
    return bands;
}

inline Variable number(std::string name, std::string unit, std::string long_name, int decimals, bool headline = true) {
    Variable v;
    v.name = std::move(name);
    v.unit = std::move(unit);
    v.long_name = std::move(long_name);
    v.decimals = decimals;
    v.headline = headline;
    return v;
}

inline Variable series(std::string name, std::string unit, std::string long_name, std::vector<std::string> dims,
                       Aggregation aggregation = Aggregation::bands) {
    Variable v = number(std::move(name), std::move(unit), std::move(long_name), 3, false);
    v.dims = std::move(dims);
    v.aggregation = aggregation;
    return v;
}

/// Fills one run; see make_study.
class RunMaker {
   public:
    RunMaker(const StudyResult& study, int controller, std::size_t replicas)
        : study_(study), controller_(controller), replicas_(replicas), ohm_(study.feeder.bus.size(), 0.0) {
        for (std::size_t b = 1; b < ohm_.size(); ++b)
            ohm_[b] = ohm_[static_cast<std::size_t>(study.feeder_parent[b])] + study.feeder_series_ohm[b];
    }

    RunResult make(std::string label) {
        run_.label = std::move(label);
        run_.type = run_.label;
        run_.settings = {{"peak_setpoint", "3180 kW"}};
        run_.reads = {{run_.label, "feeder_head", "kW", "simulator", "present", "delay 5 min, noise 10 kW"}};
        add_numbers();
        add_series();
        add_voltages();
        add_traces();
        return run_;
    }

   private:
    void add_number(Variable variable, double (*value)(const Day&)) {
        VariableResult result{"kpis", std::move(variable), {}, {}, {}};
        for (std::size_t r = 0; r < replicas_; ++r) result.values.push_back(value({controller_, r}));
        run_.variables.push_back(std::move(result));
    }
    void add_numbers() {
        add_number(number("peak_kw", "kW", "peak demand (base load and vehicles)", 0), [](const Day& d) {
            double peak = 0.0;
            for (double h : marks()) peak = std::max(peak, d.demand_kw(h));
            return peak;
        });
        Variable when = number("peak_time_h", "h", "time of the peak demand", 2);
        when.display = Display::clock;
        add_number(when, [](const Day& d) { return d.controller == 1 ? 14.0 : 8.25 + 0.25 * scatter(d.replica, 3); });
        add_number(number("loss_energy_kwh", "kWh", "energy lost in the feeder", 1),
                   [](const Day& d) { return 1900.0 + 90.0 * d.controller + 40.0 * scatter(d.replica, 4); });
        add_number(number("vmin_pu", "pu", "lowest voltage at any bus", 4),
                   [](const Day& d) { return 0.92 - 0.004 * d.controller + 0.002 * scatter(d.replica, 5); });
        Variable where = number("vmin_bus", "1", "bus with the lowest voltage", 0);
        where.display = Display::category;
        where.meanings = study_.feeder.bus;
        add_number(where, [](const Day& d) { return d.replica % 4 == 3 ? 32.0 : 17.0; });
        add_number(number("overload_minutes", "min", "time with a branch above its rating", 0), [](const Day&) { return 0.0; });
        add_number(number("unserved_kwh", "kWh", "battery energy missing to the target at departure", 1),
                   [](const Day& d) { return d.controller < 0 ? std::nan("") : 3.0 * d.controller * scatter(d.replica, 6); });
        add_number(number("net_cost", "currency", "paid for energy less what was earned", 2),
                   [](const Day& d) { return 150.0 - 12.0 * std::max(d.controller, 0) - 3.0 * scatter(d.replica, 7); });
        add_number(number("charged_kwh", "kWh", "energy drawn by vehicles", 0, false),
                   [](const Day& d) { return d.controller < 0 ? 0.0 : 6900.0 + 200.0 * scatter(d.replica, 1); });
    }

    template <class ValueOf>
    void add_band(const std::string& output, Variable variable, std::size_t size, ValueOf value) {
        run_.variables.push_back({output, std::move(variable), {}, bands_of(replicas_, size, study_.quantile_levels, value), {}});
    }
    void add_series() {
        const auto t = marks();
        const int c = controller_;
        add_band("series", series("demand_kw", "kW", "demand (base load and vehicles)", {"time"}), t.size(),
                 [=](std::size_t r, std::size_t i) {
                     return Day{c, r}.demand_kw(t[i]);
                 });
        add_band("series", series("ev_kw", "kW", "net power of vehicles", {"time"}), t.size(), [=](std::size_t r, std::size_t i) {
            return Day{c, r}.ev_kw(t[i]);
        });
        add_band("series", series("vmin_pu", "pu", "lowest voltage at any bus", {"time"}), t.size(),
                 [=, this](std::size_t r, std::size_t i) {
                     return Day{c, r}.voltage_pu(t[i], ohm_[17]);
                 });
        add_band("series", series("mean_soc", "1", "mean state of charge", {"time"}), t.size(),
                 [=](std::size_t r, std::size_t i) {
                     return c < 0 ? std::nan("") : 0.5 + 0.35 / (1.0 + std::exp(-(t[i] - 9.0 - c))) + 0.02 * scatter(r, 8);
                 });
        add_band(
            "series", series("arrivals", "1", "plug-ins in the interval", {"time"}), t.size(), [=](std::size_t r, std::size_t i) {
                return c < 0 ? 0.0 : std::floor(40.0 * std::exp(-std::pow((t[i] - 8.0) / 1.6, 2)) * (0.8 + 0.4 * scatter(r, i)));
            });
        add_band("series", series("departures", "1", "unplugs in the interval", {"time"}), t.size(),
                 [=](std::size_t, std::size_t i) {
                     return c < 0 ? 0.0 : std::floor(150.0 * std::exp(-std::pow((t[i] - 20.0) / 0.5, 2)));
                 });
        add_band("series", series("zone_ev_kw", "kW", "net power of vehicles per zone", {"time", "zone"}), t.size() * 3,
                 [=](std::size_t r, std::size_t i) {
                     return Day{c, r}.ev_kw(t[i / 3]) * (0.5 - 0.15 * static_cast<double>(i % 3));
                 });
    }
    void add_voltages() {
        const auto t = marks();
        const std::size_t buses = ohm_.size();
        add_band("voltages", series("voltage_pu", "pu", "voltage", {"time", "bus"}), t.size() * buses,
                 [=, this](std::size_t r, std::size_t i) {
                     return Day{controller_, r}.voltage_pu(t[i / buses], ohm_[i % buses]);
                 });
    }

    void add_trace(const std::string& output, Variable variable, std::vector<std::pair<ReplicaId, std::vector<double>>> traces) {
        run_.variables.push_back({output, std::move(variable), {}, {}, std::move(traces)});
    }
    void add_traces() {
        std::vector<double> demand;
        for (double h : marks()) demand.push_back(Day{controller_, 0}.demand_kw(h));
        add_trace("traces", series("demand_kw", "kW", "demand", {"time"}, Aggregation::trace), {{ReplicaId(0), demand}});
        // Two replicas with different numbers of events, one of them with none.
        add_trace("events", series("time_h", "h", "time of the event", {"event"}, Aggregation::trace),
                  {{ReplicaId(0), {1.0, 2.5, 2.5}}, {ReplicaId(2), {}}});
        Variable kind = series("kind", "1", "what happened", {"event"}, Aggregation::trace);
        kind.display = Display::category;
        kind.meanings = {"plug in", "unplug"};
        add_trace("events", kind, {{ReplicaId(0), {0.0, 0.0, 1.0}}, {ReplicaId(2), {}}});
    }

    const StudyResult& study_;
    int controller_;
    std::size_t replicas_;
    std::vector<double> ohm_;
    RunResult run_;
};

inline std::vector<OutputResult> outputs(const std::vector<std::string>& buses) {
    const Coordinate time{.name = "time", .unit = "h", .long_name = "time since the start", .values = marks()};
    return {{"kpis", "kpis", {}},
            {"series", "series", {time, {.name = "zone", .labels = {"homes", "work places", "car park"}}}},
            {"voltages", "voltages", {time, {.name = "bus", .labels = buses}}},
            {"traces", "traces", {time}},
            {"events", "events", {}}};
}

/// Three controllers over `replicas` replicas, from noon to noon.
inline StudyResult make_study(std::size_t replicas = 40) {
    StudyResult study;
    study.title = "A made-up study: not a simulation";
    study.scenario_file = "scenarios/made_up.yaml";
    study.scenario = {{"study.seed", "18446744073709551615"}, {"study.replicas", "40"}};
    study.seed = 18446744073709551615ULL;
    study.planned = static_cast<int>(replicas) + 1;
    study.calendar_start = "2025-01-06 12:00";
    study.reference = "uncoordinated";
    study.currency = "$";
    study.voltage_min_pu = 0.95;
    study.voltage_max_pu = 1.05;
    study.feeder = feeder_site(study.feeder_parent, study.feeder_series_ohm);
    study.bus_bands.assign(study.feeder.bus.size(), {0.95, 1.05});
    study.outputs = outputs(study.feeder.bus);
    for (std::size_t r = 0; r < replicas; ++r) study.replicas.emplace_back(r < 5 ? r : r + 1);  // replica 5 failed
    study.failures = {{ReplicaId(5), "evms", "broken promise: the energy ledger closes"}};
    study.base = RunMaker(study, -1, 1).make("base");
    int controller = 0;
    for (const char* label : {"uncoordinated", "evms", "my/fuzzy"})
        study.controllers.push_back(RunMaker(study, controller++, replicas).make(label));
    study.controllers[1].unsolved = {{ReplicaId(3), Instant(std::chrono::hours(8)), "collapsed", "18"}};
    study.controllers[1].unsolved_steps = 1;
    study.provenance = {"0.1.0", "abc123", "a-host", "2025-01-06T12:00:00Z",
                        12.5,    2,        "avx2",   {{"hdf5", "1.10.8"}, {"yaml-cpp", "0.7"}}};
    return study;
}

}  // namespace evsweep::synthetic
