/// A set of row numbers that is changed and walked through all the time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace evsweep {

/// Some of the rows 0 .. n-1. Putting in and taking out take constant time; the order is that of the history.
class IndexSet {
   public:
    explicit IndexSet(std::size_t n) : place_(n, 0) { members_.reserve(n); }

    [[nodiscard]] bool contains(std::size_t i) const { return place_[i] != 0; }
    [[nodiscard]] std::span<const std::uint32_t> members() const { return members_; }

    void put(std::size_t i, bool is_member) {
        if (is_member == contains(i)) return;
        if (is_member)
            insert(i);
        else
            erase(i);
    }

   private:
    void insert(std::size_t i) {
        members_.push_back(static_cast<std::uint32_t>(i));
        place_[i] = static_cast<std::uint32_t>(members_.size());
    }
    /// The last member takes the place that becomes free.
    void erase(std::size_t i) {
        const std::uint32_t last = members_.back();
        members_[place_[i] - 1] = last;
        place_[last] = place_[i];
        place_[i] = 0;
        members_.pop_back();
    }

    std::vector<std::uint32_t> members_;
    std::vector<std::uint32_t> place_;  ///< by row: where among the members, counted from 1; 0: not there
};

}  // namespace evsweep
