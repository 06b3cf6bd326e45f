/// Load flows of one network solved side by side, a lane each.
#pragma once

#include <span>
#include <vector>

#include "evsweep/column.hpp"
#include "sim/network/sweep/lane_kernel.hpp"
#include "sim/network/sweep/load_flow.hpp"

namespace evsweep {

/// Keeps the columns that the kernels work on. Belongs to one thread.
class LaneSolver {
   public:
    explicit LaneSolver(InstructionSet set = instruction_set_in_use());

    /// How many load flows fill the lanes.
    [[nodiscard]] std::size_t lanes() const { return kernel_->width; }
    /// Solves every load flow for the power it holds and puts what became of it at the same place of `results`. What each finds
    /// does not depend on the others. Those whose taps have moved have networks of their own and are solved one by one.
    void solve(std::span<LoadFlow* const> flows, std::span<LoadFlowResult> results);
    /// Finds what solved load flows expect to be asked for (LoadFlow::expect).
    void answer(std::span<LoadFlow* const> flows);

   private:
    [[nodiscard]] bool has_room_for(const LoadFlow& flow) const;
    void solve_batch();
    void answer_batch();
    void make_room();
    [[nodiscard]] PackedColumns packed();
    void load_question();
    void load_solution();
    void store();
    template <class ColumnOf>
    void pack(AlignedVector<double>& packed, ColumnOf&& column_of);
    void answer_questions();
    void tell_balance();
    void tell_voltages();
    void recover_all();
    template <class ColumnOf>
    void unpack(const AlignedVector<double>& packed, ColumnOf&& column_of);

    const LaneKernel* kernel_;
    std::vector<LoadFlow*> batch_;          ///< of one network, at most as many as there are lanes
    std::vector<LoadFlowResult*> results_;  ///< of the batch
    AlignedVector<double> v_re_, v_im_, i_re_, i_im_, p_, q_, loop_re_, loop_im_, trial_;
    AlignedVector<double> all_v_re_, all_v_im_, all_i_re_, all_i_im_, magnitude_;  ///< of the whole feeder
};

}  // namespace evsweep
