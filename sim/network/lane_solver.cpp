#include "sim/network/lane_solver.hpp"

#include <array>
#include <utility>

#include "evsweep/contracts.hpp"
#include "sim/network/network_model.hpp"

namespace evsweep {

LaneSolver::LaneSolver(InstructionSet set) : kernel_(lane_kernel(set)) {
    EVSWEEP_EXPECTS(is_available(set), "load flows are solved with an instruction set that this machine has");
}

void LaneSolver::solve(std::span<LoadFlow* const> flows, std::span<LoadFlowResult> results) {
    EVSWEEP_EXPECTS(results.size() == flows.size(), "there is one result per load flow");
    for (std::size_t f = 0; f < flows.size(); ++f) {
        LoadFlow& flow = *flows[f];
        flow.prepare();
        if (flow.own_) {
            results[f] = flow.solve();
            continue;
        }
        const bool is_alike =
            batch_.empty() || (batch_.front()->swept_ == flow.swept_ && batch_.front()->expected_ == flow.expected_);
        if (!is_alike || batch_.size() == lanes()) solve_batch();
        batch_.push_back(&flow);
        results_.push_back(&results[f]);
    }
    if (!batch_.empty()) solve_batch();
}

void LaneSolver::solve_batch() {
    LoadFlow& first = *batch_.front();
    const std::size_t width = lanes();
    const std::size_t rows = first.v_re_.size();
    for (auto* column : {&v_re_, &v_im_, &i_re_, &i_im_}) column->resize(rows * width);
    for (auto* column : {&p_, &q_}) column->resize(first.ports() * width);
    for (auto* column : {&loop_re_, &loop_im_}) column->resize(first.loop_re_.size() * width);
    load();
    std::array<LaneOutcome, most_lanes> found{};
    kernel_->solve(first.problem_, packed(), batch_.size(), found.data());
    store();
    if (first.expected_ != LoadFlow::Questions::none) tell_balance();
    if (first.expected_ == LoadFlow::Questions::everything) tell_voltages();
    for (std::size_t l = 0; l < batch_.size(); ++l)
        *results_[l] = batch_[l]->conclude(found[l].settled, found[l].iterations, found[l].change2, found[l].lowest2);
    batch_.clear();
    results_.clear();
}

PackedColumns LaneSolver::packed() {
    return {v_re_.data(),    v_im_.data(),    i_re_.data(),
            i_im_.data(),    p_.data(),       q_.data(),
            loop_re_.data(), loop_im_.data(), v_re_.size() / lanes() - 1};
}

/// Here and below: what otherwise each load flow would find for itself when it is asked.
void LaneSolver::tell_balance() {
    std::array<LaneAccounts, most_lanes> accounts{};
    kernel_->account(batch_.front()->problem_, packed(), batch_.size(), accounts.data());
    for (std::size_t l = 0; l < batch_.size(); ++l) {
        batch_[l]->drawn_at_ports_ = accounts[l].drawn_at_ports;
        batch_[l]->lost_on_the_way_ = accounts[l].lost_on_the_way;
        batch_[l]->has_sums_ = true;
    }
}

void LaneSolver::tell_voltages() {
    const LoadFlow& first = *batch_.front();
    const bool is_whole = first.swept_->is_whole();
    if (!is_whole) recover_all();
    const auto& re = is_whole ? v_re_ : all_v_re_;
    const auto& im = is_whole ? v_im_ : all_v_im_;
    const std::size_t conductors = first.feeder_.conductors();
    magnitude_.resize(conductors * lanes());
    kernel_->magnitudes(re.data(), im.data(), conductors, magnitude_.data());
    unpack(magnitude_, [](LoadFlow& f) { return std::span(f.voltage_pu_); });
    for (LoadFlow* flow : batch_) flow->has_voltage_ = flow->has_all_ = true;
}

void LaneSolver::recover_all() {
    const LoadFlow& first = *batch_.front();
    const std::size_t conductors = first.feeder_.conductors();
    for (auto* column : {&all_v_re_, &all_v_im_, &all_i_re_, &all_i_im_}) column->resize((conductors + 1) * lanes());
    kernel_->recover(packed(), {first.folded().sweep(), first.swept_->reduced().recovery(), all_v_re_.data(), all_v_im_.data(),
                                all_i_re_.data(), all_i_im_.data(), conductors});
    unpack(all_v_re_, [](LoadFlow& f) { return std::span(f.all_v_re_); });
    unpack(all_v_im_, [](LoadFlow& f) { return std::span(f.all_v_im_); });
    unpack(all_i_re_, [](LoadFlow& f) { return std::span(f.all_i_re_); });
    unpack(all_i_im_, [](LoadFlow& f) { return std::span(f.all_i_im_); });
}

/// Lanes without a load flow repeat the first one.
void LaneSolver::load() {
    std::array<LoadFlow*, most_lanes> flow{};
    for (std::size_t l = 0; l < lanes(); ++l) flow[l] = batch_[l < batch_.size() ? l : 0];
    const auto pack = [&](auto&& column_of, AlignedVector<double>& packed) {
        std::array<const double*, most_lanes> from{};
        for (std::size_t l = 0; l < lanes(); ++l) from[l] = column_of(std::as_const(*flow[l])).data();
        kernel_->pack(from.data(), packed.size() / lanes(), packed.data());
    };
    pack([](const LoadFlow& f) { return std::span(f.v_re_); }, v_re_);
    pack([](const LoadFlow& f) { return std::span(f.v_im_); }, v_im_);
    pack([](const LoadFlow& f) { return f.asked_.p.raw(); }, p_);
    pack([](const LoadFlow& f) { return f.asked_.q.raw(); }, q_);
    pack([](const LoadFlow& f) { return std::span(f.loop_re_); }, loop_re_);
    pack([](const LoadFlow& f) { return std::span(f.loop_im_); }, loop_im_);
}

template <class ColumnOf>
void LaneSolver::unpack(const AlignedVector<double>& packed, ColumnOf&& column_of) {
    std::array<double*, most_lanes> to{};
    for (std::size_t l = 0; l < batch_.size(); ++l) to[l] = column_of(*batch_[l]).data();
    kernel_->unpack(packed.data(), packed.size() / lanes(), batch_.size(), to.data());
}

void LaneSolver::store() {
    unpack(v_re_, [](LoadFlow& f) { return std::span(f.v_re_); });
    unpack(v_im_, [](LoadFlow& f) { return std::span(f.v_im_); });
    unpack(i_re_, [](LoadFlow& f) { return std::span(f.i_re_); });
    unpack(i_im_, [](LoadFlow& f) { return std::span(f.i_im_); });
    unpack(loop_re_, [](LoadFlow& f) { return std::span(f.loop_re_); });
    unpack(loop_im_, [](LoadFlow& f) { return std::span(f.loop_im_); });
}

}  // namespace evsweep
