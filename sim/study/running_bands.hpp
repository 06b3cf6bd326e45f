/// Bands over replicas, kept up to date while replicas come in one after the other.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "evsweep/compensated_sum.hpp"
#include "sim/statistics/quantile_columns.hpp"
#include "sim/study/study_result.hpp"

namespace evsweep {

/// Mean (compensated) and quantiles of one variable, element by element. Series come in replica order; NaN is no value.
class RunningBands {
   public:
    enum class Counts { nothing, events };  ///< events: the values above zero
    explicit RunningBands(Counts counts = Counts::nothing) : counts_(counts) {}
    void add(std::vector<double> series);
    /// Bands without elements where no series came.
    [[nodiscard]] Bands finish(std::span<const double> levels) const;

   private:
    struct Mean {
        CompensatedSum sum;
        std::uint32_t count = 0;
        [[nodiscard]] double value() const { return count > 0 ? sum.value() / count : std::numeric_limits<double>::quiet_NaN(); }
    };
    Counts counts_;
    std::vector<Mean> means_;
    std::vector<std::uint32_t> events_;   ///< where they are counted
    std::vector<SampleMoments> moments_;  ///< likewise
    QuantileColumns columns_{0};
    bool is_empty_ = true;
};

}  // namespace evsweep
