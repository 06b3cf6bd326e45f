/// What an optimal power flow without a solution lacks, and how far demand may grow before there is none.
#pragma once

#include <optional>
#include <vector>

#include "solvers/optimal_power_flow/interior_point.hpp"

namespace evsweep {

/// How shortages at several buses are weighed against one another.
enum class ShortageMeasure : std::uint8_t {
    sum,     ///< least sum of |P| and |Q|: few buses
    square,  ///< least sum of squares: spread over many
};

/// The least help from outside with which all balances and limits can be kept, pu. Positive: supply is missing at the bus.
struct OpfShortage {
    OpfStatus status = OpfStatus::no_further_steps;  ///< of the search for it
    std::vector<double> p{}, q{};                    ///< by bus
    OpfPoint point{};                                ///< where it is needed
    [[nodiscard]] double sum_p() const;              ///< of absolute values
    [[nodiscard]] double sum_q() const;
    /// Root of the sum of squares over P and Q of all buses.
    [[nodiscard]] double norm() const;
};

[[nodiscard]] OpfShortage least_shortage(const OpfProblem& problem, ShortageMeasure measure, const OpfOptions& options = {},
                                         const OpfPoint* start = nullptr);

/// A solution, or what it lacks.
struct OpfOutcome {
    OpfSolution solution{};
    /// Where there is no solution: the least shortage by sum. Without one, and no optimum, the method has failed.
    std::optional<OpfShortage> shortage{};
};

/// Solves; where that fails, looks for the least shortage, and where there is none, solves again from the point found.
[[nodiscard]] OpfOutcome solve_or_explain(const OpfProblem& problem, const OpfOptions& options = {});

/// The direction in which demand grows, pu, by bus.
struct OpfGrowth {
    std::vector<double> p{}, q{};
};

/// The largest t with which all balances and limits can be kept when t times `growth` comes to the demand; nothing where the
/// search fails. t may be below 0 where the problem itself has no solution.
[[nodiscard]] std::optional<double> largest_growth(const OpfProblem& problem, const OpfGrowth& growth,
                                                   const OpfOptions& options = {});

}  // namespace evsweep
