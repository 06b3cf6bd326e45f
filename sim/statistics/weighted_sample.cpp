#include "sim/statistics/weighted_sample.hpp"

#include <algorithm>

#include "evsweep/contracts.hpp"

namespace evsweep {

void WeightedSample::clear() {
    items_.clear();
    size_ = 0;
    cursor_ = 0;
    before_it_ = 0;
}

// Which side the next item comes from is as good as random, so it is computed and not branched on.
void WeightedSample::merge_in(std::span<const double> ascending, std::uint64_t weight) {
    merged_.resize(items_.size() + ascending.size());
    std::size_t i = 0;
    std::size_t j = 0;
    std::size_t k = 0;
    while (i < items_.size() && j < ascending.size()) {
        const Item mine = items_[i];
        const Item theirs{ascending[j], weight};
        const bool is_theirs = theirs.value < mine.value;
        merged_[k].value = is_theirs ? theirs.value : mine.value;
        merged_[k].weight = is_theirs ? theirs.weight : mine.weight;
        ++k;
        j += is_theirs;
        i += !is_theirs;
    }
    for (; i < items_.size(); ++i) merged_[k++] = items_[i];
    for (; j < ascending.size(); ++j) merged_[k++] = {ascending[j], weight};
    items_.swap(merged_);
    size_ += weight * ascending.size();
    cursor_ = 0;
    before_it_ = 0;
}

double WeightedSample::at(std::uint64_t place) {
    EVSWEEP_EXPECTS(place < size_, "a place lies inside the sample");
    if (place < before_it_) {
        cursor_ = 0;
        before_it_ = 0;
    }
    while (before_it_ + items_[cursor_].weight <= place) before_it_ += items_[cursor_++].weight;
    return items_[cursor_].value;
}

}  // namespace evsweep
