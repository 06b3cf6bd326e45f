#include "sim/study/why/replay.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <utility>

#include "evsweep/contracts.hpp"
#include "sim/study/why/base_by_bus.hpp"

namespace evsweep {

namespace {

constexpr double never_seen = std::numeric_limits<double>::quiet_NaN();

std::vector<double> copy_of(std::span<const double> column) { return {column.begin(), column.end()}; }

/// Follows every limit of one replica, and takes down what was asked for. Only looks.
class LimitWatch final : public Recorder {
   public:
    LimitWatch(const LoadedStudy& study, const StudyOutputs& outputs, const ReplayRequest& request, Replay& replay)
        : measure_from_(study.scenario.time.warm_up),
          limits_(study),
          reader_(limits_, outputs),
          request_(request),
          replay_(replay),
          power_(slot_of_signal(outputs, signals::power.name)),
          reactive_(slot_of_signal(outputs, signals::reactive_power.name)),
          soc_(slot_of_signal(outputs, signals::state_of_charge.name)),
          target_(slot_of_signal(outputs, signals::target_soc.name)),
          departure_(slot_of_signal(outputs, signals::stated_departure.name)) {
        for (const LimitKind kind : all_limit_kinds) tally(kind).value = never_seen, tally(kind).share = -HUGE_VAL;
    }
    void meet(Replica& engine) {
        engine_ = &engine;
        engine.recording().add(*this);
    }

    void at(const Snapshot& s) override {
        if (s.now >= measure_from_) see_limits(s);
        if (request_.place && s.now >= request_.from && s.now <= request_.to) see_hour(s);
        if (request_.moment == s.now) replay_.moment = moment_of(s);
    }
    void finish(Recorded&) override {}

   private:
    [[nodiscard]] LimitTally& tally(LimitKind kind) { return replay_.limits[static_cast<std::size_t>(kind)]; }

    void see_limits(const Snapshot& s) {
        if (!s.solved) {
            LimitTally& unsolved = tally(LimitKind::unsolved);
            if (unsolved.steps++ == 0) unsolved.at = s.now;
            unsolved.is_broken = true;
            return;
        }
        for (const LimitKind kind : all_limit_kinds)
            if (!limits_.elements(kind).empty()) see_kind(s, kind);
    }

    /// The furthest beyond its limit at this instant; where that is further than before by more than rounding, it is noted.
    void see_kind(const Snapshot& s, LimitKind kind) {
        const auto column = reader_.column(s, kind);
        LimitTally now{};
        now.share = -HUGE_VAL;
        double excess = -HUGE_VAL;
        for (const std::uint32_t element : limits_.elements(kind)) {
            const LimitPlace place{kind, element};
            const double value = limits_.scale(place) * column[element];
            const LimitValue limit = limits_.at(place);
            if (std::isnan(value)) continue;
            excess = std::max(excess, limit.excess(value));
            if (limit.excess(value) / limit.permitted <= now.share) continue;
            now.share = limit.excess(value) / limit.permitted;
            now.place = place;
            now.value = value;
        }
        LimitTally& worst = tally(kind);
        if (excess > limits_.tolerance(kind)) ++worst.steps, worst.is_broken = true;
        constexpr double rounding = 1e-9;
        if (!(now.share > worst.share + rounding)) return;
        worst.share = now.share, worst.place = now.place, worst.value = now.value, worst.at = s.now;
        if (request_.capture == kind) replay_.moment = moment_of(s);
    }

    [[nodiscard]] Moment moment_of(const Snapshot& s) const {
        const LoadFlow& flow = engine_->world().network.load_flow();
        Moment moment;
        moment.at = s.now;
        moment.port_kw = copy_of(flow.power().p.raw());
        moment.port_kvar = copy_of(flow.power().q.raw());
        moment.devices = flow.devices();
        if (engine_->world().population.connectors.size() == 0) return moment;
        moment.p_kw = copy_of(s.read(power_));
        moment.q_kvar = copy_of(s.read(reactive_));
        moment.soc = copy_of(s.read(soc_));
        moment.target_soc = copy_of(s.read(target_));
        moment.stated_departure_ms = copy_of(s.read(departure_));
        return moment;
    }

    void see_hour(const Snapshot& s) {
        replay_.hour.at.push_back(s.now);
        replay_.hour.value.push_back(reader_.value(s, *request_.place));
        if (!request_.keeps_fleet) return;
        const World& world = engine_->world();
        const bool has_any = world.population.connectors.size() > 0;
        const std::vector<double> p_kw = has_any ? copy_of(s.read(power_)) : std::vector<double>{};
        const std::vector<double> q_kvar = has_any ? copy_of(s.read(reactive_)) : std::vector<double>{};
        const PortPower& power = world.network.load_flow().power();
        replay_.hour.base_kw.push_back(base_by_bus(world.ports, power.p.raw(), p_kw));
        replay_.hour.p_kw.push_back(p_kw);
    }

    Instant measure_from_;
    StudyLimits limits_;
    LimitReader reader_;
    const ReplayRequest& request_;
    Replay& replay_;
    Slot power_, reactive_, soc_, target_, departure_;
    const Replica* engine_ = nullptr;
};

}  // namespace

double Replay::value_at(Instant at) const {
    const auto found = std::find(hour.at.begin(), hour.at.end(), at);
    return found == hour.at.end() ? never_seen : hour.value[static_cast<std::size_t>(found - hour.at.begin())];
}

LoadedStudy under_one(const LoadedStudy& study, const std::string& controller) {
    LoadedStudy one = study;
    std::erase_if(one.scenario.controllers, [&](const Alternative& a) { return a.label != controller; });
    EVSWEEP_EXPECTS(one.scenario.controllers.size() == 1, "a replica is played under a controller of its study");
    return one;
}

StudyOutputs outputs_for_replay(LoadedStudy& study, ReplayOutputs keeps) {
    if (keeps == ReplayOutputs::none) study.scenario.outputs.clear();
    StudyOutputs outputs = make_outputs(study, study.draw(ReplicaId(0)));
    if (outputs.read.count(signals::outside_band_without_vehicles.name) > 0) (void)run_base(study, outputs);
    return outputs;
}

Replay replay(const LoadedStudy& study, const StudyOutputs& outputs, ReplicaId replica, const ReplayRequest& request) {
    EVSWEEP_EXPECTS(study.scenario.controllers.size() == 1, "a replay is of one controller");
    const auto start = std::chrono::steady_clock::now();
    Replay result;
    LimitWatch watch(study, outputs, request, result);
    Stopwatch unwatched;
    auto runs = run_ensemble(study, outputs, replica, 1, unwatched, {}, [&watch](Replica& engine) { watch.meet(engine); });
    if (runs.front().failure)
        result.failure = runs.front().failure->what;
    else
        result.recorded = std::move(runs.front().controllers.front().recorded);
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return result;
}

}  // namespace evsweep
