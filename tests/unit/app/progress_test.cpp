#include "sim/app/progress.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "scratch.hpp"
#include "sim/app/result_path.hpp"

using evsweep::Progress;

TEST_CASE("the time left follows from the pace so far") {
    const Progress progress{50, 200, 10.0};
    CHECK(evsweep::replicas_per_second(progress) == Approx(5.0));
    CHECK(evsweep::seconds_left(progress) == Approx(30.0));
}

TEST_CASE("before the first replica no pace is claimed") {
    CHECK(evsweep::replicas_per_second({0, 200, 0.0}) == 0.0);
    CHECK(evsweep::seconds_left({0, 200, 3.0}) == 0.0);
}

TEST_CASE("a bar half full stands for half of the replicas") {
    CHECK(evsweep::progress_bar({100, 200, 10.0}) ==
          "[###############---------------]  100/200 replicas   50 %  10.0 replicas/s  0:10 left");
}

TEST_CASE("a line of a log says how far, how fast and how long still") {
    CHECK(evsweep::progress_line({20, 200, 1.0}) == "20 of 200 replicas (10 %), 20.0 replicas/s, 0:09 left");
    CHECK(evsweep::progress_line({1, 8000, 1.0}) == "1 of 8000 replicas (0 %), 1.0 replicas/s, 2:13:19 left");
}

TEST_CASE("at the end the time taken is shown instead of the time left") {
    CHECK(evsweep::progress_line({3, 4, 99.0}) == "3 of 4 replicas (75 %), 33 s/replica, 0:33 left");
    CHECK(evsweep::progress_line({200, 200, 75.0}) == "200 of 200 replicas (100 %), 2.7 replicas/s, in 1:15");
}

TEST_CASE("before the first replica has finished a line says how long it has taken so far") {
    CHECK(evsweep::progress_line({0, 200, 125.0}) == "0 of 200 replicas, 2:05 so far");
}

TEST_CASE("a run whose replicas take long says again and again that it goes on") {
    const evsweep::test::ScratchFolder folder;
    const std::string log = (folder.path() / "log").string();
    const int there = dup(STDERR_FILENO);
    const int file = open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(file, STDERR_FILENO);
    {
        evsweep::ProgressReporter reporter(evsweep::ProgressReporter::Style::lines, 200, std::chrono::milliseconds(20));
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
    }
    dup2(there, STDERR_FILENO);
    close(there), close(file);
    const std::string said = folder.read("log");
    CHECK_THAT(said, Catch::Matchers::StartsWith("0 of 200 replicas, 0:00 so far\n"));
    CHECK(std::count(said.begin(), said.end(), '\n') >= 2);
}

TEST_CASE("99.9 percent is not yet 100 percent") {
    CHECK_THAT(evsweep::progress_line({1999, 2000, 10.0}), Catch::Matchers::Contains("(99 %)"));
}

TEST_CASE("results go to the folder results under the scenario's name unless given otherwise") {
    CHECK(evsweep::result_path("a/b/study.yaml", std::nullopt) == "results/study.h5");
    CHECK(evsweep::result_path("study.yaml", "elsewhere") == "elsewhere/study.h5");
    CHECK(evsweep::result_path("study.yaml", "elsewhere/mine.h5") == "elsewhere/mine.h5");
    CHECK(evsweep::result_path("study.v2.yaml", std::nullopt) == "results/study.v2.h5");
}

TEST_CASE("a plan that may grow says so") {
    CHECK(evsweep::progress_line({20, 180, 1.0, 2000}) ==
          "20 of 180 replicas planned, at most 2000 (11 %), 20.0 replicas/s, 0:08 left");
    CHECK(evsweep::progress_bar({90, 180, 10.0, 2000}) ==
          "[###############---------------]  90/180 replicas planned, at most 2000   50 %  9.0 replicas/s  0:10 left");
}
