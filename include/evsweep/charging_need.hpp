/// How long a vehicle still has to charge and how long that can wait: the arithmetic that controllers share.
#pragma once

#include <algorithm>

#include "evsweep/controller.hpp"
#include "evsweep/taper.hpp"

namespace evsweep {

/// The state and the session of every vehicle, by ConnectorId, beside what every controller sees.
struct ChargingView : Connection {
    ChargingView() = default;
    explicit ChargingView(const Connection& connection) : Connection(connection) {}

    std::span<const double> soc{};
    std::span<const double> reserve_soc{};
    std::span<const double> capacity_kwh{};
    std::span<const double> stored_per_drawn{};    ///< kWh stored per kWh drawn from the grid
    std::span<const double> drawn_per_returned{};  ///< kWh taken from the battery per kWh returned to the grid
    std::span<const double> taper_knee{};          ///< state of charge above which it takes less than the charge rating
    std::span<const double> taper_end{};           ///< share of the rating that it takes at state of charge 1
    std::span<const double> target_soc{};
    std::span<const double> stated_departure_ms{};  ///< after the scenario's start

    /// The scenario's start where it is not known, as of other controllers' vehicles.
    [[nodiscard]] Instant stated_departure(ConnectorId c) const {
        const double ms = stated_departure_ms[c.index()];
        return Instant(Duration(ms == ms ? static_cast<std::int64_t>(ms) : 0));
    }
};

/// Subscribes to what a `ChargingView` shows.
class ChargingNeed {
   public:
    explicit ChargingNeed(Exchange& exchange)
        : soc_(exchange.subscribe(signals::state_of_charge)),
          reserve_soc_(exchange.subscribe(signals::reserve_soc)),
          capacity_(exchange.subscribe(signals::capacity)),
          stored_per_drawn_(exchange.subscribe(signals::stored_per_drawn)),
          drawn_per_returned_(exchange.subscribe(signals::drawn_per_returned)),
          taper_knee_(exchange.subscribe(signals::taper_knee)),
          taper_end_(exchange.subscribe(signals::taper_end)),
          target_soc_(exchange.subscribe(signals::target_soc)),
          stated_departure_(exchange.subscribe(signals::stated_departure)) {}

    [[nodiscard]] ChargingView at(const Turn& turn, const Connection& seen) const {
        ChargingView view(seen);
        view.soc = turn[soc_];
        view.reserve_soc = turn[reserve_soc_];
        view.capacity_kwh = turn[capacity_];
        view.stored_per_drawn = turn[stored_per_drawn_];
        view.drawn_per_returned = turn[drawn_per_returned_];
        view.taper_knee = turn[taper_knee_];
        view.taper_end = turn[taper_end_];
        view.target_soc = turn[target_soc_];
        view.stated_departure_ms = turn[stated_departure_];
        return view;
    }

   private:
    template <UnitLabel Unit>
    using ByConnector = Subscription<Unit, Extent::connector, Form::present>;

