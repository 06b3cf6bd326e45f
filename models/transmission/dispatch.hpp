/// The optimal power flow of a grid case in MW and currency: what generators give, what power costs at each bus, or what is
/// missing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "solvers/optimal_power_flow/feasibility.hpp"
#include "transmission/grid_case.hpp"

namespace evsweep {

enum class GridObjective : std::uint8_t { cost, losses };
[[nodiscard]] std::vector<std::pair<std::string, GridObjective>> names_of(GridObjective);

/// By bus.
struct GridDemand {
    std::vector<double> p_mw{}, q_mvar{};
};
/// That of the case, times a factor.
[[nodiscard]] GridDemand demand_of(const GridCase& grid, double factor = 1.0);

/// Power into a branch at its ends.
struct GridFlow {
    double p_from_mw = 0.0, q_from_mvar = 0.0, p_to_mw = 0.0, q_to_mvar = 0.0;
};

/// What a demand lacks.
struct GridShortage {
    double demand_mw = 0.0;                    ///< in all
    double capacity_mw = 0.0, least_mw = 0.0;  ///< what all generators give at most and at least
    std::vector<double> p_mw{}, q_mvar{};      ///< by bus: the least help with which limits and balances hold; below 0: too much
    double sum_mw = 0.0, sum_mvar = 0.0;       ///< of absolute values
    [[nodiscard]] double missing_without_losses_mw() const { return demand_mw - capacity_mw; }
    [[nodiscard]] double too_much_mw() const { return least_mw - demand_mw; }
};

enum class GridStatus : std::uint8_t { solved, infeasible, not_converged };

struct GridDispatch {
    GridStatus status = GridStatus::not_converged;
    double cost_per_h = 0.0;  ///< of generation, whatever was minimised
    double loss_mw = 0.0;
    std::vector<double> price{}, reactive_price{};  ///< by bus, currency per MWh and Mvarh; what the objective rises by
    std::vector<double> voltage{}, angle_rad{};     ///< by bus
    std::vector<double> p_mw{}, q_mvar{};           ///< by generator
    std::vector<GridFlow> flows{};                  ///< by branch
    std::vector<double> limit_price{};              ///< by branch: currency per h that one more MVA of its limit would save
    OpfResiduals residuals{};
    int steps = 0;
    std::optional<GridShortage> shortage{};  ///< of an infeasible one
    [[nodiscard]] bool is_solved() const { return status == GridStatus::solved; }
};

/// The problem in pu. Injection 2k is the active power of generator k, 2k + 1 its reactive power.
[[nodiscard]] OpfProblem opf_problem(const GridCase& grid, const GridDemand& demand, GridObjective objective);

/// Prices are those of `cost`; minimising losses has none, and its multipliers are MW per MW.
[[nodiscard]] GridDispatch dispatch(const GridCase& grid, const GridDemand& demand,
                                    GridObjective objective = GridObjective::cost);

/// By which factor the demand of the buses in `growing` may be multiplied, with its power factors, before there is no solution;
/// nothing where the search fails.
[[nodiscard]] std::optional<double> loadability(const GridCase& grid, const GridDemand& demand, const std::vector<bool>& growing);

/// "620.459 MW are missing even without losses (...)": what there is to say of a shortage, with the buses. Negative: too much
/// there.
[[nodiscard]] std::string shortage_text(const GridCase& grid, const GridShortage& shortage);

/// The flows that the published study prints: the charging current V ch (-sin d + j cos d) with + sin d in place of - sin d. For
/// branches without ratio and shift.
[[nodiscard]] std::vector<GridFlow> flows_with_published_error(const GridCase& grid, const GridDispatch& solved);

}  // namespace evsweep
