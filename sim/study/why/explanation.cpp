#include "sim/study/why/explanation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>

#include "evsweep/stationary.hpp"
#include "sim/study/why/in_parallel.hpp"
#include "sim/study/why/instant_flows.hpp"
#include "sim/study/why/reruns.hpp"

namespace evsweep {

namespace {

/// Orders so that the load flows of an instant take a second or so: their number times the conductors that are swept.
std::size_t usual_orders(const InstantGame& game) {
    constexpr double budget = 4e7;
    const double of_pair = 2.0 * static_cast<double>(game.players() * std::max<std::size_t>(1, game.network()->conductors()));
    return 2 * static_cast<std::size_t>(std::clamp(budget / std::max(1.0, of_pair), 8.0, 256.0));
}

/// One explanation on its way.
class Explainer {
   public:
    Explainer(const LoadedStudy& study, const Violation& violation, const ExplanationOptions& options)
        : study_(study), options_(options), limits_(study), population_(study.draw(violation.replica)) {
        found_.violation = violation;
    }

    Explanation explain() {
        if (find_again() && share_out() && has_more_to_run()) run_again();
        return std::move(found_);
    }

   private:
    [[nodiscard]] LimitKind kind() const { return found_.violation.kind; }
    bool stop(std::string problem) {
        found_.problem = std::move(problem);
        return false;
    }

    /// Runs the replica as the study did, finds the violation, and keeps the moment.
    bool find_again() {
        if (kind() == LimitKind::unsolved)
            return stop(
                "a step without a load-flow solution has no value that could be shared out; explain another violation of the "
                "replica, or see with `evsweep solve` what the feeder can carry");
        LoadedStudy one = under_one(study_, found_.violation.controller);
        const StudyOutputs outputs = outputs_for_replay(one, ReplayOutputs::of_scenario);
        ReplayRequest request;
        request.capture = kind();
        Replay replay = evsweep::replay(one, outputs, found_.violation.replica, request);
        found_.runs = 1;
        first_seconds_ = replay.seconds;
        if (replay.failure) return stop("the replica failed: " + *replay.failure);
        compare_with_recorded(one, outputs, replay);
        return take(replay);
    }

    void compare_with_recorded(const LoadedStudy& one, const StudyOutputs& outputs, Replay& replay) {
        if (options_.recorded.empty()) return;
        ReplayCheck check = compare(options_.recorded, replayed_numbers(one, outputs, replay));
        found_.recorded_numbers = check.compared;
        found_.different_numbers = std::move(check.different);
    }

    bool take(Replay& replay) {
        const LimitTally& tally = replay.of(kind());
        if (!tally.is_broken || !replay.moment)
            return stop(fmt::format("run again, replica {} under {} broke no limit of this kind ({}){}",
                                    found_.violation.replica.index(), found_.violation.controller, text_of(kind()),
                                    replay.of(LimitKind::unsolved).steps > 0
                                        ? "; only steps without a load-flow solution count "
                                          "as beyond it, and these have no value to share out"
                                        : ""));
        moment_ = std::move(*replay.moment);
        found_.place = tally.place;
        found_.limit = limits_.at(tally.place);
        found_.tolerance = limits_.tolerance(kind());
        Violation& violation = found_.violation;
        violation.element = limits_.name(tally.place);
        violation.time_h = hours(tally.at.time_since_epoch());
        violation.value = tally.value;
        violation.share = tally.share;
        violation.minutes = minutes_of(replay, kind(), study_.scenario.time.step);
        return true;
    }

