/// What a waiting person sees of a running study: a bar on a terminal, a few plain lines in a log.
#pragma once

#include <string>

#include "sim/study/study.hpp"

namespace evsweep {

/// Replicas per second so far; 0 before the clock has moved.
[[nodiscard]] double replicas_per_second(const Progress& progress);
/// Seconds until the end at the pace so far; 0 before the first replica has finished.
[[nodiscard]] double seconds_left(const Progress& progress);
/// `[#####-----]  50/100 replicas   50 %   12.5/s   0:04 left`
[[nodiscard]] std::string progress_bar(const Progress& progress);
/// `50 of 100 replicas (50 %), 12.5 replicas/s, 0:04 left`
[[nodiscard]] std::string progress_line(const Progress& progress);

/// Prints progress to stderr, as far as that takes it without delay: a run never waits for its reader, nor ends because there is
/// none. Calls must not overlap.
class ProgressReporter {
   public:
    enum class Style { none, lines, bar };
    /// A bar on a terminal, lines elsewhere.
    [[nodiscard]] static Style style_of_stderr();

    explicit ProgressReporter(Style style) : style_(style) {}
    void report(const Progress& progress);

   private:
    void draw_bar(const Progress& progress);
    void print_line(const Progress& progress);

    Style style_;
    double drawn_at_seconds_ = -1.0;
    int tenths_told_ = 0;
};

}  // namespace evsweep
