/// What key performance indicators of shared charging points and of trips are read from: who waited how long, and who left
/// uncharged.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "evsweep/output.hpp"

namespace evsweep::kpi {

/// Vehicles at shared points of one replica, within [measure_from, end of the study).
class QueueTally {
   public:
    QueueTally(const Population& population, Instant measure_from, Instant end)
        : connectors_(population.connectors), measure_from_(measure_from), end_(end) {
        for (const PointQueue& queue : population.queues) points_ += queue.points;
        points_ -= population.queues.front().points;  // the row of those that nobody shares
        lines_.resize(population.queues.size());
    }

    /// A stay that ends in the measured time, or is under way at its end.
    void see(const SessionRecord& r) {
        const bool came_meanwhile = r.session.plug_in >= measure_from_;
        if (came_meanwhile && r.charged_elsewhere_kwh > 0.0) ++short_trips_, charged_elsewhere_kwh_ += r.charged_elsewhere_kwh;
        const std::uint32_t queue = connectors_.queue_of(r.session.connector);
        if (queue == 0) return;
        if (came_meanwhile) ++came_;
        const bool was_plugged_in = r.outcome == StayOutcome::served || r.outcome == StayOutcome::swapped;
        add_to_line(queue, r.session.plug_in, r.begin);
        if (was_plugged_in) see_plugged_in(r);
        if (r.outcome == StayOutcome::swapped) ++swapped_;
        if (r.outcome == StayOutcome::waiting) ++still_waiting_;
        if (r.outcome != StayOutcome::unserved) return;
        ++unserved_;
        unserved_kwh_ += std::max(0.0, r.session.target_soc - r.final_soc) * r.capacity_kwh;
    }

    /// Of vehicles plugged in within the measured time, whenever they came; NaN without any.
    [[nodiscard]] double mean_wait_h() const {
        double sum = 0.0;
        for (const double h : waits_h_) sum += h;
        return waits_h_.empty() ? not_known : sum / static_cast<double>(waits_h_.size());
    }
    [[nodiscard]] double largest_wait_h() const {
        return waits_h_.empty() ? not_known : *std::max_element(waits_h_.begin(), waits_h_.end());
    }
    /// With straight lines between neighbours (type 7 of Hyndman and Fan 1996).
    [[nodiscard]] double wait_quantile_h(double share) const {
        if (waits_h_.empty()) return not_known;
        std::vector<double> sorted = waits_h_;
        std::sort(sorted.begin(), sorted.end());
        const double place = share * static_cast<double>(sorted.size() - 1);
        const auto below = static_cast<std::size_t>(place);
        const std::size_t above = std::min(below + 1, sorted.size() - 1);
        return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
    }
    [[nodiscard]] double waited_share() const {
        const auto waited = std::count_if(waits_h_.begin(), waits_h_.end(), [](double h) { return h > 0.0; });
        return waits_h_.empty() ? not_known : static_cast<double>(waited) / static_cast<double>(waits_h_.size());
    }
    [[nodiscard]] double came() const { return static_cast<double>(came_); }
    [[nodiscard]] double plugged_in() const { return static_cast<double>(waits_h_.size()); }
    [[nodiscard]] double unserved() const { return static_cast<double>(unserved_); }
    [[nodiscard]] double unserved_kwh() const { return unserved_kwh_; }
    [[nodiscard]] double swapped() const { return static_cast<double>(swapped_); }
    [[nodiscard]] double still_waiting() const { return static_cast<double>(still_waiting_); }
    /// Share of the points' time in which they were taken.
    [[nodiscard]] double use() const { return points_ > 0 ? taken_h_ / (points_ * hours(end_ - measure_from_)) : not_known; }
    /// Most vehicles that waited for the points of one queue at once.
    [[nodiscard]] double longest_queue() const {
        int longest = 0;
        for (auto line : lines_) {
            std::sort(line.begin(), line.end());  // who leaves at an instant before who comes
            int waiting = 0;
            for (const auto& [at, change] : line) longest = std::max(longest, waiting += change);
        }
        return longest;
    }
    [[nodiscard]] double short_trips() const { return static_cast<double>(short_trips_); }
    [[nodiscard]] double charged_elsewhere_kwh() const { return charged_elsewhere_kwh_; }

   private:
    static constexpr double not_known = std::numeric_limits<double>::quiet_NaN();

    void see_plugged_in(const SessionRecord& r) {
        taken_h_ += hours(r.end - std::max(r.begin, measure_from_));
        if (r.begin >= measure_from_) waits_h_.push_back(hours(r.begin - r.session.plug_in));
    }
    void add_to_line(std::uint32_t queue, Instant came, Instant left) {
        came = std::max(came, measure_from_);
        if (left <= came) return;
        lines_[queue].emplace_back(came, 1);
        lines_[queue].emplace_back(left, -1);
    }

    const Connectors& connectors_;
    Instant measure_from_, end_;
    double points_ = 0.0;
    std::vector<double> waits_h_;
    std::vector<std::vector<std::pair<Instant, int>>> lines_;  ///< by queue: who joins and who leaves it
    double taken_h_ = 0.0, unserved_kwh_ = 0.0, charged_elsewhere_kwh_ = 0.0;
    std::size_t came_ = 0, unserved_ = 0, swapped_ = 0, still_waiting_ = 0, short_trips_ = 0;
};

}  // namespace evsweep::kpi
