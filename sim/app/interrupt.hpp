/// Ctrl-C: the first asks a study to keep what is finished, the second ends the process at once.
#pragma once

#include <atomic>
#include <csignal>
#include <stop_token>
#include <thread>

namespace evsweep {

/// While it lives, SIGINT and SIGTERM request a stop instead of ending the process. Made before any other thread,
/// because threads inherit the signal mask. A signal that the caller ignores (as `nohup` does) stays ignored.
class InterruptWatch {
   public:
    explicit InterruptWatch(std::stop_source stop);
    ~InterruptWatch();
    InterruptWatch(const InterruptWatch&) = delete;
    InterruptWatch& operator=(const InterruptWatch&) = delete;

   private:
    void wait_for_signals();

    std::stop_source stop_;
    sigset_t watched_{};
    sigset_t mask_before_{};
    std::atomic<bool> closing_{false};
    std::thread watcher_;
};

}  // namespace evsweep
