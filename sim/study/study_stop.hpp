/// Decides how many replicas a study with `study.stop` runs, from the very interval that it reports.
#pragma once

#include <cstddef>

#include "sim/statistics/stage_rule.hpp"
#include "sim/study/fold_study.hpp"

namespace evsweep {

/// The stages of one study. What it decides is a function of the values of one number in replica order: threads and ensembles
/// cannot reach it.
class StudyStop {
   public:
    /// `study.stop` is there, and the study outlives this.
    explicit StudyStop(const LoadedStudy& study);

    /// Replicas of the stages so far, the one that runs included.
    [[nodiscard]] std::size_t planned() const { return rule_.planned(); }
    [[nodiscard]] std::size_t most() const { return rule_.most(); }
    /// After a complete stage: the size of the study after the next one, as `planned` if none is needed or none would help.
    std::size_t plan(const StudyFold& fold);
    /// What is known by now; also of a study that was interrupted.
    [[nodiscard]] StopOutcome outcome(const StudyFold& fold) const;

   private:
    /// The interval of the target so far.
    struct Judged {
        Estimate estimate;
        double asked = 0.0;
        bool one_day = false;
    };
    [[nodiscard]] Judged judge(const StudyFold& fold) const;

    const StopTarget target_;
    StageRule rule_;
    std::vector<double> looks_;
};

}  // namespace evsweep
