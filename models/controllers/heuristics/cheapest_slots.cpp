#include "controllers/heuristics/cheapest_slots.hpp"

#include <algorithm>
#include <utility>

namespace evsweep::heuristic {

void CheapestSlots::know(const Forecast& price) {
    const auto steps = static_cast<std::int64_t>(price.values.size());
    const Duration end = price.step * steps;
    price_.clear();
    for (Duration begin{}; begin < end; begin += length_) {
        double sum = 0.0;
        std::size_t count = 0;
        for (Duration t = begin; t < std::min(end, begin + length_); t += price.step, ++count) sum += price.at(Instant(t));
        price_.push_back(sum / static_cast<double>(count));
    }
}

double CheapestSlots::hours_of(std::uint32_t slot, Instant from, Instant until) const {
    const Instant begin(length_ * static_cast<std::int64_t>(slot));
    return std::max(0.0, hours(std::min(until, begin + length_) - std::max(from, begin)));
}

void CheapestSlots::choose(Instant from, Instant until, double needed_h, std::vector<std::uint32_t>& chosen) {
    chosen.clear();
    window_.clear();
    if (until <= from || needed_h <= 0.0) return;
    for (std::uint32_t slot = at(from); slot <= at(until - Duration(1)); ++slot) window_.push_back(slot);
    std::sort(window_.begin(), window_.end(),
              [this](std::uint32_t a, std::uint32_t b) { return std::pair(price(a), a) < std::pair(price(b), b); });
    constexpr double rounding_h = 1e-9;
    double found_h = 0.0;
    for (const std::uint32_t slot : window_) {
        if (found_h >= needed_h + rounding_h) break;
        chosen.push_back(slot);
        found_h += hours_of(slot, from, until);
    }
    std::sort(chosen.begin(), chosen.end());
}

}  // namespace evsweep::heuristic
