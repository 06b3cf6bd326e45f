#include "sim/engine/base_power.hpp"

namespace evsweep {

BasePower::BasePower(const BaseDemand& demand, const SweptNetwork& network)
    : demand_(demand), network_(network), power_(network.places().size()) {}

const PortPower& BasePower::at(std::size_t step) {
    if (step_ == step) return power_;
    power_.clear();
    const auto loads = network_.feeder().loads();
    for (const SweptNetwork::LoadPart& part : network_.load_parts()) {
        const double scale = demand_.scale(step, part.load) * part.share;
        power_.p[part.place] += loads[part.load].p_kw * scale;
        power_.q[part.place] += loads[part.load].q_kvar * scale;
    }
    step_ = step;
    return power_;
}

}  // namespace evsweep
