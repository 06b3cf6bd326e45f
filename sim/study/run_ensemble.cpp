#include "sim/study/run_ensemble.hpp"

#include "sim/engine/complaint.hpp"
#include "sim/engine/ensemble.hpp"
#include "sim/study/fleet_fingerprint.hpp"

namespace evsweep {

namespace {

/// Stands in where there are no vehicles to control.
class NoControl final : public Controller {
   public:
    [[nodiscard]] Needs needs() const override { return {}; }
    [[nodiscard]] Cadence cadence() const override { return {}; }
    void decide(const Observation&, Setpoints&) override {}
};

/// Notes the steps in which any bus but the source's is outside the voltage band, or there is no voltage to speak of.
class BandWatch final : public Recorder {
   public:
    BandWatch(const FeederSite& feeder, const Limits& limits, std::vector<std::uint8_t>& outside)
        : feeder_(feeder),
          min_pu_(limits.voltage_min.value() - limits.voltage_tolerance_pu()),
          max_pu_(limits.voltage_max.value() + limits.voltage_tolerance_pu()),
          outside_(outside) {}
    void at(const Snapshot& s) override {
        bool is_outside = !s.solved;
        for (std::size_t i = 0; i < s.supply_pu.size() && !is_outside; ++i)
            is_outside = (s.supply_pu[i] < min_pu_ || s.supply_pu[i] > max_pu_) && FeederSite::is_held_to_band(feeder_.supply[i]);
        outside_.push_back(is_outside);
    }
    [[nodiscard]] std::vector<std::vector<double>> finish() override { return {}; }

