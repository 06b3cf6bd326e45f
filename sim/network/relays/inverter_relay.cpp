#include "sim/network/relays/inverter_relay.hpp"

#include <cmath>

#include "sim/network/relays/device_control.hpp"

namespace evsweep {

namespace {

using Laws = std::variant<CurveSearch, CurveSteps, SlopeSteps>;

Laws law_of(const InjectionControlRow& row) {
    if (const auto* slope = std::get_if<SlopeVoltVar>(&row.law)) return SlopeSteps(*slope);
    const auto& curves = std::get<InverterCurves>(row.law);
    if (curves.steps) return CurveSteps(curves);
    return CurveSearch(curves);
}

const InverterRating& rating_of(const InjectionControlRow& row) {
    if (const auto* slope = std::get_if<SlopeVoltVar>(&row.law)) return slope->rating;
    return std::get<InverterCurves>(row.law).rating;
}

int solves_of(const InjectionControlRow& row) {
    if (const auto* slope = std::get_if<SlopeVoltVar>(&row.law)) return slope->solves;
    const auto& steps = std::get<InverterCurves>(row.law).steps;
    return steps ? steps->solves : 1;
}

}  // namespace

InverterRelay::InverterRelay(const InjectionControlRow& row, InjectionPower initial)
    : voltage_(row.voltage),
      delay_(row.delay),
      solves_(solves_of(row)),
      initial_(initial),
      inverter_(rating_of(row)),
      law_(law_of(row)) {
    inverter_.see(there(initial));
}

/// What there is to give follows the load's row and its profile.
InjectionPower InverterRelay::there(const InjectionPower& available) const {
    const auto& own = inverter_.rating().available_p;
    if (!own) return available;
    const double scale = initial_.p_kw != 0.0 ? available.p_kw / initial_.p_kw : 1.0;
    return {own->value() * scale, available.q_kvar};
}

void InverterRelay::look(const InjectionReading& seen, Instant now) {
    inverter_.see(there(seen.available));
    seen_pu_ = of_several(voltage_, seen.voltage_pu);
    const bool calls = std::visit([&](auto& law) { return law.look(*seen_pu_, inverter_); }, law_);
    if (!calls)
        act_at_.reset();
    else if (!act_at_)
        act_at_ = now + delay_;
}

void InverterRelay::act(Instant at, Pace) {
    if (act_at_ != at) return;
    act_at_.reset();
    std::visit([&](auto& law) { law.act(inverter_); }, law_);
}

void InverterRelay::drop_plans() {
    act_at_.reset();
    std::visit([](auto& law) { law.begin(); }, law_);
}

InjectionPower InverterRelay::wanted(const InjectionPower& available) const {
    const InverterPower power = inverter_.power(there(available));
    return {power.p_kw, power.q_kvar};
}

InjectionPower InverterRelay::away() const {
    if (!seen_pu_) return {};
    const InverterPower now = inverter_.power();
    const CurveTarget target = std::visit([&](const auto& law) { return law.target(*seen_pu_, inverter_); }, law_);
    return {target.p_kw - std::abs(now.p_kw), target.q_kvar - now.q_kvar};
}

}  // namespace evsweep
