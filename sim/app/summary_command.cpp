#include "sim/app/commands.hpp"
#include "sim/app/from_result.hpp"
#include "sim/app/say.hpp"
#include "sim/record/file_error.hpp"
#include "sim/report/comparison.hpp"
#include "sim/report/sweep_table.hpp"
#include "sim/study/read_summary.hpp"
#include "sim/study/sweep/write_sweep.hpp"

namespace evsweep {

namespace {

/// Names in a file may be made to steer a terminal.
std::string table_of(const std::filesystem::path& file) {
    std::string text;
    if (is_sweep(file)) {
        text = sweep_table(read_sweep_result(file));
    } else {
        const ReadSummary summary = read_summary(file);
        if (!summary.result) throw FileError(summary.problem);
        text = comparison_table(*summary.result);
    }
    for (char& c : text)
        if ((static_cast<unsigned char>(c) < 0x20U && c != '\n') || c == 0x7F) c = '?';
    return text;
}

}  // namespace

ExitStatus summary_command(const std::filesystem::path& file) {
    const auto table = from_result(file, table_of);
    if (!table) return ExitStatus::invalid_input;
    return say(*table), ExitStatus::success;
}

}  // namespace evsweep
