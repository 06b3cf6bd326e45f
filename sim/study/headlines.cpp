#include "sim/study/headlines.hpp"

#include <algorithm>

#include "sim/statistics/statistics.hpp"
#include "sim/study/study_estimates.hpp"

namespace evsweep {

namespace {

double mean_of(const RunResult& run, const std::string& output, const std::string& name, double confidence) {
    const VariableResult* found = find_numbers(run, output, name);
    return found ? estimate_mean(found->values.read(), confidence).mean : 0.0;
}

bool is_notable(const StudyResult& result, const std::string& output, const Variable& variable) {
    for (const RunResult& run : result.controllers) {
        const double own = mean_of(run, output, variable.name, result.confidence);
        const double beside = mean_of(run, output, variable.notable_beside, result.confidence);
        if (own > variable.notable_share * beside) return true;
    }
    return false;
}

bool is_ever_positive(const StudyResult& result, const std::string& output, const std::string& name) {
    const auto is_positive = [&](const RunResult& run) {
        const VariableResult* found = find_numbers(run, output, name);
        return found && found->values.any_of([](double v) { return v > 0.0; });
    };
    return is_positive(result.base) || std::any_of(result.controllers.begin(), result.controllers.end(), is_positive);
}

}  // namespace

void choose_headlines(StudyResult& result) {
    const auto choose = [&result](RunResult& run) {
        for (VariableResult& row : run.variables) {
            Variable& variable = row.variable;
            if (!variable.headline) continue;
            if (!variable.notable_beside.empty()) variable.headline = is_notable(result, row.output, variable);
            if (!variable.notable_where.empty()) variable.headline = is_ever_positive(result, row.output, variable.notable_where);
        }
    };
    choose(result.base);
    for (RunResult& run : result.controllers) choose(run);
}

}  // namespace evsweep
