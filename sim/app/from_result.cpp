#include "sim/app/from_result.hpp"

#include <algorithm>
#include <system_error>

#include "sim/app/child_process.hpp"
#include "sim/app/say.hpp"
#include "sim/record/file_error.hpp"
#include "sim/study/memory_there.hpp"

namespace evsweep {

namespace {

constexpr char answer_mark = '+';
constexpr char problem_mark = '-';

/// A file of a million replicas is read well within these. What is there beyond them may be used, too: tables of a well
/// compressed file are many times as large.
ChildLimits limits_for(const std::filesystem::path& file) {
    std::error_code error;
    const auto size = std::filesystem::file_size(file, error);
    const std::size_t bytes = error ? 0 : static_cast<std::size_t>(size);
    const std::size_t enough = (std::size_t{2} << 30U) + 4 * bytes;
    return {std::chrono::seconds(20 + bytes / 500'000), std::max(enough, memory_there() / 4 * 3)};
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

std::optional<std::string> from_result(const std::filesystem::path& file,
                                       const std::function<std::string(const std::filesystem::path&)>& work) {
    const auto answer_of = [&]() -> std::string {
        try {
            return answer_mark + work(file);
        } catch (const FileError& error) {
            return problem_mark + std::string(error.what());
        }
    };
    const ChildAnswer answer = ask_child(answer_of, limits_for(file));
    const bool is_answered = answer.end == ChildAnswer::End::answered && !answer.text.empty();
    if (is_answered && answer.text.front() == answer_mark) return answer.text.substr(1);
    report(is_answered && answer.text.size() > 1 ? answer.text.substr(1) : file.string() + ": " + problem_of(answer.end));
    return std::nullopt;
}

}  // namespace evsweep
