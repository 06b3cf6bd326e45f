#include "sim/app/say.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <system_error>

#include "sim/app/streams.hpp"

namespace evsweep {

namespace {

/// What became of the answers so far. There is one stdout, so there is one of these.
struct Answers {
    bool were_given = false;
    int error = 0;
};
Answers& answers() {
    static Answers of_process;
    return of_process;
}

/// What a silent process does not write.
struct Silence {
    std::mutex mutex;
    std::optional<std::string> text;  ///< none: it is not silent
};
Silence& silence() {
    static Silence of_process;
    return of_process;
}

/// Whether this is not to be written.
bool is_kept_silent(std::string_view text) {
    constexpr std::size_t most = 10'000;
    const std::scoped_lock lock(silence().mutex);
    auto& kept = silence().text;
    if (kept && kept->size() < most) kept->append(text);
    return kept.has_value();
}

std::string with_line_feed(std::string_view text) { return std::string(text) + (text.ends_with('\n') ? "" : "\n"); }

/// Some file systems find out only when a file is closed that it has no room.
int error_of_closing(int stream) {
    const int copy = dup(stream);
    return copy == -1 || close(copy) == 0 ? 0 : errno;
}

}  // namespace

void say(std::string_view text) {
    if (is_kept_silent({})) return;
    answers().were_given = true;
    if (answers().error == 0) answers().error = write_whole(STDOUT_FILENO, with_line_feed(text));
}

std::optional<std::string> lost_answer() {
    if (answers().were_given && answers().error == 0) answers().error = error_of_closing(STDOUT_FILENO);
    if (answers().error == 0) return std::nullopt;
    return "standard output cannot be written: " + std::generic_category().message(answers().error);
}

void report(std::string_view text) {
    const std::string line = with_line_feed(text);
    if (!is_kept_silent(line)) (void)write_whole(STDERR_FILENO, line);
}

void report_in_passing(std::string_view text) {
    if (is_kept_silent({})) return;
    if (takes_text_now(STDERR_FILENO)) (void)write_whole(STDERR_FILENO, text);
}

void report(const Issues& issues) {
    for (const Issue& issue : issues.list()) report(to_text(issue));
}

void keep_silent() {
    const std::scoped_lock lock(silence().mutex);
    if (!silence().text) silence().text.emplace();
}

std::string said_in_silence() {
    const std::scoped_lock lock(silence().mutex);
    std::string text = silence().text.value_or("");
    while (text.ends_with('\n')) text.pop_back();
    return text;
}

ExitStatus refuse(const std::string& problem, const std::string& hint) {
    report(fmt::format("evsweep: {}{}{}", problem, hint.empty() ? "" : "; ", hint));
    return ExitStatus::invalid_input;
}

ExitStatus fail(const std::string& sentence) {
    report("evsweep: " + sentence);
    return ExitStatus::failed;
}

}  // namespace evsweep
