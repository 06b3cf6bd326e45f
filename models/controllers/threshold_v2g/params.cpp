#include "controllers/threshold_v2g/params.hpp"

#include <algorithm>

namespace evsweep {

namespace {

using Wrong = std::optional<Contradiction>;

/// Both thresholds of a chosen signal are needed, in order; those of a signal that nobody watches are a slip.
template <class Q>
Wrong check_band(bool is_watched, const std::optional<Q>& low, const std::optional<Q>& high, const std::string& name,
                 const std::string& signal) {
    if (!is_watched && (low || high))
        return Contradiction{low ? name + "_low" : name + "_high", "is given, but nothing watches it",
                             "add " + signal + " to signals"};
    if (!is_watched) return std::nullopt;
    if (!low || !high)
        return Contradiction{low ? name + "_high" : name + "_low", "is missing",
                             "the signal " + signal + " needs both thresholds"};
    if (*low < *high) return std::nullopt;
    return Contradiction{name + "_low", "is not below " + name + "_high", "between the two the fleet is idle"};
}

Wrong check_signals(const ThresholdParams& p) {
    if (p.signals.empty()) return Contradiction{"signals", "is empty", "name at least one of voltage, feeder_head, price"};
    auto sorted = p.signals;
    std::sort(sorted.begin(), sorted.end());
    if (std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end()) return std::nullopt;
    return Contradiction{"signals", "names a signal twice", "name each signal once"};
}

void add_thresholds(Schema<ThresholdParams>& schema) {
    schema
        .optional("signals", &ThresholdParams::signals,
                  "what is watched; discharge if any signal says so, charge if all of them do, else idle")
        .optional("voltage_low", &ThresholdParams::voltage_low, "at or below this voltage at its connector a vehicle discharges",
                  above_up_to(0.0, 10.0))
        .optional("voltage_high", &ThresholdParams::voltage_high, "at or above this voltage a vehicle charges",
                  above_up_to(0.0, 10.0))
        .optional("voltage_hysteresis", &ThresholdParams::voltage_hysteresis,
                  "how far beyond its threshold a voltage band is left again", at_least(0.0))
        .optional("head_low", &ThresholdParams::head_low, "at or below this power into the feeder vehicles charge")
        .optional("head_high", &ThresholdParams::head_high, "at or above this power into the feeder vehicles discharge")
        .optional("head_hysteresis", &ThresholdParams::head_hysteresis, "how far beyond its threshold a power band is left again",
                  at_least(0.0))
        .optional("price_low", &ThresholdParams::price_low, "at or below this price vehicles charge")
        .optional("price_high", &ThresholdParams::price_high, "at or above this price vehicles discharge")
        .optional("price_hysteresis", &ThresholdParams::price_hysteresis,
                  "how far beyond its threshold a price band is left again", at_least(0.0));
}

void add_manners(Schema<ThresholdParams>& schema) {
    schema
        .optional("period", &ThresholdParams::period, "time between decisions; a whole number of control steps, at least one",
                  above(0.0))
        .optional(
            "dwell", &ThresholdParams::dwell,
            "shortest time for which a vehicle keeps an action; the end of a battery, the reserve and the target come first",
            at_least(0.0))
        .optional("release", &ThresholdParams::release,
                  "random: each vehicle follows a change after a random delay; ordered: the neediest first, a few per period")
        .optional("release_spread", &ThresholdParams::release_spread,
                  "longest random delay, of which whole periods count; by default at least four periods", at_least(0.0))
        .optional("release_count", &ThresholdParams::release_count,
                  "when ordered: vehicles that may change per period towards charging, and as many away from it", at_least(1.0))
        .optional("reserve_soc", &ThresholdParams::reserve_soc, "never discharged below it, nor below the vehicle's own reserve",
                  between(0.0, 1.0))
        .optional("reserve_margin", &ThresholdParams::reserve_margin, "discharging starts only above the reserve by this much",
                  between(0.0, 1.0))
        .optional(
            "departure_margin", &ThresholdParams::departure_margin,
            "full charging starts, whatever the signals say, when by the next decision no more time than this could be spared; "
            "tapers are counted",
            at_least(0.0));
}

void add_uses(Schema<ThresholdParams>& schema) {
    const auto watching = [](ThresholdSignal signal) { return [signal](const ThresholdParams& p) { return p.watches(signal); }; };
    schema
        .used_if(watching(ThresholdSignal::voltage), "where signals has voltage",
                 {"voltage_low", "voltage_high", "voltage_hysteresis"})
        .used_if(watching(ThresholdSignal::feeder_head), "where signals has feeder_head", {"head_hysteresis"})
        .used_if(watching(ThresholdSignal::price), "where signals has price", {"price_hysteresis"})
        .used_if([](const ThresholdParams& p) { return p.release == Release::ordered; }, "with release: ordered",
                 {"release_count"})
        .used_if([](const ThresholdParams& p) { return p.release == Release::random; }, "with release: random",
                 {"release_spread"});
}

}  // namespace

bool ThresholdParams::watches(ThresholdSignal signal) const {
    return std::find(signals.begin(), signals.end(), signal) != signals.end();
}

const Schema<ThresholdParams>& ThresholdParams::schema() {
    static const Schema<ThresholdParams> schema = [] {
        Schema<ThresholdParams> s(
            "Charge, idle and discharge bands on voltage, feeder-head power or price, without the fleet chattering in step");
        add_thresholds(s);
        add_manners(s);
        s.in_steps("period", &ThresholdParams::period).defaults([](ThresholdParams& p, const Given& given) {
            if (!given("release_spread")) p.release_spread = std::max(p.release_spread, 4 * p.period);
        });
        s.relation(check_signals);
        s.relation([](const ThresholdParams& p) -> Wrong {
            if (!p.watches(ThresholdSignal::voltage) || p.voltage_low < p.voltage_high) return std::nullopt;
            return Contradiction{"voltage_low", "is not below voltage_high", "between the two the fleet is idle"};
        });
        s.relation([](const ThresholdParams& p) {
            return check_band(p.watches(ThresholdSignal::feeder_head), p.head_low, p.head_high, "head", "feeder_head");
        });
        s.relation([](const ThresholdParams& p) {
            return check_band(p.watches(ThresholdSignal::price), p.price_low, p.price_high, "price", "price");
        });
        add_uses(s);
        return s;
    }();
    return schema;
}

}  // namespace evsweep
