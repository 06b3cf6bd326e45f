#include "sim/study/study_stop.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "evsweep/contracts.hpp"
#include "sim/study/study_estimates.hpp"

namespace evsweep {

namespace {

const VariableResult& numbers_under(const StudyResult& study, const std::string& label, const StopTarget& target) {
    const auto run =
        std::find_if(study.controllers.begin(), study.controllers.end(), [&](const auto& r) { return r.label == label; });
    const bool is_there = run != study.controllers.end();
    const VariableResult* found = is_there ? find_numbers(*run, target.output, target.variable) : nullptr;
    EVSWEEP_EXPECTS(found, "what a study stops for is among its numbers");
    return *found;
}

}  // namespace

StudyStop::StudyStop(const LoadedStudy& study)
    : target_(study.stop.value()),
      rule_(static_cast<std::size_t>(study.scenario.study.replicas),
            static_cast<std::size_t>(study.scenario.study.most_replicas())) {}

StudyStop::Judged StudyStop::judge(const StudyFold& fold) const {
    StudyResult so_far = fold.so_far(target_.output, target_.variable);
    so_far.confidence = target_.confidence;
    const StudyEstimates estimates(so_far);
    const VariableResult& numbers = numbers_under(so_far, target_.controller, target_);
    Judged judged;
    judged.estimate = target_.versus.empty() ? estimates.mean(numbers)
                                             : estimates.difference(numbers, numbers_under(so_far, target_.versus, target_));
    judged.asked = target_.relative > 0.0 ? target_.relative * std::abs(judged.estimate.mean) : target_.half_width;
    judged.one_day = is_one_day(so_far);
    return judged;
}

std::size_t StudyStop::plan(const StudyFold& fold) {
    const Judged judged = judge(fold);
    looks_.push_back(static_cast<double>(rule_.planned()));
    if (judged.one_day) return rule_.planned();  // more of the same day say nothing
    return rule_.plan({rule_.planned(), judged.estimate, judged.asked, target_.confidence});
}

StopOutcome StudyStop::outcome(const StudyFold& fold) const {
    constexpr std::size_t out_of_reach = 100'000'000;
    const Judged judged = judge(fold);
    const bool has_interval = judged.estimate.kind != IntervalKind::none;
    StopOutcome outcome;
    outcome.target = target_;
    outcome.estimate = judged.estimate.mean;
    outcome.asked = judged.asked;
    outcome.reached = has_interval ? judged.estimate.half_width() : std::numeric_limits<double>::quiet_NaN();
    outcome.looks = looks_;
    outcome.most = static_cast<double>(rule_.most());
    const auto enough = size_for(judged.estimate, judged.asked, target_.confidence, out_of_reach);
    if (!outcome.is_reached() && enough && *enough < out_of_reach) outcome.would_do = static_cast<double>(*enough);
    return outcome;
}

}  // namespace evsweep
