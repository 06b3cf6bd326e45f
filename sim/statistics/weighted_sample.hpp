/// A sorted sample whose values stand for different numbers of values: what quantiles are read from.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace evsweep {

/// Values in ascending order, each as often as it weighs. Keeps its memory when it is cleared.
class WeightedSample {
   public:
    void clear();
    /// `ascending` holds no NaN; each value counts `weight` times.
    void merge_in(std::span<const double> ascending, std::uint64_t weight);
    /// Sum of all weights.
    [[nodiscard]] std::uint64_t size() const { return size_; }
    /// The value at `place` < size(), counted from 0; quickest where places ascend from call to call.
    [[nodiscard]] double at(std::uint64_t place);

   private:
    struct Item {
        double value;
        std::uint64_t weight;
    };
    std::vector<Item> items_;
    std::vector<Item> merged_;
    std::uint64_t size_ = 0;
    std::size_t cursor_ = 0;       ///< item that was found last
    std::uint64_t before_it_ = 0;  ///< weight of all items before
};

}  // namespace evsweep
