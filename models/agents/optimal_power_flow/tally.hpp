/// What the clearings of one replica come to, as counters.
#pragma once

#include <limits>
#include <vector>

#include "evsweep/party.hpp"
#include "transmission/dispatch.hpp"

namespace evsweep {

/// Sums and means over the clearings that had a solution.
class GridTally {
   public:
    /// `has_prices`: its multipliers are prices.
    void count(const GridDispatch& result, double period_h, bool has_prices);
    void count_margin(double factor);
    /// A clearing whose demand was not known.
    void count_unknown() { ++unknown_; }
    [[nodiscard]] std::vector<Counter> counters() const;

   private:
    static constexpr double not_counted = std::numeric_limits<double>::quiet_NaN();

    double clearings_ = 0.0, infeasible_ = 0.0, not_converged_ = 0.0, unknown_ = 0.0;
    double cost_ = 0.0, loss_mwh_ = 0.0, missing_mwh_ = 0.0;
    double highest_price_ = not_counted, lowest_voltage_ = not_counted, least_margin_ = not_counted;
};

}  // namespace evsweep
