#include "evsweep/batch_load_flow.hpp"

#include <algorithm>
#include <limits>
#include <thread>
#include <utility>

#include "evsweep/contracts.hpp"
#include "evsweep/values.hpp"
#include "sim/study/load_study.hpp"
#include "sim/study/many_load_flows.hpp"

namespace evsweep {

namespace {

struct CheckedOptions {
    LoadFlowOptions flow;
    BuildOptions build;
    std::optional<InstructionSet> set;
    int threads = 1;
};

CheckedOptions check(const BatchOptions& options, Issues& issues) {
    const Position at{std::make_shared<const std::string>("BatchOptions")};
    const auto check_range = [&](const char* name, double value, Range range) {
        if (!range.contains(value)) issues.error(at, name, number_text(value) + " is out of range", "must be " + range.text());
    };
    check_range("tolerance_pu", options.tolerance_pu, above_up_to(0.0, 0.1));
    check_range("max_iterations", options.max_iterations, at_least(1));
    check_range("threads", options.threads, at_least(0));
    if (options.source_voltage) check_range("source_voltage", options.source_voltage->value(), between(0.5, 1.5));
    CheckedOptions checked;
    checked.flow = {options.tolerance_pu, options.max_iterations};
    checked.build.source_voltage = options.source_voltage;
    checked.set = choose_instruction_set(options.instruction_set, at, issues);
    checked.threads = options.threads > 0 ? options.threads : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    return checked;
}

}  // namespace

std::string_view name_of(BatchStatus status) {
    constexpr std::string_view names[] = {"converged", "diverged", "collapsed"};
    return names[static_cast<std::size_t>(status)];
}

std::vector<std::string> available_instruction_sets() {
    std::vector<std::string> available;
    for (const auto& [name, set] : names_of(InstructionSet{}))
        if (is_available(set)) available.push_back(name);
    return available;
}

void BatchResult::reset(std::size_t scenarios, std::size_t nodes, BatchDetail detail) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    const std::size_t extremes = detail == BatchDetail::powers ? 0 : scenarios;
    status.assign(scenarios, BatchStatus::diverged);
    sweeps.assign(scenarios, 0);
    for (auto* column : {&source_kw, &source_kvar, &loss_kw}) column->assign(scenarios, nan);
    for (auto* column : {&lowest_pu, &highest_pu}) column->assign(extremes, nan);
    for (auto* column : {&lowest_at, &highest_at}) column->assign(extremes, 0);
    voltage_pu.assign(detail == BatchDetail::voltages ? scenarios * nodes : 0, nan);
    core_seconds = 0.0;
}

struct BatchLoadFlow::Machine {
    Machine(Feeder built, const CheckedOptions& options)
        : feeder(std::move(built)),
          batch(network_of_loads(feeder, feeder.initial_devices()), options.flow, *options.set, options.threads) {
        const FeederSite& site = feeder.site();
        for (const LoadPoint& load : feeder.loads())
            loads.push_back({load.id, site.bus[load.bus.index()], load.p_kw, load.q_kvar});
        for (const SupplyVoltage& seen : site.supply) {
            nodes.push_back({site.bus[seen.bus], site.conductor[seen.plus]});
            if (seen.minus) nodes.back().minus = site.conductor[*seen.minus];
        }
    }

    const Feeder feeder;
    ManyLoadFlows batch;
    std::vector<BatchLoad> loads;
    std::vector<BatchNode> nodes;
};

BatchLoadFlow::BatchLoadFlow(std::unique_ptr<Machine> machine) : machine_(std::move(machine)) {}
BatchLoadFlow::BatchLoadFlow(BatchLoadFlow&& other) noexcept = default;
BatchLoadFlow& BatchLoadFlow::operator=(BatchLoadFlow&& other) noexcept = default;
BatchLoadFlow::~BatchLoadFlow() = default;

std::optional<BatchLoadFlow> BatchLoadFlow::open(const std::filesystem::path& file, const BatchOptions& options, Issues& issues) {
    FeederChoice choice;
    choice.file = {file, {std::make_shared<const std::string>(file.string())}};
    const auto description = read_feeder_description(choice, issues);
    if (description) return build(*description, options, issues);
    static_cast<void>(check(options, issues));
    return std::nullopt;
}

std::optional<BatchLoadFlow> BatchLoadFlow::build(const FeederDescription& feeder, const BatchOptions& options, Issues& issues) {
    Issues found;  // so that the caller's earlier problems do not hide a good feeder
    const CheckedOptions checked = check(options, found);
    auto built = build_feeder(feeder, checked.build, found);
    if (const auto& controls = feeder.injection_controls; !controls.empty())
        found.warning(controls.front().at, "injection control " + controls.front().id,
                      "acts in no batch, nor do others: loads draw the power that is asked for",
                      "give controlled loads the power that they have");
    for (const Issue& issue : found.list()) issues.add(issue);
    if (!built || found.has_errors()) return std::nullopt;
    return BatchLoadFlow(std::make_unique<Machine>(std::move(*built), checked));
}

std::span<const BatchLoad> BatchLoadFlow::loads() const { return machine_->loads; }
std::span<const BatchNode> BatchLoadFlow::nodes() const { return machine_->nodes; }
std::string_view BatchLoadFlow::instruction_set() const { return name_of(machine_->batch.instruction_set()); }
std::size_t BatchLoadFlow::lanes() const { return machine_->batch.lanes(); }

void BatchLoadFlow::solve(std::span<const double> p_kw, std::span<const double> q_kvar, BatchDetail detail, BatchResult& result) {
    const std::size_t loads = machine_->loads.size();
    EVSWEEP_EXPECTS(p_kw.size() == q_kvar.size(), "active and reactive powers are of the same loads");
    EVSWEEP_EXPECTS(loads > 0 && p_kw.size() % loads == 0, "powers are of whole scenarios");
    const auto copy = [loads](std::span<const double> from, std::size_t scenario, std::span<double> to) {
        std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(scenario * loads), loads, to.begin());
    };
    machine_->batch.solve(
        p_kw.size() / loads,
        [&](std::size_t scenario, std::span<double> p, std::span<double> q) {
            copy(p_kw, scenario, p);
            copy(q_kvar, scenario, q);
        },
        detail, result);
}

}  // namespace evsweep
