#include "sim/study/run_ensemble.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <span>

#include "sim/engine/ensemble.hpp"
#include "sim/engine/error_text.hpp"
#include "sim/study/fleet_fingerprint.hpp"

namespace evsweep {

namespace {

/// Notes the steps in which any bus but the source's is outside the voltage band, or there is no voltage to speak of.
class BandWatch final : public Recorder {
   public:
    BandWatch(const LoadedStudy& study, const StudyOutputs& outputs, std::vector<std::uint8_t>& outside)
        : feeder_(study.feeder->site()),
          bands_(study.scenario.limits.bands_of(feeder_)),
          tolerance_pu_(study.scenario.limits.voltage_tolerance_pu()),
          voltage_(slot_of(outputs, signals::supply_voltage.name)),
          outside_(outside) {}
    void at(const Snapshot& s) override {
        bool is_outside = !s.solved;
        const auto voltage_pu = s.read(voltage_);
        for (std::size_t i = 0; i < voltage_pu.size() && !is_outside; ++i)
            is_outside = FeederSite::is_held_to_band(feeder_.supply[i]) && bands_.of(i).excess_pu(voltage_pu[i]) > tolerance_pu_;
        outside_.push_back(is_outside);
    }
    void finish(Recorded&) override {}

   private:
    static Slot slot_of(const StudyOutputs& outputs, std::string_view name) {
        const auto is_it = [name](const RecordableSignal& signal) { return signal.info.name == name; };
        const auto found = std::find_if(outputs.signals.begin(), outputs.signals.end(), is_it);
        return {static_cast<std::uint32_t>(found - outputs.signals.begin()), 0};
    }
    const FeederSite& feeder_;
    VoltageBands bands_;
    double tolerance_pu_;
    Slot voltage_;
    std::vector<std::uint8_t>& outside_;
};

/// One replica of an ensemble under one alternative; all that it points to outlives the run.
struct Place {
    ReplicaId replica;
    const Population* population = nullptr;
    PartySet* parties = nullptr;
    const Population* expected = nullptr;  ///< a forecast of stays, where a party uses one
    Recorder* extra = nullptr;
    std::span<const std::uint8_t> base_outside{};  ///< where that of the study is not the replica's
    const Population* later = nullptr;             ///< as outputs of later parts see it; null where there are none
};

using Recorders = std::vector<std::unique_ptr<Recorder>>;  ///< as StudyOutputs::outputs, part by part

Recorders attach_recorders(const LoadedStudy& study, const StudyOutputs& outputs, const Place& place, Replica& engine) {
    Recorders recorders;
    for (std::size_t part = 0; part < outputs.parts(); ++part) {
        if (part > 0) engine.recording().begin_part(begin_of_part(study.scenario, part));
        for (const auto& output : outputs.of_part(part)) {
            recorders.push_back(output->start({place.replica, part == 0 ? place.population : place.later}));
            if (recorders.back()) engine.recording().add(*recorders.back(), *output);
        }
        if (place.extra) engine.recording().add(*place.extra);
    }
    return recorders;
}

/// A meter in words: "delay 5 min, noise 0.001 pu".
std::string meter_text(const LoadedStudy& study, std::string_view signal, std::string_view unit) {
    const auto found = study.meters.find(signal);
    if (found == study.meters.end()) return {};
    const MeterSettings& meter = found->second;
    std::string text = "delay " + duration_text(meter.delay);
    if (meter.noise > 0.0) text += fmt::format(", noise {:g} {}", meter.noise, unit);
    if (meter.resolution > 0.0) text += fmt::format(", resolution {:g} {}", meter.resolution, unit);
    if (meter.sampling) text += ", sampling " + duration_text(*meter.sampling);
    if (meter.loss > Fraction(0.0)) text += fmt::format(", loss {:g} %", 100.0 * meter.loss.value());
    return text;
}

void gather_reads(const LoadedStudy& study, const PartySet& set, std::vector<ReadSignal>& reads) {
    for (const Party& party : set.parties()) {
        for (const Declared::Read& read : party.declared.reads) {
            const auto by = set.publisher_of(read.signal.name);
            reads.push_back({party.choice->label, std::string(read.signal.name), std::string(read.signal.unit),
                             by ? set.parties()[*by].choice->label : "simulator",
                             read.freshness == Freshness::present ? "present" : "previous",
                             meter_text(study, read.signal.name, read.signal.unit)});
        }
        for (const std::string& service : party.declared.uses)
            reads.push_back({party.choice->label, service, "", "simulator", "present", ""});
    }
}

/// Counters carry the name of their party where there are several.
void gather_words(const PartySet& set, ControllerRun& run) {
    for (const Party& party : set.parties()) {
        const std::string prefix = set.parties().size() > 1 ? party.choice->label + "_" : "";
        const auto take = [&](const auto& plugin) {
            for (Counter& counter : plugin.counters()) run.counters.push_back({prefix + counter.name, counter.value});
            for (Remark& remark : plugin.remarks())
                run.remarks.push_back(
                    {remark.at, set.parties().size() > 1 ? party.choice->label + ": " + remark.text : remark.text});
        };
        if (party.controller) take(*party.controller);
        if (party.agent) take(*party.agent);
    }
    std::stable_sort(run.remarks.begin(), run.remarks.end(), [](const Remark& a, const Remark& b) { return a.at < b.at; });
}

ControllerRun gather(const LoadedStudy& study, const StudyOutputs& outputs, ReplicaOutcome outcome, const Recorders& recorders,
                     const PartySet& set) {
    ControllerRun run;
    run.outcome = std::move(outcome);
    for (std::size_t o = 0; o < recorders.size(); ++o) {
        run.recorded.emplace_back();
        if (!recorders[o]) continue;
        run.recorded.back().emplace(outputs.declared[o % outputs.declared.size()].variables().size());
        recorders[o]->finish(*run.recorded.back());
    }
    gather_reads(study, set, run.reads);
    gather_words(set, run);
    return run;
}

/// Runs all places to the horizon, with the recorders of all outputs attached; one run per place.
std::vector<ControllerRun> run_side_by_side(const LoadedStudy& study, const StudyOutputs& outputs,
                                            const std::vector<Place>& places, Stopwatch& watch, const StopRequest& stop,
                                            const ReplicaVisitor& visitor = {}) {
    const ReplicaSite site = site_of(study, outputs, stop);
    Ensemble ensemble(site, watch);
    std::vector<Recorders> recorders;
    for (const Place& place : places) {
        watch.switch_to(Activity::events);
        Replica& engine = ensemble.add(*place.population, *place.parties, rng_of(study, place.replica));
        if (place.expected) engine.expect_stays(*place.expected);
        if (!place.base_outside.empty()) engine.know_base(place.base_outside);
        watch.switch_to(Activity::recording);
        recorders.push_back(attach_recorders(study, outputs, place, engine));
        if (visitor) visitor(engine);
    }
    std::vector<ReplicaOutcome> outcomes = ensemble.run();
    watch.switch_to(Activity::recording);
    std::vector<ControllerRun> runs;
    for (std::size_t i = 0; i < places.size(); ++i)
        runs.push_back(gather(study, outputs, std::move(outcomes[i]), recorders[i], *places[i].parties));
    return runs;
}

struct Member {
    ReplicaRun run;
    Population population;
    std::optional<Population> expected{};      ///< a forecast of its stays, once a party uses one
    std::vector<std::uint8_t> base_outside{};  ///< as World::base_outside, where the feeder without vehicles is its own
    std::optional<Population> later{};         ///< as Place::later
};
using Members = std::vector<Member*>;

/// The place of a member under an alternative, with the forecast of stays that its parties use.
Place place_of(const LoadedStudy& study, Member& member, PartySet& parties, Stopwatch& watch) {
    Place place{member.run.replica, &member.population, &parties};
    place.base_outside = member.base_outside;
    if (member.later) place.later = &*member.later;
    if (!parties.uses(services::arrivals.name)) return place;
    const Activity before = watch.switch_to(Activity::sampling);
    if (!member.expected) member.expected = study.forecast_stays(member.run.replica, member.population);
    watch.switch_to(before);
    place.expected = &*member.expected;
    return place;
}

/// The parties of one alternative for each member, then all of them to the horizon.
void run_together(const LoadedStudy& study, const StudyOutputs& outputs, const Alternative& alternative, const Members& members,
                  Stopwatch& watch, const StopRequest& stop, const ReplicaVisitor& visitor) {
    watch.switch_to(Activity::control);
    const ReplicaSite site = site_of(study, outputs, stop);
    std::vector<std::unique_ptr<PartySet>> sets;
    std::vector<Place> places;
    for (Member* m : members) {
        sets.push_back(std::make_unique<PartySet>(site, &alternative, m->population, rng_of(study, m->run.replica)));
        places.push_back(place_of(study, *m, *sets.back(), watch));
    }
    std::vector<ControllerRun> runs = run_side_by_side(study, outputs, places, watch, stop, visitor);
    for (std::size_t i = 0; i < members.size(); ++i) {
        ReplicaRun& run = members[i]->run;
        if (const auto& failure = runs[i].outcome.failure) run.failure = ReplicaFailure{run.replica, alternative.label, *failure};
        run.controllers.push_back(std::move(runs[i]));
    }
}

/// Calls `run_members` for all of them. A replica must never take the study down: what it throws becomes its failure. Which of
/// several threw shows when each runs again by itself; for the others that makes no difference.
template <class RunMembers>
void run_guarded(const std::string& label, const Members& members, const RunMembers& run_members) {
    try {
        return run_members(members);
    } catch (const Stopped&) {
        throw;
    } catch (...) {
        if (members.size() == 1) {
            ReplicaRun& run = members.front()->run;
            run.failure = ReplicaFailure{run.replica, label, error_text_of_exception()};
            return;
        }
    }
    for (Member* m : members) run_guarded(label, {m}, run_members);
}

/// Stays that could not be played are counted once, in the first part of their replica.
Population without_tallies(Population population) {
    population.stays.clear();
    return population;
}

Member draw_guarded(const LoadedStudy& study, ReplicaId replica) {
    Member member{{replica, {}, std::nullopt, 0}, {}};
    try {
        member.run.controllers.reserve(study.scenario.controllers.size());  // so that taking a run in cannot fail half-way
        member.population = study.draw(replica);
        member.run.fleet = fleet_fingerprint(member.population);
        if (parts_of(study.scenario) > 1) member.later = without_tallies(member.population);
    } catch (...) {
        member.run.failure = ReplicaFailure{replica, "", error_text_of_exception()};
    }
    return member;
}

/// The agents of the scenario whose declarations fit together without any controller: one that reads what only controllers
/// publish has nothing to do without vehicles.
std::unique_ptr<PartySet> agents_alone(const LoadedStudy& study, const ReplicaSite& site, const Population& nobody,
                                       ReplicaId replica) {
    std::vector<const PartyChoice*> choices;
    for (const PartyChoice& agent : study.scenario.agents) choices.push_back(&agent);
    while (true) {
        auto set = std::make_unique<PartySet>(site, choices, nobody, rng_of(study, replica));
        if (set->problems().empty()) return set;
        for (const PartyProblem& problem : set->problems()) std::erase(choices, problem.party);
    }
}

/// Whether the feeder without vehicles is another in this replica than in the study's base run, which has nothing random and no
/// generators.
bool has_own_base(const Population& population) {
    return population.load_factors.vary() || population.connectors.has_generators();
}

/// A replica without its vehicles: all that is drawn for it but the stays.
struct Bare {
    Bare(const LoadedStudy& study, const StudyOutputs& outputs, const ReplicaSite& site, Member& member)
        : population(without_stays(member.population)),
          agents(agents_alone(study, site, population, member.run.replica)),
          band_watch(study, outputs, member.base_outside) {}
    Bare(const Bare&) = delete;

