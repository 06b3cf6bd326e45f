/// What each site has seen of its limit over a replica.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace evsweep::element {

/// By site: the highest power over its limit, and the steps above it.
class SiteColumns {
   public:
    /// `tolerance`: a step counts as above only where it is by more than this share of the limit.
    explicit SiteColumns(double tolerance) : tolerance_(tolerance) {}

    void see(std::span<const double> power_kw, std::span<const double> limit_kw) {
        if (highest_pct_.empty()) {
            highest_pct_.assign(power_kw.size(), -std::numeric_limits<double>::infinity());
            steps_above_.assign(power_kw.size(), 0.0);
        }
        for (std::size_t i = 0; i < power_kw.size(); ++i) {
            highest_pct_[i] = std::max(highest_pct_[i], 100.0 * power_kw[i] / limit_kw[i]);
            if (power_kw[i] > (1.0 + tolerance_) * limit_kw[i]) ++steps_above_[i];
        }
    }
    [[nodiscard]] const std::vector<double>& highest_pct() const { return highest_pct_; }
    [[nodiscard]] std::vector<double> minutes_above(double step_minutes) const {
        std::vector<double> minutes = steps_above_;
        for (double& value : minutes) value *= step_minutes;
        return minutes;
    }

   private:
    double tolerance_;
    std::vector<double> highest_pct_, steps_above_;
};

}  // namespace evsweep::element
