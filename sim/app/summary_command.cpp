#include <fmt/format.h>

#include "sim/app/commands.hpp"
#include "sim/app/say.hpp"
#include "sim/study/comparison.hpp"
#include "sim/study/read_summary.hpp"

namespace evsweep {

ExitStatus summary_command(const std::filesystem::path& file) {
    const ReadSummary summary = read_summary(file);
    if (summary.result) return say(comparison_table(*summary.result)), ExitStatus::success;
    fmt::print(stderr, "{}\n", summary.problem);
    return ExitStatus::invalid_input;
}

}  // namespace evsweep
