#include "sim/study/element_estimates.hpp"

#include <map>
#include <utility>

#include "sim/statistics/shares.hpp"
#include "sim/study/study_estimates.hpp"

namespace evsweep {

namespace {

class ElementEstimator {
   public:
    explicit ElementEstimator(const StudyResult& study)
        : confidence_(study.confidence), student_(study.confidence), one_day_(is_one_day(study)) {}

    void estimate(RunResult& run) {
        for (VariableResult& result : run.variables) {
            if (result.variable.event.empty()) continue;
            Bands& bands = result.bands;
            for (std::size_t i = 0; i < bands.events.size(); ++i) {
                SampleMoments& moments = bands.moments[i];
                if (moments.count > 0) moments.mean = bands.mean[i];  // the compensated one, to the last bit that of the file
                result.elements.push_back(
                    {bands.events[i], share(bands.events[i], moments.count), mean(result.variable, moments)});
            }
            bands.events = {};
            bands.moments = {};
        }
    }

   private:
    /// Worked out once for each pair of counts: of these there are few, of elements thousands.
    Estimate share(std::size_t events, std::size_t known) {
        const auto [place, is_new] = shares_.try_emplace({events, known});
        if (is_new) {
            const Estimate share = estimate_share(events, known, confidence_);
            place->second = one_day_ ? without_interval(share) : share;
        }
        return place->second;
    }
    [[nodiscard]] Estimate mean(const Variable& variable, const SampleMoments& moments) {
        Estimate estimate = estimate_mean(moments, student_);
        if (one_day_) return without_interval(estimate);
        const ValueRange range{variable.lowest, variable.highest};
        if (estimate.kind == IntervalKind::alike) bound_alike(estimate, range, confidence_);
        end_within(estimate, range);
        return estimate;
    }

    double confidence_;
    StudentQuantiles student_;
    bool one_day_;
    std::map<std::pair<std::size_t, std::size_t>, Estimate> shares_;
};

}  // namespace

void estimate_elements(StudyResult& study) {
    ElementEstimator estimator(study);
    estimator.estimate(study.base);
    for (RunResult& run : study.controllers) estimator.estimate(run);
}

}  // namespace evsweep
