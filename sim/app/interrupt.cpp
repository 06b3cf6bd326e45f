#include "sim/app/interrupt.hpp"

#include <pthread.h>

#include <cstdlib>

#include "sim/app/exit_status.hpp"
#include "sim/app/say.hpp"
#include "sim/record/new_file.hpp"

namespace evsweep {

namespace {

using namespace std::chrono_literals;

/// One request may come as several signals: a terminal that closes and `timeout` send theirs twice.
constexpr auto one_request = 200ms;

bool is_ignored(int signal) {
    struct sigaction action {};
    return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

/// Wakes the watcher when the watch ends; of no use to anybody else here.
constexpr int wake_signal = SIGUSR2;

}  // namespace

// A thread that waits for signals may lock, allocate and print, which a signal handler may not.
InterruptWatch::InterruptWatch() {
    sigemptyset(&watched_);
    sigaddset(&watched_, wake_signal);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGXCPU, SIGQUIT})
        if (!is_ignored(signal)) sigaddset(&watched_, signal);
    pthread_sigmask(SIG_BLOCK, &watched_, &mask_before_);
    watcher_ = std::thread([this] { wait_for_signals(); });
    waiting_.wait();  // a child forked while a thread begins may find a lock of the allocator taken for ever
}

InterruptWatch::~InterruptWatch() {
    closing_ = true;
    pthread_kill(watcher_.native_handle(), wake_signal);
    watcher_.join();
    pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
}

void InterruptWatch::set_graceful(bool graceful) {
    const std::scoped_lock lock(mutex_);
    is_graceful_ = graceful;
}

void InterruptWatch::wait_for_signals() {
    int signal = 0;
    waiting_.count_down();
    while (sigwait(&watched_, &signal) == 0 && !closing_)
        if (signal != wake_signal) act_on(signal);
}

void InterruptWatch::act_on(int signal) {
    const std::scoped_lock lock(mutex_);
    const auto now = Clock::now();
    if (is_graceful_ && !asked_at_ && signal != SIGQUIT) {
        asked_at_ = now;
        stop_.request_stop();
        report_in_passing("\nevsweep: stopping; finished replicas are kept (again to end at once)\n");
        return;
    }
    const bool is_same_request =
        asked_at_ && (now - *asked_at_ < one_request || signal == SIGXCPU);  // that one comes every second
    if (is_same_request) return;
    remove_unfinished_files();
    report_in_passing("evsweep: interrupted\n");
    std::_Exit(static_cast<int>(ExitStatus::interrupted));
}

}  // namespace evsweep
