#include "sim/study/number_column.hpp"

#include <algorithm>

#include "evsweep/contracts.hpp"

namespace evsweep {

std::uint64_t NumberScratch::append(std::span<const double> numbers) {
    return file_.append({reinterpret_cast<const unsigned char*>(numbers.data()), numbers.size_bytes()}) / sizeof(double);
}

void NumberScratch::read(std::uint64_t at, std::span<double> numbers) const {
    file_.read(at * sizeof(double), {reinterpret_cast<unsigned char*>(numbers.data()), numbers.size_bytes()});
}

NumberColumn::NumberColumn(std::shared_ptr<const NumberStore> store, std::size_t size) : store_(std::move(store)), stored_(size) {
    if (size > 0) stretches_.push_back({0, size});
}

void NumberColumn::push_back(double number) {
    tail_.push_back(number);
    if (!scratch_ || tail_.size() < scratch_->block()) return;
    store_ = scratch_;
    stretches_.push_back({scratch_->append(tail_), tail_.size()});
    stored_ += tail_.size();
    tail_.clear();
}

double NumberColumn::at(std::size_t index) const {
    EVSWEEP_EXPECTS(index < size(), "a number is asked for that is there");
    if (index >= stored_) return tail_[index - stored_];
    auto stretch = stretches_.begin();
    for (; index >= stretch->count; ++stretch) index -= stretch->count;
    double number = 0.0;
    store_->read(stretch->at + index, {&number, 1});
    return number;
}

std::vector<double> NumberColumn::read() const {
    std::vector<double> numbers(size());
    std::size_t begin = 0;
    for (const Stretch& stretch : stretches_) {
        store_->read(stretch.at, std::span(numbers).subspan(begin, stretch.count));
        begin += stretch.count;
    }
    std::copy(tail_.begin(), tail_.end(), numbers.begin() + static_cast<std::ptrdiff_t>(begin));
    return numbers;
}

bool NumberColumn::all_of(const std::function<bool(double)>& is_so) const {
    constexpr std::size_t most = std::size_t{1} << 17U;  // a megabyte
    std::vector<double> part;
    for (const Stretch& stretch : stretches_) {
        for (std::size_t begin = 0; begin < stretch.count; begin += most) {
            part.resize(std::min(most, stretch.count - begin));
            store_->read(stretch.at + begin, part);
            if (!std::all_of(part.begin(), part.end(), is_so)) return false;
        }
    }
    return std::all_of(tail_.begin(), tail_.end(), is_so);
}

bool NumberColumn::any_of(const std::function<bool(double)>& is_so) const {
    return !all_of([&](double number) { return !is_so(number); });
}

}  // namespace evsweep
