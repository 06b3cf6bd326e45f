#include "sim/network/sweep/lane_solver.hpp"

#include <array>
#include <utility>

#include "evsweep/contracts.hpp"
#include "sim/network/sweep/network_model.hpp"

namespace evsweep {

LaneSolver::LaneSolver(InstructionSet set) : kernel_(lane_kernel(set)) {
    EVSWEEP_EXPECTS(is_available(set), "load flows are solved with an instruction set that this machine has");
}

void LaneSolver::solve(std::span<LoadFlow* const> flows, std::span<LoadFlowResult> results) {
    EVSWEEP_EXPECTS(results.size() == flows.size(), "there is one result per load flow");
    for (std::size_t f = 0; f < flows.size(); ++f) {
        LoadFlow& flow = *flows[f];
        if (flow.own_ || !flow.moved_.empty() || flow.needs_load_admittances_) {
            results[f] = flow.solve();
            continue;
        }
        flow.prepare();
        if (!has_room_for(flow)) solve_batch();
        batch_.push_back(&flow);
        results_.push_back(&results[f]);
    }
    if (!batch_.empty()) solve_batch();
}

void LaneSolver::answer(std::span<LoadFlow* const> flows) {
    for (LoadFlow* flow : flows) {
        if (flow->own_) continue;  // it will answer for itself
        if (!has_room_for(*flow)) answer_batch();
        batch_.push_back(flow);
    }
    if (!batch_.empty()) answer_batch();
}

/// A batch has one network and one kind of questions.
bool LaneSolver::has_room_for(const LoadFlow& flow) const {
    if (batch_.empty()) return true;
    const LoadFlow& first = *batch_.front();
    return batch_.size() < lanes() && first.swept_ == flow.swept_ && first.expected_ == flow.expected_;
}

void LaneSolver::solve_batch() {
    make_room();
    load_question();
    std::array<LaneOutcome, most_lanes> found{};
    kernel_->solve(batch_.front()->problem_, packed(), batch_.size(), found.data());
    store();
    answer_questions();
    for (std::size_t l = 0; l < batch_.size(); ++l)
        *results_[l] = batch_[l]->conclude(found[l].settled, found[l].iterations, found[l].change2, found[l].lowest2);
    batch_.clear();
    results_.clear();
}

void LaneSolver::answer_batch() {
    make_room();
    load_question();
    load_solution();
    answer_questions();
    batch_.clear();
}

void LaneSolver::make_room() {
    const LoadFlow& first = *batch_.front();
    for (auto* column : {&v_re_, &v_im_, &i_re_, &i_im_}) column->resize(first.v_re_.size() * lanes());
    for (auto* column : {&p_, &q_}) column->resize(first.ports() * lanes());
    for (auto* column : {&loop_re_, &loop_im_}) column->resize(first.loop_re_.size() * lanes());
    trial_.resize(first.trial_.size() * lanes());
}

void LaneSolver::answer_questions() {
    const LoadFlow::Questions expected = batch_.front()->expected_;
    if (expected != LoadFlow::Questions::none) tell_balance();
    if (expected == LoadFlow::Questions::everything) tell_voltages();
}

PackedColumns LaneSolver::packed() {
    return {v_re_.data(), v_im_.data(),    i_re_.data(),    i_im_.data(),  p_.data(),
            q_.data(),    loop_re_.data(), loop_im_.data(), trial_.data(), v_re_.size() / lanes() - 1};
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
template <class ColumnOf>
void LaneSolver::pack(AlignedVector<double>& packed, ColumnOf&& column_of) {
    std::array<const double*, most_lanes> from{};
    for (std::size_t l = 0; l < lanes(); ++l) from[l] = column_of(std::as_const(*batch_[l < batch_.size() ? l : 0])).data();
    kernel_->pack(from.data(), packed.size() / lanes(), packed.data());
}

void LaneSolver::load_question() {
    pack(v_re_, [](const LoadFlow& f) { return std::span(f.v_re_); });
    pack(v_im_, [](const LoadFlow& f) { return std::span(f.v_im_); });
    pack(p_, [](const LoadFlow& f) { return f.asked_.p.raw(); });
    pack(q_, [](const LoadFlow& f) { return f.asked_.q.raw(); });
    pack(loop_re_, [](const LoadFlow& f) { return std::span(f.loop_re_); });
    pack(loop_im_, [](const LoadFlow& f) { return std::span(f.loop_im_); });
}

void LaneSolver::load_solution() {
    pack(i_re_, [](const LoadFlow& f) { return std::span(f.i_re_); });
    pack(i_im_, [](const LoadFlow& f) { return std::span(f.i_im_); });
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
