#include "sim/study/describe_study.hpp"

#include "sim/study/input_texts.hpp"
#include "sim/study/places_text.hpp"
#include "sim/study/provenance.hpp"
#include "sim/study/ratings.hpp"
#include "sim/study/wall_clock.hpp"

namespace evsweep {

namespace {

void describe_feeder(const Feeder& feeder, StudyResult& result) {
    result.feeder = feeder.site();
    result.branches = feeder.branches();
    result.unrated_branches = unrated_branches(feeder.site());
    result.feeder_parent.assign(feeder.buses(), -1);
    result.feeder_series_ohm.assign(feeder.buses(), 0.0);
    for (std::size_t b = 1; b < feeder.buses(); ++b) {
        result.feeder_parent[b] = static_cast<std::int32_t>(feeder.branch(BranchId(b - 1)).parent.index());
        result.feeder_series_ohm[b] = feeder.branch(BranchId(b - 1)).series_ohm;
    }
}

void describe_places(const LoadedStudy& study, StudyResult& result) {
    for (std::size_t g = 0; g < study.behaviours.size(); ++g) {
        const std::string& group = study.scenario.population[g].label;
        const GroupPlaces& places = study.behaviours[g]->places();
        result.places.push_back(places_text(group, places));
        if (places.drawn == PlaceDraw::per_replica) result.places_differ = true;
        if (places.drawn == PlaceDraw::per_study) result.places_drawn_once.push_back(group);
    }
}

}  // namespace

StudyResult describe_study(const LoadedStudy& study, const StudyOutputs& outputs) {
    const Scenario& scenario = study.scenario;
    StudyResult result;
    result.title = scenario.title;
    result.scenario_file = scenario.file.path.string();
    result.overrides = study.overrides;
    result.input_files = study.input_files;
    result.keeps_inputs = scenario.study.keep_inputs;
    result.scenario = scenario.resolved;
    result.seed = scenario.study.seed;
    result.connectors = study.draw(ReplicaId(0)).connectors;
    result.parts = outputs.parts();
    result.part_length = scenario.study.batch_length.value_or(Duration::zero());
    result.planned = scenario.study.replicas * static_cast<int>(result.parts);
    result.control_steps = study.base->steps();
    result.calendar_start = Value<Calendar>::text(scenario.time.start);
    result.clock_changes = clock_changes_of(scenario.time.start, scenario.time.duration);
    result.inputs = input_texts(study);
    result.confidence = scenario.study.confidence.value();
    result.draws = scenario.study.draw_design();
    result.reference = scenario.study.reference;
    result.currency = scenario.prices ? scenario.prices->currency : "";
    result.voltage_min_pu = scenario.limits.voltage_min.value();
    result.voltage_max_pu = scenario.limits.voltage_max.value();
    for (std::size_t o = 0; o < outputs.outputs.size(); ++o)
        result.outputs.push_back({scenario.outputs[o].label, scenario.outputs[o].type, outputs.declared[o].coordinates()});
    result.outputs.push_back({"ledger", "ledger", {}});
    result.outputs.push_back({"counters", "counters", {}});
    result.outputs.push_back({"messages", "messages", {}});
    if (!scenario.actuation.empty()) result.outputs.push_back({"actuation", "actuation", {}});
    describe_feeder(*study.feeder, result);
    for (const double nominal_v : result.feeder.nominal_v) result.bus_bands.push_back(scenario.limits.band_at(nominal_v));
    describe_places(study, result);
    result.provenance = provenance_of_this_build();
    return result;
}

}  // namespace evsweep