    /// The shares of all who draw, from load flows of the instant.
    bool share_out() {
        const std::vector<Actor> actors = actors_of(study_, population_, moment_);
        const InstantGame game(study_, limits_, moment_, found_.place, actors);
        InstantFlows flows(game);
        found_.all = flows.with_all();
        if (std::isnan(found_.all)) return stop("the load flow of that instant by itself has no solution");
        if (game.players() == 0) return stop("nobody draws or feeds in at that instant: the feeder itself is beyond its limit");
        const std::size_t orders = options_.orders > 0 ? options_.orders : usual_orders(game);
        ShapleyOptions how;
        how.pairs = std::max<std::size_t>(1, (orders + 1) / 2);
        how.batch = std::max<std::size_t>(1, flows.lanes() / 2);
        how.threads = options_.threads;
        how.seed = study_.scenario.study.seed;
        const ShapleyShares shares = shapley_shares(
            game.alike(),
            [&game]() -> OrderValues {
                const auto own = std::make_shared<InstantFlows>(game);
                return [own](std::span<const PlayerOrder> of, std::span<std::vector<double>> values) { own->walk(of, values); };
            },
            how);
        if (shares.pairs == 0)
            return stop("no random order of those who draw has a load-flow solution throughout, so there are no shares");
        found_.orders = 2 * shares.pairs;
        found_.failed_orders = 2 * shares.failed;
        found_.nobody = shares.nobody;
        take(actors, game, shares, flows);
        find_enough(game, shares, flows);
        return true;
    }

    void take(const std::vector<Actor>& actors, const InstantGame& game, const ShapleyShares& shares, InstantFlows& flows) {
        for (const Actor& actor : actors) found_.actors.push_back({actor, 0.0, 0.0, found_.all});
        std::vector<std::uint32_t> each(game.players());
        for (std::uint32_t player = 0; player < each.size(); ++player) each[player] = player;
        const std::vector<double> unchanged = flows.without(each);
        for (const std::uint32_t player : each) {
            ActorShare& row = found_.actors[game.actor_index(player)];
            row.share = shares.share[player];
            row.error = shares.error[player];
            row.unchanged = unchanged[player];
        }
        std::stable_sort(found_.actors.begin(), found_.actors.end(), [this](const ActorShare& a, const ActorShare& b) {
            return found_.push(a.share) > found_.push(b.share);
        });
    }

    /// Lets all others come first and then vehicles, who pushes most last: the last instant at which the limit still holds tells
    /// how many have to stay away.
    void find_enough(const InstantGame& game, const ShapleyShares& shares, InstantFlows& flows) {
        PlayerOrder order, vehicles;
        for (std::uint32_t player = 0; player < game.players(); ++player) {
            const bool can_stay_away = game.actor(player).kind == ActorKind::vehicle && found_.push(shares.share[player]) > 0.0;
            (can_stay_away ? vehicles : order).push_back(player);
        }
        std::stable_sort(vehicles.begin(), vehicles.end(), [&](std::uint32_t a, std::uint32_t b) {
            return found_.push(shares.share[a]) < found_.push(shares.share[b]);
        });
        const std::size_t others = order.size();
        order.insert(order.end(), vehicles.begin(), vehicles.end());
        std::vector<double> values;
        flows.walk(std::span(&order, 1), std::span(&values, 1));
        for (std::size_t there = order.size() + 1; there-- > others;) {
            if (std::isnan(values[there]) || !found_.holds(values[there])) continue;
            EnoughVehicles enough{order.size() - there, 0.0};
            for (std::size_t k = there; k < order.size(); ++k) enough.p_kw += game.actor(order[k]).p_kw;
            found_.enough = enough;
            return;
        }
    }

    [[nodiscard]] bool has_more_to_run() const { return !options_.is_quick || options_.keeps_hour; }

    void run_again() {
        Reruns reruns(study_, population_, moment_, found_);
        reruns.plan(options_);
        if (options_.announce) options_.announce({reruns.size(), first_seconds_, options_.threads});
        reruns.run(options_.threads);
    }

    const LoadedStudy& study_;
    const ExplanationOptions& options_;
    StudyLimits limits_;
    const Population population_;
    Moment moment_;
    double first_seconds_ = 0.0;
    Explanation found_;
};

}  // namespace

Explanation explain(const LoadedStudy& study, const Violation& violation, const ExplanationOptions& options) {
    return Explainer(study, violation, options).explain();
}

}  // namespace evsweep
