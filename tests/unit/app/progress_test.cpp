#include "sim/app/progress.hpp"

#include <catch2/catch.hpp>

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

TEST_CASE("99.9 percent is not yet 100 percent") {
    CHECK_THAT(evsweep::progress_line({1999, 2000, 10.0}), Catch::Matchers::Contains("(99 %)"));
}

TEST_CASE("results go to the folder results under the scenario's name unless given otherwise") {
    CHECK(evsweep::result_path("a/b/study.yaml", std::nullopt) == "results/study.h5");
    CHECK(evsweep::result_path("study.yaml", "elsewhere") == "elsewhere/study.h5");
    CHECK(evsweep::result_path("study.yaml", "elsewhere/mine.h5") == "elsewhere/mine.h5");
    CHECK(evsweep::result_path("study.v2.yaml", std::nullopt) == "results/study.v2.h5");
}
