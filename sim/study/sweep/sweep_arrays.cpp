#include "sim/study/sweep/sweep_arrays.hpp"

#include <algorithm>
#include <set>
#include <vector>

namespace evsweep {

namespace {

std::vector<std::string> all_names(const std::string& name) {
    std::vector<std::string> names{name, name + "_quantiles"};
    for (const EstimateArray& array : estimate_arrays) names.push_back(name + array.suffix);
    for (const IntervalArray& array : interval_arrays) {
        names.push_back(name + array.interval_suffix);
        names.push_back(name + array.count_suffix);
    }
    return names;
}

}  // namespace

void name_arrays(SweepResult& sweep) {
    std::set<std::string> taken{"controller", "replica",  "quantile", "problem",
                                "planned",    "finished", "failed",   "unsolved_steps"};
    for (const SweepDimension& dimension : sweep.dimensions) {
        taken.insert(dimension.name);
        taken.insert(dimension.name + "_label");
    }
    const auto is_free = [&taken](const std::string& name) {
        const auto names = all_names(name);
        return std::none_of(names.begin(), names.end(), [&](const std::string& each) { return taken.count(each) > 0; });
    };
    for (SweepColumn& column : sweep.columns) {
        const auto has_its_name = [&](const SweepColumn& other) { return other.variable.name == column.variable.name; };
        const bool is_alone = std::count_if(sweep.columns.begin(), sweep.columns.end(), has_its_name) == 1;
        column.name = column.variable.name;
        if (!is_alone || !is_free(column.name)) column.name = column.output + "." + column.variable.name;
        while (!is_free(column.name)) column.name += "_";
        for (const std::string& name : all_names(column.name)) taken.insert(name);
    }
}

}  // namespace evsweep
