#include "solvers/schedule/workers.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace evsweep {

struct Workers::Pool {
    explicit Pool(StopRequest request) : stop(std::move(request)) {}

    const StopRequest stop;
    std::mutex mutex;
    std::condition_variable has_work, is_done;
    const std::function<void(std::size_t)>* work = nullptr;
    std::size_t pieces = 0;
    std::atomic<std::size_t> next{0};
    std::size_t round = 0;  ///< counts calls of `share`
    std::size_t busy = 0;   ///< threads that have not finished the round
    bool is_over = false;
    std::vector<std::thread> threads;

    void take_pieces() {
        for (std::size_t i = next++; i < pieces && !stop.is_made(); i = next++) (*work)(i);
    }

    void serve() {
        std::size_t seen = 0;
        std::unique_lock lock(mutex);
        while (true) {
            has_work.wait(lock, [&] { return is_over || round != seen; });
            if (is_over) return;
            seen = round;
            lock.unlock();
            take_pieces();
            lock.lock();
            if (--busy == 0) is_done.notify_one();
        }
    }
};

Workers::Workers(int threads, StopRequest stop) : stop_(std::move(stop)) {
    if (threads <= 1) return;
    pool_ = std::make_unique<Pool>(stop_);
    try {
        for (int t = 1; t < threads; ++t) pool_->threads.emplace_back([pool = pool_.get()] { pool->serve(); });
    } catch (const std::system_error&) {
        // The machine gives no more threads: those that there are do the same work.
    }
}

Workers::~Workers() {
    if (!pool_) return;
    {
        const std::lock_guard lock(pool_->mutex);
        pool_->is_over = true;
    }
    pool_->has_work.notify_all();
    for (std::thread& thread : pool_->threads) thread.join();
}

void Workers::share(std::size_t pieces, const std::function<void(std::size_t)>& work) {
    if (!pool_ || pieces <= 1) {
        for (std::size_t i = 0; i < pieces; ++i) {
            stop_.obey();
            work(i);
        }
        return;
    }
    {
        const std::lock_guard lock(pool_->mutex);
        pool_->work = &work;
        pool_->pieces = pieces;
        pool_->next = 0;
        pool_->busy = pool_->threads.size();
        ++pool_->round;
    }
    pool_->has_work.notify_all();
    pool_->take_pieces();
    std::unique_lock lock(pool_->mutex);
    pool_->is_done.wait(lock, [&] { return pool_->busy == 0; });
    stop_.obey();
}

}  // namespace evsweep
