/// Charging problems drawn at random, the same on every machine: vehicles of all kinds on a random radial feeder.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "solvers/schedule/schedule_problem.hpp"

namespace evsweep {

/// SplitMix64 (Steele, Lea, Flood 2014): the standard library's distributions differ between implementations.
class Draws {
   public:
    explicit Draws(std::uint64_t seed) : state_(seed) {}
    double uniform(double least, double most) { return least + (most - least) * static_cast<double>(next() >> 11U) * 0x1p-53; }
    std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(next() % n); }
    bool chance(double share) { return uniform(0.0, 1.0) < share; }

   private:
    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31U);
    }
    std::uint64_t state_;
};

struct ProblemKind {
    std::uint32_t vehicles = 30, steps = 24, places = 4;
    bool reactive = false;
    bool returning = false;    ///< vehicles may discharge
    bool limited = true;       ///< voltage, current and transformer rows
    bool unavoidable = false;  ///< some limits are exceeded by the base load alone
    bool weighed = false;      ///< rows with costs: loss, peak
    bool tariff = false;       ///< buying and selling prices
    bool must_charge = false;  ///< prices on shortfalls, some of which cannot be avoided
    bool in_parts = false;     ///< stays begin and end within steps
};

/// A stay that begins and ends within steps, whatever the steps; some by a hair.
inline void cut_steps(ScheduleVehicle& vehicle, Draws& draw) {
    const auto part = [&draw] {
        if (draw.chance(0.2)) return 0.0;
        return draw.chance(0.1) ? 1.0 - std::pow(10.0, draw.uniform(-3.0, -1.0)) : draw.uniform(0.0, 0.99);
    };
    if (vehicle.first == vehicle.last) return;
    vehicle.late = part();
    vehicle.early = part();
    if (vehicle.last - vehicle.first == 1) vehicle.early *= 0.9 * (1.0 - vehicle.late);
}

inline ScheduleVehicle random_vehicle(const ProblemKind& kind, Draws& draw) {
    ScheduleVehicle vehicle;
    vehicle.place = draw.below(kind.places);
    vehicle.first = draw.below(std::max(1U, kind.steps / 3));
    vehicle.last = kind.steps - draw.below(std::max(1U, kind.steps / 3));
    vehicle.rating_kva = draw.uniform(2.0, 11.0);
    const double capacity = draw.uniform(10.0, 40.0);
    const double efficiency = draw.uniform(0.8, 1.0);
    vehicle.soc_per_charge = efficiency * 0.25 * vehicle.rating_kva / capacity;
    vehicle.soc_per_discharge = 0.25 * vehicle.rating_kva / (efficiency * capacity);
    vehicle.charge_max = draw.chance(0.3) ? draw.uniform(0.3, 1.0) : 1.0;
    if (kind.returning && draw.chance(0.8)) vehicle.discharge_max = draw.uniform(0.3, 1.0);
    vehicle.deficit = draw.uniform(0.1, 0.8);
    vehicle.deficit_max = draw.chance(0.3) ? vehicle.deficit : 1.0;
    vehicle.deficit_min = draw.chance(0.2) ? -0.1 : 0.0;
    if (kind.must_charge) {
        vehicle.final_deficit = draw.uniform(0.0, 0.2);
        vehicle.shortfall_price = draw.uniform(0.0, 40.0);
    }
    if (kind.in_parts) cut_steps(vehicle, draw);
    return vehicle;
}

/// Effects of kW and kvar at every place on the voltage drop at every place (p.u.): a random tree, lines in ohms over volts.
inline std::vector<double> voltage_drops(std::uint32_t places, Draws& draw) {
    std::vector<std::vector<std::uint32_t>> path(places);
    std::vector<double> r(places), x(places);
    for (std::uint32_t n = 0; n < places; ++n) {
        r[n] = draw.uniform(1e-5, 6e-5);
        x[n] = draw.uniform(0.3, 1.5) * r[n];
        if (n > 0) path[n] = path[draw.below(n)];
        path[n].push_back(n);
    }
    std::vector<double> drops(std::size_t{places} * 2 * places, 0.0);
    for (std::uint32_t i = 0; i < places; ++i)
        for (std::uint32_t j = 0; j < places; ++j)
            for (const std::uint32_t line : path[i])
                if (std::find(path[j].begin(), path[j].end(), line) != path[j].end()) {
                    drops[i * 2 * places + j] += r[line];
                    drops[i * 2 * places + places + j] += x[line];
                }
    return drops;
}

