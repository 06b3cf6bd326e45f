/// Compares two feeder descriptions number by number, without their places in files.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>

#include "evsweep/connections.hpp"
#include "evsweep/feeder_description.hpp"

namespace evsweep::test {

inline bool operator==(const TapRange& x, const TapRange& y) { return x.min == y.min && x.max == y.max && x.steps == y.steps; }
inline bool same(const BusRow& x, const BusRow& y) {
    return x.id == y.id && x.nominal == y.nominal && x.bus_class == y.bus_class && x.x == y.x && x.y == y.y &&
           x.conductors == y.conductors;
}
inline bool same(const BranchRow& x, const BranchRow& y) {
    return x.id == y.id && x.from == y.from && x.to == y.to && x.kind == y.kind && x.conductors == y.conductors &&
           x.to_conductors == y.to_conductors && x.series_ohm == y.series_ohm && x.shunt_s == y.shunt_s && x.rating == y.rating &&
           x.length == y.length && x.rated_power == y.rated_power && x.tap == y.tap && x.shift == y.shift && x.closed == y.closed;
}
inline bool same(const WindingRow& x, const WindingRow& y) {
    return x.bus == y.bus && x.coils == y.coils && x.rated == y.rated && x.resistance == y.resistance && x.tap == y.tap &&
           x.taps == y.taps;
}
inline bool same(const TransformerRow& x, const TransformerRow& y) {
    return x.id == y.id &&
           std::equal(x.windings.begin(), x.windings.end(), y.windings.begin(), y.windings.end(),
                      [](const auto& a, const auto& b) { return same(a, b); }) &&
           x.rated == y.rated && x.reactance == y.reactance && x.no_load_loss == y.no_load_loss &&
           x.magnetising_current == y.magnetising_current && x.stray == y.stray && x.rating == y.rating && x.closed == y.closed;
}
inline bool same(const LoadRow& x, const LoadRow& y) {
    return x.id == y.id && x.bus == y.bus && x.p == y.p && x.q == y.q && x.terminals == y.terminals && x.rated == y.rated &&
           x.response == y.response && x.profile == y.profile;
}
inline bool same(const ShuntRow& x, const ShuntRow& y) {
    return x.id == y.id && x.bus == y.bus && x.p == y.p && x.q == y.q && x.terminals == y.terminals && x.rated == y.rated &&
           x.steps == y.steps && x.steps_on == y.steps_on;
}
inline bool same(const SourceRow& x, const SourceRow& y) {
    return x.bus == y.bus && x.voltage == y.voltage && x.angle == y.angle && x.series_ohm == y.series_ohm &&
           x.voltages == y.voltages && x.angles == y.angles && x.is_earthed == y.is_earthed;
}
inline bool same(const RelaySetting& x, const RelaySetting& y) {
    return x.set_v == y.set_v && x.band_v == y.band_v && x.r_v == y.r_v && x.x_v == y.x_v && x.delay == y.delay;
}
inline bool same(const RegulatorRow& x, const RegulatorRow& y) {
    return x.id == y.id && x.transformer == y.transformer && x.winding == y.winding && x.coil == y.coil && x.sees == y.sees &&
           x.tap_winding == y.tap_winding && x.bus == y.bus && x.bus_conductor == y.bus_conductor && x.pt_ratio == y.pt_ratio &&
           x.bus_pt_ratio == y.bus_pt_ratio && x.ct_primary == y.ct_primary && same(x.forward, y.forward) &&
           x.on_reverse == y.on_reverse && same(x.reverse, y.reverse) && x.reverse_threshold == y.reverse_threshold &&
           x.limit_v == y.limit_v && x.tap_delay == y.tap_delay && x.max_steps == y.max_steps && x.inverse_time == y.inverse_time;
}
inline bool same(const CapacitorControlRow& x, const CapacitorControlRow& y) {
    return x.id == y.id && x.capacitor == y.capacitor && x.signal == y.signal && x.element == y.element &&
           x.at_to_end == y.at_to_end && x.conductor == y.conductor && x.across == y.across && x.on == y.on && x.off == y.off &&
           x.pt_ratio == y.pt_ratio && x.ct_ratio == y.ct_ratio && x.voltage_override == y.voltage_override &&
           x.lowest_v == y.lowest_v && x.highest_v == y.highest_v && x.delay_on == y.delay_on && x.delay_off == y.delay_off &&
           x.dead_time == y.dead_time;
}
inline bool same(const ProfileRow& x, const ProfileRow& y) { return x.id == y.id && x.every == y.every && x.values == y.values; }
inline bool same(const InjectionControlRow& x, const InjectionControlRow& y) {
    const auto* hold_x = std::get_if<HoldVoltage>(&x.law);
    const auto* hold_y = std::get_if<HoldVoltage>(&y.law);
    if (hold_x && hold_y && (hold_x->set != hold_y->set || hold_x->q_min != hold_y->q_min || hold_x->q_max != hold_y->q_max))
        return false;
    const auto* curves = std::get_if<InverterCurves>(&x.law);
    if (curves && x.law.index() == y.law.index() && *curves != std::get<InverterCurves>(y.law)) return false;
    const auto* slope = std::get_if<SlopeVoltVar>(&x.law);
    if (slope && x.law.index() == y.law.index() && *slope != std::get<SlopeVoltVar>(y.law)) return false;
    return x.id == y.id && x.load == y.load && x.watched == y.watched && x.voltage == y.voltage && x.delay == y.delay &&
           x.law.index() == y.law.index();
}

template <class Row>
bool all_same(const std::vector<Row>& x, const std::vector<Row>& y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), [](const Row& a, const Row& b) { return same(a, b); });
}

inline void check_same(const FeederDescription& x, const FeederDescription& y) {
    CHECK(x.name == y.name);
    CHECK(x.note == y.note);
    CHECK(all_same(x.buses, y.buses));
    CHECK(all_same(x.branches, y.branches));
    CHECK(all_same(x.transformers, y.transformers));
    CHECK(all_same(x.loads, y.loads));
    CHECK(all_same(x.shunts, y.shunts));
    CHECK(all_same(x.sources, y.sources));
    CHECK(all_same(x.regulators, y.regulators));
    CHECK(all_same(x.capacitor_controls, y.capacitor_controls));
    CHECK(all_same(x.injection_controls, y.injection_controls));
    CHECK(all_same(x.profiles, y.profiles));
}

}  // namespace evsweep::test
