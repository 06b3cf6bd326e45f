// Inverters on their curves themselves.
#include <algorithm>
#include <cmath>

#include "sim/network/relays/inverter_laws.hpp"

namespace evsweep {

namespace {

constexpr double smallest_share = 0.02;

}  // namespace

double SecantStep::next(double x, double missing) {
    if (before_ && x != before_->x) {
        const double fall = (before_->missing - missing) / (x - before_->x);
        const bool has_turned = missing * before_->missing < 0.0;
        const double longest = has_turned && std::abs(missing) > 0.5 * std::abs(before_->missing) ? 0.5 * share_ : 1.0;
        // A curve that bends between the two points may suggest a rise: then the share stays.
        if (fall > 0.0) share_ = 1.0 / fall;
        share_ = std::clamp(share_, smallest_share, std::max(smallest_share, longest));
    }
    before_ = Point{x, missing};
    return x + share_ * missing;
}

bool CurveSearch::look(double voltage_pu, const Inverter& inverter) {
    bases_ = reader_.bases(inverter);
    target_ = reader_.target(voltage_pu, bases_, inverter);
    if (!reader_.follows()) return false;
    const double enough = reader_.curves().tolerance * inverter.rating().rated.value();
    const double limit = std::min(inverter.p_limit(), inverter.full_p());
    return std::abs(target_.q_kvar - bases_.now.q_kvar) > enough ||
           (reader_.has_watt() && std::abs(target_.p_kw - limit) > enough);
}

void CurveSearch::act(Inverter& inverter) {
    if (reader_.has_watt()) {
        const double limit = std::min(inverter.p_limit(), inverter.full_p());
        inverter.limit_p(p_step_.next(limit, target_.p_kw - limit));
    }
    if (reader_.has_var()) {
        const double now = bases_.now.q_kvar;
        inverter.ask_q(q_step_.next(now, target_.q_kvar - now));
    }
}

}  // namespace evsweep
