#include "sim/study/study_outputs.hpp"

#include <algorithm>

#include "evsweep/contracts.hpp"
#include "sim/engine/provided_signal.hpp"

namespace evsweep {

namespace {

/// Slots are the places of signals in the study's list.
class CatalogExchange final : public OutputExchange {
   public:
    /// Enters what is subscribed to in `read`.
    CatalogExchange(const std::vector<RecordableSignal>& signals, SignalNames& read) : signals_(signals), read_(read) {}
    [[nodiscard]] const std::vector<RecordableSignal>& signals() const override { return signals_; }

   private:
    Slot add_subscription(std::string_view name) override {
        const auto found = std::find_if(signals_.begin(), signals_.end(), [&](const auto& s) { return s.info.name == name; });
        EVSWEEP_EXPECTS(found != signals_.end(), "an output records a signal that somebody publishes");
        read_.emplace(name);
        return {static_cast<std::uint32_t>(found - signals_.begin()), 0};
    }
    const std::vector<RecordableSignal>& signals_;
    SignalNames& read_;
};

void add_published(const ReplicaSite& site, const Population& sample, const PartySet& set, std::vector<RecordableSignal>& list) {
    for (const Party& party : set.parties())
        for (const Declared::Written& written : party.declared.writes) {
            const auto is_same = [&](const RecordableSignal& s) { return s.info.name == written.signal.name; };
            if (std::any_of(list.begin(), list.end(), is_same)) continue;
            const std::size_t size = size_of(written.signal.extent, site, sample.connectors, written.members.size());
            list.push_back({written.signal, written.members, size, false});
        }
}

void add_read(const PartySet& set, SignalNames& read) {
    for (const Party& party : set.parties())
        for (const Declared::Read& one : party.declared.reads) read.emplace(one.signal.name);
}

/// All signals that outputs can record; enters what parties read in `read`.
std::vector<RecordableSignal> signals_of(const LoadedStudy& study, const Population& sample, SignalNames& read) {
    std::vector<RecordableSignal> list;
    const ReplicaSite site = site_of(study);
    for (const auto& [name, provided] : provided_signals())
        if (provided.info.form == Form::present)
            list.push_back(
                {provided.info, {}, size_of(provided.info.extent, site, sample.connectors), provided.origin == Origin::network});
    const Rng rng = rng_of(study, ReplicaId(0));
    add_published(site, sample, PartySet(site, nullptr, sample, rng), list);
    for (const Alternative& alternative : study.scenario.controllers) {
        const PartySet set(site, &alternative, sample, rng);
        add_published(site, sample, set, list);
        add_read(set, read);
    }
    return list;
}

/// By group: 1 where all its connectors are generators, and there are any.
std::vector<std::uint8_t> groups_of_generators(const Connectors& connectors) {
    std::vector<std::uint8_t> any(connectors.groups.size(), 0), all(connectors.groups.size(), 1);
    for (std::size_t c = 0; c < connectors.group.size(); ++c) {
        if (connectors.is_generator(ConnectorId(c)))
            any[connectors.group[c]] = 1;
        else
            all[connectors.group[c]] = 0;
    }
    for (std::size_t g = 0; g < any.size(); ++g)
        if (all[g] == 0) any[g] = 0;
    return any;
}

}  // namespace

std::vector<RecordableSignal> recordable_signals(const LoadedStudy& study, const Population& sample) {
    SignalNames unused;
    return signals_of(study, sample, unused);
}

std::size_t parts_of(const Scenario& scenario) {
    const auto& length = scenario.study.batch_length;
    return length ? static_cast<std::size_t>((scenario.time.duration - scenario.time.warm_up) / *length) : 1;
}

Instant begin_of_part(const Scenario& scenario, std::size_t part) {
    const Duration whole = scenario.time.duration - scenario.time.warm_up;
    return Instant(scenario.time.warm_up + scenario.study.batch_length.value_or(whole) * static_cast<std::int64_t>(part));
}

std::unique_ptr<Output> make_output(const LoadedStudy& study, const Configured<Output>& configured, const Population& sample,
                                    StudyOutputs& outputs, OutputDeclarations& declared, std::size_t part) {
    const auto& scenario = study.scenario;
    CatalogExchange exchange(outputs.signals, outputs.read);
    Output::Context context{configured.label, declared, exchange, outputs.levels};
    context.calendar = scenario.time.start;
    context.step = scenario.time.step;
    context.measure_from = begin_of_part(scenario, part);
    context.horizon = begin_of_part(scenario, part + 1).time_since_epoch();
    context.feeder = &study.feeder->site();
    context.zones = sample.zones;
    context.connectors = sample.connectors.size();
    context.bands = scenario.limits.bands_of(*context.feeder);
    context.voltage_tolerance_pu = scenario.limits.voltage_tolerance_pu();
    context.loading_tolerance = scenario.limits.loading_tolerance();
    for (const auto& group : scenario.population) context.groups.push_back(group.label);
    context.only_generates = groups_of_generators(sample.connectors);
    for (const SitePlan& site : study.sites) context.sites.push_back(site.site.name);
    context.has_generators = sample.connectors.has_generators();
    context.queues.assign(sample.queues.begin() + 1, sample.queues.end());
    context.has_trips = sample.has_trips();
    return configured.make(context);
}

StudyOutputs make_outputs(const LoadedStudy& study, const Population& sample) {
    StudyOutputs outputs;
    outputs.signals = signals_of(study, sample, outputs.read);
    for (const auto& configured : study.scenario.outputs) {
        OutputDeclarations declared;
        outputs.outputs.push_back(make_output(study, configured, sample, outputs, declared));
        outputs.declared.push_back(std::move(declared));
    }
    for (std::size_t part = 1; part < parts_of(study.scenario); ++part) {
        auto& later = outputs.later_parts.emplace_back();
        for (const auto& configured : study.scenario.outputs) {
            OutputDeclarations as_before;
            later.push_back(make_output(study, configured, sample, outputs, as_before, part));
        }
    }
    return outputs;
}

ReplicaSite site_of(const LoadedStudy& study) {
    return {study.scenario, *study.feeder, *study.base, *study.network, {}, study.meters, study.channels, {}, {}, {},
            study.sites};
}

ReplicaSite site_of(const LoadedStudy& study, const StudyOutputs& outputs, const StopRequest& stop) {
    return {study.scenario, *study.feeder,   *study.base,    *study.network,       stop,       study.meters,
            study.channels, outputs.signals, outputs.levels, outputs.base_outside, study.sites};
}

Rng rng_of(const LoadedStudy& study, ReplicaId replica) {
    return {study.scenario.study.seed, static_cast<std::uint32_t>(replica.index()), study.scenario.study.draw_design()};
}

}  // namespace evsweep
