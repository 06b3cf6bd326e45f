#include <catch2/catch.hpp>
#include <cstdio>

#include "command.hpp"
#include "sim/app/commands.hpp"
#include "sim/app/interrupt.hpp"
#include "unit/study/planner.hpp"

using Catch::Matchers::Contains;
using Catch::Matchers::Matches;
using evsweep::test::Answer;
using evsweep::test::ScratchFolder;

namespace {

const bool registered = evsweep::add_plugin<evsweep::Controller, evsweep::test::Planner>();

/// A folder with the small study under a controller that only tests have.
struct PlannerFolder : ScratchFolder {
    explicit PlannerFolder(const std::string& settings) {
        write("feeder.yaml", evsweep::test::small_feeder);
        write("study.yaml", evsweep::test::small_study + "  planner: {controller: test_planner, " + settings + "}\n");
    }
};

/// `run study.yaml` or `summary results/study.h5` as the program would do it, in a process of its own, since the program does
/// not have the tests' controller.
Answer run_here(const ScratchFolder& folder, evsweep::ExitStatus (*command)()) {
    const ScratchFolder streams;
    std::fflush(nullptr);  // or the child would say again what waits in the buffers
    const pid_t child = fork();
    if (child == 0) {
        const bool ready = std::freopen((streams.path() / "out").c_str(), "w", stdout) &&
                           std::freopen((streams.path() / "err").c_str(), "w", stderr) && chdir(folder.path().c_str()) == 0;
        const int status = ready ? static_cast<int>(command()) : 127;
        std::fflush(nullptr);
        _exit(status);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, streams.read("out"), streams.read("err")};
}

evsweep::ExitStatus run_study_file() {
    evsweep::RunOptions options;
    options.scenario = "study.yaml";
    evsweep::InterruptWatch watch;
    return evsweep::run_command(options, watch);
}
evsweep::ExitStatus summarise() { return evsweep::summary_command("results/study.h5"); }

}  // namespace

TEST_CASE("remarks stand below the table of a run, and of its summary") {
    const PlannerFolder folder("remarks: 2");
    const Answer run = run_here(folder, run_study_file);
    INFO(run.err);
    CHECK(run.status == 0);
    CHECK_THAT(run.out, Contains("\nplanner: 4 remarks in 2 of 4 replicas\n"
                                 "  in 2 replicas, first in replica 1 at 12:00: limit 0 was not kept by 0.0 kW in replica 1\n"
                                 "\nResults: results/study.h5\n"));
    CHECK(run_here(folder, summarise).out + "\nResults: results/study.h5\n" == run.out);
}

TEST_CASE("a run whose controller cannot decide says where, when and why, keeps the other replicas, and exits with 1") {
    const PlannerFolder folder("trouble: when_it_decides");
    const Answer run = run_here(folder, run_study_file);
    CHECK(run.status == 1);
    CHECK_THAT(run.err, Contains("evsweep: replica 2 of seed 5 failed under planner: at 1") &&
                            Contains(": the forecast has no numbers; look at base_load\n") &&
                            Contains("evsweep: 1 of 4 replicas failed; the others are kept\n"));
    CHECK_THAT(run.out, Contains("1 of 4 replicas failed and are left out; the first: replica 2 under planner: at 1"));
    CHECK(run_here(folder, summarise).status == 0);
}

TEST_CASE("a controller that cannot be made stops the run before it begins, with its name and place") {
    const PlannerFolder folder("trouble: bug_when_made");
    const Answer run = run_here(folder, run_study_file);
    CHECK(run.status == 2);
    CHECK(run.out.empty());
    CHECK_THAT(run.err, Matches("[^\n]*study.yaml:[0-9]+:3: controllers.planner: cannot be made: internal error: a bug\n"));
    CHECK_FALSE(std::filesystem::exists(folder.path() / "results"));
}
