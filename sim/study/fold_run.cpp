#include "sim/study/fold_run.hpp"

#include <array>

#include "evsweep/contracts.hpp"

namespace evsweep {

namespace {

/// So many unsolved steps, and remarks, are kept one by one: more is not read, and memory must not grow with the replicas.
constexpr std::size_t most_kept = 1000;

/// A gap of the ledger, so that anybody can see that the books close.
struct Gap {
    const char* name;
    const char* meaning;
    double (EnergyLedger::*kwh)() const;
};
constexpr std::array<Gap, 3> gaps{
    {{"feeder_gap_kwh", "source energy less load, EV and loss energy", &EnergyLedger::feeder_gap_kwh},
     {"session_gap_kwh", "largest gap between grid energy, converter losses and stored energy in any stay",
      &EnergyLedger::session_gap_kwh},
     {"fleet_gap_kwh", "EV energy of all steps less EV energy of all stays", &EnergyLedger::fleet_gap_kwh}}};

VariableResult number_per_replica(std::string output, std::string name, std::string unit, std::string meaning,
                                  NumberColumn values) {
    VariableResult result;
    result.values = std::move(values);
    result.output = std::move(output);
    result.variable.name = std::move(name);
    result.variable.unit = std::move(unit);
    result.variable.long_name = std::move(meaning);
    return result;
}

}  // namespace

RunFold::RunFold(const LoadedStudy& study, const StudyOutputs& outputs, std::shared_ptr<NumberScratch> scratch)
    : study_(study), parts_(outputs.parts()), scratch_(std::move(scratch)) {
    for (std::size_t o = 0; o < outputs.outputs.size(); ++o)
        for (const Variable& variable : outputs.declared[o].variables())
            result_.variables.push_back({study.scenario.outputs[o].label, variable, NumberColumn(scratch_), {}, {}});
    first_of_ledger_ = result_.variables.size();
    for (const VariableResult& result : result_.variables)
        bands_.emplace_back(result.variable.event.empty() ? RunningBands::Counts::nothing : RunningBands::Counts::events);
    for (const Gap& gap : gaps)
        result_.variables.push_back(number_per_replica("ledger", gap.name, "kWh", gap.meaning, NumberColumn(scratch_)));
    first_counter_ = result_.variables.size();
}

void RunFold::add(ReplicaId replica, ControllerRun run) {
    if (result_.reads.empty()) result_.reads = std::move(run.reads);
    const std::size_t outputs = run.recorded.size() / parts_;
    for (std::size_t part = 0; part < parts_; ++part)
        add_outputs(ReplicaId(replica.index() * parts_ + part), std::span(run.recorded).subspan(part * outputs, outputs));
    add_ledger(run.outcome.ledger);
    add_counts(run);
    add_unsolved(replica, run.outcome.unsolved);
    add_remarks(replica, run.remarks);
}

void RunFold::add_outputs(ReplicaId replica, std::span<std::optional<Recorded>> recorded) {
    std::size_t v = 0;
    for (std::size_t o = 0; o < recorded.size(); ++o) {
        const std::string& label = study_.scenario.outputs[o].label;
        for (std::size_t k = 0; v < first_of_ledger_ && result_.variables[v].output == label; ++v, ++k) {
            if (!recorded[o]) continue;  // the output left this replica out
            auto& array = recorded[o]->arrays()[k];
            VariableResult& result = result_.variables[v];
            EVSWEEP_EXPECTS(array, "an output records every variable that it has declared, and not only some");
            if (result.variable.aggregation == Aggregation::bands)
                bands_[v].add(std::move(*array));
            else if (result.variable.aggregation == Aggregation::trace)
                result.traces.emplace_back(replica, std::move(*array));
            else
                result.values.push_back(array->at(0));
        }
    }
}

void RunFold::add_ledger(const EnergyLedger& ledger) {
    for (std::size_t g = 0; g < gaps.size(); ++g)
        result_.variables[first_of_ledger_ + g].values.push_back((ledger.*gaps[g].kwh)());
}

namespace {

/// A number of a replica that no output records.
struct Count {
    const char* output;
    std::string name, unit, meaning;
    double value;
};

/// What parties counted about their own decisions, and what became of their messages and commands; every replica counts the same
/// things.
std::vector<Count> counts_of(const ControllerRun& run) {
    std::vector<Count> counts;
    for (const Counter& counter : run.counters)
        counts.push_back({"counters", counter.name, "1", "counted by the controller: " + counter.name, counter.value});
    for (const MessageCount& topic : run.outcome.messages) {
        const auto add = [&](const char* what, const char* meaning, double value, const char* unit = "1") {
            counts.push_back({"messages", topic.topic + "_" + what, unit, "messages of " + topic.topic + ": " + meaning, value});
        };
        add("sent", "sent, one for each receiver", static_cast<double>(topic.sent));
        add("delivered", "delivered", static_cast<double>(topic.delivered));
        add("lost", "lost by the channel", static_cast<double>(topic.lost));
        add("under_way", "still under way at the end", static_cast<double>(topic.under_way()));
        add("largest_delay_s", "largest delay of those delivered", static_cast<double>(topic.largest_delay.count()) / 1000.0,
            "s");
    }
    if (run.outcome.actuation)
        for (const ActuationNumber& number : actuation_numbers)
            counts.push_back({"actuation", std::string(number.name), std::string(number.unit), std::string(number.meaning),
                              (*run.outcome.actuation).*number.value});
    return counts;
}

}  // namespace

void RunFold::add_counts(const ControllerRun& run) {
    const std::vector<Count> counts = counts_of(run);
    if (result_.variables.size() == first_counter_)
        for (const Count& count : counts) {
            result_.variables.push_back(
                number_per_replica(count.output, count.name, count.unit, count.meaning, NumberColumn(scratch_)));
            result_.variables.back().variable.headline = count.output == std::string_view("actuation");
        }
    for (std::size_t i = first_counter_; i < result_.variables.size(); ++i)
        result_.variables[i].values.push_back(counts.at(i - first_counter_).value);
}

void RunFold::add_unsolved(ReplicaId replica, const std::vector<Unsolved>& unsolved) {
    result_.unsolved_steps += unsolved.size();
    if (2 * unsolved.size() > study_.base->steps()) ++result_.mostly_unsolved_replicas;
    for (const Unsolved& u : unsolved) {
        if (result_.unsolved.size() == most_kept) return;
        result_.unsolved.push_back(
            {replica, u.at, std::string(name_of(u.result.status)), study_.feeder->site().bus[u.result.worst_bus.index()]});
    }
}

void RunFold::add_remarks(ReplicaId replica, std::vector<Remark>& remarks) {
    result_.remark_count += remarks.size();
    if (!remarks.empty()) ++result_.remarked_replicas;
    for (Remark& remark : remarks) {
        if (result_.remarks.size() == most_kept) return;
        result_.remarks.push_back({replica, remark.at, std::move(remark.text)});
    }
}

RunResult RunFold::finish() {
    for (std::size_t v = 0; v < bands_.size(); ++v) {
        if (result_.variables[v].variable.aggregation == Aggregation::bands)
            result_.variables[v].bands = bands_[v].finish(band_quantiles);
        bands_[v] = RunningBands();  // a year's bands are large: what is summarised is freed before the next is
    }
    return std::move(result_);
}

}  // namespace evsweep
