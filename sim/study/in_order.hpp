/// Numbered pieces of work handed out to threads, whose products are consumed in the order of their numbers.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>

namespace evsweep {

/// Threads `take` a number and `put` what they made of it. Whoever puts the next in line consumes it, and all that wait behind
/// it, one at a time. A number is handed out only when it lies less than `window` beyond the next to be consumed, so
/// that a slow piece cannot let the products of others pile up.
template <class Product>
class InOrder {
   public:
    using Consume = std::function<void(Product)>;

    /// Numbers 0 to `total` - 1; `window` >= 1. After `stop` is requested nothing more is handed out.
    InOrder(std::size_t total, std::size_t window, std::stop_token stop, Consume consume)
        : total_(total), window_(window), stop_(std::move(stop)), consume_(std::move(consume)) {}

    /// The next number; none when all are handed out, or when it is time to stop. What was taken must be put, dropped or
    /// abandoned.
    [[nodiscard]] std::optional<std::size_t> take() {
        std::unique_lock lock(mutex_);
        moved_on_.wait(lock, [this] { return error_ || taken_ == total_ || taken_ < consumed_ + window_; });
        if (error_ || taken_ == total_ || stop_.stop_requested()) return std::nullopt;
        return taken_++;
    }

    void put(std::size_t number, Product product) { settle(number, std::move(product)); }

    /// There will be nothing of this number: those behind it need not wait for it.
    void drop(std::size_t number) { settle(number, std::nullopt); }

    /// Ends the work because of `error`: nothing more is handed out or consumed.
    void abandon(std::exception_ptr error) {
        const std::scoped_lock lock(mutex_);
        if (!error_) error_ = std::move(error);
        moved_on_.notify_all();
    }

    /// Throws what the work was abandoned for. When all threads are done.
    void rethrow() const {
        if (error_) std::rethrow_exception(error_);
    }

   private:
    void settle(std::size_t number, std::optional<Product> product) {
        std::unique_lock lock(mutex_);
        waiting_.emplace(number, std::move(product));
        if (is_consuming_) return;
        is_consuming_ = true;
        for (auto next = waiting_.find(consumed_); next != waiting_.end() && !error_; next = waiting_.find(consumed_)) {
            std::optional<Product> mine = std::move(next->second);
            waiting_.erase(next);
            lock.unlock();
            if (mine) consume_or_abandon(std::move(*mine));
            lock.lock();
            ++consumed_;
            moved_on_.notify_all();
        }
        is_consuming_ = false;
    }

    void consume_or_abandon(Product product) {
        try {
            consume_(std::move(product));
        } catch (...) {
            abandon(std::current_exception());
        }
    }

    const std::size_t total_;
    const std::size_t window_;
    const std::stop_token stop_;
    const Consume consume_;
    std::mutex mutex_;
    std::condition_variable moved_on_;
    std::size_t taken_ = 0;
    std::size_t consumed_ = 0;
    std::map<std::size_t, std::optional<Product>> waiting_;  ///< none: dropped
    bool is_consuming_ = false;
    std::exception_ptr error_;
};

}  // namespace evsweep
