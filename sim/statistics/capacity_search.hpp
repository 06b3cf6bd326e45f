/// The largest level at which an event is rare enough, with its confidence interval, from few of all trials: a search over levels
/// on samples that are the same at all of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace evsweep {

/// The most broken replicas, of `replicas`, that each end of a capacity and the capacity itself may have. With p(N) the
/// probability at level N, which rises, the capacity is the largest N with p(N) <= `at_most`. Of k broken replicas at N:
///     estimate: k / replicas <= at_most,
///     low:      the upper bound of Clopper and Pearson of k is <= at_most: p(N) <= at_most is shown,
///     high:     the lower bound of Clopper and Pearson of k is <= at_most: p(N) > at_most is not shown.
/// With X(1) <= X(2) ... the levels at which the replicas are first broken these are X(k + 1) less one level, so intervals of a
/// quantile between order statistics, exact for every law (David and Nagaraja 2003, Order Statistics, section 7.1): each end is
/// wrong in at most (1 - confidence) / 2 of all studies.
struct CapacityRanks {
    std::optional<std::size_t> low;  ///< none: even no broken replica shows it, so few are they
    std::size_t estimate = 0;
    std::size_t high = 0;
};
[[nodiscard]] CapacityRanks capacity_ranks(std::size_t replicas, double at_most, double confidence);
/// The fewest replicas of which none that is broken shows that the probability is at most `at_most`.
[[nodiscard]] std::size_t replicas_for_low_end(double at_most, double confidence);

/// What is known of the replicas at all levels, and what follows where a replica that is broken stays so at all higher levels.
class BreachTable {
   public:
    BreachTable(std::size_t levels, std::size_t replicas);
    void note(std::size_t level, std::size_t replica, bool is_broken);

    struct Count {
        std::size_t broken = 0, kept = 0;
    };
    /// Of the replicas that were run at the level.
    [[nodiscard]] Count seen(std::size_t level) const;
    /// With those whose state follows from other levels. A replica that was broken below and kept above follows nothing.
    [[nodiscard]] Count implied(std::size_t level) const;
    /// Replicas that were not run at the level, ascending.
    [[nodiscard]] std::vector<std::size_t> not_seen(std::size_t level) const;
    /// Of those the ones whose state does not follow either.
    [[nodiscard]] std::vector<std::size_t> not_implied(std::size_t level) const;
    /// Replicas that were broken at one level and kept at a higher one.
    [[nodiscard]] std::size_t contradicting() const;
    /// Levels at which a replica was run, ascending.
    [[nodiscard]] std::vector<std::size_t> visited() const;
    [[nodiscard]] std::optional<bool> state(std::size_t level, std::size_t replica) const;

    [[nodiscard]] std::size_t levels() const { return levels_; }
    [[nodiscard]] std::size_t replicas() const { return replicas_; }

   private:
    enum class State : std::uint8_t { unknown, kept, broken };
    [[nodiscard]] State implied_state(std::size_t level, std::size_t replica, State seen) const;

    std::size_t levels_, replicas_;
    std::map<std::size_t, std::vector<State>> seen_;  ///< by level, by replica
    std::vector<std::ptrdiff_t> highest_kept_;        ///< by replica; -1: none
    std::vector<std::size_t> lowest_broken_;          ///< by replica; `levels_`: none
};

/// Replicas to be run at one level.
struct CapacityRequest {
    std::size_t level = 0;
    std::vector<std::size_t> replicas;
};

/// How far the two levels of a crossing are looked at once it is found: not at all, until runs at these levels alone decide it,
/// or with all replicas.
enum class CrossingCheck { none, decided, whole };

/// Finds where the number of broken replicas comes to exceed `most`: a level with no more, next to one with more. First by
/// bisection with what follows from other levels; then the two levels are checked, and where they are not as they should be,
/// the search goes on from there by what was run alone.
class CrossingSearch {
   public:
    CrossingSearch(std::size_t most, std::size_t levels) : most_(most), high_(static_cast<std::ptrdiff_t>(levels)) {}

    /// What to run next; none where the crossing is found.
    [[nodiscard]] std::optional<CapacityRequest> next(const BreachTable& table, CrossingCheck check);
    /// The level with no more than `most`; -1 where the lowest has more. The level above has more, or is beyond the range.
    [[nodiscard]] std::ptrdiff_t level() const { return low_; }
    /// Whether verifying has moved it.
    [[nodiscard]] bool has_moved() const { return is_strict_; }

   private:
    [[nodiscard]] std::optional<bool> exceeds(const BreachTable& table, std::size_t level) const;
    void narrow(const BreachTable& table);
    [[nodiscard]] std::size_t probe(const BreachTable& table) const;
    [[nodiscard]] CapacityRequest request(const BreachTable& table, std::size_t level) const;
    [[nodiscard]] std::optional<CapacityRequest> missing(const BreachTable& table, CrossingCheck check) const;
    void go_on_from(bool low_is_good, std::ptrdiff_t levels);

    std::size_t most_;
    std::ptrdiff_t low_ = -1, high_;
    bool is_strict_ = false;
    std::ptrdiff_t stride_ = 0;  ///< of a strict search while one of its ends is open
};

/// The three levels of one limit: the capacity and the ends of its interval.
class CapacitySearch {
   public:
    enum class Ends { none, both };
    CapacitySearch(std::size_t levels, std::size_t replicas, const CapacityRanks& ranks, Ends ends = Ends::both);

    void note(std::size_t level, std::size_t replica, bool is_broken) { table_.note(level, replica, is_broken); }
    /// What to run next; none once all is found. The capacity's own two levels are always run whole; those of the ends as far as
    /// it takes to decide them, where any replica contradicts that broken replicas stay broken.
    [[nodiscard]] std::optional<CapacityRequest> next();

    struct Found {
        std::ptrdiff_t estimate = -1;       ///< -1: the lowest level has more already
        std::optional<std::ptrdiff_t> low;  ///< none: open, as there are too few replicas
        std::ptrdiff_t high = -1;
        bool has_moved = false;  ///< since runs contradicted what was concluded
    };
    [[nodiscard]] Found found() const;
    [[nodiscard]] const BreachTable& table() const { return table_; }

   private:
    BreachTable table_;
    CrossingSearch estimate_;
    std::optional<CrossingSearch> low_, high_;
};

}  // namespace evsweep
