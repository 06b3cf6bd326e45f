/// The controller `fuzzy` written down plainly: one vehicle after the other. Read it first; the fast form beside it steers
/// sixteen vehicles at a time, and is tested against it.
#pragma once

#include <cmath>
#include <map>
#include <memory>
#include <utility>

#include "controllers/fuzzy/surface.hpp"
#include "controllers/fuzzy/view.hpp"

namespace evsweep {

/// On a given surface, with the feeder-head power as a share of `load_reference_kw` for its stress. A vehicle goes a share of the
/// way to the rules' power per minute; one that by the next decision would have no time to spare charges at full power, whatever
/// the rules say.
class PlainFuzzy final : public Controller {
   public:
    struct Settings {
        std::shared_ptr<const FuzzySurface> surface;
        double load_reference_kw = 1.0;
        double approach = 0.2;  ///< per minute
        double deadband = 0.05;
        Duration period = std::chrono::minutes(1);
    };
    PlainFuzzy(Settings settings, const Context& context)
        : s_(std::move(settings)),
          need_(context.exchange),
          voltage_(context.exchange.subscribe(signals::voltage)),
          head_(context.exchange.subscribe(signals::feeder_head)) {}

    [[nodiscard]] Cadence cadence() const override { return {.period = s_.period, .on_plug_in = true}; }

    void decide(Turn& turn, const Connection& connection, Setpoints& setpoints) override {
        FuzzyView seen(need_.at(turn, connection));
        seen.voltage_pu = turn[voltage_];
        seen.feeder_head_kw = turn.value(head_).value();
        const bool on_grid = seen.now.time_since_epoch() % s_.period == Duration::zero();
        for (ConnectorId c : seen.arrived) share_[c] = 0.0, since_[c] = seen.now - std::chrono::minutes(1);
        for (ConnectorId c : on_grid ? seen.plugged_in : seen.arrived) {
            const double before_kw = setpoints.p_kw(c);
            const double power_kw = seen.admissible_kw(c, wished_kw(seen, c));
            const double full_kw = power_kw < 0.0 ? full_return_kw(seen, c) : full_power_kw(seen, c);
            const bool is_end = power_kw == 0.0 || std::abs(power_kw) >= full_kw;
            if (is_end || std::abs(power_kw - before_kw) >= s_.deadband * full_kw) setpoints.set(c, Kilowatts(power_kw));
        }
    }

   private:
    double wished_kw(const FuzzyView& seen, ConnectorId c) {
        const std::size_t i = c.index();
        double& share = share_[c];
        const double minutes = 60.0 * hours(seen.now - since_[c]);
        since_[c] = seen.now;
        const double needed = needed_h(seen, c);
        const double left = hours(seen.stated_departure(c) - seen.now);
        if (needed > 0.0 && needed >= left - hours(s_.period)) {
            share = 1.0;
            return full_power_kw(seen, c);
        }
        const double pressure = needed > 0.0 ? needed / left : 0.0;
        const double stress = seen.feeder_head_kw / s_.load_reference_kw;
        share += (1.0 - std::exp(minutes * std::log(1.0 - s_.approach))) *
                 (s_.surface->power({seen.voltage_pu[i], seen.soc[i], pressure, stress}) - share);
        if (std::abs(share) < s_.deadband) return 0.0;
        if (share > 0.0) return share * full_power_kw(seen, c);
        const double returned_kw = -share * full_return_kw(seen, c);
        const double spare = left - hours(s_.period) - needed;
        return spare > laxity_cost_h(seen, c, returned_kw, hours(s_.period)) ? -returned_kw : 0.0;
    }

    Settings s_;
    ChargingNeed need_;
    Subscription<"pu", Extent::connector, Form::present> voltage_;
    Subscription<"kW", Extent::feeder, Form::present> head_;
    std::map<ConnectorId, double> share_;
    std::map<ConnectorId, Instant> since_;  ///< the last decision
};

}  // namespace evsweep
