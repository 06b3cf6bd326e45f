#include "sim/study/why/reruns.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>

#include "evsweep/stationary.hpp"
#include "sim/study/why/in_parallel.hpp"

namespace evsweep {

namespace {

/// So many have a colour of their own in the figure of the hour.
constexpr std::size_t parts_of_hour_shown = 7;
/// Where no vehicle has this share of the change, vehicles are shown by bus.
constexpr double least_share_seen = 0.02;

/// The noon before an instant, or the start of the study.
Instant last_noon(const Calendar& calendar, Instant at) {
    Instant noon = calendar.instant(LocalTime(calendar.day(at)) + std::chrono::hours(12));
    if (noon > at) noon = calendar.instant(LocalTime(calendar.day(at)) - std::chrono::hours(12));
    return std::max(noon, Instant{});
}

double asked_kwh_of(const Session& session, const Vehicles& vehicles) {
    return std::max(0.0, session.target_soc - session.initial_soc) * vehicles.capacity.raw()[session.vehicle.index()];
}

}  // namespace

double minutes_of(const Replay& replay, LimitKind kind, Duration step) {
    const bool counts_unsolved = kind != LimitKind::high_voltage && kind != LimitKind::unsolved;
    const std::size_t steps = replay.of(kind).steps + (counts_unsolved ? replay.of(LimitKind::unsolved).steps : 0);
    return 60.0 * hours(step) * static_cast<double>(steps);
}

std::vector<Actor> idle_vehicles(const LoadedStudy& study, const Population& population, Instant at) {
    const Instant noon = last_noon(study.scenario.time.start, at);
    std::vector<std::pair<double, Actor>> found;
    for (const Session& session : population.sessions) {
        if (never_leaves(session) || session.plug_in > at || session.unplug <= noon) continue;
        Actor actor;
        actor.kind = ActorKind::vehicle;
        actor.number = static_cast<std::uint32_t>(session.vehicle.index());
        actor.connector = session.connector;
        actor.bus = population.connectors.bus[session.connector.index()];
        found.emplace_back(asked_kwh_of(session, population.vehicles), std::move(actor));
    }
    std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<Actor> actors;
    for (auto& [kwh, actor] : found) actors.push_back(std::move(actor));
    return actors;
}

Reruns::Reruns(const LoadedStudy& study, const Population& population, const Moment& moment, Explanation& found)
    : study_(study), population_(population), moment_(moment), found_(found) {}

ReplayRequest Reruns::request_of_instant() const {
    ReplayRequest request;
    request.place = found_.place;
    request.from = request.to = moment_.at;
    return request;
}

void Reruns::plan(const ExplanationOptions& options) {
    std::vector<std::size_t> chosen;
    if (!options.is_quick) chosen = choose(options.reruns);
    if (options.keeps_hour) plan_hour();
    if (options.is_quick) return;
    plan_others();
    plan_without_vehicles();
    for (const std::size_t row : chosen) plan_without(found_.actors[row]);
}

/// Who is left out of the whole replica: first those whom a controller or a planner can do something about, by their push; a
/// fifth of the runs goes to vehicles that do not draw but may have made others draw, and a quarter to the largest loads.
std::vector<std::size_t> Reruns::choose(std::size_t most) {
    const std::size_t of_idle = most / 5, of_loads = most / 4;
    std::vector<std::size_t> own, loads;
    std::set<std::uint32_t> drawing;
    for (std::size_t a = 0; a < found_.actors.size(); ++a) {
        const ActorShare& row = found_.actors[a];
        if (row.actor.draws.empty()) continue;
        if (row.actor.kind == ActorKind::vehicle) drawing.insert(row.actor.number);
        if (found_.push(row.share) > 0.0) (row.actor.kind == ActorKind::base_load ? loads : own).push_back(a);
    }
    put_alike_last(own);
    std::vector<std::size_t> idle;
    for (const Actor& actor : idle_vehicles(study_, population_, moment_.at)) {
        if (idle.size() == of_idle || !drawing.insert(actor.number).second) continue;
        const auto is_it = [&](const ActorShare& row) {
            return row.actor.kind == ActorKind::vehicle && row.actor.number == actor.number;
        };
        const auto known = std::find_if(found_.actors.begin(), found_.actors.end(), is_it);
        idle.push_back(static_cast<std::size_t>(known - found_.actors.begin()));
        if (known == found_.actors.end()) found_.actors.push_back({actor, 0.0, 0.0, found_.all});
    }
    loads.resize(std::min(loads.size(), std::max(of_loads, most - std::min(most, own.size() + idle.size()))));
    own.resize(std::min(own.size(), most - std::min(most, loads.size() + idle.size())));
    std::vector<std::size_t> chosen = own;
    chosen.insert(chosen.end(), idle.begin(), idle.end());
    chosen.insert(chosen.end(), loads.begin(), loads.end());
    chosen.resize(std::min(chosen.size(), most));
    return chosen;
}

/// Of those that draw the same at the same places two say enough for the first; the others come after everybody else.
void Reruns::put_alike_last(std::vector<std::size_t>& rows) const {
    constexpr std::size_t enough = 2;
    std::map<std::vector<PlacePower>, std::size_t> seen;
    std::stable_partition(rows.begin(), rows.end(),
                          [&](std::size_t row) { return ++seen[found_.actors[row].actor.draws] <= enough; });
}

void Reruns::plan_hour() {
    const Duration step = study_.scenario.time.step;
    const Duration half = std::max<Duration>(std::chrono::minutes(30), 4 * step);
    Job job{found_.violation.controller};
    job.request.place = found_.place;
    job.request.from = std::max(Instant{}, moment_.at - half);
    job.request.to = moment_.at + half;
    job.request.keeps_fleet = true;
    job.take = [this](const Replay& replay) { take_hour(replay); };
    jobs_.push_back(std::move(job));
}

void Reruns::plan_others() {
    for (const Alternative& alternative : study_.scenario.controllers) {
        if (alternative.label == found_.violation.controller) continue;
        Job job{alternative.label, {}, request_of_instant()};
        job.request.moment = moment_.at;
        job.take = [this, label = alternative.label](const Replay& replay) {
            found_.others.push_back({label, replay.failure, replay.value_at(moment_.at),
                                     minutes_of(replay, found_.place.kind, study_.scenario.time.step)});
            if (replay.moment) moments_.emplace_back(label, *replay.moment);
        };
        jobs_.push_back(std::move(job));
    }
}

void Reruns::plan_without_vehicles() {
    if (std::all_of(population_.sessions.begin(), population_.sessions.end(), never_leaves)) return;
    Job job{found_.violation.controller, leave_out_vehicles, request_of_instant()};
    job.take = [this](const Replay& replay) { found_.without_vehicles = outcome_of(replay); };
    jobs_.push_back(std::move(job));
}

void Reruns::plan_without(ActorShare& row) {
    Job job{found_.violation.controller, without(study_, row.actor), request_of_instant()};
    job.take = [this, &row](const Replay& replay) { row.rerun = outcome_of(replay); };
    jobs_.push_back(std::move(job));
}

WithoutActor Reruns::outcome_of(const Replay& replay) const {
    WithoutActor outcome;
    outcome.failure = replay.failure;
    outcome.value = replay.value_at(moment_.at);
    outcome.holds_there = !replay.failure && found_.holds(outcome.value);
    outcome.minutes = minutes_of(replay, found_.place.kind, study_.scenario.time.step);
    return outcome;
}

/// Runs everything side by side; what is found is entered in the order of the plan.
void Reruns::run(std::size_t threads) {
    std::map<std::string, std::pair<LoadedStudy, StudyOutputs>> ready;  // by controller
    for (const Job& job : jobs_) {
        if (ready.count(job.controller) > 0) continue;
        LoadedStudy one = under_one(study_, job.controller);
        StudyOutputs outputs = outputs_for_replay(one, ReplayOutputs::none);
        ready.try_emplace(job.controller, std::move(one), std::move(outputs));
    }
    std::vector<Replay> replays(jobs_.size());
    in_parallel(jobs_.size(), threads, [&] {
        return [&](std::size_t j) {
            const auto& [one, outputs] = ready.at(jobs_[j].controller);
            LoadedStudy amended = one;
            amended.amend = jobs_[j].amend;
            replays[j] = replay(amended, outputs, found_.violation.replica, jobs_[j].request);
        };
    });
    for (std::size_t j = 0; j < jobs_.size(); ++j) jobs_[j].take(replays[j]);
    found_.runs += jobs_.size();
    take_decisions(found_.violation.controller, moment_);
    for (const auto& [controller, moment] : moments_) take_decisions(controller, moment);
    std::stable_sort(found_.decisions.begin(), found_.decisions.end(),
                     [](const auto& a, const auto& b) { return a.vehicle < b.vehicle; });
}

/// Of the vehicles that were left out in a run of their own and are there at the instant.
void Reruns::take_decisions(const std::string& controller, const Moment& moment) {
    for (const ActorShare& row : found_.actors)
        if (row.rerun && row.actor.connector && row.actor.kind != ActorKind::generator &&
            occupant_at(population_, *row.actor.connector, moment.at) == VehicleId(row.actor.number))
            found_.decisions.push_back(decision_of(row.actor, controller, moment));
}

VehicleDecision Reruns::decision_of(const Actor& actor, const std::string& controller, const Moment& moment) const {
    const std::size_t c = actor.connector->index();
    const Vehicles& vehicles = population_.vehicles;
    VehicleDecision decision;
    decision.vehicle = actor.number;
    decision.controller = controller;
    decision.p_kw = moment.p_kw[c];
    decision.soc = moment.soc[c];
    decision.target_soc = moment.target_soc[c];
    decision.missing_kwh = std::max(0.0, decision.target_soc - decision.soc) * vehicles.capacity.raw()[actor.number] /
                           vehicles.stored_per_drawn.raw()[actor.number];
    if (actor.kind == ActorKind::battery) return decision;
    decision.departs_h = (moment.stated_departure_ms[c] - static_cast<double>(moment.at.time_since_epoch().count())) / 3.6e6;
    const double rating_kw = population_.connectors.charge_rating.raw()[c];
    if (rating_kw > 0.0) decision.laxity_h = *decision.departs_h - decision.missing_kwh / rating_kw;
    return decision;
}

/// Who is shown apart in the hour.
std::vector<Reruns::HourPart> Reruns::parts_of_hour() const {
    std::vector<HourPart> parts;
    double largest = 0.0;
    for (const ActorShare& row : found_.actors) {
        if (row.actor.draws.empty() || row.actor.kind == ActorKind::base_load) continue;
        largest = std::max(largest, std::abs(row.share));
        parts.push_back({row.actor.text(study_.feeder->site()), found_.push(row.share), {*row.actor.connector}});
    }
    if (largest < least_share_seen * std::abs(found_.all - found_.nobody)) parts = buses_of_hour();
    std::stable_sort(parts.begin(), parts.end(), [](const HourPart& a, const HourPart& b) { return a.push > b.push; });
    parts.resize(std::min(parts.size(), parts_of_hour_shown));
    return parts;
}

/// All charging points of a bus together.
std::vector<Reruns::HourPart> Reruns::buses_of_hour() const {
    found_.hour.is_by_bus = true;
    std::map<BusId, double> push;
    for (const ActorShare& row : found_.actors)
        if (row.actor.kind == ActorKind::vehicle) push[row.actor.bus] += found_.push(row.share);
    std::vector<HourPart> parts;
    for (const auto& [bus, sum] : push) {
        parts.push_back({"vehicles at bus " + study_.feeder->site().bus[bus.index()], sum, {}});
        for (std::size_t c = 0; c < population_.connectors.size(); ++c)
            if (population_.connectors.bus[c] == bus && !population_.connectors.is_generator(ConnectorId(c)))
                parts.back().connectors.emplace_back(c);
    }
    return parts;
}

/// Those who push most, each by itself, and all others together.
void Reruns::take_hour(const Replay& replay) {
    ExplainedHour& hour = found_.hour;
    const std::vector<HourPart> parts = parts_of_hour();
    std::vector<bool> is_apart(population_.connectors.size(), false);
    for (const HourPart& part : parts) {
        hour.parts.push_back(part.name);
        for (const ConnectorId c : part.connectors) is_apart[c.index()] = true;
    }
    hour.part_kw.resize(parts.size());
    for (std::size_t m = 0; m < replay.hour.at.size(); ++m) {
        hour.time_h.push_back(hours(replay.hour.at[m].time_since_epoch()));
        hour.value.push_back(replay.hour.value[m]);
        const auto& p_kw = replay.hour.p_kw[m];
        for (std::size_t k = 0; k < parts.size(); ++k) {
            double sum = 0.0;
            for (const ConnectorId c : parts[k].connectors) sum += p_kw[c.index()];
            hour.part_kw[k].push_back(sum);
        }
        double vehicles = 0.0, fed_in = 0.0, loads = 0.0;
        for (std::size_t c = 0; c < p_kw.size(); ++c) {
            if (is_apart[c]) continue;
            const bool is_generator = population_.connectors.is_generator(ConnectorId(c));
            (is_generator ? fed_in : vehicles) += is_generator ? -p_kw[c] : p_kw[c];
        }
        for (const double kw : replay.hour.base_kw[m]) loads += kw;
        hour.vehicles_kw.push_back(vehicles), hour.loads_kw.push_back(loads), hour.fed_in_kw.push_back(fed_in);
    }
}

}  // namespace evsweep
