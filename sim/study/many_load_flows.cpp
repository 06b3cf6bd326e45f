#include "sim/study/many_load_flows.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <ctime>
#include <exception>
#include <limits>
#include <mutex>
#include <thread>
#include <utility>

#include "evsweep/contracts.hpp"
#include "evsweep/values.hpp"
#include "sim/network/sweep/lane_solver.hpp"

namespace evsweep {

namespace {

/// Processor time of the calling thread: what others run beside it does not count.
double thread_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

BatchStatus status_of(LoadFlowStatus status) {
    switch (status) {
        case LoadFlowStatus::converged:
            return BatchStatus::converged;
        case LoadFlowStatus::diverged:
            return BatchStatus::diverged;
        case LoadFlowStatus::collapsed:
            return BatchStatus::collapsed;
    }
    return BatchStatus::diverged;
}

/// Lowest and highest voltage that loads see in a solution.
void note_extremes(const LoadFlow& flow, std::size_t scenario, BatchResult& result) {
    const auto voltage = flow.supply_pu();
    double lowest = std::numeric_limits<double>::infinity();
    double highest = -1.0;
    for (std::size_t i = 0; i < voltage.size(); ++i) {
        if (voltage[i] < lowest) lowest = voltage[i], result.lowest_at[scenario] = static_cast<std::uint32_t>(i);
        if (voltage[i] > highest) highest = voltage[i], result.highest_at[scenario] = static_cast<std::uint32_t>(i);
    }
    result.lowest_pu[scenario] = lowest;
    result.highest_pu[scenario] = highest;
}

}  // namespace

std::optional<InstructionSet> choose_instruction_set(const std::string& name, const Position& at, Issues& issues) {
    if (name.empty()) return best_instruction_set();
    Reader reader{issues};
    const auto set = Value<InstructionSet>::read(Node::make_scalar(name, at), "", reader);
    if (!set || is_available(*set)) return set;
    issues.error(at, "", "this machine or build does not have " + name,
                 fmt::format("it has {}", fmt::join(available_instruction_sets(), ", ")));
    return std::nullopt;
}

std::shared_ptr<const SweptNetwork> network_of_loads(const Feeder& feeder, const DeviceState& devices) {
    return std::make_shared<const SweptNetwork>(feeder, DrawingPlaces::at(feeder, {}), feeder.folded_with(devices));
}

/// The load flows of one thread, a lane each, and where their loads draw.
class ManyLoadFlows::Worker {
   public:
    Worker(const std::shared_ptr<const SweptNetwork>& network, const LoadFlowOptions& options, InstructionSet set)
        : network_(network), loads_(network->feeder().loads().size()), solver_(set), results_(solver_.lanes()) {
        for (auto* column : {&p_kw_, &q_kvar_}) column->resize(portion() * loads_);
        flows_.reserve(lanes());
        for (std::size_t l = 0; l < lanes(); ++l) flows_.emplace_back(network, options);
        for (LoadFlow& flow : flows_) pointers_.push_back(&flow);
    }

    [[nodiscard]] std::size_t lanes() const { return solver_.lanes(); }
    /// How many scenarios are worth looking at the clock.
    [[nodiscard]] std::size_t portion() const { return 16 * lanes(); }
    /// Processor time of load flows since this was asked last.
    [[nodiscard]] double take_core_seconds() { return std::exchange(seconds_, 0.0); }

    /// Solves scenarios begin .. end - 1, at most a portion.
    void solve(std::size_t begin, std::size_t end, const Powers& powers, BatchDetail detail, BatchResult& result) {
        for (std::size_t s = begin; s < end; ++s) powers(s, asked(p_kw_, s - begin), asked(q_kvar_, s - begin));
        seconds_ -= thread_seconds();
        const bool wants_voltages = detail != BatchDetail::powers;
        for (LoadFlow& flow : flows_)
            flow.expect(wants_voltages ? LoadFlow::Questions::everything : LoadFlow::Questions::balance);
        for (std::size_t first = begin; first < end; first += lanes()) {
            const std::size_t count = std::min(lanes(), end - first);
            for (std::size_t l = 0; l < count; ++l) ask(flows_[l], first - begin + l);
            solver_.solve({pointers_.data(), count}, {results_.data(), count});
            for (std::size_t l = 0; l < count; ++l) note(flows_[l], results_[l], first + l, detail, result);
        }
        seconds_ += thread_seconds();
    }

