#include "sim/app/interrupt.hpp"
#include "places.hpp"

#include <catch2/catch.hpp>

#include "command.hpp"
#include "sim/app/exit_status.hpp"
#include "sim/record/new_file.hpp"

using Catch::Matchers::Contains;
using namespace evsweep::test;
using namespace std::chrono_literals;
using evsweep::InterruptWatch;

namespace {

/// Processor time of all processes that were waited for.
double cpu_seconds_of_ended() {
    rusage usage{};
    getrusage(RUSAGE_CHILDREN, &usage);
    const auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec); };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Runs the program, sends it SIGTERM when it has worked for so many seconds, and makes sure that it then ends within two.
Answer terminated_run(const std::filesystem::path& folder, std::vector<std::string> words, double after_s) {
    const ScratchFolder streams;
    const double before = cpu_seconds_of_ended();
    const Program program(streams, folder, std::move(words));
    REQUIRE(comes_true([&] { return program.watches_signals() && program.cpu_seconds() >= after_s; }, 300s));
    const double worked = program.cpu_seconds();
    program.send(SIGTERM);
    Answer answer = program.wait();
    INFO(answer.err);
    CHECK(answer.status == 130);
    CHECK(cpu_seconds_of_ended() - before - worked < 2.0);
    return answer;
}

/// The exit status of a process that does `work`; it must end itself or be ended.
int status_of_process(const std::function<void()>& work) {
    const pid_t child = fork();
    if (child == 0) {
        dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
        work();
        _exit(77);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

void raise_twice(int signal, std::chrono::milliseconds apart) {
    InterruptWatch watch;
    const InterruptWatch::Grace grace(watch);
    kill(getpid(), signal);
    std::this_thread::sleep_for(apart);
    kill(getpid(), signal);
    std::this_thread::sleep_for(300ms);
    _exit(grace.stop().stop_requested() ? 1 : 2);
}

}  // namespace

TEST_CASE("SIGINT, SIGTERM and SIGHUP keep the finished replicas, say so, and exit with 130") {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        const StudyFolder folder;
        const ScratchFolder streams;
        const Program program(streams, folder.path(), {"run", "study.yaml", "--replicas", "100000", "--set", "time.step=60 s"});
        REQUIRE(comes_true([&] { return program.watches_signals() && program.cpu_seconds() >= 1.0; }));
        program.send(signal);
        const auto answer = program.wait();
        INFO(answer.err);
        REQUIRE(answer.status == 130);
        CHECK_THAT(answer.err, Contains("stopping; finished replicas are kept (again to end at once)"));
        CHECK_THAT(answer.err, Contains("of 100000 replicas are finished and kept in results/study.h5"));
        CHECK(evsweep_in(folder.path(), {"summary", "results/study.h5"}).status == 0);
        CHECK(folder.files() == 3);
    }
}

TEST_CASE("a signal ends the base case or a replica of a year at its next step, and what was never finished is not written") {
    const ScratchFolder folder;
    const std::string study = (source_dir() / "scenarios/cigre_mv/year_study.yaml").string();
    for (const double after_s : {0.3, 2.0}) {
        const auto answer = terminated_run(folder.path(), {"run", study, "--threads", "1", "--replicas", "20"}, after_s);
        CHECK_THAT(answer.err, Contains("evsweep: interrupted"));
        CHECK(folder.files() == 0);
    }
}

TEST_CASE("a signal ends a plan of minutes, made by any number of threads", "[slow]") {
    const StudyFolder folder;
    std::string study = small_study;
    const std::string controller = "uncoordinated: {}";
    study.replace(study.find(controller), controller.size(),
                  "optimal_schedule: {mode: day_ahead, strategy: v2g_q, objective: loss, horizon: 24 h}");
    folder.write("study.yaml", study);
    for (const std::string threads : {"1", "2"})
        terminated_run(folder.path(),
                       {"run", "study.yaml", "--replicas", "1", "--set", "time.step=1 min", "--set",
                        "population.homes.vehicles=3000", "--set", "controllers.optimal_schedule.threads=" + threads},
                       2.0);
    CHECK(folder.files() == 2);
}

TEST_CASE("a signal ends what has nothing to keep at once") {
    const StudyFolder folder;
    const auto answer =
        terminated_run(folder.path(), {"solve", "feeder.yaml", "--scenarios", "10000000", "--csv", "tables"}, 0.2);
    CHECK_THAT(answer.err, Contains("evsweep: interrupted\n"));
    CHECK(folder.files() == 2);
}

TEST_CASE("a second signal ends a run at once; one that comes with the first does not") {
    CHECK(status_of_process([] { raise_twice(SIGTERM, 400ms); }) == 130);
    CHECK(status_of_process([] { raise_twice(SIGTERM, 20ms); }) == 1);
    CHECK(status_of_process([] { raise_twice(SIGHUP, 20ms); }) == 1);
    CHECK(status_of_process([] { raise_twice(SIGXCPU, 400ms); }) == 1);  // the system repeats it every second
}

TEST_CASE("a signal that was ignored from the start stays ignored") {
    const auto work = [] {
        signal(SIGHUP, SIG_IGN);
        InterruptWatch watch;
        kill(getpid(), SIGHUP);
        std::this_thread::sleep_for(100ms);
        _exit(3);
    };
    CHECK(status_of_process(work) == 3);
}

TEST_CASE("no signal leaves a temporary file") {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGXCPU}) {
        const ScratchFolder folder;
        const auto work = [&] {
            InterruptWatch watch;
            evsweep::NewFile file(folder.path() / "r.h5");
            file.write(std::string(100000, 'x'));
            if (folder.files() != 1) _exit(4);
            kill(getpid(), signal);
            std::this_thread::sleep_for(10s);
            _exit(5);
        };
        CHECK(status_of_process(work) == 130);
        CHECK(folder.files() == 0);
    }
}
