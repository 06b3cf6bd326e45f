#include "sim/engine/ensemble.hpp"

namespace evsweep {

Replica& Ensemble::add(const Population& population, Controller& controller, Rng rng) {
    replicas_.push_back(std::make_unique<Replica>(site_, population, controller, rng));
    return *replicas_.back();
}

std::vector<ReplicaOutcome> Ensemble::run() {
    std::vector<ReplicaOutcome> outcomes;
    watch_.switch_to(Activity::events);
    for (const auto& replica : replicas_) outcomes.push_back(replica->run());
    return outcomes;
}

}  // namespace evsweep
