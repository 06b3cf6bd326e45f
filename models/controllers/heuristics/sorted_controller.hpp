/// The controller that all sorted heuristics are: a roster in the order of a key, served in that order.
#pragma once

#include <string_view>
#include <vector>

#include "controllers/heuristics/in_order.hpp"

namespace evsweep::heuristic {

/// `Key` is made with the exchange, shows the vehicles (`at`: a Connection, or more), gives the key of one (`of(view, c)`), and
/// says how often all are ordered anew (`every(params)`; zero: a key stays what it was at the plug-in).
template <class Params, class Key>
class SortedController : public Controller {
   public:
    SortedController(const Params& params, const Context& context)
        : period_(params.period),
          rank_every_(Key::every(params)),
          room_(params, context),
          roster_(context),
          key_(context.exchange) {}

    [[nodiscard]] Cadence cadence() const override { return {.period = period_, .on_plug_in = true, .on_unplug = true}; }

    void decide(Turn& turn, const Connection& connection, Setpoints& setpoints) override {
        const auto seen = key_.at(turn, connection);
        const auto key_of = [&](ConnectorId c) { return key_.of(seen, c); };
        roster_.update(connection, room_, key_of);
        const Duration now = connection.now.time_since_epoch();
        if (rank_every_ > Duration::zero() && now % rank_every_ == Duration::zero()) roster_.rank(key_of);
        rule_.share(turn, now % period_ == Duration::zero(), connection, roster_, room_, setpoints);
    }

    [[nodiscard]] std::vector<Counter> counters() const override {
        return {{"ties", static_cast<double>(rule_.ties())},
                {"turns_without_room", static_cast<double>(room_.turns_without_room())}};
    }

   private:
    Duration period_, rank_every_;
    ChargingRoom room_;
    Roster roster_;
    InOrder rule_;
    Key key_;
};

/// What sorted heuristics are tried with: without a limit they serve everybody who has the time.
inline constexpr std::string_view tight_trial = "{limit: 20 kW, limited: charging}";
inline constexpr std::string_view head_trial = "{limit: 3150 kW}";

}  // namespace evsweep::heuristic