    static Population without_stays(Population population) {
        population.sessions.clear();
        return population;
    }
    const Population population;
    const std::unique_ptr<PartySet> agents;
    BandWatch band_watch;
};

/// Finds the steps in which the feeder of each member leaves its voltage band without any vehicle.
void run_bases_together(const LoadedStudy& study, const StudyOutputs& outputs, const Members& members, Stopwatch& watch,
                        const StopRequest& stop) {
    watch.switch_to(Activity::events);
    ReplicaSite site = site_of(study, outputs, stop);
    site.base_outside = {};  // that is what these runs are for
    std::vector<std::unique_ptr<Bare>> bares;
    Ensemble ensemble(site, watch);
    for (Member* m : members) {
        m->base_outside.clear();
        bares.push_back(std::make_unique<Bare>(study, outputs, site, *m));
        Bare& bare = *bares.back();
        Replica& engine = ensemble.add(bare.population, *bare.agents, rng_of(study, m->run.replica));
        engine.expect_stays(bare.population);
        engine.recording().add(bare.band_watch);
    }
    const std::vector<ReplicaOutcome> outcomes = ensemble.run();
    for (std::size_t i = 0; i < members.size(); ++i)
        if (const auto& failure = outcomes[i].failure)
            members[i]->run.failure = ReplicaFailure{members[i]->run.replica, std::string(base_run_name), *failure};
}

Members standing(std::vector<Member>& all) {
    Members list;
    for (Member& m : all)
        if (!m.run.failure) list.push_back(&m);
    return list;
}

/// Where replicas differ without vehicles, too, and somebody looks at that.
void run_bases(const LoadedStudy& study, const StudyOutputs& outputs, std::vector<Member>& all, Stopwatch& watch,
               const StopRequest& stop) {
    if (outputs.read.count(signals::outside_band_without_vehicles.name) == 0) return;
    Members members = standing(all);
    std::erase_if(members, [](const Member* m) { return !has_own_base(m->population); });
    if (members.empty()) return;
    run_guarded(std::string(base_run_name), members,
                [&](const Members& some) { run_bases_together(study, outputs, some, watch, stop); });
}

}  // namespace

ControllerRun run_base(const LoadedStudy& study, StudyOutputs& outputs, const StopRequest& stop) {
    std::vector<std::uint8_t> outside;
    BandWatch band_watch(study, outputs, outside);
    Population nobody;
    nobody.zones = study.draw(ReplicaId(0)).zones;
    const ReplicaSite site = site_of(study, outputs, stop);
    const auto agents = agents_alone(study, site, nobody, ReplicaId(0));
    Stopwatch unwatched;
    auto runs = run_side_by_side(study, outputs, {{ReplicaId(0), &nobody, agents.get(), &nobody, &band_watch, {}, &nobody}},
                                 unwatched, stop);
    outputs.base_outside = std::move(outside);
    return std::move(runs.front());
}

std::vector<ReplicaRun> run_ensemble(const LoadedStudy& study, const StudyOutputs& outputs, ReplicaId first, std::size_t count,
                                     Stopwatch& watch, const StopRequest& stop, const ReplicaVisitor& visitor) {
    std::vector<ReplicaId> replicas;
    for (std::size_t i = 0; i < count; ++i) replicas.emplace_back(first.index() + i);
    return run_ensemble(study, outputs, replicas, watch, stop, visitor);
}

std::vector<ReplicaRun> run_ensemble(const LoadedStudy& study, const StudyOutputs& outputs,
                                     const std::vector<ReplicaId>& replicas, Stopwatch& watch, const StopRequest& stop,
                                     const ReplicaVisitor& visitor) {
    watch.switch_to(Activity::sampling);
    std::vector<Member> all;
    for (const ReplicaId replica : replicas) {
        stop.obey();
        all.push_back(draw_guarded(study, replica));
    }
    run_bases(study, outputs, all, watch, stop);
    const auto& controllers = study.scenario.controllers;
    for (std::size_t c = 0; c < controllers.size(); ++c) {
        if (RunProfile* profile = watch.profile()) profile->decides(c);
        const Members members = standing(all);
        if (members.empty()) break;
        run_guarded(controllers[c].label, members,
                    [&](const Members& some) { run_together(study, outputs, controllers[c], some, watch, stop, visitor); });
    }
    std::vector<ReplicaRun> runs;
    for (Member& m : all) runs.push_back(std::move(m.run));
    return runs;
}

}  // namespace evsweep
