#include <catch2/catch.hpp>

#include "command.hpp"

using Catch::Matchers::Contains;
using namespace evsweep::test;

namespace {

/// Every way to ask the program for an answer.
std::vector<std::vector<std::string>> commands_that_answer(const StudyFolder& folder) {
    REQUIRE(evsweep_in(folder.path(), {"run", "study.yaml", "--quiet", "--out", "made.h5"}).status == 0);
    return {{"--help"},
            {"--version"},
            {"run", "--help"},
            {"run", "study.yaml", "--out", "r.h5"},
            {"check", "study.yaml"},
            {"describe"},
            {"describe", "evms"},
            {"solve", "feeder.yaml"},
            {"solve", "feeder.yaml", "--scenarios", "10"},
            {"feeder", "feeder.yaml"},
            {"feeder", "feeder.yaml", "--to", "yaml"},
            {"summary", "made.h5"}};
}

void check_that_answers_are_missed(const Surroundings& surroundings, const std::string& reason) {
    const StudyFolder folder;
    for (const auto& command : commands_that_answer(folder)) {
        const auto answer = evsweep_in(folder.path(), command, surroundings);
        INFO(command.front() << ": " << answer.err);
        CHECK(answer.status == 1);
        CHECK(answer.out.empty());
        CHECK_THAT(answer.err, Contains("evsweep: standard output cannot be written: " + reason + "\n"));
    }
    CHECK(evsweep_in(folder.path(), {"summary", "r.h5"}).status == 0);  // the run went on to its end
}

void check_that_progress_is_not_missed(const Surroundings& surroundings) {
    const StudyFolder folder;
    const auto answer = evsweep_in(folder.path(), {"run", "study.yaml", "--out", "r.h5"}, surroundings);
    CHECK(answer.status == 0);
    CHECK_THAT(answer.out, Contains("Results: r.h5"));
    CHECK(evsweep_in(folder.path(), {"summary", "r.h5"}).status == 0);
}

}  // namespace

TEST_CASE("an answer that finds no room is no success, whatever the command") {
    if (!std::filesystem::exists("/dev/full")) {
        WARN("skipped: this system has no /dev/full");
        return;
    }
    check_that_answers_are_missed(into("/dev/full", STDOUT_FILENO), "No space left on device");
}

TEST_CASE("an answer to a closed stdout is no success, whatever the command") {
    check_that_answers_are_missed(closed(STDOUT_FILENO), "Bad file descriptor");
}

TEST_CASE("an answer to a pipe without a reader is no success, whatever the command") {
    check_that_answers_are_missed(broken_pipe(STDOUT_FILENO), "Broken pipe");
}

TEST_CASE("an answer that nobody asked for is not missed") {
    const StudyFolder folder;
    CHECK(evsweep_in(folder.path(), {"run", "study.yaml", "--quiet"}, closed(STDOUT_FILENO)).status == 0);
    const auto refused = evsweep_in(folder.path(), {"run", "nowhere.yaml"}, closed(STDOUT_FILENO));
    CHECK(refused.status == 2);
    CHECK_THAT(refused.err, !Contains("standard output"));
}

TEST_CASE("a run ends by its results where its progress finds no room, no stream and no reader") {
    if (std::filesystem::exists("/dev/full")) check_that_progress_is_not_missed(into("/dev/full", STDERR_FILENO));
    check_that_progress_is_not_missed(closed(STDERR_FILENO));
    check_that_progress_is_not_missed(broken_pipe(STDERR_FILENO));
}

TEST_CASE("a run does not wait for the reader of its progress") { check_that_progress_is_not_missed(full_pipe(STDERR_FILENO)); }

TEST_CASE("a refusal that nobody can read still shows in the exit status") {
    const StudyFolder folder;
    for (const auto& stderr_is : {closed(STDERR_FILENO), broken_pipe(STDERR_FILENO)})
        CHECK(evsweep_in(folder.path(), {"run", "nowhere.yaml"}, stderr_is).status == 2);
}

// Were the result file opened as the second stream, progress would be written into it.
TEST_CASE("files are not taken for streams that were closed from the start") {
    const StudyFolder folder;
    REQUIRE(evsweep_in(folder.path(), {"run", "study.yaml", "--quiet", "--out", "r.h5"}).status == 0);
    const std::string table = evsweep_in(folder.path(), {"summary", "r.h5"}).out;
    const auto none = all_of({closed(STDIN_FILENO), closed(STDOUT_FILENO), closed(STDERR_FILENO)});
    CHECK(evsweep_in(folder.path(), {"run", "study.yaml", "--out", "r.h5", "--force"}, none).status == 1);
    CHECK(evsweep_in(folder.path(), {"summary", "r.h5"}).out == table);
    CHECK(evsweep_in(folder.path(), {"feeder", "feeder.yaml", "--to", "yaml", "-o", "copy.yaml"}, none).status == 0);
    CHECK(evsweep_in(folder.path(), {"solve", "copy.yaml"}).out == evsweep_in(folder.path(), {"solve", "feeder.yaml"}).out);
}
