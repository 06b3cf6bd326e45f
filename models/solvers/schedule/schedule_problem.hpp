/// The problem of charging many vehicles at once within the limits of one grid, and its answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace evsweep {

/// One vehicle for one stay. In step t it draws u, returns w (shares of `rating_kva`, 0 <= u <= charge_max, 0 <= w <=
/// discharge_max). It is there for the share s_t of a step, which is 1 but in its first and its last step. Where the problem is
/// reactive it draws q with (u - w)^2 + q^2 <= 1, in whole steps only: reactive power is of use to others, who need it for all of
/// the step. Its deficit, what its state of charge lacks to the target, follows x_t = x_{t-1} - s_t (soc_per_charge u_t -
/// soc_per_discharge w_t) within [deficit_min, deficit_max].
struct ScheduleVehicle {
    std::uint32_t place = 0;  ///< where it draws
    std::uint32_t first = 0;  ///< it may act in the steps first .. last - 1
    std::uint32_t last = 0;
    double late = 0.0;   ///< the share of step `first` that is over when it comes
    double early = 0.0;  ///< the share of step last - 1 that is left when it goes
    double rating_kva = 0.0;
    double charge_max = 1.0;
    double discharge_max = 0.0;      ///< 0: it cannot return
    double soc_per_charge = 0.0;     ///< in a whole step: charging efficiency x step x rating / capacity
    double soc_per_discharge = 0.0;  ///< in a whole step: step x rating / (discharging efficiency x capacity)
    double deficit = 0.0;            ///< when step `first` begins
    double deficit_min = 0.0;
    double deficit_max = 1.0;
    double final_deficit = 0.0;    ///< allowed when it leaves, after step last - 1; more is a shortfall
    double shortfall_price = 0.0;  ///< cost per unit of shortfall; 0: leaving short costs nothing of its own

    /// s_t, for a step from `first` to last - 1.
    [[nodiscard]] double share(std::size_t step) const {
        return 1.0 - (step == first ? late : 0.0) - (step + 1 == last ? early : 0.0);
    }
    /// For how many steps it is there, in all.
    [[nodiscard]] double steps_there() const { return first < last ? last - first - late - early : 0.0; }
    [[nodiscard]] bool is_whole(std::size_t step) const { return share(step) == 1.0; }
    [[nodiscard]] bool has_partial_steps() const { return late > 0.0 || early > 0.0; }
    friend bool operator==(const ScheduleVehicle&, const ScheduleVehicle&) = default;
};

/// What is minimised: the sum over vehicles and all steps of
///   deficit_weight x^2 + s throughput_weight (u + w) + reactive_weight q^2 + s rating (buy u - sell w) + shortfalls
/// plus the costs of rows (GridRows). The deficit counts as it is at the end of every step, those before the vehicle comes and
/// after it has gone included.
struct ScheduleObjective {
    double deficit_weight = 1.0;
    double throughput_weight = 1e-3;
    double reactive_weight = 1e-7;
    std::vector<double> buy;   ///< cost per kW drawn, by step; empty: nothing
    std::vector<double> sell;  ///< income per kW returned, by step; empty: nothing
};

/// Linear functions a y of the power that vehicles draw at all places in one step: y has the kW of every place, then the kvar.
/// A vehicle that is there for a part of the step counts with its whole power, as if all that are there in the step met.
struct GridRows {
    std::vector<std::uint32_t> step;
    std::vector<double> coefficient;  ///< [row][2 places]
    [[nodiscard]] std::size_t size() const { return step.size(); }
};

/// a y <= limit + excess, with excess >= 0 at `price` per unit. While its price is higher than what the limit is worth at the
/// optimum, the limit is as good as hard: the excess is 0.
struct GridLimits {
    GridRows rows;
    std::vector<double> limit;
    std::vector<double> price;
};

/// Costs of weight / 2 (a y - target)^2.
struct GridCosts {
    GridRows rows;
    std::vector<double> weight;
    std::vector<double> target;
};

struct ScheduleProblem {
    std::uint32_t steps = 0;
    std::uint32_t places = 0;
    bool reactive = false;  ///< vehicles may draw and give reactive power
    std::vector<ScheduleVehicle> vehicles;
    ScheduleObjective objective;
    GridLimits limits;
    GridCosts costs;
};

/// Everything that makes the problem meaningless (numbers that are not finite, windows outside the steps, columns of
/// different lengths, negative weights, power that moves no battery, ...), one sentence each; empty for a sound problem. A
/// deficit on arrival may miss its bounds by 1e-9, as rounding makes it; the bounds then give way to it.
[[nodiscard]] std::vector<std::string> error_texts(const ScheduleProblem& problem);

/// Where the steps of each vehicle stand in columns that have one number per vehicle and step of its window.
struct VehicleSteps {
    explicit VehicleSteps(const ScheduleProblem& problem);
    std::vector<std::size_t> first;  ///< by vehicle, and one beyond the last
    [[nodiscard]] std::size_t size() const { return first.back(); }
};

/// How a solver ended. `optimal`: to the tolerance; `stalled`: no more progress, the schedule is feasible to `worst_residual`.
enum class ScheduleStatus { optimal, stalled };

struct Schedule {
    ScheduleStatus status = ScheduleStatus::stalled;
    int iterations = 0;
    double objective = 0.0;
    double worst_residual = 0.0;  ///< of the equations, in state of charge and in units of limits over their largest coefficients
    // By vehicle and step of its window (VehicleSteps):
    std::vector<double> charge, discharge, reactive;  ///< u, w, q; `reactive` is empty without reactive power
    std::vector<double> deficit;                      ///< x at the end of the step
    // By limit:
    std::vector<double> worth;   ///< multiplier: what one unit more of the limit would save
    std::vector<double> excess;  ///< by which the limit is not kept
    std::vector<double> pull;    ///< by cost row: weight (a y - target)
};

/// The objective of a schedule, excess included, added up with compensation.
[[nodiscard]] double objective_of(const ScheduleProblem& problem, const Schedule& schedule);

/// kW and kvar drawn by the vehicles: [step][2 places], kW of every place, then kvar.
[[nodiscard]] std::vector<double> power_by_place(const ScheduleProblem& problem, const Schedule& schedule);

/// The value a y of each row for the power of `power_by_place`.
[[nodiscard]] std::vector<double> row_values(const ScheduleProblem& problem, const GridRows& rows,
                                             const std::vector<double>& power);

/// What limits and costs make a kW and a kvar cost at each step and place: [step][2 places], sum of worth (or pull) x
/// coefficient.
[[nodiscard]] std::vector<double> price_by_place(const ScheduleProblem& problem, const Schedule& schedule);

}  // namespace evsweep
