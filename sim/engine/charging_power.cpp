#include "sim/engine/charging_power.hpp"

namespace evsweep {

ChargingPower::ChargingPower(const ChargingPorts& ports)
    : ports_(ports), sum_(ports.network()->places().size()), marked_(sum_.p.size(), 0) {}

void ChargingPower::put(const ChargingState& fleet, const PortPower& base, Base which, PortPower& power) {
    const auto p_kw = fleet.p_kw();
    const auto q_kvar = fleet.q_kvar();
    for (const std::uint32_t place : changed_) {
        double p = 0.0;
        double q = 0.0;
        for (const ChargingPorts::Share& share : ports_.drawing_at(place)) {
            p += share.part * p_kw[share.connector.index()];
            q += share.part * q_kvar[share.connector.index()];
        }
        sum_.p[place] = p;
        sum_.q[place] = q;
        marked_[place] = 0;
        power.p[place] = base.p[place] + p;
        power.q[place] = base.q[place] + q;
    }
    changed_.clear();
    if (which == Base::known) return;
    for (std::size_t place = 0; place < sum_.p.size(); ++place) {
        power.p[place] = base.p[place] + sum_.p[place];
        power.q[place] = base.q[place] + sum_.q[place];
    }
}

}  // namespace evsweep
