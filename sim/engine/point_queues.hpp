/// Charging points that vehicles share: who waits for one, who has one, and who gets the next that is free.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "evsweep/population.hpp"

namespace evsweep {

/// The lines of one replica. It only keeps the books of who is where: whoever is given a point still has to be plugged in.
class PointQueues {
   public:
    /// Where the vehicle of a stay is that may have to wait.
    enum class Place : std::uint8_t { away, waits, plugged_in, gone };

    /// The population outlives it.
    explicit PointQueues(const Population& population);

    /// Whether any point is shared.
    [[nodiscard]] bool any() const { return !lines_.empty(); }
    [[nodiscard]] bool is_shared(ConnectorId c) const { return any() && population_->connectors.queue_of(c) != 0; }
    [[nodiscard]] Place place(SessionId id) const { return places_[id.index()]; }
    /// Row of Population::queues in which the vehicle of this stay waits.
    [[nodiscard]] std::uint32_t queue_of(SessionId id) const;
    [[nodiscard]] bool swaps(std::uint32_t queue) const { return population_->queues[queue].swaps; }

    /// The vehicle comes, and takes its place at the end of the line.
    void come(SessionId id);
    /// Whoever is to be plugged in now, who then has the point; none where no point is free, or all free ones are kept for
    /// others.
    [[nodiscard]] std::optional<SessionId> next(std::uint32_t queue, Instant now);
    /// Whether anybody would be given one more point.
    [[nodiscard]] bool has_taker(std::uint32_t queue, Instant now) const { return pick(queue, now, 1).has_value(); }
    /// The vehicle leaves its point, or the line.
    void leave(SessionId id);

    /// In the order in which they came.
    [[nodiscard]] std::span<const SessionId> waiting(std::uint32_t queue) const { return lines_[queue].waiting; }
    /// In the order in which they were plugged in.
    [[nodiscard]] std::span<const SessionId> plugged_in(std::uint32_t queue) const { return lines_[queue].plugged_in; }
    /// By group of the population.
    [[nodiscard]] std::span<const double> waiting_by_group() const { return by_group_; }
    [[nodiscard]] std::size_t queues() const { return lines_.size(); }

    /// When a line has to be looked at although nobody comes or leaves: when a booking begins, and when it lapses.
    struct Look {
        Instant at{};
        std::uint32_t queue = 0;
    };
    [[nodiscard]] std::vector<Look> looks() const;

   private:
    struct Line {
        std::vector<SessionId> waiting{}, plugged_in{};
        std::vector<SessionId> bookings{};  ///< by instant, those of vehicles that are away or wait
    };
    [[nodiscard]] const Session& session(SessionId id) const { return population_->sessions[id.index()]; }
    [[nodiscard]] std::optional<SessionId> pick(std::uint32_t queue, Instant now, std::uint32_t extra) const;
    [[nodiscard]] std::optional<SessionId> pick_booked(std::uint32_t queue, Instant now) const;
    [[nodiscard]] bool is_on_time(const Session& stay, std::uint32_t queue) const;
    [[nodiscard]] Instant lapses(const Session& stay, std::uint32_t queue) const;
    [[nodiscard]] bool is_kept(SessionId id, std::uint32_t queue, Instant at) const;
    [[nodiscard]] bool fits(SessionId id, std::uint32_t queue, Instant now) const;
    [[nodiscard]] std::size_t taken_at(std::uint32_t queue, Instant at, Instant now, SessionId without) const;

    const Population* population_;
    std::vector<Line> lines_;          ///< by row of Population::queues; empty without any
    std::vector<Place> places_;        ///< by session
    std::vector<Instant> plugged_at_;  ///< by session
    std::vector<double> by_group_;
};

}  // namespace evsweep
