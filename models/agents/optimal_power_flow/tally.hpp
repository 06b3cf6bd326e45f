/// What the clearings of one replica come to, as counters.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "evsweep/party.hpp"
#include "transmission/dispatch.hpp"

namespace evsweep {

/// Sums and extremes over all periods; not known where one of them had no solution.
class GridTally {
   public:
    /// `has_prices`: its multipliers are prices.
    void count(const GridDispatch& result, double period_h, bool has_prices);
    void count_margin(double factor);
    /// A clearing whose demand was not known.
    void count_unknown() {
        ++unknown_;
        knows_missing_ = false;
    }
    [[nodiscard]] std::vector<Counter> counters() const;
    [[nodiscard]] double without_solution() const { return infeasible_ + not_converged_ + unknown_; }
    /// "3 of 24 periods have no solution (2 infeasible, 1 not converged, 0 without a known demand)".
    [[nodiscard]] std::string text() const;

   private:
    static constexpr double not_counted = std::numeric_limits<double>::quiet_NaN();

    double clearings_ = 0.0, infeasible_ = 0.0, not_converged_ = 0.0, unknown_ = 0.0;
    bool knows_missing_ = true;
    double cost_ = 0.0, loss_mwh_ = 0.0, missing_mwh_ = 0.0;
    double highest_price_ = not_counted, lowest_voltage_ = not_counted, least_margin_ = not_counted;
};

}  // namespace evsweep
