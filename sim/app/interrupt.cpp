#include "sim/app/interrupt.hpp"

#include <pthread.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "sim/app/exit_status.hpp"

namespace evsweep {

namespace {

bool is_ignored(int signal) {
    struct sigaction action {};
    return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

/// Wakes the watcher when the watch ends; of no use to anybody else here.
constexpr int wake_signal = SIGUSR2;

}  // namespace

// A thread that waits for signals may lock, allocate and print, which a signal handler may not.
InterruptWatch::InterruptWatch(std::stop_source stop) : stop_(std::move(stop)) {
    sigemptyset(&watched_);
    sigaddset(&watched_, wake_signal);
    for (const int signal : {SIGINT, SIGTERM})
        if (!is_ignored(signal)) sigaddset(&watched_, signal);
    pthread_sigmask(SIG_BLOCK, &watched_, &mask_before_);
    watcher_ = std::thread([this] { wait_for_signals(); });
}

InterruptWatch::~InterruptWatch() {
    closing_ = true;
    pthread_kill(watcher_.native_handle(), wake_signal);
    watcher_.join();
    pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
}

void InterruptWatch::wait_for_signals() {
    int signal = 0;
    while (sigwait(&watched_, &signal) == 0 && !closing_) {
        if (signal == wake_signal) continue;
        if (!stop_.request_stop()) std::_Exit(static_cast<int>(ExitStatus::interrupted));
        std::fputs("\nevsweep: stopping after the replicas in progress; finished ones are kept (again to end at once)\n", stderr);
    }
}

}  // namespace evsweep
