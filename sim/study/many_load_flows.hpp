/// Many load flows of one network over threads and lanes: what stands behind BatchLoadFlow and `evsweep solve --scenarios`.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "evsweep/batch_load_flow.hpp"
#include "sim/network/sweep/instruction_set.hpp"
#include "sim/network/sweep/load_flow.hpp"

namespace evsweep {

/// The set of that name, the best where the name is empty; reports one that is unknown or that this machine does not have.
[[nodiscard]] std::optional<InstructionSet> choose_instruction_set(const std::string& name, const Position& at, Issues& issues);

/// The network of a feeder with the given taps and steps, drawn from where its loads are and nowhere else.
[[nodiscard]] std::shared_ptr<const SweptNetwork> network_of_loads(const Feeder& feeder, const DeviceState& devices);

class ManyLoadFlows {
   public:
    /// Writes the power of each load in one scenario, by LoadPoint. Called by any thread, in any order.
    using Powers = std::function<void(std::size_t scenario, std::span<double> p_kw, std::span<double> q_kvar)>;

    /// The network's feeder must outlive it. `threads` is at least 1.
    ManyLoadFlows(std::shared_ptr<const SweptNetwork> network, const LoadFlowOptions& options, InstructionSet set, int threads);
    ~ManyLoadFlows();
    ManyLoadFlows(const ManyLoadFlows&) = delete;
    ManyLoadFlows& operator=(const ManyLoadFlows&) = delete;

    [[nodiscard]] InstructionSet instruction_set() const { return set_; }
    [[nodiscard]] std::size_t lanes() const;
    /// Each scenario from a flat start; `core_seconds` does not count what `powers` takes.
    void solve(std::size_t scenarios, const Powers& powers, BatchDetail detail, BatchResult& result);

   private:
    class Worker;

    void hire(std::size_t workers);

    std::shared_ptr<const SweptNetwork> network_;
    LoadFlowOptions options_;
    InstructionSet set_;
    std::size_t threads_;                           ///< at the most
    std::vector<std::unique_ptr<Worker>> workers_;  ///< one per thread that has had work
};

}  // namespace evsweep
