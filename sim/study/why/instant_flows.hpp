/// The load flow of one instant with some of those who draw and without others, side by side in lanes.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "sim/network/sweep/lane_solver.hpp"
#include "sim/study/why/actors.hpp"
#include "sim/study/why/shapley.hpp"

namespace evsweep {

/// What all load flows of one instant share: the network with its taps and steps as they were, who draws, and the value that is
/// looked at. Immutable; `study`, `limits` and `actors` outlive it.
class InstantGame {
   public:
    InstantGame(const LoadedStudy& study, const StudyLimits& limits, const Moment& moment, const LimitPlace& place,
                const std::vector<Actor>& actors);

    [[nodiscard]] const std::shared_ptr<const SweptNetwork>& network() const { return network_; }
    [[nodiscard]] const LoadFlowOptions& options() const { return options_; }
    [[nodiscard]] std::size_t players() const { return player_.size(); }
    /// The actor that a player is: those that stand idle do not play.
    [[nodiscard]] const Actor& actor(std::size_t player) const { return (*actors_)[player_[player]]; }
    [[nodiscard]] std::size_t actor_index(std::size_t player) const { return player_[player]; }
    /// By player: those that draw the same at the same places are alike.
    [[nodiscard]] std::span<const std::uint32_t> alike() const { return alike_; }
    /// The value in a solved load flow.
    [[nodiscard]] double value(const LoadFlow& flow) const;

   private:
    const StudyLimits& limits_;
    LimitPlace place_;
    LoadFlowOptions options_;
    std::shared_ptr<const SweptNetwork> network_;
    const std::vector<Actor>* actors_;
    std::vector<std::size_t> player_;
    std::vector<std::uint32_t> alike_;
};

/// Solves them. Belongs to one thread.
class InstantFlows {
   public:
    /// `game` outlives it.
    explicit InstantFlows(const InstantGame& game);

    [[nodiscard]] std::size_t lanes() const { return solver_.lanes(); }
    /// As OrderValues.
    void walk(std::span<const PlayerOrder> orders, std::span<std::vector<double>> values);
    /// The value with all players but each of `absent`; NaN without a solution.
    [[nodiscard]] std::vector<double> without(std::span<const std::uint32_t> absent);
    /// With all of them.
    [[nodiscard]] double with_all();

   private:
    void walk_side_by_side(std::span<const PlayerOrder> orders, std::span<std::vector<double>> values);
    void add(std::size_t lane, std::uint32_t player, double sign);
    [[nodiscard]] std::vector<double> solve(std::size_t lanes);

    const InstantGame& game_;
    LaneSolver solver_;
    std::vector<LoadFlow> flows_;
};

}  // namespace evsweep
