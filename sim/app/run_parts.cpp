#include "sim/app/run_parts.hpp"

#include <algorithm>

#include "evsweep/values.hpp"
#include "sim/app/replica_choice.hpp"
#include "sim/app/say.hpp"
#include "sim/app/solve_request.hpp"
#include "sim/config/sweep.hpp"

namespace evsweep {

namespace fs = std::filesystem;

namespace {

bool is_of_sweep(const std::string& assignment) {
    return assignment.compare(0, 6, "sweep.") == 0 || assignment.compare(0, 6, "sweep=") == 0;
}

/// A label as a part of a file's name.
std::string as_name(std::string label) {
    for (char& c : label)
        if (c == '/' || c == ' ' || static_cast<unsigned char>(c) < 0x20U) c = '_';
    return label;
}

}  // namespace

std::vector<std::string> overrides_of(const RunOptions& options) {
    std::vector<std::string> overrides = options.set;
    std::stable_partition(overrides.begin(), overrides.end(), is_of_sweep);
    if (!options.point.empty()) {
        const auto first_other = std::find_if_not(overrides.begin(), overrides.end(), is_of_sweep);
        overrides.insert(first_other, std::string(point_assignment) + options.point);
    }
    if (!options.replicas.empty()) overrides.push_back("study.replicas=" + options.replicas);
    if (!options.threads.empty()) overrides.push_back("study.threads=" + options.threads);
    if (!options.seed.empty()) overrides.push_back("study.seed=" + options.seed);
    return overrides;
}

fs::path name_of_result(const RunOptions& options) {
    const fs::path& from = options.scenario;
    const std::string again = from.extension() == ".h5" ? "-again" : "";
    const std::string point = options.point.empty() ? "" : "-point-" + as_name(options.point);
    const std::string alone = options.only_replica.empty() ? "" : "-replica-" + options.only_replica;
    const std::string name = again + point + alone + mark_of_part(options);
    return name.empty() ? from : from.parent_path() / from.stem().concat(name + ".yaml");
}

std::optional<Duration> checkpoint_period(const std::string& text) {
    constexpr Duration usual = std::chrono::seconds(10);
    if (text.empty()) return usual;
    if (text == "none") return Duration::zero();
    Issues issues;
    Reader reader{issues};
    const auto period = Value<Duration>::read(Node::make_scalar(text, at_flag("--checkpoint")), "", reader);
    report(issues);
    if (period && *period <= Duration::zero())
        return refuse("--checkpoint: " + text + " is no period", "write e.g. 1 min"), std::nullopt;
    return period;
}

}  // namespace evsweep
