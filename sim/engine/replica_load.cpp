#include "sim/engine/replica_load.hpp"

#include <algorithm>

namespace evsweep {

double ReplicaLoad::demand_kw(const Feeder& feeder, std::size_t step) const {
    if (!factors_) return profiles_->demand_kw()[step];
    double total_kw = 0.0;
    for (std::size_t i = 0; i < feeder.loads().size(); ++i) total_kw += feeder.loads()[i].p_kw * scale(step, i);
    return total_kw;
}

bool ReplicaLoad::factors_change_at(std::size_t step) const {
    if (!factors_ || step == 0) return false;
    const auto now = factors_->at(begin_of(step)), before = factors_->at(begin_of(step - 1));
    return now.data() != before.data() && !std::equal(now.begin(), now.end(), before.begin());
}

}  // namespace evsweep
