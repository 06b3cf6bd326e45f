#include "sim/app/commands.hpp"
#include "sim/app/from_result.hpp"
#include "sim/app/say.hpp"
#include "sim/record/file_error.hpp"
#include "sim/record/result_reader.hpp"
#include "sim/report/comparison.hpp"
#include "sim/report/hosting_table.hpp"
#include "sim/report/sweep_table.hpp"
#include "sim/study/hosting/write_hosting.hpp"
#include "sim/study/read_summary.hpp"
#include "sim/study/sweep/write_sweep.hpp"

namespace evsweep {

namespace {

/// The table of a file of whatever kind.
std::string plain_table_of(const std::filesystem::path& file) {
    if (is_sweep(file)) return sweep_table(read_sweep_result(file));
    {
        const ResultReader reader(file);
        if (holds_hosting(reader)) return hosting_table(read_hosting_result(reader));
    }
    const ReadSummary summary = read_summary(file);
    if (!summary.result) throw FileError(summary.problem);
    return comparison_table(*summary.result);
}

/// Names in a file may be made to steer a terminal.
std::string table_of(const std::filesystem::path& file) {
    std::string text = plain_table_of(file);
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
