#include "sim/study/headlines.hpp"

#include "sim/statistics/statistics.hpp"
#include "sim/study/study_estimates.hpp"

namespace evsweep {

namespace {

double mean_of(const RunResult& run, const std::string& output, const std::string& name, double confidence) {
    const VariableResult* found = find_numbers(run, output, name);
    return found ? estimate_mean(found->values, confidence).mean : 0.0;
}

bool is_notable(const StudyResult& result, const std::string& output, const Variable& variable) {
    for (const RunResult& run : result.controllers) {
        const double own = mean_of(run, output, variable.name, result.confidence);
        const double beside = mean_of(run, output, variable.notable_beside, result.confidence);
        if (own > variable.notable_share * beside) return true;
    }
    return false;
}

}  // namespace

void choose_headlines(StudyResult& result) {
    const auto choose = [&result](RunResult& run) {
        for (VariableResult& row : run.variables)
            if (row.variable.headline && !row.variable.notable_beside.empty())
                row.variable.headline = is_notable(result, row.output, row.variable);
    };
    choose(result.base);
    for (RunResult& run : result.controllers) choose(run);
}

}  // namespace evsweep
