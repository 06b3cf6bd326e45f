#include "controllers/predictive_voltage/knowledge.hpp"

#include <algorithm>

namespace evsweep {

PlanChange announced_change(const Trajectory& message, Instant now, const PlanPeriods& grid) {
    PlanChange change;
    const std::int64_t age = grid.age(message.measured, now);
    for (std::size_t l = 0; l < grid.horizon; ++l) {
        const bool is_there = grid.begin(now, l) < message.unplug;
        const std::size_t at = shifted(l, age, grid.horizon);
        change.p_kw[l] = (is_there ? message.p_plan_kw[at] : 0.0) - message.p_kw;
        change.q_kvar[l] = (is_there ? message.q_plan_kvar[at] : 0.0) - message.q_kvar;
    }
    return change;
}

Knowledge::Knowledge(const VoltageSlopes& slopes, PlanPeriods grid)
    : slopes_(&slopes),
      grid_(grid),
      count_(slopes.places),
      deviation_(slopes.places),
      p_change_(slopes.places * grid.horizon),
      q_change_(slopes.places * grid.horizon),
      change_(slopes.places * grid.horizon) {}

void Knowledge::clear(Instant now) {
    now_ = now;
    for (auto* column : {&count_, &deviation_, &p_change_, &q_change_}) std::fill(column->begin(), column->end(), 0.0);
    for (auto& column : count_by_age_) std::fill(column.begin(), column.end(), 0.0);
    messages_ = summed_age_ = 0;
}

void Knowledge::add(std::size_t place, const Trajectory& message) {
    const PlanChange change = announced_change(message, now_, grid_);
    const auto age = static_cast<std::size_t>(grid_.age(message.measured, now_));
    if (age >= count_by_age_.size()) count_by_age_.resize(age + 1, std::vector<double>(slopes_->places));
    ++messages_;
    summed_age_ += age;
    count_[place] += 1.0;
    count_by_age_[age][place] += 1.0;
    deviation_[place] += message.voltage_pu - 1.0;
    for (std::size_t l = 0; l < grid_.horizon; ++l) {
        p_change_[place * grid_.horizon + l] += change.p_kw[l];
        q_change_[place * grid_.horizon + l] += change.q_kvar[l];
    }
}

void Knowledge::finish() {
    occupied_.clear();
    for (std::size_t s = 0; s < slopes_->places; ++s)
        if (count_[s] > 0.0) occupied_.push_back(static_cast<std::uint32_t>(s));
    ages_.clear();
    for (std::size_t age = 0; age < count_by_age_.size(); ++age)
        if (std::any_of(count_by_age_[age].begin(), count_by_age_[age].end(), [](double n) { return n > 0.0; }))
            ages_.push_back(static_cast<std::uint32_t>(age));
    std::fill(change_.begin(), change_.end(), 0.0);
    for (std::size_t row = 0; row < slopes_->places; ++row)
        for (const std::uint32_t s : occupied_)
            for (std::size_t l = 0; l < grid_.horizon; ++l)
                change_[row * grid_.horizon + l] +=
                    slopes_->q(row, s) * q_change_[s * grid_.horizon + l] + slopes_->p(row, s) * p_change_[s * grid_.horizon + l];
}

}  // namespace evsweep
