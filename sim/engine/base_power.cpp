#include "sim/engine/base_power.hpp"

namespace evsweep {

BasePower::BasePower(const BaseDemand& demand, const SweptNetwork& network) : demand_(demand), power_(network.places().size()) {
    const auto loads = network.feeder().loads();
    for (std::size_t l = 0; l < loads.size(); ++l) {
        const double part = 1.0 / static_cast<double>(loads[l].ports.size());
        for (const std::uint32_t port : loads[l].ports)
            parts_.push_back({network.places().find(port).value(), static_cast<std::uint32_t>(l), loads[l].p_kw * part,
                              loads[l].q_kvar * part});
    }
}

const PortPower& BasePower::at(std::size_t step) {
    if (step_ == step) return power_;
    power_.clear();
    for (const Part& part : parts_) {
        const double scale = demand_.scale(step, part.load);
        power_.p[part.place] += part.p_kw * scale;
        power_.q[part.place] += part.q_kvar * scale;
    }
    step_ = step;
    return power_;
}

}  // namespace evsweep