    ByConnector<"1"> soc_, reserve_soc_;
    ByConnector<"kWh"> capacity_;
    ByConnector<"1"> stored_per_drawn_, drawn_per_returned_, taper_knee_, taper_end_, target_soc_;
    ByConnector<"ms"> stated_departure_;
};

/// The largest power (kW) not above `rating_kw` that the charger of `c` has a step for; 0 where it has none.
[[nodiscard]] inline double largest_step_kw(const Connection& seen, ConnectorId c, double rating_kw) {
    const std::uint32_t level_set = seen.connectors->level_set[c.index()];
    if (level_set == 0) return rating_kw;  // continuous, which nearly all are
    const auto& levels = (*seen.level_sets)[level_set];
    if (levels.empty()) return rating_kw;
    const auto above = std::upper_bound(levels.begin(), levels.end(), rating_kw);
    return above == levels.begin() ? 0.0 : *(above - 1);
}

/// Full charging power of the connector, whatever the battery's momentary limit, kW.
[[nodiscard]] inline double full_power_kw(const Connection& seen, ConnectorId c) {
    return largest_step_kw(seen, c, seen.connectors->charge_rating[c.index()]);
}

/// Full power returned to the grid, as a positive number of kW.
[[nodiscard]] inline double full_return_kw(const Connection& seen, ConnectorId c) {
    return largest_step_kw(seen, c, seen.connectors->discharge_rating[c.index()]);
}

/// Energy to draw from the grid until the target, kWh; 0 at or above it.
[[nodiscard]] inline double needed_kwh(const ChargingView& seen, ConnectorId c) {
    const std::size_t i = c.index();
    return std::max(0.0, (seen.target_soc[i] - seen.soc[i]) * seen.capacity_kwh[i] / seen.stored_per_drawn[i]);
}

/// Whether `needed_kwh` is above 0.
[[nodiscard]] inline bool is_below_target(const ChargingView& seen, ConnectorId c) {
    return seen.soc[c.index()] < seen.target_soc[c.index()];
}

/// Whether the battery takes less than the charge rating somewhere below the state of charge `soc`.
[[nodiscard]] inline bool tapers_below(const ChargingView& seen, ConnectorId c, double soc) {
    return seen.taper_knee[c.index()] < soc && seen.taper_end[c.index()] < 1.0;
}

/// The fall of the battery's charging limit.
[[nodiscard]] inline Taper taper_of(const ChargingView& seen, ConnectorId c) {
    const std::size_t i = c.index();
    return Taper::of(seen.connectors->charge_rating[i], seen.taper_knee[i], seen.taper_end[i]);
}

/// Hours of charging at full power, or at what a tapering battery takes of it, from one state of charge to a higher one;
/// infinite where the charger gives none.
[[nodiscard]] inline double charging_h(const ChargingView& seen, ConnectorId c, double from_soc, double to_soc) {
    const std::size_t i = c.index();
    const double full_kw = full_power_kw(seen, c);
    if (!tapers_below(seen, c, to_soc)) return (to_soc - from_soc) * seen.capacity_kwh[i] / seen.stored_per_drawn[i] / full_kw;
    return taper_of(seen, c).charging_h(full_kw, from_soc, to_soc, seen.stored_per_drawn[i] / seen.capacity_kwh[i]);
}

/// Hours of charging at full power, as above, until the target.
[[nodiscard]] inline double needed_h(const ChargingView& seen, ConnectorId c) {
    return is_below_target(seen, c) ? charging_h(seen, c, seen.soc[c.index()], seen.target_soc[c.index()]) : 0.0;
}

/// Hours from now to the stated departure; negative when it has passed.
[[nodiscard]] inline double time_left_h(const ChargingView& seen, ConnectorId c) {
    return hours(seen.stated_departure(c) - seen.now);
}

/// Hours that charging at full power can still wait: (departure - now) - needed time. It stays as it is while a vehicle charges
/// at full power, tapering or not, and falls as fast as time passes while it rests.
[[nodiscard]] inline double laxity_h(const ChargingView& seen, ConnectorId c) { return time_left_h(seen, c) - needed_h(seen, c); }

/// By how many hours laxity shrinks while the battery returns `returned_kw` (>= 0) for `period_h` hours: the time
/// that passes, and the time to draw the energy back (which above the target is counted as if it were needed).
[[nodiscard]] inline double laxity_cost_h(const ChargingView& seen, ConnectorId c, double returned_kw, double period_h) {
    const std::size_t i = c.index();
    const double top = std::min(seen.soc[i], seen.target_soc[i]);
    if (tapers_below(seen, c, top)) {
        const double fall = returned_kw * seen.drawn_per_returned[i] * period_h / seen.capacity_kwh[i];
        return period_h + charging_h(seen, c, top - fall, top);
    }
    const double redrawn_kw = returned_kw * seen.drawn_per_returned[i] / seen.stored_per_drawn[i];
    return period_h * (1.0 + redrawn_kw / full_power_kw(seen, c));
}

/// The most that `laxity_cost_h` can be at any state of charge of the stay: where the battery takes least, at the target.
[[nodiscard]] inline double highest_laxity_cost_h(const ChargingView& seen, ConnectorId c, double returned_kw, double period_h) {
    const std::size_t i = c.index();
    const double least_kw = std::min(full_power_kw(seen, c), taper_of(seen, c).limit_kw(seen.target_soc[i]));
    const double redrawn_kw = returned_kw * seen.drawn_per_returned[i] / seen.stored_per_drawn[i];
    return period_h * (1.0 + redrawn_kw / least_kw);
}

}  // namespace evsweep
