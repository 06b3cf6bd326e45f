#include "sim/engine/base_power.hpp"

namespace evsweep {

BasePower::BasePower(const ReplicaLoad& load, const SweptNetwork& network)
    : load_(load), network_(network), power_(network.places().size()) {}

const PortPower& BasePower::at(std::size_t step) {
    if (step_ == step) return power_;
    power_.clear();
    const auto loads = network_.feeder().loads();
    for (const SweptNetwork::LoadPart& part : network_.load_parts()) {
        power_.p[part.place] += loads[part.load].p_kw * load_.scale(step, part.load) * part.share;
        power_.q[part.place] += loads[part.load].q_kvar * load_.q_scale(step, part.load) * part.share;
    }
    step_ = step;
    return power_;
}

}  // namespace evsweep
