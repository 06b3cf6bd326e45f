// OpenDSS's way to curves. All numbers here are its own.
#include <algorithm>
#include <cmath>

#include "sim/network/relays/inverter_laws.hpp"

namespace evsweep {

namespace {

constexpr double least_share = 0.2, largest_share = 0.9;

}  // namespace

double CurveSteps::change() const { return std::abs(seen_ - acted_at_); }

bool CurveSteps::look(double voltage_pu, const Inverter& inverter) {
    const PartialSteps& steps = *reader_.curves().steps;
    ++round_;
    if (round_ == 1) acted_at_ = seen_;
    seen_ = voltage_pu;
    bases_ = reader_.bases(inverter);
    if (!reader_.follows()) return false;
    if (round_ == 1 || change() > steps.voltage_tolerance) return true;
    if (reader_.has_watt() && std::abs(p_wanted_ - p_share_) > steps.p_tolerance) return true;
    return reader_.has_var() && std::abs(std::abs(q_share_) - std::abs(q_wanted_)) > steps.q_tolerance;
}

void CurveSteps::act(Inverter& inverter) {
    if (reader_.has_watt()) p_wanted_ = reader_.p_share(seen_, bases_);
    if (reader_.has_var()) q_wanted_ = reader_.q_share(seen_, bases_);
    if (reader_.has_watt()) {
        p_share_ = stepped_p(std::abs(bases_.now.p_kw) / bases_.p_kw);
        inverter.limit_p(p_share_ * bases_.p_kw);
    }
    if (reader_.has_var()) {
        const double asked = stepped_q();
        inverter.ask_q(asked);
        q_kvar_ = inverter.power().q_kvar;
        q_share_ = q_kvar_ / bases_.q(asked);
    }
    acted_at_ = seen_;
}

double CurveSteps::stepped_p(double present) {
    const bool is_below = p_wanted_ < 1.0 && p_wanted_ <= present;
    if (!is_below && !limits_p_) return p_wanted_;
    if (round_ == 1) p_share_ = present;
    limits_p_ = true;
    adapt_p();
    return p_share_ + (p_wanted_ - p_share_) * p_step_;
}

double CurveSteps::stepped_q() {
    const double full = q_wanted_ * bases_.q(q_wanted_);
    adapt_q();
    return q_kvar_ + (full - q_kvar_) * q_step_;
}

/// A voltage that changes as much as before calls for smaller steps, one that hardly changes for larger ones. (OpenDSS's voltages
/// are never twice the same to the last bit; where these are, that is a change as large as the one before.)
void CurveSteps::adapt_q() {
    const double given = reader_.curves().steps->delta_q;
    if (given >= 0.0) return (void)(q_step_ = given);
    const double now = change(), before = change_before_;
    if (before >= 0.0) {
        if (now >= 0.8 * before && q_step_ > least_share)
            q_step_ -= 0.1;
        else if (now > 0.6 * before && q_step_ > least_share)
            q_step_ -= 0.05;
        else if (now < 0.2 * before && q_step_ < largest_share)
            q_step_ += 0.1;
        else if (now < 0.4 * before && q_step_ < largest_share)
            q_step_ += 0.05;
    }
    change_before_ = now;
}

void CurveSteps::adapt_p() {
    const double given = reader_.curves().steps->delta_p;
    if (given >= 0.0) return (void)(p_step_ = given);
    const double now = change(), before = change_before_;
    if (before >= 0.0) {
        if (now > 0.9 * before && p_step_ > least_share)
            p_step_ -= 0.1;
        else if (now > 0.8 * before && p_step_ > 0.1)
            p_step_ -= 0.05;
        else if (now < 0.2 * before && p_step_ < largest_share)
            p_step_ += 0.05;
        else if (now < 0.1 * before && p_step_ < largest_share)
            p_step_ += 0.1;
    }
    change_before_ = now;
}

bool SlopeSteps::look(double voltage_pu, const Inverter& inverter) {
    constexpr double tolerance = 1e-4;  // pu of the voltage, and of the rated apparent power
    seen_ = voltage_pu;
    if (law_.set <= 0.0) {
        set_ = std::clamp(voltage_pu, law_.set_min, law_.set_max);
        if (set_ != voltage_pu) law_.set = set_;
    }
    const InverterPower now = inverter.power();
    const double away = std::abs(now.q_kvar - wanted_kvar_) / law_.rating.rated.value();
    if (!law_.rating.is_on && law_.rating.q_needs_on) return false;
    ++round_;
    return round_ == 1 || std::abs(seen_ - acted_at_) > tolerance || away > tolerance;
}

double SlopeSteps::q_pu(double voltage_pu, double p_kw) const {
    const double kva = law_.rating.rated.value();
    const double p = p_kw / kva;
    double most = law_.prefers_q ? 1.0 : std::sqrt(std::max(0.0, 1.0 - p * p));
    most = std::min(most, law_.rating.q_max.value() / kva);
    const double q = std::clamp(-law_.slope * (voltage_pu - set_) + law_.q_bias, -most, most);
    return std::clamp(q, -law_.q_max_drawn, law_.q_max_given);
}

void SlopeSteps::act(Inverter& inverter) {
    const double kva = law_.rating.rated.value();
    if (!inverter.has_q()) inverter.ask_q(law_.rating.power_factor ? 0.0 : inverter.power().q_kvar);
    const double p_kw = inverter.power().p_kw;
    const double q = q_pu(seen_, p_kw);
    wanted_kvar_ = kva * q;
    if (const double left = kva * std::sqrt(std::max(0.0, 1.0 - q * q)); law_.prefers_q && left < p_kw) inverter.limit_p(left);
    asked_kvar_ += (wanted_kvar_ - asked_kvar_) * law_.delta_q;
    inverter.ask_q(asked_kvar_);
    acted_at_ = seen_;
}

CurveTarget SlopeSteps::target(double voltage_pu, const Inverter& inverter) const {
    const double p_kw = inverter.power().p_kw;
    return {law_.rating.rated.value() * q_pu(voltage_pu, p_kw), std::abs(p_kw)};
}

}  // namespace evsweep
