#include "sim/engine/ensemble.hpp"

namespace evsweep {

Replica& Ensemble::add(const Population& population, PartySet& parties, Rng rng) {
    replicas_.push_back(std::make_unique<Replica>(site_, shared_, population, parties, rng));
    return *replicas_.back();
}

std::vector<ReplicaOutcome> Ensemble::run() {
    while (advance_all()) {
        watch_.switch_to(Activity::load_flow);
        results_.resize(flows_.size());
        solver_.solve(flows_, results_);
        solver_.answer(solved_);
        watch_.switch_to(Activity::events);
        for (std::size_t w = 0; w < waiting_.size(); ++w) waiting_[w]->take(results_[w]);
    }
    std::vector<ReplicaOutcome> outcomes;
    for (const auto& replica : replicas_) outcomes.push_back(replica->outcome());
    if (RunProfile* profile = watch_.profile())
        profile->replica_days += static_cast<double>(replicas_.size()) * hours(site_.scenario.time.duration) / 24.0;
    return outcomes;
}

/// Lets every replica go on until it needs a load flow; false when none does any more.
bool Ensemble::advance_all() {
    watch_.switch_to(Activity::events);
    waiting_.clear();
    flows_.clear();
    solved_.clear();
    for (const auto& replica : replicas_) {
        LoadFlow* const flow = replica->run_to_load_flow();
        if (!flow) continue;
        if (replica->has_solution()) {
            solved_.push_back(flow);
            continue;
        }
        waiting_.push_back(replica.get());
        flows_.push_back(flow);
    }
    return !flows_.empty() || !solved_.empty();
}

}  // namespace evsweep
