#include <system_error>

#include "sim/app/child_process.hpp"
#include "sim/app/commands.hpp"
#include "sim/app/say.hpp"
#include "sim/report/comparison.hpp"
#include "sim/study/read_summary.hpp"

namespace evsweep {

namespace {

constexpr char good = '+';
constexpr char bad = '-';

/// The table, or what is wrong with the file; the first character says which. Names in a file may be made to steer a terminal.
std::string table_of(const std::filesystem::path& file) {
    const ReadSummary summary = read_summary(file);
    std::string text = summary.result ? good + comparison_table(*summary.result) : bad + summary.problem;
    for (char& c : text)
        if ((static_cast<unsigned char>(c) < 0x20U && c != '\n') || c == 0x7F) c = '?';
    return text;
}

/// A file of a million replicas is read well within these.
ChildLimits limits_for(const std::filesystem::path& file) {
    std::error_code error;
    const auto size = std::filesystem::file_size(file, error);
    const std::size_t bytes = error ? 0 : static_cast<std::size_t>(size);
    return {std::chrono::seconds(20 + bytes / 10'000'000), (std::size_t{2} << 30U) + 4 * bytes};
}

std::string problem_of(ChildAnswer::End end) {
    switch (end) {
        case ChildAnswer::End::out_of_memory:
            return "not enough memory to read it; is it damaged?";
        case ChildAnswer::End::took_too_long:
            return "damaged: reading it does not end; run the study again";
        case ChildAnswer::End::not_started:
            return "cannot be read: no process can be started; try again with fewer programs running";
        default:
            return "damaged: it crashes the library that reads it (HDF5); run the study again";
    }
}

}  // namespace

/// HDF5 trusts what is in a file, and one that was damaged on purpose brings it down. So a child process reads it.
ExitStatus summary_command(const std::filesystem::path& file) {
    const ChildAnswer answer = ask_child([&] { return table_of(file); }, limits_for(file));
    if (answer.end == ChildAnswer::End::answered && !answer.text.empty() && answer.text.front() == good) {
        say(answer.text.substr(1));
        return ExitStatus::success;
    }
    const bool has_reason = answer.end == ChildAnswer::End::answered && answer.text.size() > 1;
    report(has_reason ? answer.text.substr(1) : file.string() + ": " + problem_of(answer.end));
    return ExitStatus::invalid_input;
}

}  // namespace evsweep
