#include "sim/app/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>

#include "sim/app/say.hpp"

namespace evsweep {

namespace {

double share(const Progress& progress) {
    return progress.planned > 0 ? static_cast<double>(progress.finished) / progress.planned : 1.0;
}

bool is_complete(const Progress& progress) { return progress.finished >= progress.planned; }

std::string clock_text(double seconds) {
    const auto whole = std::llround(seconds);
    if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string time_text(const Progress& progress) {
    if (is_complete(progress)) return "in " + clock_text(progress.seconds);
    return clock_text(seconds_left(progress)) + " left";
}

/// "20.0 replicas/s", or where one takes seconds, "33 s/replica".
std::string pace_text(const Progress& progress) {
    const double pace = replicas_per_second(progress);
    return pace > 0.0 && pace < 0.5 ? fmt::format("{:.0f} s/replica", 1.0 / pace) : fmt::format("{:.1f} replicas/s", pace);
}

/// " planned, at most 2000" of a plan that may grow.
std::string plan_text(const Progress& progress) {
    return progress.at_most > 0 ? fmt::format(" planned, at most {}", progress.at_most) : "";
}

}  // namespace

double replicas_per_second(const Progress& progress) {
    return progress.seconds > 0.0 ? progress.finished / progress.seconds : 0.0;
}

double seconds_left(const Progress& progress) {
    const double pace = replicas_per_second(progress);
    return pace > 0.0 ? (progress.planned - progress.finished) / pace : 0.0;
}

std::string progress_bar(const Progress& progress) {
    constexpr int width = 30;
    const auto filled = static_cast<std::size_t>(share(progress) * width);
    const std::string bar = std::string(filled, '#') + std::string(width - filled, '-');
    return fmt::format("[{}]  {}/{} replicas{}  {:3.0f} %  {}  {}", bar, progress.finished, progress.planned, plan_text(progress),
                       std::floor(100.0 * share(progress)), pace_text(progress), time_text(progress));
}

std::string progress_line(const Progress& progress) {
    if (progress.finished == 0) return fmt::format("0 of {} replicas, {} so far", progress.planned, clock_text(progress.seconds));
    return fmt::format("{} of {} replicas{} ({:.0f} %), {}, {}", progress.finished, progress.planned, plan_text(progress),
                       std::floor(100.0 * share(progress)), pace_text(progress), time_text(progress));
}

ProgressReporter::Style ProgressReporter::style_of_stderr() { return isatty(STDERR_FILENO) ? Style::bar : Style::lines; }

ProgressReporter::ProgressReporter(Style style, int replicas, std::chrono::milliseconds silence)
    : style_(style), silence_(silence), last_{0, replicas, 0.0} {
    if (style == Style::lines) ticker_ = std::jthread([this](const std::stop_token& stop) { break_silence(stop); });
}

void ProgressReporter::report(const Progress& progress) {
    if (style_ == Style::bar) draw_bar(progress);
    if (style_ == Style::lines) print_line(progress);
}

// Ten frames a second are enough for the eye and cost nothing.
void ProgressReporter::draw_bar(const Progress& progress) {
    constexpr double frame_seconds = 0.1;
    if (!is_complete(progress) && progress.seconds - drawn_at_seconds_ < frame_seconds) return;
    drawn_at_seconds_ = progress.seconds;
    report_in_passing(fmt::format("\r{}\033[K{}", progress_bar(progress), is_complete(progress) ? "\n" : ""));
}

void ProgressReporter::print_line(const Progress& progress) {
    const std::lock_guard lock(mutex_);
    if (progress.planned != last_.planned) tenths_told_ = 0;  // a new stage, whose share begins lower
    last_ = progress;
    const int tenths = static_cast<int>(10.0 * share(progress));
    const auto now = Clock::now();
    if (tenths <= tenths_told_ && now - line_at_ < silence_) return;
    tenths_told_ = tenths;
    line_at_ = now;
    report_in_passing(progress_line(progress) + "\n");
}

/// Where replicas take long, nobody else would say for minutes that the study goes on.
void ProgressReporter::break_silence(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!ended_.wait_until(lock, stop, line_at_ + silence_, [] { return false; }) && !stop.stop_requested()) {
        const auto now = Clock::now();
        if (now - line_at_ < silence_) continue;
        line_at_ = now;
        Progress progress = last_;
        progress.seconds = std::chrono::duration<double>(now - begin_).count();
        report_in_passing(progress_line(progress) + "\n");
    }
}

}  // namespace evsweep
