#include "sim/study/assemble.hpp"

#include <algorithm>
#include <cmath>

#include "sim/study/provenance.hpp"
#include "sim/study/statistics.hpp"

namespace evsweep {

namespace {

using RunsOfController = std::vector<const ControllerRun*>;  // finished replicas, ascending

/// Mean and quantiles over the replicas, element by element.
Bands bands_over(const std::vector<std::span<const double>>& series, std::span<const double> levels) {
    Bands bands;
    const std::size_t size = series.empty() ? 0 : series.front().size();
    bands.mean.resize(size);
    bands.quantiles.assign(levels.size(), std::vector<double>(size));
    std::vector<double> sample;
    for (std::size_t i = 0; i < size; ++i) {
        sample.clear();
        for (const auto& s : series)
            if (!std::isnan(s[i])) sample.push_back(s[i]);  // a step without a solution has no value
        bands.mean[i] = sample.empty() ? NAN : compensated_sum(sample) / static_cast<double>(sample.size());
        std::sort(sample.begin(), sample.end());
        for (std::size_t q = 0; q < levels.size(); ++q)
            bands.quantiles[q][i] = sample.empty() ? NAN : quantile_of_sorted(sample, levels[q]);
    }
    return bands;
}

VariableResult collect(const RunsOfController& runs, const std::vector<ReplicaId>& replicas, std::size_t output,
                       std::size_t index, VariableResult result) {
    const auto recorded = [&](std::size_t r) -> const Recorded& { return runs[r]->recorded[output]; };
    if (result.variable.aggregation == Aggregation::bands) {
        std::vector<std::span<const double>> series;
        for (std::size_t r = 0; r < runs.size(); ++r)
            if (!recorded(r).empty()) series.emplace_back(recorded(r)[index]);
        result.bands = bands_over(series, band_quantiles);
        return result;
    }
    for (std::size_t r = 0; r < runs.size(); ++r) {
        if (recorded(r).empty()) continue;
        if (result.variable.aggregation == Aggregation::trace)
            result.traces.emplace_back(replicas[r], recorded(r)[index]);
        else
            result.values.push_back(recorded(r)[index].at(0));
    }
    return result;
}

/// The ledger's gaps as variables of their own, so that anybody can see that the books close.
std::vector<VariableResult> ledger_variables(const RunsOfController& runs) {
    const std::pair<const char*, double (EnergyLedger::*)() const> gaps[] = {{"feeder_gap_kwh", &EnergyLedger::feeder_gap_kwh},
                                                                             {"session_gap_kwh", &EnergyLedger::session_gap_kwh},
                                                                             {"fleet_gap_kwh", &EnergyLedger::fleet_gap_kwh}};
    const char* const meanings[] = {"source energy less load, EV and loss energy",
                                    "largest gap between grid energy, converter losses and stored energy in any stay",
                                    "EV energy of all steps less EV energy of all stays"};
    std::vector<VariableResult> variables;
    for (std::size_t g = 0; g < std::size(gaps); ++g) {
        VariableResult result;
        result.output = "ledger";
        result.variable.name = gaps[g].first;
        result.variable.unit = "kWh";
        result.variable.long_name = meanings[g];
        for (const ControllerRun* run : runs) result.values.push_back((run->outcome.ledger.*gaps[g].second)());
        variables.push_back(std::move(result));
    }
    return variables;
}

/// What the controller counted about its own decisions.
std::vector<VariableResult> counter_variables(const RunsOfController& runs) {
    std::vector<VariableResult> variables;
    for (std::size_t i = 0; !runs.empty() && i < runs.front()->counters.size(); ++i) {
        VariableResult result;
        result.output = "counters";
        result.variable.name = runs.front()->counters[i].name;
        result.variable.unit = "1";
        result.variable.long_name = "counted by the controller: " + result.variable.name;
        for (const ControllerRun* run : runs) result.values.push_back(run->counters.at(i).value);
        variables.push_back(std::move(result));
    }
    return variables;
}

void collect_unsolved(const LoadedStudy& study, const RunsOfController& runs, const std::vector<ReplicaId>& replicas,
                      RunResult& result) {
    constexpr std::size_t most = 1000;
    for (std::size_t r = 0; r < runs.size(); ++r) {
        for (const Unsolved& u : runs[r]->outcome.unsolved) {
            ++result.unsolved_steps;
            if (result.unsolved.size() == most) continue;
            result.unsolved.push_back(
                {replicas[r], u.at, std::string(name_of(u.result.status)), study.feeder->site().bus[u.result.worst_bus.index()]});
        }
    }
}

RunResult collect_run(const LoadedStudy& study, const StudyOutputs& outputs, const RunsOfController& runs,
                      const std::vector<ReplicaId>& replicas) {
    RunResult result;
    for (std::size_t o = 0; o < outputs.outputs.size(); ++o) {
        const auto variables = outputs.outputs[o]->variables();
        for (std::size_t v = 0; v < variables.size(); ++v)
            result.variables.push_back(
                collect(runs, replicas, o, v, {study.scenario.outputs[o].label, variables[v], {}, {}, {}}));
    }
    for (auto& variable : ledger_variables(runs)) result.variables.push_back(std::move(variable));
    for (auto& variable : counter_variables(runs)) result.variables.push_back(std::move(variable));
    collect_unsolved(study, runs, replicas, result);
    return result;
}

/// The reference's value minus each controller's own, replica by replica.
void turn_into_gains(std::vector<RunResult>& controllers, const std::string& reference) {
    const auto found = std::find_if(controllers.begin(), controllers.end(), [&](const auto& c) { return c.label == reference; });
    if (found == controllers.end()) return;
    for (std::size_t v = 0; v < found->variables.size(); ++v) {
        if (!found->variables[v].variable.gain_over_reference) continue;
        const std::vector<double> base = found->variables[v].values;
        for (auto& controller : controllers)
            for (std::size_t r = 0; r < base.size(); ++r)
                controller.variables[v].values[r] = base[r] - controller.variables[v].values[r];
    }
}

void describe_feeder(const Feeder& feeder, StudyResult& result) {
    result.feeder = feeder.site();
    result.feeder_parent.assign(feeder.buses(), -1);
    result.feeder_series_ohm.assign(feeder.buses(), 0.0);
    for (std::size_t b = 1; b < feeder.buses(); ++b) {
        result.feeder_parent[b] = static_cast<std::int32_t>(feeder.branch(BranchId(b - 1)).parent.index());
        result.feeder_series_ohm[b] = feeder.branch(BranchId(b - 1)).series_ohm;
    }
}

StudyResult describe_study(const LoadedStudy& study, const StudyOutputs& outputs) {
    const Scenario& scenario = study.scenario;
    StudyResult result;
    result.title = scenario.title;
    result.scenario_file = scenario.file.path.string();
    result.scenario = scenario.resolved;
    result.seed = scenario.study.seed;
    result.planned = scenario.study.replicas;
    result.calendar_start = Value<Calendar>::text(scenario.time.start);
    result.confidence = scenario.study.confidence.value();
    result.reference = scenario.study.reference;
    result.currency = scenario.prices ? scenario.prices->currency : "";
    result.voltage_min_pu = scenario.limits.voltage_min.value();
    result.voltage_max_pu = scenario.limits.voltage_max.value();
    for (std::size_t o = 0; o < outputs.outputs.size(); ++o)
        result.outputs.push_back({scenario.outputs[o].label, scenario.outputs[o].type, outputs.outputs[o]->coordinates()});
    result.outputs.push_back({"ledger", "ledger", {}});
    result.outputs.push_back({"counters", "counters", {}});
    describe_feeder(*study.feeder, result);
    result.provenance = provenance_of_this_build();
    return result;
}

}  // namespace

StudyResult assemble(const LoadedStudy& study, const StudyOutputs& outputs, const ControllerRun& base, ReplicaRuns runs) {
    StudyResult result = describe_study(study, outputs);
    std::vector<RunsOfController> finished(study.scenario.controllers.size());
    for (std::size_t r = 0; r < runs.size(); ++r) {
        if (!runs[r]) continue;
        if (runs[r]->failure) {
            result.failures.push_back(*runs[r]->failure);
            continue;
        }
        result.replicas.emplace_back(r);
        for (std::size_t c = 0; c < finished.size(); ++c) finished[c].push_back(&runs[r]->controllers[c]);
    }
    for (std::size_t c = 0; c < finished.size(); ++c) {
        RunResult run = collect_run(study, outputs, finished[c], result.replicas);
        const auto& configured = study.scenario.controllers[c];
        run.label = configured.label;
        run.type = configured.type;
        run.settings = configured.settings;
        if (!finished[c].empty()) run.needs = finished[c].front()->needs;
        result.controllers.push_back(std::move(run));
    }
    result.base = collect_run(study, outputs, {&base}, {ReplicaId(0)});
    result.base.label = "base";
    result.base.type = "base";
    turn_into_gains(result.controllers, result.reference);
    return result;
}

}  // namespace evsweep