   private:
    const FeederSite& feeder_;
    double min_pu_, max_pu_;
    std::vector<std::uint8_t>& outside_;
};

/// One replica of an ensemble under one controller; all that it points to outlives the run.
struct Place {
    ReplicaId replica;
    const Population* population = nullptr;
    Controller* controller = nullptr;
    const Population* foretold = nullptr;  ///< where the controller wants to be told
    Recorder* extra = nullptr;
};

using Recorders = std::vector<std::unique_ptr<Recorder>>;  ///< as StudyOutputs::outputs

Recorders attach_recorders(const StudyOutputs& outputs, const Place& place, Replica& engine) {
    Recorders recorders;
    for (const auto& output : outputs.outputs) {
        recorders.push_back(output->start({place.replica, place.population}));
        if (!recorders.back()) continue;
        engine.record_with(*recorders.back(), output->wants_events());
        if (output->wants_unbalance()) engine.show_unbalance();
    }
    if (place.extra) engine.record_with(*place.extra, false);
    return recorders;
}

std::vector<std::string> names_of_needs(const Needs& needs) {
    std::vector<std::string> names;
    for (const Need n : all_needs)
        if (needs.contains(n)) names.emplace_back(name_of(n));
    return names;
}

ControllerRun gather(ReplicaOutcome outcome, const Recorders& recorders, const Controller& controller) {
    ControllerRun run;
    run.outcome = std::move(outcome);
    for (const auto& recorder : recorders) run.recorded.push_back(recorder ? recorder->finish() : Recorded{});
    run.needs = names_of_needs(controller.needs());
    run.counters = controller.counters();
    run.remarks = controller.remarks();
    return run;
}

/// Runs all places to the horizon, with the recorders of all outputs attached; one run per place.
std::vector<ControllerRun> run_side_by_side(const LoadedStudy& study, const StudyOutputs& outputs,
                                            const std::vector<Place>& places, Stopwatch& watch, const StopRequest& stop) {
    const ReplicaSite site{study.scenario, *study.feeder, *study.base, *study.network, stop};
    Ensemble ensemble(site, watch);
    std::vector<Recorders> recorders;
    for (const Place& place : places) {
        const Rng rng(study.scenario.study.seed, static_cast<std::uint32_t>(place.replica.index()));
        watch.switch_to(Activity::events);
        Replica& engine = ensemble.add(*place.population, *place.controller, rng);
        if (place.foretold) engine.foretell(*place.foretold);
        watch.switch_to(Activity::recording);
        recorders.push_back(attach_recorders(outputs, place, engine));
    }
    std::vector<ReplicaOutcome> outcomes = ensemble.run();
    watch.switch_to(Activity::recording);
    std::vector<ControllerRun> runs;
    for (std::size_t i = 0; i < places.size(); ++i)
        runs.push_back(gather(std::move(outcomes[i]), recorders[i], *places[i].controller));
    return runs;
}

struct Member {
    ReplicaRun run;
    Population population;
    std::optional<Population> foretold;  ///< once a controller has wanted to know
};
using Members = std::vector<Member*>;

/// The place of a member under a controller, with the forecast of stays that this wants.
Place place_of(const LoadedStudy& study, Member& member, Controller& controller, Stopwatch& watch) {
    Place place{member.run.replica, &member.population, &controller};
    if (!controller.needs().contains(Need::arrivals)) return place;
    const Activity before = watch.switch_to(Activity::sampling);
    if (!member.foretold) member.foretold = study.foretell(member.run.replica, member.population);
    watch.switch_to(before);
    place.foretold = &*member.foretold;
    return place;
}

/// One controller for each member, then all of them to the horizon.
void run_together(const LoadedStudy& study, const StudyOutputs& outputs, const Configured<Controller>& configured,
                  const Members& members, Stopwatch& watch, const StopRequest& stop) {
    watch.switch_to(Activity::control);
    std::vector<std::unique_ptr<Controller>> controllers;
    std::vector<Place> places;
    for (Member* m : members) {
        Controller::Context context = controller_context(study, configured, m->population, m->run.replica);
        context.stop = stop;
        controllers.push_back(configured.make(context));
        places.push_back(place_of(study, *m, *controllers.back(), watch));
    }
    std::vector<ControllerRun> runs = run_side_by_side(study, outputs, places, watch, stop);
    for (std::size_t i = 0; i < members.size(); ++i) {
        ReplicaRun& run = members[i]->run;
        if (const auto& failure = runs[i].outcome.failure) run.failure = ReplicaFailure{run.replica, configured.label, *failure};
        run.controllers.push_back(std::move(runs[i]));
    }
}

/// A replica must never take the study down: what it throws becomes its failure. Which of several threw shows when each
/// runs again by itself; for the others that makes no difference.
void run_guarded(const LoadedStudy& study, const StudyOutputs& outputs, const Configured<Controller>& configured,
                 const Members& members, Stopwatch& watch, const StopRequest& stop) {
    try {
        return run_together(study, outputs, configured, members, watch, stop);
    } catch (const Stopped&) {
        throw;
    } catch (...) {
        if (members.size() == 1) {
            ReplicaRun& run = members.front()->run;
            run.failure = ReplicaFailure{run.replica, configured.label, complaint_of_exception()};
            return;
        }
    }
    for (Member* m : members) run_guarded(study, outputs, configured, {m}, watch, stop);
}

Member draw_guarded(const LoadedStudy& study, ReplicaId replica) {
    Member member{{replica, {}, std::nullopt, 0}, {}, {}};
    try {
        member.run.controllers.reserve(study.scenario.controllers.size());  // so that taking a run in cannot fail half-way
        member.population = study.draw(replica);
        member.run.fleet = fleet_fingerprint(member.population);
    } catch (...) {
        member.run.failure = ReplicaFailure{replica, "", complaint_of_exception()};
    }
    return member;
}

}  // namespace

ControllerRun run_base(const LoadedStudy& study, StudyOutputs& outputs, const StopRequest& stop) {
    outputs.base_outside_band.clear();
    const Population sample = study.draw(ReplicaId(0));
    make_outputs(study, sample, outputs);
    std::vector<std::uint8_t> outside;
    BandWatch band_watch(study.feeder->site(), study.scenario.limits, outside);
    Population nobody;
    nobody.zones = sample.zones;
    NoControl control;
    Stopwatch unwatched;
    auto runs = run_side_by_side(study, outputs, {{ReplicaId(0), &nobody, &control, nullptr, &band_watch}}, unwatched, stop);
    outputs.base_outside_band = std::move(outside);
    make_outputs(study, sample, outputs);
    return std::move(runs.front());
}

std::vector<ReplicaRun> run_ensemble(const LoadedStudy& study, const StudyOutputs& outputs, ReplicaId first, std::size_t count,
                                     Stopwatch& watch, const StopRequest& stop) {
    watch.switch_to(Activity::sampling);
    std::vector<Member> all;
    for (std::size_t i = 0; i < count; ++i) {
        stop.obey();
        all.push_back(draw_guarded(study, ReplicaId(first.index() + i)));
    }
    const auto& controllers = study.scenario.controllers;
    for (std::size_t c = 0; c < controllers.size(); ++c) {
        if (RunProfile* profile = watch.profile()) profile->decides(c);
        Members standing;
        for (Member& m : all)
            if (!m.run.failure) standing.push_back(&m);
        if (!standing.empty()) run_guarded(study, outputs, controllers[c], standing, watch, stop);
    }
    std::vector<ReplicaRun> runs;
    for (Member& m : all) runs.push_back(std::move(m.run));
    return runs;
}

}  // namespace evsweep
