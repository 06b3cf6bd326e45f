#include "sim/network/relays/inverter_laws.hpp"

#include <algorithm>
#include <cmath>

namespace evsweep {

namespace {

/// What is left of the apparent power beside one of the two others.
double left_of(double kva, double other) { return std::sqrt(std::max(0.0, kva * kva - other * other)); }

double sign_of(double x) { return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : 0.0; }

}  // namespace

double Inverter::p_limit() const {
    const double own = rating_.p_max.value();
    if (!p_limit_kw_) return own;
    return rating_.stores ? std::clamp(*p_limit_kw_, 0.0, std::max(0.0, own)) : *p_limit_kw_;
}

double Inverter::full_p() const {
    const double there = std::abs(available_.p_kw);
    return rating_.is_idle ? there : std::min(there, rating_.p_max.value());
}

InverterPower Inverter::power(const InjectionPower& available) const {
    double p = available.p_kw;
    if (!rating_.is_idle) p = p >= 0.0 ? std::min(p, p_limit()) : std::max(p, -std::max(0.0, p_limit()));
    if (q_kvar_) return limited(rating_, {p, *q_kvar_, false});
    if (rating_.power_factor) return limited(rating_, {p, kvar_at(p, *rating_.power_factor), true});
    return limited(rating_, {p, rating_.own_q ? rating_.own_q->value() : available.q_kvar, false});
}

CurveBases CurveReader::bases(const Inverter& inverter) const {
    const InverterRating& rating = curves_.rating;
    CurveBases bases;
    bases.now = inverter.power();
    bases.charges = bases.now.p_kw < 0.0;
    bases.q_kvar = rating.q_max.value();
    bases.q_drawn_kvar = rating.q_max_drawn.value();
    if (const double left = left_of(rating.rated.value(), bases.now.p_kw); curves_.var_base == VarBase::available && left > 0.0)
        bases.q_kvar = bases.q_drawn_kvar = left;
    bases.p_kw = rating.rated_p.value();
    if (curves_.watt_base == WattBase::p_max) bases.p_kw = rating.p_max.value();
    if (curves_.watt_base == WattBase::rated_kva) bases.p_kw = rating.rated.value();
    if (const double there = std::abs(inverter.available().p_kw); curves_.watt_base == WattBase::available_p && there > 0.0)
        bases.p_kw = there;
    return bases;
}

double CurveReader::q_share(double voltage_pu, const CurveBases& bases) const {
    const InverterRating& rating = curves_.rating;
    const double y = curves_.volt_var.at(voltage_pu);
    const double base = bases.q(y);
    if (!(base > 0.0)) return 0.0;
    double most = std::min(1.0, (y > 0.0 ? bases.now.q_max : bases.now.q_max_drawn) / base);
    if (rating.priority == InverterPriority::active && curves_.var_base == VarBase::limits)
        most = std::min(most, left_of(rating.rated.value(), bases.now.p_kw) / base);
    return sign_of(y) * std::min(std::abs(y), most);
}

/// The curve for what a storage does; one that charges without a curve of its own, or idles, is not limited.
const VoltageCurve* CurveReader::watt_curve(bool charges) const {
    if (curves_.rating.is_idle) return nullptr;
    const VoltageCurve& curve = charges ? curves_.volt_watt_charging : curves_.volt_watt;
    return curve.empty() ? nullptr : &curve;
}

double CurveReader::p_share(double voltage_pu, const CurveBases& bases) const {
    const InverterRating& rating = curves_.rating;
    const VoltageCurve* curve = watt_curve(bases.charges);
    const double y = curve ? curve->at(voltage_pu) : 1.0;
    const double asked = std::abs(y) * bases.p_kw;
    double most = 1.0;
    if (const double left = left_of(rating.rated.value(), bases.now.q_kvar);
        rating.priority != InverterPriority::active && left < asked)
        most = left / bases.p_kw;
    if (asked > rating.p_max.value()) most = rating.p_max.value() / bases.p_kw;
    return sign_of(y) * std::min(std::abs(y), most);
}

CurveTarget CurveReader::target(double voltage_pu, const CurveBases& bases, const Inverter& inverter) const {
    CurveTarget target{bases.now.q_kvar, std::abs(bases.now.p_kw)};
    if (has_var()) {
        const double share = q_share(voltage_pu, bases);
        target.q_kvar = share * bases.q(share);
    }
    if (has_watt()) target.p_kw = std::min(std::max(0.0, p_share(voltage_pu, bases)) * bases.p_kw, inverter.full_p());
    return target;
}

bool CurveReader::follows() const {
    const InverterRating& rating = curves_.rating;
    if (!has_var()) return rating.is_on && has_watt();
    return rating.is_on || !rating.q_needs_on;
}

}  // namespace evsweep