   private:
    [[nodiscard]] std::span<double> asked(std::vector<double>& column, std::size_t scenario) const {
        return {column.data() + scenario * loads_, loads_};
    }

    /// Shares a scenario's loads out over their ports.
    void ask(LoadFlow& flow, std::size_t scenario) {
        const auto p_kw = asked(p_kw_, scenario);
        const auto q_kvar = asked(q_kvar_, scenario);
        flow.restart();
        flow.power().clear();
        const auto p = flow.power().p.raw();
        const auto q = flow.power().q.raw();
        for (const SweptNetwork::LoadPart& part : network_->load_parts()) {
            p[part.place] += p_kw[part.load] * part.share;
            q[part.place] += q_kvar[part.load] * part.share;
        }
    }

    static void note(const LoadFlow& flow, const LoadFlowResult& found, std::size_t scenario, BatchDetail detail,
                     BatchResult& result) {
        result.status[scenario] = status_of(found.status);
        result.sweeps[scenario] = found.iterations;
        if (found.status != LoadFlowStatus::converged) return;  // numbers stay NaN
        result.source_kw[scenario] = flow.source_kw();
        result.source_kvar[scenario] = flow.source_kvar();
        result.loss_kw[scenario] = flow.loss_kw();
        if (detail == BatchDetail::powers) return;
        note_extremes(flow, scenario, result);
        if (detail == BatchDetail::extremes) return;
        const auto voltage = flow.supply_pu();
        std::copy(voltage.begin(), voltage.end(),
                  result.voltage_pu.begin() + static_cast<std::ptrdiff_t>(scenario * voltage.size()));
    }

    std::shared_ptr<const SweptNetwork> network_;
    std::size_t loads_;
    LaneSolver solver_;
    std::vector<LoadFlow> flows_;
    std::vector<LoadFlow*> pointers_;
    std::vector<double> p_kw_, q_kvar_;  ///< [scenario of the portion][load]
    std::vector<LoadFlowResult> results_;
    double seconds_ = 0.0;
};

ManyLoadFlows::ManyLoadFlows(std::shared_ptr<const SweptNetwork> network, const LoadFlowOptions& options, InstructionSet set,
                             int threads)
    : network_(std::move(network)), options_(options), set_(set), threads_(static_cast<std::size_t>(threads)) {
    EVSWEEP_EXPECTS(threads >= 1, "load flows are solved by somebody");
    hire(1);
}

/// Makes as many workers as there is work for; each has columns of its own.
void ManyLoadFlows::hire(std::size_t workers) {
    while (workers_.size() < std::min(workers, threads_)) workers_.push_back(std::make_unique<Worker>(network_, options_, set_));
}

ManyLoadFlows::~ManyLoadFlows() = default;

std::size_t ManyLoadFlows::lanes() const { return workers_.front()->lanes(); }

void ManyLoadFlows::solve(std::size_t scenarios, const Powers& powers, BatchDetail detail, BatchResult& result) {
    result.reset(scenarios, network_->feeder().site().supply.size(), detail);
    const std::size_t portion = workers_.front()->portion();
    hire((scenarios + portion - 1) / portion);
    std::atomic<std::size_t> next{0};
    std::mutex failing;
    std::exception_ptr failure;
    const auto work = [&](Worker& worker) {
        try {
            for (std::size_t first = next.fetch_add(portion); first < scenarios; first = next.fetch_add(portion))
                worker.solve(first, std::min(first + portion, scenarios), powers, detail, result);
        } catch (...) {
            const std::lock_guard lock(failing);
            failure = std::current_exception();
        }
    };
    {
        std::vector<std::jthread> threads;
        for (std::size_t t = 1; t < workers_.size() && t * portion < scenarios; ++t)
            threads.emplace_back([&work, worker = workers_[t].get()] { work(*worker); });
        work(*workers_.front());
    }
    if (failure) std::rethrow_exception(failure);
    for (const auto& worker : workers_) result.core_seconds += worker->take_core_seconds();
}

}  // namespace evsweep
