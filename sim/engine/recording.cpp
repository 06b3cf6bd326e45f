#include "sim/engine/recording.hpp"

#include <limits>

#include "evsweep/contracts.hpp"

namespace evsweep {

ReplicaRecording::ReplicaRecording(World& world, SignalBoard& board)
    : world_(world), board_(board), signals_(world.site.signals.size()) {}

void ReplicaRecording::add(Recorder& recorder) { parts_.back().recorders.push_back(&recorder); }

void ReplicaRecording::add(Recorder& recorder, const Output& output) {
    add(recorder);
    Part& part = parts_.back();
    if (output.wants_events()) part.event_recorders.push_back(&recorder);
    if (const auto every = output.samples_every()) {
        const Duration since = part.begin.time_since_epoch();
        part.samplers.push_back({&recorder, *every, Instant((since + *every - Duration(1)) / *every * *every)});
    }
    find_next_sample();
}

void ReplicaRecording::begin_part(Instant begin) {
    EVSWEEP_EXPECTS(begin > parts_.back().begin, "parts follow one another");
    parts_.push_back({begin});
}

/// Whether the next part begins now, and the step before it is still to be closed.
bool ReplicaRecording::is_at_border() const { return part_ + 1 < parts_.size() && world_.now >= parts_[part_ + 1].begin; }

/// Where the next part begins now, the one before hears of the stays under way as far as they have come, and no more.
void ReplicaRecording::enter_part() {
    if (!is_at_border()) return;
    for (const ConnectorId c : world_.fleet.plugged_in()) {
        const SessionRecord record = world_.fleet.so_far(c, world_.now);
        for (Recorder* r : now().recorders) r->session_ended(record);
    }
    for (std::uint32_t queue = 0; queue < world_.queues.queues(); ++queue)
        for (const SessionId id : world_.queues.waiting(queue))
            for (Recorder* r : now().recorders) r->session_ended(world_.still_waits(id));
    ++part_;
    find_next_sample();
}

void ReplicaRecording::find_next_sample() {
    next_sample_.reset();
    for (const Sampler& sampler : now().samplers)
        if (!next_sample_ || sampler.next < *next_sample_) next_sample_ = sampler.next;
}

Snapshot ReplicaRecording::snapshot() { return {world_.now, world_.step, world_.network.is_solved(), *this}; }

void ReplicaRecording::take_step() {
    close_step();
    enter_part();
    if (!world_.network.is_solved()) unsolved_.push_back({world_.now, world_.network.result()});
    const BaseDemand& base = world_.site.base;
    books_.open(world_.now, {base.price()[world_.step], base.sell_price()[world_.step]}, world_.powers(), world_.energy());
    const Snapshot begin = snapshot();
    for (Recorder* r : now().recorders) r->at(begin);
}

void ReplicaRecording::close_step() {
    if (!books_.is_open()) return;
    const Interval interval = books_.close(world_.now, world_.energy());
    ledger_.book(interval);
    for (Recorder* r : now().recorders) r->over(interval);
}

void ReplicaRecording::take_sample() {
    world_.advance_fleet();
    const Snapshot seen = snapshot();
    for (Sampler& sampler : now().samplers) {
        if (sampler.next != world_.now) continue;
        sampler.recorder->sample(seen);
        sampler.next += sampler.every;
    }
    find_next_sample();
}

void ReplicaRecording::end_session(const SessionRecord& record) {
    ledger_.book(record, world_.population.vehicles);
    SessionRecord seen = record;
    if (is_at_border()) {
        seen.complete = false;
        for (Recorder* r : parts_[part_ + 1].recorders) r->session_ended(record);
    }
    for (Recorder* r : now().recorders) r->session_ended(seen);
}

void ReplicaRecording::hold_powers() { books_.hold(world_.now, world_.powers()); }

void ReplicaRecording::note(EventKind kind, std::optional<ConnectorId> connector) {
    if (now().event_recorders.empty()) return;
    EventRecord record{world_.now, kind, connector};
    if (connector) {
        record.soc = world_.fleet.soc()[connector->index()];
        record.p_kw = world_.fleet.p_kw()[connector->index()];
    }
    for (Recorder* r : now().event_recorders) r->event(record);
}

void ReplicaRecording::note(EventKind kind, ConnectorId connector, double soc) {
    const EventRecord record{.at = world_.now, .kind = kind, .connector = connector, .soc = soc};
    for (Recorder* r : now().event_recorders) r->event(record);
}

void ReplicaRecording::note(const DeviceMove& move) {
    const EventKind kind = move.what == DeviceMove::What::tap ? EventKind::tap : EventKind::capacitor;
    const EventRecord record{.at = world_.now, .kind = kind, .device = move.relay, .state = move.state};
    for (Recorder* r : now().event_recorders) r->event(record);
}

std::span<const double> ReplicaRecording::read(std::uint32_t slot) {
    EVSWEEP_EXPECTS(slot < signals_.size(), "an output reads a signal that it has subscribed to");
    Known& signal = signals_[slot];
    if (!signal.is_known) get_to_know(slot);
    if (signal.truth.column.data()) return signal.truth.column;
    if (!signal.truth.by_step.empty()) return signal.truth.by_step.subspan(world_.step, 1);
    if (signal.truth.is_electrical && !world_.network.is_solved()) return not_known(slot);
    const std::span<const double> values = signal.truth.read(world_);
    if (signal.truth.row_of_connector.empty()) return values;
    signal.values.resize(signal.truth.row_of_connector.size());
    for (std::size_t c = 0; c < signal.values.size(); ++c) signal.values[c] = values[signal.truth.row_of_connector[c]];
    return signal.values;
}

void ReplicaRecording::get_to_know(std::uint32_t slot) {
    Known& signal = signals_[slot];
    signal.is_known = true;
    if (auto truth = board_.truth(world_.site.signals[slot].info.name))
        signal.truth = std::move(*truth);
    else
        signal.truth.column = not_known(slot);  // nobody publishes it in this replica
}

std::span<const double> ReplicaRecording::not_known(std::uint32_t slot) {
    signals_[slot].values.assign(world_.site.signals[slot].size, std::numeric_limits<double>::quiet_NaN());
    return signals_[slot].values;
}

}  // namespace evsweep
