/// Parameters of sorted heuristics whose order changes while vehicles charge.
#pragma once

#include <cmath>

#include "controllers/heuristics/limits.hpp"
#include "evsweep/charging_need.hpp"
#include "evsweep/values.hpp"

namespace evsweep::heuristic {

struct RankedSettings : Settings {
    Duration rank_every = std::chrono::minutes(15);
};

/// What keys by the energy that vehicles still need have in common; they add `of` (see SortedController).
struct NeedKey {
    explicit NeedKey(Exchange& exchange) : need(exchange) {}
    static Duration every(const RankedSettings& params) { return params.rank_every; }
    [[nodiscard]] ChargingView at(const Turn& turn, const Connection& seen) const { return need.at(turn, seen); }
    /// Time at full power until the target, in whole milliseconds.
    static double needed_ms(const ChargingView& seen, ConnectorId c) { return std::round(3.6e6 * needed_h(seen, c)); }

    ChargingNeed need;
};

template <class P>
void declare_ranking(Schema<P>& schema) {
    schema.optional(
        "rank_every", static_cast<Duration P::*>(&P::rank_every),
        "time between two orders, in whole periods; in between only newcomers find their places, so that a vehicle which "
        "has just been served is not dropped at once",
        above(0.0));
    schema.in_steps("rank_every", static_cast<Duration P::*>(&P::rank_every));
    schema.defaults([](P& p, const Given& given) {
        if (!given("rank_every")) p.rank_every = p.period * ((p.rank_every + p.period - Duration(1)) / p.period);
    });
    schema.relation([](const P& p) -> std::optional<Contradiction> {
        if (p.rank_every % p.period == Duration::zero()) return std::nullopt;
        return Contradiction{"rank_every", "is not a whole number of periods", "the period is " + duration_text(p.period)};
    });
}

}  // namespace evsweep::heuristic