/// a y while every vehicle that is there charges at its rating.
inline double row_at_full_power(const ScheduleProblem& problem, std::uint32_t step, const double* row) {
    double value = 0.0;
    for (const ScheduleVehicle& vehicle : problem.vehicles)
        if (vehicle.first <= step && step < vehicle.last) value += row[vehicle.place] * vehicle.rating_kva * vehicle.charge_max;
    return value;
}

/// A limit that the row reaches well before all vehicles charge.
inline void add_limit(ScheduleProblem& problem, const ProblemKind& kind, std::uint32_t step, const double* row, Draws& draw) {
    GridLimits& limits = problem.limits;
    const double full = row_at_full_power(problem, step, row);
    limits.rows.step.push_back(step);
    limits.rows.coefficient.insert(limits.rows.coefficient.end(), row, row + 2 * std::size_t{problem.places});
    limits.limit.push_back(full * draw.uniform(0.15, 0.7));
    limits.price.push_back(std::pow(10.0, draw.uniform(0.3, 2.5)) /
                           *std::max_element(row, row + 2 * std::size_t{problem.places}));
    if (kind.unavoidable && draw.chance(0.15)) limits.limit.back() = -full * draw.uniform(0.5, 1.2);
}

inline void add_limits(ScheduleProblem& problem, const ProblemKind& kind, Draws& draw) {
    const std::uint32_t width = 2 * problem.places;
    const std::vector<double> drops = voltage_drops(problem.places, draw);
    std::vector<double> head(width, 0.0);
    std::fill(head.begin(), head.begin() + problem.places, 1.0);
    for (std::uint32_t t = 0; t < problem.steps; ++t) {
        for (std::uint32_t n = 0; n < problem.places; ++n)
            if (draw.chance(0.4)) add_limit(problem, kind, t, drops.data() + n * width, draw);
        if (draw.chance(0.3)) add_limit(problem, kind, t, head.data(), draw);
        if (!draw.chance(0.2)) continue;
        // A voltage that must not rise: nobody may give much, of either kind.
        std::vector<double> rise(drops.begin(), drops.begin() + width);
        for (double& a : rise) a = -a;
        problem.limits.rows.step.push_back(t);
        problem.limits.rows.coefficient.insert(problem.limits.rows.coefficient.end(), rise.begin(), rise.end());
        problem.limits.limit.push_back(draw.uniform(0.0, 0.2) * row_at_full_power(problem, t, drops.data()));
        problem.limits.price.push_back(1e2 / drops.front());
    }
}

inline void add_costs(ScheduleProblem& problem, Draws& draw) {
    const std::uint32_t width = 2 * problem.places;
    for (std::uint32_t t = 0; t < problem.steps; ++t) {
        if (draw.chance(0.3)) continue;
        problem.costs.rows.step.push_back(t);
        for (std::uint32_t j = 0; j < width; ++j)
            problem.costs.rows.coefficient.push_back(draw.uniform(0.5, 1.0) * (j < problem.places ? 1.0 : 0.2));
        problem.costs.weight.push_back(std::pow(10.0, draw.uniform(-6.0, -2.0)));
        problem.costs.target.push_back(draw.uniform(-30.0, 60.0));
    }
}

inline ScheduleProblem random_problem(const ProblemKind& kind, std::uint64_t seed) {
    Draws draw(seed);
    ScheduleProblem problem;
    problem.steps = kind.steps;
    problem.places = kind.places;
    problem.reactive = kind.reactive;
    for (std::uint32_t v = 0; v < kind.vehicles; ++v) problem.vehicles.push_back(random_vehicle(kind, draw));
    if (kind.tariff)
        for (std::uint32_t t = 0; t < kind.steps; ++t) {
            problem.objective.buy.push_back(draw.uniform(0.0, 0.4));
            problem.objective.sell.push_back(problem.objective.buy.back() * draw.uniform(0.3, 1.0));
        }
    if (kind.limited) add_limits(problem, kind, draw);
    if (kind.weighed) add_costs(problem, draw);
    return problem;
}

}  // namespace evsweep
