/// The cells of the comparison table: how the estimates of one variable are written for people.
#pragma once

#include <string>

#include "sim/study/study_estimates.hpp"
#include "sim/study/wall_clock.hpp"

namespace evsweep {

/// Stands where there is no number.
extern const std::string no_number;

/// The signs that a table's cells have used and that its legend therefore explains.
struct SignsUsed {
    bool ends = false;         ///< [low, high]
    bool alike = false;        ///< (≤ x), (≥ x), (alike), and ends that follow from values all alike
    bool spread = false;       ///< times all around the clock
    bool fewer = false;        ///< (of n)
    bool solved_only = false;  ///< †
    bool shares = false;       ///< shares of the replicas with their intervals
    bool share_differences = false;
    bool not_judged = false;  ///< in place of a share
};

/// Writes one variable's numbers and notes the signs that it uses.
class RowText {
   public:
    RowText(const Variable& variable, const StudyResult& study, const StudyEstimates& estimates, SignsUsed& used);

    /// Name and unit, as the row's label.
    [[nodiscard]] std::string label() const;
    /// The mean over a run's replicas with its interval.
    [[nodiscard]] std::string mean(const RunResult& run, const VariableResult& row) const;
    /// Of run a - run b; starred where the interval excludes zero and neither has steps without a solution.
    [[nodiscard]] std::string difference(const RunResult& run_a, const VariableResult& a, const RunResult& run_b,
                                         const VariableResult& b) const;

    /// Of a variable that is an event: the share in percent with its interval; yes or no where that is of one replica.
    [[nodiscard]] std::string share(const Estimate& estimate) const;
    /// Any other estimate with its interval.
    [[nodiscard]] std::string with_interval(const Estimate& estimate) const {
        return with_margin(estimate, estimate.count, false);
    }

   private:
    [[nodiscard]] int decimals(const Estimate& estimate) const;
    [[nodiscard]] std::string size(double value, const Estimate& estimate) const;
    [[nodiscard]] std::string place(double value, const Estimate& estimate, bool is_difference) const;
    [[nodiscard]] std::string margin(const Estimate& estimate, bool is_difference) const;
    [[nodiscard]] std::string bounds_of_alike(const Estimate& estimate, bool is_difference) const;
    [[nodiscard]] std::string with_margin(const Estimate& estimate, std::size_t replicas, bool is_difference) const;
    [[nodiscard]] std::string most_frequent(const std::vector<double>& values) const;

    const Variable& variable_;
    const StudyResult& study_;
    const StudyEstimates& estimates_;
    SignsUsed& used_;
    WallClock clock_;
};

/// The lines that explain the signs used; empty where none is.
[[nodiscard]] std::string legend_of(const SignsUsed& used, const StudyResult& study);

}  // namespace evsweep
