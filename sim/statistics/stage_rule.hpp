/// How many replicas an interval of a given half-width takes: the sizes of a few stages, each decided from what is there.
#pragma once

#include <cstddef>
#include <optional>

#include "sim/statistics/statistics.hpp"

namespace evsweep {

/// How many values, at most `most`, the interval of `estimate` will take to have no more than `half_width`, if later values are
/// like those so far: by the formula of its own kind, so in proportion to the square of the half-width for means, and with the
/// exact interval at the same share for events. None where there is no interval, or one without an end.
[[nodiscard]] std::optional<std::size_t> size_for(const Estimate& estimate, double half_width, double confidence,
                                                  std::size_t most);

/// Three-stage sampling (Hall 1981, Ann. Statist. 9, 1229-1238). With n(s) the size that the deviation s of the values so far
/// asks for, and c = 1/2:
///     stage 1: m, given;  stage 2: N2 = max(m, ceil(c n(s of m)));  stage 3: N = max(N2, ceil(n(s of N2)) + e),
///     e = (5 + z^2 - c) / (2 c),
/// which makes up for the error of s in the coverage up to the second order (z: the normal quantile; at 95 % 9 replicas). Hall's
/// interval has the half-width that was asked for; the one that studies report has its own, which is about as often a little
/// wider. Further stages therefore follow while it is, each to the size of stage 3 for what is there then, and of at least e and
/// 5 % more replicas. So there are few looks, and the sizes follow from variances, never from where the mean lies.
class StageRule {
   public:
    /// `first` replicas to begin with, and never more than `most`.
    StageRule(std::size_t first, std::size_t most) : planned_(first), most_(most) {}

    /// What `taken` replicas, all that were planned, have shown.
    struct Look {
        std::size_t taken = 0;    ///< replicas, those that failed or have no value included
        Estimate estimate{};      ///< with the interval at `confidence`
        double half_width = 0.0;  ///< that is asked for
        double confidence = 0.95;
    };
    /// The size of the study after its next stage; as planned before where it is narrow enough, or as large as it may become.
    std::size_t plan(const Look& look);

    [[nodiscard]] std::size_t planned() const { return planned_; }
    [[nodiscard]] std::size_t most() const { return most_; }

   private:
    [[nodiscard]] std::size_t next(const Look& look);

    std::size_t planned_;
    std::size_t most_;
    enum class Stage { first, second, last } done_ = Stage::first;  ///< what the replicas so far are
};

}  // namespace evsweep
