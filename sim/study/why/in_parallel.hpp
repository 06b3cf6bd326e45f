/// Tasks by number over threads, where what each does depends on its number alone.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace evsweep {

/// Each thread makes its own worker (`make_worker()`) and calls it with the numbers of tasks, each of which is done once. Threads
/// that cannot be started are done without. Rethrows the first exception once all have ended.
template <class MakeWorker>
void in_parallel(std::size_t tasks, std::size_t threads, const MakeWorker& make_worker) {
    std::atomic<std::size_t> next{0};
    std::exception_ptr problem;
    std::mutex mutex;
    const auto work = [&] {
        try {
            auto worker = make_worker();
            for (std::size_t task = next++; task < tasks; task = next++) worker(task);
        } catch (...) {
            const std::lock_guard lock(mutex);
            if (!problem) problem = std::current_exception();
            next = tasks;
        }
    };
    {
        std::vector<std::jthread> others;
        try {
            for (std::size_t t = 1; t < std::min(threads, tasks); ++t) others.emplace_back(work);
        } catch (const std::system_error&) {  // fewer threads do the same
        }
        work();
    }
    if (problem) std::rethrow_exception(problem);
}

}  // namespace evsweep
