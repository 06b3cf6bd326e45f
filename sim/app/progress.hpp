/// What a waiting person sees of a running study: a bar on a terminal, a few plain lines in a log.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "sim/study/study.hpp"

namespace evsweep {

/// Replicas per second so far; 0 before the clock has moved.
[[nodiscard]] double replicas_per_second(const Progress& progress);
/// Seconds until the end at the pace so far; 0 before the first replica has finished.
[[nodiscard]] double seconds_left(const Progress& progress);
/// `[#####-----]  50/100 replicas   50 %   12.5/s   0:04 left`
[[nodiscard]] std::string progress_bar(const Progress& progress);
/// `50 of 100 replicas (50 %), 12.5 replicas/s, 0:04 left`, with a plan that may grow `50 of 180 replicas planned, at most 2000
/// (27 %), ...`; before the first has finished `0 of 100 replicas, 2:00 so far`
[[nodiscard]] std::string progress_line(const Progress& progress);

/// Prints progress to stderr, as far as that takes it without delay: a run never waits for its reader, nor ends because there is
/// none. Lines come at every tenth of the replicas and, where that takes long, every minute. Calls must not overlap.
class ProgressReporter {
   public:
    enum class Style { none, lines, bar };
    /// A bar on a terminal, lines elsewhere.
    [[nodiscard]] static Style style_of_stderr();

    /// `silence`: the longest time without a line.
    ProgressReporter(Style style, int replicas, std::chrono::milliseconds silence = std::chrono::minutes(1));
    void report(const Progress& progress);

   private:
    using Clock = std::chrono::steady_clock;

    void draw_bar(const Progress& progress);
    void print_line(const Progress& progress);
    void break_silence(const std::stop_token& stop);

    Style style_;
    std::chrono::milliseconds silence_;
    Clock::time_point begin_ = Clock::now();
    double drawn_at_seconds_ = -1.0;
    std::mutex mutex_;  ///< of what follows
    std::condition_variable_any ended_;
    int tenths_told_ = 0;
    Progress last_;
    Clock::time_point line_at_ = begin_;
    std::jthread ticker_;  ///< last, so that it ends before what it uses
};

}  // namespace evsweep
