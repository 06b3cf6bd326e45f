/// Ctrl-C and its like: they end the process at once, or, while a study runs, ask it first to keep what is finished.
#pragma once

#include <atomic>
#include <chrono>
#include <csignal>
#include <latch>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

namespace evsweep {

/// While it lives, signals that end a process (SIGINT, SIGTERM, SIGHUP, SIGXCPU, SIGQUIT) end this one with the exit status
/// `interrupted` and no temporary file left. Made before any other thread, because threads inherit the signal mask. A signal
/// that the caller ignores (as `nohup` does) stays ignored.
class InterruptWatch {
   public:
    InterruptWatch();
    ~InterruptWatch();
    InterruptWatch(const InterruptWatch&) = delete;
    InterruptWatch& operator=(const InterruptWatch&) = delete;

    /// While it lives, the first signal requests a stop instead. One at a time.
    class Grace {
       public:
        explicit Grace(InterruptWatch& watch) : watch_(watch) { watch_.set_graceful(true); }
        ~Grace() { watch_.set_graceful(false); }
        Grace(const Grace&) = delete;
        Grace& operator=(const Grace&) = delete;
        [[nodiscard]] std::stop_token stop() const { return watch_.stop_.get_token(); }

       private:
        InterruptWatch& watch_;
    };

   private:
    using Clock = std::chrono::steady_clock;

    void set_graceful(bool graceful);
    void wait_for_signals();
    void act_on(int signal);

    std::stop_source stop_;
    sigset_t watched_{};
    sigset_t mask_before_{};
    std::atomic<bool> closing_{false};
    std::mutex mutex_;
    bool is_graceful_ = false;
    std::optional<Clock::time_point> asked_at_;  ///< when the first signal requested a stop
    std::latch waiting_{1};                      ///< open once the watcher only waits
    std::thread watcher_;
};

}  // namespace evsweep
